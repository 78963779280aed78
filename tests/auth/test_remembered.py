"""How long a caller is known by what they have shown, and what ends it sooner."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from auth.remembered import LONGEST, MOST, SETTLING, Proof, Remembered
from domain.identity import Kind, Principal

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KNOWN = Principal(Kind.SITE, label="Known")
KEY = "callers/keys/1:7"
APP = "callers/apps/2:7"


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


class TwoEars:
    """Hear what a test says, while they are alive."""

    def __init__(self) -> None:
        self.life: int | None = 1
        self.say: Callable[[str], None] = self.nobody_listens

    def listen(self, heard: Callable[[str], None]) -> None:
        self.say = heard

    @staticmethod
    def nobody_listens(scope: str) -> None:
        raise AssertionError(scope)


class Held:
    """A memory, with the clock and the ears that it goes by."""

    def __init__(self) -> None:
        self.clock, self.ears = Clock(), TwoEars()
        self.memory = Remembered(self.ears, self.clock.now)

    def learn(self, shown: str = "key", until: datetime | None = None) -> bytes:
        key = self.memory.key(shown)
        proof = Proof(KNOWN, frozenset({KEY, APP}), until)
        self.memory.put(key, proof, self.memory.begin())
        return key


@pytest.fixture
def held() -> Held:
    return Held()


def test_a_caller_is_known_for_a_minute(held: Held) -> None:
    key = held.learn()

    held.clock.at = START + LONGEST - SECOND
    assert held.memory.get(key) is KNOWN
    held.clock.at = START + LONGEST
    assert held.memory.get(key) is None
    assert len(held.memory) == 0


def test_a_caller_is_not_known_beyond_their_own_end(held: Held) -> None:
    key = held.learn(until=START + SECOND)

    assert held.memory.get(key) is KNOWN
    held.clock.at = START + SECOND
    assert held.memory.get(key) is None


@pytest.mark.parametrize("scope", [KEY, APP])
def test_a_change_of_any_row_ends_it_and_of_another_does_not(held: Held, scope: str) -> None:
    key = held.learn()

    held.ears.say("callers/keys/2:7")
    assert held.memory.get(key) is KNOWN
    held.ears.say(scope)
    assert held.memory.get(key) is None


def test_who_is_deaf_knows_nobody_and_forgets_whom_it_knew(held: Held) -> None:
    key = held.learn()

    held.ears.life = None
    assert held.memory.get(key) is None
    assert held.learn() == key
    held.ears.life = 2
    assert held.memory.get(key) is None
    held.learn()
    assert held.memory.get(key) is KNOWN
    held.ears.life = 3
    assert held.memory.get(key) is None


def test_a_look_up_that_began_before_a_change_leaves_nothing_behind(held: Held) -> None:
    key, begun = held.memory.key("key"), held.memory.begin()

    held.ears.say(APP)
    held.memory.put(key, Proof(KNOWN, frozenset({KEY, APP})), begun)

    assert held.memory.get(key) is None


def test_a_look_up_that_was_deaf_meanwhile_leaves_nothing_behind(held: Held) -> None:
    key, begun = held.memory.key("key"), held.memory.begin()

    held.ears.life = 2
    held.memory.put(key, Proof(KNOWN, frozenset({KEY})), begun)

    assert held.memory.get(key) is None


def test_nothing_is_remembered_while_a_replica_may_show_the_rows_of_before(held: Held) -> None:
    held.learn()
    held.ears.say(KEY)

    held.clock.at = START + SETTLING - SECOND
    assert held.memory.get(held.learn()) is None
    held.clock.at = START + SETTLING
    assert held.memory.get(held.learn()) is KNOWN


def test_of_too_many_changes_all_are_taken_for_changed(held: Held) -> None:
    held.learn()
    for each in range(MOST + 1):
        held.ears.say(f"callers/sessions/{each}:7")

    assert held.memory.get(held.learn("another")) is None
    held.clock.at = START + SETTLING
    assert held.memory.get(held.learn("another")) is KNOWN


def test_the_least_used_are_forgotten_first(held: Held) -> None:
    first, second = held.learn("first"), held.learn("second")
    assert held.memory.get(first) is KNOWN

    for each in range(MOST - 1):
        held.learn(f"key {each}")

    assert len(held.memory) == MOST
    assert held.memory.get(second) is None
    assert held.memory.get(first) is KNOWN
    held.ears.say(KEY)
    assert len(held.memory) == 0


def test_what_was_shown_is_told_apart_and_not_kept(held: Held) -> None:
    memory = held.memory
    keys = {memory.key(*each) for each in [("a", "b"), ("a", None, "b"), ("ab",), ("a", "b", "c")]}

    assert len(keys) == 4
    assert memory.key("a", None, "b") == memory.key("a", "", "b")
    assert memory.key("a") != Remembered(held.ears, held.clock.now).key("a")
    assert memory.key("\ud800") not in keys
