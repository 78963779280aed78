"""Load over keep-alive connections: each sends its next request when it has the last answer."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, cast

HEAD_ENDS: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"
REFUSED: Final = b'"errors":[{'
OK: Final = b"HTTP/1.1 200 "
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """A server on this machine, and the headers that its requests carry."""

    port: int
    headers: str = ""

    def post(self, path: str, body: bytes) -> bytes:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"{self.headers}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def get(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self.headers}\r\n".encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer. Units: seconds from the first byte sent to the last byte read."""

    status: int
    body: bytes
    seconds: float

    @property
    def failed(self) -> bool:
        return self.status != HTTPStatus.OK or REFUSED in self.body


@dataclass(slots=True)
class Tally:
    """What came back while it was measured. Units: seconds."""

    seconds: float = 0.0
    errors: int = 0
    latencies: list[float] = field(default_factory=list)


class Line(asyncio.Protocol):
    """One connection, with at most one request under way."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._read = bytearray()
        self._head = -1
        self._whole = 0
        self._waiting: asyncio.Future[Answer] | None = None
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> Answer:
        """Errors: ConnectionError if the server hangs up."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._began = time.perf_counter()
        self._transport.write(request)
        return await self._waiting

    def data_received(self, data: bytes) -> None:
        self._read += data
        if self._head < 0:
            if (end := self._read.find(HEAD_ENDS)) < 0:
                return
            self._head = end + len(HEAD_ENDS)
            self._whole = self._head + _length(bytes(self._read[:end]))
        if len(self._read) >= self._whole and self._waiting and not self._waiting.done():
            status = int(self._read[9:12])
            body = bytes(self._read[self._head : self._whole])
            del self._read[: self._whole]
            self._head = -1
            self._waiting.set_result(Answer(status, body, time.perf_counter() - self._began))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(str(exc or "the server hung up")))

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(LENGTH)
    if at < 0:
        raise ConnectionError("An answer without Content-Length cannot be measured here.")
    return int(lowered[at + len(LENGTH) :].partition(b"\r")[0])


async def connect(target: Target) -> Line:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Line, "127.0.0.1", target.port)
    return line


async def ask_each(target: Target, requests: Sequence[bytes]) -> list[Answer]:
    """One after the other on one connection. Errors: ConnectionError, TimeoutError."""
    line = await connect(target)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [await line.ask(request) for request in requests]
    finally:
        line.close()


async def drive(
    target: Target, requests: Sequence[bytes], *, connections: int, seconds: float
) -> Tally:
    """Keep all connections busy for so long. A refused, failed or lost request is an error.

    Errors: TimeoutError if an answer takes a minute.
    """
    tally = Tally()
    lines = [await connect(target) for _ in range(connections)]
    turn = itertools.cycle(requests)
    began = time.perf_counter()
    try:
        async with asyncio.timeout(seconds + PATIENCE_SECONDS):
            busy = (_keep_busy(each, turn, tally, began + seconds) for each in lines)
            await asyncio.gather(*busy)
    finally:
        for line in lines:
            line.close()
    tally.seconds = time.perf_counter() - began
    return tally


async def _keep_busy(line: Line, turn: Iterator[bytes], tally: Tally, until: float) -> None:
    while time.perf_counter() < until:
        try:
            answer = await line.ask(next(turn))
        except ConnectionError:
            tally.errors += 1
            return
        tally.errors += answer.failed
        tally.latencies.append(answer.seconds)
