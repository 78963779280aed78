"""Reservations made, talked over, cancelled and run out: rows, events, tasks; or nothing."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.booking_states import RefundChanged
from domain.errors import DomainError, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Kind
from domain.inquiries import NewInquiry
from domain.pricing import NoRate
from services.inquiries import create_inquiry
from services.reservations import quote_cancellation
from tests.builders import a_brand, a_customer, a_member, new_id, write
from tests.db.refusals import assert_refused, assert_second_is_refused
from tests.services.reserving import (
    DAY,
    NOW,
    a_made,
    cancelling,
    changing,
    confirming,
    contacting,
    creating,
    deposits,
    pay,
    sweeping,
)
from tests.services.trail import FreshIds, trail_of

ROW = (
    "select number, status, preferred_on, party_size, deposit_cents, currency, consult_by,"
    " policy -> 'tiers' -> 0 ->> 'percent', version from reservations where id = %(id)s"
)
ENDED = (
    "select status, cancelled_at, cancel_reason, refund_due_cents, version from reservations"
    " where id = %(id)s"
)
TASKS = (
    "select kind, due_at, done_by_id from tasks where subject_id = %(id)s order by created_at, id"
)
WHO = (
    "select c.name, c.email, c.phone from customers c join reservations r on r.customer_id = c.id"
    " where r.id = %(id)s"
)


async def _rows(database: Database, brand: Brand, statement: Any, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement, {"id": id}))


async def _kinds(settings: Settings, brand: Brand) -> list[str]:
    return [event[1] for event in (await trail_of(settings, brand)).events]


async def test_a_reservation_is_made_behind_the_deposit_of_the_brands_rows_and_told(
    database: Database, settings: Settings, brand: Brand
) -> None:
    made = await a_made(database, brand, party_size=20)
    assert await _rows(database, brand, ROW, made) == [
        (
            "WWT-RES-2026-00001",
            "pending",
            date(2026, 7, 31),
            20,
            60000,
            "USD",
            NOW + DAY,
            "100",
            1,
        )
    ]
    assert await _rows(database, brand, TASKS, made) == [("consultation", NOW + DAY, None)]
    assert await _rows(database, brand, WHO, made) == [
        ("Ada Guest", "ada@example.com", "+15095550142")
    ]
    link = "select object_kind, revoked_at from links where object_id = %(id)s"
    assert await _rows(database, brand, link, made) == [("reservation", None)]
    assert await _kinds(settings, brand) == [
        "CustomerCreated",
        "ReservationCreated",
        "TaskCreated",
    ]
    changes = (await trail_of(settings, brand)).events[1][8]
    assert (changes["deposit_cents"], changes["party_size"]) == ([None, 60000], [None, 20])


async def test_whoever_reserves_under_a_known_address_rewrites_nobody(
    database: Database, settings: Settings, brand: Brand
) -> None:
    known = {"name": "Known", "email": "ada@example.com", "phone": None}
    customer = await write(database, brand, lambda tx: a_customer(tx, **known))
    made = await a_made(database, brand)
    assert await _rows(database, brand, WHO, made) == [("Known", "ada@example.com", None)]
    assert "CustomerCreated" not in await _kinds(settings, brand)
    named = await write(database, brand, creating(customer_id=customer, contact=None))
    assert await _rows(database, brand, WHO, named) == [("Known", "ada@example.com", None)]


async def test_without_rows_a_customer_or_a_day_to_come_nothing_is_reserved(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await assert_refused(database, brand, creating(), NoRate)
    await write(database, brand, deposits)
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_customer)
    for given in ({"customer_id": theirs}, {"customer_id": new_id()}, {"inquiry_id": new_id()}):
        await assert_refused(database, brand, creating(**given), NotFound)


async def test_the_inquiry_that_a_reservation_comes_of_is_won_by_it(
    database: Database, brand: Brand
) -> None:
    sam = await a_member(database, brand)
    asked = NewInquiry("Ada", "ada@example.com", None, "phone")
    inquiry = await write(
        database,
        brand,
        lambda tx: create_inquiry(tx, asked, id=new_id(), now=NOW, ids=FreshIds()),
    )
    await write(database, brand, deposits)
    work = creating(inquiry_id=inquiry)
    made = await write(database, brand, work, actor=sam)
    won = "select status, customer_id from inquiries where id = %(id)s"
    of = "select 'won', customer_id from reservations where id = %(id)s"
    assert await _rows(database, brand, won, inquiry) == await _rows(database, brand, of, made)
    assert (await _rows(database, brand, TASKS, inquiry))[0][2] == sam
    await assert_refused(database, brand, work, WrongState, actor=sam)


async def test_a_consultation_does_what_staff_were_told_and_the_guest_agrees(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sam = await a_member(database, brand)
    made = await a_made(database, brand)
    await write(database, brand, contacting(made), actor=sam)
    assert await _rows(database, brand, TASKS, made) == [("consultation", NOW + DAY, sam)]
    await write(database, brand, confirming(made, version=2), actor=sam)
    assert (await _rows(database, brand, ENDED, made))[0] == ("confirmed", None, None, None, 3)
    assert (await _kinds(settings, brand))[3:] == [
        "ReservationContacted",
        "TaskCompleted",
        "ReservationConfirmed",
    ]
    await assert_refused(database, brand, contacting(made, version=3), WrongState)
    await assert_refused(database, brand, confirming(made, version=2), StaleVersion)


async def test_a_deposit_follows_the_party_until_it_is_paid(
    database: Database, brand: Brand
) -> None:
    made = await a_made(database, brand)
    await write(database, brand, changing(made, party_size=8))
    assert (await _rows(database, brand, ROW, made))[0][3:5] == (8, 35000)
    await pay(database, brand, made, 35000)
    await write(database, brand, changing(made, version=2, party_size=3))
    assert (await _rows(database, brand, ROW, made))[0][3:5] == (3, 35000)
    await assert_refused(database, brand, changing(made, party_size=9), StaleVersion)


@pytest.mark.parametrize(
    ("days_before", "back"),
    [(45, 35000), (44, 17500), (21, 17500), (20, 0)],
)
async def test_a_cancellation_gives_back_what_was_quoted_and_staff_are_told_to_return_it(
    database: Database, settings: Settings, brand: Brand, days_before: int, back: int
) -> None:
    sam = await a_member(database, brand)
    made = await a_made(database, brand, party_size=8)
    await pay(database, brand, made, 35000)
    at = NOW + timedelta(days=60 - days_before)
    due = await write(
        database, brand, lambda tx: quote_cancellation(tx, made, our_fault=False, now=at)
    )
    assert (due.days_before, due.total_cents) == (days_before, back)
    wrong = cancelling(made, back + 1, at=at)
    await assert_refused(database, brand, wrong, RefundChanged, actor=sam)
    await write(database, brand, cancelling(made, back, at=at), actor=sam)
    assert await _rows(database, brand, ENDED, made) == [("cancelled", at, "Ill", back or None, 2)]
    told: list[tuple[str, datetime, UUID | None]] = [("consultation", NOW + DAY, sam)]
    told += [("refund", at + DAY, None)] if back else []
    assert await _rows(database, brand, TASKS, made) == told
    assert "ReservationCancelled" in await _kinds(settings, brand)
    again = cancelling(made, 0, version=2, at=at)
    await assert_refused(database, brand, again, WrongState, actor=sam)


async def test_what_has_run_out_is_swept_and_what_was_paid_is_left_to_staff(
    database: Database, settings: Settings, brand: Brand
) -> None:
    unheard = await a_made(database, brand)
    paid = await write(database, brand, creating())
    await pay(database, brand, paid)
    by_cheque = await write(database, brand, creating(method="check"))

    async def statuses() -> list[str]:
        rows = [await _rows(database, brand, ENDED, id) for id in (unheard, paid, by_cheque)]
        return [row[0][0] for row in rows]

    early = NOW + DAY - timedelta(seconds=1)
    assert await write(database, brand, sweeping(early), kind=Kind.WORKER) == 0
    assert await write(database, brand, sweeping(NOW + DAY), kind=Kind.WORKER) == 1
    assert await statuses() == ["expired", "pending", "pending"]
    over = datetime.fromisoformat("2026-08-01T00:00:00-07:00")
    before = over - timedelta(seconds=1)
    assert await write(database, brand, sweeping(before), kind=Kind.WORKER) == 0
    assert await write(database, brand, sweeping(over, batch=1), kind=Kind.WORKER) == 1
    assert await write(database, brand, sweeping(over), kind=Kind.WORKER) == 1
    assert await statuses() == ["expired", "expired", "expired"]
    assert [row[0] for row in await _rows(database, brand, TASKS, paid)] == [
        "consultation",
        "settle_deposit",
    ]
    assert len(await _rows(database, brand, TASKS, unheard)) == 1
    assert (await _kinds(settings, brand)).count("ReservationExpired") == 3


async def test_what_has_run_out_is_not_gone_on_with_though_nobody_has_swept_it(
    database: Database, brand: Brand
) -> None:
    made = await a_made(database, brand)
    for work in (contacting(made, at=NOW + DAY), changing(made, at=NOW + DAY, party_size=5)):
        await assert_refused(database, brand, work, WrongState)


@pytest.mark.parametrize("first", ["sweep", "consultation"])
async def test_of_a_consultation_and_a_sweep_at_once_one_wins(
    database: Database, brand: Brand, first: str
) -> None:
    made = await a_made(database, brand)
    sweep, contact = sweeping(NOW + DAY), contacting(made, at=NOW + DAY - timedelta(seconds=1))
    await _without_a_task(database, brand, made)
    if first == "sweep":
        await assert_second_is_refused(database, brand, sweep, contact, StaleVersion)
        assert (await _rows(database, brand, ENDED, made))[0][0] == "expired"
        return
    await write(database, brand, contact)
    assert await write(database, brand, sweep, kind=Kind.WORKER) == 0
    assert (await _rows(database, brand, ENDED, made))[0][0] == "contacted"


async def test_of_ten_who_cancel_at_once_one_does_and_one_refund_is_asked_for(
    database: Database, brand: Brand
) -> None:
    made = await a_made(database, brand)
    await pay(database, brand, made)
    await _without_a_task(database, brand, made)
    outcomes: list[Any] = await asyncio.gather(
        *(write(database, brand, cancelling(made, 25000)) for _ in range(10)),
        return_exceptions=True,
    )
    refused = [each for each in outcomes if isinstance(each, DomainError)]
    assert [type(each) for each in refused] == [StaleVersion] * 9
    kinds = [row[0] for row in await _rows(database, brand, TASKS, made)]
    assert kinds == ["consultation", "refund"]


async def _without_a_task(database: Database, brand: Brand, reservation: UUID) -> None:
    """The consultation is done, so that nobody in particular is needed to do it."""
    sam = await a_member(database, brand)
    done = "update tasks set done_at = %(now)s, done_by_id = %(sam)s where subject_id = %(id)s"
    await write(
        database, brand, lambda tx: tx.run(done, {"now": NOW, "sam": sam, "id": reservation})
    )


async def test_a_reservation_of_a_sister_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await a_made(database, sister)
    for work in (contacting(theirs), cancelling(theirs), changing(theirs, party_size=5)):
        await assert_refused(database, brand, work, NotFound)
    swept = await write(database, brand, sweeping(NOW + 999 * DAY), kind=Kind.WORKER)
    assert (swept, (await _rows(database, sister, ENDED, theirs))[0][0]) == (0, "pending")
