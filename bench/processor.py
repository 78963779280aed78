"""Which core a process runs on, and how much of it the process has used."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class Cores:
    """One core for the server that is measured; the others for PostgreSQL and the load."""

    server: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """None where the system cannot pin, or has one core only: nothing is pinned then."""
        if not hasattr(os, "sched_getaffinity"):
            return cls()
        first, *others = sorted(os.sched_getaffinity(0))
        return cls(frozenset({first}), frozenset(others)) if others else cls()

    def __str__(self) -> str:
        if not self.server:
            return "not pinned"
        names = ", ".join(map(str, sorted(self.others)))
        return f"the server on core {min(self.server)}, PostgreSQL, Valkey and the load on {names}"


def pin(process: int, cores: frozenset[int]) -> None:
    """Children and threads that it starts from now on stay there too."""
    if cores:
        os.sched_setaffinity(process, cores)


def used_seconds(process: int) -> float:
    """Processor time of all its threads.

    Shape:  to the nanosecond from Linux; elsewhere to the hundredth of a second from `ps`.
    """
    tasks = Path(f"/proc/{process}/task")
    if tasks.is_dir():
        spent = (int((each / "schedstat").read_text().split()[0]) for each in tasks.iterdir())
        return sum(spent) / NANOSECONDS
    told = subprocess.run(
        ["ps", "-o", "cputime=", "-p", str(process)], capture_output=True, text=True, check=True
    ).stdout
    return clock_seconds(told.strip())


def clock_seconds(told: str) -> float:
    """`1-02:03:04`, `02:03:04` or `3:04.05` as seconds."""
    days, _, clock = told.rpartition("-")
    total = 0.0
    for part in clock.split(":"):
        total = total * 60 + float(part)
    return total + float(days or 0) * 86_400
