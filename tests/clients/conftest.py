"""The demo data behind a real server and a real relay, and Node with its locked packages."""

import asyncio
import contextlib
import io
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from bootstrap.wiring import now, parts
from cli.seed import seed
from cli.token import print_tokens
from integrations.embedded import Postgres, Valkey
from integrations.redis_events import RedisEvents
from jobs.event_relay import relay
from tests.conftest import create_database, settings_for
from tests.jobs.conftest import QUICK
from tests.web.conftest import bearer, served

HERE = Path(__file__).parent
DATABASE = "tourbase_clients"
OLDEST_NODE = 20
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class House:
    """A server over the demo data, and a credential for each kind of caller of brand `wwt`.

    Shape:  `unseen` is another key of the website, which nobody has used before.
    """

    address: str
    site: str
    unseen: str
    staff: str
    events: RedisEvents
    registry: CollectorRegistry

    async def ask(self, document: str, **variables: object) -> Any:
        async with httpx.AsyncClient(base_url=self.address) as client:
            body = {"query": document, "variables": variables}
            answer = await client.post("/graphql", json=body, headers=bearer(self.staff))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def listeners(self, count: int) -> None:
        """Wait until so many subscriptions are heard by Redis."""
        await until(lambda: self.events.listeners == count)

    async def answered(self, status: int) -> None:
        """Wait until some request of GraphQL was given this status."""
        labels = {"method": "POST", "route": "/graphql", "status_code": str(status)}
        name = "http_request_duration_seconds_count"
        await until(lambda: bool(self.registry.get_sample_value(name, labels)))


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what tells nobody that it has happened."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.005)


@pytest.fixture(scope="session")
async def house(postgres: Postgres, valkey: Valkey, template: str) -> AsyncIterator[House]:
    """The demo data in a database of its own, since its relay sees the events of every brand."""
    create_database(postgres, DATABASE, template)
    settings = settings_for(postgres, valkey, DATABASE)
    seed(settings, today=now().date(), say=lambda _line: None)
    stop = asyncio.Event()
    async with parts(settings) as made, served(made) as address:
        relaying = asyncio.create_task(relay(made.database, made.events, stop=stop, pace=QUICK))
        kinds = ("site", "site", "staff")
        site, unseen, staff = [await credential(settings, kind) for kind in kinds]
        yield House(address, site, unseen, staff, made.events, made.registry)
        stop.set()
        await relaying


async def credential(settings: Settings, kind: str) -> str:
    """What `tourbase token --brand wwt --as KIND` prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        await print_tokens(settings, brand="wwt", kinds=[kind])
    return printed.getvalue().strip()


async def start(*command: str | Path, folder: Path, **given: str) -> asyncio.subprocess.Process:
    """A program in a folder, with `given` in its environment."""
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=child_environment({"NO_COLOR": "1", **given}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process, *, say: bytes = b"") -> str:
    """What it printed until it ended, as it must, well and in time; `say` is its input."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate(say)
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
    assert process.returncode == 0, f"{out.decode()}\n{err.decode()}"
    return out.decode()


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with the packages that `make clients` installs; skipped, with the reason, without."""
    binary = shutil.which("node")
    if binary is None:
        pytest.skip("Node is not on this machine: the outside clients are not tested")
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.strip().removeprefix("v").split(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Node {said.strip()} is older than {OLDEST_NODE}")
    stamp, lock = HERE / "node_modules" / ".installed", HERE / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        pytest.skip("the packages of tests/clients are not installed: `make clients` does it")
    return binary
