"""What can be done to a task."""

from datetime import datetime
from uuid import UUID

from db import events, tasks
from db.database import Transaction
from domain import tasks as rules
from domain.errors import Forbidden, NotFound
from domain.ids import Ids
from domain.tasks import NewTask, Task


async def create_task(tx: Transaction, wish: NewTask, *, now: datetime, ids: Ids) -> UUID:
    """Tell staff to do something about an object of the brand.

    Errors: InvalidInput, NotFound for the subject or the assignee.
    """
    task = rules.draft(wish, id=ids.new(), now=now)
    if not await tasks.subject_exists(tx, task.subject_kind, task.subject_id):
        raise NotFound(path="subjectId")
    await _check_assignee(tx, task.assignee_id)
    await tasks.insert(tx, task)
    await events.append(tx, rules.event("TaskCreated", task, id=ids.new(), now=now))
    return task.id


async def assign_task(
    tx: Transaction,
    task_id: UUID,
    assignee_id: UUID | None,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Say who does it, or that nobody is chosen.

    Errors: NotFound for the task or the assignee, StaleVersion, WrongState.
    """
    before = await _locked(tx, task_id)
    after = rules.assign(before, assignee_id, expected_version=expected_version)
    await _check_assignee(tx, assignee_id)
    return await _stored(tx, "TaskAssigned", before, after, now=now, ids=ids)


async def postpone_task(
    tx: Transaction,
    task_id: UUID,
    due_at: datetime,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Give it another due time.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await _locked(tx, task_id)
    after = rules.postpone(before, due_at, expected_version=expected_version, now=now)
    return await _stored(tx, "TaskPostponed", before, after, now=now, ids=ids)


async def complete_task(
    tx: Transaction, task_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """Say that it is done, by whoever says so.

    Errors: NotFound, StaleVersion, WrongState; Forbidden for a caller who is nobody.
    """
    by = tx.principal.actor_id
    if by is None:
        raise Forbidden("A task is done by somebody.")
    before = await _locked(tx, task_id)
    after = rules.complete(before, by, expected_version=expected_version, now=now)
    return await _stored(tx, "TaskCompleted", before, after, now=now, ids=ids)


async def reopen_task(
    tx: Transaction, task_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """Say that it is to be done after all.

    Errors: NotFound, StaleVersion, WrongState.
    """
    before = await _locked(tx, task_id)
    after = rules.reopen(before, expected_version=expected_version)
    return await _stored(tx, "TaskReopened", before, after, now=now, ids=ids)


async def _locked(tx: Transaction, task_id: UUID) -> Task:
    task = await tasks.lock(tx, task_id)
    if task is None:
        raise NotFound(path="id")
    return task


async def _check_assignee(tx: Transaction, assignee_id: UUID | None) -> None:
    if assignee_id is not None and not await tasks.is_member(tx, assignee_id):
        raise NotFound(path="assigneeId")


async def _stored(
    tx: Transaction, kind: str, before: Task, after: Task | None, *, now: datetime, ids: Ids
) -> UUID:
    if after is not None:
        await tasks.update(tx, after)
        await events.append(tx, rules.event(kind, after, before, id=ids.new(), now=now))
    return before.id
