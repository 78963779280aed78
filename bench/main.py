"""The bench: measures on this machine, against servers of its own, and writes what it found."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import authenticating, report
from bench.client import Target
from bench.compare import Plan, compare
from bench.hostile import strike
from bench.hostile_documents import documents
from bench.load import Visitors, press
from bench.machine import facts
from bench.neighbours import count, stand_beside
from bench.processor import Cores, pin
from bench.selling import sell, summary
from bench.servers import BARE, LIMITED, OURS, STOCK, Server, running
from bench.stage import ROOT, Stage, stage
from bench.website import as_site, visit
from cli.crew import complain, say
from domain.errors import OperatorError

REPORT: Final = ROOT / "docs" / "performance.md"
TITLES: Final[Mapping[str, str]] = {
    "compare": "Reads, against two others",
    "hostile": "Hostile requests",
    "website": "A website's visitors",
    "selling": "Making bookings",
    "quotas": "A neighbour past its quota",
    "authenticating": "Knowing a caller",
}
PARTS: Final = tuple(TITLES)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    cores = Cores.of_this_machine()
    pin(os.getpid(), cores.others)
    try:
        with stage(given.scale) as made:
            name = "load" if given.command == "load" else "bench"
            text = (load if name == "load" else measure)(made, cores, given)
            told = facts(made, cores, command=["make", name], now=datetime.now(UTC))
            report.put(given.report, name, f"{report.machine(told)}\n\n{text}")
    except OperatorError as fault:
        complain(str(fault))
        return 1
    say(f"Written to {given.report}")
    return 0


def measure(made: Stage, cores: Cores, given: argparse.Namespace) -> str:
    """The parts that were asked for, each under its title."""
    sold = summary(sell(made)) if "selling" in given.parts else ""  # Before others are connected.
    alone = neighbours(made, cores, given) if "quotas" in given.parts else ""
    known = _known(made) if "authenticating" in given.parts else ""
    with running(made, (OURS, BARE, STOCK, LIMITED), cores) as servers:
        own = servers[OURS].target
        scraped = Target(own.port, f"Authorization: Bearer {made.metrics_token}\r\n")
        plan = Plan(rounds=given.rounds, seconds=given.seconds, alone_seconds=given.seconds / 3)
        asked: Mapping[str, Callable[[], str]] = {
            "compare": lambda: _compared(servers, plan, scraped),
            "hostile": lambda: report.hostile(
                strike(_graphql(servers), documents(), times=given.times)
            ),
            "selling": lambda: sold,
            "quotas": lambda: alone,
            "authenticating": lambda: known,
            "website": lambda: report.website(
                visit(as_site(own, made.site), scraped, seconds=4 * given.seconds)
            ),
        }
        return "\n\n".join(f"### {TITLES[name]}\n\n{asked[name]()}" for name in given.parts)


def neighbours(made: Stage, cores: Cores, given: argparse.Namespace) -> str:
    """Beside a server of its own, whose quotas are spent at once."""
    beside = stand_beside(made, cores, rounds=given.rounds, seconds=given.seconds)
    return report.neighbours(beside, count(made))


def load(made: Stage, cores: Cores, given: argparse.Namespace) -> str:
    with running(made, (OURS,), cores) as servers:
        visitors = Visitors.of(given.users, given.seconds)
        return press(made, servers[OURS], visitors, cores)


def _compared(servers: Mapping[str, Server], plan: Plan, scraped: Target) -> str:
    three = {name: servers[name] for name in (OURS, BARE, STOCK)}
    made = compare(three, plan, scraped)
    return f"{report.comparison(made)}\n\n#### The client's targets\n\n{report.targets(made)}"


def _known(made: Stage) -> str:
    """In a process of its own making: what is measured is the way from a credential to a caller."""
    shown = {"a member's token": made.staff, "a website's key": made.site}
    return authenticating.table(asyncio.run(authenticating.measure(made.settings, shown)))


def _graphql(servers: Mapping[str, Server]) -> Mapping[str, Server]:
    return {name: servers[name] for name in (OURS, STOCK, LIMITED)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure tourbase on this machine.")
    parser.add_argument("--scale", type=int, default=100, help="times about 1,000 bookings")
    parser.add_argument("--report", type=Path, default=REPORT, help="the document to write into")
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure", help="compare servers, hurt them, warm the cache")
    measuring.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    measuring.add_argument("--rounds", type=int, default=5)
    measuring.add_argument("--seconds", type=float, default=3.0, help="of each cell of a round")
    measuring.add_argument("--times", type=int, default=3, help="sendings of a hostile request")
    loading = commands.add_parser("load", help="users who think, in stages")
    loading.add_argument("--users", type=int, default=100)
    loading.add_argument("--seconds", type=float, default=240.0, help="of all stages together")
    return parser


if __name__ == "__main__":
    sys.exit(main())
