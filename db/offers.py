"""Offers of tours as they are read, and the statements that make, answer and end them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db import statements
from db.assignments import tour_of
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, equals, one_of_by_now
from domain.assignments import Tour
from domain.offers import NewOffers, Offer, Search

SQL = statements.load(__package__, "offers.sql")
Closed = tuple[UUID, int]
"""An offer that has ended, and its version by now."""

TOUR_OFFERS = Relation(
    "tour_offers",
    columns={
        "id": ColumnKind.UUID,
        "booking_id": ColumnKind.UUID,
        "driver_id": ColumnKind.UUID,
        "status": ColumnKind.TEXT,
        "starts_at": ColumnKind.INSTANT,
        "ends_at": ColumnKind.INSTANT,
        "party_size": ColumnKind.INT,
        "pickup": ColumnKind.TEXT,
        "expires_at": ColumnKind.INSTANT,
        "answered_at": ColumnKind.INSTANT,
        "reason": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={
        "booking": One("bookings", via="booking_id"),
        "driver": One("drivers", via="driver_id"),
    },
    orders={
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of_by_now("status", "expires_at", open=["offered"], closed="expired"),
        "booking_id": equals("booking_id"),
        "driver_id": equals("driver_id"),
    },
)
READ_MODELS = (TOUR_OFFERS,)


async def lock(tx: Transaction, offer_id: UUID) -> Offer | None:
    """The offer, held until the transaction ends."""
    row = await tx.row(SQL["lock_offer"], {"id": offer_id})
    return Offer(*row) if row else None


async def tour(tx: Transaction, offer_id: UUID) -> Tour | None:
    """The tour that is on offer to the caller, held until the transaction ends."""
    row = await tx.row(SQL["offered_tour"], {"offer_id": offer_id})
    return tour_of(row) if row else None


async def take(
    tx: Transaction, offer_id: UUID, *, block_id: UUID, status: str, closes: bool, now: datetime
) -> list[Closed]:
    """The offer that was taken, then those that were withdrawn for it; none if it is not open.

    Errors: DriverBusy from the exclusion constraint.
    """
    taken = {"offer_id": offer_id, "block_id": block_id, "next_status": status, "closes": closes}
    rows = await tx.rows(SQL["take_offered_tour"], taken | {"now": now})
    return [(row[0], row[1]) for row in rows]


async def ask_for_substitute(
    tx: Transaction, booking_id: UUID, search: Search, *, offer_ids: Sequence[UUID]
) -> list[tuple[UUID, UUID]]:
    """The offers that were made, each with its driver: at most one an id."""
    rows = await tx.rows(
        SQL["ask_for_substitute"],
        {
            "booking_id": booking_id,
            "task_id": search.task_id,
            "title": search.title,
            "title_alone": search.title_alone,
            "due_alone": search.due_alone,
            "offer_ids": list(offer_ids),
            "until": search.until,
            "now": search.now,
        },
    )
    return [(row[0], row[1]) for row in rows]


async def drivers_at_work(tx: Transaction, ids: Sequence[UUID]) -> frozenset[UUID]:
    rows = await tx.rows(SQL["drivers_at_work"], {"ids": list(ids)})
    return frozenset(row[0] for row in rows)


async def insert(tx: Transaction, wish: NewOffers, ids: Sequence[UUID], *, now: datetime) -> None:
    """Errors: AlreadyOffered from the unique index."""
    await tx.run(
        SQL["insert_offers"],
        {
            "ids": list(ids),
            "driver_ids": list(wish.driver_ids),
            "booking_id": wish.booking_id,
            "expires_at": wish.expires_at,
            "now": now,
        },
    )


async def update_answer(
    tx: Transaction, offer_id: UUID, status: str, *, reason: str | None, now: datetime
) -> None:
    await tx.run(
        SQL["answer_offer"], {"id": offer_id, "next_status": status, "reason": reason, "now": now}
    )


async def withdraw_all(
    tx: Transaction, booking_id: UUID, *, replaces: UUID | None = None, now: datetime
) -> list[Closed]:
    """All open offers of a tour in the place of a driver, or in nobody's place."""
    gone = {"booking_id": booking_id, "replaces_driver_id": replaces, "now": now}
    rows = await tx.rows(SQL["withdraw_offers"], gone)
    return [(row[0], row[1]) for row in rows]


async def expire(tx: Transaction, *, booking_id: UUID | None = None, now: datetime) -> list[Closed]:
    """End what has run out, of one tour or of all of the brand."""
    rows = await tx.rows(SQL["expire_offers"], {"booking_id": booking_id, "now": now})
    return [(row[0], row[1]) for row in rows]
