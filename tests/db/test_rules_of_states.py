"""The state machines: every step that the domain allows passes, and every other is refused."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain import drivers, offers, vehicles
from domain.bookings import TRANSITIONS
from domain.errors import WrongState
from domain.identity import Brand, Kind
from domain.shared_tours import TRANSITIONS as SHARED_TOURS
from domain.tickets import TRANSITIONS as TICKETS
from tests.builders import START, a_booking, a_driver, a_vehicle, assign_vehicle, write
from tests.db.rows import (
    a_paid_ticket,
    a_proposal,
    a_reservation,
    a_shared_tour,
    an_inclusion,
    an_inquiry,
)

RESERVATIONS = {
    "pending": {"contacted", "cancelled", "expired"},
    "contacted": {"confirmed", "cancelled", "expired"},
    "confirmed": {"converted", "cancelled", "expired"},
    "converted": set(),
    "cancelled": set(),
    "expired": set(),
}
PROPOSALS = {
    "draft": {"sent"},
    "sent": {"viewed", "accepted", "declined", "expired"},
    "viewed": {"accepted", "declined", "expired"},
    "accepted": {"converted"},
    "converted": set(),
    "declined": {"draft"},
    "expired": {"draft"},
}
INQUIRIES = {
    "new": {"contacted", "lost"},
    "contacted": {"quoted", "lost"},
    "quoted": {"won", "lost"},
    "won": set(),
    "lost": set(),
}
MACHINES: Mapping[str, Mapping[str, Any]] = {
    "bookings": TRANSITIONS,
    "reservations": RESERVATIONS,
    "proposals": PROPOSALS,
    "inquiries": INQUIRIES,
    "shared_tours": SHARED_TOURS,
    "tickets": TICKETS,
    "vehicles": vehicles.TRANSITIONS,
    "drivers": drivers.TRANSITIONS,
}
# An offer goes its way by its driver's own functions; `tests/services/test_offers.py` takes each step.
ANSWERED: Mapping[str, Mapping[str, Any]] = {"tour_offers": offers.TRANSITIONS}
ORIGINS = [(machine, origin) for machine, steps in MACHINES.items() for origin in steps]


async def _in_status(tx: Transaction, machine: str, status: str) -> UUID:
    """A row that nothing but its status keeps from going anywhere."""
    if machine == "proposals":
        proposal = await a_proposal(tx, status=status)
        if status not in {"accepted", "converted"}:
            await an_inclusion(tx, proposal_id=proposal, unit_cents=120000, line_cents=120000)
        return proposal
    if machine != "bookings":
        make = {
            "reservations": a_reservation,
            "inquiries": an_inquiry,
            "shared_tours": a_shared_tour,
            "tickets": a_paid_ticket,
            "vehicles": a_vehicle,
            "drivers": a_driver,
        }
        return await make[machine](tx, status=status)
    booking = await a_booking(tx, status=status, deposit_received_at=START, hold_expires_at=START)
    await assign_vehicle(tx, booking, await a_vehicle(tx))
    return booking


async def _go(tx: Transaction, machine: str, id: UUID, status: str) -> None:
    statement = f"update {machine} set status = %(status)s where id = %(id)s"  # noqa: S608
    assert await tx.run(statement, {"status": status, "id": id}) == 1


async def _what_goes_with(tx: Transaction, machine: str, id: UUID, status: str) -> None:
    """What the same transaction has to do, so that the step may be taken."""
    if status == "converted":
        await a_booking(tx, **{f"{machine.removesuffix('s')}_id": id})
    elif machine == "bookings" and status in {"draft", "cancelled", "expired"}:
        await tx.run(
            "update blocks set released_at = %(at)s"
            " where booking_id = %(id)s and released_at is null",
            {"id": id, "at": START},
        )
    elif machine == "bookings":
        await tx.run(
            "update blocks set kind = 'booking', expires_at = null, released_at = null"
            " where booking_id = %(id)s",
            {"id": id},
        )


async def _status(database: Database, brand: Brand, machine: str, id: UUID) -> str:
    async def look(tx: Transaction) -> str:
        statement = f"select status from {machine} where id = %(id)s"  # noqa: S608
        row = await tx.row(statement, {"id": id})
        assert row is not None
        return str(row[0])

    status: str = await write(database, brand, look)
    return status


@pytest.mark.parametrize(("machine", "origin"), ORIGINS)
async def test_a_status_goes_where_the_domain_says_and_nowhere_else(
    database: Database, brand: Brand, machine: str, origin: str
) -> None:
    steps = MACHINES[machine]
    kind = Kind.WORKER if origin in {"held", "pending", "sent"} else Kind.STAFF
    for target in sorted(set(steps) - {origin}):
        id = await write(database, brand, lambda tx: _in_status(tx, machine, origin))

        async def step(tx: Transaction, id: UUID = id, target: str = target) -> None:
            await _go(tx, machine, id, target)
            await _what_goes_with(tx, machine, id, target)

        if target in steps[origin]:
            await write(database, brand, step, kind=kind)
            assert await _status(database, brand, machine, id) == target
        else:
            with pytest.raises(WrongState):
                await write(database, brand, step, kind=kind)
            assert await _status(database, brand, machine, id) == origin


async def test_python_and_the_database_know_the_same_steps(
    database: Database, brand: Brand
) -> None:
    async def look(tx: Transaction) -> set[tuple[Any, ...]]:
        return set(await tx.rows("select machine, from_status, to_status from transitions"))

    known = {
        (machine, origin, target)
        for machine, steps in ({**MACHINES, **ANSWERED}).items()
        for origin, targets in steps.items()
        for target in targets
    }
    assert await write(database, brand, look) == known


@pytest.mark.parametrize("machine", MACHINES)
async def test_the_column_knows_the_statuses_of_the_machine_and_no_others(
    database: Database, brand: Brand, machine: str
) -> None:
    async def look(tx: Transaction) -> set[str]:
        row = await tx.row(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = %(name)s",
            {"name": f"{machine}_status_check"},
        )
        assert row is not None
        return set(row[0].replace("::text", "").split("'")[1::2])

    assert await write(database, brand, look) == set(MACHINES[machine])


async def test_an_update_that_keeps_the_status_is_no_step(database: Database, brand: Brand) -> None:
    id = await write(database, brand, lambda tx: _in_status(tx, "bookings", "completed"))
    await write(database, brand, lambda tx: _go(tx, "bookings", id, "completed"))
    assert await _status(database, brand, "bookings", id) == "completed"


@pytest.mark.parametrize(
    ("values", "passes"),
    [
        ({}, False),
        ({"deposit_received_at": START}, True),
        ({"deposit_waiver_reason": "A school"}, True),
    ],
)
async def test_confirming_needs_the_deposit_or_a_waiver_with_a_reason(
    database: Database, brand: Brand, values: dict[str, Any], *, passes: bool
) -> None:
    id = await write(database, brand, lambda tx: a_booking(tx, **values))
    if passes:
        await write(database, brand, lambda tx: _go(tx, "bookings", id, "confirmed"))
    else:
        with pytest.raises(WrongState):
            await write(database, brand, lambda tx: _go(tx, "bookings", id, "confirmed"))
    expected = "confirmed" if passes else "pending"
    assert await _status(database, brand, "bookings", id) == expected


async def test_the_table_of_steps_is_read_only_for_those_who_work(
    database: Database, brand: Brand
) -> None:
    async def forge(tx: Transaction) -> None:
        await tx.run("insert into transitions values ('bookings', 'completed', 'draft')")

    with pytest.raises(Exception, match="permission denied for table transitions"):
        await write(database, brand, forge, kind=Kind.WORKER)


async def test_a_confirmed_tour_is_assigned_by_its_van(database: Database, brand: Brand) -> None:
    async def work(tx: Transaction) -> UUID:
        id = await a_booking(tx, status="confirmed", deposit_received_at=START)
        await assign_vehicle(tx, id, await a_vehicle(tx, seats=4))
        await _go(tx, "bookings", id, "assigned")
        return id

    id = await write(database, brand, work)
    assert await _status(database, brand, "bookings", id) == "assigned"


@pytest.mark.parametrize(("after", "passes"), [(-1, False), (0, False), (1, True)])
async def test_a_cancelled_tour_is_opened_again_before_it_would_have_begun(
    database: Database, brand: Brand, after: int, *, passes: bool
) -> None:
    """The moment is the one that the change itself is dated with: time is an argument."""
    id = await write(database, brand, lambda tx: a_booking(tx, status="cancelled"))

    async def reopen(tx: Transaction) -> None:
        await tx.run(
            "update bookings set status = 'pending', updated_at = %(at)s where id = %(id)s",
            {"id": id, "at": START - timedelta(minutes=after)},
        )

    if passes:
        await write(database, brand, reopen)
    else:
        with pytest.raises(WrongState):
            await write(database, brand, reopen)
    status = "pending" if passes else "cancelled"
    assert await _status(database, brand, "bookings", id) == status
