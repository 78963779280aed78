"""What is fetched as a file: by whoever may, with their credential, and each fetch is told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auth.authenticate import Authenticator
from db.database import Database
from domain.errors import DomainError, NotFound
from domain.identity import Kind, Principal, Scope
from domain.ids import Ids
from schema.global_ids import decode_as
from schema.permissions import check
from services.customer_exports import take_export
from web.answers import refused
from web.graphql import presented_by

PRIVATE: Final[Mapping[str, str]] = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
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
        return [Route("/exports/{request_id}", export, methods=["GET"])]

    def _for(self, scope: Scope, fetch: Fetch) -> Callable[[Request], Awaitable[Response]]:
        """A page for those who have a scope; whoever has it not is told so before any look-up."""

        async def answer(request: Request) -> Response:
            try:
                principal = await self._authenticator.principal(presented_by(request))
                check(principal, scope)
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
