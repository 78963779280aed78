"""What guests do to their reservation, and to what they asked, with the one token of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.booking_states import RefundChanged
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.guest_moves import TooLate
from domain.identity import Brand, Kind
from domain.inquiries import NewInquiry
from domain.reservations import ReservationChange
from services import reservations
from services.inquiries import create_inquiry, withdraw_inquiry
from tests.builders import a_member, a_principal, new_id, write
from tests.db.refusals import stored
from tests.services.reserving import (
    ADA,
    DAY,
    NOW,
    WISH,
    Work,
    a_made,
    cancelling,
    contacting,
    creating,
    deposits,
    pay,
)
from tests.services.trail import FreshIds, trail_of

ENDED = "select status, refund_due_cents, cancelled_at, version from reservations"
TASKS = "select kind, settled, version from tasks order by created_at, id"
WISHES = (
    "select preferred_on, alternate_on, party_size, tour_type, deposit_cents, special_requests,"
    " version"
    " from reservations"
)
CONTACT = "select contact_name, contact_email, contact_phone from reservations"


async def _as_guest(database: Database, brand: Brand, id: UUID, work: Work) -> Any:
    return await database.session(a_principal(brand, Kind.LINK, object_id=id)).write(work)


async def _rows(database: Database, brand: Brand, statement: Any) -> Any:
    return await write(database, brand, lambda tx: tx.rows(statement))


def _amending(reservation: UUID, *, version: int = 1, at: Any = NOW, **named: Any) -> Work:
    wish = ReservationChange(reservation, version, named)
    return lambda tx: reservations.amend_reservation(tx, wish, now=at, ids=FreshIds())


def _quoting(reservation: UUID, *, our_fault: bool = False) -> Callable[..., Awaitable[Any]]:
    return lambda tx: reservations.quote_cancellation(tx, reservation, our_fault=our_fault, now=NOW)


async def test_a_guest_cancels_for_the_refund_that_was_quoted_and_staff_give_it_back(
    database: Database, settings: Settings, brand: Brand
) -> None:
    alternate = WISH.preferred_on - 30 * DAY
    id = await a_made(database, brand, alternate_on=alternate)
    await pay(database, brand, id)

    due = await _as_guest(database, brand, id, _quoting(id))
    assert (due.days_before, due.percent, due.total_cents) == (30, 50, 12500)
    with pytest.raises(RefundChanged):
        await _as_guest(database, brand, id, cancelling(id, 25000))
    await _as_guest(database, brand, id, cancelling(id, due.total_cents))

    assert await _rows(database, brand, ENDED) == [("cancelled", 12500, NOW, 2)]
    assert sorted(await _rows(database, brand, TASKS)) == [
        ("consultation", True, 2),
        ("refund", False, 1),
    ]
    told = [(each[1], each[5]) for each in (await trail_of(settings, brand)).events[-3:]]
    assert told == [
        ("ReservationCancelled", "link"),
        ("TaskSettled", "link"),
        ("TaskCreated", "link"),
    ]


@pytest.mark.parametrize(
    ("work", "by"),
    [
        (lambda mine: cancelling(mine, 0, our_fault=True), InvalidInput),
        (lambda mine: _quoting(mine, our_fault=True), InvalidInput),
        (lambda mine: cancelling(mine, 0, version=9), StaleVersion),
        (lambda _: cancelling(new_id(), 0), NotFound),
        (lambda _: _quoting(new_id()), NotFound),
        (lambda _: _amending(new_id(), party_size=5), NotFound),
        (lambda mine: _amending(mine, version=9, party_size=5), StaleVersion),
        (lambda mine: _amending(mine, party_size=0), InvalidInput),
        (
            lambda mine: _amending(mine, at=NOW + 16 * DAY, alternate_on=WISH.preferred_on + DAY),
            TooLate,
        ),
    ],
)
async def test_what_a_guest_may_not_is_refused_and_stores_nothing(
    database: Database, brand: Brand, work: Callable[[UUID], Work], by: type[DomainError]
) -> None:
    id = await a_made(database, brand, method="check")
    before = await stored(database, brand)

    with pytest.raises(by):
        await _as_guest(database, brand, id, work(id))

    assert await stored(database, brand) == before


async def test_of_a_guest_who_cancels_and_staff_who_consult_at_once_one_was_first(
    database: Database, brand: Brand
) -> None:
    id = await a_made(database, brand)
    sam = await a_member(database, brand)

    results = await asyncio.gather(
        _as_guest(database, brand, id, cancelling(id, 0)),
        write(database, brand, contacting(id), actor=sam),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in results) == ["StaleVersion", "UUID"]
    ((status, version),) = await _rows(database, brand, "select status, version from reservations")
    won = "cancelled" if isinstance(results[0], UUID) else "contacted"
    assert (status, version) == (won, 2)


async def test_a_guest_changes_wishes_and_contact_until_they_are_consulted(
    database: Database, settings: Settings, brand: Brand
) -> None:
    id = await a_made(database, brand)
    assert await _rows(database, brand, CONTACT) == [(ADA.name, ADA.email, ADA.phone)]
    day = WISH.preferred_on + 7 * DAY
    contact: dict[str, Any] = {
        "contact_name": "Ada L",
        "contact_email": "l@example.com",
        "contact_phone": None,
    }
    wishes: dict[str, Any] = {
        "preferred_on": day,
        "party_size": 8,
        "tour_type": "celebration",
        "special_requests": "Quiet",
    }

    await _as_guest(database, brand, id, _amending(id, **wishes, **contact))
    await _as_guest(database, brand, id, _amending(id, version=2, **wishes))

    assert await _rows(database, brand, WISHES) == [
        (day, None, 8, "celebration", 35000, "Quiet", 2)
    ]
    assert await _rows(database, brand, CONTACT) == [("Ada L", "l@example.com", None)]
    assert await _rows(database, brand, "select name, email from customers") == [
        (ADA.name, ADA.email)
    ]
    trail = await trail_of(settings, brand)
    told = trail.events[-1]
    assert (told[1], told[5], told[8]["party_size"]) == ("ReservationAmended", "link", [4, 8])
    fields = [row[1] for row in trail.personal if row[0] == told[0]]
    assert fields == ["contact_email", "contact_name", "contact_phone", "special_requests"]

    sam = await a_member(database, brand)
    await write(database, brand, contacting(id, version=2), actor=sam)
    before = await stored(database, brand)
    with pytest.raises(WrongState):
        await _as_guest(database, brand, id, _amending(id, version=3, party_size=5))
    assert await stored(database, brand) == before
    await write(database, brand, _amending(id, version=3, contact_phone="+15095550143"))
    assert (await _rows(database, brand, CONTACT))[0][2] == "+15095550143"


@pytest.mark.parametrize("table", ["reservations", "inquiries"])
async def test_postgres_lets_a_guest_end_what_is_theirs_and_take_no_other_step(
    database: Database, brand: Brand, table: str
) -> None:
    await write(database, brand, deposits)
    id = new_id()
    made = creating(id=id) if table == "reservations" else _asking(id)
    await _as_guest(database, brand, id, made)
    before = await stored(database, brand)
    statement: Any = f"update {table} set status = 'contacted' where id = %(id)s"  # noqa: S608

    async def step(tx: Transaction) -> int:
        return await tx.run(statement, {"id": id})

    with pytest.raises(psycopg.errors.CheckViolation, match="a guest does not say"):
        await _as_guest(database, brand, id, step)
    assert await _as_guest(database, brand, new_id(), step) == 0
    assert await stored(database, brand) == before


def _asking(id: UUID) -> Work:
    wish = NewInquiry("Ada", "ada@example.com", None, "website")
    return lambda tx: create_inquiry(tx, wish, id=id, now=NOW, ids=FreshIds())


def _withdrawing(id: UUID, reason: str | None, *, version: int = 1) -> Work:
    async def work(tx: Transaction) -> UUID:
        later = NOW + timedelta(hours=1)
        return await withdraw_inquiry(
            tx, id, reason, expected_version=version, now=later, ids=FreshIds()
        )

    return work


@pytest.mark.parametrize(
    ("reason", "why"),
    [(None, "Withdrawn by the guest"), (" Ill ", "Withdrawn by the guest: Ill")],
)
async def test_whoever_asked_withdraws_it_and_nobody_has_to_answer(
    database: Database, settings: Settings, brand: Brand, reason: str | None, why: str
) -> None:
    id = new_id()
    await _as_guest(database, brand, id, _asking(id))
    await _as_guest(database, brand, id, _withdrawing(id, reason))

    kept = "select status, lost_reason, version from inquiries"
    assert await _rows(database, brand, kept) == [("lost", why, 2)]
    assert await _rows(database, brand, TASKS) == [("call_back", True, 2)]
    told = [(each[1], each[5]) for each in (await trail_of(settings, brand)).events[-2:]]
    assert told == [("InquiryWithdrawn", "link"), ("TaskSettled", "link")]


async def test_an_inquiry_is_withdrawn_once_by_whoever_asked_and_as_they_saw_it(
    database: Database, brand: Brand
) -> None:
    id = new_id()
    await _as_guest(database, brand, id, _asking(id))
    before = await stored(database, brand)
    for who, work, by in (
        (new_id(), _withdrawing(id, None), NotFound),
        (id, _withdrawing(id, None, version=2), StaleVersion),
        (id, _withdrawing(id, "x" * 501), InvalidInput),
    ):
        with pytest.raises(by):
            await _as_guest(database, brand, who, work)
    assert await stored(database, brand) == before

    await _as_guest(database, brand, id, _withdrawing(id, None))
    with pytest.raises(WrongState):
        await _as_guest(database, brand, id, _withdrawing(id, None, version=2))
