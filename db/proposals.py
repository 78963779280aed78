"""Proposals with their days, stops, inclusions and guests as they are read; a head's writes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import (
    ColumnKind,
    Many,
    One,
    Relation,
    at_least,
    at_most,
    equals,
    number_or_customer,
    one_of_by_now,
)
from domain.errors import NotFound
from domain.pricing import Totals
from domain.proposal_lives import Offer
from domain.proposal_prices import Rates
from domain.proposals import OPEN, Head, NewProposal, Proposal

SQL = statements.load(__package__, "proposals.sql")
STAFF_ONLY = frozenset({"internal_notes", "discount_ppm", "gratuity_ppm"})
GUESTS = ("customer", "link")
PROPOSALS = Relation(
    "proposals",
    columns={
        "id": ColumnKind.UUID,
        "number": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "planning_phase": ColumnKind.TEXT,
        "title": ColumnKind.TEXT,
        "customer_id": ColumnKind.UUID,
        "party_size": ColumnKind.INT,
        "starts_on": ColumnKind.DATE,
        "ends_on": ColumnKind.DATE,
        "valid_until": ColumnKind.INSTANT,
        "currency": ColumnKind.TEXT,
        "discount_ppm": ColumnKind.INT,
        "gratuity_ppm": ColumnKind.INT,
        "subtotal_cents": ColumnKind.CENTS,
        "discount_cents": ColumnKind.CENTS,
        "tax_cents": ColumnKind.CENTS,
        "gratuity_cents": ColumnKind.CENTS,
        "total_cents": ColumnKind.CENTS,
        "deposit_cents": ColumnKind.CENTS,
        "individual_billing": ColumnKind.BOOL,
        "client_notes": ColumnKind.TEXT,
        "internal_notes": ColumnKind.TEXT,
        "sent_at": ColumnKind.INSTANT,
        "viewed_at": ColumnKind.INSTANT,
        "accepted_at": ColumnKind.INSTANT,
        "declined_at": ColumnKind.INSTANT,
        "decline_reason": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"customer": One("customers", via="customer_id")},
    many={
        "days": Many("proposal_days", by="proposal_id", order=("position",)),
        "inclusions": Many("proposal_inclusions", by="proposal_id", order=("position",)),
        "guests": Many("proposal_guests", by="proposal_id", order=("position",)),
        "payments": Many("payments", by="proposal_id", order=("created_at", "id")),
        "bookings": Many("bookings", by="proposal_id", order=("starts_at", "id")),
    },
    orders={
        "STARTS_ON_ASC": ("starts_on", "id"),
        "STARTS_ON_DESC": ("-starts_on", "-id"),
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of_by_now("status", "valid_until", open=sorted(OPEN), closed="expired"),
        "starts_on_from": at_least("starts_on"),
        "starts_on_to": at_most("starts_on"),
        "customer_id": equals("customer_id"),
        "text": number_or_customer("proposals", "title"),
    },
    hidden=dict.fromkeys(GUESTS, STAFF_ONLY),
)
PROPOSAL_DAYS = Relation(
    "proposal_days",
    columns={
        "id": ColumnKind.UUID,
        "proposal_id": ColumnKind.UUID,
        "position": ColumnKind.INT,
        "on_date": ColumnKind.DATE,
        "title": ColumnKind.TEXT,
    },
    many={"stops": Many("proposal_stops", by="day_id", order=("position",))},
)
PROPOSAL_STOPS = Relation(
    "proposal_stops",
    columns={
        "id": ColumnKind.UUID,
        "day_id": ColumnKind.UUID,
        "position": ColumnKind.INT,
        "kind": ColumnKind.TEXT,
        "winery_id": ColumnKind.UUID,
        "restaurant_id": ColumnKind.UUID,
        "hotel_id": ColumnKind.UUID,
        "own_place_id": ColumnKind.UUID,
        "name": ColumnKind.TEXT,
        "starts_at_local": ColumnKind.TIME,
        "minutes": ColumnKind.INT,
        "driver_notes": ColumnKind.TEXT,
    },
    one={
        "winery": One("wineries", via="winery_id"),
        "restaurant": One("restaurants", via="restaurant_id"),
        "hotel": One("hotels", via="hotel_id"),
        "own_place": One("own_places", via="own_place_id"),
    },
    hidden=dict.fromkeys(GUESTS, frozenset({"driver_notes"})),
)
PROPOSAL_INCLUSIONS = Relation(
    "proposal_inclusions",
    columns={
        "id": ColumnKind.UUID,
        "proposal_id": ColumnKind.UUID,
        "position": ColumnKind.INT,
        "kind": ColumnKind.TEXT,
        "label": ColumnKind.TEXT,
        "pricing": ColumnKind.TEXT,
        "unit_cents": ColumnKind.CENTS,
        "quantity": ColumnKind.INT,
        "line_cents": ColumnKind.CENTS,
        "taxable": ColumnKind.BOOL,
        "shown": ColumnKind.BOOL,
    },
)
PROPOSAL_GUESTS = Relation(
    "proposal_guests",
    columns={
        "id": ColumnKind.UUID,
        "proposal_id": ColumnKind.UUID,
        "position": ColumnKind.INT,
        "name": ColumnKind.TEXT,
        "email": ColumnKind.TEXT,
        "rsvp": ColumnKind.TEXT,
        "dietary": ColumnKind.TEXT,
        "room": ColumnKind.TEXT,
        "sponsored": ColumnKind.BOOL,
        "override_cents": ColumnKind.CENTS,
        "owed_cents": ColumnKind.CENTS,
        "paid_cents": ColumnKind.CENTS,
    },
)
READ_MODELS = (PROPOSALS, PROPOSAL_DAYS, PROPOSAL_STOPS, PROPOSAL_INCLUSIONS, PROPOSAL_GUESTS)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a brand's settings say of a proposal that is written on a day."""

    number_prefix: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class Client:
    """Whom a proposal is for."""

    id: UUID
    name: str
    email: str | None
    phone: str | None


