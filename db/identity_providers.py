"""Issuers that tenants sign in by, and whom of the staff they know."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, equals, is_set
from domain.identity_providers import IdentityProvider, Linked, Rule, Seats, Terms

SQL = statements.load(__package__, "identity_providers.sql")

IDENTITY_PROVIDERS = Relation(
    "identity_providers",
    columns={
        "id": ColumnKind.UUID,
        "issuer": ColumnKind.TEXT,
        "client_id": ColumnKind.TEXT,
        "secret_id": ColumnKind.UUID,
        "scopes": ColumnKind.TEXTS,
        "role_claim": ColumnKind.TEXTS,
        "rules": ColumnKind.JSON,
        "fallback": ColumnKind.JSON,
        "provisioning": ColumnKind.TEXT,
        "email_domains": ColumnKind.TEXTS,
        "verified_claim": ColumnKind.TEXTS,
        "strong_acrs": ColumnKind.TEXTS,
        "enforced": ColumnKind.BOOL,
        "version": ColumnKind.INT,
        "created_at": ColumnKind.INSTANT,
        "removed_at": ColumnKind.INSTANT,
    },
    orders={"CREATED_AT_ASC": ("created_at", "id"), "CREATED_AT_DESC": ("-created_at", "-id")},
    filters={"removed": is_set("removed_at")},
)
STAFF_IDENTITIES = Relation(
    "staff_identities",
    columns={
        "id": ColumnKind.UUID,
        "staff_user_id": ColumnKind.UUID,
        "issuer": ColumnKind.TEXT,
        "subject": ColumnKind.TEXT,
        "linked_at": ColumnKind.INSTANT,
        "unlinked_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"staff_user": One("staff_users", via="staff_user_id")},
    orders={"LINKED_AT_ASC": ("linked_at", "id"), "LINKED_AT_DESC": ("-linked_at", "-id")},
    filters={"unlinked": is_set("unlinked_at"), "staff_user_id": equals("staff_user_id")},
)
READ_MODELS = (IDENTITY_PROVIDERS, STAFF_IDENTITIES)


async def one(tx: Transaction, id: UUID | None = None) -> IdentityProvider | None:
    """The tenant's issuer that is in use, if it is that one."""
    row = await tx.row(SQL["provider_of_tenant"], {"id": id})
    return _provider(row) if row else None


async def lock(tx: Transaction) -> IdentityProvider | None:
    row = await tx.row(SQL["lock_provider"])
    return _provider(row) if row else None


async def insert(tx: Transaction, provider: IdentityProvider) -> None:
    await tx.run(SQL["insert_provider"], _columns(provider))


async def update(tx: Transaction, provider: IdentityProvider) -> None:
    await tx.run(SQL["update_provider"], _columns(provider))


async def is_proven(tx: Transaction, issuer: str) -> bool:
    """Whether somebody of the staff has signed in by it."""
    return await tx.row(SQL["issuer_is_proven"], {"issuer": issuer}) == (True,)


async def end_sessions(tx: Transaction, provider: UUID | None, *, now: datetime) -> None:
    """Those that the issuer began; without one, those of passwords, but of owners."""
    await tx.rows(SQL["end_sessions_begun"], {"provider": provider, "now": now})


async def lock_identity(tx: Transaction, id: UUID) -> Linked | None:
    row = await tx.row(SQL["lock_identity"], {"id": id})
    return Linked(*row) if row else None


async def unlink(tx: Transaction, linked: Linked) -> None:
    given = {"id": linked.id, "unlinked_at": linked.unlinked_at, "version": linked.version}
    await tx.run(SQL["unlink_identity"], given)


def _provider(row: tuple[Any, ...]) -> IdentityProvider:
    id, issuer, client_id, secret_id, scopes, role_claim, rules, fallback, *rest = row
    provisioning, domains, verified, acrs, enforced, version, created_at, removed_at = rest
    terms = Terms(
        issuer=issuer,
        client_id=client_id,
        scopes=tuple(scopes),
        role_claim=tuple(role_claim),
        rules=tuple(Rule(each["value"], _seats(each["seats"])) for each in rules),
        fallback=_seats(fallback) if fallback is not None else None,
        provisioning=provisioning,
        email_domains=tuple(domains),
        verified_claim=tuple(verified),
        strong_acrs=tuple(acrs),
        enforced=enforced,
    )
    return IdentityProvider(id, terms, secret_id, version, created_at, removed_at)


def _seats(stored: Any) -> Seats:
    return Seats(stored["role"], tuple(stored["brands"]))


def _columns(provider: IdentityProvider) -> dict[str, Any]:
    terms = asdict(provider.terms)
    for name, value in terms.items():
        if name in {"rules", "fallback"}:
            terms[name] = orjson.dumps(value).decode() if value is not None else None
        elif isinstance(value, tuple):
            terms[name] = list(value)
    return {
        **terms,
        "id": provider.id,
        "secret_id": provider.secret_id,
        "version": provider.version,
        "created_at": provider.created_at,
        "removed_at": provider.removed_at,
    }
