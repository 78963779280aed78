"""A database that was filled before blocks could name a shared tour keeps its tours' vans."""

from typing import Any

from cli.migrate import migrate
from db.database import Transaction
from tests.builders import a_brand, write
from tests.conftest import FreshDatabase
from tests.services.touring import STARTS, a_tour

BLOCK = "select kind, shared_tour_id, starts_at, reason from blocks"


async def test_a_van_that_was_blacked_out_for_a_tour_is_the_tours_after_the_way_down_and_up(
    fresh_database: FreshDatabase,
) -> None:
    settings, database = fresh_database.settings, fresh_database.database
    brand = await a_brand(settings)
    tour = await write(database, brand, a_tour)

    async def look(tx: Transaction) -> Any:
        return await tx.rows(BLOCK)

    said: list[str] = []
    while "  reverted 0020" not in said:
        migrate(settings, revision="-1", say=said.append)

    async def before(tx: Transaction) -> Any:
        return await tx.rows("select kind, starts_at, reason from blocks")

    assert await write(database, brand, before) == [("blackout", STARTS, "Shared tour")]
    migrate(settings, say=lambda _line: None)
    assert await write(database, brand, look) == [("shared_tour", tour, STARTS, None)]
