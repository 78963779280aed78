"""The containers without a container: the Dockerfile's steps and compose's services, as processes.

What is copied is built as the Dockerfile says, installed beside the locked runtime libraries and
nothing else, and started with the environment of docker-compose.yml on servers of this machine.
"""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg
import pytest
from packaging.requirements import Requirement

from integrations.embedded import Postgres, Valkey
from integrations.embedded.loopback import free_port
from tests import containers
from tests.conftest import SIGNING_KEY, create_database
from tests.containers import ROOT, SECRETS, copied, image_environment, said, stages

pytestmark = pytest.mark.usefixtures("unwatched")
PATIENCE_SECONDS = 30
DATABASE = "tourbase"
WORKS = {"api": '"serving"', "worker": '"working"'}
POOLER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PSQL = shutil.which(
    "psql", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/lib/postgresql/15/bin"])
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Dockerfile copies, and nothing else of the repository, made into a wheel its way."""
    context = tmp_path_factory.mktemp("build")
    for sources, target in copied():
        for source in sources:
            place(ROOT / source, context / target)
    build = said(stages()[0], "RUN")[-1].partition(" && ")[0]
    assert build == "pip wheel --no-deps --no-build-isolation --wheel-dir dist ."
    subprocess.run(
        [sys.executable, "-m", *build.split(), "--quiet"], cwd=context, check=True, timeout=60
    )
    (made,) = (context / "dist").glob("*.whl")
    return made


def place(source: Path, target: Path) -> None:
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(source, target, ignore=ignored)
    else:
        shutil.copy(source, target)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that has the runtime lock and the wheel."""
    folder = tmp_path_factory.mktemp("image") / "tourbase"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    link_runtime(site)
    install = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(folder), *install], check=True, timeout=60
    )
    return folder / "bin"


def link_runtime(site: Path) -> None:
    """What requirements-runtime.lock names for this machine, from where it is installed already."""
    ours = Path(sysconfig.get_path("purelib"))
    lock = (ROOT / "requirements-runtime.lock").read_text()
    for line in (each.rstrip(" \\") for each in lock.splitlines() if "==" in each):
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        for top in {file.parts[0] for file in metadata.distribution(wanted.name).files or ()}:
            if top != ".." and not (site / top).exists():
                (site / top).symlink_to(ours / top)


def test_the_wheel_has_every_file_of_a_package_that_is_no_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        shipped = set(opened.namelist())
    packages = {source for sources, _ in copied() for source in sources if source.endswith("/")}
    data = {
        path.relative_to(ROOT).as_posix()
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }

    assert {"db/bookings.sql", "schema/schema.graphql", "cli/demo/data/brands.csv"} <= data
    assert data - shipped == set()


def test_outside_the_repository_the_command_knows_its_version_and_its_contract(
    installed: Path, tmp_path: Path
) -> None:
    said = {
        argument: run(installed, argument, folder=tmp_path) for argument in ("--version", "sdl")
    }

    assert said["--version"] == f"tourbase {metadata.version('tourbase')}\n"
    assert said["sdl"] == (ROOT / "schema" / "schema.graphql").read_text()
    assert list(tmp_path.iterdir()) == []


