"""Keys as they are stored, and the callers of the demo data that a credential can be made for."""

from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from db import callers, statements
from db.database import Transaction
from domain.identity import Brand

SQL = statements.load(__package__, "credentials.sql")
DEMO_TENANT: Final = "nw-touring"
DEMO_BRANDS: Final = (
    (DEMO_TENANT, "wwt"),
    (DEMO_TENANT, "nwtc"),
    (DEMO_TENANT, "hcwt"),
    ("kiwi-tours", "aotea"),
)


class HashedKey(Protocol):
    """A key as far as it is stored."""

    @property
    def key_hash(self) -> bytes: ...

    @property
    def prefix(self) -> str: ...

    @property
    def last_four(self) -> str: ...


async def is_development(tx: Transaction) -> bool:
    row = await tx.row(SQL["is_development"])
    return bool(row and row[0])


async def demo_brand(tx: Transaction, code: str, tenant: str) -> Brand | None:
    return await callers.brand(tx, tenant, code)


async def demo_brands(tx: Transaction) -> list[Brand]:
    """The brands of the demo that are here."""
    found = [await demo_brand(tx, code, tenant) for tenant, code in DEMO_BRANDS]
    return [brand for brand in found if brand is not None]


async def subject(tx: Transaction, kind: str) -> UUID | None:
    """Somebody of the brand to sign in as: a manager, the owner, a busy customer or driver."""
    row = await tx.row(SQL[f"demo_{kind}"])
    return row[0] if row else None


async def first_app(tx: Transaction, kind: str) -> UUID | None:
    row = await tx.row(SQL["first_app"], {"kind": kind})
    return row[0] if row else None


async def insert_demo_app(tx: Transaction, *, id: UUID, now: datetime) -> None:
    await tx.run(SQL["insert_demo_app"], {"id": id, "now": now})


async def insert_key(
    tx: Transaction,
    key: HashedKey,
    *,
    id: UUID,
    kind: str,
    app_id: UUID,
    now: datetime,
    lifetime: timedelta,
) -> None:
    """Store a key's hash; its text is stored nowhere."""
    await tx.run(
        SQL["insert_key"],
        {
            "id": id,
            "kind": kind,
            "app_id": app_id,
            "prefix": key.prefix,
            "last_four": key.last_four,
            "key_hash": key.key_hash,
            "created_at": now,
            "expires_at": now + lifetime,
        },
    )
