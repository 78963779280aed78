"""The main job on real input: `up` as a newcomer runs it, each brand alone, a change as it is made."""

import json
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bootstrap.environment import child_environment
from bootstrap.settings import Settings

pytestmark = pytest.mark.usefixtures("unwatched")
PROGRAM = [sys.executable, "-m", "cli.main"]
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
BRANDS = {
    "wwt": (None, "Walla Walla Travel", "America/Los_Angeles", "USD"),
    "nwtc": (None, "NW Touring & Concierge", "America/Los_Angeles", "USD"),
    "hcwt": (None, "Herding Cats Wine Tours", "America/Los_Angeles", "USD"),
    "aotea": ("kiwi-tours", "Aotea Tours", "Pacific/Auckland", "NZD"),
}


def environment(folder: Path) -> dict[str, str]:
    return child_environment({"TOURBASE_FOLDER": str(folder), "PORT": "0", "PYTHONPATH": str(ROOT)})


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """`tourbase up` until the block ends; gives what it had printed when it was ready."""
    log = folder.with_suffix(".log")
    with log.open("w") as output:
        up = subprocess.Popen(
            [*PROGRAM, "up"], env=environment(folder), cwd=folder, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "curl" not in log.read_text():
            assert up.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield log.read_text()
    finally:
        up.send_signal(signal.SIGTERM)
        assert up.wait(PATIENCE_SECONDS) == 0


def tourbase(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        [*PROGRAM, *arguments],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


def descendants_of(folder: Path) -> list[str]:
    """Processes that work in the folder."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if str(folder) in line]


def ask(url: str, credential: str, query: str) -> Any:
    headers = {"authorization": f"Bearer {credential}"}
    return httpx.post(url, json={"query": query}, headers=headers).json()


def tokens_of(folder: Path) -> dict[str, str]:
    """A credential of each brand's staff, as the command makes it."""
    return {
        code: tourbase(
            *(folder, "token", "--brand", code, "--as", "staff"),
            *(["--tenant", tenant] if tenant else []),
        )
        for code, (tenant, *_) in BRANDS.items()
    }


def check_brands(url: str, tokens: dict[str, str]) -> None:
    """Each brand is answered with its own bookings, and no two share an id."""
    query = (
        "{ viewer { kind brand { name timeZone currency } }"
        " bookings(first: 100) { totalCount edges { node { id number } } } }"
    )
    seen: list[set[str]] = []
    for code, (tenant, name, zone, currency) in BRANDS.items():
        data = ask(url, tokens[code], query)["data"]
        assert data["viewer"] == {
            "kind": "STAFF",
            "brand": {"name": name, "timeZone": zone, "currency": currency},
        }
        assert data["bookings"]["totalCount"] == (100 if tenant else 330)
        seen.append({edge["node"]["id"] for edge in data["bookings"]["edges"]})
    assert len(set.union(*seen)) == sum(map(len, seen)) == 400


def credentials_of(block: str) -> dict[str, str]:
    found = re.findall(
        r"^  (site|staff|owner|partner|customer|driver) +(\S+)$", block, re.MULTILINE
    )
    return dict(found)


def check_callers(url: str, block: str) -> None:
    """A credential for each kind of caller, usable at once."""
    kinds = {}
    for name, credential in credentials_of(block).items():
        kinds[name] = ask(url, credential, "{ viewer { kind } }")["data"]["viewer"]["kind"]
    assert kinds == {
        "site": "SITE",
        "staff": "STAFF",
        "owner": "STAFF",
        "partner": "PARTNER",
        "customer": "CUSTOMER",
        "driver": "DRIVER",
    }


def check_health(folder: Path, url: str) -> None:
    """Every part is well, by HTTP and by `doctor`; payments are not set up here."""
    system = httpx.get(url.replace("/graphql", "/api/health/system"))
    assert system.status_code == 200, system.text
    assert {name: each["status"] for name, each in system.json()["checks"].items()} == {
        "database": "ok",
        "writes": "ok",
        "migrations": "ok",
        "redis": "ok",
        "worker": "ok",
        "mail": "ok",
        "stripe": "off",
        "disk": "ok",
        "limits": "ok",
        "secrets": "ok",
    }
    told = json.loads(tourbase(folder, "doctor", "--json"))
    assert {each["name"] for each in told if each["status"] == "ok"} == {
        "settings",
        "logins",
        *system.json()["checks"],
    } - {"stripe"}


def see_a_change(url: str, credential: str) -> str:
    """Watch a booking with the README's example, move it, and give what the example printed."""
    address = url.removeprefix("http://").removesuffix("/graphql")
    example = ROOT / "docs" / "examples" / "watch_booking.py"
    watching = subprocess.Popen(
        [sys.executable, example, credential, "-", address], stdout=subprocess.PIPE, text=True
    )
    assert watching.stdout is not None
    booking = json.loads(watching.stdout.readline())
    move = (
        f'mutation {{ rescheduleBooking(input: {{id: "{booking["id"]}",'
        f' startsAt: "2035-08-1%d T10:00:00-07:00", expectedVersion: %d}}) {{ errors {{ code }} }} }}'
    ).replace("%d T", "%dT")
    told = ""
    for day in range(5):  # the first moves may come before the subscription is heard
        moved = ask(url, credential, move % (day, booking["version"] + day))
        assert moved["data"]["rescheduleBooking"]["errors"] == []
        if select.select([watching.stdout], [], [], 1)[0]:
            told = watching.stdout.readline()
            break
    watching.terminate()
    watching.communicate()
    change = json.loads(told)["payload"]["data"]["bookingChanged"]
    assert change["booking"]["number"] == booking["number"]
    assert change["booking"]["version"] > booking["version"]
    return str(change["kind"])


def test_up_serves_each_brand_alone_shows_a_change_and_ends_with_nothing_left(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with running(folder) as block:
        url = re.findall(r"GraphQL +(\S+)", block)[0]
        check_callers(url, block)
        tokens = tokens_of(folder)
        check_brands(url, tokens)
        assert see_a_change(url, credentials_of(block)["owner"]) == "BookingRescheduled"
        check_health(folder, url)
    assert descendants_of(folder) == []
    assert sorted(folder.glob("running.json")) == []

    with running(folder) as block:
        assert "The demo data was loaded before; nothing was changed." in block
        url = re.findall(r"GraphQL +(\S+)", block)[0]
        check_brands(url, tokens)  # what was signed before still holds
    assert descendants_of(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["serve", "work"])
def test_a_signal_ends_a_process_with_zero_and_without_a_traceback(
    settings: Settings, tmp_path: Path, command: str, number: signal.Signals
) -> None:
    secrets = {
        name.upper(): value.get_secret_value()
        for name, value in settings
        if isinstance(value, SecretStr)
    }
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*PROGRAM, command],
            env={**environment(tmp_path), **secrets, "TOURBASE_ENV": "development"},
            cwd=tmp_path,
            stderr=log,
        )
        ready = '"serving"' if command == "serve" else "working"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while ready not in (tmp_path / "log").read_text():
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.02)
        process.send_signal(number)
        code = process.wait(PATIENCE_SECONDS)

    assert code == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "No database is named: start `make up` first, or set DATABASE_URL."),
        (
            {"DATABASE_URL": NOWHERE, "TOURBASE_ENV": "production"},
            "TOURBASE_ENV is production: `token` works on a development database only.",
        ),
    ],
)
def test_a_token_is_refused_without_a_database_and_in_production(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    ran = subprocess.run(
        [*PROGRAM, "token", "--brand", "wwt", "--as", "staff"],
        env={**environment(tmp_path), **given},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", f"tourbase: {said}\n")
