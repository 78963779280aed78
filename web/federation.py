"""Single sign-on over HTTP: to the tenant's issuer, back from it, and a code for the page."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from auth.sign_on import Wish
from domain.errors import DomainError
from domain.federation import ATTEMPT, HAND_OVER
from domain.sign_in import TooManyTries
from domain.sign_on import SignOnRefused, Why
from services.federation import Back, Door, begin_sign_on, finish_sign_on
from services.hand_overs import Desk, TakenOver, take_over
from web.addresses import address_of
from web.answers import refused
from web.posts import NO_STORE, answering, named, signed_in

LOG = structlog.get_logger("tourbase.sign_on")
CALLBACK: Final = "/auth/oidc/callback"
ATTEMPTED: Final = "tourbase-sign-on"
HANDED: Final = "tourbase-hand-over"
HOME: Final = "/graphql"
LONGEST: Final = 2_000
QUIET: Final = {**NO_STORE, "referrer-policy": "no-referrer"}
Page = Callable[[Request], Awaitable[Response]]


class SigningOn:
    """The pages below `/auth/oidc`. `public_url` is how browsers and issuers call this server."""

    def __init__(
        self,
        door: Door,
        desk: Desk,
        now: Callable[[], datetime],
        *,
        public_url: str | None,
        development: bool,
    ) -> None:
        self._door = door
        self._desk = desk
        self._now = now
        self._public_url = public_url.rstrip("/") if public_url else None
        self._development = development

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/auth/oidc/start", _shown(self._start)),
            Route(CALLBACK, _shown(self._callback)),
            Route("/auth/oidc/token", answering(self._token), methods=["POST"]),
        ]

    async def _start(self, request: Request) -> Response:
        asked = _given(request)
        wish = Wish(
            tenant=named(asked, "tenant"),
            brand=asked.get("brand"),
            return_to=asked.get("return_to", HOME),
            challenge=asked.get("challenge"),
            redirect_uri=self._own(request) + CALLBACK,
            fresh=asked.get("fresh") == "1",
        )
        begun = await begin_sign_on(self._door, wish, address_of(request), now=self._now())
        answer = RedirectResponse(begun.url, 302, QUIET)
        self._keep(answer, request, ATTEMPTED, begun.kept, ATTEMPT.total_seconds(), "lax")
        return answer

    async def _callback(self, request: Request) -> Response:
        back = Back(
            kept=request.cookies.get(self._name(request, ATTEMPTED)),
            answer=_given(request),
            redirect_uri=self._own(request) + CALLBACK,
            address=address_of(request),
        )
        done = await finish_sign_on(self._door, back, now=self._now())
        answer = RedirectResponse(f"{done.return_to}#code={done.code}", 302, QUIET)
        self._keep(answer, request, ATTEMPTED, "", 0, "lax")
        if done.kept is not None:
            self._keep(answer, request, HANDED, done.kept, HAND_OVER.total_seconds(), "strict")
        return answer

    async def _token(self, request: Request, said: Mapping[str, str]) -> Response:
        own = [said.get("verifier"), request.cookies.get(self._name(request, HANDED))]
        taken = TakenOver(
            code=named(said, "code"),
            verifiers=[each for each in own if each],
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
        )
        try:
            answer = signed_in(await take_over(self._desk, taken, now=self._now()))
        except SignOnRefused as error:
            _log(request, error)
            return refused(error.code, error.message, request.state.request_id, status=403)
        self._keep(answer, request, HANDED, "", 0, "strict")
        return answer

    def _own(self, request: Request) -> str:
        """Never what a caller says that we are called, but in development.

        Errors: SignOnRefused.
        """
        if self._public_url is not None:
            return self._public_url
        if not self._development:
            raise SignOnRefused(Why.NOT_SET_UP)
        return str(request.base_url).rstrip("/")

    def _name(self, request: Request, name: str) -> str:
        """Over TLS no other host of the domain can lay one of this name."""
        return f"__Host-{name}" if self._is_secure(request) else name

    def _is_secure(self, request: Request) -> bool:
        return self._own(request).startswith("https:")

    def _keep(
        self, answer: Response, request: Request, name: str, value: str, seconds: float, same: str
    ) -> None:
        answer.set_cookie(
            self._name(request, name),
            value,
            max_age=int(seconds),
            path="/",
            secure=self._is_secure(request),
            httponly=True,
            samesite="strict" if same == "strict" else "lax",
        )


def _shown(page: Page) -> Page:
    """A page whose refusals a person reads, or a program."""

    async def answer(request: Request) -> Response:
        try:
            return await page(request)
        except SignOnRefused as error:
            _log(request, error)
            return _told(request, error, 503 if error.away else 403)
        except TooManyTries as error:
            answer = _told(request, error, 429)
            answer.headers["retry-after"] = str(error.seconds)
            return answer
        except DomainError as error:
            return _told(request, error, 400)

    return answer


def _told(request: Request, error: DomainError, status: int) -> Response:
    request_id = request.state.request_id
    if "text/html" not in request.headers.get("accept", ""):
        return refused(error.code, error.message, request_id, status=status)
    text = f"{error.message}\n\nRequest {request_id}\n"
    return PlainTextResponse(text, status, QUIET)


def _given(request: Request) -> Mapping[str, str]:
    """What the address says, each thing once. Errors: SignOnRefused."""
    asked = request.query_params.multi_items()
    given = dict(asked)
    if len(given) != len(asked) or any(len(value) > LONGEST for value in given.values()):
        raise SignOnRefused(Why.REQUEST)
    return given


def _log(request: Request, error: SignOnRefused) -> None:
    LOG.warning("sign_on_refused", kind=error.why.value, request_id=request.state.request_id)
