"""What a person needs once `up` serves: addresses, credentials and one query to paste."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from cli.crew import Crew, Refusal
from integrations.embedded.child import Process

BRAND = "wwt"
KINDS = ("site", "staff", "owner", "partner", "customer", "driver")
READY_SECONDS = 60.0
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104
QUERY = (
    "{ viewer { kind brand { name } } "
    "bookings(first: 3) { edges { node { number status startsAt total { formatted } } } } }"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, and how a program on this machine reaches it."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def http(self) -> str:
        return f"http://{self.authority}"

    @property
    def graphql(self) -> str:
        return f"{self.http}/graphql"

    @property
    def websocket(self) -> str:
        return f"ws://{self.authority}/graphql"


def await_ready(crew: Crew, address: Address, *watched: str) -> None:
    """Wait until the server says that it is ready. Errors: Stopped, Refusal."""
    deadline = time.monotonic() + READY_SECONDS
    address_of_health = f"{address.http}/health/ready"
    said = "no answer"
    with httpx.Client(trust_env=False, timeout=2) as client:
        while time.monotonic() < deadline:
            crew.watch(*watched)
            try:
                answer = client.get(address_of_health)
            except httpx.TransportError:
                continue
            if answer.status_code == httpx.codes.OK:
                return
            said = f"{answer.status_code} {answer.text.strip()}"
    raise Refusal(f"{address_of_health} is not ready after {READY_SECONDS:.0f} s: {said}.")


def ask_for_tokens(crew: Crew) -> Process:
    """One program makes all of them, for starting takes longest; `credentials` collects them."""
    return crew.ask("token", ("--brand", BRAND, "--as", *KINDS))


def credentials(crew: Crew, asked: Process) -> dict[str, str]:
    """Errors: Stopped; Refusal if one could not be made, with the last it said."""
    while asked.poll() is None:
        crew.watch()
    output, errors = (text.decode(errors="replace").strip() for text in asked.communicate())
    made = output.splitlines()
    if asked.returncode != 0 or len(made) != len(KINDS):
        said = errors.splitlines()[-1] if errors else "it wrote nothing"
        kinds = " ".join(KINDS)
        raise Refusal(f"`token --brand {BRAND} --as {kinds}` gave no credentials: {said}")
    return dict(zip(KINDS, made, strict=True))


def ready_block(
    address: Address, made: Mapping[str, str], *, logs: Path, mail: str, playground: bool
) -> str:
    look = f"Or open {address.graphql} in a browser: the playground."
    body = json.dumps({"query": QUERY})
    return "\n".join(
        (
            "",
            "tourbase is ready; Ctrl-C ends it.",
            "",
            f"  GraphQL    {address.graphql}",
            f"  WebSocket  {address.websocket}",
            f"  Health     {address.http}/health/live",
            f"             {address.http}/health/ready",
            f"  Logs       {logs}",
            f"  Mail       {mail}",
            "",
            f"Credentials for the brand {BRAND}, each sent as `Authorization: Bearer …`:",
            "",
            *(f"  {kind:<9}  {made[kind]}" for kind in KINDS),
            "",
            "Paste this:",
            "",
            f"curl -s {address.graphql} -H 'Content-Type: application/json' \\",
            f"  -H 'Authorization: Bearer {made['staff']}' \\",
            f"  -d '{body}'",
            "",
            *((look, "") if playground else ()),
        )
    )
