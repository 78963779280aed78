"""A booking's state, and what it takes: changed together, behind the booking's own lock."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.booking_states import State
from domain.checkouts import Checkout, Filled
from domain.errors import NotFound, StaleVersion

SQL = statements.load(__package__, "booking_states.sql")


async def read(tx: Transaction, booking_id: UUID) -> State | None:
    row = await tx.row(SQL["state"], {"id": booking_id})
    return State(*row) if row else None


async def lock(tx: Transaction, booking_id: UUID) -> State | None:
    """The booking's row, held until the transaction ends."""
    row = await tx.row(SQL["state"] + " for update", {"id": booking_id})
    return State(*row) if row else None


async def lock_seen(tx: Transaction, booking_id: UUID, expected_version: int) -> State:
    """The booking's row, held until the transaction ends, as its caller saw it.

    Errors: NotFound, StaleVersion.
    """
    state = await lock(tx, booking_id)
    if state is None:
        raise NotFound(path="id")
    if expected_version != state.version:
        raise StaleVersion(expected=expected_version, current=state.version)
    return state


async def update(tx: Transaction, state: State, status: str, *, now: datetime) -> None:
    await tx.run(
        SQL["set_state"],
        {"id": state.id, "status": status, "version": state.version + 1, "now": now},
    )


async def confirm(tx: Transaction, state: State, waiver: str | None, *, now: datetime) -> None:
    await tx.run(
        SQL["confirm_booking"],
        {"id": state.id, "waiver": waiver, "version": state.version + 1, "now": now},
    )


async def cancel(
    tx: Transaction, state: State, reason: str, refund_cents: int, *, now: datetime
) -> None:
    """Call it off, and let go what it took."""
    changed = {
        "id": state.id,
        "reason": reason,
        "refund_cents": refund_cents or None,
        "version": state.version + 1,
        "now": now,
    }
    await tx.run(SQL["cancel_booking"], changed)
    await release(tx, state.id, now=now)


async def extend(tx: Transaction, state: State, expires_at: datetime, *, now: datetime) -> None:
    longer = {
        "id": state.id,
        "expires_at": expires_at,
        "version": state.version + 1,
        "now": now,
    }
    await tx.run(SQL["extend_hold"], longer)
    await tx.run(SQL["extend_blocks"], longer)


async def keep(tx: Transaction, booking_id: UUID) -> int:
    """What was held is taken for good; tells how many blocks there were."""
    return await tx.run(SQL["keep_blocks"], {"id": booking_id})


async def release(tx: Transaction, booking_id: UUID, *, now: datetime) -> None:
    await tx.run(SQL["release_blocks"], {"id": booking_id, "now": now})


async def receive_deposit(
    tx: Transaction, state: State, received_at: datetime, *, now: datetime
) -> None:
    """Errors: RuleBroken if its payments are less than the deposit."""
    await tx.run(
        SQL["receive_deposit"],
        {
            "id": state.id,
            "received_at": received_at,
            "version": state.version + 1,
            "now": now,
        },
    )


async def paid_cents(tx: Transaction, booking_id: UUID) -> int:
    """What was received for a booking and has not gone back."""
    return (await paid(tx, booking_id))[0]


async def paid(tx: Transaction, booking_id: UUID) -> tuple[int, int]:
    """What was received for a booking and has not gone back, and what of it is disputed besides."""
    row = await tx.row(SQL["paid_for_booking"], {"id": booking_id})
    return (int(row[0]), int(row[1])) if row else (0, 0)


async def lock_checkout(tx: Transaction, booking_id: UUID) -> Checkout | None:
    row = await tx.row(SQL["lock_checkout"], {"id": booking_id})
    return Checkout(*row) if row else None


async def check_out(
    tx: Transaction, before: Checkout, filled: Filled, customer_id: UUID, *, now: datetime
) -> None:
    values = {
        "id": before.id,
        "customer_id": customer_id,
        "version": before.version + 1,
        "now": now,
    }
    await tx.run(SQL["check_out"], {**asdict(filled), **values})
