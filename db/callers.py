"""Who is calling: the look-ups that run before a brand is known, by functions that see past it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from db import statements
from db.database import Transaction
from domain.identity import Brand, Kind, Mode

SQL = statements.load(__package__, "callers.sql")
BY_KIND = {
    Kind.STAFF: "member",
    Kind.CUSTOMER: "customer",
    Kind.DRIVER: "driver",
}


class Subject(Protocol):
    """Whom a token speaks for, and the session that it is of, if it is of one."""

    @property
    def kind(self) -> Kind: ...

    @property
    def tenant(self) -> str: ...

    @property
    def subject(self) -> UUID: ...

    @property
    def session(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """A known caller: the brand, who they are in it, and what was granted or denied them.

    Shape:  `until` is when that changes by itself, if it does. Of a member with a session:
            `proved_at` is when it last showed who they are, and whether they owe a second factor.
    """

    brand: Brand
    actor_id: UUID
    role: str
    grants: Sequence[str]
    denies: Sequence[str]
    label: str
    until: datetime | None = None
    proved_at: datetime | None = None
    owes_factor: bool = False

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> "Caller":
        tenant_id, brand_id, slug, code, name, zone, currency, *rest = row
        return cls(Brand(tenant_id, brand_id, slug, code, name, zone, currency), *rest)


@dataclass(frozen=True, slots=True)
class KeyFound:
    """A key that is in force: whose it is, and what it may do, None for all that its kind may."""

    caller: Caller
    id: UUID
    app_id: UUID
    mode: Mode
    scopes: Sequence[str] | None


async def by_key(tx: Transaction, key_hash: bytes, *, now: datetime) -> KeyFound | None:
    row = await tx.row(SQL["caller_by_key"], {"key_hash": key_hash, "now": now})
    return KeyFound(Caller.of(row[:-4]), *row[-4:]) if row else None


async def by_link(tx: Transaction, link: UUID, *, now: datetime) -> tuple[Caller, UUID] | None:
    """Who holds a link, and the object that it opens; None if it opens nothing any more."""
    row = await tx.row(SQL["caller_by_link"], {"link": link, "now": now})
    return (Caller.of(row[:-1]), row[-1]) if row else None


async def by_subject(tx: Transaction, who: Subject, brand: str, *, now: datetime) -> Caller | None:
    """A member of the brand's staff, one of its customers, or a driver of its operator."""
    given = {
        "tenant": who.tenant,
        "brand": brand,
        "subject": who.subject,
        "session": who.session,
        "now": now,
    }
    row = await tx.row(SQL[f"caller_by_{BY_KIND[who.kind]}"], given)
    return Caller.of(row) if row else None


async def session_end(tx: Transaction, session: UUID) -> datetime | None:
    row = await tx.row(SQL["session_end"], {"session": session})
    return row[0] if row else None


async def note_key_uses(tx: Transaction, seen: Mapping[tuple[int, int, UUID], datetime]) -> None:
    """When each key was used, by tenant, brand and id; in one order, so that two do not cross."""
    uses = sorted(seen.items())
    given = {
        "tenants": [tenant for (tenant, _, _), _ in uses],
        "brands": [brand for (_, brand, _), _ in uses],
        "used": [key for (_, _, key), _ in uses],
        "used_at": [at for _, at in uses],
    }
    await tx.rows(SQL["note_key_uses"], given)


async def brand(tx: Transaction, tenant: str, code: str) -> Brand | None:
    row = await tx.row(SQL["brand_by_code"], {"tenant": tenant, "brand": code})
    return Brand(*row) if row else None


async def knows_origin(tx: Transaction, origin: str, *, brand: Brand | None = None) -> bool:
    """Whether the origin is a website of the brand; of any brand if none is named."""
    row = await tx.row(
        SQL["origin_is_known"],
        {
            "origin": origin,
            "tenant": brand.tenant_slug if brand else None,
            "brand": brand.code if brand else None,
        },
    )
    return row == (True,)
