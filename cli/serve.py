"""The server process."""

import asyncio
import gc
from argparse import Namespace
from socket import socket
from types import FrameType

import structlog
import uvicorn
import uvloop

from bootstrap.settings import Settings
from bootstrap.wiring import parts
from domain.errors import ServiceUnavailable
from web.app import build_app

LOG = structlog.get_logger("tourbase.serve")
COLLECT_AFTER = (50_000, 20, 100)


class Server(uvicorn.Server):
    """Says when it listens; takes a signal as the wish to end, and does not raise it again."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            LOG.info("serving", host=self.config.host, port=self.config.port)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._captured_signals.clear()


def serve(settings: Settings, _given: Namespace) -> int:
    """Serve until SIGTERM or SIGINT. A database that is away is answered with 503.

    Errors: SettingMissing; UnsafeLogin if a login is an owner or a superuser.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings))


def warn_of_missing(settings: Settings) -> None:
    """What may be left out, and would be missed."""
    if settings.redis_url is None:
        LOG.warning("no_redis", consequence="no cache, and no subscription hears of a change")


def settle_memory() -> None:
    """Spare the collector what lives as long as the process, and the short life of an answer.

    The schema and the modules are most of the heap, and none of it is ever garbage: looking through
    it took a third of the time of an answer of 200 rows.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _serve(settings: Settings) -> int:
    async with parts(settings) as made:
        try:
            await made.database.verify()
        except ServiceUnavailable as error:
            LOG.warning("database_away", reason=error.message)
        config = uvicorn.Config(
            build_app(made),
            host=settings.host,
            port=settings.port,
            http="httptools",
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.trusted_proxies,
            ws_max_size=settings.limit_message_bytes,
            timeout_graceful_shutdown=10,
        )
        warn_of_missing(settings)
        settle_memory()
        server = Server(config)
        await server.serve()
        return 0 if server.started else 1
