"""A hundred thousand bookings, in the time that an operator would wait."""

import time
from datetime import date

import psycopg
import pytest

from cli.seed import seed
from tests.conftest import FreshDatabase

MOST_SECONDS = 120


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_a_hundred_thousand_bookings_load_within_two_minutes_and_show_progress(
    fresh_database: FreshDatabase,
) -> None:
    settings = fresh_database.settings
    assert settings.database_admin_url is not None
    lines: list[str] = []
    began = time.monotonic()
    seed(settings, scale=100, today=date(2026, 6, 15), say=lines.append)
    seconds = time.monotonic() - began

    with psycopg.connect(settings.database_admin_url.get_secret_value()) as connection:
        counted = connection.execute("select count(*) from bookings").fetchone()
        tenants = connection.execute("select count(*) from tenants").fetchone()
    assert (counted, tenants) == ((99_500,), (12,))
    assert len(lines) > 40
    assert seconds < MOST_SECONDS
