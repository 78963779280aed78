"""Log files of child processes: a fresh one per start, and the line of it that says why."""

import re
from pathlib import Path
from typing import IO

GRAVE = re.compile(r"(?:FATAL|PANIC|ERROR):\s+(.*)")


def fresh_log(path: Path) -> IO[bytes]:
    """An empty log to write to; the one before is kept beside it as `….previous`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.previous"))
    return path.open("ab")


def last_lines(path: Path, count: int) -> list[str]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.rstrip() for line in lines if line.strip()][-count:]


def last_words(path: Path) -> str:
    """The last grave line, without time stamp and process id, or else the last line of all."""
    lines = last_lines(path, 50)
    grave = [found[1] for line in lines if (found := GRAVE.search(line))]
    return (grave or lines or ["it wrote nothing"])[-1].strip().removeprefix("but ").rstrip(".")
