"""Reservations ("Reserve & Refine") as they are read."""

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
RESERVATIONS = Relation(
    "reservations",
    columns={
        "id": ColumnKind.UUID,
        "number": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "customer_id": ColumnKind.UUID,
        "preferred_on": ColumnKind.DATE,
        "alternate_on": ColumnKind.DATE,
        "party_size": ColumnKind.INT,
        "tour_type": ColumnKind.TEXT,
        "method": ColumnKind.TEXT,
        "currency": ColumnKind.TEXT,
        "deposit_cents": ColumnKind.CENTS,
        "consult_by": ColumnKind.INSTANT,
        "special_requests": ColumnKind.TEXT,
        "internal_notes": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"customer": One("customers", via="customer_id")},
    many={"payments": Many("payments", by="reservation_id", order=("created_at", "id"))},
    orders={
        "PREFERRED_ON_ASC": ("preferred_on", "id"),
        "PREFERRED_ON_DESC": ("-preferred_on", "-id"),
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of("status"),
        "preferred_on_from": at_least("preferred_on"),
        "preferred_on_to": at_most("preferred_on"),
        "customer_id": equals("customer_id"),
        "number": equals("number"),
        "text": number_or_customer("reservations"),
    },
    hidden={"customer": STAFF_ONLY, "link": STAFF_ONLY},
)
READ_MODELS = (RESERVATIONS,)
