"""What a hostile request costs a server, and what its neighbour notices of it."""

import asyncio
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from bench.client import Answer, ask_each, connect
from bench.hostile_documents import SMALL, Make
from bench.servers import Server
from cli.crew import say

NOTHING: Final = "an ordinary small query"
BREATH_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Blow:
    """Units: seconds; processor time is of the whole server process, for one sending."""

    answer: str
    processor: float
    neighbour: float


def strike(
    servers: Mapping[str, Server], hostile: Mapping[str, Make], *, times: int
) -> Mapping[tuple[str, str], Blow]:
    """By document and server; the first document is an ordinary one, for comparison."""
    everything: Mapping[str, Make] = {NOTHING: lambda _number: SMALL, **hostile}
    return asyncio.run(_strike(servers, everything, times))


async def _strike(
    servers: Mapping[str, Server], everything: Mapping[str, Make], times: int
) -> Mapping[tuple[str, str], Blow]:
    blows = {}
    for name, make in everything.items():
        for server in servers.values():
            blows[name, server.name] = await _blow(
                server, [make(each) for each in range(2 * times)]
            )
        told = {each: f"{1000 * blows[name, each].processor:.1f} ms" for each in servers}
        say(f"{name}: {told}")
    return blows


async def _blow(server: Server, bodies: Sequence[bytes]) -> Blow:
    """Half of them alone, for the processor's time; half beside a neighbour."""
    half = len(bodies) // 2
    costs, answers = [], []
    for body in bodies[:half]:
        used = server.used_seconds()
        answers.append(await _send(server, body))
        await asyncio.sleep(BREATH_SECONDS)  # Linux counts a running thread's time when it rests.
        costs.append(server.used_seconds() - used)
    noticed = [await _beside_a_neighbour(server, body) for body in bodies[half:]]
    return Blow(told(answers[-1]), statistics.median(costs), statistics.median(noticed))


async def _send(server: Server, body: bytes) -> Answer:
    """Status 0 for a server that hangs up without an answer."""
    try:
        (answer,) = await ask_each(server.target, [server.target.post("/graphql", body)])
    except ConnectionError:
        return Answer(0, b"", 0.0)
    return answer


async def _beside_a_neighbour(server: Server, body: bytes) -> float:
    """The longest time that somebody else's small query took. Units: seconds."""
    over = asyncio.Event()
    neighbour = asyncio.create_task(_ask_on(server, over))
    await asyncio.sleep(BREATH_SECONDS)
    await _send(server, body)
    await asyncio.sleep(BREATH_SECONDS)
    over.set()
    return await neighbour


async def _ask_on(server: Server, over: asyncio.Event) -> float:
    line, longest = await connect(server.target), 0.0
    request = server.target.post("/graphql", SMALL)
    try:
        while not over.is_set():
            longest = max(longest, (await line.ask(request)).seconds)
            await asyncio.sleep(0.001)
    finally:
        line.close()
    return longest


def told(answer: Answer) -> str:
    """The status and the first error's code, or its first words where it has no code."""
    if answer.status == 0:
        return "hung up"
    try:
        errors = orjson.loads(answer.body).get("errors") or []
    except (orjson.JSONDecodeError, AttributeError):
        return str(answer.status)
    if not errors:
        return f"{answer.status}, answered"
    code = (errors[0].get("extensions") or {}).get("code")
    return f"{answer.status} {code or 'refused'}"
