"""What an inquiry became: a reservation, a proposal or a booking that says where it came from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.errors import WrongState
from domain.events import Event

TargetKind = Literal["reservation", "proposal", "booking"]


@dataclass(frozen=True, slots=True)
class Target:
    """What the rules need to know of it."""

    kind: TargetKind
    id: UUID
    customer_id: UUID | None
    inquiry_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """The wish to say what an inquiry became."""

    inquiry_id: UUID
    expected_version: int
    kind: TargetKind
    target_id: UUID


def check_free(target: Target, inquiry_id: UUID) -> bool:
    """Whether it has yet to be told that it came of that inquiry.

    Errors: WrongState if it came of another.
    """
    if target.inquiry_id not in {None, inquiry_id}:
        raise WrongState(f"The {target.kind} came of another inquiry.", path="into")
    return target.inquiry_id is None


def event(target: Target, inquiry_id: UUID, *, id: UUID, now: datetime) -> Event:
    """What is told of the object that an inquiry became."""
    return Event(
        id=id,
        kind=f"{target.kind.capitalize()}CameOfInquiry",
        entity=target.kind,
        entity_id=target.id,
        entity_version=target.version + 1,
        occurred_at=now,
        changes={
            "inquiry_id": (None, str(inquiry_id)),
            "version": (target.version, target.version + 1),
        },
    )
