"""Inquiries taken in, answered and converted: rows, what is told, and what staff are to do."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.conversions import Conversion
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand
from domain.inquiries import InquiryChange, InquiryMove, NewInquiry
from services import inquiries
from tests.builders import (
    a_booking,
    a_brand,
    a_customer,
    a_member,
    a_principal,
    new_id,
    write,
)
from tests.db.refusals import assert_refused, assert_second_is_refused, stored
from tests.db.rows import a_proposal, a_reservation
from tests.services.trail import FreshIds, OneId, trail_of

NOW = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)  # The last evening of 2026 in Walla Walla.
WISH = NewInquiry(
    name=" Ada  Guest",
    email="Ada@Example.com",
    phone=None,
    source="website",
    wished_on=date(2027, 6, 8),
    party_size=6,
    tour_type="wine_tour",
    message="Is lunch included?",
)
ROW = (
    "select number, status, customer_id, name, email, wished_on, party_size, tour_type, message,"
    " source, assignee_id, lost_reason, version from inquiries where id = %(id)s"
)
TASKS = (
    "select kind, due_at, done_at, done_by_id, version from tasks where subject_id = %(id)s"
    " order by id"
)
LINKED = "select inquiry_id, version, customer_id from things where id = %(id)s"
Work = Callable[[Transaction], Awaitable[UUID]]


def _creating(wish: NewInquiry = WISH, *ids: UUID) -> Work:
    id, *others = ids or (new_id(),)
    source = OneId(*others) if others else FreshIds()
    return lambda tx: inquiries.create_inquiry(tx, wish, id=id, now=NOW, ids=source)


def _moving(inquiry: UUID, status: str, *, version: int = 1, reason: str | None = None) -> Work:
    wish = InquiryMove(inquiry, version, status, reason)
    return lambda tx: inquiries.move_inquiry(tx, wish, now=NOW, ids=FreshIds())


def _converting(inquiry: UUID, kind: Any, target: UUID, *, version: int = 1) -> Work:
    wish = Conversion(inquiry, version, kind, target)
    return lambda tx: inquiries.convert_inquiry(tx, wish, now=NOW, ids=FreshIds())


async def _row(database: Database, brand: Brand, statement: str, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.row(statement, {"id": id}))


async def test_an_inquiry_has_the_number_of_its_local_year_and_knows_no_customer(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, lambda tx: a_customer(tx, name="Known", email="ada@example.com"))
    first, second = [await write(database, brand, _creating()) for _ in range(2)]
    assert await _row(database, brand, ROW, first) == (
        "WWT-EXP-2026-00001",
        "new",
        None,
        "Ada Guest",
        "ada@example.com",
        date(2027, 6, 8),
        6,
        "wine_tour",
        "Is lunch included?",
        "website",
        None,
        None,
        1,
    )
    assert (await _row(database, brand, ROW, second))[0] == "WWT-EXP-2026-00002"
    known = "select name from customers where email = 'ada@example.com' and %(id)s is not null"
    assert await _row(database, brand, known, first) == ("Known",)


async def test_what_comes_in_is_told_and_staff_have_a_day_to_answer(
    database: Database, settings: Settings, brand: Brand
) -> None:
    inquiry, told, task, tasked = (new_id() for _ in range(4))
    principal = a_principal(brand)
    work = _creating(WISH, inquiry, told, new_id(), task, tasked)
    await database.session(principal).write(work)
    trail = await trail_of(settings, brand)
    assert [event[:5] for event in trail.events] == [
        (told, "InquiryCreated", "inquiry", inquiry, 1),
        (tasked, "TaskCreated", "task", task, 1),
    ]
    assert trail.events[0][8] == {
        "number": [None, "WWT-EXP-2026-00001"],
        "status": [None, "new"],
        "source": [None, "website"],
        "wished_on": [None, "2027-06-08"],
        "party_size": [None, 6],
        "tour_type": [None, "wine_tour"],
        "created_at": [None, "2027-01-01T03:00:00+00:00"],
        "version": [None, 1],
    }
    assert trail.personal == [
        (told, "email", None, "ada@example.com"),
        (told, "message", None, "Is lunch included?"),
        (told, "name", None, "Ada Guest"),
    ]
    due_at = NOW + timedelta(hours=24)
    assert await _row(database, brand, TASKS, inquiry) == ("call_back", due_at, None, None, 1)


async def test_a_correction_tells_what_it_was_and_is_and_none_tells_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    inquiry = await write(database, brand, _creating())
    before = len((await trail_of(settings, brand)).events)

    def changing(version: int, **named: Any) -> Work:
        wish = InquiryChange(inquiry, version, named)
        return lambda tx: inquiries.update_inquiry(tx, wish, now=NOW, ids=FreshIds())

    await write(database, brand, changing(1, party_size=8, phone="+1 509 555 0142"))
    await write(database, brand, changing(2, party_size=8, name="Ada Guest"))
    trail = await trail_of(settings, brand)
    assert [event[1:2] + event[4:5] + event[8:] for event in trail.events[before:]] == [
        ("InquiryUpdated", 2, {"party_size": [6, 8], "version": [1, 2]})
    ]
    assert trail.personal[-1][1:] == ("phone", None, "+15095550142")
    await assert_refused(database, brand, changing(1, party_size=9), StaleVersion)
    over = NOW.date() - timedelta(days=2)
    await assert_refused(database, brand, changing(2, wished_on=over), InvalidInput)
    await assert_refused(database, brand, _creating(replace(WISH, wished_on=over)), InvalidInput)


async def test_who_moves_an_inquiry_has_done_what_staff_were_told(
    database: Database, brand: Brand
) -> None:
    sam = await a_member(database, brand, "sales")
    inquiry = await write(database, brand, _creating())
    await write(database, brand, _moving(inquiry, "contacted"), actor=sam)
    due_at = NOW + timedelta(hours=24)
    assert await _row(database, brand, TASKS, inquiry) == ("call_back", due_at, NOW, sam, 2)
    lost = _moving(inquiry, "lost", version=2, reason="Too dear")
    await write(database, brand, lost, actor=sam)
    row = await _row(database, brand, ROW, inquiry)
    assert (row[1], row[-2:]) == ("lost", ("Too dear", 3))
    await assert_refused(database, brand, _moving(inquiry, "quoted", version=3), WrongState)


async def test_an_inquiry_is_answered_by_a_member_of_the_brand_or_by_nobody(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    sam, stranger = [await a_member(database, each) for each in (brand, sister)]
    inquiry = await write(database, brand, _creating())

    def assigning(to: UUID | None, version: int) -> Work:
        return lambda tx: inquiries.assign_inquiry(
            tx, inquiry, to, expected_version=version, now=NOW, ids=FreshIds()
        )

    await assert_refused(database, brand, assigning(stranger, 1), NotFound)
    await write(database, brand, assigning(sam, 1))
    assert (await _row(database, brand, ROW, inquiry))[-3:] == (sam, None, 2)
    await write(database, brand, assigning(None, 2))
    assert (await _row(database, brand, ROW, inquiry))[-3:] == (None, None, 3)


@pytest.mark.parametrize(
    ("kind", "make", "linked"),
    [
        ("reservation", a_reservation, LINKED.replace("things", "reservations")),
        ("proposal", a_proposal, LINKED.replace("things", "proposals")),
        ("booking", a_booking, LINKED.replace("things", "bookings")),
    ],
)
async def test_what_an_inquiry_became_says_so_and_the_inquiry_is_won(
    database: Database,
    settings: Settings,
    brand: Brand,
    kind: str,
    make: Callable[[Transaction], Awaitable[UUID]],
    linked: str,
) -> None:
    sam = await a_member(database, brand)
    inquiry, target = [await write(database, brand, each) for each in (_creating(), make)]
    await write(database, brand, _converting(inquiry, kind, target), actor=sam)
    came_of, version, customer = await _row(database, brand, linked, target)
    assert (came_of, version) == (inquiry, 2)
    row = await _row(database, brand, ROW, inquiry)
    assert (row[1], row[2], row[-1]) == ("won", customer, 2)
    events = [event[1:5] for event in (await trail_of(settings, brand)).events[2:]]
    assert events[0] == (f"{kind.capitalize()}CameOfInquiry", kind, target, 2)
    assert [each[0] for each in events[1:]] == ["TaskCompleted", "InquiryWon"]


async def test_an_inquiry_becomes_one_thing_and_a_thing_comes_of_one_inquiry(
    database: Database, brand: Brand
) -> None:
    first, second = [await write(database, brand, _creating()) for _ in range(2)]
    one, two = [await write(database, brand, a_reservation) for _ in range(2)]
    sam = await a_member(database, brand)
    await write(database, brand, _converting(first, "reservation", one), actor=sam)
    for work, by in (
        (_converting(first, "reservation", two, version=2), WrongState),
        (_converting(second, "reservation", one), WrongState),
        (_converting(second, "reservation", two, version=2), StaleVersion),
        (_converting(second, "booking", two), NotFound),
    ):
        await assert_refused(database, brand, work, by, actor=sam)


async def test_of_two_who_convert_one_inquiry_at_once_one_is_refused(
    database: Database, brand: Brand
) -> None:
    inquiry = await write(database, brand, _creating())
    one, two = [await write(database, brand, a_reservation) for _ in range(2)]
    sam = await a_member(database, brand)
    await write(database, brand, _moving(inquiry, "contacted"), actor=sam)
    await assert_second_is_refused(
        database,
        brand,
        _converting(inquiry, "reservation", one, version=2),
        _converting(inquiry, "reservation", two, version=2),
        StaleVersion,
    )
    linked = "select inquiry_id from reservations where id = %(id)s"
    assert await _row(database, brand, linked, two) == (None,)


async def test_an_inquiry_of_a_sister_or_of_nobody_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, _creating())
    ours = await write(database, brand, a_reservation)
    before = await stored(database, sister)
    works: list[tuple[Work, type[DomainError]]] = [
        (_moving(theirs, "contacted"), NotFound),
        (_moving(new_id(), "contacted"), NotFound),
        (_converting(theirs, "reservation", ours), NotFound),
    ]
    for work, by in works:
        await assert_refused(database, brand, work, by)
    assert await stored(database, sister) == before
