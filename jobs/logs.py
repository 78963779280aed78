"""What libraries say in the standard log, as the JSON lines that the rest of the process writes."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

QUIET = ("procrastinate", "httpx", "httpcore", "mail.log", "psycopg.pool")


def adopt_standard_log() -> None:
    """Warnings and worse, without tracebacks: they may hold somebody's values."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
            processors=[
                _kind_of_error,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.getLogger().handlers[:] = [handler]
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _kind_of_error(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    if isinstance(found, tuple) and found[0] is not None:
        event["error"] = found[0].__name__
    return event
