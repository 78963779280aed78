"""The catalogue of indexes: none is missing, none is idle, and each says why it is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bootstrap.settings import Settings
from tests.conftest import Snapshot
from tests.db import hot
from tests.db.index_list import (
    document,
    leading_a_foreign_key,
    statements_by_index,
    stored_indexes,
    without_index,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "indexes.md"


@pytest.fixture
def catalogue(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    assert settings.database_admin_url is not None
    with psycopg.connect(settings.database_admin_url.get_secret_value()) as connection:
        yield connection
        connection.rollback()


def test_the_committed_list_says_what_the_database_says(
    catalogue: psycopg.Connection[Any], snapshot: Snapshot
) -> None:
    snapshot.check(DOCUMENT, document(stored_indexes(catalogue)))


def test_every_index_says_why_it_is_there(catalogue: psycopg.Connection[Any]) -> None:
    assert [each.name for each in stored_indexes(catalogue) if not each.why] == []


def test_an_index_without_a_word_would_be_found(catalogue: psycopg.Connection[Any]) -> None:
    catalogue.execute("create index planted on customers (phone)")
    assert [each.name for each in stored_indexes(catalogue) if not each.why] == ["planted"]


def test_every_foreign_key_leads_an_index(catalogue: psycopg.Connection[Any]) -> None:
    assert without_index(catalogue) == []


def test_a_foreign_key_without_an_index_would_be_found(
    catalogue: psycopg.Connection[Any],
) -> None:
    catalogue.execute(
        "create table planted (id integer primary key, winery_id uuid references wineries);"
        "create index half on planted (winery_id) where id > 7"
    )
    assert without_index(catalogue) == ["planted_winery_id_fkey"]


def test_no_index_is_idle(catalogue: psycopg.Connection[Any]) -> None:
    """Each carries a hot statement, a constraint, a foreign key, or a reader that is described."""
    serving = set(statements_by_index()) | leading_a_foreign_key(catalogue) | set(hot.AWAITED)
    idle = [
        each.name
        for each in stored_indexes(catalogue)
        if each.name not in serving and not each.unique and not each.constraint
    ]
    assert idle == []


def test_an_awaited_index_exists_and_carries_nothing_yet(
    catalogue: psycopg.Connection[Any],
) -> None:
    stored = {each.name for each in stored_indexes(catalogue)}
    assert set(hot.AWAITED) <= stored
    assert set(hot.AWAITED) & set(statements_by_index()) == set()


def test_no_index_is_the_beginning_of_another(catalogue: psycopg.Connection[Any]) -> None:
    indexes = [each for each in stored_indexes(catalogue) if not each.where]
    repeated = [
        (small.name, big.name)
        for small in indexes
        for big in indexes
        if small.table == big.table
        and small is not big
        and not small.unique
        and small.constraint != "x"
        and list(big.columns[: len(small.columns)]) == list(small.columns)
    ]
    assert repeated == []


def test_every_table_of_a_tenant_has_an_index_that_begins_with_it(
    catalogue: psycopg.Connection[Any],
) -> None:
    rows = catalogue.execute(
        "select table_name from information_schema.columns"
        " where table_schema = 'public' and column_name = 'tenant_id'"
    )
    tables = {row[0] for row in rows}
    led = {each.table for each in stored_indexes(catalogue) if each.columns[0] == "tenant_id"}
    assert len(tables) > 30
    assert tables - led == set()
