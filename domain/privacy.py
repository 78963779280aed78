"""What a person may ask of those who keep their data: all of it handed out, or forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from domain.customers import Customer, check_version
from domain.errors import DomainError, InvalidInput
from domain.events import Event

ERASED: Final = "Erased"
KEPT: Final = timedelta(days=7)
"""How long an export can be fetched."""
MOST_NAMED: Final = 5
Kind = Literal["export", "erasure"]
Ground = Literal["asked", "consent_withdrawn", "no_longer_needed", "unlawful", "legal_duty"]


class StillNeeded(DomainError):
    """A customer is not erased while a tour is ahead of them, or money is open. The message names
    what is open: cancel it, run it or settle it, then ask again.
    """

    code = "STILL_NEEDED"


@dataclass(frozen=True, slots=True)
class Request:
    """A wish of a person for their data, and what became of it: its own receipt.

    Shape:  `counts` are rows by table; `sha256` and `size_bytes` are those of an export.
    """

    id: UUID
    kind: Kind
    customer_id: UUID
    ground: Ground | None
    status: Literal["pending", "done", "refused"]
    requested_by: UUID | None
    requested_at: datetime
    version: int = 1

    def ended(self, status: Literal["done", "refused"]) -> "Request":
        """The same request, from then on."""
        return replace(self, status=status, version=self.version + 1)

    def event(self, kind: str, *, id: UUID, now: datetime) -> Event:
        """What is told of it: it names nobody."""
        fresh = self.version == 1
        return Event(
            id=id,
            kind=kind,
            entity="privacy_request",
            entity_id=self.id,
            entity_version=self.version,
            occurred_at=now,
            changes={
                "status": (None if fresh else "pending", self.status),
                **({"kind": (None, self.kind), "ground": (None, self.ground)} if fresh else {}),
                **({"customer_id": (None, str(self.customer_id))} if fresh else {}),
            },
        )


@dataclass(frozen=True, slots=True)
class Erasure:
    """The wish to forget a customer for good, made on the version that the caller saw."""

    customer_id: UUID
    expected_version: int
    ground: Ground
    confirmed_name: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a request came to."""

    counts: Mapping[str, int]
    sha256: str | None = None
    size_bytes: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Something that a customer is needed for still: a booking by its number, a payment."""

    kind: str
    number: str | None


def check_erasure(customer: Customer, wish: Erasure) -> None:
    """Errors: StaleVersion; InvalidInput if the name is not the customer's."""
    check_version(customer, wish.expected_version)
    if wish.confirmed_name.strip() != customer.name:
        raise InvalidInput(
            "Type the customer's name as it stands: nothing brings back what is erased.",
            path="confirmedName",
        )


def check_settled(still_open: Sequence[Open]) -> None:
    """Errors: StillNeeded."""
    if not still_open:
        return
    named = [f"{each.kind} {each.number}" if each.number else each.kind for each in still_open]
    more = len(named) - MOST_NAMED
    told = ", ".join(named[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    raise StillNeeded(f"First cancel or settle what is open: {told}.", path="id")
