"""A Valkey (or Redis) of our own: in memory only, on 127.0.0.1, ended with this process."""

import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from integrations.embedded.child import Process, end, for_server, spawn
from integrations.embedded.faults import ServerFault
from integrations.embedded.folder import claim
from integrations.embedded.journal import fresh_log, last_words
from integrations.embedded.loopback import LOOPBACK, free_port, refuse_busy
from integrations.embedded.programs import find_valkey

READY_SECONDS = 15.0
STOP_SECONDS = 10.0
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running server; close it, or leave its `with` block."""

    process: Process
    port: int
    log: Path
    held: IO[str]
    host: str = LOOPBACK

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}/0"

    def close(self) -> None:
        end([self.process], by=signal.SIGTERM, seconds=STOP_SECONDS)
        self.held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def start_valkey(
    folder: Path, *, port: int | None, binary: Path | None, environment: Mapping[str, str]
) -> Valkey:
    """Start it and wait until it answers; without `port` it takes a free one.

    Errors: ServerFault.
    """
    program = find_valkey(binary, path=environment.get("PATH", ""))
    folder = folder.resolve()
    held = claim(folder)
    try:
        if port is not None:
            refuse_busy(LOOPBACK, port, remedy="choose another port")
        fresh_log(folder / "valkey.log").close()
        return _first_to_answer(folder, port, program, environment, held)
    except BaseException:
        held.close()
        raise


def _first_to_answer(
    folder: Path, port: int | None, program: Path, environment: Mapping[str, str], held: IO[str]
) -> Valkey:
    log = folder / "valkey.log"
    for _ in range(ATTEMPTS if port is None else 1):
        chosen = port or free_port()
        with log.open("ab") as output:
            process = spawn(
                [
                    *(program, "--port", str(chosen), "--bind", LOOPBACK, "--dir", folder),
                    *("--save", "", "--appendonly", "no", "--daemonize", "no"),
                ],
                env=for_server(environment),
                output=output,
            )
        server = Valkey(process=process, port=chosen, log=log, held=held)
        if _ready(server):
            return server
    raise ServerFault(f"{program.name} did not start: {last_words(log)}; its log is {log}.")


def _ready(server: Valkey) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    ready = False
    try:
        while not ready and server.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
            ready = _answers(server)
    finally:
        if not ready:
            end([server.process], by=signal.SIGTERM, seconds=STOP_SECONDS)
    return ready


def _answers(server: Valkey) -> bool:
    """Whether it is this process that answers, not one that took the port before it."""
    try:
        with socket.create_connection((LOOPBACK, server.port), 1) as line:
            line.sendall(b"INFO server\r\n")
            return f"process_id:{server.process.pid}\r".encode() in line.recv(65536)
    except OSError:
        return False
