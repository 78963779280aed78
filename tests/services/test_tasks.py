"""What staff are told to do: given out, put off, done, opened again; told each time, or refused."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import NotFound, StaleVersion, WrongState
from domain.identity import Brand
from domain.tasks import NewTask
from services import tasks
from tests.builders import (
    a_booking,
    a_brand,
    a_customer,
    a_driver,
    a_member,
    a_payment,
    a_vehicle,
    new_id,
    write,
)
from tests.db.refusals import assert_refused
from tests.db.rows import a_proposal, a_reservation, a_task, an_inquiry
from tests.services.trail import FreshIds, trail_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROW = "select assignee_id, due_at, done_at, done_by_id, version from tasks where id = %(id)s"
Work = Callable[[Transaction], Awaitable[UUID]]


async def _paid(tx: Transaction) -> UUID:
    customer = await a_customer(tx)
    booking = await a_booking(tx, customer_id=customer)
    return await a_payment(tx, booking_id=booking, customer_id=customer)


SUBJECTS: dict[str, Callable[[Transaction], Awaitable[UUID]]] = {
    "inquiry": an_inquiry,
    "customer": a_customer,
    "reservation": a_reservation,
    "booking": a_booking,
    "proposal": a_proposal,
    "payment": _paid,
    "vehicle": a_vehicle,
    "driver": a_driver,
}


def _creating(kind: str, subject: UUID, assignee: UUID | None = None) -> Work:
    wish = NewTask("call", "Call", kind, subject, NOW + HOUR, assignee)
    return lambda tx: tasks.create_task(tx, wish, now=NOW, ids=FreshIds())


def _doing(use_case: Any, task: UUID, *given: Any, version: int = 1) -> Work:
    named = {"expected_version": version, "now": NOW, "ids": FreshIds()}
    return lambda tx: use_case(tx, task, *given, **named)


async def _a_task(database: Database, brand: Brand) -> UUID:
    subject = await write(database, brand, an_inquiry)
    made: UUID = await write(database, brand, _creating("inquiry", subject))
    return made


async def _row(database: Database, brand: Brand, task: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.row(ROW, {"id": task}))


@pytest.mark.parametrize("kind", SUBJECTS)
async def test_a_task_is_about_an_object_of_the_brand(
    database: Database, brand: Brand, kind: str
) -> None:
    subject = await write(database, brand, SUBJECTS[kind])
    task = await write(database, brand, _creating(kind, subject))
    assert await _row(database, brand, task) == (None, NOW + HOUR, None, None, 1)
    await assert_refused(database, brand, _creating(kind, new_id()), NotFound)


async def test_a_task_about_what_a_sister_has_or_for_whom_she_employs_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, an_inquiry)
    ours = await write(database, brand, an_inquiry)
    stranger = await a_member(database, sister)
    await assert_refused(database, brand, _creating("inquiry", theirs), NotFound)
    await assert_refused(database, brand, _creating("inquiry", ours, stranger), NotFound)


async def test_a_task_goes_through_its_life_and_each_step_is_told_with_before_and_after(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sam = await a_member(database, brand)
    task = await _a_task(database, brand)
    for work in (
        _doing(tasks.assign_task, task, sam),
        _doing(tasks.postpone_task, task, NOW + 2 * HOUR, version=2),
        _doing(tasks.complete_task, task, version=3),
        _doing(tasks.reopen_task, task, version=4),
    ):
        await write(database, brand, work, actor=sam)
    assert await _row(database, brand, task) == (sam, NOW + 2 * HOUR, None, None, 5)
    first, later = (NOW + HOUR).isoformat(), (NOW + 2 * HOUR).isoformat()
    done = {"done_at": [None, NOW.isoformat()], "done_by_id": [None, str(sam)]}
    undone = {name: pair[::-1] for name, pair in done.items()}
    events = [(event[1], event[8]) for event in (await trail_of(settings, brand)).events[1:]]
    assert events == [
        ("TaskAssigned", {"assignee_id": [None, str(sam)], "version": [1, 2]}),
        ("TaskPostponed", {"due_at": [first, later], "version": [2, 3]}),
        ("TaskCompleted", {**done, "version": [3, 4]}),
        ("TaskReopened", {**undone, "version": [4, 5]}),
    ]


async def test_a_step_that_changes_nothing_stores_nothing_and_a_stale_one_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    task = await _a_task(database, brand)
    await write(database, brand, _doing(tasks.assign_task, task, None))
    await write(database, brand, _doing(tasks.postpone_task, task, NOW + HOUR))
    assert [event[1] for event in (await trail_of(settings, brand)).events] == ["TaskCreated"]
    for work in (
        _doing(tasks.assign_task, task, None, version=2),
        _doing(tasks.complete_task, task, version=2),
    ):
        await assert_refused(database, brand, work, StaleVersion)
    await assert_refused(database, brand, _doing(tasks.reopen_task, task), WrongState)
    await assert_refused(database, brand, _doing(tasks.reopen_task, new_id()), NotFound)


async def test_what_one_has_done_another_has_not(database: Database, brand: Brand) -> None:
    task = await _a_task(database, brand)
    sam, kim = [await a_member(database, brand) for _ in range(2)]
    await write(database, brand, _doing(tasks.complete_task, task), actor=kim)
    late = _doing(tasks.complete_task, task)
    await assert_refused(database, brand, late, StaleVersion, actor=sam)
    assert (await _row(database, brand, task))[3] == kim


async def test_what_was_settled_is_to_be_done_again_when_it_is_reopened(
    database: Database, brand: Brand
) -> None:
    settled = {"done_at": NOW, "settled": True}
    task = await write(database, brand, lambda tx: a_task(tx, **settled))
    await write(database, brand, _doing(tasks.reopen_task, task))

    again = "select done_at, settled, version from tasks where id = %(id)s"
    assert await write(database, brand, lambda tx: tx.row(again, {"id": task})) == (None, False, 2)
