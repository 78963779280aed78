"""Apps and their keys: who may ask in a brand's name, until when, and what ends it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.customers import normal_email
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.identity import Mode
from domain.texts import one_line

KINDS: Final[Mapping[str, frozenset[str]]] = {
    "site": frozenset({"site", "ci"}),
    "partner": frozenset({"partner", "ci"}),
}
"""The kinds of key that an app of a kind has."""
LONGEST_OVERLAP: Final = timedelta(days=30)
LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class App:
    """A website or a partner's program: what keys are made for."""

    id: UUID
    name: str
    kind: str
    contact_email: str | None = None
    status: str = "active"
    version: int = 1


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored; `scopes` is None for all that its kind may do."""

    id: UUID
    app_id: UUID
    kind: str
    mode: Mode
    label: str
    scopes: Sequence[str] | None
    prefix: str
    last_four: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    replaced_by: UUID | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class NewApp:
    """The wish for an app."""

    name: str
    kind: str
    contact_email: str | None = None


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """The wish for a key."""

    app_id: UUID
    kind: str
    mode: Mode
    label: str
    scopes: Sequence[str] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """The wish for a key in the place of another, which is good for the overlap still."""

    key_id: UUID
    expected_version: int
    overlap: timedelta
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of a secret for ever: its beginning and its end."""

    prefix: str
    last_four: str


def make_app(wish: NewApp, *, id: UUID) -> App:
    """Errors: InvalidInput."""
    name = one_line(wish.name, path="name", most=LONGEST_NAME)
    if name is None:
        raise InvalidInput("An app has a name.", path="name")
    email = wish.contact_email
    if email is not None:
        try:
            email = normal_email(email)
        except InvalidInput as error:
            raise InvalidInput(error.message, path="contactEmail") from error
    return App(id, name, wish.kind, email)


def set_status(app: App, status: str, *, expected_version: int) -> App:
    """The app suspended or at work; the very same if it is that already.

    Errors: StaleVersion.
    """
    _expect(app, expected_version)
    return app if app.status == status else replace(app, status=status, version=app.version + 1)


def issue(
    app: App, wish: NewApiKey, shown: Shown, *, most: Collection[str], id: UUID, now: datetime
) -> ApiKey:
    """A new key of the app; `most` is what a key of its kind may do.

    Errors: WrongState for a suspended app, InvalidInput.
    """
    _at_work(app)
    if wish.kind not in KINDS[app.kind]:
        allowed = " or ".join(sorted(KINDS[app.kind]))
        raise InvalidInput(f"A key of this app is of the kind {allowed}.", path="kind")
    label = one_line(wish.label, path="label", most=LONGEST_NAME)
    if label is None:
        raise InvalidInput("Say what the key is for, in `label`.", path="label")
    return ApiKey(
        id=id,
        app_id=app.id,
        kind=wish.kind,
        mode=wish.mode,
        label=label,
        scopes=_narrowed(wish.scopes, most, wish.kind),
        prefix=shown.prefix,
        last_four=shown.last_four,
        created_at=now,
        expires_at=_end(wish.expires_at, now),
    )


def rotate(
    app: App, key: ApiKey, wish: Rotation, shown: Shown, *, id: UUID, now: datetime
) -> tuple[ApiKey, ApiKey]:
    """The old key, which ends with the overlap, and the new one, which may do the same.

    Shape:  a key that had an end is replaced by one that lives as long as it did.
    Errors: StaleVersion, WrongState for a key that is over, was replaced, or is of a suspended
            app, InvalidInput.
    """
    _expect(key, wish.expected_version)
    _at_work(app)
    status = status_of(key.revoked_at, key.expires_at, key.replaced_by, now)
    if status != "active":
        raise WrongState(f"A key that is {status} is not replaced. Make a new one.", path="id")
    if not timedelta(0) <= wish.overlap <= LONGEST_OVERLAP:
        raise InvalidInput("`overlapHours` is 0 to 720.", path="overlapHours")
    ends = _end(wish.expires_at, now)
    if ends is None and key.expires_at is not None:
        ends = now + (key.expires_at - key.created_at)
    new = replace(
        key,
        id=id,
        prefix=shown.prefix,
        last_four=shown.last_four,
        created_at=now,
        expires_at=ends,
        version=1,
    )
    overlap_ends = now + wish.overlap
    old_ends = min(key.expires_at, overlap_ends) if key.expires_at else overlap_ends
    old = replace(key, expires_at=old_ends, replaced_by=id, version=key.version + 1)
    return old, new


def revoke(key: ApiKey, *, expected_version: int, now: datetime) -> ApiKey:
    """The key, over from this moment; the very same if it was revoked before.

    Errors: StaleVersion.
    """
    _expect(key, expected_version)
    if key.revoked_at is not None:
        return key
    return replace(key, revoked_at=now, version=key.version + 1)


def status_of(
    revoked_at: datetime | None,
    expires_at: datetime | None,
    replaced_by: UUID | None,
    now: datetime,
) -> str:
    """What a key is worth by now."""
    if revoked_at is not None:
        return "revoked"
    if expires_at is not None and expires_at <= now:
        return "expired"
    return "active" if replaced_by is None else "replaced"


def _narrowed(
    scopes: Sequence[str] | None, most: Collection[str], kind: str
) -> Sequence[str] | None:
    if scopes is None:
        return None
    wanted = sorted(set(scopes))
    if not wanted:
        raise InvalidInput("Name a scope, or leave the list out.", path="scopes")
    unknown = [scope for scope in wanted if scope not in most]
    if unknown:
        raise InvalidInput(
            f"A {kind} key may have {', '.join(sorted(most))}; not {', '.join(unknown)[:200]}.",
            path="scopes",
        )
    return wanted


def _end(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("`expiresAt` lies ahead.", path="expiresAt")
    return expires_at


def _at_work(app: App) -> None:
    if app.status != "active":
        raise WrongState("The app is suspended. Resume it first.", path="appId")


def _expect(thing: App | ApiKey, expected_version: int) -> None:
    if thing.version != expected_version:
        raise StaleVersion(expected=expected_version, current=thing.version, of=thing.id)
