"""What is fetched as a file: by whoever may, with their credential, and each fetch is told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from auth.authenticate import Authenticator
from db.audit import Span
from db.database import Database
from domain.errors import DomainError, InvalidInput, NotFound
from domain.identity import Kind, Principal, Scope
from domain.ids import Ids
from domain.proofs import check_fresh
from schema.global_ids import decode_as
from schema.permissions import check
from services.audit_exports import audit_lines, begin_audit_export
from services.customer_exports import take_export
from web.answers import refused
from web.graphql import presented_by

PRIVATE: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
Fetch = Callable[[Request, Principal], Awaitable[Response]]


class Downloads:
    """Pages that answer a file to a bearer: no address alone opens one."""

    def __init__(
        self,
        database: Database,
        authenticator: Authenticator,
        now: Callable[[], datetime],
        ids: Ids,
    ) -> None:
        self._database = database
        self._authenticator = authenticator
        self._now = now
        self._ids = ids

    @property
    def routes(self) -> list[BaseRoute]:
        export = self._for(Scope.PRIVACY_WRITE, self._export)
        log = self._for(Scope.AUDIT_READ, self._log)
        return [
            Route("/exports/{request_id}", export, methods=["GET"]),
            Route("/audit.jsonl", log, methods=["GET"]),
        ]

    def _for(self, scope: Scope, fetch: Fetch) -> Callable[[Request], Awaitable[Response]]:
        """A page for those who have a scope; whoever has it not is told so before any look-up."""

        async def answer(request: Request) -> Response:
            try:
                principal = await self._authenticator.principal(presented_by(request))
                check(principal, scope)
                check_fresh(principal, now=self._now())
                return await fetch(request, principal)
            except NotFound as error:
                id = request.state.request_id
                return refused(error.code, error.message, id, status=404)
            except DomainError as error:
                return refused(error.code, error.message, request.state.request_id)

        return answer

    async def _export(self, request: Request, principal: Principal) -> Response:
        """Errors: InvalidInput for a malformed id; NotFound."""
        id, now = decode_as("PrivacyRequest", request.path_params["request_id"]), self._now()
        if principal.kind is not Kind.STAFF:
            raise NotFound(path="id")
        body = await self._database.session(principal).write(
            lambda tx: take_export(tx, id, now=now, ids=self._ids)
        )
        named = f'attachment; filename="customer-{id}.json"'
        headers = {**PRIVATE, "content-disposition": named}
        return Response(body, headers=headers, media_type="application/json")

    async def _log(self, request: Request, principal: Principal) -> Response:
        """Every act of the days from `from` to `to`, a line each. Errors: InvalidInput."""
        now = self._now()
        span = _span(request, principal, now)
        session = self._database.session(principal)
        await begin_audit_export(session, span, now=now, ids=self._ids)
        headers = {**PRIVATE, "content-disposition": 'attachment; filename="audit.jsonl"'}
        lines = audit_lines(session, span)
        return StreamingResponse(lines, headers=headers, media_type="application/jsonl")


def _span(request: Request, principal: Principal, now: datetime) -> Span:
    """Local days of the brand; up to now if nothing is said. Errors: InvalidInput."""
    brand = principal.brand
    zone = ZoneInfo(brand.time_zone) if brand else UTC
    first, last = (_day(request, name) for name in ("from", "to"))
    starts = datetime.combine(first, time(), zone) if first else BEGINNING
    ends = datetime.combine(last + timedelta(days=1), time(), zone) if last else now
    return Span(starts, min(ends, now))


def _day(request: Request, name: str) -> date | None:
    given = request.query_params.get(name)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise InvalidInput(f"`{name}` is a day: 2026-06-08.", path=name) from error
