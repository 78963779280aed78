"""A PostgreSQL of our own: data that survives in a folder, a server that ends with this process."""

import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from integrations.embedded.child import Process, end, for_server, spawn
from integrations.embedded.cluster import await_orphan, refuse_foreign, status
from integrations.embedded.faults import ServerFault
from integrations.embedded.folder import claim, kept
from integrations.embedded.identity import Identity, identity_for
from integrations.embedded.journal import fresh_log, last_lines, last_words
from integrations.embedded.loopback import LOOPBACK, free_port, refuse_busy
from integrations.embedded.programs import PostgresPrograms, find_postgres

OWNER = "owner"
MAX_CONNECTIONS = 200
BUILTIN_LOCALE_MAJOR = 17
INIT_SECONDS = 120.0
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
ATTEMPTS = 20
RETRY_SECONDS = 0.2
STILL_ATTACHED = "pre-existing shared memory block"
BUSY = "Address already in use"
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; close it, or leave its `with` block."""

    process: Process
    port: int
    password: str
    programs: PostgresPrograms
    log: Path
    held: IO[str]
    host: str = LOOPBACK

    @property
    def url(self) -> str:
        """The owner (superuser) in the database `postgres`."""
        return self.url_of("postgres")

    @property
    def major(self) -> int:
        return self.programs.major

    def url_of(self, database: str, *, user: str = OWNER, password: str | None = None) -> str:
        """The address of a database, as the owner unless told otherwise; words of [A-Za-z0-9_-]."""
        return f"postgresql://{user}:{password or self.password}@{self.host}:{self.port}/{database}"

    def close(self) -> None:
        """Fast shutdown; killed if that takes more than ten seconds."""
        end([self.process], by=signal.SIGINT, seconds=STOP_SECONDS)
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


def start_postgres(
    folder: Path,
    *,
    port: int | None,
    durable: bool,
    binaries: Path | None,
    environment: Mapping[str, str],
) -> Postgres:
    """Start it, made at the first call, and wait until it is ready; no `port` means a free one.

    Of the environment only PATH, the locale and the time zone are used. Without `durable` it is
    faster and a crash may lose data: for tests.
    Errors: ServerFault.
    """
    path = environment.get("PATH", "")
    programs = find_postgres(binaries, path=path)
    folder = folder.resolve()
    held = claim(folder)
    try:
        if port is not None:
            refuse_busy(LOOPBACK, port, remedy="choose another port")
        identity = identity_for(folder, programs.folder / "postgres", path=path)
        folder.chmod(0o700 if identity.uid is None else 0o711)
        start = _Start(folder, programs, identity, for_server(environment), durable=durable)
        return start.server(port, held)
    except BaseException:
        held.close()
        raise


@dataclass(frozen=True, slots=True)
class _Start:
    folder: Path
    programs: PostgresPrograms
    identity: Identity
    env: dict[str, str]
    durable: bool

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def server(self, port: int | None, held: IO[str]) -> Postgres:
        secret = self.folder / "owner.password"
        fresh_log(self.log).close()
        if not self.data.exists():
            self._initialise(secret)
        refuse_foreign(self.data, secret, self.programs, self.identity)
        self.identity.own(self.data)
        await_orphan(self.data)
        for _ in range(ATTEMPTS):
            chosen = port or free_port()
            process = self._spawn("postgres", self._arguments(chosen), signal.SIGINT)
            if self._ready(process):
                password = secret.read_text(encoding="utf-8")
                return Postgres(process, chosen, password, self.programs, self.log, held)
            if not self._worth_another_try(port):
                break
            time.sleep(RETRY_SECONDS)
        raise ServerFault(
            f"PostgreSQL {self.programs.version} did not start on {self.data}: "
            f"{last_words(self.log)}; mend the folder or move it away (its log is {self.log})."
        )

    def _initialise(self, secret: Path) -> None:
        """Make the data beside its place and move it there whole, so that there is never a half."""
        making = self.folder / "making"
        if making.exists():
            shutil.rmtree(making)
        kept(secret, lambda: secrets.token_urlsafe(24))
        making.mkdir(mode=0o700)
        for path in (making, secret):
            self.identity.own(path)
        process = self._spawn("initdb", self._initdb_arguments(making, secret), signal.SIGTERM)
        try:
            failed = process.wait(INIT_SECONDS) != 0
        except subprocess.TimeoutExpired:
            failed = True
        finally:
            end([process], by=signal.SIGTERM, seconds=STOP_SECONDS)
        if failed:
            raise ServerFault(
                f"initdb of PostgreSQL {self.programs.version} failed in {self.folder}: "
                f"{last_words(self.log)}; its log is {self.log}."
            )
        making.replace(self.data)

    def _initdb_arguments(self, making: Path, secret: Path) -> list[str | Path]:
        builtin = self.programs.major >= BUILTIN_LOCALE_MAJOR
        return [
            *("-D", making, "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={secret}"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
            *(("--locale-provider=builtin",) if builtin else ()),
            *(() if self.durable else ("--no-sync",)),
        ]

    def _arguments(self, port: int) -> list[str | Path]:
        settings = [f"max_connections={MAX_CONNECTIONS}", *(() if self.durable else FORGETFUL)]
        return [
            *("-D", self.data, "-p", str(port), "-h", LOOPBACK),
            *("-k", ""),  # no Unix socket: nothing to leave behind, and no limit to its path
            *(word for setting in settings for word in ("-c", setting)),
        ]

    def _spawn(
        self, program: str, arguments: Sequence[str | Path], death_signal: signal.Signals
    ) -> Process:
        with self.log.open("ab") as output:
            return spawn(
                [*self.identity.prefix, self.programs.folder / program, *arguments],
                env=self.env,
                output=output,
                death_signal=death_signal,
                uid=self.identity.uid,
                folder=self.folder,
            )

    def _ready(self, process: Process) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        ready = False
        try:
            while not ready and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
                ready = status(self.data) == (process.pid, "ready")
        finally:
            if not ready:
                end([process], by=signal.SIGINT, seconds=STOP_SECONDS)
        return ready

    def _worth_another_try(self, port: int | None) -> bool:
        """Orphans of a killed server leave soon; a free port may have been taken meanwhile."""
        said = "\n".join(last_lines(self.log, 8))
        return STILL_ATTACHED in said or (port is None and BUSY in said)
