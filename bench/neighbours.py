"""What a caller past its quota takes from its neighbour, and what the counting itself costs."""

import asyncio
import dataclasses
import itertools
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final

from bench.client import Line, Target, connect, drive
from bench.figures import Spread, percentile
from bench.hostile_documents import SMALL
from bench.processor import Cores
from bench.servers import OURS, running
from bench.stage import UNSPENT, Stage
from bootstrap.wiring import required
from cli.crew import say
from domain.identity import Brand, Kind, Principal
from domain.quotas import Rates, Shape, demand_of
from integrations.redis_quotas import RedisQuotas

LIMITED: Final[Mapping[str, str]] = {**UNSPENT, "QUOTA_VISITOR_PER_MINUTE": "100"}
"""A website's visitor comes to the end of its quota at once, the other brand's staff never."""
HAMMERING: Final = 16
MOST_ASKED: Final = 50_000
AT_ONCE: Final = 16
TAKEN: Final = 2_000


@dataclass(slots=True)
class Beside:
    """The neighbour's latencies, and what the other was answered. Units: seconds."""

    alone: list[list[float]] = field(default_factory=list)
    beside: list[list[float]] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    errors: int = 0

    def ratio(self, percent: float) -> Spread:
        """Of the neighbour's percentile beside the other to that alone, round by round."""
        pairs = zip(self.beside, self.alone, strict=True)
        return Spread.of(
            [percentile(loud, percent) / percentile(quiet, percent) for loud, quiet in pairs]
        )


@dataclass(frozen=True, slots=True)
class Taking:
    """Units: seconds for one operation that asks alone, and for one of many at once."""

    alone: float
    among: float


def stand_beside(stage: Stage, cores: Cores, *, rounds: int, seconds: float) -> Beside:
    """A site key is hammered past its quota while another brand's staff ask one after another."""
    limited = dataclasses.replace(stage, quotas=LIMITED)
    with running(limited, (OURS,), cores) as servers:
        target = servers[OURS].target
        loud = Target(target.port, f"X-API-Key: {stage.other_site}\r\n")
        return asyncio.run(stand(target, loud, rounds=rounds, seconds=seconds))


async def stand(quiet: Target, loud: Target, *, rounds: int, seconds: float) -> Beside:
    seen = Beside()
    asked = quiet.post("/graphql", SMALL)
    await drive(quiet, [asked], connections=1, seconds=seconds)
    for number in range(1, rounds + 1):
        alone = await drive(quiet, [asked], connections=1, seconds=seconds)
        hammering = asyncio.create_task(_hammer(loud, seconds))
        beside = await drive(quiet, [asked], connections=1, seconds=seconds)
        seen.answers += await hammering
        seen.errors += alone.errors + beside.errors
        seen.alone.append(alone.latencies)
        seen.beside.append(beside.latencies)
        say(f"beside a caller past its quota, round {number} of {rounds}: {dict(seen.answers)}")
    return seen


async def _hammer(target: Target, seconds: float) -> Counter[int]:
    """As fast as answers come, over many connections; bounded in time and in number."""
    answers: Counter[int] = Counter()
    lines = [await connect(target) for _ in range(HAMMERING)]
    turns, until = itertools.count(), time.perf_counter() + seconds
    request = target.post("/graphql", SMALL)

    async def hammer(line: Line) -> None:
        while time.perf_counter() < until and next(turns) < MOST_ASKED:
            answers[(await line.ask(request)).status] += 1

    try:
        await asyncio.gather(*map(hammer, lines))
    finally:
        for line in lines:
            line.close()
    return answers


def count(stage: Stage, *, taken: int = TAKEN) -> Taking:
    """What an operation waits for its quotas, in this process against the stage's Redis."""
    return asyncio.run(_count(required(stage.settings.redis_url, "REDIS_URL"), taken))


async def _count(url: str, taken: int) -> Taking:
    brand = Brand(0, 0, "bench", "bench", "Bench", "UTC", "USD")
    caller = Principal(Kind.STAFF, brand)
    many = Rates(caller_per_minute=10**9, cost_per_second=10**9, cost_burst=10**9)
    demand = demand_of(caller, many, Shape(), cost=1)
    quotas = RedisQuotas(url, secret=token_hex(), clock=time.monotonic)
    try:
        await quotas.take(demand)
        began = time.perf_counter()
        for _ in range(taken):
            await quotas.take(demand)
        alone = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(taken // AT_ONCE):
            await asyncio.gather(*(quotas.take(demand) for _ in range(AT_ONCE)))
        among = time.perf_counter() - began
    finally:
        await quotas.close()
    return Taking(alone / taken, among / (taken // AT_ONCE * AT_ONCE))
