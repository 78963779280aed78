"""The servers that are compared: each a process of one worker, pinned, ended with its block."""

import dataclasses
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.client import Target
from bench.processor import Cores, pin, used_seconds
from bench.questions import Question
from bench.stage import ROOT, Stage
from bootstrap.environment import child_environment
from domain.errors import OperatorError
from integrations.embedded.child import Process, end, spawn
from integrations.embedded.journal import fresh_log, last_lines
from integrations.embedded.loopback import LOOPBACK, free_port

OURS: Final = "tourbase"
BARE: Final = "bare"
STOCK: Final = "stock"
LIMITED: Final = "stock with limiters"
READY_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


class ServerMissing(OperatorError):
    """A server did not start; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Server:
    """One that runs, and how it is asked."""

    name: str
    process: Process
    target: Target

    def requests(self, question: Question) -> list[bytes]:
        if self.name != BARE:
            return [self.target.post("/graphql", body) for body in question.bodies]
        return [
            self.target.get(f"/{question.name}?{httpx.QueryParams(dict(given))}")
            for given in question.variables
        ]

    def used_seconds(self) -> float:
        return used_seconds(self.process.pid)


@contextmanager
def running(stage: Stage, names: Sequence[str], cores: Cores) -> Iterator[dict[str, Server]]:
    """Started together and all ready when the block begins. Errors: ServerMissing."""
    started: dict[str, Server] = {}
    try:
        for name in names:
            started[name] = _start(stage, name, cores)
        for server in started.values():
            _await_ready(server, _log(stage, server.name))
        yield started
    finally:
        processes = [server.process for server in started.values()]
        end(processes, by=signal.SIGTERM, seconds=STOP_SECONDS)


def _start(stage: Stage, name: str, cores: Cores) -> Server:
    port = free_port()
    with fresh_log(_log(stage, name)) as output:
        process = spawn(
            [sys.executable, *_command(stage, name, port)],
            env=_environment(stage, name, port),
            output=output,
            folder=ROOT,
        )
    pin(process.pid, cores.server)
    return Server(name, process, Target(port, f"Authorization: Bearer {stage.staff}\r\n"))


def _log(stage: Stage, name: str) -> Path:
    return stage.folder / "logs" / f"{name.replace(' ', '-')}.log"


def _command(stage: Stage, name: str, port: int) -> list[str]:
    if name == OURS:
        return ["-m", "cli.main", "serve"]
    told = dataclasses.replace(stage.rival, port=port, limited=name == LIMITED)
    file = told.keep(stage.folder / f"{name.replace(' ', '-')}.json")
    return ["-m", f"bench.rivals.{BARE if name == BARE else STOCK}", str(file)]


def _environment(stage: Stage, name: str, port: int) -> dict[str, str]:
    if name == OURS:
        return {**stage.environment, "HOST": LOOPBACK, "PORT": str(port)}
    return child_environment({})


def _await_ready(server: Server, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    health = f"http://{LOOPBACK}:{server.target.port}/health/ready"
    with httpx.Client(trust_env=False, timeout=2) as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                answer = client.get(health)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.is_success:
                return
    last = " / ".join(last_lines(log, 5))
    raise ServerMissing(f"The server `{server.name}` did not start: {last}")
