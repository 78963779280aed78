"""What is posted to sign in: JSON objects of texts, answered with tokens as OAuth 2.0 does."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from auth.sessions import SignedIn
from domain.errors import DomainError, InvalidInput
from domain.proofs import SecondFactorRequired
from domain.sign_in import ACCESS, TooManyTries
from domain.texts import storable
from web.answers import refused

NO_STORE: Final = {"cache-control": "no-store"}
LONGEST: Final = 4_096
Act = Callable[[Request, Mapping[str, str]], Awaitable[Response]]


def answering(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """An act whose refusals are answers."""

    async def answer(request: Request) -> Response:
        request_id = request.state.request_id
        try:
            return await act(request, await said(request))
        except TooManyTries as error:
            answer = refused(error.code, str(error), request_id, status=429)
            answer.headers["retry-after"] = str(error.seconds)
            return answer
        except SecondFactorRequired as error:
            more = {"challenge": error.challenge} if error.challenge else {}
            return refused(error.code, str(error), request_id, more=more)
        except DomainError as error:
            return refused(error.code, str(error), request_id)

    return answer


async def said(request: Request) -> Mapping[str, str]:
    """Shape: JSON alone, which no page of another origin posts without asking first.

    Errors: InvalidInput.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise InvalidInput("POST a JSON object, as application/json.")
    try:
        body: Any = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise InvalidInput("The body is no JSON.") from error
    if not isinstance(body, dict) or not all(
        isinstance(value, str) and len(value) <= LONGEST for value in body.values()
    ):
        raise InvalidInput("The body is a JSON object of texts.")
    return body


def named(given: Mapping[str, str], name: str) -> str:
    """Errors: InvalidInput."""
    if not given.get(name):
        raise InvalidInput(f"`{name}` is missing.", path=name)
    return storable(given[name], path=name)


def signed_in(given: SignedIn) -> Response:
    """As RFC 6749, section 5.1, writes it."""
    body = {**_access(given.access_token), "refresh_token": given.refresh_token}
    return _told(body)


def proved(access_token: str) -> Response:
    """Another token of a session that goes on, for the refresh token stays what it is."""
    return _told(_access(access_token))


def _access(token: str) -> dict[str, str | int]:
    seconds = int(ACCESS.total_seconds())
    return {"access_token": token, "token_type": "Bearer", "expires_in": seconds}


def _told(body: Mapping[str, str | int]) -> Response:
    return Response(orjson.dumps(body), headers=NO_STORE, media_type="application/json")
