"""How long a tenant keeps what is personal in its records, and what it may choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from domain.errors import InvalidInput, StaleVersion
from domain.events import Event

Kind = Literal["personal_values", "addresses", "sessions"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds while nobody has chosen, and the least and the most that can be chosen.

    Units:  days.
    """

    usual: int
    least: int
    most: int


BOUNDS: Final[Mapping[Kind, Bounds]] = {
    "personal_values": Bounds(7 * 365 + 2, 30, 3_650),
    "addresses": Bounds(365, 7, 3_650),
    "sessions": Bounds(30, 1, 365),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one kind of record is kept; of version 1 while nobody has chosen."""

    kind: Kind
    days: int
    version: int = 1
    id: UUID | None = None

    @classmethod
    def usual(cls, kind: Kind) -> "Rule":
        return cls(kind, BOUNDS[kind].usual)

    def before(self, now: datetime) -> datetime:
        """What is older than this is over."""
        return now - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Choice:
    """The wish to keep one kind of record for so many days."""

    kind: Kind
    days: int
    expected_version: int


def choose(rule: Rule, wish: Choice, *, id: UUID) -> Rule | None:
    """The rule from then on; None if it is the same.

    Errors: StaleVersion, InvalidInput.
    """
    if wish.expected_version != rule.version:
        raise StaleVersion(expected=wish.expected_version, current=rule.version)
    bounds = BOUNDS[rule.kind]
    if not bounds.least <= wish.days <= bounds.most:
        raise InvalidInput(f"Choose {bounds.least} to {bounds.most} days.", path="days")
    if wish.days == rule.days:
        return None
    return Rule(rule.kind, wish.days, rule.version + 1, rule.id or id)


def chosen(before: Rule, after: Rule, rule_id: UUID, *, id: UUID, now: datetime) -> Event:
    """What is told of a choice."""
    return Event(
        id=id,
        kind="RetentionSet",
        entity="retention",
        entity_id=rule_id,
        entity_version=after.version,
        occurred_at=now,
        changes={"kind": (after.kind, after.kind), "days": (before.days, after.days)},
    )


def applied(counts: Mapping[str, int], *, id: UUID, now: datetime) -> Event:
    """The receipt of a night's work: how many values of each kind are gone."""
    gone = {f"{kind}_gone": (0, count) for kind, count in counts.items() if count}
    return Event(id, "RetentionApplied", "retention_run", id, 1, now, gone)
