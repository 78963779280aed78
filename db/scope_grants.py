"""Rights beyond a role as they are read, and the statements that give and revoke one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation
from domain.scope_grants import ScopeGrant

SQL = statements.load(__package__, "scope_grants.sql")

SCOPE_GRANTS = Relation(
    "scope_grants",
    columns={
        "id": ColumnKind.UUID,
        "membership_id": ColumnKind.UUID,
        "scope": ColumnKind.TEXT,
        "effect": ColumnKind.TEXT,
        "reason": ColumnKind.TEXT,
        "given_by_id": ColumnKind.UUID,
        "given_at": ColumnKind.INSTANT,
        "ends_at": ColumnKind.INSTANT,
        "revoked_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    one={"given_by": One("staff_users", via="given_by_id")},
)
READ_MODELS = (SCOPE_GRANTS,)
Rights = tuple[str, Sequence[str], Sequence[str]]
"""Role, grants and denies."""


async def lock_of(tx: Transaction, membership_id: UUID) -> Sequence[ScopeGrant]:
    """All that are not revoked; one member's are given one after another, behind the membership."""
    rows = await tx.rows(SQL["grants_of_member"], {"member": membership_id})
    return [ScopeGrant(*row) for row in rows]


async def lock(tx: Transaction, grant_id: UUID) -> ScopeGrant | None:
    row = await tx.row(SQL["lock_grant"], {"id": grant_id})
    return ScopeGrant(*row) if row else None


async def insert(tx: Transaction, grant: ScopeGrant) -> None:
    await tx.run(SQL["insert_grant"], asdict(grant))


async def revoke(tx: Transaction, grant: ScopeGrant) -> None:
    given = {"id": grant.id, "revoked_at": grant.revoked_at, "version": grant.version}
    await tx.run(SQL["revoke_grant"], given)


async def rights(tx: Transaction, keys: Sequence[UUID]) -> Mapping[UUID, Rights]:
    """What members are and were given, but for those that have ended."""
    rows = await tx.rows(SQL["rights_of_members"], {"keys": list(keys)})
    return {id: (role, grants, denies) for id, role, grants, denies in rows}
