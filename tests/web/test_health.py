"""What a person on duty is told: which part is down, by its name, and since when it was looked at."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bootstrap.checks import Checks, newest_revision
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now, parts
from cli.migrate import migrate
from migrations import versions
from tests.builders import as_owner
from tests.conftest import FreshDatabase
from tests.web.conftest import a_client, served
from web.health import Asked

KEY = "sk_test_known_to_the_stand_in"
Ask = Callable[..., Any]
# Revision 0011 brings the function that tells the revision.
BEHIND = len(list(Path(versions.__path__[0]).glob("0*.py"))) - 10


@pytest.fixture
async def ask(fresh_database: FreshDatabase, tmp_path: Path) -> AsyncIterator[Ask]:
    """The health of a server of the test's own, with settings that the test changes."""
    async with AsyncExitStack() as stack:

        async def asked(path: str = "/api/health/system", **changed: Any) -> httpx.Response:
            mailbox = SecretStr(f"mailbox:{tmp_path / 'mailbox'}")
            settings = fresh_database.settings.model_copy(
                update={"mail_url": mailbox, "tourbase_folder": tmp_path, **changed}
            )
            made = await stack.enter_async_context(parts(settings))
            address = await stack.enter_async_context(served(made))
            async with a_client(address) as client:
                return await client.get(path)

        yield asked


@pytest.fixture
async def stripe() -> AsyncIterator[str]:
    """A stand-in that knows one key, on a free port."""

    async def balance(request: Request) -> Response:
        known = request.headers["authorization"] == httpx.BasicAuth(KEY, "")._auth_header  # noqa: SLF001
        return JSONResponse(
            {"object": "balance"} if known else {"error": {}}, 200 if known else 401
        )

    app = Starlette(routes=[Route("/v1/balance", balance)])
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="error")
    )
    running = asyncio.create_task(server._serve())  # noqa: SLF001 - `serve` would take our signals
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


def down(answer: httpx.Response) -> dict[str, str]:
    return {
        name: each["detail"]
        for name, each in answer.json()["checks"].items()
        if each["status"] == "down"
    }


async def heartbeat(settings: Settings) -> None:
    await as_owner(
        settings,
        "insert into jobs.procrastinate_workers (last_heartbeat) values (now())",
        {},
    )


async def test_a_database_that_is_well_says_so(ask: Ask) -> None:
    answer = await ask("/api/health/database")
    told = answer.json()

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert datetime.fromisoformat(told.pop("timestamp")).tzinfo is not None
    assert told == {
        "status": "ok",
        "checks": {name: {"status": "ok"} for name in ("database", "writes", "migrations")},
        "version": "0.1.0",
    }


async def test_a_database_that_lacks_a_migration_is_named(
    ask: Ask, fresh_database: FreshDatabase
) -> None:
    await as_owner(fresh_database.settings, "update migrations set version_num = '0001'", {})
    answer = await ask("/api/health/database")

    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert down(answer) == {"migrations": f"is at revision 0001, not {newest_revision()}"}


async def test_without_a_worker_the_system_is_down_and_with_one_it_is_not(
    ask: Ask, fresh_database: FreshDatabase
) -> None:
    without = await ask()
    await heartbeat(fresh_database.settings)
    with_one = await ask()

    assert (without.status_code, down(without)) == (
        503,
        {"worker": "no worker is at work (never)"},
    )
    assert with_one.status_code == 200
    assert {name: each["status"] for name, each in with_one.json()["checks"].items()} == {
        "database": "ok",
        "writes": "ok",
        "migrations": "ok",
        "redis": "ok",
        "limits": "ok",
        "worker": "ok",
        "secrets": "ok",
        "mail": "ok",
        "stripe": "off",
        "disk": "ok",
    }


async def test_each_part_that_is_away_is_named(
    ask: Ask, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    await heartbeat(fresh_database.settings)
    (tmp_path / "file").write_text("")
    away = await ask(
        redis_url=SecretStr("redis://127.0.0.1:1/0"),
        mail_url=SecretStr("smtp://127.0.0.1:1"),
        stripe_secret_key=SecretStr(KEY),
        stripe_api_url="http://127.0.0.1:1",
    )
    unwritable = await ask(mail_url=SecretStr(f"mailbox:{tmp_path / 'file' / 'box'}"))

    assert away.status_code == unwritable.status_code == 503
    assert down(away) == {
        "redis": "does not answer",
        "limits": "each process counts for itself: callers get their quotas once in each",
        "mail": "The mail server is not reachable now.",
        "stripe": "Stripe is not reachable now.",
    }
    assert down(unwritable) == {"mail": "The mailbox cannot be written."}


@pytest.mark.parametrize(
    ("key", "told"),
    [(KEY, {}), ("sk_test_another", {"stripe": "Stripe does not take the key."})],
)
async def test_stripe_is_asked_whether_it_takes_the_key(
    ask: Ask, fresh_database: FreshDatabase, stripe: str, key: str, told: dict[str, str]
) -> None:
    await heartbeat(fresh_database.settings)
    answer = await ask(stripe_secret_key=SecretStr(key), stripe_api_url=stripe)
    assert down(answer) == told
    assert key not in answer.text


async def test_a_database_of_an_earlier_revision_is_told_as_such_and_breaks_nothing(
    ask: Ask, fresh_database: FreshDatabase
) -> None:
    migrate(fresh_database.settings, revision=f"-{BEHIND}", say=lambda _: None)
    answer = await ask("/api/health/database")
    assert (answer.status_code, down(answer)) == (503, {"migrations": "fails: UndefinedFunction"})


async def test_what_is_well_tells_a_stranger_nothing_of_itself(
    ask: Ask, fresh_database: FreshDatabase
) -> None:
    await heartbeat(fresh_database.settings)
    answer = await ask(mail_url=SecretStr("smtp://127.0.0.1:1"))
    assert {name for name, each in answer.json()["checks"].items() if "detail" in each} == {"mail"}


async def test_many_probes_at_once_are_one_look(made: Parts) -> None:
    looked = []

    async def look() -> str:
        looked.append(1)
        await asyncio.sleep(0.05)
        return ""

    checks = Checks(made.settings, made.database, made.events, made.mailer, now)
    asked = Asked(checks, {"database": look}, kept_seconds=0)
    await asyncio.gather(*(asked.findings() for _ in range(50)))
    assert len(looked) <= 2


async def test_a_full_disk_is_told_with_a_way_to_mend_it(made: Parts) -> None:
    checks = Checks(
        made.settings, made.database, made.events, made.mailer, now, least_free_bytes=10**18
    )
    [disk] = await checks.look({"disk": checks.of_all["disk"]})
    assert (disk.status, disk.mend) == ("down", "make room where the service runs")


async def test_a_check_that_hangs_is_given_up(made: Parts) -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    checks = Checks(made.settings, made.database, made.events, made.mailer, now, seconds=0.05)
    [found] = await checks.look({"mail": hang})
    assert dataclasses.astuple(found) == (
        "mail",
        "down",
        "no answer in 0.05 s",
        "start the mail server, or correct MAIL_URL",
    )
