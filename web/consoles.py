"""Signing in to the console: as over `/auth`, but the session stays in a cookie of the browser."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auth.sessions import SignedIn
from auth.tokens import Claims
from domain.errors import InvalidInput, Unauthenticated
from domain.sign_in import ACCESS, CONSOLE, IDLE
from services.consoles import keep_session
from services.gate import Gate
from services.proving import Answered, Proof, sign_in_by_code, step_up
from services.sign_in import Presented, sign_in_by_password, sign_out
from web.addresses import address_of
from web.cookies import PROOF, ConsoleCallers, refuse_other_pages
from web.posts import NO_STORE, Act, answering, named
from web.prepared import prepared

ANY_TURN: Final = 0
"""A session is ended by a token of whichever turn."""


class Consoles:
    """The pages below `/auth/console`, each a POST of a JSON object by a page of this server."""

    def __init__(self, gate: Gate, callers: ConsoleCallers, now: Callable[[], datetime]) -> None:
        self._gate = gate
        self._callers = callers
        self._now = now
        self._prepared = [asdict(each) for each in prepared()]

    @property
    def routes(self) -> list[BaseRoute]:
        acts: Mapping[str, Act] = {
            "sign-in": self._sign_in,
            "second-factor": self._second_factor,
            "session": self._session,
            "step-up": self._step_up,
            "sign-out": self._sign_out,
        }
        return [
            Route(f"/auth/console/{name}", answering(_of_own_page(act)), methods=["POST"])
            for name, act in acts.items()
        ]

    async def _sign_in(self, request: Request, said: Mapping[str, str]) -> Response:
        given = Presented(
            tenant=named(said, "tenant"),
            email=named(said, "email"),
            password=named(said, "password"),
            brand=named(said, "brand") if "brand" in said else None,
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
            lasts=CONSOLE,
        )
        return self._begun(await sign_in_by_password(self._gate, given, now=self._now()))

    async def _second_factor(self, request: Request, said: Mapping[str, str]) -> Response:
        answered = Answered(
            challenge=named(said, "challenge"),
            code=named(said, "code"),
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
            lasts=CONSOLE,
        )
        return self._begun(await sign_in_by_code(self._gate, answered, now=self._now()))

    async def _session(self, request: Request, _said: Mapping[str, str]) -> Response:
        """Whether somebody is signed in; then the session goes on, and the page has its proof."""
        cookies, at = self._callers.cookies, self._now()
        cookie = cookies.of(request)
        if cookie is None:
            return _told({"proof": None})
        try:
            claims = await keep_session(self._gate, cookies.texts.read(cookie), now=at)
        except Unauthenticated as error:
            answer = _told({"proof": None, "why": str(error)})
            cookies.take(answer)
            return answer
        return self._given(claims)

    async def _step_up(self, request: Request, said: Mapping[str, str]) -> Response:
        """The session itself has proved it then, whatever its cookie says."""
        claims, now = self._callers.claims(request, request.headers.get(PROOF)), self._now()
        if len({"password", "code"} & said.keys()) != 1:
            raise InvalidInput("Send either `password` or `code`.")
        proof = Proof(
            token=self._gate.tokens.sign(claims, now=now, lifetime=ACCESS),
            password=named(said, "password") if "password" in said else None,
            code=named(said, "code") if "code" in said else None,
            address=address_of(request),
        )
        await step_up(self._gate, proof, now=now)
        return Response(status_code=204, headers=NO_STORE)

    async def _sign_out(self, request: Request, _said: Mapping[str, str]) -> Response:
        claims = self._callers.claims(request, request.headers.get(PROOF))
        if claims.session is None:
            raise LookupError("a cookie of no session")
        token = self._gate.refreshing.sign(claims.session, ANY_TURN)
        with suppress(Unauthenticated):  # it was over already
            await sign_out(self._gate, token, now=self._now())
        answer = Response(status_code=204, headers=NO_STORE)
        self._callers.cookies.take(answer)
        return answer

    def _begun(self, given: SignedIn) -> Response:
        """The tokens of the session are dropped here: the browser is given its cookie alone."""
        return self._given(self._gate.tokens.verify(given.access_token))

    def _given(self, claims: Claims) -> Response:
        cookies = self._callers.cookies
        if claims.session is None:
            raise LookupError("a token of no session")
        proof, idle = cookies.texts.proof(claims.session), int(IDLE.total_seconds())
        answer = _told({"proof": proof, "idleSeconds": idle, "prepared": self._prepared})
        cookies.give(answer, claims, at=self._now())
        return answer


def _of_own_page(act: Act) -> Act:
    """A page elsewhere signs nobody in and out: neither the visitor nor itself."""

    async def own(request: Request, said: Mapping[str, str]) -> Response:
        refuse_other_pages(request)
        return await act(request, said)

    return own


def _told(body: Mapping[str, object]) -> Response:
    return Response(orjson.dumps(body), headers=NO_STORE, media_type="application/json")
