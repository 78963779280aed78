"""A folder of ours on disk: one process at a time works in it, and it keeps secrets."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from integrations.embedded.faults import ServerFault


def claim(folder: Path) -> IO[str]:
    """Make the folder and hold it until the file is closed or this process dies.

    Errors: ServerFault if another process holds it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        held = os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    except OSError as error:
        raise ServerFault(
            f"The folder {folder} cannot be used by user id {os.geteuid()} ({error.strerror}): "
            "give it to that user, or set TOURBASE_FOLDER to another folder."
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = held.read().strip() or "unknown"
        held.close()
        raise ServerFault(
            f"The folder {folder} is in use by process {holder}: stop that one first, "
            "or set TOURBASE_FOLDER to another folder."
        ) from error
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def kept(path: Path, make: Callable[[], str]) -> str:
    """The secret in the file, readable by its owner only; made at the first call."""
    if path.exists():
        return path.read_text(encoding="utf-8")
    secret = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
    half.replace(path)  # whole or not at all
    return secret
