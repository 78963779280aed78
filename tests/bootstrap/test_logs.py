"""Whoever logs, one JSON object a line: ours and libraries', with errors told and never quoted."""

import asyncio
import gc
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bootstrap.logs import configure
from integrations.frames import Frame

SECRET = "Zelda Hidden"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged since; the log of before is put back."""
    root, written = logging.getLogger(), io.BytesIO()
    before = (root.handlers[:], root.level)
    configure("info", stream=io.TextIOWrapper(written, write_through=True))
    try:
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = before[0], before[1]


def look_up() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise LookupError(f"no {SECRET}") from error


def failure() -> Exception:
    try:
        look_up()
    except LookupError as error:
        return error
    raise AssertionError


def test_a_line_has_its_level_its_time_and_who_said_it(lines: Lines) -> None:
    log = structlog.get_logger("tourbase.test")
    log.debug("unsaid")
    log.warning("said", count=1)

    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "said", "level": "warning", "logger": "tourbase.test", "count": 1}


def test_an_error_is_told_by_its_kinds_and_places(lines: Lines) -> None:
    structlog.get_logger("tourbase.test").error("failed", exc_info=failure())
    logging.getLogger("library").error("failed", exc_info=failure())

    for line in lines():
        assert line["error"] == "LookupError from ValueError"
        assert line["places"][-1].endswith(" in look_up")
        assert SECRET not in str(line)


def test_a_library_speaks_json_from_warnings_up_its_first_line_alone(lines: Lines) -> None:
    log = logging.getLogger("uvicorn.error")
    log.info("connection open")
    log.warning("to %s from %s\nTraceback: %s", "ada@example.com", "10.0.0.1", SECRET)

    [line] = lines()
    assert (line["event"], line["level"]) == ("to [redacted] from 10.0.0.1", "warning")
    assert line["logger"] == "uvicorn.error"


async def test_an_error_that_nobody_awaited_is_told_without_its_message(lines: Lines) -> None:
    async def fails() -> None:
        raise failure()

    lost = asyncio.create_task(fails())
    await asyncio.sleep(0)
    del lost
    gc.collect()

    [line] = lines()
    assert line["event"] == "Task exception was never retrieved"
    assert line["error"] == "LookupError from ValueError"
    assert SECRET not in str(line)


def test_a_line_says_for_whom_it_was_written(lines: Lines) -> None:
    frame = Frame(request_id="request-1", trace_id="a" * 32, tenant="kiwi", brand="wwt")
    frame.enter()
    try:
        structlog.get_logger("tourbase.test").info("said")
        logging.getLogger("library").warning("said")
    finally:
        frame.leave()
    structlog.get_logger("tourbase.test").info("said", request_id="own")

    ours, theirs, later = lines()
    told = {"request_id": "request-1", "trace_id": "a" * 32, "tenant": "kiwi", "brand": "wwt"}
    assert ours.items() >= told.items()
    assert theirs.items() >= told.items()
    assert (later["request_id"], later.get("brand")) == ("own", None)


@pytest.mark.parametrize("value", ["\ud800", 2**70, {1: object()}, float("nan")])
def test_a_value_that_is_no_json_does_not_stop_the_line(lines: Lines, value: object) -> None:
    structlog.get_logger("tourbase.test").info("said", value=value)

    assert [line["event"] for line in lines()] == ["said"]
