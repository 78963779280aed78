"""The cache in Redis or Valkey: what was read once is read again until its scope is dropped.

Every scope has a generation, a random token. A value is stored with the token that its reader knew
before its snapshot began, and is served only while that token stands; a drop draws a new one. So a
reader who saw the rows from before a change cannot bring them back, and a token that was lost
brings back nothing either.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeVar
from uuid import UUID

import orjson
from prometheus_client import CollectorRegistry, Counter

from domain.caching import CacheKey, dropped_with, has_values
from domain.errors import ServiceUnavailable
from integrations.flights import Flights, Opened, Values
from integrations.nearby import Generation, Nearby
from integrations.redis_asking import FAULTS, TOKEN_BYTES, TOKEN_SECONDS, Asking, a_token
from integrations.redis_drops import Hearing

UNSET: Final = "REDIS_URL is not set: there is no cache to drop from."
AWAY: Final = "The cache is not available now. Try again."
POLL_SECONDS: Final = 0.01

T = TypeVar("T")
Load = Callable[[Sequence[CacheKey]], Awaitable[Sequence[bytes]]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reader waits for Redis, leaves it alone, and waits for another process.

    Units:  seconds; `local` is how long a process keeps what it has from Redis. `others` is also
            how soon a reader notices that it has got a connection while it waited in its process.
    """

    local: float = 2
    redis: float = 0.5
    rest: float = 1
    others: float = 0.5


@dataclass(slots=True)
class Answer:
    """What Redis had of some keys, and the generations of their scopes; empty while it is away."""

    values: Values = field(default_factory=dict)
    generations: dict[str, Generation] = field(default_factory=dict)


