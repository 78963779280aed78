"""What the tests of reservations share: deposits as rows, and use cases as works."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from db.database import Database, Transaction
from domain.customers import Contact
from domain.identity import Brand
from domain.reservation_cancellations import Cancellation
from domain.reservations import NewReservation, ReservationChange
from services import reservations
from tests.builders import a_payment, new_id, write
from tests.db.rows import a_rate
from tests.services.trail import FreshIds

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ADA = Contact("Ada Guest", "ada@example.com", "+15095550142")
WISH = NewReservation(date(2026, 7, 31), 4, "wine_tour", "card", contact=ADA)
Work = Callable[[Transaction], Awaitable[Any]]


async def deposits(tx: Transaction) -> None:
    """The brand's flat deposits: 250 for up to 7 guests, 350 for up to 14."""
    for code, low, high, cents in (("small", 1, 7, 25000), ("large", 8, 14, 35000)):
        await a_rate(
            tx,
            kind="reservation_deposit",
            code=code,
            guests_min=low,
            guests_max=high,
            rate_cents=cents,
            effective_from=date(2020, 1, 1),
        )


def creating(*, at: datetime = NOW, id: UUID | None = None, **given: Any) -> Work:
    wish, reservation = replace(WISH, **given), id or new_id()
    return lambda tx: reservations.create_reservation(
        tx, wish, id=reservation, now=at, ids=FreshIds()
    )


def stepping(use_case: Any, reservation: UUID, *, version: int = 1, at: datetime = NOW) -> Work:
    return lambda tx: use_case(tx, reservation, expected_version=version, now=at, ids=FreshIds())


contacting = partial(stepping, reservations.contact_reservation)
confirming = partial(stepping, reservations.confirm_reservation)


def changing(reservation: UUID, *, version: int = 1, at: datetime = NOW, **named: Any) -> Work:
    wish = ReservationChange(reservation, version, named)
    return lambda tx: reservations.update_reservation(tx, wish, now=at, ids=FreshIds())


def cancelling(
    reservation: UUID,
    refund_cents: int = 0,
    *,
    version: int = 1,
    at: datetime = NOW,
    our_fault: bool = False,
) -> Work:
    wish = Cancellation(reservation, version, "Ill", refund_cents, our_fault)
    return lambda tx: reservations.cancel_reservation(tx, wish, now=at, ids=FreshIds())


def sweeping(at: datetime, *, batch: int = 50) -> Work:
    return lambda tx: reservations.expire_reservations(tx, batch=batch, now=at, ids=FreshIds())


async def a_made(database: Database, brand: Brand, **given: Any) -> UUID:
    """A reservation of a brand that takes deposits."""
    await write(database, brand, deposits)
    made: UUID = await write(database, brand, creating(**given))
    return made


async def pay(
    database: Database, brand: Brand, reservation: UUID, cents: int = 25000, *, at: datetime = NOW
) -> UUID:
    """The deposit, by cheque."""

    async def work(tx: Transaction) -> UUID:
        row = await tx.row(
            "select customer_id from reservations where id = %(id)s", {"id": reservation}
        )
        assert row is not None
        return await a_payment(
            tx,
            reservation_id=reservation,
            customer_id=row[0],
            amount_cents=cents,
            created_at=at,
            received_at=at,
        )

    paid: UUID = await write(database, brand, work)
    return paid
