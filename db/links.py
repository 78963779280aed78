"""Links: who holds one's token may open one object, as long as it is worth opening."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, Relation, equals, is_set, one_of
from domain.links import Link, Linked

SQL = statements.load(__package__, "links.sql")

LINKS = Relation(
    "links",
    columns={
        "id": ColumnKind.UUID,
        "object_kind": ColumnKind.TEXT,
        "object_id": ColumnKind.UUID,
        "created_at": ColumnKind.INSTANT,
        "expires_at": ColumnKind.INSTANT,
        "revoked_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    orders={"CREATED_AT_ASC": ("created_at", "id"), "CREATED_AT_DESC": ("-created_at", "-id")},
    filters={
        "subject_id": equals("object_id"),
        "subject_kind": one_of("object_kind"),
        "revoked": is_set("revoked_at"),
    },
)
READ_MODELS = (LINKS,)


async def issue(
    tx: Transaction,
    kind: Linked,
    object_id: UUID,
    *,
    id: UUID,
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Let an object be opened by the token of this id; it ends by itself with the object."""
    await tx.run(
        SQL["insert_link"],
        {"id": id, "kind": kind, "object_id": object_id, "now": now, "expires_at": expires_at},
    )


async def of_object(tx: Transaction, object_id: UUID) -> UUID | None:
    row = await tx.row(SQL["link_of_object"], {"object_id": object_id})
    return row[0] if row else None


async def revoke(tx: Transaction, object_id: UUID, *, now: datetime) -> int:
    """Close every link to an object, and tell how many there were."""
    return await tx.run(SQL["revoke_links"], {"object_id": object_id, "now": now})


async def lock(tx: Transaction, link_id: UUID) -> Link | None:
    """The link's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_link"], {"id": link_id})
    return Link(*row) if row else None


async def update(tx: Transaction, link: Link) -> None:
    given = {
        "id": link.id,
        "expires_at": link.expires_at,
        "revoked_at": link.revoked_at,
        "version": link.version,
    }
    await tx.run(SQL["update_link"], given)


@dataclass(frozen=True, slots=True)
class MailedLink:
    """What a mail with a link says, and to whom. `email` is None if there is nobody to tell."""

    kind: Linked
    name: str
    website: str | None
    email: str | None


async def link_to_mail(tx: Transaction, link_id: UUID, *, now: datetime) -> MailedLink | None:
    """None for a link that is over."""
    row = await tx.row(SQL["link_to_mail"], {"id": link_id, "now": now})
    return MailedLink(*row) if row else None
