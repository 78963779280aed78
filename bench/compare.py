"""Servers against each other: the same reads, the same answers, in rounds that take turns."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from bench import metrics
from bench.client import Answer, Target, ask_each, drive
from bench.figures import Spread, percentile, ratios
from bench.metrics import Page, statement_percentile
from bench.questions import Question, questions
from bench.servers import OURS, Server
from cli.crew import say
from domain.errors import OperatorError

CONNECTIONS: Final = 16
START: Final = (
    "{ bookings(first: %d, orderBy: STARTS_AT_ASC) { edges { node { id startsAtLocal } } } }"
)


class Unequal(OperatorError):
    """Two servers differ in an answer: their speeds cannot be compared."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often. Units: seconds of each cell under load, and of one alone."""

    rounds: int = 5
    seconds: float = 3.0
    alone_seconds: float = 1.0
    values: int = 48
    connections: int = CONNECTIONS


@dataclass(slots=True)
class Cell:
    """What a server did with a question. Units: requests a second; seconds."""

    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def rate(self) -> Spread:
        return Spread.of(self.rates)

    @property
    def cost(self) -> Spread:
        """Processor time of the server for one request."""
        return Spread.of(self.costs)

    @property
    def error_rate(self) -> float:
        return self.errors / max(len(self.latencies), 1)

    def percentile(self, percent: float) -> float:
        return percentile(self.latencies, percent)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every cell, and the 95th percentile of our statements in seconds, one caller asking."""

    plan: Plan
    asked: Sequence[Question]
    cells: Mapping[tuple[str, str], Cell]
    statement_p95: Mapping[str, float]

    def ratio(self, question: str, rival: str) -> Spread:
        return ratios(self.cells[OURS, question].rates, self.cells[rival, question].rates)


def compare(servers: Mapping[str, Server], plan: Plan, scraped: Target) -> Comparison:
    """Errors: Unequal if the answers differ."""
    return asyncio.run(_compare(servers, plan, scraped))


async def _compare(servers: Mapping[str, Server], plan: Plan, scraped: Target) -> Comparison:
    asked = await pick_questions(servers[OURS], plan.values)
    for question in asked:
        await refuse_unequal(servers, question)
    say(f"{len(servers)} servers give equal answers to {plan.values} values of each question")
    cells = {(name, each.name): Cell() for name in servers for each in asked}
    statements: dict[str, list[tuple[Page, Page]]] = {each.name: [] for each in asked}
    for question in asked:
        for number, turn in enumerate(turns(list(servers), plan.rounds), 1):
            for name in turn:
                spans = await _measure(
                    servers[name], question, plan, cells[name, question.name], scraped
                )
                statements[question.name] += spans if name == OURS else []
            rates = {name: round(cells[name, question.name].rates[-1]) for name in servers}
            say(f"{question.name}, round {number} of {plan.rounds}: {rates} requests/s")
    p95 = {name: statement_percentile(spans, 95) for name, spans in statements.items()}
    return Comparison(plan, asked, cells, p95)


def turns(names: Sequence[str], rounds: int) -> Iterator[list[str]]:
    """Each round begins with the next server, so that none is always first."""
    for number in range(rounds):
        at = number % len(names)
        yield [*names[at:], *names[:at]]


async def _measure(
    server: Server, question: Question, plan: Plan, cell: Cell, scraped: Target
) -> list[tuple[Page, Page]]:
    """What `/metrics` said before and after the turn of one connection, too."""
    requests = server.requests(question)
    before = await metrics.read(scraped)
    alone = await drive(server.target, requests, connections=1, seconds=plan.alone_seconds)
    after = await metrics.read(scraped)
    used = server.used_seconds()
    tally = await drive(server.target, requests, connections=plan.connections, seconds=plan.seconds)
    done = len(tally.latencies)
    cell.rates.append(done / tally.seconds)
    cell.costs.append((server.used_seconds() - used) / max(done, 1))
    cell.latencies += tally.latencies
    cell.alone += alone.latencies
    cell.errors += tally.errors + alone.errors
    return [(before, after)]


async def pick_questions(server: Server, values: int) -> Sequence[Question]:
    """Bookings from the whole list, and days from its beginning, so that every page is full."""
    body = orjson.dumps({"query": START % min(values * 2, 100)})
    (answer,) = await ask_each(server.target, [server.target.post("/graphql", body)])
    nodes = [edge["node"] for edge in data_of(answer)["bookings"]["edges"]]
    days = sorted({node["startsAtLocal"][:10] for node in nodes})
    return questions([node["id"] for node in nodes[:values]], days[:values])


async def refuse_unequal(servers: Mapping[str, Server], question: Question) -> None:
    """Ask each server for every value, twice: caches and prepared statements are warm then.

    Errors: Unequal.
    """
    ours: list[Any] = []
    for name in sorted(servers, key=lambda each: each != OURS):
        requests = servers[name].requests(question)
        answers = await ask_each(servers[name].target, [*requests, *requests])
        data = [data_of(answer) for answer in answers]
        ours = ours or data
        for mine, theirs, given in zip(ours, data, question.variables, strict=False):
            if mine != theirs:
                where = difference(mine, theirs)
                raise Unequal(f"{name} answers {question.name} of {dict(given)} otherwise: {where}")


def data_of(answer: Answer) -> Any:
    """Errors: Unequal if there is no whole answer."""
    if answer.failed:
        raise Unequal(f"A server refuses: {answer.status} {answer.body[:300]!r}")
    decoded = orjson.loads(answer.body)
    return decoded.get("data", decoded)


def difference(ours: Any, theirs: Any, path: str = "data") -> str:
    """The first place where they part."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        pairs = [(f"{path}.{key}", ours[key], theirs[key]) for key in ours]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(f"{path}.{at}", *both) for at, both in enumerate(zip(ours, theirs, strict=True))]
    else:
        return f"{path} is {str(ours)[:200]} here, {str(theirs)[:200]} there"
    return next(difference(mine, other, at) for at, mine, other in pairs if mine != other)
