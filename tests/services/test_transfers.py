"""Handing a tour over: whose it is, its payments, its link, one event; or nothing at all."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import links
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.guest_moves import MoveUsed
from domain.identity import Brand, Kind
from domain.transfers import Taker, Transfer
from services.transfers import transfer_booking
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_payment,
    a_principal,
    new_id,
    write,
)
from tests.db.refusals import stored
from tests.services.trail import NOTHING, trail_of

NOW = START - timedelta(days=10)
GRACE = Taker("Grace Hopper", "grace@example.com", None)
ROW = (
    "select customer_id, customer_name, customer_email, customer_phone, guest_moves, version"
    " from bookings where id = %(id)s"
)
PAID = "select customer_id, amount_cents from payments where booking_id = %(id)s"
KNOWN = "select name, email, phone, version from customers where id = %(id)s"
LINKS = "select count(*) filter (where revoked_at is null), count(*) from links where object_id = %(id)s"


class Ids:
    """Fresh identities."""

    def new(self) -> UUID:
        return new_id()


def handing(
    booking: UUID, *, version: int = 1, to: UUID | None = None, contact: Taker | None = None
) -> Callable[[Transaction], Awaitable[UUID]]:
    wish = Transfer(booking, version, to, contact)
    return lambda tx: transfer_booking(tx, wish, now=NOW, ids=Ids())


async def a_paid_tour(database: Database, brand: Brand) -> UUID:
    async def work(tx: Transaction) -> UUID:
        customer = await a_customer(tx)
        booking = await a_booking(tx, customer_id=customer)
        await a_payment(tx, booking_id=booking, customer_id=customer)
        await links.issue(tx, "booking", booking, id=new_id(), now=NOW)
        return booking

    made: UUID = await write(database, brand, work)
    return made


async def rows(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


async def test_a_known_customer_takes_a_tour_over_with_what_was_paid(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking = await a_paid_tour(database, brand)
    old = (await rows(database, brand, ROW, booking))[0][0]
    grace = await write(
        database, brand, lambda tx: a_customer(tx, name="Grace", email=GRACE.email, phone=None)
    )
    await write(database, brand, handing(booking, to=grace))

    assert await rows(database, brand, ROW, booking) == [
        (grace, "Grace", "grace@example.com", None, 0, 2)
    ]
    assert await rows(database, brand, PAID, booking) == [(grace, 31094)]
    trail = await trail_of(settings, brand)
    assert [(each[1], each[3], each[4], each[8]) for each in trail.events] == [
        ("BookingTransferred", booking, 2, {"customer_id": [str(old), str(grace)]})
    ]
    assert [each[1:] for each in trail.personal] == [
        ("customer_email", "ada@example.com", "grace@example.com"),
        ("customer_name", "Ada Guest", "Grace"),
        ("customer_phone", "+15095550142", None),
    ]


async def test_the_link_of_who_had_the_tour_ends_and_another_begins(
    database: Database, brand: Brand
) -> None:
    booking = await a_paid_tour(database, brand)
    first = await write(database, brand, lambda tx: links.of_object(tx, booking))
    await write(database, brand, handing(booking, contact=GRACE))

    assert await rows(database, brand, LINKS, booking) == [(1, 2)]
    assert await write(database, brand, lambda tx: links.of_object(tx, booking)) != first


async def test_who_is_new_becomes_a_customer_and_who_is_known_is_not_rewritten(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking = await a_paid_tour(database, brand)
    await write(database, brand, handing(booking, contact=GRACE))
    made = (await rows(database, brand, ROW, booking))[0][0]
    assert await rows(database, brand, KNOWN, made) == [
        ("Grace Hopper", "grace@example.com", None, 1)
    ]

    other = await a_paid_tour(database, brand)
    renamed = Taker("G. Hopper", GRACE.email, "+15095550100")
    await write(database, brand, handing(other, contact=renamed))
    assert await rows(database, brand, ROW, other) == [
        (made, "G. Hopper", "grace@example.com", "+15095550100", 0, 2)
    ]
    assert await rows(database, brand, KNOWN, made) == [
        ("Grace Hopper", "grace@example.com", None, 1)
    ]
    kinds = [each[1] for each in (await trail_of(settings, brand)).events]
    assert sorted(kinds) == ["BookingTransferred", "BookingTransferred", "CustomerCreated"]


async def test_a_guest_hands_over_once_under_the_last_tier_and_staff_again(
    database: Database, settings: Settings, brand: Brand
) -> None:
    booking = await a_paid_tour(database, brand)
    by_guest = database.session(a_principal(brand, Kind.LINK, object_id=booking))
    await by_guest.write(handing(booking, contact=GRACE))
    assert (await rows(database, brand, ROW, booking))[0][1:] == (
        "Grace Hopper",
        "grace@example.com",
        None,
        1,
        2,
    )
    assert await rows(database, brand, PAID, booking) == [
        ((await rows(database, brand, ROW, booking))[0][0], 31094)
    ]
    (moved,) = [
        each[8]
        for each in (await trail_of(settings, brand)).events
        if each[1] == "BookingTransferred"
    ]
    assert moved["guest_moves"] == [0, 1]

    back = Taker("Ada", "ada@example.com", None)
    with pytest.raises(MoveUsed):
        await by_guest.write(handing(booking, version=2, contact=back))
    await write(database, brand, handing(booking, version=2, contact=back))
    assert (await rows(database, brand, ROW, booking))[0][4:] == (1, 3)


@pytest.mark.parametrize(
    ("values", "version", "by"),
    [
        ({}, 2, StaleVersion),
        ({"status": "cancelled"}, 1, WrongState),
        ({"status": "held", "hold_expires_at": START}, 1, WrongState),
        ({"starts_at": NOW}, 1, WrongState),
    ],
)
async def test_a_tour_that_is_over_or_was_changed_is_not_handed_over(
    database: Database,
    settings: Settings,
    brand: Brand,
    values: dict[str, Any],
    version: int,
    by: type[DomainError],
) -> None:
    booking = await write(database, brand, lambda tx: a_booking(tx, **values))
    await refuse(database, settings, brand, handing(booking, version=version, contact=GRACE), by)


async def refuse(
    database: Database,
    settings: Settings,
    brand: Brand,
    work: Callable[[Transaction], Awaitable[UUID]],
    by: type[DomainError],
) -> None:
    before = await stored(database, brand)
    with pytest.raises(by):
        await write(database, brand, work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING


async def test_nobody_two_people_or_a_sisters_customer_take_nothing_over(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_customer)
    booking = await a_paid_tour(database, brand)
    mine = await write(database, brand, a_customer)
    for work, by in (
        (handing(booking), InvalidInput),
        (handing(booking, to=mine, contact=GRACE), InvalidInput),
        (handing(booking, to=theirs), NotFound),
        (handing(booking, to=new_id()), NotFound),
        (handing(new_id(), contact=GRACE), NotFound),
        (handing(booking, contact=Taker("Grace", "no address")), InvalidInput),
    ):
        await refuse(database, settings, brand, work, by)


async def test_who_has_the_tour_already_changes_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    customer = await write(database, brand, lambda tx: a_customer(tx, email="ada@example.com"))
    booking = await write(database, brand, lambda tx: a_booking(tx, customer_id=customer))
    before = await stored(database, brand)
    await write(database, brand, handing(booking, to=customer))
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING
