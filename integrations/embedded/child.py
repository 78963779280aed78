"""Child processes: each its own session, dying with this process, ended by its process id."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

LAUNCH = Path(__file__).with_name("launch.py")
Output = IO[bytes] | int | None
Process = subprocess.Popen[bytes]
SERVER_NEEDS = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")


def for_server(environment: Mapping[str, str]) -> dict[str, str]:
    """Of an environment what a server may see: no secret of ours is among it."""
    return {name: environment[name] for name in SERVER_NEEDS if name in environment}


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    output: Output,
    errors: Output = subprocess.STDOUT,
    death_signal: signal.Signals = signal.SIGTERM,
    uid: int | None = None,
    folder: Path | None = None,
) -> Process:
    """Start `command` (an absolute path first) out of reach of the terminal's Ctrl-C.

    On Linux it receives `death_signal` when this process dies in any way, if this is called on
    the main thread: the kernel watches the thread that forks, and a pool's thread may end early.
    """
    lasting = threading.current_thread() is threading.main_thread()
    return subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-I", "-S", str(LAUNCH)),
            *(str(os.getpid()), str(int(death_signal) if lasting else 0)),
            "" if uid is None else str(uid),
            *map(str, command),
        ],
        env=dict(env),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=True,
    )


def end(
    processes: Sequence[Process],
    *,
    by: signal.Signals,
    seconds: float,
    hurried: Callable[[], bool] = lambda: False,
) -> None:
    """Ask all of them to end, wait `seconds` together (less if `hurried`), then kill the rest."""
    for process in processes:
        process.send_signal(by)
    deadline = time.monotonic() + seconds
    while any(process.poll() is None for process in processes):
        if time.monotonic() > deadline or hurried():
            break
        time.sleep(0.01)
    for process in processes:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # and whatever it left in its own group
        process.wait()
