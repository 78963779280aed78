"""Commands to Redis as the trace of whoever asks sees them: by name, without keys and values."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from integrations.frames import CURRENT

PIPELINE: Final = "PIPELINE"


@contextmanager
def watched(command: str) -> Iterator[None]:
    """A span, where something is traced now."""
    frame = CURRENT.get()
    if frame is None or frame.watch_redis is None:
        yield
        return
    ended = frame.watch_redis(command)
    try:
        yield
    except BaseException as error:
        ended(error)
        raise
    ended(None)


class WatchedRedis(Redis):
    """redis-py's client, watched."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        with watched(str(args[0])):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(
        self,
        transaction: bool = True,  # noqa: FBT001, FBT002 - redis-py's own
        shard_hint: str | None = None,
    ) -> "WatchedPipeline":
        return WatchedPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )


class WatchedPipeline(Pipeline):
    """Many commands in one round trip are one span."""

    async def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - redis-py's own
        with watched(PIPELINE):
            return await super().execute(raise_on_error)
