"""A server over the demo data, in development and in production."""

import shutil
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, async_playwright, expect

from bootstrap.wiring import Parts, now, parts
from cli.seed import seed
from integrations.embedded import Postgres, Valkey
from tests.conftest import create_database, settings_for
from tests.web.conftest import a_client, in_production, served
from tests.web.playground.seats import PATIENCE_MILLISECONDS, Seat

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy", event.violatedDirective, event.blockedURI));
"""


@pytest.fixture(scope="session")
async def demo(postgres: Postgres, valkey: Valkey, template: str) -> AsyncIterator[Parts]:
    """The live objects of a server over the demo data, in development."""
    create_database(postgres, "tourbase_playground", template)
    settings = settings_for(postgres, valkey, "tourbase_playground")
    seed(settings, today=now().date(), say=lambda _line: None)
    async with parts(settings) as made:
        yield made


@pytest.fixture(scope="session")
async def playground(demo: Parts) -> AsyncIterator[httpx.AsyncClient]:
    async with served(demo) as address, a_client(address) as client:
        yield client


@pytest.fixture(scope="session")
async def production(demo: Parts) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        served(in_production(demo)) as address,
        a_client(address) as client,
    ):
        yield client


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium here: nobody looks at the playground (Debian: chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        await browser.close()


@pytest.fixture
async def seat(browser: Browser) -> AsyncIterator[Seat]:
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    async with await browser.new_context() as context:
        await context.add_init_script(VIOLATIONS)
        yield Seat(await context.new_page())
