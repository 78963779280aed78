"""Rows with sensible defaults, so that a test names only what it is about."""

import itertools
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import psycopg
import uuid_utils.compat
from psycopg import sql

from auth.api_keys import make_key
from auth.roles import scopes_of
from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.identity import Brand, Kind, Principal
from domain.numbers import Numbered, number_of

START = datetime(2026, 6, 8, 17, 0, tzinfo=UTC)  # Monday 10:00 in Walla Walla
COUNTER = itertools.count(1)
NUMBERED: Mapping[str, Numbered] = {
    "bookings": Numbered.BOOKING,
    "inquiries": Numbered.INQUIRY,
    "reservations": Numbered.RESERVATION,
    "proposals": Numbered.PROPOSAL,
    "invoices": Numbered.INVOICE,
    "tickets": Numbered.TICKET,
}
TIERS = [
    {"days": 45, "percent": 100},
    {"days": 21, "percent": 50},
    {"days": 0, "percent": 0},
]


def new_id() -> UUID:
    return uuid_utils.compat.uuid7()


async def as_owner(
    settings: Settings, statement: str, params: dict[str, Any], *, tenant: int | None = None
) -> Any:
    """Run one statement as the role that owns the tables, in a tenant if one is named."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(
            sql.SQL(
                "select set_config('role', {}, true), set_config('app.tenant_id', {}, true)"
            ).format(
                sql.Literal(f"{settings.database_role_prefix}owner"), sql.Literal(str(tenant or ""))
            )
        )
        cursor = await connection.execute(statement, params)
        return await cursor.fetchone() if cursor.description else None


async def a_brand(
    settings: Settings,
    *,
    tenant: Brand | None = None,
    code: str = "wwt",
    time_zone: str = "America/Los_Angeles",
    currency: str = "USD",
) -> Brand:
    """A brand of a tenant of its own, or of the tenant of another brand."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await brand_over(
            connection, tenant=tenant, code=code, time_zone=time_zone, currency=currency
        )


async def brand_over(
    connection: psycopg.AsyncConnection[tuple[Any, ...]],
    *,
    tenant: Brand | None = None,
    code: str = "wwt",
    time_zone: str = "America/Los_Angeles",
    currency: str = "USD",
) -> Brand:
    """The same over a superuser's connection, which costs more to open than the brand to store."""
    async with connection.transaction():
        tenant_id, slug = (
            (tenant.tenant_id, tenant.tenant_slug) if tenant else await _a_tenant(connection)
        )
        cursor = await connection.execute(
            "insert into brands (tenant_id, code, name, time_zone, currency, email_from)"
            " values (%s, %s, %s, %s, %s, 'bookings@example.com') returning id, name",
            (tenant_id, code, f"Brand {code}", time_zone, currency),
        )
        row = await cursor.fetchone()
        assert row is not None
        await connection.execute(
            "insert into brand_settings (tenant_id, brand_id, tax_ppm, number_prefix,"
            " cancellation_tiers, effective_from)"
            " values (%s, %s, 91000, %s, %s, '2020-01-01')",
            (tenant_id, row[0], code.upper(), orjson.dumps(TIERS).decode()),
        )
    return Brand(tenant_id, row[0], slug, code, row[1], time_zone, currency)


async def _a_tenant(connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> tuple[int, str]:
    tenant_id, slug = 1_000 + secrets.randbelow(2_000_000_000), f"tenant-{secrets.token_hex(6)}"
    await connection.execute(
        "insert into tenants (tenant_id, slug, name, created_at) values (%s, %s, %s, now())",
        (tenant_id, slug, slug),
    )
    return tenant_id, slug


async def allow_origins(settings: Settings, brand: Brand, *origins: str) -> None:
    """Name the websites of a brand, and no others."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        where = (brand.tenant_id, brand.id)
        await connection.execute(
            "delete from websites where tenant_id = %s and brand_id = %s", where
        )
        for origin in origins:
            await connection.execute(
                "insert into websites (tenant_id, brand_id, origin) values (%s, %s, %s)",
                (*where, origin),
            )


def a_principal(
    brand: Brand,
    kind: Kind = Kind.STAFF,
    *,
    actor: UUID | None = None,
    object_id: UUID | None = None,
    role: str = "owner",
) -> Principal:
    """A caller of the brand with the scopes of its kind and role."""
    return Principal(
        kind=kind,
        brand=brand,
        actor_id=actor or new_id(),
        object_id=object_id,
        role=role if kind is Kind.STAFF else kind.value,
        label="A test",
        scopes=scopes_of(kind, role=role),
        proved_at=datetime.now(UTC) if kind is Kind.STAFF else None,
    )


async def write(
    database: Database,
    brand: Brand,
    work: Any,
    *,
    kind: Kind = Kind.STAFF,
    actor: UUID | None = None,
) -> Any:
    """Run `work` in one transaction of the brand's staff."""
    return await database.session(a_principal(brand, kind, actor=actor)).write(work)


async def insert(tx: Transaction, table: str, **values: Any) -> UUID:
    """One row; gives the id that it was stored under."""
    given: dict[str, Any] = {"id": new_id(), **values}
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, given)),
        sql.SQL(", ").join(map(sql.Placeholder, given)),
    )
    await tx.run(statement.as_string(None), given)
    stored: UUID = given["id"]
    return stored


