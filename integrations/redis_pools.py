"""Connections to Redis, bounded in number and in how long each step may take."""

from typing import Final

from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as Late

LOST: Final = (ConnectionLost,)
LOST_OR_LATE: Final = (ConnectionLost, Late)


def pool(
    url: str,
    connections: int,
    seconds: float,
    socket_seconds: float | None,
    *,
    again_if: tuple[type[RedisError], ...],
) -> BlockingConnectionPool:
    """A command that fails in one of these ways is tried once more, on another connection.

    Shape:  without `socket_seconds`, whoever uses a connection bounds each step: redis-py would do
            so with `asyncio.wait_for`, which on Python 3.11 can lose a cancellation.
    """
    return BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=seconds,
        socket_timeout=socket_seconds,
        socket_connect_timeout=seconds,
        socket_keepalive=True,
        protocol=2,
        retry=Retry(NoBackoff(), 1, again_if),
    )
