"""What a PostgreSQL data folder says of itself: whose it is, which version, who serves it."""

import os
import time
from pathlib import Path

from integrations.embedded.faults import ServerFault
from integrations.embedded.identity import Identity
from integrations.embedded.programs import PostgresPrograms

ORPHAN_SECONDS = 10.0
STATUS_LINE = 7  # of postmaster.pid, as pg_ctl reads it
PROCESSES = Path("/proc")


def refuse_foreign(
    data: Path, secret: Path, programs: PostgresPrograms, identity: Identity
) -> None:
    """Errors: ServerFault if the folder is another user's, not ours, broken or of another major."""
    owner = data.stat().st_uid
    if identity.owner is None and owner != os.geteuid():
        raise ServerFault(
            f"The data folder {data} belongs to user id {owner}, this is user id {os.geteuid()}: "
            "run this as that user, or set TOURBASE_FOLDER to another folder."
        )
    mark = data / "PG_VERSION"
    made_by = mark.read_text(encoding="utf-8").strip() if mark.is_file() else ""
    if not made_by.isdecimal():
        raise ServerFault(
            f"The data folder {data} is broken: it has no valid PG_VERSION; "
            "move it away and start again."
        )
    if not secret.is_file():
        raise ServerFault(
            f"The data folder {data} was not made by tourbase (there is no {secret.name}): "
            "move it away, or set TOURBASE_FOLDER to another folder."
        )
    if int(made_by) != programs.major:
        raise ServerFault(
            f"The data folder {data} was made by PostgreSQL {made_by}, but {programs.folder} is "
            f"PostgreSQL {programs.version}: set POSTGRES_BIN to the folder of a PostgreSQL "
            f"{made_by}, or move the data away."
        )


def status(data: Path) -> tuple[int, str] | None:
    """Process id and state (`starting`, `ready`, …) that the server last wrote down."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return abs(int(lines[0])), lines[STATUS_LINE].strip()
    except (FileNotFoundError, IndexError, ValueError):
        return None  # none, or not wholly written yet


def await_orphan(data: Path) -> None:
    """Let a server end whose parent was killed, and forget one that is long gone.

    PostgreSQL alone would refuse to start if the process id in the file meanwhile belongs to
    another process of its user, which in a container is likely.
    Errors: ServerFault if it still runs after ten seconds.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while (named := _named(data)) is not None and _serves(named, data):
        if time.monotonic() > deadline:
            raise ServerFault(
                f"The data folder {data} is in use by PostgreSQL process {named}, which outlived "
                "the program that started it: end that process."
            )
        time.sleep(0.05)
    if named is not None and PROCESSES.is_dir():
        (data / "postmaster.pid").unlink(missing_ok=True)


def _named(data: Path) -> int | None:
    try:
        return abs(int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def _serves(process: int, data: Path) -> bool:
    """A server's working folder is its data folder, which tells it from a reused process id."""
    try:
        if PROCESSES.is_dir():
            return Path(os.readlink(PROCESSES / str(process) / "cwd")) == data  # noqa: PTH115
        os.kill(process, 0)
    except OSError:
        return False
    return True