def a_number(kind: Numbered = Numbered.BOOKING) -> str:
    """A number that no other row has, of a brand that has sold very much."""
    return number_of("WWT", kind, 2026, 100_000 + secrets.randbelow(10**12))


async def a_customer(tx: Transaction, **values: Any) -> UUID:
    number = next(COUNTER)
    return await insert(
        tx,
        "customers",
        **{
            "name": "Ada Guest",
            "email": f"guest-{number}-{secrets.token_hex(3)}@example.com",
            "phone": "+15095550142",
            "created_at": START,
            "updated_at": START,
            **values,
        },
    )


async def a_vehicle(tx: Transaction, **values: Any) -> UUID:
    return await insert(
        tx, "vehicles", **{"name": f"Van {secrets.token_hex(4)}", "seats": 14, **values}
    )


async def a_driver(tx: Transaction, **values: Any) -> UUID:
    return await insert(tx, "drivers", **{"name": "Dan Driver", **values})


async def an_app(tx: Transaction, **values: Any) -> UUID:
    return await insert(
        tx, "apps", **{"name": "Partner", "kind": "partner", "created_at": START, **values}
    )


async def a_booking(tx: Transaction, **values: Any) -> UUID:
    """A pending booking of four guests for six hours on a Monday, priced by the book."""
    starts_at = values.get("starts_at", START)
    if "customer_id" not in values:
        values["customer_id"] = await a_customer(tx)
    brand = tx.principal.brand
    assert brand is not None
    booking = await insert(
        tx,
        "bookings",
        **{
            "number": a_number(),
            "status": "pending",
            "tour_type": "wine_tour",
            "source": "console",
            "customer_name": "Ada Guest",
            "customer_email": "ada@example.com",
            "customer_phone": "+15095550142",
            "party_size": 4,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=6),
            "time_zone": brand.time_zone,
            "currency": brand.currency,
            "subtotal_cents": 57000,
            "tax_cents": 5187,
            "total_cents": 62187,
            "deposit_cents": 31094,
            "policy": orjson.dumps({"version": 1, "tiers": TIERS}).decode(),
            "created_at": START - timedelta(days=30),
            "updated_at": START - timedelta(days=30),
            **values,
        },
    )
    if values.get("deposit_received_at"):
        await _the_deposit(tx, booking)
    return booking


async def _the_deposit(tx: Transaction, booking_id: UUID) -> None:
    """The payment that a booking says it has received."""
    row = await tx.row(
        "select customer_id, deposit_cents, deposit_received_at,"
        " greatest(created_at, deposit_received_at) from bookings where id = %(id)s",
        {"id": booking_id},
    )
    assert row is not None
    customer, cents, received_at, created_at = row
    if customer and cents:
        paid = {"amount_cents": cents, "received_at": received_at, "created_at": created_at}
        await a_payment(tx, booking_id=booking_id, customer_id=customer, **paid)


async def a_block(tx: Transaction, **values: Any) -> UUID:
    """Maintenance, or the time of the booking that is named, as its status has it."""
    starts_at = values.get("starts_at", START)
    given: dict[str, Any] = {
        "kind": "maintenance",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=6, minutes=30),
    }
    if "booking_id" in values:
        given |= await _blocking(tx, values["booking_id"])
    return await insert(tx, "blocks", **{**given, **values})


