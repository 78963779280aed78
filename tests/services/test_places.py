"""What is added to the directory, in the database: the operator's own, and each brand's own words."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion
from domain.identity import Brand
from domain.places import PlaceChange
from services.places import create_place, set_directory_note, set_directory_terms, update_place
from tests.builders import a_brand, a_winery, new_id, write
from tests.db.refusals import assert_refused, found
from tests.services.test_fleet import Ids, told
from tests.services.trail import NOTHING, trail_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Work = Callable[[Transaction], Awaitable[Any]]
INN: dict[str, Any] = {"kind": "hotel", "name": "The Inn"}


def doing(use_case: Any, *given: Any, **more: Any) -> Work:
    return lambda tx: use_case(tx, *given, now=NOW, ids=Ids(), **more)


async def test_a_place_of_the_operators_own_is_every_brands_and_no_strangers(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    stranger = await a_brand(settings)
    inn = await write(database, brand, doing(create_place, INN))
    wish = PlaceChange(inn.id, 1, {"address": "1 Main Street"}, archived=True)
    await assert_refused(database, stranger, doing(update_place, wish), NotFound)
    await write(database, sister, doing(update_place, wish))
    row = "select address || archived_at || version from own_places where id = %(id)s"
    expected = "1 Main Street2026-06-01 12:00:00+002"
    assert await found(database, brand, row, id=inn.id) == expected
    stale = doing(update_place, PlaceChange(inn.id, 1, {"name": "Inn"}))
    await assert_refused(database, brand, stale, StaleVersion)
    assert await told(settings, brand) == [
        (
            "PlaceCreated",
            "place",
            1,
            {
                "kind": [None, "hotel"],
                "name": [None, "The Inn"],
                "created_at": [None, NOW.isoformat()],
                "version": [None, 1],
            },
        )
    ]
    assert [row[:3] for row in await told(settings, sister)] == [("PlaceUpdated", "place", 2)]
    assert await trail_of(settings, stranger) == NOTHING


async def test_a_commission_is_agreed_once_and_again(
    database: Database, settings: Settings, brand: Brand
) -> None:
    winery = await a_winery(settings)
    for version, ppm in ((0, 100_000), (1, 100_000), (1, 120_000)):
        work = doing(set_directory_terms, winery, ppm, expected_version=version)
        await write(database, brand, work)
    row = "select place_kind || commission_ppm || '/' || version from directory_terms"
    assert await found(database, brand, row) == "winery120000/2"
    kinds = [(row[0], row[2]) for row in await told(settings, brand)]
    assert kinds == [("DirectoryTermsChanged", 1), ("DirectoryTermsChanged", 2)]


async def test_what_a_brand_says_of_a_place_is_its_own(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    winery = await a_winery(settings)
    first: dict[str, Any] = {"featured": True, "note": "Ask for Jo", "remark": " Ours "}
    saying = partial(doing, set_directory_note, winery)
    await write(database, brand, saying(first, expected_version=0))
    await write(database, sister, saying({"hidden": True}, expected_version=0))
    row = "select concat_ws(' ', featured, hidden, note, remark, version) from directory_notes"
    assert await found(database, brand, row) == "t f Ask for Jo Ours 1"
    assert await found(database, sister, row) == "f t 1"
    await write(database, brand, saying({"featured": False}, expected_version=1))
    pairs = {"featured": [True, False], "version": [1, 2]}
    assert (await told(settings, brand))[-1] == (
        "DirectoryNoteChanged",
        "directory_note",
        2,
        pairs,
    )


async def test_nothing_is_said_of_what_is_not_there_or_in_vain(
    database: Database, settings: Settings, brand: Brand
) -> None:
    stranger = await a_brand(settings)
    theirs = await write(database, stranger, doing(create_place, INN))
    winery = await a_winery(settings)
    both = {"featured": True, "hidden": True}
    wrong: list[tuple[Work, type[DomainError]]] = [
        (doing(set_directory_note, new_id(), {}, expected_version=0), NotFound),
        (doing(set_directory_note, theirs.id, {}, expected_version=0), NotFound),
        (doing(set_directory_terms, theirs.id, 1, expected_version=0), NotFound),
        (doing(set_directory_terms, winery, 1, expected_version=1), StaleVersion),
        (doing(set_directory_note, winery, both, expected_version=0), InvalidInput),
        (
            doing(set_directory_note, winery, {"remark": "x" * 501}, expected_version=0),
            InvalidInput,
        ),
    ]
    for work, by in wrong:
        await assert_refused(database, brand, work, by)
    assert await trail_of(settings, brand) == NOTHING


async def test_of_five_first_words_at_once_one_is_stored(
    database: Database, settings: Settings, brand: Brand
) -> None:
    winery = await a_winery(settings)
    work = doing(set_directory_note, winery, {"featured": True}, expected_version=0)
    asked = (write(database, brand, work) for _ in range(5))
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Note", *["StaleVersion"] * 4]
