"""What an error looks like over HTTP: always JSON, always with a code and the request's id."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import orjson
from starlette.responses import Response

STATUS: Final[Mapping[str, int]] = {
    "UNAUTHENTICATED": 401,
    "SECOND_FACTOR_REQUIRED": 401,
    "REAUTHENTICATION_REQUIRED": 401,
    "FORBIDDEN": 403,
    "ENROLMENT_REQUIRED": 403,
    "DOCUMENT_NOT_TRUSTED": 403,
    "SIGN_ON_REQUIRED": 403,
    "BAD_REQUEST": 400,
    "TOO_MANY_REQUESTS": 429,
    "SERVICE_UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 503,
    "INTERNAL_SERVER_ERROR": 500,
    "GRAPHQL_PARSE_FAILED": 400,
    "GRAPHQL_VALIDATION_FAILED": 400,
}
ALSO_SAID: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"www-authenticate": 'Bearer realm="tourbase"'},
    503: {"retry-after": "1"},
}


@dataclass(frozen=True, slots=True)
class Told:
    """What docs/errors.md says of an answer of the protocol: when it comes, and what to do."""

    when: str
    remedy: str
    statuses: tuple[int, ...] = ()


# Codes that no refusal of the domain carries; docs/errors.md is written from them.
PROTOCOL_CODES: Final[Mapping[str, Told]] = {
    "BAD_REQUEST": Told(
        "The request is not one of GraphQL: another method, media type or shape.",
        "POST a JSON object with a `query`.",
        (400, 404, 405, 415),
    ),
    "BODY_TOO_LARGE": Told(
        "The body has more bytes than are read.", "Send less at a time.", (413,)
    ),
    "GRAPHQL_PARSE_FAILED": Told(
        "The document is not GraphQL.", "Correct it where `locations` points.", (400,)
    ),
    "GRAPHQL_VALIDATION_FAILED": Told(
        "The document, or a variable, does not fit the schema.",
        "Compare it with `/schema.graphql`.",
        (400,),
    ),
    "INTERNAL_SERVER_ERROR": Told(
        "Something went wrong on our side, and was logged.", "Quote the request id.", (500,)
    ),
    "URI_TOO_LONG": Told(
        "The address has more bytes than are read.", "POST the request instead.", (414,)
    ),
    "NOT_FOUND": Told("There is no page of that path.", "Correct the path.", (404,)),
}
SOCKET_CODES: Final[Mapping[int, Told]] = {
    1009: Told("A message has more bytes than are read.", "Send less at a time."),
    1012: Told("The server ends.", "Connect again, after a moment."),
    4400: Told("A message is not one of the sub-protocol.", "Correct the client."),
    4401: Told("An operation came before `connection_ack`.", "Wait for it."),
    4403: Told("The credential is missing or refused.", "Send a valid one in `connection_init`."),
    4406: Told("The sub-protocol is not graphql-transport-ws.", "Offer that one."),
    4408: Told("No `connection_init` came in time.", "Send it first."),
    4409: Told("An operation with that id is under way.", "Give each an id of its own."),
    4429: Told("`connection_init` came twice.", "Send it once."),
}


def refused(
    code: str,
    message: str,
    request_id: str,
    *,
    status: int | None = None,
    more: Mapping[str, object] = MappingProxyType({}),
) -> Response:
    """A request that never became an operation; `more` is told besides of why."""
    told = {"code": code, **more, "requestId": request_id}
    body = {"errors": [{"message": message, "extensions": told}]}
    status = status or STATUS.get(code, 400)
    headers = {**ALSO_SAID.get(status, {}), "cache-control": "no-store"}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


def status_of(answer: Any, *, strict: bool) -> int:
    """200 for an operation that ran; what stands in its way otherwise.

    Shape:  a part of the service that is away is 503 even where other fields have an answer, so
            that clients and proxies retry, and a spent quota is 429. A document that cannot run is
            400 only to clients that are `strict`: those that accept
            application/graphql-response+json.
    Source: GraphQL over HTTP, section "Status codes".
    """
    errors = answer.get("errors") or [] if isinstance(answer, dict) else []
    codes = [error.get("extensions", {}).get("code", "") for error in errors]
    if "SERVICE_UNAVAILABLE" in codes:
        return 503
    if "TOO_MANY_REQUESTS" in codes:
        return 429
    return STATUS.get(codes[0], 400) if strict and codes and "data" not in answer else 200
