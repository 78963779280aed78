"""Signing in by mail over HTTP: customers with the key of their brand's website, and drivers."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auth.authenticate import Authenticator
from auth.visitors import HEADER, VisitorSecrets
from domain.errors import Forbidden
from domain.guest_sign_in import Door, From
from domain.identity import Kind
from services.guest_sign_in import (
    GuestGate,
    ask_to_sign_in,
    refresh_guest_session,
    send_sign_in,
    sign_guest_out,
    sign_in_by_code,
    sign_in_by_link,
)
from web.addresses import address_of
from web.graphql import presented_by
from web.posts import NO_STORE, answering, named, signed_in

Said = Mapping[str, str]
FindDoor = Callable[[Request, Said], Awaitable[tuple[Door, str]]]
Act = Callable[[Door, From, Said], Awaitable[Response]]


class GuestsSigningIn:
    """The pages below `/auth/customer` and `/auth/driver`, alike but for the door."""

    def __init__(
        self,
        gate: GuestGate,
        authenticator: Authenticator,
        visitors: VisitorSecrets,
        now: Callable[[], datetime],
    ) -> None:
        self._gate = gate
        self._visitors = visitors
        self._authenticator = authenticator
        self._now = now

    @property
    def routes(self) -> list[BaseRoute]:
        acts: Mapping[str, Act] = {
            "request": self._request,
            "sign-in": self._sign_in,
            "refresh": self._refresh,
            "sign-out": self._sign_out,
        }
        doors: Mapping[str, FindDoor] = {"customer": self._of_brand, "driver": self._of_operator}
        return [
            Route(
                f"/auth/{who}/{name}",
                answering(partial(_through, find, act)),
                methods=["POST"],
            )
            for who, find in doors.items()
            for name, act in acts.items()
        ]

    async def _of_brand(self, request: Request, _said: Said) -> tuple[Door, str]:
        """The brand, and the address of its visitor, if its server says it signed.

        Errors: Unauthenticated, Forbidden for a key of another kind or another's page.
        """
        principal = await self._authenticator.principal(presented_by(request))
        if principal.kind is not Kind.SITE or principal.brand is None:
            raise Forbidden("Customers sign in with the key of the brand's website.")
        address, visitor = principal.address, request.headers.get(HEADER)
        if visitor is not None:
            address = self._visitors.address(visitor, principal, now=self._now())
        return Door(Kind.CUSTOMER, principal.brand.tenant_slug, principal.brand.code), address

    async def _of_operator(self, request: Request, said: Said) -> tuple[Door, str]:
        asks = request.url.path.endswith("/request")
        return Door(Kind.DRIVER, named(said, "tenant") if asks else None), address_of(request)

    async def _request(self, door: Door, where: From, said: Said) -> Response:
        """202 whoever it is: who is known here is looked up afterwards."""
        email = named(said, "email")
        attempt = await ask_to_sign_in(self._gate, door, email, where.address)
        sending = BackgroundTask(send_sign_in, self._gate, door, email, attempt, now=self._now())
        body = orjson.dumps({"request": self._gate.codes.requests.token_of(attempt)})
        return Response(
            body, 202, headers=NO_STORE, media_type="application/json", background=sending
        )

    async def _sign_in(self, door: Door, where: From, said: Said) -> Response:
        if "token" in said:
            token = named(said, "token")
            given = await sign_in_by_link(self._gate, door, token, where, now=self._now())
        else:
            asked, digits = named(said, "request"), named(said, "code")
            given = await sign_in_by_code(self._gate, door, asked, digits, where, now=self._now())
        return signed_in(given)

    async def _refresh(self, door: Door, _where: From, said: Said) -> Response:
        token = named(said, "refresh_token")
        return signed_in(await refresh_guest_session(self._gate, door, token, now=self._now()))

    async def _sign_out(self, door: Door, _where: From, said: Said) -> Response:
        await sign_guest_out(self._gate, door, named(said, "refresh_token"), now=self._now())
        return Response(status_code=204, headers=NO_STORE)


async def _through(find: FindDoor, act: Act, request: Request, said: Said) -> Response:
    door, address = await find(request, said)
    return await act(door, From(address, request.headers.get("user-agent")), said)