def run(programs: Path, *arguments: str, folder: Path, **environment: str) -> str:
    ran = subprocess.run(
        [programs / "tourbase", *arguments],
        env={"PATH": f"{programs}:/usr/bin:/bin", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


class Stack:
    """The services on this machine: compose's environment, with names and ports that exist here."""

    def __init__(self, programs: Path, servers: Mapping[str, str], folder: Path) -> None:
        self.programs = programs
        self.port = str(free_port())
        self.folder = folder
        self._here = servers

    def environment(self, service: str, **given: str) -> dict[str, str]:
        told = self.services(given)[service]["environment"]
        image = {**image_environment(), "PATH": f"{self.programs}:/usr/bin:/bin"}
        return {
            **image,
            **{name: self._placed(value) for name, value in told.items()},
            **({"PORT": self.port, "HOST": "127.0.0.1"} if service == "api" else {}),
        }

    def health(self, service: str, **given: str) -> int:
        """The exit code of the service's own health check, asked in its environment."""
        kind, *command = self.services(given)[service]["healthcheck"]["test"]
        command = [each.replace("8000", self.port) for each in command]
        program = ["/bin/sh", "-c"] if kind == "CMD-SHELL" else [self.programs / command.pop(0)]
        asked = subprocess.run(
            [*program, *command],
            env=self.environment(service, **given),
            cwd=self.folder,
            capture_output=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        return asked.returncode

    def run(self, service: str) -> str:
        command = self.services({})[service]["command"]
        return run(self.programs, *command, folder=self.folder, **self.environment(service))

    @contextmanager
    def running(self, service: str, **given: str) -> Iterator[None]:
        """Once it works and is healthy, and to the end of the block; ended as Docker ends it."""
        told = self.services(given)[service]
        log = self.folder.with_suffix(f".{service}.log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [self.programs / "tourbase", *told["command"]],
                env=self.environment(service, **given),
                cwd=self.folder,
                stderr=output,
            )
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while WORKS[service] not in log.read_text() or self.health(service, **given) != 0:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(float(told["stop_grace_period"].rstrip("s")))
            assert code == 0, log.read_text()

    def services(self, given: Mapping[str, str]) -> dict[str, Any]:
        return containers.services({**SECRETS, "AUTH_SIGNING_KEY": SIGNING_KEY, **given})

    def _placed(self, value: str) -> str:
        for there, here in self._here.items():
            value = value.replace(there, here)
        return value


@pytest.fixture(scope="module")
def stack(
    installed: Path, postgres: Postgres, valkey: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Migrated by the service that migrates, as everything in the file waits for."""
    create_database(postgres, DATABASE)
    here = {
        "redis://redis:6379/0": valkey.url,
        "@postgres:5432": f"@127.0.0.1:{postgres.port}",
        "owner:owner-pw": f"owner:{postgres.password}",
    }
    stack = Stack(installed, here, tmp_path_factory.mktemp("srv"))
    assert stack.run("migrate").startswith("  migrated 0001\n")
    yield stack
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute("drop database tourbase with (force)")


def test_migrate_run_again_at_the_next_start_changes_nothing(stack: Stack) -> None:
    assert stack.run("migrate") == ""


def test_the_server_is_healthy_while_it_runs_and_neither_before_nor_after(stack: Stack) -> None:
    assert stack.health("api") == 1
    with stack.running("api"):
        assert stack.health("api") == 0
    assert stack.health("api") == 1
    assert list(stack.folder.iterdir()) == [], "the root filesystem is read-only"


def test_the_worker_is_healthy_as_long_as_its_login_reaches_the_queue(stack: Stack) -> None:
    with stack.running("worker"):
        assert stack.health("worker", DATABASE_WRITE_PASSWORD="not-this") == 1

    assert list(stack.folder.iterdir()) == [], "the root filesystem is read-only"


@pytest.mark.skipif(
    POOLER is None or PSQL is None, reason="there is no pgbouncer, or no psql, here"
)
def test_behind_the_pooler_the_server_is_healthy_over_both_logins(
    stack: Stack, postgres: Postgres
) -> None:
    with tempfile.TemporaryDirectory() as name, pooled(stack, postgres, Path(name)) as port:
        given = {"DATABASE_ADDRESS": f"127.0.0.1:{port}", "DATABASE_PREPARE_THRESHOLD": "none"}
        with stack.running("api", **given):
            again = [stack.health("api", **given) for _ in range(7)]
            assert again == [0] * 7, "a statement is prepared at its sixth execution"


@contextmanager
def pooled(stack: Stack, postgres: Postgres, folder: Path) -> Iterator[int]:
    """The service `pgbouncer` until the block ends, once its own health check says yes."""
    service = stack.services({})["pgbouncer"]
    shell, start, config = (Path(each).name for each in service["entrypoint"])
    port = free_port()
    there = (ROOT / "compose" / "pgbouncer" / config).read_text()
    (folder / config).write_text(
        there.replace("host=postgres port=5432", f"host=127.0.0.1 port={postgres.port}")
        .replace("listen_addr = *", "listen_addr = 127.0.0.1")
        .replace("listen_port = 5432", f"listen_port = {port}")
    )
    shutil.copy(ROOT / "compose" / "pgbouncer" / start, folder)
    user = "nobody" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    assert POOLER is not None
    assert PSQL is not None
    path = os.pathsep.join([str(Path(POOLER).parent), str(Path(PSQL).parent), "/usr/bin", "/bin"])
    environment = {**service["environment"], "PATH": path}
    (test,) = service["healthcheck"]["test"][1:]
    process = subprocess.Popen([shell, start, config], env=environment, cwd=folder, user=user)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        asked = ["/bin/sh", "-c", test.replace("5432", str(port))]
        while subprocess.run(asked, env=environment, capture_output=True, check=False).returncode:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert (folder / "users.txt").stat().st_mode & 0o777 == 0o600
        yield port
    finally:
        process.terminate()
        process.wait(10)
