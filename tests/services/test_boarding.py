"""The day of a shared tour: who says that guests are here or absent, and of whose tours."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import errors

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.compliance import NotCompliant
from domain.errors import DomainError, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Kind
from services.boarding import check_in_ticket, mark_ticket_no_show
from services.shared_tours import cancel_shared_tour
from services.tickets import cancel_ticket
from tests.builders import a_driver, new_id, write
from tests.db.refusals import assert_refused
from tests.db.rows import a_paid_ticket, put_at_the_wheel
from tests.services.touring import IDS, NOW, STARTS, TASK, TICKET, a_tour, rows, told
from tests.services.trail import trail_of

Work = Callable[[Transaction], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Day:
    """A tour with its driver and a paid ticket, on its day."""

    tour: UUID
    driver: UUID
    ticket: UUID


async def the_day(tx: Transaction) -> Day:
    tour, driver = await a_tour(tx), await a_driver(tx)
    await put_at_the_wheel(tx, tour, driver)
    paid = {"shared_tour_id": tour, "created_at": NOW, "status": "confirmed"}
    return Day(tour, driver, await a_paid_ticket(tx, **paid))


def checking_in(ticket: UUID, version: int = 1, now: Any = STARTS) -> Work:
    given: Any = {"expected_version": version, "now": now, "ids": IDS}
    return lambda tx: check_in_ticket(tx, ticket, **given)


def missing(ticket: UUID, version: int = 1, now: Any = STARTS) -> Work:
    given: Any = {"expected_version": version, "now": now, "ids": IDS}
    return lambda tx: mark_ticket_no_show(tx, ticket, **given)


async def test_the_tours_own_driver_says_who_came_late_and_it_is_told_in_their_name(
    database: Database, settings: Settings, brand: Brand
) -> None:
    day = await write(database, brand, the_day)
    at_the_wheel: Any = {"kind": Kind.DRIVER, "actor": day.driver}
    await write(database, brand, missing(day.ticket), **at_the_wheel)
    assert [row[0] for row in await rows(database, brand, TICKET)] == ["no_show"]
    await write(database, brand, checking_in(day.ticket, 2), **at_the_wheel)
    [ticket] = await rows(database, brand, TICKET)
    assert (ticket[0], ticket[6], ticket[7]) == ("checked_in", STARTS, 3)
    said = [(e[1], e[3], e[5], e[6], e[8]) for e in (await trail_of(settings, brand)).events]
    assert said == [
        ("TicketNoShow", day.ticket, "driver", day.driver, {"status": ["confirmed", "no_show"]}),
        (
            "TicketCheckedIn",
            day.ticket,
            "driver",
            day.driver,
            {"status": ["no_show", "checked_in"]},
        ),
    ]


async def test_a_driver_of_another_tour_finds_no_ticket_and_changes_none(
    database: Database, brand: Brand
) -> None:
    day, other = [await write(database, brand, the_day) for _ in range(2)]
    stranger: Any = {"kind": Kind.DRIVER, "actor": other.driver}
    for work in (checking_in(day.ticket), missing(day.ticket), checking_in(new_id())):
        await assert_refused(database, brand, work, NotFound, **stranger)
    forced = "select board_ticket(%(id)s, 1, 'checked_in', now())"
    given = {"id": day.ticket}
    assert await write(database, brand, lambda tx: tx.rows(forced, given), **stranger) == [(False,)]
    sold = await write(database, brand, lambda tx: tx.rows("select id from tickets"), **stranger)
    assert sold == [(other.ticket,)]
    await write(database, brand, checking_in(other.ticket), **stranger)


@pytest.mark.parametrize(
    "statement",
    [
        "select total_cents from tickets",
        "select customer_id from tickets",
        "select name from customers",
        "update tickets set status = 'cancelled'",
        "update shared_tours set title = 'Mine'",
        "delete from shared_tour_drivers",
    ],
)
async def test_a_driver_sees_no_price_and_no_customer_and_writes_no_ticket(
    database: Database, brand: Brand, statement: Any
) -> None:
    day = await write(database, brand, the_day)
    with pytest.raises(errors.InsufficientPrivilege):
        await write(
            database, brand, lambda tx: tx.rows(statement), kind=Kind.DRIVER, actor=day.driver
        )


async def test_nobody_sells_confirms_or_cancels_by_the_function_of_boarding(
    database: Database, brand: Brand
) -> None:
    day = await write(database, brand, the_day)
    statement = "select board_ticket(%(id)s, 1, 'cancelled', now())"
    given = {"id": day.ticket}
    assert await rows(database, brand, statement, **given) == [(False,)]
    assert [row[0] for row in await rows(database, brand, TICKET)] == ["confirmed"]


async def test_nobody_boards_before_the_day_or_a_van_that_left_the_road(
    database: Database, brand: Brand
) -> None:
    day = await write(database, brand, the_day)
    eve = STARTS - timedelta(hours=12)
    refused: list[tuple[Work, type[DomainError]]] = [
        (checking_in(day.ticket, now=eve), WrongState),
        (missing(day.ticket, now=STARTS - timedelta(minutes=1)), WrongState),
        (checking_in(day.ticket, 2), StaleVersion),
    ]
    for work, by in refused:
        await assert_refused(database, brand, work, by, kind=Kind.DRIVER, actor=day.driver)
    broken = "update vehicles set status = 'out_of_service'"
    await write(database, brand, lambda tx: tx.run(broken))
    for kind, actor in ((Kind.DRIVER, day.driver), (Kind.STAFF, None)):
        work = checking_in(day.ticket)
        await assert_refused(database, brand, work, NotCompliant, kind=kind, actor=actor)
    await write(database, brand, missing(day.ticket))


async def test_a_ticket_whose_guests_are_here_is_not_given_back_by_itself(
    database: Database, brand: Brand
) -> None:
    day = await write(database, brand, the_day)
    await write(database, brand, checking_in(day.ticket))
    given: Any = {"expected_version": 2, "reason": "Bored", "now": STARTS, "ids": IDS}
    await assert_refused(
        database, brand, lambda tx: cancel_ticket(tx, day.ticket, **given), WrongState
    )


async def test_a_driver_who_checks_in_while_the_tour_is_called_off_leaves_nobody_on_board(
    database: Database, brand: Brand
) -> None:
    for _ in range(3):
        day = await write(database, brand, the_day)
        given: Any = {"expected_version": 1, "reason": "Axle", "now": STARTS, "ids": IDS}

        async def off(tx: Transaction, tour: UUID = day.tour, given: Any = given) -> Any:
            return await cancel_shared_tour(tx, tour, **given)

        at_the_wheel: Any = {"kind": Kind.DRIVER, "actor": day.driver}
        done: Any = await asyncio.gather(
            write(database, brand, checking_in(day.ticket), **at_the_wheel),
            write(database, brand, off),
            return_exceptions=True,
        )
        came, ended = done
        assert came == day.ticket or isinstance(came, (StaleVersion, WrongState))
        assert ended.refund_cents == 20729
        status = "select status from tickets where id = %(id)s"
        assert await rows(database, brand, status, id=day.ticket) == [("cancelled",)]


async def test_a_tour_that_breaks_down_is_called_off_with_its_guests_on_board(
    database: Database, settings: Settings, brand: Brand
) -> None:
    """Who came has all of it back; who did not come has nothing, and stays absent."""
    day = await write(database, brand, the_day)
    paid = {"shared_tour_id": day.tour, "created_at": NOW, "status": "confirmed"}
    absent = await write(database, brand, lambda tx: a_paid_ticket(tx, **paid))
    await write(database, brand, checking_in(day.ticket))
    await write(database, brand, missing(absent))
    off = await write(
        database,
        brand,
        lambda tx: cancel_shared_tour(
            tx, day.tour, expected_version=1, reason="Axle", now=STARTS, ids=IDS
        ),
    )
    assert off.refund_cents == 20729
    assert sorted(row[0] for row in await rows(database, brand, TICKET)) == ["cancelled", "no_show"]
    paid_for = "select id from payments where ticket_id = %(id)s"
    [(payment,)] = await rows(database, brand, paid_for, id=day.ticket)
    [task] = await rows(database, brand, TASK)
    assert (task[0], *task[2:4]) == ("refund_ticket", "payment", payment)
    assert (await told(settings, brand))[-3:] == [
        "TicketCancelled",
        "TaskCreated",
        "SharedTourCancelled",
    ]
