"""Deposits that staff have in hand for what is no booking yet: as much as is owed, and once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.errors import DomainError, InvalidInput, NotFound, WrongState
from domain.identity import Brand
from domain.payments import AmountExceedsDue, NewPayment
from domain.proposal_bookings import Conversion
from domain.proposal_plans import Day, Stop
from services.payments import record_payment
from services.proposal_conversions import convert_proposal
from tests.builders import a_brand, a_member, a_vehicle, new_id, write
from tests.db.refusals import assert_refused
from tests.services import drafts
from tests.services.reserving import NOW, a_made, cancelling
from tests.services.trail import FreshIds, trail_of

PAID = (
    "select kind, method, status, currency, amount_cents, reference, received_at, booking_id,"
    " customer_id = (select customer_id from reservations where id = %(id)s)"
    " from payments where reservation_id = %(id)s order by amount_cents"
)
CHECK = NewPayment(None, "deposit", "check", 25000, "No 17", NOW, proposal_id=new_id())
Work = Callable[..., Awaitable[Any]]


def recording(at: Any = NOW, **given: Any) -> Work:
    new = replace(CHECK, **{"proposal_id": None, **given})
    return lambda tx: record_payment(tx, new, id=new_id(), now=at, ids=FreshIds())


async def test_a_reservations_deposit_comes_in_parts_up_to_what_is_owed(
    database: Database, settings: Settings, brand: Brand
) -> None:
    reservation = await a_made(database, brand, method="check")
    await write(database, brand, recording(reservation_id=reservation, amount_cents=24000))
    over = recording(reservation_id=reservation, amount_cents=1001)
    with pytest.raises(AmountExceedsDue, match=r"\$10\.00 is still owed"):
        await write(database, brand, over)
    rest = recording(reservation_id=reservation, amount_cents=1000, method="cash", reference=None)
    await write(database, brand, rest)
    with pytest.raises(AmountExceedsDue, match="nothing is owed any more"):
        await write(database, brand, recording(reservation_id=reservation, amount_cents=1))

    rows = await write(database, brand, lambda tx: tx.rows(PAID, {"id": reservation}))
    assert rows == [
        ("deposit", "cash", "succeeded", "USD", 1000, None, NOW, None, True),
        ("deposit", "check", "succeeded", "USD", 24000, "No 17", NOW, None, True),
    ]
    told = (await trail_of(settings, brand)).events[-2:]
    assert [event[1] for event in told] == ["PaymentRecorded"] * 2
    assert told[0][8] == {
        "reservation_id": [None, str(reservation)],
        "kind": [None, "deposit"],
        "method": [None, "check"],
        "status": [None, "succeeded"],
        "amount_cents": [None, 24000],
    }


@pytest.mark.parametrize(
    ("given", "error", "path"),
    [
        ({"method": "card"}, InvalidInput, "method"),
        ({"kind": "balance"}, InvalidInput, "kind"),
        ({"kind": "full"}, InvalidInput, "kind"),
        ({"amount_cents": 0}, InvalidInput, "amountCents"),
        ({"received_at": NOW + timedelta(hours=1)}, InvalidInput, "receivedAt"),
        ({"amount_cents": 25001}, AmountExceedsDue, "amountCents"),
        ({"reservation_id": new_id()}, NotFound, "reservationId"),
    ],
)
async def test_what_is_no_deposit_of_a_reservation_is_not_recorded(
    database: Database, brand: Brand, given: dict[str, Any], error: type[DomainError], path: str
) -> None:
    reservation = await a_made(database, brand)
    work = recording(**{"reservation_id": reservation, **given})
    await assert_refused(database, brand, work, error)
    with pytest.raises(error) as refused:
        await write(database, brand, work)
    assert refused.value.path == path


async def test_what_has_ended_or_is_anothers_takes_no_deposit(
    database: Database, settings: Settings, brand: Brand
) -> None:
    reservation = await a_made(database, brand)
    later = recording(at=NOW + timedelta(days=2), reservation_id=reservation)
    await assert_refused(database, brand, later, WrongState)
    stranger = await a_brand(settings, tenant=brand, code="nwtc")
    await assert_refused(database, stranger, recording(reservation_id=reservation), NotFound)
    sam = await a_member(database, brand)
    await write(database, brand, cancelling(reservation), actor=sam)
    await assert_refused(database, brand, recording(reservation_id=reservation), WrongState)


@pytest.mark.parametrize("named", [(), ("booking_id", "reservation_id")])
def test_a_payment_is_for_exactly_one_thing(named: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="Name one booking, one reservation or one proposal"):
        recording(**dict.fromkeys(named, new_id()))


async def test_of_two_who_record_the_deposit_at_once_one_does(
    database: Database, brand: Brand
) -> None:
    reservation = await a_made(database, brand, method="check")
    both = [write(database, brand, recording(reservation_id=reservation)) for _ in range(2)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["AmountExceedsDue", "UUID"]


async def test_an_accepted_proposals_deposit_is_recorded_and_is_that_of_its_bookings(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, a_vehicle)
    head = replace(drafts.HEAD, starts_on=drafts.LAST)
    stop = Stop("custom", name="River", starts_at_local=time(10), minutes=60)
    proposal: UUID = await write(database, brand, lambda tx: drafts.a_sent_one(tx, head))
    deposit = partial(recording, drafts.NOW, proposal_id=proposal, received_at=drafts.NOW)
    early = deposit(amount_cents=66_195)
    await assert_refused(database, brand, early, WrongState)
    await drafts.accepted_by_link(database, brand, proposal)
    await assert_refused(database, brand, deposit(amount_cents=66_196), AmountExceedsDue)
    await assert_refused(database, brand, deposit(amount_cents=1, kind="full"), InvalidInput)
    await write(database, brand, deposit(amount_cents=66_194))
    both = [write(database, brand, deposit(amount_cents=1)) for _ in range(2)]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["AmountExceedsDue", "UUID"]
    plan = (Day(drafts.LAST, None, (stop,)),)
    await write(database, brand, lambda tx: drafts.with_plan(tx, proposal, plan))
    wish = Conversion(proposal, 5)
    await write(
        database, brand, lambda tx: convert_proposal(tx, wish, now=drafts.NOW, ids=FreshIds())
    )
    booked = "select deposit_cents, deposit_received_at from bookings where proposal_id = %(id)s"
    rows = await write(database, brand, lambda tx: tx.rows(booked, {"id": proposal}))
    assert rows == [(66_195, drafts.NOW)]
    await assert_refused(database, brand, deposit(amount_cents=1), WrongState)
