"""What staff are told to do: about what, by when, by whom, and whether it is done."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.changes import differences, initial
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.events import Change, Event
from domain.schedule import check_day
from domain.texts import deceives

CONSULT_WITHIN = timedelta(hours=24)
# The payer's bank takes two to three months over a dispute.
DECIDED_WITHIN = timedelta(days=90)
REFUND_IF_WON = "refund_if_won"
KIND = re.compile(r"[a-z][a-z_]{0,39}")
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Task:
    """A stored task: open until somebody has done it, or nobody has to any more."""

    id: UUID
    kind: str
    title: str
    subject_kind: str
    subject_id: UUID
    assignee_id: UUID | None
    due_at: datetime
    done_at: datetime | None
    done_by_id: UUID | None
    created_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Settled:
    """A task that nobody has to do any more: what it was about has gone another way."""

    id: UUID
    version: int

    def event(self, *, id: UUID, now: datetime) -> Event:
        """What is told of it."""
        changes: dict[str, Change] = {"done_at": (None, now.isoformat()), "settled": (False, True)}
        return Event(id, "TaskSettled", "task", self.id, self.version, now, changes)


@dataclass(frozen=True, slots=True)
class NewTask:
    """The wish that somebody does something about an object."""

    kind: str
    title: str
    subject_kind: str
    subject_id: UUID
    due_at: datetime
    assignee_id: UUID | None = None


def draft(wish: NewTask, *, id: UUID, now: datetime) -> Task:
    """Errors: InvalidInput."""
    title = " ".join(wish.title.split())
    if not KIND.fullmatch(wish.kind):
        raise InvalidInput("A kind has up to 40 small letters: `call_back`.", path="kind")
    if not title or len(title) > LONGEST_TITLE or deceives(wish.title):
        raise InvalidInput("A title has 1 to 200 characters, on one line.", path="title")
    _check_due(wish.due_at, now=now)
    return Task(
        id=id,
        kind=wish.kind,
        title=title,
        subject_kind=wish.subject_kind,
        subject_id=wish.subject_id,
        assignee_id=wish.assignee_id,
        due_at=wish.due_at,
        done_at=None,
        done_by_id=None,
        created_at=now,
    )


def call_back(inquiry_id: UUID, *, id: UUID, now: datetime) -> Task:
    """What a new inquiry asks of staff."""
    wish = NewTask("call_back", "Answer the inquiry", "inquiry", inquiry_id, now + CONSULT_WITHIN)
    return draft(wish, id=id, now=now)


def consultation(reservation_id: UUID, *, id: UUID, now: datetime) -> Task:
    """What a new reservation asks of staff."""
    due_at = now + CONSULT_WITHIN
    wish = NewTask("consultation", "Hold the consultation", "reservation", reservation_id, due_at)
    return draft(wish, id=id, now=now)


def refund(subject_kind: str, subject_id: UUID, *, id: UUID, now: datetime) -> Task:
    """What a cancellation that gives something back asks of staff."""
    due_at = now + CONSULT_WITHIN
    wish = NewTask("refund", "Return what is due", subject_kind, subject_id, due_at)
    return draft(wish, id=id, now=now)


def refund_if_won(
    subject_kind: str, subject_id: UUID, money: str, *, id: UUID, now: datetime
) -> Task:
    """What a cancellation asks of staff whose payment is disputed: it may be ours to return."""
    title = f"Give back {money} if the dispute is decided for us"
    due_at = now + DECIDED_WITHIN
    return draft(NewTask(REFUND_IF_WON, title, subject_kind, subject_id, due_at), id=id, now=now)


def paid_for_nothing(reservation_id: UUID, *, id: UUID, now: datetime) -> Task:
    """What a reservation that ended by itself asks of staff, if something was paid for it."""
    due_at, title = now + CONSULT_WITHIN, "Decide about the deposit of what has run out"
    return draft(
        NewTask("settle_deposit", title, "reservation", reservation_id, due_at), id=id, now=now
    )


def assign(task: Task, assignee_id: UUID | None, *, expected_version: int) -> Task | None:
    """Decide who does it; None is nobody.

    Shape:  None if nothing would change.
    Errors: StaleVersion, WrongState.
    """
    _check_open(task, expected_version)
    return _grown(task, replace(task, assignee_id=assignee_id))


def postpone(task: Task, due_at: datetime, *, expected_version: int, now: datetime) -> Task | None:
    """Decide another due time, later or sooner.

    Shape:  None if nothing would change.
    Errors: StaleVersion, WrongState, InvalidInput.
    """
    _check_open(task, expected_version)
    _check_due(due_at, now=now)
    return _grown(task, replace(task, due_at=due_at))


def complete(task: Task, by: UUID, *, expected_version: int, now: datetime) -> Task:
    """Errors: StaleVersion, WrongState if it was done before."""
    _check_open(task, expected_version)
    return done(task, by, now=now)


def done(task: Task, by: UUID, *, now: datetime) -> Task:
    """An open task, done."""
    return replace(task, done_at=now, done_by_id=by, version=task.version + 1)


def reopen(task: Task, *, expected_version: int) -> Task:
    """Errors: StaleVersion, WrongState if it is open."""
    _check_version(task, expected_version)
    if task.done_at is None:
        raise WrongState("The task is open.", path="id")
    return replace(task, done_at=None, done_by_id=None, version=task.version + 1)


def event(kind: str, after: Task, before: Task | None = None, *, id: UUID, now: datetime) -> Event:
    """What is told of a new task, or of a change."""
    changes, personal = initial(after) if before is None else differences(before, after)
    return Event(id, kind, "task", after.id, after.version, now, changes, personal)


def _check_version(task: Task, expected: int) -> None:
    if expected != task.version:
        raise StaleVersion(expected=expected, current=task.version)


def _check_open(task: Task, expected: int) -> None:
    _check_version(task, expected)
    if task.done_at is not None:
        raise WrongState("The task is done. Reopen it first.", path="id")


def _check_due(due_at: datetime, *, now: datetime) -> None:
    if due_at.tzinfo is None:
        raise InvalidInput("A time needs an offset: 2026-06-08T10:00:00-07:00.", path="dueAt")
    check_day(due_at, path="dueAt")
    if due_at <= now:
        raise InvalidInput("A task is due after now.", path="dueAt")


def _grown(before: Task, after: Task) -> Task | None:
    return None if after == before else replace(after, version=before.version + 1)
