"""Signing in over HTTP: tokens as OAuth 2.0 answers them, and the keys that they are checked by."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auth.authenticate import Presented as Shown
from domain.errors import InvalidInput, Unauthenticated
from services.gate import Gate
from services.proving import Answered, Proof, sign_in_by_code, step_up
from services.sign_in import (
    Presented,
    ask_for_code,
    refresh_session,
    send_code,
    set_password_by_code,
    sign_in_by_password,
    sign_out,
)
from web.addresses import address_of
from web.posts import NO_STORE, Act, answering, named, proved, signed_in

KEYS_KEPT: Final = {"cache-control": "public, max-age=300"}


class SigningIn:
    """The pages below `/auth`, each a POST of a JSON object of texts."""

    def __init__(self, gate: Gate, now: Callable[[], datetime]) -> None:
        self._gate = gate
        self._now = now

    @property
    def routes(self) -> list[BaseRoute]:
        acts: Mapping[str, Act] = {
            "/auth/sign-in": self._sign_in,
            "/auth/second-factor": self._second_factor,
            "/auth/step-up": self._step_up,
            "/auth/refresh": self._refresh,
            "/auth/sign-out": self._sign_out,
            "/auth/password": self._password,
            "/auth/forgot-password": self._forgot,
        }
        posts = [Route(path, answering(act), methods=["POST"]) for path, act in acts.items()]
        return [*posts, Route("/.well-known/jwks.json", self._keys)]

    async def _sign_in(self, request: Request, said: Mapping[str, str]) -> Response:
        given = Presented(
            tenant=named(said, "tenant"),
            email=named(said, "email"),
            password=named(said, "password"),
            brand=named(said, "brand") if "brand" in said else None,
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
        )
        return signed_in(await sign_in_by_password(self._gate, given, now=self._now()))

    async def _second_factor(self, request: Request, said: Mapping[str, str]) -> Response:
        answered = Answered(
            challenge=named(said, "challenge"),
            code=named(said, "code"),
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
        )
        return signed_in(await sign_in_by_code(self._gate, answered, now=self._now()))

    async def _step_up(self, request: Request, said: Mapping[str, str]) -> Response:
        """The session is that of the token in `Authorization`."""
        shown = Shown.of(request.headers.get("authorization"), None, None).credential
        if shown is None:
            raise Unauthenticated("Send the access token of your session in Authorization.")
        if len({"password", "code"} & said.keys()) != 1:
            raise InvalidInput("Send either `password` or `code`.")
        proof = Proof(
            token=shown,
            password=named(said, "password") if "password" in said else None,
            code=named(said, "code") if "code" in said else None,
            address=address_of(request),
        )
        return proved(await step_up(self._gate, proof, now=self._now()))

    async def _refresh(self, _request: Request, said: Mapping[str, str]) -> Response:
        token = named(said, "refresh_token")
        return signed_in(await refresh_session(self._gate, token, now=self._now()))

    async def _sign_out(self, _request: Request, said: Mapping[str, str]) -> Response:
        await sign_out(self._gate, named(said, "refresh_token"), now=self._now())
        return Response(status_code=204, headers=NO_STORE)

    async def _password(self, request: Request, said: Mapping[str, str]) -> Response:
        code, password = named(said, "code"), named(said, "password")
        where, now = address_of(request), self._now()
        await set_password_by_code(self._gate, code, password, address=where, now=now)
        return Response(status_code=204, headers=NO_STORE)

    async def _forgot(self, request: Request, said: Mapping[str, str]) -> Response:
        """202 whoever it is: that nobody learns who works here, it is looked up afterwards."""
        tenant, email = named(said, "tenant"), named(said, "email")
        await ask_for_code(self._gate, tenant, email, address_of(request))
        sending = BackgroundTask(send_code, self._gate, tenant, email, now=self._now())
        return Response(status_code=202, headers=NO_STORE, background=sending)

    async def _keys(self, _request: Request) -> Response:
        body = orjson.dumps(self._gate.tokens.ring.jwks)
        return Response(body, headers=KEYS_KEPT, media_type="application/jwk-set+json")
