"""Inquiries and tasks as they are read."""

from db.relations import (
    ColumnKind,
    One,
    Relation,
    equals,
    is_null,
    local_day_from,
    local_day_to,
    one_of,
    text,
)

INQUIRIES = Relation(
    "inquiries",
    columns={
        "id": ColumnKind.UUID,
        "number": ColumnKind.TEXT,
        "status": ColumnKind.TEXT,
        "customer_id": ColumnKind.UUID,
        "name": ColumnKind.TEXT,
        "email": ColumnKind.TEXT,
        "phone": ColumnKind.TEXT,
        "wished_on": ColumnKind.DATE,
        "party_size": ColumnKind.INT,
        "tour_type": ColumnKind.TEXT,
        "message": ColumnKind.TEXT,
        "source": ColumnKind.TEXT,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"customer": One("customers", via="customer_id")},
    orders={
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of("status"),
        "source": one_of("source"),
        "created_on_from": local_day_from("created_at"),
        "created_on_to": local_day_to("created_at"),
        "text": text(),
    },
)
TASKS = Relation(
    "tasks",
    columns={
        "id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "title": ColumnKind.TEXT,
        "subject_kind": ColumnKind.TEXT,
        "subject_id": ColumnKind.UUID,
        "due_at": ColumnKind.INSTANT,
        "done_at": ColumnKind.INSTANT,
        "created_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    orders={"DUE_AT_ASC": ("due_at", "id"), "DUE_AT_DESC": ("-due_at", "-id")},
    filters={
        "open": is_null("done_at"),
        "due_on_from": local_day_from("due_at"),
        "due_on_to": local_day_to("due_at"),
        "subject_id": equals("subject_id"),
    },
)
READ_MODELS = (INQUIRIES, TASKS)
