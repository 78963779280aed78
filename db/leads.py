"""Inquiries and tasks as they are read."""

from db.relations import (
    ColumnKind,
    Filter,
    One,
    Relation,
    equals,
    is_null,
    local_day_from,
    local_day_to,
    one_of,
    text,
    visible_only,
)

MINE = (
    "(assignee_id is not distinct from"
    " (select nullif(current_setting('app.actor_id', true), '')::uuid)) = %({name})s"
)
INQUIRY = {
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
    "assignee_id": ColumnKind.UUID,
    "lost_reason": ColumnKind.TEXT,
    "created_at": ColumnKind.INSTANT,
    "version": ColumnKind.INT,
}
# Whoever asked sees what they said and what became of it, and nothing that staff add.
STAFF_ONLY = frozenset({"customer_id", "assignee_id", "lost_reason", "search"})
INQUIRIES = Relation(
    "inquiries",
    columns=INQUIRY,
    one={
        "customer": One("customers", via="customer_id"),
        "assignee": One("staff_users", via="assignee_id"),
    },
    orders={
        "CREATED_AT_ASC": ("created_at", "id"),
        "CREATED_AT_DESC": ("-created_at", "-id"),
    },
    filters={
        "status": one_of("status"),
        "source": one_of("source"),
        "assignee_id": equals("assignee_id"),
        "created_on_from": local_day_from("created_at"),
        "created_on_to": local_day_to("created_at"),
        "text": text(),
    },
    hidden={"link": STAFF_ONLY},
)
TASK = {
    "id": ColumnKind.UUID,
    "kind": ColumnKind.TEXT,
    "title": ColumnKind.TEXT,
    "subject_kind": ColumnKind.TEXT,
    "subject_id": ColumnKind.UUID,
    "assignee_id": ColumnKind.UUID,
    "done_by_id": ColumnKind.UUID,
    "due_at": ColumnKind.INSTANT,
    "done_at": ColumnKind.INSTANT,
    "settled": ColumnKind.BOOL,
    "created_at": ColumnKind.INSTANT,
    "version": ColumnKind.INT,
}
# A guest settles what nobody has to do any more about theirs; what staff write stays with them.
SETTLED_BY_GUESTS = ("id", "kind", "subject_id", "created_at", "done_at", "version")
TASKS = Relation(
    "tasks",
    columns=TASK,
    one={
        "assignee": One("staff_users", via="assignee_id"),
        "done_by": One("staff_users", via="done_by_id"),
    },
    orders={"DUE_AT_ASC": ("due_at", "id"), "DUE_AT_DESC": ("-due_at", "-id")},
    filters={
        "open": is_null("done_at"),
        "due_on_from": local_day_from("due_at"),
        "due_on_to": local_day_to("due_at"),
        "subject_id": equals("subject_id"),
        "kind": one_of("kind"),
        "assignee_id": equals("assignee_id"),
        "mine": Filter(MINE),
    },
    hidden={"link": visible_only(TASK, *SETTLED_BY_GUESTS)},
)
READ_MODELS = (INQUIRIES, TASKS)
