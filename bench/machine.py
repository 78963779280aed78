"""On what a measurement was made, so that its figures are read as figures of that machine."""

import os
import platform
import shlex
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import psycopg

from bench.processor import Cores
from bench.stage import ROOT, Stage


def facts(stage: Stage, cores: Cores, *, command: list[str], now: datetime) -> Mapping[str, str]:
    """Name and value, in the order in which they are read."""
    return {
        "Date": f"{now:%Y-%m-%d %H:%M} UTC",
        "Commit": _commit(),
        "Command": f"`{shlex.join(command)}`",
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "Memory": _memory(),
        "System": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "PostgreSQL": _postgres(stage),
        "Pinned": str(cores),
        "Bookings": _bookings(stage),
    }


def _commit() -> str:
    """The commit, and whether anything but the report differs from it."""
    sha = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", ":!docs/performance.md")
    return f"{sha}, with changes that are not committed" if changed else sha


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    names = _values(Path("/proc/cpuinfo"), "model name")
    return names or platform.processor() or platform.machine()


def _memory() -> str:
    told = _values(Path("/proc/meminfo"), "MemTotal").removesuffix(" kB")
    return f"{int(told) / 1024**2:.0f} GiB" if told else "unknown"


def _values(file: Path, name: str) -> str:
    if not file.exists():
        return ""
    lines = (line.partition(":") for line in file.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")


def _postgres(stage: Stage) -> str:
    with psycopg.connect(stage.admin_url) as owner:
        row = owner.execute("show server_version").fetchone()
    return str(row[0]) if row else "unknown"


def _bookings(stage: Stage) -> str:
    query = (
        "select count(*), count(*) filter (where brand_id = %s and tenant_id = %s) from bookings"
    )
    with psycopg.connect(stage.admin_url) as owner:
        row = owner.execute(query, [stage.rival.brand_id, stage.rival.tenant_id]).fetchone()
    total, own = row or (0, 0)
    return f"{total:,}, of which {own:,} are of the brand that asks"
