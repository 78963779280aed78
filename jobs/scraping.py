"""The worker's own page of metrics, on a port of its own and in a thread of its own."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from bootstrap.settings import Settings
from domain.errors import OperatorError
from integrations.metrics import may_scrape

Answering = Callable[..., Any]


class PortTaken(OperatorError):
    """Another program has the port, or it is not ours to bind; the message names it."""


class Handler(WSGIRequestHandler):
    """Says nothing, and waits for nobody for long."""

    timeout = 5

    def log_message(self, format: str, *args: Any) -> None:
        """A scrape is no news."""


@contextmanager
def scraped(
    registry: CollectorRegistry, *, host: str, port: int, token: str | None, is_open: bool
) -> Iterator[int]:
    """Answer `/metrics` while the block runs; gives the port. Errors: PortTaken."""
    page = guarded(make_wsgi_app(registry), token=token, is_open=is_open)
    try:
        made = make_server(host, port, page, ThreadingWSGIServer, Handler)
    except OSError as error:
        raise PortTaken(f"WORKER_METRICS_PORT {port} of {host} cannot be bound: {error}") from error
    with made as server:
        serving = Thread(target=server.serve_forever, args=(0.1,), name="metrics", daemon=True)
        serving.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            serving.join()


@asynccontextmanager
async def page_of(settings: Settings, registry: CollectorRegistry) -> AsyncIterator[None]:
    """The page, if the settings name a port for it."""
    if settings.worker_metrics_port is None:
        yield
        return
    token = settings.metrics_token
    with scraped(
        registry,
        host=settings.host,
        port=settings.worker_metrics_port,
        token=token.get_secret_value() if token else None,
        is_open=settings.tourbase_env == "development",
    ):
        yield


def guarded(page: Answering, *, token: str | None, is_open: bool) -> Answering:
    """404 for another address, and for whoever does not hold the token."""

    def answer(environ: dict[str, Any], start: Answering) -> Iterable[bytes]:
        given = environ.get("HTTP_AUTHORIZATION", "")
        if environ.get("PATH_INFO") == "/metrics" and may_scrape(given, token, is_open=is_open):
            return page(environ, start)  # type: ignore[no-any-return]
        start("404 Not Found", [("content-length", "0")])
        return []

    return answer
