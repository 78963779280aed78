"""The hooks that the other floors call: each piece of work is counted, timed and traced.

A hook costs a few microseconds, never waits and never raises.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Protocol

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import Span, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from integrations.frames import CURRENT, Ended, Frame
from integrations.metrics import OTHER, Metrics

PROPAGATOR: Final = TraceContextTextMapPropagator()
FAULT: Final = "INTERNAL_SERVER_ERROR"
CANCELLED: Final = "CANCELLED"
SERVER_ERROR: Final = 500


class Spans(Protocol):
    """Makes spans and sends them."""

    def request(self, remote: Context, about: Mapping[str, str | int]) -> Span: ...
    def operation(self, outer: Span | None) -> Span: ...
    def job(self, task: str) -> Span: ...
    def statement(self, outer: Span | None, text: str) -> Span: ...
    def redis(self, outer: Span | None, command: str) -> Span: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Operation:
    """What is known of an operation when it ends; `name` is one that the server knows."""

    name: str
    type: str
    codes: tuple[str, ...]

    @property
    def outcome(self) -> str:
        if not self.codes:
            return "ok"
        if CANCELLED in self.codes:
            return "cancelled"
        return "fault" if FAULT in self.codes else "refused"


class Telemetry:
    """The hooks of one process. Without `spans` none is sent; trace ids are kept all the same."""

    def __init__(self, metrics: Metrics, spans: Spans | None = None) -> None:
        self.metrics = metrics
        self.spans = spans
        # Bound once: a logger that is looked up at each line costs more than the line.
        self.access = structlog.get_logger("tourbase.access").bind()

    def close(self) -> None:
        """Send what waits to be sent, within bounds."""
        if self.spans is not None:
            self.spans.close()

    def request_begun(
        self, request_id: str, carrier: Mapping[str, str], about: Mapping[str, str | int]
    ) -> Frame:
        """Shape: `carrier` is `traceparent` and `tracestate` as they came; `about` is a span's."""
        frame = Frame()
        frame.request_id = request_id
        remote = PROPAGATOR.extract(carrier, Context()) if carrier else Context()
        if self.spans is not None:
            frame.span, frame.watch_redis = self.spans.request(remote, about), self.redis
        elif carrier:
            continued(frame, get_current_span(remote))
        identify(frame)
        frame.enter()
        return frame

    def request_answered(self, frame: Frame, *, method: str, route: str, status: int) -> None:
        """A socket is answered when it is accepted: its span ends there, and is a parent still."""
        span = frame.span
        if span is None:
            return
        if route != OTHER:
            span.update_name(f"{method} {route}")
            span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        if status >= SERVER_ERROR:
            span.set_attribute("error.type", str(status))
            span.set_status(StatusCode.ERROR)
        span.end()

    def operation_begun(self) -> Frame:
        frame = Frame.inside(CURRENT.get())
        if self.spans is not None:
            frame.span = self.spans.operation(_span_around(frame))
            frame.watch_redis = self.redis
        if self.spans is not None or not frame.trace_id:
            identify(frame)
        frame.enter()
        return frame

    def operation_ended(self, frame: Frame, operation: Operation, seconds: float) -> None:
        frame.leave()
        self.metrics.operation(operation.name, operation.type, operation.outcome, seconds)
        span = frame.span
        if span is None:
            return
        if operation.name == OTHER:
            span.update_name(operation.type)
        else:
            span.update_name(f"{operation.type} {operation.name}")
            span.set_attribute("graphql.operation.name", operation.name)
        span.set_attribute("graphql.operation.type", operation.type)
        if operation.codes:
            span.set_attribute("error.type", operation.codes[0])
            span.set_status(StatusCode.ERROR)
        span.end()

    def job_begun(self, task: str) -> Frame:
        frame = Frame()
        if self.spans is not None:
            frame.span, frame.watch_redis = self.spans.job(task), self.redis
        identify(frame)
        frame.enter()
        return frame

    def job_ended(self, frame: Frame, task: str, outcome: str, seconds: float) -> None:
        frame.leave()
        self.metrics.job(task, outcome, seconds)
        _end(frame.span, None if outcome == "done" else outcome)

    def statement(self, text: str, read_only: bool) -> Ended:  # noqa: FBT001 - called by place
        """A statement begins; gives what to call when it has ended.

        A span is made of what happens for somebody: not of the loops that look for work.
        """
        frame, span = CURRENT.get(), None
        if frame is not None:
            frame.statements += 1
            if self.spans is not None:
                span = self.spans.statement(frame.span, text)
        observe = (self.metrics.read if read_only else self.metrics.write).observe
        began = perf_counter()

        def ended(error: BaseException | None) -> None:
            observe(perf_counter() - began)
            if span is not None:
                sqlstate = getattr(error, "sqlstate", None)
                if sqlstate:
                    span.set_attribute("db.response.status_code", sqlstate)
                _end(span, sqlstate or (type(error).__name__ if error else None))

        return ended

    def redis(self, command: str) -> Ended:
        """A command to Redis begins; gives what to call when it has ended."""
        frame = CURRENT.get()
        if frame is None or self.spans is None:
            return _nothing
        span = self.spans.redis(frame.span, command)
        return lambda error: _end(span, type(error).__name__ if error else None)


def continued(frame: Frame, remote: Span) -> None:
    """Keep the trace of a remote parent."""
    context = remote.get_span_context()
    if context.is_valid:
        frame.trace_id, frame.flags = format(context.trace_id, "032x"), int(context.trace_flags)


def identify(frame: Frame) -> None:
    """The ids of the frame's span; without one, of the trace it is in, or of a new one."""
    if frame.span is not None:
        context = frame.span.get_span_context()
        continued(frame, frame.span)
        frame.span_id = format(context.span_id, "016x")
        return
    frame.trace_id = frame.trace_id or secrets.token_hex(16)
    frame.span_id = secrets.token_hex(8)


def _span_around(frame: Frame) -> Span | None:
    return frame.outer.span if frame.outer else None


def _end(span: Span | None, error_type: str | None) -> None:
    if span is None:
        return
    if error_type:
        span.set_attribute("error.type", error_type)
        span.set_status(StatusCode.ERROR)
    span.end()


def _nothing(_error: BaseException | None) -> None:
    """No span is sent."""