class RedisCache:
    """A `Cache`. Without a URL, and while Redis is away, everything is loaded and nothing kept."""

    def __init__(
        self,
        url: str | None,
        *,
        namespace: str,
        registry: CollectorRegistry,
        patience: Patience = Patience(),
        local_bytes: int = 32 * 1024 * 1024,
    ) -> None:
        self._space = f"tbc:{sha256(namespace.encode()).hexdigest()[:16]}:"
        self._patience = patience
        self._nearby = Nearby(patience.local, local_bytes)
        self._life: int | None = None
        self._heard_drops = 0
        self._listeners: list[Callable[[str], None]] = []
        self._asking: Asking | None = None
        self._hearing: Hearing | None = None
        if url:
            self._asking = Asking(url, patience_seconds=patience.redis, rest_seconds=patience.rest)
            self._hearing = Hearing(url, self._space + "drops", self._heard)
        self._count(registry)
        self._flights = Flights(patience.others, self._hits.labels("local").inc)

    def _count(self, registry: CollectorRegistry) -> None:
        self._hits = Counter(
            "tourbase_cache_hits",
            "Values that were served without a statement, by the layer that had them.",
            ["layer"],
            registry=registry,
        )
        self._misses = Counter(
            "tourbase_cache_misses", "Values that had to be loaded.", registry=registry
        )
        self._errors = Counter(
            "tourbase_cache_errors", "Times that Redis gave no answer.", registry=registry
        )

    async def read(self, keys: Sequence[CacheKey], load: Load, *, opened: Opened) -> list[bytes]:
        """One statement at most, whoever else reads the same in this process or another.

        Shape:  `opened` tells when the reader's snapshot began; from then on it holds a connection
                of the pool, and waits for nobody who may be waiting for one.
        Errors: those of `load`.
        """
        if self._hearing is not None:
            self._hearing.start()
        found = self._near(keys)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing and opened() is None:
            found |= await self._flights.share(
                missing, lambda keys: self._fetch(keys, load, opened), opened
            )
        elif missing:
            found |= await self._fetch(missing, load, opened)
        return [found[key] for key in keys]

    async def drop(self, scopes: Collection[str]) -> None:
        """Draw new tokens for the scopes and what is made of their tables, then tell every process.

        Errors: ServiceUnavailable.
        """
        if self._asking is None:
            raise ServiceUnavailable(UNSET)
        scopes = dropped_with(scopes)
        pipeline = self._asking.client.pipeline(transaction=False)
        for scope in filter(has_values, scopes):
            pipeline.set(self._generation(scope), a_token(), ex=TOKEN_SECONDS)
        for scope in scopes:
            told = orjson.dumps({"event_id": UUID(int=0), "kind": scope})
            pipeline.publish(self._space + "drops", told)
        try:
            await pipeline.execute()
        except FAULTS as error:
            raise ServiceUnavailable(AWAY) from error
        for scope in scopes:
            self._heard(scope)

    async def tell(self, scopes: Sequence[str]) -> None:
        """Say what has changed: here in this turn, elsewhere as soon as the others hear it.

        Shape:  for what is known in processes alone. While Redis is away, others are deaf and know
                it; a message that is lost is told again by the relay.
        """
        for scope in scopes:
            self._heard(scope)
        if self._asking is not None:
            pipeline = self._asking.client.pipeline(transaction=False)
            for scope in scopes:
                told = orjson.dumps({"event_id": UUID(int=0), "kind": scope})
                pipeline.publish(self._space + "drops", told)
            await self._attempt(pipeline.execute)

    @property
    def life(self) -> int | None:
        """Stays the same while no drop can be missed; None while deaf, and without a Redis."""
        return self._hearing.life if self._hearing is not None else None

    def listen(self, heard: Callable[[str], None]) -> None:
        """Tell the scope of each drop from now on, whichever process it comes from."""
        self._listeners.append(heard)
        if self._hearing is not None:
            self._hearing.start()

    async def close(self) -> None:
        if self._hearing is not None:
            await self._hearing.close()
        if self._asking is not None:
            await self._asking.close()

    def _near(self, keys: Sequence[CacheKey]) -> Values:
        if self._listening() is None:
            return {}
        now = _now()
        found = {key: value for key in keys if (value := self._nearby.get(key, now)) is not None}
        self._hits.labels("local").inc(len(found))
        return found

    def _listening(self) -> tuple[int, int] | None:
        """Stays the same while no drop was heard and none was missed; None while one could be.

        What was remembered before a silence is forgotten.
        """
        life = self.life
        if life is None:
            return None
        if life != self._life:
            self._nearby.doubt()
            self._life = life
        return life, self._heard_drops

    def _heard(self, scope: str) -> None:
        """A change: nobody who comes from now on is served what was read before."""
        self._heard_drops += 1
        self._nearby.forget(scope)
        self._flights.forget(scope)
        for heard in self._listeners:
            heard(scope)

    async def _fetch(self, keys: Sequence[CacheKey], load: Load, opened: Opened) -> Values:
        """From Redis, or from another process that loads them now, or loaded here and kept."""
        answer = await self._ask(keys)
        if answer.generations and opened() is None:
            await self._wait_for_others(keys, answer, opened)
        missing = [key for key in keys if key not in answer.values]
        if not missing:
            return answer.values
        self._misses.inc(len(missing))
        loaded: Values = {}
        try:
            loaded = dict(zip(missing, await load(missing), strict=True))
        finally:
            await self._keep(missing, loaded, answer.generations, opened())
        return answer.values | loaded

    async def _ask(self, keys: Sequence[CacheKey]) -> Answer:
        asking, listening = self._asking, self._listening()
        if asking is None:
            return Answer()
        tokens = {key.scope: self._generation(key.scope) for key in keys}
        values = [self._space + key.name for key in keys]
        got = await self._attempt(lambda: asking.get(tokens.values(), values))
        if got is None:
            return Answer()
        sure = listening is not None and listening == self._listening()
        return self._understood(keys, got, sure=sure)

    def _understood(
        self, keys: Sequence[CacheKey], got: Mapping[str, bytes | None], *, sure: bool
    ) -> Answer:
        """The values whose token stands; remembered, unless a drop was heard meanwhile."""
        answer, now = Answer(), _now()
        for key in keys:
            token, stored = got[self._generation(key.scope)], got[self._space + key.name]
            if token is None:
                continue
            answer.generations[key.scope] = self._nearby.see(key.scope, token, now, sure=sure)
            if stored is not None and stored.startswith(token):
                answer.values[key] = stored[TOKEN_BYTES:]
                self._nearby.put(key, answer.values[key], token, now)
        self._hits.labels("redis").inc(len(answer.values))
        return answer

    async def _wait_for_others(
        self, keys: Sequence[CacheKey], answer: Answer, opened: Opened
    ) -> None:
        """Wait for what another process has begun to load, but not for long."""
        missing = [key for key in keys if key not in answer.values]
        asking = self._asking
        if asking is None or not missing:
            return
        locks = [self._lock(key, answer.generations) for key in missing]
        mine = await self._attempt(lambda: self._take(asking, locks))
        lost = [key for key, won in zip(missing, mine or (), strict=False) if not won]
        until = _now() + self._patience.others
        while lost and opened() is None and _now() < until:
            await asyncio.sleep(POLL_SECONDS)
            answer.values |= (await self._ask(lost)).values
            lost = [key for key in lost if key not in answer.values]

    async def _take(self, asking: Asking, locks: Sequence[str]) -> list[bool | None]:
        """Which locks are ours. All in one step, so that no two wait for each other."""
        pipeline = asking.client.pipeline(transaction=True)
        for lock in locks:
            pipeline.set(lock, b"", px=round(self._patience.others * 1000), nx=True)
        taken: list[bool | None] = await pipeline.execute()
        return taken

    async def _keep(
        self,
        keys: Sequence[CacheKey],
        loaded: Values,
        generations: Mapping[str, Generation],
        begun: float | None,
    ) -> None:
        """Store what was read on a snapshot younger than the generation; let others go on."""
        asking = self._asking
        if asking is None or not generations:
            return
        fit = {
            key: generation.token
            for key in loaded
            if (generation := generations.get(key.scope)) is not None
            and begun is not None
            and generation.since <= begun
        }
        pipeline = asking.client.pipeline(transaction=False)
        for key, token in fit.items():
            pipeline.set(self._space + key.name, token + loaded[key], ex=key.seconds)
        pipeline.delete(*(self._lock(key, generations) for key in keys))
        if await self._attempt(pipeline.execute) is not None:
            for key, token in fit.items():
                self._nearby.put(key, loaded[key], token, _now())

    def _lock(self, key: CacheKey, generations: Mapping[str, Generation]) -> str:
        """Of one generation: who comes after a drop does not wait for who came before."""
        known = generations.get(key.scope)
        return f"{self._space}lock:{known.token.hex() if known else ''}:{key.name}"

    async def _attempt(self, action: Callable[[], Awaitable[T]]) -> T | None:
        answer = await self._asking.attempt(action) if self._asking is not None else None
        if answer is None:
            self._errors.inc()
        return answer

    def _generation(self, scope: str) -> str:
        return f"{self._space}generation:{scope}"


def _now() -> float:
    return asyncio.get_running_loop().time()
