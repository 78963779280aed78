"""Who tries: a working role in the settings of a brand, of another, of a mixture, of none."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg import errors, sql

from db.database import Database, Transaction
from domain.identity import Brand, Principal
from tests.isolation.catalogue import PREFIX, Connection, Table
from tests.isolation.conftest import Planted

ENTER: Final = (
    "select set_config('role', %(role)s, true), set_config('app.tenant_id', %(tenant)s, true),"
    " set_config('app.brand_id', %(brand)s, true), set_config('app.actor_id', %(actor)s, true),"
    " set_config('app.object_id', %(object)s, true)"
)
ACTORS: Final[Mapping[str, str]] = {
    "site": "apps",
    "customer": "customers",
    "partner": "apps",
    "driver": "drivers",
    "staff": "staff_users",
    "worker": "staff_users",
}
# A link opens one object; which one shows the rows of a table.
OBJECTS: Final[Mapping[str, str]] = {
    "apps": "apps",
    "trusted_documents": "apps",
    "reservations": "reservations",
    "inquiries": "inquiries",
    "tickets": "tickets",
    "proposal_guests": "proposal_guests",
    "proposals": "proposals",
    "proposal_days": "proposals",
    "proposal_stops": "proposals",
    "proposal_inclusions": "proposals",
    "proposal_notes": "proposals",
    "proposal_versions": "proposals",
}
# Tables whose rows name their caller, or what they are about, whatever that is.
OF_CALLER: Final[Mapping[str, tuple[str, str]]] = {
    "staff_passwords": ("actor", "staff_user_id"),
    "staff_sessions": ("actor", "staff_user_id"),
    "staff_factors": ("actor", "staff_user_id"),
    "staff_recovery_codes": ("actor", "staff_user_id"),
    "staff_codes": ("actor", "staff_user_id"),
    "sealed_secrets": ("actor", "owner_id"),
    "customer_sessions": ("actor", "customer_id"),
    "customer_codes": ("actor", "customer_id"),
    "driver_sessions": ("actor", "driver_id"),
    "driver_codes": ("actor", "driver_id"),
    "idempotency_records": ("actor", "actor_id"),
    "events": ("object_id", "entity_id"),
    "outbox": ("object_id", "entity_id"),
    "links": ("object_id", "object_id"),
    "tasks": ("object_id", "subject_id"),
}
REFUSED: Final = "refused"
T = TypeVar("T")


async def run_as(
    database: Database,
    principal: Principal,
    work: Callable[[Transaction], Awaitable[T]],
    *,
    read_only: bool,
) -> T:
    """The same work through either login."""
    session = database.session(principal)
    if not read_only:
        return await session.write(work)
    async with session.read() as tx:
        return await work(tx)


@dataclass(frozen=True, slots=True)
class Context:
    """The settings of a transaction: a brand's own, or a combination that no principal has."""

    name: str
    tenant_id: int | None
    brand_id: int | None

    @classmethod
    def of(cls, name: str, brand: Brand) -> "Context":
        return cls(name, brand.tenant_id, brand.id)


def contexts(planted: Planted) -> list[Context]:
    own, sibling, stranger = planted.brands
    return [
        Context.of("own", own),
        Context.of("other brand", sibling),
        Context.of("other tenant", stranger),
        Context("own tenant, stranger's brand", own.tenant_id, stranger.id),
        Context("stranger's tenant, own brand", stranger.tenant_id, own.id),
        Context("own tenant, no brand", own.tenant_id, None),
        Context("no context", None, None),
    ]


def actor_of(planted: Planted, role: str, brand: Brand, generation: int = 1) -> UUID | None:
    if role not in ACTORS:
        return None
    found: UUID = planted.planting.row(brand, ACTORS[role], generation)["id"]
    return found


def object_of(planted: Planted, table: str, brand: Brand, generation: int = 1) -> UUID:
    kind = OBJECTS.get(table, "bookings")
    found: UUID = planted.planting.row(brand, kind, generation)["id"]
    return found


def enter(login: Connection, role: str, context: Context, **who: UUID | None) -> None:
    """Become the role in those settings, for this transaction."""
    login.execute(
        ENTER,
        {
            "role": PREFIX + role,
            "tenant": str(context.tenant_id or ""),
            "brand": str(context.brand_id or ""),
            "actor": str(who.get("actor") or ""),
            "object": str(who.get("object_id") or ""),
        },
    )


@contextmanager
def undone(login: Connection) -> Iterator[None]:
    """What happens inside is undone, and a refusal leaves the transaction usable."""
    with login.transaction(force_rollback=True):
        yield


def outcome(login: Connection, statement: sql.Composed, values: Mapping[str, Any]) -> int | str:
    """How many rows a statement touched, or how it was refused; undone either way."""
    try:
        with undone(login):
            return login.execute(statement, values).rowcount
    except errors.InsufficientPrivilege:
        return REFUSED
    except psycopg.IntegrityError as error:
        return error.diag.constraint_name or error.sqlstate or "?"


def where_key(table: Table) -> sql.Composed:
    return sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(f"key_{name}"))
        for name in table.key
    )


def key_params(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"key_{name}": values[name] for name in table.key}


def keys_seen(login: Connection, table: Table, where: LiteralString = "true") -> set[Any] | str:
    """The keys of all rows that the caller sees, or that it may not look."""
    statement = sql.SQL("select {} from {} where {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.Identifier(table.name),
        sql.SQL(where),
    )
    try:
        with undone(login):
            return set(login.execute(statement).fetchall())
    except errors.InsufficientPrivilege:
        return REFUSED
