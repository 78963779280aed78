"""The GraphQL endpoint: credentials in, one operation through the schema, JSON out."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from cross_web import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from auth.authenticate import Authenticator, Presented
from auth.visitors import HEADER
from domain.errors import DomainError, Forbidden
from domain.faults import told
from domain.identity import Principal
from resolvers.context import Ambient, OperationContext, World
from resolvers.operation import MASKED, shaped
from resolvers.trusted import named
from web.addresses import address_of
from web.answers import ALSO_SAID, refused, status_of
from web.cookies import PROOF, ConsoleCallers
from web.cors import foreign_origin
from web.middleware import BodyTooLarge
from web.sockets import SocketHandler

LOG = structlog.get_logger("tourbase.web")
HEADERS = ("authorization", "x-api-key", "x-brand")
MOST_OPERATIONS_A_SOCKET = 100
# What Strawberry answers by 400 (or 404), by its words: the status that it has here, and our words.
REWORDED = {
    "Unsupported content type": (415, "Send the request as JSON: Content-Type: application/json."),
    "mutations are not allowed when using GET": (405, "A mutation is sent by POST."),
    "subscriptions are not allowed when using GET": (405, "A subscription runs over WebSocket."),
    "Can't get GraphQL operation type": (400, "The document has no operation to run."),
    "Not Found": (400, "The address has no `query`."),
}
# A page of another origin cannot send one of these unless it was allowed to beforehand.
PREFLIGHTED = (*HEADERS, PROOF, "x-request-id", "idempotency-key")
SIMPLE = ("", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
MEDIA_TYPE = "application/graphql-response+json"


class Endpoint(GraphQL[OperationContext, None]):
    """Strawberry's ASGI view with this service's credentials and answers."""

    graphql_transport_ws_handler_class = SocketHandler

    def __init__(
        self,
        schema: BaseSchema,
        world: World,
        authenticator: Authenticator,
        *,
        init_seconds: float,
        consoles: ConsoleCallers,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allowed_origins=["*"],  # `connection_init` says whose page it must be; see below.
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=init_seconds),
            max_subscriptions_per_connection=MOST_OPERATIONS_A_SOCKET,
        )
        self._world = world
        self._authenticator = authenticator
        self._consoles = consoles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        headers = [
            (name, value.lower() if name == b"content-type" else value)
            for name, value in scope["headers"]
        ]
        request = Request({**scope, "headers": headers}, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        request_id = request.state.request_id
        try:
            refuse_ambient(request)
            refuse_encoded(request)
            response = await self.run(request)
        except DomainError as error:
            return refused(error.code, error.message, request_id)
        except HTTPException as error:
            status, words = REWORDED.get(error.reason, (error.status_code, error.reason))
            response = refused("BAD_REQUEST", words, request_id, status=status)
            if status == HTTPStatus.METHOD_NOT_ALLOWED:
                response.headers["allow"] = "POST"
            return response
        except BodyTooLarge:
            raise
        except Exception as error:  # noqa: BLE001 - the last place before the client
            LOG.error("fault", request_id=request_id, **told(error))  # noqa: TRY400 - no message
            return refused("INTERNAL_SERVER_ERROR", MASKED, request_id)
        return response

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - Strawberry hands it over by name
    ) -> OperationContext:
        """The caller's context; a socket is nobody's until its `connection_init`."""
        if isinstance(request, WebSocket):
            context = OperationContext(
                self._world,
                request_id=request.state.request_id,
                origin=foreign_origin(request),
                address=address_of(request),
            )
            context.ambient = self._ambient(request)
            return context
        principal = await self._principal(request)
        visitors, visitor = self._world.visitors, request.headers.get(HEADER)
        if visitors is not None and visitor is not None:
            address = visitors.address(visitor, principal, now=self._world.now())
            principal = replace(principal, address=address)
        return OperationContext(
            self._world,
            principal,
            request_id=request.state.request_id,
            idempotency_key=request.headers.get("idempotency-key"),
            passing=request.state.passing,
        )

    async def _principal(self, request: Request) -> Principal:
        """Of the credential in a header, or else of the session that the browser keeps for us."""
        presented, ambient = presented_by(request), self._ambient(request)
        if presented.credential is not None or ambient is None:
            return await self._authenticator.principal(presented)
        claims = ambient(request.headers.get(PROOF))
        return await self._consoles.principal(claims, presented)

    def _ambient(self, connection: HTTPConnection) -> Ambient | None:
        """How a proof makes somebody of the cookie, if there is one of ours."""
        if self._consoles.cookies.of(connection) is None:
            return None
        return partial(self._consoles.claims, connection)

    async def on_ws_connect(self, context: OperationContext) -> dict[str, object]:
        """Authenticate by the payload of `connection_init`, whose keys are the header names."""
        given = {name.lower(): value for name, value in (context.connection_params or {}).items()}
        values = [value if isinstance(value, str) else None for value in map(given.get, HEADERS)]
        try:
            presented = Presented.of(
                *values,
                origin=context.origin,
                address=context.address,
                request_id=context.request_id,
            )
            prove = partial(self._authenticator.principal, presented)
            if presented.credential is None and context.ambient is not None:
                proof = given.get(PROOF)
                claims = context.ambient(proof if isinstance(proof, str) else None)
                prove = partial(self._consoles.principal, claims, presented)
            await context.become(prove)
        except DomainError as error:
            raise ConnectionRejectionError from error
        return {"requestId": context.request_id}

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carries the media type that the client accepts to where the answer is made."""
        sub_response = await super().get_sub_response(request)
        strict = MEDIA_TYPE in request.headers.get("accept", "")
        sub_response.headers["content-type"] = MEDIA_TYPE if strict else "application/json"
        return sub_response

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """What an operation answers; one that could not run has errors and no data at all."""
        if result.errors:
            result.errors = [shaped(error, request.state.request_id) for error in result.errors]
        answer = await super().process_result(request, result)
        if result.data is None and not any(error.path for error in result.errors or ()):
            del answer["data"]
        return answer

    def create_response(
        self,
        response_data: Any,
        sub_response: Response,
    ) -> Response:
        media_type = sub_response.headers["content-type"]
        status = status_of(response_data, strict=media_type == MEDIA_TYPE)
        body = orjson.dumps(response_data)
        headers = {**ALSO_SAID.get(status, {}), "cache-control": "no-store"}
        return Response(body, status, headers, media_type=media_type)

    def should_render_graphql_ide(self, request: Any) -> bool:
        """An address that names a document asks for it."""
        asks = request.query_params.keys() & {"documentId", "extensions"}
        return not asks and super().should_render_graphql_ide(request)

    def parse_query_params(self, params: Any) -> dict[str, Any]:
        given = dict(params)
        for name in ("variables", "extensions"):
            if given.get(name):
                given[name] = self._object(given[name])
        return named(given)

    def parse_json(self, data: str | bytes) -> Any:
        """A request, whose document may be named instead of written out."""
        return named(self._object(data))

    def _object(self, data: str | bytes) -> dict[str, Any]:
        """A request is an object; anything else is told so, however deep or broken it is."""
        try:
            parsed = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise HTTPException(400, "Unable to parse request body as JSON") from error
        if not isinstance(parsed, dict):
            raise HTTPException(400, "The body is a JSON object with a `query`.")
        return parsed

    def decode_json(self, data: str | bytes) -> object:
        """A message of a socket: what is too deep or has half a character is no JSON."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """Text: bytes would leave a socket as binary frames, which no client reads."""
        return orjson.dumps(data).decode()


def refuse_ambient(request: HTTPConnection) -> None:
    """A browser adds a cookie by itself, so a request with one must show that its page may ask.

    Errors: Forbidden.
    """
    headers = request.headers
    if "cookie" not in headers or any(name in headers for name in PREFLIGHTED):
        return
    if headers.get("content-type", "").partition(";")[0].strip().lower() in SIMPLE:
        raise Forbidden("A request with a cookie needs a header such as X-Request-ID as well.")


def refuse_encoded(request: HTTPConnection) -> None:
    """Errors: HTTPException 415 for a body that would first have to be unpacked."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "Send the body as it is, without Content-Encoding.")


def presented_by(request: HTTPConnection) -> Presented:
    given = (request.headers.get(name) for name in HEADERS)
    origin, address = foreign_origin(request), address_of(request)
    id = request.state.request_id
    return Presented.of(*given, origin=origin, address=address, request_id=id)
