"""A session in a browser's cookie: worth nothing without a page of this server and its proof."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from auth.authenticate import Authenticator, Presented
from auth.consoles import ConsoleCookies
from auth.tokens import Claims
from domain.errors import Forbidden
from domain.identity import Principal
from web.cors import foreign_origin

PROOF: Final = "x-csrf-token"
OWN_PAGES: Final = "A cookie of this server is for its own pages alone."


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookie as HTTP carries it.

    Shape:  where it is `secure`, its name binds it to TLS, to this host and to all of its paths: no
            neighbour of the host can set one.
    """

    texts: ConsoleCookies
    secure: bool

    @property
    def name(self) -> str:
        return "__Host-tourbase" if self.secure else "tourbase"

    def of(self, connection: HTTPConnection) -> str | None:
        return connection.cookies.get(self.name) or None

    def give(self, answer: Response, claims: Claims, *, at: datetime) -> None:
        """The browser forgets it when it ends, and it is worth nothing once it was idle."""
        self._set(answer, self.texts.sign(claims, now=at), None)

    def take(self, answer: Response) -> None:
        self._set(answer, "", 0)

    def _set(self, answer: Response, text: str, max_age: int | None) -> None:
        answer.set_cookie(
            self.name,
            text,
            max_age=max_age,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )


class ConsoleCallers:
    """From a cookie and its proof to the member who sits before the page."""

    def __init__(self, cookies: Cookies, authenticator: Authenticator) -> None:
        self.cookies = cookies
        self._authenticator = authenticator

    def claims(self, connection: HTTPConnection, proof: str | None) -> Claims:
        """Whose cookie it is, if the page that asks is ours and shows its proof.

        Errors: Forbidden, Unauthenticated.
        """
        refuse_other_pages(connection)
        claims = self.cookies.texts.read(self.cookies.of(connection) or "")
        self.cookies.texts.check(proof, claims.session)
        return claims

    async def principal(self, claims: Claims, presented: Presented) -> Principal:
        """Errors: Unauthenticated for a session that is over, Forbidden for a foreign brand."""
        return await self._authenticator.of_session(claims, presented)


def refuse_other_pages(connection: HTTPConnection) -> None:
    """Browsers say whose page asks; whoever says nothing of it is no page of ours.

    Errors: Forbidden.
    """
    headers = connection.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    unsaid = site is None and origin is None
    if unsaid or site not in {None, "same-origin"} or foreign_origin(connection) is not None:
        raise Forbidden(OWN_PAGES)
