"""Faults and alerts for Sentry, as the log has them: kinds and places, no message, no values."""

import re
from collections.abc import Mapping
from importlib import metadata
from typing import Any, Final

from sentry_sdk import Client

from domain.redaction import redacted

PLACE: Final = re.compile(r"(?P<file>.+):(?P<line>\d+) in (?P<function>.+)")
TAGS: Final = (
    "request_id",
    "trace_id",
    "tenant",
    "brand",
    "code",
    "kind",
    "sqlstate",
    "constraint",
)
KEPT: Final = frozenset(
    {"event_id", "timestamp", "level", "logger", "platform", "environment", "release", "sdk"}
)
SENT: Final = ("exception", "message", "tags", "extra", "fingerprint")
NOTHING: Final[Any] = {
    "user_info": False,
    "cookies": {"mode": "off"},
    "http_headers": {"request": {"mode": "off"}},
    "http_bodies": [],
    "url_query_params": {"mode": "off"},
    "graphql": {"document": False, "variables": False},
    "gen_ai": {"inputs": False, "outputs": False},
    "database_query_data": False,
    "queues": False,
    "stack_frame_variables": False,
    "frame_context_lines": 0,
}
"""What Sentry's client may gather by itself."""
ENDING_SECONDS: Final = 2.0


class Sentry:
    """Sends in a thread of its own. A Sentry that is away costs reports, and nobody's time."""

    def __init__(self, dsn: str, *, environment: str) -> None:
        self._client = Client(
            dsn=dsn,
            environment=environment,
            release=metadata.version("tourbase"),
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            data_collection=NOTHING,
            max_request_body_size="never",
            max_breadcrumbs=0,
            attach_stacktrace=False,
            auto_session_tracking=False,
            send_client_reports=False,
            traces_sample_rate=None,
            before_send=only_what_is_known,
            shutdown_timeout=ENDING_SECONDS,
            spotlight=False,
        )

    def report(self, line: Mapping[str, Any]) -> None:
        self._client.capture_event(as_event(line))

    def close(self) -> None:
        self._client.close(timeout=ENDING_SECONDS)


def as_event(line: Mapping[str, Any]) -> Any:
    """A line of the log as Sentry's event."""
    tags = {name: str(line[name]) for name in TAGS if line.get(name)}
    if "error" in line:
        tags.setdefault("code", "INTERNAL_SERVER_ERROR")
    event: dict[str, Any] = {
        "level": line.get("level", "error"),
        "logger": line.get("logger", "tourbase"),
        "tags": tags,
        "extra": {name: line[name] for name in ("path", "detail") if name in line},
    }
    if "error" not in line:
        return event | {"message": " ".join(map(str, (line["event"], line.get("kind", ""))))}
    kinds = str(line["error"]).split(" from ")
    frames = [
        {"filename": found["file"], "lineno": int(found["line"]), "function": found["function"]}
        for place in line.get("places", ())
        if (found := PLACE.fullmatch(str(place)))
    ]
    values: list[dict[str, Any]] = [{"type": kind, "value": ""} for kind in reversed(kinds)]
    values[-1]["stacktrace"] = {"frames": frames}
    return event | {"exception": {"values": values}}


def only_what_is_known(event: Any, _hint: Any) -> Any:
    """What leaves: the parts that this module makes, redacted once more, and Sentry's own frame."""
    kept = {name: value for name, value in event.items() if name in KEPT}
    return kept | {name: redacted(event[name]) for name in SENT if name in event}
