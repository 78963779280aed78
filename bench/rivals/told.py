"""What a rival server is told at its start: where to listen, and whom it answers as."""

import sys
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Told:
    """The brand and the caller that this server looks up by credential are handed to a rival."""

    port: int
    database_url: str
    signing_key: str
    issuer: str
    role: str
    tenant_id: int
    brand_id: int
    actor_id: str
    time_zone: str
    pool_size: int
    limited: bool

    def keep(self, file: Path) -> Path:
        """Write it where only this user reads it."""
        file.touch(mode=0o600)
        file.write_bytes(orjson.dumps(self))
        return file


def told() -> Told:
    """From the file that the first argument names."""
    return Told(**orjson.loads(Path(sys.argv[1]).read_bytes()))
