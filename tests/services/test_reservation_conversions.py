"""A reservation becomes a booking that has its deposit; or stays what it was, and nothing is sold."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import DomainError, NotFound, PartyTooLarge, StaleVersion, WrongState
from domain.identity import Brand
from domain.reservation_conversions import Conversion
from domain.reservations import NewReservation
from domain.sales import NewBooking, QuoteChanged
from services import reservations
from services.reservation_conversions import convert_reservation
from tests.builders import START, a_brand, new_id, write
from tests.db.refusals import assert_refused
from tests.services.reserving import (
    ADA,
    Work,
    cancelling,
    confirming,
    contacting,
    creating,
    deposits,
    pay,
)
from tests.services.selling import NOW, open_shop, wanted
from tests.services.trail import FreshIds, trail_of

RESERVED = "select status, version from reservations where id = %(id)s"
BOOKED = (
    "select number, status, source, party_size, total_cents, deposit_cents, balance_cents,"
    " reservation_id, customer_name, policy -> 'tiers' -> 0 ->> 'days', deposit_received_at, version"
    " from bookings where reservation_id = %(id)s"
)
PAID = (
    "select p.amount_cents, p.reservation_id, b.reservation_id, p.version from payments p"
    " left join bookings b on b.id = p.booking_id where p.id = %(id)s"
)


async def _shop(database: Database, brand: Brand, *seats: int) -> None:
    await open_shop(database, brand, *seats)
    await write(database, brand, deposits)


async def _confirmed(database: Database, brand: Brand, *, paid: int = 25000) -> UUID:
    """A reservation for the Monday, agreed to and paid for, of a brand that has a van."""
    wish = NewReservation(START.date(), 4, "wine_tour", "check", contact=ADA)
    id = new_id()
    await write(
        database,
        brand,
        lambda tx: reservations.create_reservation(tx, wish, id=id, now=NOW, ids=FreshIds()),
    )
    await write(database, brand, lambda tx: _without_tasks(tx, id))
    await write(database, brand, contacting(id, at=NOW))
    await write(database, brand, confirming(id, version=2, at=NOW))
    if paid:
        await pay(database, brand, id, paid, at=NOW)
    return id


async def _without_tasks(tx: Transaction, reservation: UUID) -> None:
    """The consultation is about another matter, so that nobody in particular has to do it."""
    await tx.run("update tasks set kind = 'other' where subject_id = %(id)s", {"id": reservation})


def _converting(reservation: UUID, new: NewBooking, *, version: int = 3) -> Work:
    wish = Conversion(reservation, version, new)
    return lambda tx: convert_reservation(tx, wish, id=new_id(), now=NOW, ids=FreshIds())


async def _rows(database: Database, brand: Brand, statement: Any, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


async def test_a_reservation_becomes_a_confirmed_booking_whose_deposit_is_what_was_paid(
    database: Database, settings: Settings, brand: Brand
) -> None:
    """Failure 15: a reservation could not become a booking."""
    await _shop(database, brand, 14)
    reservation = await _confirmed(database, brand)
    paid = "select id from payments where reservation_id = %(id)s"
    payment = (await _rows(database, brand, paid, reservation))[0][0]
    before = len((await trail_of(settings, brand)).events)
    new = await wanted(database, brand)
    await write(database, brand, _converting(reservation, new))
    assert await _rows(database, brand, RESERVED, reservation) == [("converted", 4)]
    assert await _rows(database, brand, BOOKED, reservation) == [
        (
            "WWT-2026-00001",
            "confirmed",
            "reservation",
            4,
            62187,
            25000,
            37187,
            reservation,
            "Ada Guest",
            "45",
            NOW,
            2,
        )
    ]
    assert await _rows(database, brand, PAID, payment) == [(25000, None, reservation, 2)]
    events = (await trail_of(settings, brand)).events[before:]
    assert [(event[1], event[4]) for event in events] == [
        ("BookingCreated", 1),
        ("ReservationConverted", 4),
        ("PaymentHandedOver", 2),
        ("BookingConfirmed", 2),
    ]
    blocked = "select kind from blocks where %(id)s is not null and released_at is null"
    assert await _rows(database, brand, blocked, reservation) == [("booking",)]


@pytest.mark.parametrize(("paid", "deposit"), [(25001, 25001), (62187, 62187), (70000, 62187)])
async def test_a_deposit_is_what_was_paid_and_never_more_than_the_tour_costs(
    database: Database, brand: Brand, paid: int, deposit: int
) -> None:
    await _shop(database, brand, 14)
    reservation = await _confirmed(database, brand, paid=paid)
    await write(database, brand, _converting(reservation, await wanted(database, brand)))
    booked = await _rows(database, brand, BOOKED, reservation)
    assert [row[4:7] for row in booked] == [(62187, deposit, 62187 - deposit)]


async def test_without_agreement_deposit_price_van_or_version_nothing_is_converted(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await _shop(database, brand)
    unpaid = await _confirmed(database, brand, paid=0)
    reservation = await _confirmed(database, brand)
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    new = await wanted(database, brand)
    dearer = replace(new, promised_cents=new.promised_cents - 1)
    refusals: list[tuple[Work, type[DomainError]]] = [
        (_converting(reservation, new), PartyTooLarge),
        (_converting(reservation, dearer), QuoteChanged),
        (_converting(reservation, new, version=2), StaleVersion),
        (_converting(unpaid, new), WrongState),
        (_converting(new_id(), new), NotFound),
    ]
    for work, by in refusals:
        await assert_refused(database, brand, work, by)
    await assert_refused(database, sister, _converting(reservation, new), NotFound)


async def test_what_was_only_talked_over_or_is_off_is_not_converted(
    database: Database, brand: Brand
) -> None:
    await _shop(database, brand, 14)
    new = await wanted(database, brand)
    talked_over = await write(database, brand, creating(at=NOW))
    await pay(database, brand, talked_over, at=NOW)
    await write(database, brand, lambda tx: _without_tasks(tx, talked_over))
    await write(database, brand, contacting(talked_over, at=NOW))
    early = _converting(talked_over, new, version=2)
    await assert_refused(database, brand, early, WrongState)
    await write(database, brand, confirming(talked_over, version=2, at=NOW))
    await write(database, brand, cancelling(talked_over, 25000, version=3, at=NOW))
    late = _converting(talked_over, new, version=4)
    await assert_refused(database, brand, late, WrongState)


async def test_of_ten_who_convert_at_once_one_does_and_there_is_one_booking(
    database: Database, brand: Brand
) -> None:
    await _shop(database, brand, 14, 14, 14)
    reservation = await _confirmed(database, brand)
    new = await wanted(database, brand)
    outcomes: list[Any] = await asyncio.gather(
        *(write(database, brand, _converting(reservation, new)) for _ in range(10)),
        return_exceptions=True,
    )
    made = [each for each in outcomes if isinstance(each, UUID)]
    refused = {type(each) for each in outcomes if not isinstance(each, UUID)}
    assert len(made) == 1
    # Whoever looks before the lock, between the winner's commit and its payment, sees it converted.
    assert refused <= {StaleVersion, WrongState}
    assert len(await _rows(database, brand, BOOKED, reservation)) == 1
    counted = "select last from counters where kind = 'booking' and %(id)s is not null"
    assert await _rows(database, brand, counted, reservation) == [(1,)]


async def test_of_who_converts_and_who_cancels_at_once_one_wins(
    database: Database, brand: Brand
) -> None:
    await _shop(database, brand, 14)
    reservation = await _confirmed(database, brand)
    new = await wanted(database, brand)
    outcomes = await asyncio.gather(
        write(database, brand, _converting(reservation, new)),
        write(database, brand, cancelling(reservation, 0, version=3, at=NOW)),
        return_exceptions=True,
    )
    lost = [type(each) for each in outcomes if isinstance(each, BaseException)]
    assert lost == [StaleVersion]
    status = (await _rows(database, brand, RESERVED, reservation))[0][0]
    bookings = len(await _rows(database, brand, BOOKED, reservation))
    assert (status, bookings) in {("converted", 1), ("cancelled", 0)}


@pytest.mark.parametrize(
    ("forget", "name"),
    [(False, "Ada Guest"), (True, "Ada Known")],
    ids=["as-said", "as-known"],
)
async def test_a_booking_keeps_how_its_guest_said_that_they_are_reached(
    database: Database, brand: Brand, *, forget: bool, name: str
) -> None:
    """A reservation of before, and a customer's own, say nothing: then it is what is known."""
    await _shop(database, brand, 14)
    reservation = await _confirmed(database, brand)
    forgotten = (
        "update reservations set contact_name = null, contact_email = null, contact_phone = null"
    )

    async def change(tx: Transaction) -> None:
        await tx.run("update customers set name = 'Ada Known'")
        if forget:
            await tx.run(forgotten)

    await write(database, brand, change)
    await write(database, brand, _converting(reservation, await wanted(database, brand)))

    kept = "select customer_name from bookings where reservation_id = %(id)s"
    assert await _rows(database, brand, kept, reservation) == [(name,)]
