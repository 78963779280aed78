"""Members of a brand and what is known of them, for tests of who may do what."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand, Principal
from tests.builders import a_member, a_principal, write

MEMBERSHIP = "select id from memberships where staff_user_id = %(id)s"


async def in_full(settings: Settings, statement: LiteralString, *given: Any) -> list[Any]:
    """One statement as an administrator of the server, who alone sees it all."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(statement, given)
        return await cursor.fetchall() if cursor.description else []


async def member_of(database: Database, brand: Brand, role: str) -> tuple[UUID, UUID]:
    """Somebody of the staff, and their membership."""
    staff = await a_member(database, brand, role)
    (membership,) = await write(database, brand, lambda tx: tx.row(MEMBERSHIP, {"id": staff}))
    return staff, membership


async def a_caller(database: Database, brand: Brand, role: str = "owner") -> Principal:
    """A member who asks, with the scopes of the role."""
    return a_principal(brand, actor=await a_member(database, brand, role), role=role)


def kinds(events: Sequence[Sequence[Any]]) -> list[str]:
    return [event[1] for event in events]
