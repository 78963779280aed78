"""Dated rows on paper: what a change from a day on does to a row that holds, will, or did."""

from datetime import date
from uuid import UUID

import pytest

from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.periods import (
    Corrected,
    DatedRow,
    DayInPast,
    NewEnd,
    NewRow,
    NewTerms,
    Period,
    Replaced,
    change,
    end,
    new_period,
)

TODAY = date(2026, 3, 1)
JAN, APR, MAY, JUN, JUL = (date(2026, month, 1) for month in (1, 4, 5, 6, 7))
ID = UUID(int=1)
OLD, NEW = {"rate_cents": 1, "name": "A"}, {"rate_cents": 2, "name": "A"}


def a_row(starts_on: date, ends_on: date | None = None) -> DatedRow:
    return DatedRow(ID, 3, Period(starts_on, ends_on), OLD)


@pytest.mark.parametrize(
    ("row", "since", "decided"),
    [
        (a_row(JAN), TODAY, Replaced(NEW, Period(TODAY))),
        (a_row(JAN), MAY, Replaced(NEW, Period(MAY))),
        (a_row(JAN, JUL), MAY, Replaced(NEW, Period(MAY, JUL))),
        (a_row(APR, JUL), MAY, Replaced(NEW, Period(MAY, JUL))),
        (a_row(APR, JUL), APR, Corrected(NEW, Period(APR, JUL))),
        (a_row(APR), TODAY, Corrected(NEW, Period(TODAY))),
    ],
)
def test_a_row_is_followed_by_another_or_edited_where_it_has_not_begun(
    row: DatedRow, since: date, decided: Corrected | Replaced
) -> None:
    assert change(row, NewTerms(ID, 3, since, {"rate_cents": 2}), today=TODAY) == decided


@pytest.mark.parametrize(
    ("row", "since", "version", "by"),
    [
        (a_row(JAN), TODAY, 2, StaleVersion),
        (a_row(JAN), JAN, 3, DayInPast),
        (a_row(TODAY), TODAY, 3, InvalidInput),
        (a_row(JAN, JUN), JUN, 3, InvalidInput),
        (a_row(JAN, TODAY), MAY, 3, WrongState),
        (a_row(APR, APR), APR, 3, WrongState),
        (a_row(JAN), date(1899, 1, 1), 3, InvalidInput),
    ],
)
def test_a_change_of_what_is_over_or_stale_is_refused(
    row: DatedRow, since: date, version: int, by: type[DomainError]
) -> None:
    with pytest.raises(by):
        change(row, NewTerms(ID, version, since, {"rate_cents": 2}), today=TODAY)


@pytest.mark.parametrize("since", [MAY, APR])
def test_the_same_terms_are_no_change_unless_they_begin_earlier(since: date) -> None:
    same = NewTerms(ID, 3, since, {"rate_cents": 1})
    assert change(a_row(APR), same, today=TODAY) is None
    assert change(a_row(JUN), same, today=TODAY) == Corrected(OLD, Period(since))


@pytest.mark.parametrize(
    ("row", "on", "decided"),
    [
        (a_row(JAN), TODAY, Period(JAN, TODAY)),
        (a_row(JAN, JUL), JUN, Period(JAN, JUN)),
        (a_row(APR), APR, Period(APR, APR)),
        (a_row(JAN, JUL), JUL, None),
    ],
)
def test_a_row_ends_on_a_day_that_is_not_past(
    row: DatedRow, on: date, decided: Period | None
) -> None:
    assert end(row, NewEnd(ID, 3, on), today=TODAY) == decided


@pytest.mark.parametrize(
    ("row", "on", "version", "by"),
    [
        (a_row(JAN), TODAY, 4, StaleVersion),
        (a_row(JAN), JAN, 3, DayInPast),
        (a_row(MAY), APR, 3, InvalidInput),
        (a_row(JAN, MAY), JUN, 3, InvalidInput),
        (a_row(JAN, TODAY), JUN, 3, WrongState),
    ],
)
def test_an_end_that_would_change_the_past_or_prolong_a_row_is_refused(
    row: DatedRow, on: date, version: int, by: type[DomainError]
) -> None:
    with pytest.raises(by):
        end(row, NewEnd(ID, version, on), today=TODAY)


def test_a_new_row_begins_today_at_the_earliest_and_ends_later() -> None:
    assert new_period(NewRow({}, TODAY, APR), today=TODAY) == Period(TODAY, APR)
    for starts_on, ends_on, by in ((JAN, None, DayInPast), (APR, APR, InvalidInput)):
        with pytest.raises(by):
            new_period(NewRow({}, starts_on, ends_on), today=TODAY)