async def lock(tx: Transaction, proposal_id: UUID) -> Proposal:
    """The proposal's row, held until the transaction ends.

    Errors: NotFound.
    """
    row = await tx.row(SQL["lock_proposal"], {"id": proposal_id})
    if row is None:
        raise NotFound(path="id")
    life, head, sums = row[:7], Head(*row[7:16]), Totals(*row[16:])
    return Proposal(*(*life, head, sums))


async def lock_offer(tx: Transaction, proposal_id: UUID) -> Offer:
    """The same row, as its client may lock it too.

    Errors: NotFound.
    """
    row = await tx.row(SQL["lock_offer"], {"id": proposal_id})
    if row is None:
        raise NotFound(path="id")
    return Offer(*row)


async def see_offer(tx: Transaction, proposal_id: UUID) -> Offer:
    """The same, not locked: for whoever has to lock vans before.

    Errors: NotFound.
    """
    row = await tx.row(SQL["see_offer"], {"id": proposal_id})
    if row is None:
        raise NotFound(path="id")
    return Offer(*row)


async def terms(tx: Transaction, day: date) -> Terms | None:
    """None if the brand has no settings yet."""
    row = await tx.row(SQL["terms_of_drafts"], {"day": day})
    return Terms(row[0], Rates(row[1], row[2])) if row else None


async def has_customer(tx: Transaction, customer_id: UUID) -> bool:
    return await tx.row(SQL["known_customer"], {"id": customer_id}) is not None


async def insert(
    tx: Transaction,
    new: NewProposal,
    *,
    id: UUID,
    number: str,
    currency: str,
    until: datetime,
    now: datetime,
) -> None:
    given = {"id": id, "number": number, "currency": currency, "valid_until": until, "now": now}
    given |= {"customer_id": new.customer_id}
    await tx.run(SQL["insert_proposal"], asdict(new.head) | given)


async def update(tx: Transaction, proposal: Proposal) -> None:
    """The head and the sums after an edit.

    Errors: RuleBroken, WrongState from the rules between rows.
    """
    versions = {"version": proposal.version, "edited_version": proposal.edited_version}
    facts = asdict(proposal.head) | asdict(proposal.sums) | versions
    await tx.run(SQL["update_proposal"], {**facts, "id": proposal.id})


async def update_life(tx: Transaction, offer: Offer) -> None:
    await tx.run(SQL["update_life"], asdict(offer))


async def update_answer(tx: Transaction, offer: Offer) -> None:
    """That the client has seen it, or says no."""
    await tx.run(SQL["update_answer"], asdict(offer))


async def sign(tx: Transaction, offer: Offer, *, name: str) -> None:
    """The signature, with the terms.

    Errors: WrongState, RuleBroken from the rules between rows.
    """
    await tx.run(SQL["sign"], asdict(offer) | {"signature_name": name})


async def run_out(tx: Transaction, *, now: datetime, batch: int) -> Sequence[UUID]:
    """Open proposals whose time has run out, oldest first."""
    return [row[0] for row in await tx.rows(SQL["run_out"], {"now": now, "batch": batch})]


async def client(tx: Transaction, proposal_id: UUID) -> Client | None:
    row = await tx.row(SQL["address_of_client"], {"id": proposal_id})
    return Client(*row) if row else None


async def deposit_received_at(
    tx: Transaction, proposal_id: UUID, deposit_cents: int
) -> datetime | None:
    """When a proposal's deposit was paid in full; None if it was not."""
    given = {"id": proposal_id, "deposit_cents": deposit_cents}
    row = await tx.row(SQL["deposit_received_at"], given)
    return row[0] if row else None


async def receive_deposits(tx: Transaction, proposal_id: UUID, received_at: datetime) -> None:
    """What was paid for a proposal is the deposit of its bookings."""
    await tx.run(SQL["receive_deposits"], {"id": proposal_id, "received_at": received_at})
