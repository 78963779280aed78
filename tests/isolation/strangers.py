"""Everybody who is not the victim: each kind of caller of each brand, and how their asking ends."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql
from strawberry.types import ExecutionResult

from domain.identity import Brand, Kind, Principal
from migrations.tables import WORKING
from resolvers.nodes import ENTITIES
from tests.builders import a_principal, new_id
from tests.isolation.callers import actor_of
from tests.isolation.catalogue import Connection, Table
from tests.isolation.conftest import Planted
from tests.isolation.documents import Attempt, Victim
from tests.isolation.planting import mark, mark_of_tenant

KINDS: Final = tuple(kind for kind in WORKING if kind != "worker")
Asking = Callable[[Attempt, Principal], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Stranger:
    """A caller of a brand; `generation` 2 is the victim's neighbour in the same brand."""

    kind: str
    home: str
    generation: int = 1

    def __str__(self) -> str:
        return f"{self.kind} of the {self.home} brand" + ("'s other half" * (self.generation > 1))

    def principal(self, planted: Planted) -> Principal:
        brand: Brand = getattr(planted, self.home)
        booking = planted.planting.row(brand, "bookings", self.generation)["id"]
        return a_principal(
            brand,
            Kind(self.kind),
            actor=actor_of(planted, self.kind, brand, self.generation),
            object_id=booking if self.kind == "link" else None,
        )

    def may_see(self, table: Table) -> bool:
        """Rows that are common to the victim and the caller by design."""
        if table.level == "shared":
            return True
        if self.home == "stranger":
            return False
        if self.home == "sibling":
            return table.level == "operator" and table.rows.get(self.kind) == "true"
        return table.rows.get(self.kind) == "true"


STRANGERS: Final = (
    *(Stranger(kind, home) for home in ("stranger", "sibling") for kind in KINDS),
    *(Stranger(kind, "own", 2) for kind in ("link", "customer", "partner", "driver")),
)


def victim_of(planted: Planted, cursors: Mapping[str, str] | None = None) -> Victim:
    rows = {
        name: planted.planting.row(planted.own, name)
        for name, table in planted.tables.items()
        if (planted.own.id, name, 1) in planted.planting.rows and table
    }
    return Victim(rows, mark(planted.own), cursors or {})


def nobodys(victim: Victim) -> Victim:
    """The same questions about rows that do not exist."""
    rows = {
        name: {**row, "id": new_id(), "number": "NO-SUCH-NUMBER", "email": "nobody@example.com"}
        for name, row in victim.rows.items()
    }
    return Victim(rows, "no-such-text", victim.cursors)


def secrets_of(planted: Planted, stranger: Stranger) -> set[str]:
    """What must not stand in an answer: the victim's ids, and the marks of its texts."""
    victim = victim_of(planted)
    ids = {
        victim.id_of(name, name)
        for name, entity in ENTITIES.items()
        if not stranger.may_see(planted.tables[entity.relation])
    }
    if stranger.home == "stranger":
        ids.add(mark_of_tenant(planted.own))
    if stranger.home != "own":
        ids.add(mark(planted.own))
    return ids


def body(result: ExecutionResult) -> dict[str, Any]:
    """An answer as a client gets it."""
    return {"data": result.data, "errors": [error.formatted for error in result.errors or ()]}


def codes(answer: Mapping[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


class Stored:
    """What both tenants have stored; read anew only if a transaction has changed anything since.

    Every transaction that writes takes a number, and PostgreSQL counts those in its snapshots.
    """

    def __init__(self, superuser: Connection, planted: Planted) -> None:
        self._superuser = superuser
        self._planted = planted
        self._known: tuple[str, dict[str, tuple[int, str]]] | None = None

    def now(self) -> dict[str, tuple[int, str]]:
        row = self._superuser.execute("select pg_current_snapshot()::text").fetchone()
        assert row is not None
        if self._known is None or self._known[0] != row[0]:
            self._known = (row[0], fingerprint(self._superuser, self._planted))
        return self._known[1]


def fingerprint(superuser: Connection, planted: Planted) -> dict[str, tuple[int, str]]:
    """Every row of every table of both tenants, and every job, in a few letters."""
    tenants = [planted.own.tenant_id, planted.stranger.tenant_id]
    each = [
        sql.SQL(
            "select {label}, count(*), md5(coalesce(string_agg(t::text, ',' order by t::text), ''))"
            " from {table} t where tenant_id = any(%(tenants)s)"
        ).format(label=sql.Literal(name), table=sql.Identifier(name))
        for name, table in planted.tables.items()
        if table.level != "shared"
    ]
    jobs = sql.SQL("select 'jobs', count(*), '' from jobs.procrastinate_jobs")
    rows = superuser.execute(sql.SQL(" union all ").join([*each, jobs]), {"tenants": tenants})
    return {name: (count, said) for name, count, said in rows.fetchall()}
