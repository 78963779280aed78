"""Quotas that Redis counts for all processes: one round trip for all who ask in one turn."""

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final

from redis.exceptions import NoScriptError

from domain.quotas import Demand, Left, Policy, Verdict, told_later
from integrations.local_quotas import MOST_KEPT, LocalQuotas
from integrations.quota_scripts import GIVE, TAKE
from integrations.redis_asking import Asking

DIGEST: Final[Mapping[str, str]] = {
    script: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    for script in (TAKE, GIVE)
}
TOLD_FIRST: Final = 3
BY_ITSELF: Final = ""
"""The time of a script that looks at the server's own clock, the same for all processes."""


@dataclass(frozen=True, slots=True)
class Call:
    """A script with its keys and arguments."""

    script: str
    keys: Sequence[str]
    arguments: Sequence[str | int]


class RedisQuotas:
    """A `Quotas`. Without a URL, and while Redis is away, the process counts for itself.

    Shape:  names are kept as keyed digests, for they may be of people; those of a brand are in one
            slot of a cluster. Whoever was refused is refused again, without a question, until then.
    """

    def __init__(self, url: str | None, *, secret: str, clock: Callable[[], float]) -> None:
        self._secret = secret.encode()
        self._clock = clock
        self._asking = Asking(url, patience_seconds=0.5, rest_seconds=1) if url else None
        self._own = LocalQuotas(clock)
        self._barred: OrderedDict[str, tuple[float, Verdict]] = OrderedDict()
        self._calls: list[tuple[Call, asyncio.Future[Any]]] = []
        self._trip: asyncio.Task[None] | None = None
        self._trips: set[asyncio.Task[None]] = set()
        self._is_shared = url is not None

    async def take(self, demand: Demand) -> Verdict:
        answer = await self._ask(self._taking(demand))
        self._is_shared = answer is not None
        verdict = self._own.take(demand) if answer is None else _verdict(demand, answer)
        if verdict.refused is demand.windows[0].policy:
            self._bar(demand.windows[0].of, verdict)
        return verdict

    def give(self, demand: Demand, amount: int) -> None:
        """In the background: nobody waits for it, and what Redis misses flows back anyway."""
        bucket = demand.bucket
        if self._asking is None or not self._is_shared:
            self._own.give(bucket, amount)
            return
        key = self._key(demand.brand, bucket.of)
        arguments = (BY_ITSELF, bucket.burst, bucket.per_second, amount)
        self._send(Call(GIVE, (key,), arguments), Context())

    def barred(self, demand: Demand) -> Verdict | None:
        """The refusal that still holds, as the process remembers it."""
        found = self._barred.get(demand.windows[0].of)
        if found is None or found[0] <= self._clock():
            return None
        until, verdict = found
        return told_later(verdict, until - self._clock())

    async def ping(self) -> bool:
        """Whether all processes count together."""
        asking = self._asking
        return asking is not None and await asking.attempt(lambda: _pinged(asking)) is not None

    async def close(self) -> None:
        await asyncio.gather(*self._trips, return_exceptions=True)
        if self._asking is not None:
            await self._asking.close()

    def _bar(self, name: str, verdict: Verdict) -> None:
        self._barred[name] = (self._clock() + verdict.wait_seconds, verdict)
        self._barred.move_to_end(name)
        if len(self._barred) > MOST_KEPT:
            self._barred.popitem(last=False)

    def _taking(self, demand: Demand) -> Call:
        bucket = demand.bucket
        names = [*(each.of for each in demand.windows), bucket.of]
        keys = [self._key(demand.brand, name) for name in names]
        windows = ((each.most, each.seconds, each.taken) for each in demand.windows)
        bounds = [each for window in windows for each in window]
        return Call(TAKE, keys, (BY_ITSELF, bucket.burst, bucket.per_second, demand.cost, *bounds))

    async def _ask(self, call: Call) -> Any:
        """What the script answers; None if Redis does not."""
        return None if self._asking is None else await asyncio.shield(self._send(call))

    def _send(self, call: Call, context: Context | None = None) -> asyncio.Future[Any]:
        """Shape:  what nobody waits for is in nobody's trace: it has a context of its own."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._calls.append((call, answer))
        if self._trip is None:
            self._trip = asyncio.create_task(self._go(), context=context)
            self._trips.add(self._trip)
            self._trip.add_done_callback(self._trips.discard)
        return answer

    async def _go(self) -> None:
        await asyncio.sleep(0)
        calls, self._calls, self._trip = self._calls, [], None
        asked, asking = [call for call, _ in calls], self._asking
        found: list[Any] | None = None
        try:
            found = await asking.attempt(lambda: _run(asking, asked)) if asking else None
        finally:  # Whatever it ends with, nobody waits for ever.
            for (_, answer), each in zip(calls, found or [None] * len(calls), strict=True):
                if not answer.done():
                    answer.set_result(each)

    def _key(self, brand: str, name: str) -> str:
        return f"tourbase:quota:{{{self._digest(brand)}}}:{self._digest(name)}"

    def _digest(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:32]


async def _run(asking: Asking, calls: Sequence[Call]) -> list[Any]:
    """Scripts by their digests; a server that does not know one is told it.

    Errors: what one of them ends with.
    """
    answers = await _piped(asking, calls, by_digest=True)
    unknown = [at for at, each in enumerate(answers) if isinstance(each, NoScriptError)]
    if unknown:
        again = await _piped(asking, [calls[at] for at in unknown], by_digest=False)
        for at, answer in zip(unknown, again, strict=True):
            answers[at] = answer
    for each in answers:
        if isinstance(each, Exception):
            raise each
    return answers


async def _pinged(asking: Asking) -> bool:
    client: Any = asking.client
    return bool(await client.ping())


async def _piped(asking: Asking, calls: Sequence[Call], *, by_digest: bool) -> list[Any]:
    pipeline: Any = asking.client.pipeline(transaction=False)
    for call in calls:
        run = pipeline.evalsha if by_digest else pipeline.eval
        script = DIGEST[call.script] if by_digest else call.script
        run(script, len(call.keys), *call.keys, *call.arguments)
    answers: list[Any] = await pipeline.execute(raise_on_error=False)
    return answers


def _verdict(demand: Demand, answer: Sequence[int]) -> Verdict:
    refused, wait, level = answer[:TOLD_FIRST]
    told = answer[TOLD_FIRST:]
    left = tuple(
        Left(window, told[2 * at], told[2 * at + 1]) for at, window in enumerate(demand.windows)
    )
    if not refused:
        return Verdict(left, level)
    policies = [*(each.policy for each in demand.windows), Policy.COST]
    return Verdict(left, level, policies[refused - 1], wait)
