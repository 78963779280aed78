"""Rows for every table of a brand, made from the catalogue; what it cannot know stands in `GIVEN`."""

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import sql

from domain.identity import Brand
from domain.numbers import number_of
from tests.builders import NUMBERED, START, new_id
from tests.isolation.catalogue import TENANCY, Column, Connection, Table

Values = dict[str, Any]
# Made by `a_brand`; the shared tables belong to nobody.
BY_BUILDER = frozenset({"tenants", "brands"})
GENERATIONS = (1, 2)
# Parents whose children are keyed by the parent alone: one more, so that a new child can be made.
SPARE = frozenset({"staff_users", "events", "privacy_requests"})
SPARE_GENERATION = 3
# In a fleet table: a row of the operating company that no brand owns.
OF_NO_BRAND = 0
FIRST_DAY = date(2031, 1, 1)

# What no catalogue can tell: the value that a check wants, and None for a subject left out.
EVERYWHERE: Values = {"currency": "USD", "time_zone": "America/Los_Angeles", "tax_cents": 0}
POLICY = '{"version": 1, "tiers": [{"days": 0, "percent": 0}]}'
GIVEN: Mapping[str, Values] = {
    "brand_settings": {"number_prefix": "PLANTED"},
    "apps": {"kind": "partner"},
    "api_keys": {
        "kind": "partner",
        "prefix": "tbsk_live_0042",
        "last_four": "0042",
        "scopes": None,
        "replaced_by": None,
        "created_at": START - timedelta(days=365),
    },
    "documents": {"vehicle_id": None, "kind": "licence", "expires_on": START.date()},
    "identity_providers": {
        "scopes": ["openid"],
        "role_claim": ["groups"],
        "verified_claim": ["email_verified"],
        "email_domains": ["acme.example"],
        "strong_acrs": ["phr"],
        "rules": "[]",
        "fallback": '{"role": "viewer", "brands": []}',
        "removed_at": START,
    },
    "price_rules": {"amount_cents": 100},
    "customers": {"merged_into_id": None},
    "privacy_requests": {"status": "done", "finished_at": START},
    "scope_grants": {"scope": "notes:read", "ends_at": None},
    "tasks": {"done_by_id": None},
    "events": {"actor_kind": "staff", "actor_id": new_id()},
    "bookings": {"status": "draft", "policy": POLICY},
    "tour_offers": {"status": "withdrawn", "replaces_driver_id": None, "created_at": START},
    "blocks": {
        **dict.fromkeys(("vehicle_id", "shared_tour_id")),
        "kind": "booking",
        "released_at": START,
    },
    "reservations": {"created_at": START, "consult_by": START + timedelta(hours=24)},
    "proposals": {"status": "sent", "starts_on": FIRST_DAY, "ends_on": FIRST_DAY},
    "booking_stops": {"kind": "winery"},
    "proposal_stops": {"kind": "winery"},
    "proposal_days": {"on_date": FIRST_DAY},
    "proposal_inclusions": {"unit_cents": 0, "line_cents": 0},
    "proposal_versions": {"snapshot": '{"days": [], "inclusions": []}'},
    "shared_tours": {"status": "completed"},  # a scheduled one would have to block its van
    "tickets": {"created_at": START, "sale_id": None},
    "payments": {
        **dict.fromkeys(("reservation_id", "proposal_id", "proposal_guest_id", "ticket_id")),
        "method": "check",
        "status": "succeeded",
        "received_at": START,
    },
    "refunds": {"amount_cents": 10},
    "invoices": {"status": "sent"},
}
# How a row looks that names the parent which `GIVEN` leaves out.
INSTEAD: Mapping[tuple[str, str], Values] = {
    ("documents", "vehicle_id"): {"driver_id": None, "kind": "insurance"},
    ("customers", "merged_into_id"): {"archived_at": START},
    ("tasks", "done_by_id"): {"done_at": START},
    ("blocks", "vehicle_id"): {"driver_id": None},
    ("blocks", "shared_tour_id"): {"booking_id": None, "kind": "shared_tour"},
    **{
        ("payments", subject): {"booking_id": None}
        for subject in ("reservation_id", "proposal_id", "proposal_guest_id", "ticket_id")
    },
}
# Which parent makes a second child of the same brand possible where the parents are its whole key.
ANOTHER: Mapping[str, tuple[str, int]] = {
    "staff_passwords": ("staff_user_id", SPARE_GENERATION),
    "staff_factors": ("staff_user_id", SPARE_GENERATION),
    "staff_recovery_codes": ("staff_user_id", SPARE_GENERATION),
    "memberships": ("staff_user_id", SPARE_GENERATION),
    "outbox": ("event_id", SPARE_GENERATION),
    "customer_exports": ("request_id", SPARE_GENERATION),
    "app_grants": ("booking_id", 2),
    "booking_vehicles": ("vehicle_id", 2),
    "booking_drivers": ("driver_id", 2),
    "shared_tour_drivers": ("driver_id", 2),
}
# What a second child of the same parent has to have otherwise.
OTHERWISE: Mapping[str, Values] = {
    "cache_drops": {"relation": "callers/customers/x"},
    "driver_availability": {"weekday": 7},
    "duty_entries": {"kind": "driving"},
}
FIRST_ALLOWED = re.compile(r"= ANY \(ARRAY\['([^']+)'")


