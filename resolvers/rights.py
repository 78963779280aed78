"""What members may do now: of their role, with grants, without what is denied."""

from collections.abc import Sequence
from uuid import UUID

from auth.roles import scopes_of
from db import scope_grants
from db.database import Transaction
from domain.identity import Kind


async def scopes(tx: Transaction, keys: Sequence[UUID]) -> list[list[str]]:
    """Of each member, sorted, in the keys' order; of one who left, none."""
    found = await scope_grants.rights(tx, keys)
    return [_named(found.get(key)) for key in keys]


def _named(rights: scope_grants.Rights | None) -> list[str]:
    if rights is None:
        return []
    role, grants, denies = rights
    return sorted(scopes_of(Kind.STAFF, role=role, grants=grants, denies=denies))
