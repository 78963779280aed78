"""A second factor: how it begins, counts and ends, and how often a code may be tried."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.errors import DomainError, StaleVersion, WrongState
from domain.events import Change, Event
from domain.sign_in import Bound

RECOVERY_CODES: Final = 10
CHALLENGE: Final = timedelta(minutes=5)
TOTP: Final = "totp"
NOTHING: Final[Mapping[str, Change]] = {}
SEVERAL: Final = "You have a second factor already. Remove it before you enrol another."
NONE: Final = "You have no second factor. Enrol one with `beginTotp`."


class WrongCode(DomainError):
    """The code is wrong, or it was used already. Wait for the next one, and look at your clock."""

    code = "WRONG_CODE"

    def __init__(self) -> None:
        super().__init__("The code is wrong, or was used. Wait for the next one.", path="code")


@dataclass(frozen=True, slots=True)
class Factor:
    """A member's second factor; it counts once it was confirmed.

    Shape:  `last_step` is that of the last code that was taken: each is good once.
    """

    staff_id: UUID
    secret_id: UUID
    confirmed_at: datetime | None
    last_step: int
    version: int

    @property
    def counts(self) -> bool:
        return self.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether an operator asks all its members for a second factor; version 0 if never said."""

    id: UUID
    required: bool
    version: int


def may_begin(factor: Factor | None) -> None:
    """Errors: WrongState for one who has a second factor."""
    if factor is not None and factor.counts:
        raise WrongState(SEVERAL)


def unconfirmed(factor: Factor | None) -> Factor:
    """Errors: WrongState for one who has not begun, or is done."""
    if factor is None:
        raise WrongState("Begin with `beginTotp`.")
    may_begin(factor)
    return factor


def counting(factor: Factor | None) -> Factor:
    """Errors: WrongState for one who has no second factor."""
    if factor is None or not factor.counts:
        raise WrongState(NONE)
    return factor


def set_rule(rule: Rule, *, required: bool, expected_version: int, own: Factor | None) -> Rule:
    """What the operator asks of its members from now on.

    Errors: StaleVersion; WrongState for an owner who would lock themselves out.
    """
    if rule.version != expected_version:
        raise StaleVersion(expected=expected_version, current=rule.version, first=0)
    if rule.required == required:
        return rule
    if required and (own is None or not own.counts):
        raise WrongState("Enrol a second factor yourself before you ask it of others.")
    return replace(rule, required=required, version=rule.version + 1)


def of_member(
    kind: str,
    staff_id: UUID,
    version: int,
    *,
    id: UUID,
    now: datetime,
    changes: Mapping[str, Change] = NOTHING,
) -> Event:
    """What happened to a member's sessions or second factor; their row stays as it was."""
    return Event(id, kind, "staff_user", staff_id, version, now, changes)


def bounds_of_codes(what: str, tenant: str, staff_id: UUID, address: str) -> tuple[Bound, ...]:
    """What a try of a code counts against, until the first that refuses.

    Shape:  an account has few: whoever tries codes knows its password.
    """
    return (
        Bound(f"{what}:address:{address}", 50),
        Bound(f"{what}:pair:{tenant}:{staff_id}:{address}", 5),
        Bound(f"{what}:account:{tenant}:{staff_id}", 20),
    )
