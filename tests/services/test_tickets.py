"""Selling seats, paying and giving them back; who is at once with others; and what is told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import tickets
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand
from domain.ticket_sales import SalesClosed
from domain.tickets import CancellationClosed, HandPayment, TicketNotPaid, TourFull
from services.boarding import check_in_ticket, mark_ticket_no_show
from services.tickets import cancel_ticket, confirm_ticket, expire_tickets
from tests.builders import a_brand, a_customer, new_id, write
from tests.db.refusals import assert_refused
from tests.db.rows import a_paid_ticket, a_ticket
from tests.services.touring import (
    CLOSES,
    CUTOFF,
    HOUR,
    IDS,
    NOW,
    STARTS,
    TASK,
    TICKET,
    a_tour,
    rows,
    sale,
    told,
)
from tests.services.trail import trail_of

CASH = HandPayment("cash")
HELD = timedelta(minutes=15)
Work = Callable[[Transaction], Awaitable[Any]]


def confirming(
    ticket: UUID, by_hand: HandPayment | None = CASH, now: datetime = NOW, version: int = 1
) -> Work:
    return lambda tx: confirm_ticket(
        tx, ticket, expected_version=version, by_hand=by_hand, now=now, ids=IDS
    )


def cancelling(ticket: UUID, version: int = 1, now: datetime = NOW, reason: str = "Ill") -> Work:
    return lambda tx: cancel_ticket(
        tx, ticket, expected_version=version, reason=reason, now=now, ids=IDS
    )


def doing(use_case: Any, ticket: UUID, version: int, now: datetime) -> Work:
    return lambda tx: use_case(tx, ticket, expected_version=version, now=now, ids=IDS)


async def left_of(database: Database, brand: Brand, tour: UUID, now: datetime = NOW) -> int:
    found = await write(database, brand, lambda tx: tickets.seats_left(tx, [tour], now=now))
    seats: int = found[tour]
    return seats


async def test_three_tickets_of_one_sale_cost_1756_51_and_fill_the_tour(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    first = await write(database, brand, lambda tx: sale(tx, tour, 6, 6, 2, lunch=True))
    assert await rows(database, brand, TICKET) == [
        ("pending", guests, True, cents, None, NOW, None, 1)
        for guests, cents in ((6, 75279), (6, 75279), (2, 25093))
    ]
    statement = "select number, sale_id from tickets order by number"
    assert await rows(database, brand, statement) == [
        (f"WWT-ST-2026-0000{each}", first) for each in (1, 2, 3)
    ]
    assert await left_of(database, brand, tour) == 0
    assert await told(settings, brand) == ["TicketSold"] * 3


async def test_what_is_told_of_a_new_ticket_is_all_that_it_is(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    customer = await write(database, brand, a_customer)

    async def work(tx: Transaction) -> Any:
        return await sale(tx, tour, 2, customer_id=customer, hold_minutes=15)

    ticket = await write(database, brand, work)
    [event] = (await trail_of(settings, brand)).events
    assert event[2:5] == ("ticket", ticket, 1)
    assert event[8] == {
        name: [None, value]
        for name, value in {
            "number": "WWT-ST-2026-00001",
            "status": "pending",
            "shared_tour_id": str(tour),
            "customer_id": str(customer),
            "sale_id": str(ticket),
            "sold_by_app_id": None,
            "currency": "USD",
            "guests": 2,
            "with_lunch": False,
            "subtotal_cents": 19000,
            "tax_cents": 1729,
            "total_cents": 20729,
            "hold_expires_at": (NOW + HELD).isoformat(),
        }.items()
    }


async def test_a_sale_against_the_rules_stores_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    tour = await write(database, brand, a_tour)
    theirs = await write(database, sister, a_tour)
    stranger = await write(database, sister, a_customer)
    gone = await write(database, brand, lambda tx: a_customer(tx, archived_at=NOW))
    refused: list[tuple[Work, type[DomainError]]] = [
        (lambda tx: sale(tx, new_id(), 1), NotFound),
        (lambda tx: sale(tx, theirs, 1), NotFound),
        (lambda tx: sale(tx, tour, 1, customer_id=stranger), NotFound),
        (lambda tx: sale(tx, tour, 1, customer_id=gone), NotFound),
        (lambda tx: sale(tx, tour, 7), InvalidInput),
        (lambda tx: sale(tx, tour), InvalidInput),
        (lambda tx: sale(tx, tour, 6, 6, 3), TourFull),
        (lambda tx: sale(tx, tour, 1, now=CLOSES), SalesClosed),
    ]
    for work, by in refused:
        await assert_refused(database, brand, work, by)
    assert await told(settings, brand) == []


@pytest.mark.parametrize("seats", [14])
async def test_thirty_clients_want_the_last_four_seats_and_nobody_fails_but_for_want_of_seats(
    database: Database, settings: Settings, brand: Brand, seats: int
) -> None:
    """Failure 8: what sold the last seat hit a check of the table and failed."""
    tour = await write(database, brand, a_tour)
    await write(database, brand, lambda tx: sale(tx, tour, 6, 4))
    parties = [1 + turn % 3 for turn in range(30)]
    done = await asyncio.gather(
        *(write(database, brand, lambda tx, n=n: sale(tx, tour, n)) for n in parties),
        return_exceptions=True,
    )
    won = [n for n, each in zip(parties, done, strict=True) if isinstance(each, UUID)]
    lost = [each for each in done if not isinstance(each, UUID)]
    statement = "select guests from tickets where status <> 'cancelled' order by number"
    stored = [row[0] for row in await rows(database, brand, statement)]
    assert {type(each) for each in lost} == {TourFull}
    assert sorted(stored[2:]) == sorted(won)
    assert sum(stored) == seats
    assert len(await told(settings, brand)) == len(stored)
    numbers = await rows(database, brand, "select count(distinct number) from tickets")
    assert numbers == [(len(stored),)]


async def test_a_ticket_that_is_not_paid_in_time_frees_its_seats_before_anybody_sweeps(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, guests_max=4))
    late = await write(database, brand, lambda tx: sale(tx, tour, 3, hold_minutes=15))
    await assert_refused(
        database, brand, lambda tx: sale(tx, tour, 2, now=NOW + HELD / 2), TourFull
    )
    assert await left_of(database, brand, tour, NOW + HELD / 2) == 1
    assert await left_of(database, brand, tour, NOW + HELD) == 4
    await write(database, brand, lambda tx: sale(tx, tour, 2, now=NOW + HELD))
    await assert_refused(database, brand, confirming(late, now=NOW + HELD), TourFull)
    assert await told(settings, brand) == ["TicketSold", "TicketSold"]


async def test_who_pays_late_keeps_the_seats_that_nobody_else_has(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, lambda tx: a_tour(tx, guests_max=4))
    late = await write(database, brand, lambda tx: sale(tx, tour, 3, hold_minutes=15))
    await write(database, brand, confirming(late, now=NOW + 2 * HELD))
    assert await left_of(database, brand, tour, NOW + 3 * HELD) == 1


async def test_what_was_not_paid_in_time_is_swept_once(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    for minutes in (15, 15, 60, None):
        await write(database, brand, lambda tx, m=minutes: sale(tx, tour, 1, hold_minutes=m))

    def sweeping(tx: Transaction) -> Awaitable[int]:
        return expire_tickets(tx, batch=100, now=NOW + HELD, ids=IDS)

    swept = [await write(database, brand, sweeping) for _ in range(2)]
    assert swept == [2, 0]
    states = [row[0] for row in await rows(database, brand, TICKET)]
    assert states == ["cancelled", "cancelled", "pending", "pending"]
    assert (await told(settings, brand))[4:] == ["TicketCancelled"] * 2


async def test_a_ticket_is_confirmed_by_what_staff_took(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    ticket = await write(database, brand, lambda tx: sale(tx, tour, 2))
    await assert_refused(database, brand, confirming(ticket, None), TicketNotPaid)
    await assert_refused(database, brand, confirming(ticket, HandPayment("card")), InvalidInput)
    await assert_refused(database, brand, confirming(ticket, version=2), StaleVersion)
    check = HandPayment("check", "1042")
    await write(database, brand, confirming(ticket, check))
    statement = "select kind, method, status, amount_cents, reference, ticket_id from payments"
    paid = [("full", "check", "succeeded", 20729, "1042", ticket)]
    assert await rows(database, brand, statement) == paid
    assert [row[0] for row in await rows(database, brand, TICKET)] == ["confirmed"]
    kinds = await told(settings, brand)
    assert kinds == ["TicketSold", "PaymentRecorded", "TicketConfirmed"]
    personal = (await trail_of(settings, brand)).personal
    assert [row[1:] for row in personal] == [("reference", None, "1042")]
    await write(database, brand, confirming(ticket, check, version=2))
    assert await rows(database, brand, statement) == paid
    assert await told(settings, brand) == kinds


async def test_a_ticket_that_was_paid_already_is_confirmed_without_a_second_payment(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    common = {"shared_tour_id": tour, "created_at": NOW}
    ticket = await write(database, brand, lambda tx: a_paid_ticket(tx, **common))
    await write(database, brand, confirming(ticket, None))
    assert await rows(database, brand, "select count(*) from payments") == [(1,)]


async def a_confirmed(database: Database, brand: Brand) -> tuple[UUID, UUID]:
    """A tour and a ticket of it for two that is paid; its version is 1."""
    tour = await write(database, brand, a_tour)
    values = {"shared_tour_id": tour, "created_at": NOW, "status": "confirmed"}
    return tour, await write(database, brand, lambda tx: a_paid_ticket(tx, **values))


async def test_guests_are_checked_in_on_the_day_and_absent_after_the_start(
    database: Database, settings: Settings, brand: Brand
) -> None:
    _, ticket = await a_confirmed(database, brand)
    day, start = STARTS - 11 * HOUR, STARTS
    before = timedelta(seconds=1)
    came = doing(check_in_ticket, ticket, 1, day - before)
    absent = doing(mark_ticket_no_show, ticket, 1, start - before)
    await assert_refused(database, brand, came, WrongState)
    await assert_refused(database, brand, absent, WrongState)
    await write(database, brand, doing(mark_ticket_no_show, ticket, 1, start))
    await write(database, brand, doing(check_in_ticket, ticket, 2, start + HOUR))
    absent = doing(mark_ticket_no_show, ticket, 3, start + HOUR)
    await assert_refused(database, brand, absent, WrongState)
    assert await told(settings, brand) == ["TicketNoShow", "TicketCheckedIn"]


async def test_a_ticket_that_is_not_paid_is_to_be_confirmed_before_its_guests_board(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    ticket = await write(database, brand, lambda tx: sale(tx, tour, 2))
    for use_case in (check_in_ticket, mark_ticket_no_show):
        work = doing(use_case, ticket, 1, STARTS)
        await assert_refused(database, brand, work, WrongState)
        with pytest.raises(WrongState, match="Confirm it with `confirmTicket` first"):
            await write(database, brand, work)


async def test_a_paid_ticket_is_given_back_until_the_cutoff_and_staff_owes_its_money(
    database: Database, settings: Settings, brand: Brand
) -> None:
    tour, ticket = await a_confirmed(database, brand)
    late = cancelling(ticket, now=CUTOFF + timedelta(seconds=1))
    await assert_refused(database, brand, late, CancellationClosed)
    await assert_refused(database, brand, cancelling(ticket, 2), StaleVersion)
    for reason in (" ", "x" * 501):
        await assert_refused(database, brand, cancelling(ticket, reason=reason), InvalidInput)
    await write(database, brand, cancelling(ticket, now=CUTOFF))
    [payment] = await rows(database, brand, "select id from payments")
    [task] = await rows(database, brand, TASK)
    assert (task[2], task[3], task[4]) == ("payment", payment[0], CUTOFF + 24 * HOUR)
    assert await left_of(database, brand, tour) == 14
    event = (await trail_of(settings, brand)).events[0]
    assert event[8] == {
        "status": ["confirmed", "cancelled"],
        "reason": [None, "Ill"],
        "refund_due_cents": [None, 20729],
    }
    await write(database, brand, cancelling(ticket, 2))
    assert await told(settings, brand) == ["TicketCancelled", "TaskCreated"]


async def test_a_ticket_that_nobody_paid_goes_without_a_debt(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    ticket = await write(database, brand, lambda tx: sale(tx, tour, 2))
    await write(database, brand, cancelling(ticket, now=STARTS - HOUR))
    assert await rows(database, brand, TASK) == []


async def test_a_ticket_of_a_sister_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_ticket)
    for work in (
        confirming(theirs),
        cancelling(theirs),
        doing(check_in_ticket, theirs, 1, NOW),
        doing(mark_ticket_no_show, new_id(), 1, NOW),
    ):
        await assert_refused(database, brand, work, NotFound)


async def test_two_at_once_confirm_one_ticket_and_it_is_paid_once(
    database: Database, brand: Brand
) -> None:
    tour = await write(database, brand, a_tour)
    ticket = await write(database, brand, lambda tx: sale(tx, tour, 2))
    done = await asyncio.gather(
        *(write(database, brand, confirming(ticket)) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["StaleVersion"] * 3 + ["UUID"]
    assert await rows(database, brand, "select count(*) from payments") == [(1,)]
