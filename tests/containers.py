"""What the container files say: services with their environment filled in, the image's steps."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

ROOT: Final = Path(__file__).parents[1]
VARIABLE: Final = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::(?P<how>[-?])(?P<rest>[^}]*))?\})")
SECRETS: Final[Mapping[str, str]] = {
    "POSTGRES_PASSWORD": "owner-pw",
    "DATABASE_WRITE_PASSWORD": "write-pw",
    "DATABASE_READ_PASSWORD": "read-pw",
    "AUTH_SIGNING_KEY": "-----BEGIN PRIVATE KEY-----",
    "EVENTS_SECRET": "0123456789abcdef0123456789abcdef",
    "SECRETS_KEY": "bm8gc2VjcmV0LCBidXQgYXMgbG9uZyBhcyBhIGtleS4=",
    "MAIL_URL": "smtp://127.0.0.1:2525",
}


class NotSet(Exception):
    """A variable that a file asks for is not there; the argument is its name."""


def loaded(file: str) -> Any:
    return YAML(typ="safe").load(ROOT / file)


def services(given: Mapping[str, str]) -> dict[str, Any]:
    """The services of docker-compose.yml as `docker compose` reads them. Errors: NotSet."""
    filled: dict[str, Any] = interpolated(loaded("docker-compose.yml")["services"], given)
    return filled


def interpolated(value: Any, given: Mapping[str, str]) -> Any:
    """Errors: NotSet for `${NAME:?…}`, and for `${NAME}`, which would be silently empty."""
    if isinstance(value, dict):
        return {name: interpolated(each, given) for name, each in value.items()}
    if isinstance(value, list):
        return [interpolated(each, given) for each in value]
    if not isinstance(value, str):
        return value

    def filled(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "$"
        if given.get(name):
            return given[name]
        if match["how"] == "-":
            return str(match["rest"])
        raise NotSet(name)

    return VARIABLE.sub(filled, value)


def asked_for() -> set[str]:
    """The variables without which docker-compose.yml cannot be read."""
    text = (ROOT / "docker-compose.yml").read_text()
    return {match["name"] for match in VARIABLE.finditer(text) if match["how"] == "?"}


def development() -> dict[str, str]:
    lines = (ROOT / "compose" / "development.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def stages() -> list[list[tuple[str, str]]]:
    """The Dockerfile's instructions as (word, rest), a list for each FROM."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    found: list[list[tuple[str, str]]] = []
    for line in (each for each in lines if each and not each.startswith("#")):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append((word, " ".join(rest.split())))
    return found


def said(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for each, rest in stage if each == word]


def copied() -> Iterator[tuple[list[str], str]]:
    """Sources and target of each COPY from the repository."""
    for stage in stages():
        for rest in said(stage, "COPY"):
            if not rest.startswith("--from="):
                *sources, target = shlex.split(rest)
                yield sources, target


def image_environment() -> dict[str, str]:
    (rest,) = said(stages()[-1], "ENV")
    return dict(pair.split("=", 1) for pair in shlex.split(rest))


def image_health_check() -> list[str]:
    (rest,) = said(stages()[-1], "HEALTHCHECK")
    command: list[str] = json.loads(rest.partition("CMD ")[2])
    return command