async def _blocking(tx: Transaction, booking_id: UUID) -> dict[str, Any]:
    row = await tx.row(
        "select brand_id, starts_at, ends_at, status, hold_expires_at from bookings"
        " where id = %(id)s",
        {"id": booking_id},
    )
    assert row is not None
    brand_id, starts_at, ends_at, status, expires_at = row
    hold = {"kind": "hold", "expires_at": expires_at} if status == "held" else {"kind": "booking"}
    return {
        "brand_id": brand_id,
        "starts_at": starts_at,
        "ends_at": ends_at + timedelta(minutes=30),
        "released_at": START if status in {"draft", "cancelled", "expired"} else None,
        **hold,
    }


async def assign_vehicle(tx: Transaction, booking_id: UUID, vehicle_id: UUID, **block: Any) -> UUID:
    """The vehicle on the booking, and the block that goes with it."""
    await tx.run(
        "insert into booking_vehicles (booking_id, vehicle_id, party_size) values (%(b)s, %(v)s, 4)",
        {"b": booking_id, "v": vehicle_id},
    )
    return await a_block(tx, booking_id=booking_id, vehicle_id=vehicle_id, **block)


async def assign_driver(tx: Transaction, booking_id: UUID, driver_id: UUID, **block: Any) -> UUID:
    await tx.run(
        "insert into booking_drivers (booking_id, driver_id, assigned_at) values (%(b)s, %(d)s, now())",
        {"b": booking_id, "d": driver_id},
    )
    return await a_block(tx, booking_id=booking_id, driver_id=driver_id, **block)


async def a_stop(tx: Transaction, booking_id: UUID, position: int, **values: Any) -> UUID:
    """A stop so many hours behind the tour's start."""
    row = await tx.row("select starts_at from bookings where id = %(id)s", {"id": booking_id})
    assert row is not None
    return await insert(
        tx,
        "booking_stops",
        **{
            "booking_id": booking_id,
            "position": position,
            "kind": "custom",
            "name": f"Stop {position}",
            "planned_arrival_at": row[0] + timedelta(hours=position),
            **values,
        },
    )


async def a_payment(tx: Transaction, **values: Any) -> UUID:
    """A deposit by cheque; one by card has an intent at Stripe, and only a worker may say paid."""
    brand = tx.principal.brand
    assert brand is not None
    intent = f"pi_{secrets.token_hex(6)}" if values.get("method") == "card" else None
    return await insert(
        tx,
        "payments",
        **{
            "kind": "deposit",
            "method": "check",
            "status": "succeeded",
            "currency": brand.currency,
            "stripe_intent_id": intent,
            "amount_cents": 31094,
            "received_at": START,
            "created_at": START,
            **values,
        },
    )


async def a_winery(settings: Settings, **values: Any) -> UUID:
    """A winery of the shared directory, written as its owner."""
    given = {
        "id": new_id(),
        "slug": f"winery-{secrets.token_hex(4)}",
        "name": "A Winery",
        "ava": "Walla Walla Valley",
        **values,
    }
    await as_owner(
        settings,
        "insert into wineries (id, slug, name, ava) values (%(id)s, %(slug)s, %(name)s, %(ava)s)",
        given,
    )
    stored: UUID = given["id"]
    return stored


async def a_key(tx: Transaction, kind: str = "site", **values: Any) -> str:
    """The text of a key that is stored for the brand."""
    key = make_key(kind, "test", entropy=secrets.token_bytes(32))
    if "app_id" not in values:
        values["app_id"] = await an_app(tx, kind="partner" if kind == "partner" else "site")
    await insert(
        tx,
        "api_keys",
        **{
            "kind": kind,
            "mode": "test",
            "label": "A key",
            "prefix": key.prefix,
            "last_four": key.last_four,
            "key_hash": key.key_hash,
            "created_at": START,
            **values,
        },
    )
    return key.text


async def a_member(database: Database, brand: Brand, role: str = "owner") -> UUID:
    """A staff user who is a member of the brand."""

    async def work(tx: Transaction) -> UUID:
        staff = await insert(
            tx,
            "staff_users",
            email=f"staff-{secrets.token_hex(4)}@example.com",
            name="Sam Staff",
            created_at=START,
        )
        await tx.run(
            "insert into memberships (staff_user_id, role) values (%(id)s, %(role)s)",
            {"id": staff, "role": role},
        )
        return staff

    result: UUID = await write(database, brand, work)
    return result
