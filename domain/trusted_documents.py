"""Documents that an app may send: known by their digest, pushed beforehand, retired, locked to."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.errors import DomainError, Forbidden, InvalidInput, StaleVersion, WrongState
from domain.identity import Kind, Principal
from domain.texts import one_line

BUILDS: Final = "ci"
MOST_AT_ONCE: Final = 50
MOST_OF_AN_APP: Final = 2_000
LONGEST: Final = 40_000
"""Characters of a document that can be registered."""


class Lock(StrEnum):
    """Whether the live keys of an app are locked to its documents."""

    TRUSTED = "trusted"
    OPEN = "open"


class DocumentRefused(DomainError):
    """A document does not fit the schema or its limits; nothing was stored. The message says what
    is wrong and in which line, `path` in which document.
    """

    code = "DOCUMENT_REFUSED"


class TooManyDocuments(DomainError):
    """The app would have more registered documents than are kept. Retire those not used."""

    code = "TOO_MANY_DOCUMENTS"

    def __init__(self) -> None:
        super().__init__(
            f"An app has at most {MOST_OF_AN_APP} documents. Retire those that nobody uses:"
            " `trustedDocuments` says which.",
            path="documents",
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that somebody wants to register; its name is that of its only operation."""

    digest: str
    text: str
    name: str | None


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document as it is registered for an app."""

    id: UUID
    app_id: UUID
    digest: str
    retired_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class PushTarget:
    """The app that documents are pushed for, and how many it has that are in force."""

    app_id: UUID
    version: int
    in_force: int


@dataclass(frozen=True, slots=True)
class AppLock:
    """The lock of an app; None is what its kind begins with."""

    app_id: UUID
    lock: Lock | None
    version: int


@dataclass(frozen=True, slots=True)
class Trusted:
    """What an app may send: how it is locked, and the digests of its documents in force."""

    lock: Lock | None
    digests: frozenset[str]

    def locks(self, caller: Principal) -> bool:
        """Whether a key of the app sends registered documents only.

        Shape:  a test key sends what it likes, and a build server's registers. Where nothing is
                said a website's live keys are locked, and a partner's are not.
        """
        if caller.mode == "test" or caller.role == BUILDS:
            return False
        return lock_of(self.lock, caller.kind) is Lock.TRUSTED


def lock_of(said: str | None, kind: str) -> Lock:
    """How the live keys of an app of a kind are locked, where something is said and where not."""
    if said is not None:
        return Lock(said)
    return Lock.TRUSTED if kind == Kind.SITE else Lock.OPEN


def digest_of(text: str) -> str:
    """SHA-256 of the text in UTF-8, in lower-case hexadecimal. Half a character has a digest too:
    it is the parser that refuses it.
    """
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def document_id(digest: str) -> str:
    return f"sha256:{digest}"


def check_pushing(caller: Principal, app_id: UUID) -> None:
    """Errors: Forbidden for a key of another app; staff push for every app of the brand."""
    if caller.kind is not Kind.STAFF and caller.app_id != app_id:
        raise Forbidden("A key pushes documents for its own app alone.")


def check_number(documents: Collection[object]) -> None:
    """Errors: InvalidInput."""
    if not 1 <= len(documents) <= MOST_AT_ONCE:
        raise InvalidInput(f"Push 1 to {MOST_AT_ONCE} documents at a time.", path="documents")


def make_draft(text: str, name: str | None, *, path: str) -> Draft:
    """Errors: InvalidInput, naming the document."""
    if len(text) > LONGEST:
        raise InvalidInput(f"A document has at most {LONGEST} characters.", path=f"{path}.text")
    return Draft(digest_of(text), text, one_line(name, path=f"{path}.name"))


def check_room(target: PushTarget, *, more: int) -> None:
    """Errors: TooManyDocuments."""
    if target.in_force + more > MOST_OF_AN_APP:
        raise TooManyDocuments


def restore(document: TrustedDocument) -> TrustedDocument:
    """In force again: whoever pushes a retired document wants it used."""
    return replace(document, retired_at=None, version=document.version + 1)


def retire(document: TrustedDocument, *, expected_version: int, now: datetime) -> TrustedDocument:
    """Errors: StaleVersion, WrongState for one that is retired."""
    if document.version != expected_version:
        raise StaleVersion(expected=expected_version, current=document.version)
    if document.retired_at is not None:
        raise WrongState("The document is retired already.", path="id")
    return replace(document, retired_at=now, version=document.version + 1)


def set_lock(app: AppLock, lock: Lock, *, expected_version: int) -> AppLock:
    """Errors: StaleVersion."""
    if app.version != expected_version:
        raise StaleVersion(expected=expected_version, current=app.version)
    if app.lock is lock:
        return app
    return replace(app, lock=lock, version=app.version + 1)
