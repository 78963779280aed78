"""A hundred users in stages, by locust, against one server of one worker on this machine."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from bench import report
from bench.figures import percentile
from bench.processor import Cores
from bench.servers import Server
from bench.stage import ROOT, Stage
from bench.website import as_site, slugs
from bootstrap.environment import child_environment
from cli.crew import say
from domain.errors import OperatorError
from integrations.embedded.loopback import LOOPBACK

RAMP_SHARE: Final = 1 / 8
GRACE_SECONDS: Final = 60


class LoadFailed(OperatorError):
    """Locust ended without figures; the message says where its log is."""


@dataclass(frozen=True, slots=True)
class Visitors:
    """How many, and for how long: up, hold, down."""

    users: int
    ramp_seconds: float
    hold_seconds: float

    @classmethod
    def of(cls, users: int, seconds: float) -> "Visitors":
        """Of all seconds an eighth up and an eighth down: of four minutes 30 s, 3 min, 30 s."""
        ramp = seconds * RAMP_SHARE
        return cls(users, ramp, seconds - 2 * ramp)

    @property
    def seconds(self) -> float:
        return 2 * self.ramp_seconds + self.hold_seconds


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of request. Shape: how often each rounded number of milliseconds was seen."""

    caller: str
    name: str
    times: Mapping[int, int]
    failures: int

    @property
    def asked(self) -> int:
        return sum(self.times.values())


def press(stage: Stage, server: Server, visitors: Visitors, cores: Cores) -> str:
    """Errors: LoadFailed."""
    say(f"{visitors.users} users for {visitors.seconds:.0f} s; load {cores}")
    entries = measured(stage, server, visitors)
    used = f"{visitors.users} users, {visitors.ramp_seconds:.0f} s up, "
    used += f"{visitors.hold_seconds:.0f} s, {visitors.ramp_seconds:.0f} s down."
    text = f"{used}\n\n{written(entries, seconds=visitors.seconds)}"
    say(text)
    return text


def measured(stage: Stage, server: Server, visitors: Visitors) -> list[Entry]:
    """Errors: LoadFailed."""
    told, made = stage.folder / "locust.json", stage.folder / "locust-made.json"
    log = stage.folder / "logs" / "locust.log"
    made.unlink(missing_ok=True)
    told.touch(mode=0o600)
    told.write_bytes(orjson.dumps(_told(stage, server, visitors)))
    command = [
        *(sys.executable, "-m", "locust", "-f", str(ROOT / "bench" / "locustfile.py")),
        *("--headless", "--only-summary", "--json-file", str(made.with_suffix(""))),
        *("--host", f"http://{LOOPBACK}:{server.target.port}", "--told", str(told)),
    ]
    with log.open("wb") as output:
        subprocess.run(
            command,
            cwd=ROOT,
            env=child_environment({}),
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=visitors.seconds + GRACE_SECONDS,
            check=False,
        )
    if not made.exists():
        raise LoadFailed(f"Locust measured nothing: its log is {log}.")
    return read(orjson.loads(made.read_bytes()))


def _told(stage: Stage, server: Server, visitors: Visitors) -> dict[str, Any]:
    return {
        "site": stage.site,
        "staff": stage.staff,
        "users": visitors.users,
        "ramp_seconds": visitors.ramp_seconds,
        "hold_seconds": visitors.hold_seconds,
        "today": datetime.now(UTC).date().isoformat(),
        "slugs": asyncio.run(slugs(as_site(server.target, stage.site))),
    }


def read(rows: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Locust's own summary."""
    return [
        Entry(
            row["method"],
            row["name"],
            {int(float(each)): count for each, count in row["response_times"].items()},
            row["num_failures"],
        )
        for row in rows
    ]


def written(entries: Iterable[Entry], *, seconds: float) -> str:
    known = sorted(entries, key=lambda each: (each.caller, each.name))
    everything: dict[int, int] = {}
    for entry in known:
        for milliseconds, count in entry.times.items():
            everything[milliseconds] = everything.get(milliseconds, 0) + count
    failures = sum(entry.failures for entry in known)
    total = Entry("all", "", everything, failures)
    head = ("caller", "request", "asked", "p50 ms", "p95 ms", "p99 ms", "errors")
    rate = f"{total.asked / seconds:,.0f} requests/s on average."
    rows = [_row(each) for each in (*known, total)]
    asked = report.targets_of(_percentile(total, 95), 100 * failures / max(total.asked, 1))
    return f"{rate}\n\n{report.table(head, rows)}\n\n{asked}"


def _row(entry: Entry) -> tuple[str, ...]:
    spread = (f"{_percentile(entry, each):.0f}" for each in (50, 95, 99))
    errors = f"{100 * entry.failures / max(entry.asked, 1):.2f} %"
    return (entry.caller, entry.name, f"{entry.asked:,}", *spread, errors)


def _percentile(entry: Entry, percent: float) -> float:
    return percentile([each for each, count in entry.times.items() for _ in range(count)], percent)
