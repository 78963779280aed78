"""Many cases in one test: all of them are tried, and each that fails is told by its name."""

from types import TracebackType
from typing import Self


class Failures:
    """`with failures.of(case):` keeps what goes wrong inside; leaving `with Failures()` tells all."""

    def __init__(self) -> None:
        self.kept: list[Exception] = []

    def of(self, case: object) -> "Case":
        return Case(self, str(case))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None and self.kept:
            raise ExceptionGroup("these cases failed", self.kept)


class Case:
    """One of many: its failure does not hide those that come after."""

    def __init__(self, failures: Failures, name: str) -> None:
        self._failures = failures
        self._name = name

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        error.add_note(f"The case: {self._name}")
        self._failures.kept.append(error)
        return True
