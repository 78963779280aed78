"""What visitors of a brand's website ask, with its publishable key, and what the cache saves."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from bench import metrics
from bench.client import Tally, Target, ask_each, drive
from bench.compare import CONNECTIONS, data_of
from bench.questions import HERE

WEIGHTS: Final[Mapping[str, int]] = {
    "brand": 30,
    "winery": 25,
    "packages": 20,
    "wineries": 15,
    "restaurants": 5,
    "hotels": 5,
}
SLUGS: Final = "{ wineries(first: 100) { edges { node { slug } } } }"
MIXED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of it. Shape: the hit ratio is nan where `/metrics` counts no hits."""

    tally: Tally
    hit_ratio: float


def documents() -> Mapping[str, str]:
    return {name: (HERE / "website" / f"{name}.graphql").read_text() for name in WEIGHTS}


def as_site(target: Target, key: str) -> Target:
    return replace(target, headers=f"X-API-Key: {key}\r\n")


def mixed(known_slugs: Sequence[str], *, seed: int = 1) -> list[bytes]:
    """Bodies in the proportions of `WEIGHTS`, in an order that is the same every time."""
    chance = random.Random(seed)
    known = documents()
    drawn = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=MIXED)
    return [
        orjson.dumps(
            {
                "query": known[name],
                "variables": {"slug": chance.choice(known_slugs)} if name == "winery" else {},
            }
        )
        for name in drawn
    ]


def visit(target: Target, scraped: Target, *, seconds: float) -> Visit:
    """The cache is as cold as it is found. Errors: Unequal if a page is refused."""
    return asyncio.run(_visit(target, scraped, seconds))


async def slugs(target: Target) -> list[str]:
    """Of the wineries that the site may show. Errors: Unequal if it is refused."""
    (answer,) = await ask_each(target, [target.post("/graphql", orjson.dumps({"query": SLUGS}))])
    return [edge["node"]["slug"] for edge in data_of(answer)["wineries"]["edges"]]


async def _visit(target: Target, scraped: Target, seconds: float) -> Visit:
    requests = [target.post("/graphql", body) for body in mixed(await slugs(target))]
    before = await metrics.read(scraped)
    tally = await drive(target, requests, connections=CONNECTIONS, seconds=seconds)
    after = await metrics.read(scraped)
    return Visit(tally, after.hit_ratio(before))
