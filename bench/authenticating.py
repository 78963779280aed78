"""What it costs to know a caller: remembered, and looked up each time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from auth.authenticate import Authenticator, Presented
from bootstrap.settings import Settings
from bootstrap.wiring import parts
from domain.errors import OperatorError

ROUNDS: Final = 5
SIGNED: Final = "eyJ"
HEARING_SECONDS: Final = 5.0
TARGET_MS: Final = 0.05


class Deaf(OperatorError):
    """The process was not told in time that it hears of changes, so it would remember nobody."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one way to show who one is.

    Units:  milliseconds of this process's processor time for one request, medians of the rounds.
    """

    shown: str
    remembered: float
    looked_up: float
    verified: float | None


async def measure(
    settings: Settings, shown: Mapping[str, str], *, times: int = 5_000
) -> Sequence[Cost]:
    """Shape:  `shown` is a credential by its name; a token has a signature besides."""
    found = []
    async with parts(settings) as made, parts(_deaf(settings)) as deaf:
        made.cache.listen(lambda _scope: None)
        await _hearing(lambda: made.cache.life is not None)
        for name, credential in shown.items():
            presented = Presented(credential)
            found.append(
                Cost(
                    name,
                    await _each(_asking(made.authenticator, presented), times),
                    await _each(_asking(deaf.authenticator, presented), max(1, times // 20)),
                    _once(partial(made.tokens.verify, credential), times // 10)
                    if credential.startswith(SIGNED)
                    else None,
                )
            )
    return found


def table(costs: Sequence[Cost]) -> str:
    lines = [
        "| shown | known already | looked up | its signature, once |",
        "|---|--:|--:|--:|",
        *(
            f"| {each.shown} | {each.remembered:.4f} ms | {each.looked_up:.3f} ms"
            f" | {'none' if each.verified is None else f'{each.verified:.3f} ms'} |"
            for each in costs
        ),
    ]
    worst = max(each.remembered for each in costs)
    met = "met" if worst <= TARGET_MS else "missed"
    lines += ["", f"Target: {TARGET_MS} ms of processor time for a caller who is known: {met}."]
    return "\n".join(lines)


def _deaf(settings: Settings) -> Settings:
    """Without Redis nobody is remembered."""
    return settings.model_copy(update={"redis_url": None})


async def _hearing(hears: Callable[[], bool]) -> None:
    ends = time.monotonic() + HEARING_SECONDS
    while not hears():
        if time.monotonic() > ends:
            raise Deaf("The listening connection to Redis did not come about.")
        await asyncio.sleep(0.01)


def _asking(authenticator: Authenticator, presented: Presented) -> Callable[[], Awaitable[object]]:
    return lambda: authenticator.principal(presented)


async def _each(ask: Callable[[], Awaitable[object]], times: int) -> float:
    await ask()
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            await ask()
        rounds.append(time.process_time() - began)
    return median(rounds) / times * 1000


def _once(verify: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(max(1, times)):
        verify()
    return (time.process_time() - began) / max(1, times) * 1000
