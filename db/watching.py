"""Who is told of statements: a test that counts them, and the telemetry that times them."""

from collections.abc import Callable

Observer = Callable[[str], None]
Ended = Callable[[BaseException | None], None]
Watch = Callable[[str, bool], Ended]
"""Told of a statement and whether its login only reads; gives what to call when it has ended."""


def watching(
    observe: Observer | None, watch: Watch | None, *, read_only: bool
) -> Callable[[str], Ended]:
    """What a transaction of one login calls at each of its statements."""

    def begun(statement: str) -> Ended:
        if observe is not None:
            observe(statement)
        return watch(statement, read_only) if watch is not None else _unwatched

    return begun


def _unwatched(_error: BaseException | None) -> None:
    """Nobody wants to know."""
