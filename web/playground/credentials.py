"""Credentials of the demo data for the playground: in development, for this machine's own page."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response

from auth.authenticate import Authenticator, Presented
from auth.tokens import Claims, Tokens
from db import credentials
from db.database import Database
from domain.errors import DomainError, Forbidden, InvalidInput, Unauthenticated
from domain.identity import NOBODY
from domain.ids import Ids
from services.credentials import (
    KINDS,
    LIFETIME,
    CredentialRefused,
    DemoCaller,
    Maker,
    make_credential,
    refuse_unless_development,
)
from web.answers import refused

FORWARDED: Final = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host"})


@dataclass(frozen=True, slots=True)
class DemoCredentials:
    """Makes a credential once and hands the same one out for as long as it is taken."""

    database: Database
    authenticator: Authenticator
    tokens: Tokens
    ids: Ids
    now: Callable[[], datetime]
    made: dict[DemoCaller, str] = field(default_factory=dict)

    async def answer(self, request: Request) -> Response:
        """GET tells whom one can speak as; POST gives the credential of one of them."""
        try:
            refuse_strangers(request)
            if request.method == "POST":
                wanted = _wanted(await request.body())
                body: object = {"credential": await self._credential(wanted)}
            else:
                body = await self._choices()
        except CredentialRefused as error:
            return refused("FORBIDDEN", str(error), request.state.request_id)
        except DomainError as error:
            return refused(error.code, error.message, request.state.request_id)
        headers = {"cache-control": "no-store"}
        return Response(orjson.dumps(body), headers=headers, media_type="application/json")

    async def _choices(self) -> object:
        await refuse_unless_development(self.database)
        async with self.database.session(NOBODY).read() as tx:
            brands = await credentials.demo_brands(tx)
        return {
            "kinds": list(KINDS),
            "brands": [
                {"tenant": each.tenant_slug, "code": each.code, "name": each.name}
                for each in brands
            ],
        }

    async def _credential(self, wanted: DemoCaller) -> str:
        kept = self.made.get(wanted)
        if kept is None or not await self._is_taken(kept):
            maker = Maker(self._sign, self.ids, lambda: secrets.token_bytes(32), self.now())
            kept = self.made[wanted] = await make_credential(self.database, wanted, maker)
        return kept

    async def _is_taken(self, credential: str) -> bool:
        try:
            await self.authenticator.principal(Presented(credential))
        except Unauthenticated:
            return False
        return True

    def _sign(self, claims: Claims) -> str:
        return self.tokens.sign(claims, now=self.now(), lifetime=LIFETIME)


def refuse_strangers(request: Request) -> None:
    """Let through what the playground of this machine asks, by way of no proxy.

    Another site in the same browser can neither send the header unasked nor be of our origin; a
    name of its own that it points at 127.0.0.1 is no name of loopback.

    Errors: Forbidden.
    """
    headers = request.headers
    host = headers.get("host", "")
    client = request.client.host if request.client else ""
    own = {None, f"{request.url.scheme}://{host}"}
    here = is_loopback(client) and is_loopback(_name_of(host))
    if not here or not FORWARDED.isdisjoint(headers.keys()):
        raise Forbidden("Credentials are for this machine only.")
    if headers.get("origin") not in own:
        raise Forbidden("Credentials are for this server's own page only.")
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forbidden("Credentials are for this server's own page only.")
    if headers.get("x-requested-by") != "playground":
        raise Forbidden("Credentials are for the playground: it sends X-Requested-By.")


def is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _name_of(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _wanted(body: bytes) -> DemoCaller:
    """Errors: InvalidInput unless it names a brand of the demo and a kind of caller."""
    try:
        given = orjson.loads(body)
        wanted = DemoCaller(given["brand"], given["kind"], given["tenant"])
        known = (wanted.tenant, wanted.brand) in credentials.DEMO_BRANDS and wanted.kind in KINDS
    except (orjson.JSONDecodeError, KeyError, TypeError):
        known = False
    if not known:
        raise InvalidInput("Send `tenant` and `brand` of the demo, and a `kind` of caller.")
    return wanted
