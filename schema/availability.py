"""Availability in the contract."""

from datetime import date, datetime

import strawberry

from domain.availability import Reason, Slot, reason_of_day
from schema.enums import UnavailableReason
from schema.scalars import LocalDateTime


def reason_of(reason: Reason | None) -> UnavailableReason | None:
    return None if reason is None else UnavailableReason(reason.value)


@strawberry.type(description="A time at which a tour could begin, or why it could not.")
class StartTime:
    """Vans are told by their seats; whose tours take the others is told to nobody."""

    starts_at: datetime = strawberry.field(description="Start, with the brand's offset.")
    starts_at_local: LocalDateTime = strawberry.field(
        description="Start as the clock on the wall shows it."
    )
    ends_at: datetime = strawberry.field(description="End, with the brand's offset.")
    available: bool = strawberry.field(description="Is there a van, or are there several?")
    van_seats: list[int] = strawberry.field(
        description="Seats of each van that the party would take: the smallest that fits."
    )
    reason: UnavailableReason | None = strawberry.field(description="Why not, if it is not.")

    @classmethod
    def from_domain(cls, slot: Slot) -> "StartTime":
        return cls(
            starts_at=slot.starts_at,
            starts_at_local=LocalDateTime(slot.starts_at.replace(tzinfo=None)),
            ends_at=slot.ends_at.astimezone(slot.starts_at.tzinfo),
            available=bool(slot.vans),
            van_seats=list(slot.vans),
            reason=reason_of(slot.reason),
        )


@strawberry.type(description="A local day, and whether a tour could begin on it.")
class DayAvailability:
    """One day of a calendar."""

    on: date = strawberry.field(name="date", description="The day in the brand's zone.")
    available: bool = strawberry.field(description="Has it a start time that is free?")
    start_times: int = strawberry.field(description="How many start times are free.")
    reason: UnavailableReason | None = strawberry.field(description="Why none is, if none is.")

    @classmethod
    def from_domain(cls, on: date, found: list[Slot]) -> "DayAvailability":
        free = sum(bool(slot.vans) for slot in found)
        return cls(
            on=on, available=free > 0, start_times=free, reason=reason_of(reason_of_day(found))
        )
