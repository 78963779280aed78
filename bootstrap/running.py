"""What `up` tells the other commands while it runs: where its servers are, in one private file."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

from bootstrap.settings import Settings

FILE = "running.json"


@contextmanager
def announced(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Keep the settings of a running `up` in its folder, readable by its owner only."""
    file = folder / FILE
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(orjson.dumps(dict(environment)))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def of_running(settings: Settings) -> Settings:
    """The settings of the `up` that runs in this folder, if no database is named otherwise."""
    file = settings.tourbase_folder / FILE
    named = (settings.database_url, settings.database_read_url, settings.database_admin_url)
    if any(named) or not file.is_file():
        return settings
    told = {name.lower(): value for name, value in orjson.loads(file.read_bytes()).items()}
    return Settings(**told)
