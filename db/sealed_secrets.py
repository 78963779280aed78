"""Secrets at rest: sealed boxes, one row each, of which a caller opens one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import statements
from db.database import Transaction

SQL = statements.load(__package__, "sealed_secrets.sql")
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Box:
    """A secret as it is stored, and what it was sealed for."""

    brand_id: int | None
    owner_id: UUID
    version: int
    key_id: str
    box: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a secret is: whose, and which."""

    tenant_id: int
    brand_id: int | None
    id: UUID
    kind: str


async def insert(
    tx: Transaction,
    *,
    id: UUID,
    brand_id: int | None,
    kind: str,
    owner_id: UUID,
    key_id: str,
    box: bytes,
    now: datetime,
) -> None:
    await tx.run(
        SQL["seal_secret"],
        {
            "id": id,
            "brand_id": brand_id,
            "kind": kind,
            "owner_id": owner_id,
            "key_id": key_id,
            "box": box,
            "now": now,
        },
    )


async def one(tx: Transaction, id: UUID, kind: str) -> Box | None:
    """The secret, if the caller may open it: their own, or for a worker one of its company's."""
    row = await tx.row(SQL["open_secret"], {"id": id, "kind": kind})
    return Box(*row) if row else None


async def update_box(
    tx: Transaction, id: UUID, *, version: int, key_id: str, box: bytes, now: datetime
) -> bool:
    """Whether the secret was still the one that was read."""
    given = {"id": id, "version": version, "key_id": key_id, "box": box, "now": now}
    return await tx.row(SQL["reseal_secret"], given) is not None


async def forget(tx: Transaction, id: UUID) -> None:
    await tx.run(SQL["forget_secret"], {"id": id})


async def sealed_by(
    tx: Transaction, key_id: str, *, after: UUID = FIRST, batch: int
) -> Sequence[Stored]:
    """Secrets of every company that the key sealed, by their ids."""
    given = {"key_id": key_id, "after": after, "batch": batch}
    return [Stored(*row) for row in await tx.rows(SQL["sealed_by"], given)]


async def keys(tx: Transaction) -> Mapping[str, int]:
    """How many secrets each key has sealed, in all companies."""
    return {row[0]: row[1] for row in await tx.rows(SQL["sealing_keys"])}
