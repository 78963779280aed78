"""What an error looks like over HTTP: always JSON, always with a code and the request's id."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

STATUS: Final[Mapping[str, int]] = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "BAD_REQUEST": 400,
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


def refused(code: str, message: str, request_id: str, *, status: int | None = None) -> Response:
    """A request that never became an operation."""
    body = {"errors": [{"message": message, "extensions": {"code": code, "requestId": request_id}}]}
    status = status or STATUS.get(code, 400)
    headers = ALSO_SAID.get(status, {})
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


def status_of(answer: Any, *, strict: bool) -> int:
    """200 for an operation that ran; what stands in its way otherwise.

    Shape:  a part of the service that is away is 503 even where other fields have an answer, so
            that clients and proxies retry. A document that cannot run is 400 only to clients that
            are `strict`: those that accept application/graphql-response+json.
    Source: GraphQL over HTTP, section "Status codes".
    """
    errors = answer.get("errors") or [] if isinstance(answer, dict) else []
    codes = [error.get("extensions", {}).get("code", "") for error in errors]
    if "SERVICE_UNAVAILABLE" in codes:
        return 503
    return STATUS.get(codes[0], 400) if strict and codes and "data" not in answer else 200
