"""A time in which a vehicle or a driver is taken by nobody's booking, and how it ends."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.errors import EndBeforeStart, InvalidInput, RuleBroken, StaleVersion, WrongState
from domain.schedule import check_day
from domain.texts import one_line
from domain.vehicles import LONGEST_REASON

OF_A_VEHICLE: Final = frozenset({"maintenance", "blackout"})
OF_A_DRIVER: Final = frozenset({"time_off", "blackout"})
OF_A_BOOKING: Final = frozenset({"booking", "hold"})
LONGEST_BLOCK: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Block:
    """What the rules need to know of a stored block."""

    id: UUID
    vehicle_id: UUID | None
    driver_id: UUID | None
    kind: str
    starts_at: datetime
    ends_at: datetime
    reason: str | None
    released_at: datetime | None = None
    offset_pair_id: UUID | None = None
    offset_pair_side: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class NewBlock:
    """The wish to take a vehicle or a driver out for a time.

    Shape:  `of_brand` is a block that the other brands see as busy time alone; `beside` is the
            block that this one may overlap, the first side of a private pair.
    """

    vehicle_id: UUID | None
    driver_id: UUID | None
    kind: str
    starts_at: datetime
    ends_at: datetime
    reason: str | None = None
    of_brand: bool = False
    beside: UUID | None = None


def take_out(wish: NewBlock, *, id: UUID, beside: Block | None = None) -> Block:
    """The block that is to be stored; whether the time is free, the database says.

    Errors: InvalidInput, EndBeforeStart, WrongState if what it stands beside is in no pair.
    """
    kinds = OF_A_VEHICLE if wish.vehicle_id else OF_A_DRIVER
    if wish.kind not in kinds:
        whose = "vehicle" if wish.vehicle_id else "driver"
        raise InvalidInput(f"A {whose} is blocked for {' or '.join(sorted(kinds))}.", path="kind")
    check_day(wish.starts_at, path="startsAt")
    check_day(wish.ends_at, path="endsAt")
    if wish.ends_at <= wish.starts_at:
        raise EndBeforeStart
    if wish.ends_at - wish.starts_at > LONGEST_BLOCK:
        raise InvalidInput("A block lasts a year at most.", path="endsAt")
    return Block(
        id=id,
        vehicle_id=wish.vehicle_id,
        driver_id=wish.driver_id,
        kind=wish.kind,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        reason=one_line(wish.reason, path="reason", most=LONGEST_REASON),
        offset_pair_id=_pair_of(beside) if beside else None,
        offset_pair_side=2 if beside else None,
    )


def _pair_of(block: Block) -> UUID:
    if block.offset_pair_id is None or block.released_at is not None:
        raise WrongState("That block is in no open pair. Open one first.", path="besideId")
    return block.offset_pair_id


def release(
    block: Block, *, expected_version: int, now: datetime, by_driver: bool = False
) -> Block:
    """The block, given back from now on; the very same if it is given back already.

    Errors: StaleVersion; WrongState for what a booking has, for it is the booking that changes,
            and for a driver who would give back more than their time off.
    """
    _expect(block, expected_version)
    if by_driver and block.kind != "time_off":
        raise WrongState("Only time off is a driver's own to give back. Ask dispatch.")
    if block.kind in OF_A_BOOKING:
        raise WrongState("A booking has this time. Change the booking, or who drives it.")
    if block.released_at is not None:
        return block
    return replace(block, released_at=now, version=block.version + 1)


def open_pair(block: Block, *, expected_version: int, pair_id: UUID) -> Block:
    """The block as the first side of a private pair; the very same if it is in one already.

    Errors: StaleVersion, WrongState for a block that was given back.
    """
    _expect(block, expected_version)
    if block.offset_pair_id is not None:
        return block
    if block.released_at is not None:
        raise WrongState("The block was given back; it takes no time that could be shared.")
    return replace(block, offset_pair_id=pair_id, offset_pair_side=1, version=block.version + 1)


def close_pair(block: Block, *, expected_version: int) -> Block:
    """The block without a pair; what it still overlaps, the database refuses.

    Errors: StaleVersion.
    """
    _expect(block, expected_version)
    if block.offset_pair_id is None:
        return block
    return replace(block, offset_pair_id=None, offset_pair_side=None, version=block.version + 1)


def check_owner(role: str) -> None:
    """Errors: RuleBroken for whoever is no owner."""
    if role != "owner":
        raise RuleBroken("Only an owner lets two tours share a time.")


def _expect(block: Block, version: int) -> None:
    if version != block.version:
        raise StaleVersion(expected=version, current=block.version)
