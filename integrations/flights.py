"""Who reads what in one process now: one reads, the others wait for what it brings."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial

from domain.caching import CacheKey

Values = dict[CacheKey, bytes]
Fetch = Callable[[Sequence[CacheKey]], Awaitable[Values]]
Opened = Callable[[], float | None]
Flight = asyncio.Future[bytes | Exception | None]


class Flights:
    """The readings of one process that have not arrived, by what they read.

    Units:  seconds; `look` is how soon a reader notices that it got a connection while it waited.
    """

    def __init__(self, look: float, followed: Callable[[float], None]) -> None:
        self._look = look
        self._followed = followed
        self.flying: dict[CacheKey, Flight] = {}

    def forget(self, scope: str) -> None:
        """Nobody who comes from now on follows who began before; who follows already, may."""
        self.flying = {key: each for key, each in self.flying.items() if key.scope != scope}

    async def share(self, keys: Sequence[CacheKey], fetch: Fetch, opened: Opened) -> Values:
        """Follow those who read the same keys already; lead for the others.

        Shape:  when a reading ends without values, one of its followers leads the next; who has
                followed two that failed gets the second one's error. A slow one is waited for:
                what ends the wait is the deadline of the operation.
        Errors: those of `fetch`.
        """
        found: Values = {}
        failed = False
        while left := [key for key in keys if key not in found]:
            if opened() is not None:
                return found | await fetch(left)
            flights = {key: self.flying[key] for key in left if key in self.flying}
            own = [key for key in left if key not in flights]
            found |= await self._lead(own, fetch) if own else {}
            followed, failure = await self._follow(flights, opened)
            found |= followed
            if failure is not None and failed:
                raise failure
            failed = failed or failure is not None
        return found

    async def _lead(self, keys: Sequence[CacheKey], fetch: Fetch) -> Values:
        """Read, and tell who followed meanwhile; None tells them that the reader has left.

        Shape:  who leads has no snapshot yet, so that it is younger than this reading.
        """
        loop = asyncio.get_running_loop()
        flights: dict[CacheKey, Flight] = {key: loop.create_future() for key in keys}
        self.flying.update(flights)
        land = partial(self._land, flights)
        try:
            found = await fetch(keys)
        except Exception as error:
            land({}, error)
            raise
        except BaseException:
            land({}, None)
            raise
        land(found, None)
        return found

    def _land(
        self, flights: Mapping[CacheKey, Flight], found: Values, failure: Exception | None
    ) -> None:
        for key, flight in flights.items():
            if self.flying.get(key) is flight:
                del self.flying[key]
            flight.set_result(found.get(key, failure))

    async def _follow(
        self, flights: Mapping[CacheKey, Flight], opened: Opened
    ) -> tuple[Values, Exception | None]:
        """What others have read, and how they failed. Who has a connection waits no longer."""
        waiting: Collection[Flight] = set(flights.values())
        while waiting and opened() is None:
            # A sibling field may open the snapshot, which wakes nobody.
            _, waiting = await asyncio.wait(waiting, timeout=self._look)
        landed = {key: flight.result() for key, flight in flights.items() if flight.done()}
        values = {key: each for key, each in landed.items() if isinstance(each, bytes)}
        self._followed(len(values))
        failures = (each for each in landed.values() if isinstance(each, Exception))
        return values, next(failures, None)
