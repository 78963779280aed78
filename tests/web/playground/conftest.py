"""A server over the demo data, in development and in production."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bootstrap.wiring import Parts, now, parts
from cli.seed import seed
from integrations.embedded import Postgres, Valkey
from tests.conftest import create_database, settings_for
from tests.web.conftest import a_client, in_production, served


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
