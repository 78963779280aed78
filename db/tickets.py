"""Tickets as they are read, their seats, and the statements of their life."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Many, One, Relation
from domain.ticket_sales import TicketDraft
from domain.tickets import HandPayment, Kept, Ticket

SQL = statements.load(__package__, "tickets.sql")
NOBODY: Final = UUID(int=0)

# A driver sees who sits in their own tour, and neither prices nor whose the ticket is.
UNKNOWN_ON_THE_ROAD: Final = frozenset(
    {"customer_id", "subtotal_cents", "tax_cents", "total_cents"}
)
TICKETS = Relation(
    "tickets",
    columns={
        "id": ColumnKind.UUID,
        "number": ColumnKind.TEXT,
        "shared_tour_id": ColumnKind.UUID,
        "customer_id": ColumnKind.UUID,
        "status": ColumnKind.TEXT,
        "guests": ColumnKind.INT,
        "with_lunch": ColumnKind.BOOL,
        "currency": ColumnKind.TEXT,
        "subtotal_cents": ColumnKind.CENTS,
        "tax_cents": ColumnKind.CENTS,
        "total_cents": ColumnKind.CENTS,
        "hold_expires_at": ColumnKind.INSTANT,
        "created_at": ColumnKind.INSTANT,
        "updated_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={
        "shared_tour": One("shared_tours", via="shared_tour_id"),
        "customer": One("customers", via="customer_id"),
    },
    many={
        "sold_together": Many("tickets", by="sale_id", order=("created_at", "id")),
        "payments": Many("payments", by="ticket_id", order=("created_at", "id")),
    },
    hidden={"driver": UNKNOWN_ON_THE_ROAD},
)
READ_MODELS = (TICKETS,)


@dataclass(frozen=True, slots=True)
class Sale:
    """What the tickets of one sale have in common; its id is that of its first ticket."""

    id: UUID
    tour_id: UUID
    customer_id: UUID
    app_id: UUID | None
    hold_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Selling:
    """How the brand's numbers begin, and for how many minutes it holds a guest's seats."""

    number_prefix: str
    hold_minutes: int


async def seats_left(
    tx: Transaction, tours: Sequence[UUID], *, now: datetime
) -> Mapping[UUID, int]:
    """By tour; a ticket whose time to pay ran out takes no seat."""
    rows = await tx.rows(SQL["seats_left"], {"tours": list(tours), "now": now})
    return {tour: max(seats, 0) for tour, seats in rows}


async def tour_of(tx: Transaction, ticket_id: UUID) -> UUID | None:
    row = await tx.row(SQL["tour_of_ticket"], {"id": ticket_id})
    return row[0] if row else None


async def lock(tx: Transaction, ticket_id: UUID) -> Ticket | None:
    """The ticket's row, held until the transaction ends; its tour is locked before it."""
    row = await tx.row(SQL["lock_ticket"], {"id": ticket_id})
    return Ticket(*row) if row else None


async def lock_live(tx: Transaction, tour_id: UUID) -> Sequence[Ticket]:
    """The tickets of a tour that were not given back; the tour is locked before them."""
    return [Ticket(*row) for row in await tx.rows(SQL["lock_live_tickets"], {"tour": tour_id})]


async def expired(tx: Transaction, *, now: datetime, batch: int) -> Sequence[tuple[UUID, UUID]]:
    """Tickets whose time to pay has run out, each with its tour."""
    rows = await tx.rows(SQL["expired_tickets"], {"now": now, "batch": batch})
    return [(row[0], row[1]) for row in rows]


async def insert(
    tx: Transaction, draft: TicketDraft, sale: Sale, *, id: UUID, number: str, now: datetime
) -> None:
    """Errors: RuleBroken, WrongState from the rules of seats and of the sale's end."""
    await tx.run(
        SQL["insert_ticket"],
        asdict(draft)
        | {
            "id": id,
            "number": number,
            "tour": sale.tour_id,
            "customer": sale.customer_id,
            "currency": tx.principal.brand.currency if tx.principal.brand else None,
            "sale": sale.id,
            "app": sale.app_id,
            "hold_expires_at": sale.hold_expires_at,
            "now": now,
        },
    )


async def update_status(tx: Transaction, ticket_id: UUID, status: str, *, now: datetime) -> None:
    await tx.run(SQL["update_ticket_status"], {"id": ticket_id, "status": status, "now": now})


async def paid_cents(tx: Transaction, ticket_id: UUID) -> int:
    row = await tx.row(SQL["paid_for_ticket"], {"id": ticket_id})
    return int(row[0]) if row else 0


async def insert_payment(
    tx: Transaction, ticket_id: UUID, paid: HandPayment, *, id: UUID, cents: int, now: datetime
) -> None:
    given = {"method": paid.method, "reference": paid.reference, "cents": cents, "now": now}
    await tx.run(SQL["insert_ticket_payment"], {"id": ticket_id, "payment": id, **given})


async def refundable(tx: Transaction, tickets: Sequence[UUID]) -> Mapping[UUID, Sequence[Kept]]:
    """By ticket, its payments with what of them was kept."""
    found: dict[UUID, list[Kept]] = {ticket: [] for ticket in tickets}
    for ticket, *kept in await tx.rows(SQL["refundable"], {"tickets": list(tickets)}):
        payment, cents, is_disputed = kept
        found[ticket].append(Kept(payment, int(cents), is_disputed=is_disputed))
    return found


async def has_customer(tx: Transaction, customer_id: UUID) -> bool:
    return await tx.row(SQL["customer_is_there"], {"id": customer_id}) is not None


async def selling(tx: Transaction, today: date) -> Selling | None:
    """As in force on a day; None for a brand without settings."""
    row = await tx.row(SQL["number_prefix"], {"today": today})
    return Selling(*row) if row else None


async def queue(tx: Transaction, tour_id: UUID, *, now: datetime) -> int:
    """Wait for all who sell, change or end the tour; then how many of its seats are taken.

    Shape:  for guests too, who may not lock a tour themselves nor see another's ticket.
    """
    row = await tx.row(SQL["queue_for_seats"], {"tour": tour_id, "nobody": NOBODY, "now": now})
    return int(row[0]) if row else 0