class Unplantable(Exception):
    """A table that the generator cannot fill; the message says where to help it."""


@dataclass
class Planting:
    """Writes rows as the superuser and remembers them by brand, table and generation."""

    connection: Connection
    tables: Mapping[str, Table]
    rows: dict[tuple[int, str, int], Values] = field(default_factory=dict)
    serial: int = 0

    def plant(self, brand: Brand) -> None:
        """Two rows of every table, of two customers, drivers, apps and bookings."""
        for table in self.in_order():
            spare = (SPARE_GENERATION,) if table.name in SPARE else ()
            for generation in (*GENERATIONS, *spare):
                self._store(table, brand, generation)
            if table.level == "fleet":
                self._store(table, brand, OF_NO_BRAND)

    def in_order(self) -> Iterator[Table]:
        """Every table that belongs to somebody, parents first."""
        done: set[str] = set()
        waiting = [
            t for t in self.tables.values() if t.level != "shared" and t.name not in BY_BUILDER
        ]
        while waiting:
            ready = [t for t in waiting if self._parents(t) <= done]
            if not ready:
                raise Unplantable(f"foreign keys go round in a circle: {[t.name for t in waiting]}")
            yield from ready
            done |= {table.name for table in ready}
            waiting = [table for table in waiting if table.name not in done]

    def row(self, brand: Brand, table: str, generation: int = 1) -> Values:
        return self.rows[brand.id, table, generation]

    def another(self, table: Table, brand: Brand) -> Values:
        """A row that could be stored beside the planted ones, of the first generation's parents."""
        values = self._values(table, brand, 1) | OTHERWISE.get(table.name, {})
        if table.name in ANOTHER:
            column, generation = ANOTHER[table.name]
            parent = next(key.parent for key in table.foreign_keys if key.own == column)
            values[column] = self.row(brand, parent, generation)["id"]
        return values

    def _parents(self, table: Table) -> set[str]:
        parents = {key.parent for key in table.foreign_keys if key.own}
        return {name for name in parents if self.tables[name].level != "shared"} - {table.name}

    def _store(self, table: Table, brand: Brand, generation: int) -> None:
        values = self._values(table, brand, generation or 1)
        if generation == OF_NO_BRAND:
            values |= {"brand_id": None}
            if table.name == "blocks":
                vehicle = self.row(brand, "vehicles")["id"]
                values |= {"kind": "maintenance", "booking_id": None}
                values |= {"driver_id": None, "vehicle_id": vehicle}
        try:
            self.connection.execute(insert_statement(table.name, values), values)
        except psycopg.Error as error:
            raise Unplantable(
                f"No row could be planted in `{table.name}`, so its isolation is not tested: give"
                f" tests/isolation/planting.py the value it wants in GIVEN. {error}"
            ) from error
        self.rows[brand.id, table.name, generation] = values

    def _values(self, table: Table, brand: Brand, generation: int) -> Values:
        self.serial += 1
        values = {**self._plain(table, brand), **self._named(table, brand, generation)}
        values |= {name: value for name, value in EVERYWHERE.items() if name in table.columns}
        values |= GIVEN.get(table.name, {})
        return values | {
            name: key
            for name, key in zip(TENANCY, (brand.tenant_id, brand.id), strict=True)
            if name in table.columns
        }

    def _plain(self, table: Table, brand: Brand) -> Values:
        """The columns that a row cannot do without, by their type and their list of words."""
        owner = mark(brand) if table.level in {"brand", "fleet"} else mark_of_tenant(brand)
        return {
            column.name: self._plain_value(table, column, owner)
            for column in table.columns.values()
            if (column.required or column.name in {"email", "terms"})
            and not column.generated
            and (column.name == "id" or not column.has_default)
        }

    def _plain_value(self, table: Table, column: Column, owner: str) -> Any:
        for columns, definition in table.checks:
            if columns == (column.name,) and (found := FIRST_ALLOWED.search(definition)):
                return found[1]
        if column.name == "number" and table.name in NUMBERED:
            return number_of("PLANTED", NUMBERED[table.name], FIRST_DAY.year, self.serial)
        starts = START + timedelta(days=self.serial)
        made: Mapping[str, Any] = {
            "uuid": new_id(),
            "text": _text(column.name, owner, self.serial),
            "integer": self.serial if column.name in {"number", "position", "year"} else 1,
            "bigint": 100,
            "boolean": False,
            "timestamp with time zone": starts + timedelta(hours=column.name == "ends_at"),
            "date": FIRST_DAY + timedelta(days=self.serial),
            "jsonb": "{}",
            "bytea": secrets.token_bytes(32),
            "text[]": ["planted"],
        }
        if column.type not in made:
            raise Unplantable(
                f"`{table.name}.{column.name}` is a {column.type}: teach"
                " tests/isolation/planting.py how to fill one"
            )
        return made[column.type]

    def _named(self, table: Table, brand: Brand, generation: int) -> Values:
        """The parents: of the same brand and generation, with whatever else the key carries."""
        values: Values = {}
        for key in table.foreign_keys:
            if key.own is None or self.tables[key.parent].level == "shared":
                continue
            if key.parent == table.name:
                continue  # Its first row has no other to name.
            parent = self.rows[brand.id, key.parent, min(generation, GENERATIONS[-1])]
            pairs = zip(key.columns, key.parent_columns, strict=True)
            values |= {
                own: parent[theirs]
                for own, theirs in pairs
                if own not in TENANCY and not table.columns[own].generated
            }
        return values


def _text(column: str, owner: str, serial: int) -> str:
    if column == "email":
        return f"{owner}.{serial}@example.com"
    if column == "digest":
        return hashlib.sha256(f"{owner} {serial}".encode()).hexdigest()
    if column == "origin":
        return f"https://{owner}-{serial}.example.com"
    return f"{owner} {column} {serial}"


def mark(brand: Brand) -> str:
    """Stands in every text that belongs to one brand, so that a leak can be seen."""
    return f"only-{brand.tenant_slug}-{brand.code}"


def mark_of_tenant(brand: Brand) -> str:
    """Stands in every text that belongs to the operating company, whatever the brand."""
    return f"all-of-{brand.tenant_slug}"


def insert_statement(table: str, values: Mapping[str, Any]) -> sql.Composed:
    return sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )


def key_of(table: Table, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a row from every other."""
    return tuple(values[column] for column in table.key)
