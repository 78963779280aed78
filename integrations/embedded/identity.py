"""Who PostgreSQL runs as: it refuses root, so a root caller lends it user id 65534."""

import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from integrations.embedded.faults import ServerFault

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Identity:
    """How a server is started; `owner` is who must own its files (None: they are ours anyway)."""

    owner: int | None = None
    uid: int | None = None
    prefix: tuple[str, ...] = ()

    def own(self, path: Path) -> None:
        """Give the file or the whole tree to the server, the top last: a mark that it is done."""
        if self.owner is None or path.stat().st_uid == self.owner:
            return
        for parent, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(parent, name), self.owner, self.owner, follow_symlinks=False)
        os.chown(path, self.owner, self.owner)


def identity_for(folder: Path, program: Path, *, path: str) -> Identity:
    """Choose by who calls and by what user id 65534 can reach.

    Errors: ServerFault if the caller is root, a parent folder is closed and the way around it
    (a user namespace, in which root's own files belong to 65534) is closed too.
    """
    if os.geteuid() != 0:
        return Identity()
    closed = _closed_to_others(folder.parent) or _closed_to_others(program)
    if closed is None:
        return Identity(owner=NOBODY, uid=NOBODY)
    unshare = shutil.which("unshare", path=path)
    prefix = (unshare or "", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if unshare is None or not _works((*prefix, unshare, "--version")):
        raise ServerFault(
            f"PostgreSQL does not run as root, and user id {NOBODY} cannot enter {closed}: "
            f"open it (chmod o+x {closed}), choose another folder, or run this as another user."
        )
    return Identity(owner=0, prefix=prefix)


def _closed_to_others(path: Path) -> Path | None:
    whole = path.resolve()
    existing = [place for place in (whole, *whole.parents) if place.exists()]
    return next((place for place in existing if not place.stat().st_mode & stat.S_IXOTH), None)


def _works(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
