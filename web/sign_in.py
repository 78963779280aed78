"""Signing in over HTTP: tokens as OAuth 2.0 answers them, and the keys that they are checked by."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.errors import DomainError, InvalidInput
from domain.sign_in import ACCESS, TooManyTries
from domain.texts import storable
from services.sign_in import (
    Gate,
    Presented,
    SignedIn,
    ask_for_code,
    refresh_session,
    send_code,
    set_password_by_code,
    sign_in_by_password,
    sign_out,
)
from web.addresses import address_of
from web.answers import refused

NO_STORE: Final = {"cache-control": "no-store"}
KEYS_KEPT: Final = {"cache-control": "public, max-age=300"}
LONGEST: Final = 4_096
Act = Callable[[Request, Mapping[str, str]], Awaitable[Response]]


class SigningIn:
    """The pages below `/auth`, each a POST of a JSON object of texts."""

    def __init__(self, gate: Gate, now: Callable[[], datetime]) -> None:
        self._gate = gate
        self._now = now

    @property
    def routes(self) -> list[BaseRoute]:
        acts: Mapping[str, Act] = {
            "/auth/sign-in": self._sign_in,
            "/auth/refresh": self._refresh,
            "/auth/sign-out": self._sign_out,
            "/auth/password": self._password,
            "/auth/forgot-password": self._forgot,
        }
        posts = [Route(path, _answering(act), methods=["POST"]) for path, act in acts.items()]
        return [*posts, Route("/.well-known/jwks.json", self._keys)]

    async def _sign_in(self, request: Request, said: Mapping[str, str]) -> Response:
        given = Presented(
            tenant=_named(said, "tenant"),
            email=_named(said, "email"),
            password=_named(said, "password"),
            brand=_named(said, "brand") if "brand" in said else None,
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
        )
        return _signed(await sign_in_by_password(self._gate, given, now=self._now()))

    async def _refresh(self, _request: Request, said: Mapping[str, str]) -> Response:
        token = _named(said, "refresh_token")
        return _signed(await refresh_session(self._gate, token, now=self._now()))

    async def _sign_out(self, _request: Request, said: Mapping[str, str]) -> Response:
        await sign_out(self._gate, _named(said, "refresh_token"), now=self._now())
        return Response(status_code=204, headers=NO_STORE)

    async def _password(self, request: Request, said: Mapping[str, str]) -> Response:
        code, password = _named(said, "code"), _named(said, "password")
        where, now = address_of(request), self._now()
        await set_password_by_code(self._gate, code, password, address=where, now=now)
        return Response(status_code=204, headers=NO_STORE)

    async def _forgot(self, request: Request, said: Mapping[str, str]) -> Response:
        """202 whoever it is: that nobody learns who works here, it is looked up afterwards."""
        tenant, email = _named(said, "tenant"), _named(said, "email")
        await ask_for_code(self._gate, tenant, email, address_of(request))
        sending = BackgroundTask(send_code, self._gate, tenant, email, now=self._now())
        return Response(status_code=202, headers=NO_STORE, background=sending)

    async def _keys(self, _request: Request) -> Response:
        body = orjson.dumps(self._gate.tokens.ring.jwks)
        return Response(body, headers=KEYS_KEPT, media_type="application/jwk-set+json")


def _answering(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """An act whose refusals are answers."""

    async def answer(request: Request) -> Response:
        request_id = request.state.request_id
        try:
            return await act(request, await _said(request))
        except TooManyTries as error:
            answer = refused(error.code, str(error), request_id, status=429)
            answer.headers["retry-after"] = str(error.seconds)
            return answer
        except DomainError as error:
            return refused(error.code, str(error), request_id)

    return answer


async def _said(request: Request) -> Mapping[str, str]:
    """Shape: JSON alone, which no page of another origin posts without asking first.

    Errors: InvalidInput.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise InvalidInput("POST a JSON object, as application/json.")
    try:
        said: Any = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise InvalidInput("The body is no JSON.") from error
    if not isinstance(said, dict) or not all(
        isinstance(value, str) and len(value) <= LONGEST for value in said.values()
    ):
        raise InvalidInput("The body is a JSON object of texts.")
    return said


def _named(said: Mapping[str, str], name: str) -> str:
    """Errors: InvalidInput."""
    if not said.get(name):
        raise InvalidInput(f"`{name}` is missing.", path=name)
    return storable(said[name], path=name)


def _signed(signed: SignedIn) -> Response:
    """As RFC 6749, section 5.1, writes it."""
    body = {
        "access_token": signed.access_token,
        "token_type": "Bearer",
        "expires_in": int(ACCESS.total_seconds()),
        "refresh_token": signed.refresh_token,
    }
    return Response(orjson.dumps(body), headers=NO_STORE, media_type="application/json")
