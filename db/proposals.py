"""Proposals with their days, stops, inclusions and guests, as they are read."""

from db.relations import (
    ColumnKind,
    Many,
    One,
    Relation,
    at_least,
    at_most,
    equals,
    number_or_customer,
    one_of,
)

STAFF_ONLY = frozenset({"internal_notes"})
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
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"customer": One("customers", via="customer_id")},
    many={
        "days": Many("proposal_days", by="proposal_id", order=("position",)),
        "inclusions": Many("proposal_inclusions", by="proposal_id", order=("position",)),
        "guests": Many("proposal_guests", by="proposal_id", order=("position",)),
        "payments": Many("payments", by="proposal_id", order=("created_at", "id")),
    },
    orders={
        "STARTS_ON_ASC": ("starts_on", "id"),
        "STARTS_ON_DESC": ("-starts_on", "-id"),
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of("status"),
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
        "name": ColumnKind.TEXT,
        "minutes": ColumnKind.INT,
    },
    one={
        "winery": One("wineries", via="winery_id"),
        "restaurant": One("restaurants", via="restaurant_id"),
        "hotel": One("hotels", via="hotel_id"),
    },
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
        "sponsored": ColumnKind.BOOL,
        "owed_cents": ColumnKind.CENTS,
        "paid_cents": ColumnKind.CENTS,
    },
)
READ_MODELS = (PROPOSALS, PROPOSAL_DAYS, PROPOSAL_STOPS, PROPOSAL_INCLUSIONS, PROPOSAL_GUESTS)
