"""A task's due time, its doer and its end, on paper."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain import tasks
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.tasks import NewTask

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ID, SAM, ABOUT = UUID(int=1), UUID(int=2), UUID(int=3)
WISH = NewTask("call_back", " Call  Ada ", "inquiry", ABOUT, NOW + HOUR)
OPEN = tasks.draft(WISH, id=ID, now=NOW)
DONE = tasks.done(OPEN, SAM, now=NOW)


def test_a_new_task_is_open_and_its_title_is_on_one_line() -> None:
    assert (OPEN.title, OPEN.done_at, OPEN.done_by_id, OPEN.version) == ("Call Ada", None, None, 1)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"kind": "Call back"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"kind": "x" * 41}, "kind"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "Call\x1bAda"}, "title"),
        ({"due_at": NOW}, "dueAt"),
        ({"due_at": datetime(2026, 7, 1)}, "dueAt"),  # noqa: DTZ001 - what is refused
        ({"due_at": datetime(2300, 1, 1, tzinfo=UTC)}, "dueAt"),
    ],
)
def test_a_task_without_kind_title_or_time_to_do_it_is_refused(
    given: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        tasks.draft(replace(WISH, **given), id=ID, now=NOW)
    assert refused.value.path == path


def test_what_comes_in_is_to_be_answered_within_a_day() -> None:
    for made, about in (
        (tasks.call_back(ABOUT, id=ID, now=NOW), ("call_back", "inquiry")),
        (tasks.consultation(ABOUT, id=ID, now=NOW), ("consultation", "reservation")),
    ):
        assert (made.kind, made.subject_kind) == about
        assert (made.subject_id, made.due_at) == (ABOUT, NOW + 24 * HOUR)


def test_a_task_is_done_once_and_opened_again() -> None:
    done = tasks.complete(OPEN, SAM, expected_version=1, now=NOW)
    assert done == replace(OPEN, done_at=NOW, done_by_id=SAM, version=2)
    with pytest.raises(WrongState):
        tasks.complete(done, SAM, expected_version=2, now=NOW)
    opened = tasks.reopen(done, expected_version=2)
    assert opened == replace(OPEN, version=3)
    with pytest.raises(WrongState):
        tasks.reopen(opened, expected_version=3)


def test_what_is_done_is_neither_given_to_somebody_nor_put_off() -> None:
    with pytest.raises(WrongState):
        tasks.assign(DONE, SAM, expected_version=2)
    with pytest.raises(WrongState):
        tasks.postpone(DONE, NOW + HOUR, expected_version=2, now=NOW)


def test_a_wish_that_changes_nothing_decides_nothing() -> None:
    assert tasks.assign(OPEN, None, expected_version=1) is None
    assert tasks.postpone(OPEN, OPEN.due_at, expected_version=1, now=NOW) is None
    later = tasks.postpone(OPEN, NOW + 2 * HOUR, expected_version=1, now=NOW)
    assert later == replace(OPEN, due_at=NOW + 2 * HOUR, version=2)


def test_an_old_version_is_refused_by_each_decision() -> None:
    decisions: list[Callable[[], object]] = [
        lambda: tasks.assign(OPEN, SAM, expected_version=2),
        lambda: tasks.postpone(OPEN, NOW + HOUR, expected_version=2, now=NOW),
        lambda: tasks.complete(OPEN, SAM, expected_version=2, now=NOW),
        lambda: tasks.reopen(DONE, expected_version=1),
    ]
    for decide in decisions:
        with pytest.raises(StaleVersion):
            decide()
