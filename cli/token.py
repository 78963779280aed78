"""A credential of the demo data, usable at once: for trying things out, never in production."""

import asyncio
import secrets
from argparse import Namespace
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from auth.api_keys import make_key
from auth.tokens import Claims, Tokens
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, doors, now, required
from db import credentials
from db.database import Database, Transaction
from domain.errors import OperatorError
from domain.identity import Brand, Kind, Principal

KINDS: Final[Mapping[str, str]] = {
    "site": "a publishable key of the brand's website",
    "staff": "a manager of the brand",
    "owner": "the owner",
    "partner": "a secret key of the brand's partner app",
    "customer": "the customer with the most bookings",
    "driver": "the driver with the most tours",
}
LIFETIME: Final = timedelta(days=7)


class TokenRefused(OperatorError):
    """No credential was made; the message says why."""


def run(settings: Settings, given: Namespace) -> int:
    asyncio.run(print_token(settings, brand=given.brand, kind=given.kind, tenant=given.tenant))
    return 0


async def print_token(
    settings: Settings, *, brand: str, kind: str, tenant: str | None = None
) -> None:
    """Print one credential on a line of its own.

    Errors: TokenRefused outside a development database, or where there is no such caller.
    """
    if settings.database_url is None:
        raise TokenRefused("No database is named: start `make up` first, or set DATABASE_URL.")
    if settings.tourbase_env == "production":
        raise TokenRefused(
            "TOURBASE_ENV is production: `token` works on a development database only."
        )
    database = Database(doors(settings))
    await database.open()
    try:
        print(await _make(database, settings, brand=brand, kind=kind, tenant=tenant))
    finally:
        await database.close()


async def _make(
    database: Database, settings: Settings, *, brand: str, kind: str, tenant: str | None
) -> str:
    found = await _brand(database, brand, tenant)
    session = database.session(Principal(Kind.WORKER, found))
    if kind in {"site", "partner"}:
        return await session.write(lambda tx: _new_key(tx, kind))
    async with session.read() as tx:
        subject = await credentials.subject(tx, kind)
    if subject is None:
        raise TokenRefused(f"{found.name} has nobody who could be {KINDS[kind]}.")
    claims = Claims(
        Kind.STAFF if kind == "owner" else Kind(kind), subject, found.tenant_slug, found.code
    )
    key = required(settings.auth_signing_key, "AUTH_SIGNING_KEY")
    return Tokens(key, settings.auth_issuer).sign(claims, now=now(), lifetime=LIFETIME)


async def _brand(database: Database, code: str, tenant: str | None) -> Brand:
    """The brand of that code in a database that `seed` marked as one for development."""
    async with database.session(Principal(Kind.WORKER)).read() as tx:
        if not await credentials.is_development(tx):
            raise TokenRefused("This is no development database: `tourbase seed` marks one.")
    async with database.session(Principal(Kind.NOBODY)).read() as tx:
        found = await credentials.demo_brand(tx, code, tenant or credentials.DEMO_TENANT)
    if found is None:
        where = f" of the tenant {tenant}" if tenant else ""
        raise TokenRefused(f"There is no brand {code}{where}. The demo has wwt, nwtc and hcwt.")
    return found


async def _new_key(tx: Transaction, kind: str) -> str:
    app_id = await credentials.first_app(tx) if kind == "partner" else None
    if kind == "partner" and app_id is None:
        raise TokenRefused("The brand has no partner app.")
    key = make_key(
        "partner" if kind == "partner" else "site", "test", secret=secrets.token_urlsafe(32)
    )
    await credentials.insert_key(
        tx, key, id=TimeOrderedIds().new(), kind=kind, app_id=app_id, now=now(), lifetime=LIFETIME
    )
    return key.text
