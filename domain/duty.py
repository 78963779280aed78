"""The duty clock of a driver: on duty once at a time, and driving only while on duty."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import InvalidInput, WrongState

ON_DUTY: Final = "on_duty"
DRIVING: Final = "driving"
# So far back may be written down what was forgotten.
LATEST: Final = timedelta(days=8)


class Turn(StrEnum):
    """What is done at the clock."""

    CLOCK_IN = "clock in"
    CLOCK_OUT = "clock out"
    START_DRIVING = "start driving"
    STOP_DRIVING = "stop driving"


@dataclass(frozen=True, slots=True)
class Entry:
    """A time on duty or at the wheel; without an end it still runs."""

    id: UUID
    driver_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Turned:
    """What a turn at the clock stores: an entry that begins, or those that end."""

    begun: Entry | None
    ended: Sequence[Entry]

    @property
    def entry(self) -> Entry:
        """The one that the turn is about: clocking out is about the time on duty."""
        return self.begun or max(self.ended, key=lambda entry: entry.kind == ON_DUTY)


def turn_clock(
    running: Sequence[Entry], turn: Turn, *, driver_id: UUID, at: datetime, id: UUID
) -> Turned:
    """Begin or end a time, as the running ones allow; clocking out ends the driving too.

    Shape:  `running` are the driver's entries without an end.
    Errors: WrongState, InvalidInput for a moment before the running entry began.
    """
    kinds = {entry.kind for entry in running}
    if turn is Turn.CLOCK_IN:
        _refuse("is on duty already. Clock out first.", when=ON_DUTY in kinds)
        return Turned(Entry(id, driver_id, ON_DUTY, at), ())
    _refuse("is not on duty. Clock in first.", when=ON_DUTY not in kinds)
    if turn is Turn.START_DRIVING:
        _refuse("is driving already. Stop driving first.", when=DRIVING in kinds)
        _check_after(running, at)
        return Turned(Entry(id, driver_id, DRIVING, at), ())
    if turn is Turn.STOP_DRIVING:
        _refuse("is not driving.", when=DRIVING not in kinds)
    ending = [e for e in running if turn is Turn.CLOCK_OUT or e.kind == DRIVING]
    _check_after(ending, at, strictly=True)
    return Turned(None, [replace(e, ends_at=at, version=e.version + 1) for e in ending])


def moment(at: datetime | None, *, now: datetime, by_driver: bool) -> datetime:
    """When it was: now, or what a dispatcher writes down of the last days.

    Errors: InvalidInput for a moment to come or one too long ago, and for a driver who names one.
    """
    if at is None:
        return now
    if by_driver:
        raise InvalidInput("A driver's clock shows now; dispatch corrects it.", path="at")
    if not now - LATEST <= at <= now:
        raise InvalidInput(f"`at` lies in the last {LATEST.days} days, and not ahead.", path="at")
    return at


def _refuse(said: str, *, when: bool) -> None:
    if when:
        raise WrongState(f"The driver {said}")


def _check_after(entries: Sequence[Entry], at: datetime, *, strictly: bool = False) -> None:
    for entry in entries:
        if at < entry.starts_at or (strictly and at == entry.starts_at):
            raise InvalidInput(f"That began at {entry.starts_at.isoformat()}.", path="at")
