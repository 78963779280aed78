"""Dated rows: how one takes the place of another from a day on, and what that leaves as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.events import Change, Plain
from domain.schedule import check_day

Values = Mapping[str, object]


class DayInPast(DomainError):
    """The day is before today in the brand's zone: what was quoted and sold stays explainable.
    Name today or a later day.
    """

    code = "DAY_IN_PAST"

    def __init__(self, *, today: date, path: str) -> None:
        super().__init__(f"The past stays as it was. Name {today} or a later day.", path=path)


@dataclass(frozen=True, slots=True)
class Period:
    """From a day on, up to and without another; without an end if that is None."""

    starts_on: date
    ends_on: date | None = None

    @property
    def is_empty(self) -> bool:
        """A row that was taken back before it held."""
        return self.ends_on is not None and self.ends_on <= self.starts_on


@dataclass(frozen=True, slots=True)
class DatedRow:
    """A stored row of prices or settings: its days, and what it says by the names of its fields."""

    id: UUID
    version: int
    period: Period
    values: Values


@dataclass(frozen=True, slots=True)
class NewRow:
    """The wish for a row that holds from a day on."""

    values: Values
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewTerms:
    """The wish that a row says something else from a day on; unnamed fields stay as they are."""

    row_id: UUID
    expected_version: int
    starts_on: date
    named: Values


@dataclass(frozen=True, slots=True)
class NewEnd:
    """The wish that a row ends: the first day on which it no longer holds."""

    row_id: UUID
    expected_version: int
    ends_on: date


@dataclass(frozen=True, slots=True)
class Corrected:
    """The row is edited: it has not begun, and the change begins with it or earlier."""

    values: Values
    period: Period


@dataclass(frozen=True, slots=True)
class Replaced:
    """The row ends on the day on which another begins, which says what it said and the change."""

    values: Values
    period: Period


def new_period(wish: NewRow, *, today: date) -> Period:
    """Errors: DayInPast, InvalidInput."""
    starts_on, ends_on = wish.starts_on, wish.ends_on
    check_day(starts_on, path="effectiveFrom")
    if starts_on < today:
        raise DayInPast(today=today, path="effectiveFrom")
    if ends_on is not None:
        check_day(ends_on, path="effectiveTo")
        if ends_on <= starts_on:
            raise InvalidInput("It would end before it begins.", path="effectiveTo")
    return Period(starts_on, ends_on)


def change(row: DatedRow, wish: NewTerms, *, today: date) -> Corrected | Replaced | None:
    """Decide how a row says something else from a day on.

    Shape:  None if nothing would change.
    Errors: StaleVersion, WrongState, DayInPast, InvalidInput.
    """
    _check_current(row, wish.expected_version, today=today)
    starts_on, period = wish.starts_on, row.period
    check_day(starts_on, path="effectiveFrom")
    if starts_on < today:
        raise DayInPast(today=today, path="effectiveFrom")
    if period.ends_on is not None and starts_on >= period.ends_on:
        raise InvalidInput(f"The row ends on {period.ends_on}, before that.", path="effectiveFrom")
    values = {**row.values, **wish.named}
    same = values == dict(row.values)
    if starts_on > period.starts_on:
        return None if same else Replaced(values, Period(starts_on, period.ends_on))
    if same and starts_on == period.starts_on:
        return None
    if period.starts_on <= today:
        raise InvalidInput("The row began today. Name a later day.", path="effectiveFrom")
    return Corrected(values, Period(starts_on, period.ends_on))


def end(row: DatedRow, wish: NewEnd, *, today: date) -> Period | None:
    """Decide an end.

    Shape:  None if nothing would change. A row that ends on the day it begins never holds.
    Errors: StaleVersion, WrongState, DayInPast, InvalidInput.
    """
    _check_current(row, wish.expected_version, today=today)
    ends_on = wish.ends_on
    check_day(ends_on, path="endsOn")
    if ends_on == row.period.ends_on:
        return None
    if ends_on < today:
        raise DayInPast(today=today, path="endsOn")
    if ends_on < row.period.starts_on:
        raise InvalidInput(f"The row begins on {row.period.starts_on}.", path="endsOn")
    if row.period.ends_on is not None and ends_on > row.period.ends_on:
        raise InvalidInput(
            f"The row ends on {row.period.ends_on}. Add another for the days behind.",
            path="endsOn",
        )
    return Period(row.period.starts_on, ends_on)


def differences(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> dict[str, Change]:
    """The fields that differ, each with its value before and after."""
    pairs = {name: (before.get(name), value) for name, value in after.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _check_current(row: DatedRow, expected_version: int, *, today: date) -> None:
    if expected_version != row.version:
        raise StaleVersion(expected=expected_version, current=row.version)
    if row.period.is_empty or (row.period.ends_on is not None and row.period.ends_on <= today):
        raise WrongState("The row has ended. Add another.", path="id")
