"""What events come to, and what an object was before them: on paper."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.events import Plain
from domain.history import Recorded, summed, undone

AT = datetime(2026, 6, 8, tzinfo=UTC)


def event(version: int, erased: tuple[str, ...] = (), /, **changes: Any) -> Recorded:
    return Recorded(
        id=UUID(int=version),
        kind="Changed",
        entity="booking",
        entity_id=UUID(int=1),
        entity_version=version,
        actor_kind="staff",
        actor_id=None,
        occurred_at=AT,
        changes=changes,
        erased=frozenset(erased),
    )


MADE = event(1, party=(None, 4), name=(None, "Ada"), version=(None, 1))
GREW = event(2, party=(4, 5))
RENAMED = event(3, name=("Ada", "Bea"))
SHRANK = event(4, party=(5, 4))
PRESENT: dict[str, Plain] = {"party": 4, "name": "Bea", "pickup": "Hotel"}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], {}),
        ([GREW], {"party": (4, 5)}),
        ([GREW, RENAMED], {"party": (4, 5), "name": ("Ada", "Bea")}),
        ([GREW, RENAMED, SHRANK], {"name": ("Ada", "Bea")}),
        ([MADE, GREW], {"party": (None, 5), "name": (None, "Ada")}),
    ],
)
def test_changes_are_summed_from_first_to_last(
    events: list[Recorded], expected: dict[str, Any]
) -> None:
    assert summed(events) == expected


@pytest.mark.parametrize(
    ("later", "party", "name", "version"),
    [
        ([], 4, "Bea", 4),
        ([SHRANK], 5, "Bea", 3),
        ([SHRANK, RENAMED], 5, "Ada", 2),
        ([SHRANK, RENAMED, GREW], 4, "Ada", 1),
    ],
)
def test_each_event_that_is_undone_gives_back_what_it_found(
    later: list[Recorded], party: int, name: str, version: int
) -> None:
    past = undone(PRESENT, 4, later)

    assert past.fields == {"party": party, "name": name, "pickup": "Hotel"}
    assert (past.version, past.existed, past.unknown) == (version, True, frozenset())


def test_before_it_was_made_there_was_nothing() -> None:
    assert not undone(PRESENT, 4, [SHRANK, RENAMED, GREW, MADE]).existed


def test_an_erased_value_is_unknown_until_an_older_event_tells_of_it() -> None:
    erased = event(3, ("name",), name=(None, None))

    assert undone(PRESENT, 4, [SHRANK, erased]).unknown == {"name"}
    assert undone(PRESENT, 4, [SHRANK, erased, event(2, name=("Al", "Ada"))]).unknown == set()


def test_what_the_object_has_not_is_left_out() -> None:
    assert undone({"party": 4}, 2, [event(2, colour=("red", "blue"))]).fields == {"party": 4}
