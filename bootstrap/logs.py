"""What a process says: one JSON object a line on standard error, whoever says it, redacted."""

import json
import logging
import pkgutil
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, TextIO

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter

from bootstrap.settings import Settings
from domain.faults import told
from domain.redaction import LONGEST, LOOKS, any_of, of_name, sensitive
from integrations.frames import CURRENT

Line = MutableMapping[str, Any]
REPORTED: Final = frozenset({"fault", "alert"})
FLAT: Final = frozenset({str, int, float, bool, type(None)})
SIGNS: Final = tuple(sign.encode() for signs, _ in LOOKS for sign in signs)
STAMP: Final = structlog.processors.TimeStamper(fmt="iso")
LIBRARIES: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")


class Reporter(Protocol):
    """Is told of faults and alerts, as lines that are redacted already."""

    def report(self, line: Mapping[str, Any]) -> None: ...
    def close(self) -> None: ...


@contextmanager
def logged(settings: Settings) -> Iterator[None]:
    """Log as the settings say; faults and alerts go to Sentry too, if there is one."""
    if settings.sentry_dsn is None:
        configure(settings.log_level)
        yield
        return
    # By name: importing what speaks to Sentry takes a quarter of a second.
    make: Callable[..., Reporter] = pkgutil.resolve_name("integrations.sentry:Sentry")
    reporter = make(settings.sentry_dsn.get_secret_value(), environment=settings.tourbase_env)
    configure(settings.log_level, report=reporter.report)
    try:
        yield
    finally:
        reporter.close()


def configure(
    level: str, *, stream: TextIO | None = None, report: Callable[[Line], None] | None = None
) -> None:
    """Set up structlog and the standard log alike.

    Shape:  of libraries warnings and worse, at any level: below, they tell what they send.
    """
    stream = stream or sys.stderr
    structlog.configure(
        processors=[
            in_frame,
            structlog.processors.add_log_level,
            structlog.stdlib.add_logger_name,
            STAMP,
            without_message,
            rendering(report),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(stream.buffer),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [standard_handler(stream)]
    root.setLevel(logging.WARNING)
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers[:], library.propagate = [], True
        library.setLevel(logging.NOTSET)


def standard_handler(stream: TextIO) -> logging.Handler:
    """Writes what comes through the standard log as structlog's lines are written."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                STAMP,
            ],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                in_frame,
                without_message,
                first_line,
                redact,
                lambda logger, name, line: as_bytes(logger, name, line).decode(),
            ],
        )
    )
    return handler


def in_frame(_logger: Any, _name: str, line: Line) -> Line:
    """Says in which request and for whom a line was written, if it does not say so itself."""
    frame = CURRENT.get()
    if frame is not None:
        line.setdefault("request_id", frame.request_id)
        line.setdefault("trace_id", frame.trace_id)
        line.setdefault("tenant", frame.tenant)
        line.setdefault("brand", frame.brand)
    return line


def without_message(_logger: Any, _name: str, line: Line) -> Line:
    """Of an error its kind and its places: its message may hold somebody's values."""
    given = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line.update(told(error))
    return line


def first_line(_logger: Any, _name: str, line: Line) -> Line:
    """Of a library's message, the rest of which may be a traceback or an object's text."""
    line["event"] = str(line.get("event", "")).strip().partition("\n")[0]
    return line


def rendering(report: Callable[[Line], None] | None) -> Callable[[Any, str, Line], bytes]:
    """The end of a line: written as it is if nothing in it can be sensitive, else redacted."""

    def rendered(logger: Any, name: str, line: Line) -> bytes:
        reported = report is not None and line["event"] in REPORTED
        written = None if reported else as_it_is(line)
        if written is not None:
            return written
        redact(logger, name, line)
        if report is not None and reported:
            report(line)
        return as_bytes(logger, name, line)

    return rendered


def as_it_is(line: Line) -> bytes | None:
    """The line, if it is flat and holds no sign of what is masked: a look instead of a search."""
    for name, value in line.items():
        if type(value) not in FLAT or sensitive(name):
            return None
    try:
        written = orjson.dumps(line)
    except TypeError:
        return None
    return written if len(written) < LONGEST and not any_of(SIGNS, written) else None


def redact(_logger: Any, _name: str, line: Line) -> Line:
    for name, value in line.items():
        line[name] = of_name(name, value)
    return line


def as_bytes(_logger: Any, _name: str, line: Line) -> bytes:
    try:
        return orjson.dumps(line)
    except TypeError:  # A lone surrogate, a number past 64 bits.
        return json.dumps(line, default=str).encode()
