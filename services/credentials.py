"""A credential of the demo data, usable at once: for trying things out, never in production."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from auth.api_keys import make_key
from auth.tokens import Claims
from db import credentials
from db.database import Database, Transaction
from domain.errors import OperatorError
from domain.identity import Brand, Kind, Principal
from domain.ids import Ids
from domain.proofs import PASSWORD

KINDS: Final[Mapping[str, str]] = {
    "site": "a publishable key of the brand's website",
    "staff": "a manager of the brand",
    "owner": "the owner",
    "partner": "a secret key of the brand's partner app",
    "customer": "the customer with the most bookings",
    "driver": "the driver with the most tours",
}
LIFETIME: Final = timedelta(days=7)


class CredentialRefused(OperatorError):
    """No credential was made; the message says why."""


@dataclass(frozen=True, slots=True)
class DemoCaller:
    """Somebody of the demo data to speak as; without a tenant, of the first one."""

    brand: str
    kind: str
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class Maker:
    """What a new credential is made with: a signature, an identity, a secret, and the time."""

    sign: Callable[[Claims], str]
    ids: Ids
    draw_entropy: Callable[[], bytes]
    now: datetime


async def make_credential(database: Database, wanted: DemoCaller, maker: Maker) -> str:
    """A token or a key that ends after `LIFETIME`.

    Errors: CredentialRefused outside a database for development, or for a caller who is not there.
    """
    await refuse_unless_development(database)
    brand = await _brand(database, wanted)
    session = database.session(Principal(Kind.WORKER, brand))
    if wanted.kind in {"site", "partner"}:
        return await session.write(lambda tx: _new_key(tx, wanted.kind, maker))
    async with session.read() as tx:
        subject = await credentials.subject(tx, wanted.kind)
    if subject is None:
        raise CredentialRefused(f"{brand.name} has nobody who could be {KINDS[wanted.kind]}.")
    kind = Kind.STAFF if wanted.kind == "owner" else Kind(wanted.kind)
    claims = Claims(kind, subject, brand.tenant_slug, brand.code)
    if kind is Kind.STAFF:
        claims = replace(claims, proved_at=maker.now, methods=PASSWORD)
    return maker.sign(claims)


async def refuse_unless_development(database: Database) -> None:
    """Errors: CredentialRefused unless `seed` marked the database as one for development."""
    async with database.session(Principal(Kind.WORKER)).read() as tx:
        if not await credentials.is_development(tx):
            raise CredentialRefused("This is no development database: `tourbase seed` marks one.")


async def _brand(database: Database, wanted: DemoCaller) -> Brand:
    tenant = wanted.tenant or credentials.DEMO_TENANT
    async with database.session(Principal(Kind.NOBODY)).read() as tx:
        found = await credentials.demo_brand(tx, wanted.brand, tenant)
    if found is None:
        where = f" of the tenant {wanted.tenant}" if wanted.tenant else ""
        raise CredentialRefused(
            f"There is no brand {wanted.brand}{where}. The demo has wwt, nwtc and hcwt."
        )
    return found


async def _new_key(tx: Transaction, kind: str, maker: Maker) -> str:
    app_id = await credentials.first_app(tx, kind)
    if app_id is None:
        if kind == "partner":
            raise CredentialRefused("The brand has no partner app.")
        app_id = maker.ids.new()
        await credentials.insert_demo_app(tx, id=app_id, now=maker.now)
    entropy = maker.draw_entropy()
    key = make_key("partner" if kind == "partner" else "site", "test", entropy=entropy)
    await credentials.insert_key(
        tx, key, id=maker.ids.new(), kind=kind, app_id=app_id, now=maker.now, lifetime=LIFETIME
    )
    return key.text
