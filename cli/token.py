"""The command that prints credentials of the demo data, in development only."""

import asyncio
import secrets
from argparse import Namespace
from collections.abc import Sequence

from auth.tokens import Claims, Tokens
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, doors, now, ring_of
from db.database import Database
from services.credentials import (
    LIFETIME,
    CredentialRefused,
    DemoCaller,
    Maker,
    make_credential,
)


def run(settings: Settings, given: Namespace) -> int:
    asyncio.run(print_tokens(settings, brand=given.brand, kinds=given.kinds, tenant=given.tenant))
    return 0


async def print_tokens(
    settings: Settings, *, brand: str, kinds: Sequence[str], tenant: str | None = None
) -> None:
    """Print a credential of each kind of caller, in that order, on a line of its own.

    Errors: CredentialRefused outside a development database, or where there is no such caller.
    """
    if settings.database_url is None:
        raise CredentialRefused("No database is named: start `make up` first, or set DATABASE_URL.")
    if settings.tourbase_env == "production":
        raise CredentialRefused(
            "TOURBASE_ENV is production: `token` works on a development database only."
        )

    def sign(claims: Claims) -> str:
        return Tokens(ring_of(settings), settings.auth_issuer).sign(
            claims, now=now(), lifetime=LIFETIME
        )

    maker = Maker(sign, TimeOrderedIds(), lambda: secrets.token_bytes(32), now())
    database = Database(doors(settings))
    await database.open()
    try:
        for kind in kinds:
            print(await make_credential(database, DemoCaller(brand, kind, tenant), maker))
    finally:
        await database.close()
