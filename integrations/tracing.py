"""Spans of requests, operations, statements and Redis commands, sent to a collector over OTLP/HTTP.

Names and attributes are those of OpenTelemetry's semantic conventions. No argument, parameter, key
or message of an error is ever an attribute; a statement's text has placeholders only.
"""

import re
import threading
from collections.abc import Mapping
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import Span, SpanKind, set_span_in_context

PATH: Final = "/v1/traces"
MOST_WAITING: Final = 4096
BATCH: Final = 512
SECONDS_BETWEEN: Final = 1.0
REMARK: Final = re.compile(r"^\s*--.*$", re.MULTILINE)
TARGET: Final = re.compile(r"\b(?:from|into|update)\s+([a-z_][a-z0-9_.]*)", re.IGNORECASE)


class Traces:
    """Makes spans. A collector that is away costs spans, and no request its time."""

    def __init__(
        self, endpoint: str, *, version: str, names: Mapping[str, str], patience_seconds: float = 2
    ) -> None:
        self._names = names
        self._summaries: dict[str, tuple[str, str]] = {}
        self._exporter = OTLPSpanExporter(
            endpoint=endpoint.rstrip("/").removesuffix(PATH) + PATH, timeout=patience_seconds
        )
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=SECONDS_BETWEEN * 1000,
            max_export_batch_size=BATCH,
            export_timeout_millis=patience_seconds * 1000,
        )
        about = {"service.name": "tourbase", "service.version": version}
        provider = TracerProvider(
            sampler=ParentBased(ALWAYS_ON), resource=Resource(about), shutdown_on_exit=False
        )
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("tourbase", version)

    def request(self, remote: Context, about: Mapping[str, str | int]) -> Span:
        """The span of a request, which continues the trace that the client sent."""
        return self._tracer.start_span(
            "HTTP", context=remote, kind=SpanKind.SERVER, attributes=about
        )

    def operation(self, outer: Span | None) -> Span:
        return self._tracer.start_span("GraphQL", context=_within(outer))

    def job(self, task: str) -> Span:
        attributes = {"messaging.system": "procrastinate", "messaging.operation.type": "process"}
        return self._tracer.start_span(
            f"process {task}", context=Context(), kind=SpanKind.CONSUMER, attributes=attributes
        )

    def statement(self, outer: Span | None, text: str) -> Span:
        verb, summary = self._verb_and_summary(text)
        return self._tracer.start_span(
            summary,
            context=_within(outer),
            kind=SpanKind.CLIENT,
            attributes={
                "db.system.name": "postgresql",
                "db.operation.name": verb,
                "db.query.summary": summary,
                "db.query.text": text,
            },
        )

    def redis(self, outer: Span | None, command: str) -> Span:
        return self._tracer.start_span(
            command,
            context=_within(outer),
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "redis", "db.operation.name": command},
        )

    def close(self, seconds: float = 2) -> None:
        """Send what waits, within bounds: a collector that is away ends with the process."""
        ending = threading.Thread(target=self._processor.shutdown, name="spans", daemon=True)
        ending.start()
        ending.join(seconds)
        if ending.is_alive():
            self._exporter.shutdown()  # type: ignore[no-untyped-call]

    def _verb_and_summary(self, text: str) -> tuple[str, str]:
        """The statement's name in its file; of one that is printed, its verb and its table."""
        if text not in self._summaries:
            sql = REMARK.sub("", text)
            verb, found = sql.split(None, 1)[0].upper(), TARGET.search(sql)
            printed = f"{verb} {found.group(1)}" if found else verb
            self._summaries[text] = (verb, self._names.get(text, printed))
        return self._summaries[text]


def _within(outer: Span | None) -> Context:
    return set_span_in_context(outer, Context()) if outer is not None else Context()
