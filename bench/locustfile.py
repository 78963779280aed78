"""Users of a busy day: visitors of a website with its key, and staff at the desk who move tours.

Run by `bench.load`, which tells it the credentials and the stages in a file.
"""

import random
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from locust import LoadTestShape, between, events, task
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}
DOCUMENTS: Final = {
    file.stem: file.read_text()
    for folder in ("website", "desk")
    for file in (Path(__file__).parent / "documents" / folder).glob("*.graphql")
}
NAMES: Final = ("an", "be", "co", "el", "ma", "ri", "so", "wi")
OK: Final = 200
QUARTER: Final = timedelta(minutes=15)
DAYS_AHEAD: Final = 120


@events.init_command_line_parser.add_listener
def _add_option(parser: ArgumentParser) -> None:
    parser.add_argument("--told", required=True, help="file with credentials, users and stages")


@events.init.add_listener
def _read(environment: Environment, **_rest: Any) -> None:
    """Errors: SystemExit for a host that is not this machine."""
    host = urlsplit(environment.host or "").hostname
    if host not in LOOPBACK:
        raise SystemExit(f"{environment.host} is not this machine: load stays on it.")
    environment.told = orjson.loads(Path(environment.parsed_options.told).read_bytes())  # type: ignore[attr-defined,union-attr]


def said(status: int, content: bytes) -> tuple[dict[str, Any] | None, str]:
    """The data, or none for an error; and the code of what was refused."""
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None, str(status)
    if status != OK or answer.get("errors") or not answer.get("data"):
        codes = [each.get("extensions", {}).get("code") for each in answer.get("errors", ())]
        return None, f"{status} {codes[0] if codes else ''}"
    data: dict[str, Any] = answer["data"]
    payloads = [each for each in data.values() if isinstance(each, dict)]
    return data, next((e["code"] for each in payloads for e in each.get("errors", ())), "")


class Stages(LoadTestShape):
    """Up, hold, down."""

    def tick(self) -> tuple[int, float] | None:
        told = self.runner.environment.told  # type: ignore[union-attr]
        users, ramp, hold = told["users"], told["ramp_seconds"], told["hold_seconds"]
        rate, now = max(users / ramp, 1), self.get_run_time()
        if now < ramp + hold:
            return users, rate
        left = round(users * (1 - (now - ramp - hold) / ramp))
        return (left, rate) if left > 0 else None


class Caller(FastHttpUser):
    """Somebody who thinks for about a second between two requests."""

    abstract = True
    wait_time = between(0.5, 1.5)
    credential = ""

    def on_start(self) -> None:
        self.told = self.environment.told
        self.headers = {"Authorization": f"Bearer {self.told[self.credential]}"}

    def ask(self, name: str, **variables: Any) -> dict[str, Any]:
        """The data, or nothing. What was refused, as data or not, is counted under its code."""
        body = {"query": DOCUMENTS[name], "variables": variables}
        with self.client.post(
            "/graphql", json=body, headers=self.headers, name=name, catch_response=True
        ) as response:
            response.request_meta["request_type"] = self.credential
            data, refused = said(response.status_code, response.content or b"")
            if refused:
                response.request_meta["name"] = f"{name}: {refused}"
            if data is None:
                response.failure(refused)
            else:
                response.success()
            return data or {}


class Visitor(Caller):
    """Reads what a website shows."""

    weight = 7
    credential = "site"

    @task(30)
    def brand(self) -> None:
        self.ask("brand")

    @task(25)
    def winery(self) -> None:
        self.ask("winery", slug=random.choice(self.told["slugs"]))

    @task(20)
    def packages(self) -> None:
        self.ask("packages")

    @task(15)
    def wineries(self) -> None:
        self.ask("wineries")

    @task(5)
    def restaurants(self) -> None:
        self.ask("restaurants")

    @task(5)
    def hotels(self) -> None:
        self.ask("hotels")


class Clerk(Caller):
    """Reads the list of tours, looks customers up, and moves a tour now and then."""

    weight = 3
    credential = "staff"

    def on_start(self) -> None:
        super().on_start()
        self.seen: list[dict[str, Any]] = []

    @task(10)
    def upcoming(self) -> None:
        ahead = timedelta(days=random.randrange(DAYS_AHEAD))
        since = date.fromisoformat(self.told["today"]) + ahead
        found = self.ask("list", **{"from": since.isoformat()})
        if found:
            self.seen = [edge["node"] for edge in found["bookings"]["edges"]]

    @task(4)
    def customers(self) -> None:
        self.ask("customers", text=random.choice(NAMES))

    @task(2)
    def reschedule(self) -> None:
        """With the version that was read, which by now may be another."""
        if self.seen:
            tour = random.choice(self.seen)
            moved = datetime.fromisoformat(tour["startsAt"]) + random.choice((-1, 1)) * QUARTER
            wish = {"id": tour["id"], "startsAt": moved.isoformat()}
            self.ask("reschedule", input={**wish, "expectedVersion": tour["version"]})
