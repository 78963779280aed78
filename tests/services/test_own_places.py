"""Itineraries name places of the operator's own: of the right kind, and never another operator's."""

from datetime import UTC, datetime, time
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import itineraries, proposal_plans
from db.database import Database, Transaction
from domain.errors import InvalidInput, NotFound
from domain.identity import Brand
from domain.itineraries import Edit, WantedStop, document
from domain.proposal_bookings import Conversion
from domain.proposal_lives import Sending
from domain.proposal_plans import Day, Stop
from domain.sales import NewStop
from services.itineraries import set_itinerary
from services.places import create_place
from services.proposal_conversions import convert_proposal
from services.proposal_lives import send_proposal
from tests.builders import a_booking, a_brand, a_stop, a_vehicle, a_winery, insert, new_id, write
from tests.db.refusals import assert_refused
from tests.services.drafts import (
    FIRST,
    IDS,
    NOW,
    a_draft,
    a_priced_draft,
    a_sent_one,
    accepted_by_link,
    looked_at,
    with_plan,
)
from tests.services.selling import create, open_shop, wanted
from tests.services.trail import OneId, trail_of

TODAY = datetime(2025, 6, 1, tzinfo=UTC)
STORED = "select kind, own_place_id, own_place_kind from {} order by position"


async def a_place(database: Database, brand: Brand, kind: str, **facts: Any) -> UUID:
    given = {"kind": kind, "name": f"Our {kind}", **facts}
    made = await write(database, brand, lambda tx: create_place(tx, given, now=TODAY, ids=IDS))
    return made.id  # type: ignore[no-any-return]


async def stored(database: Database, brand: Brand, table: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = await write(
        database, brand, lambda tx: tx.rows(STORED.format(table))
    )
    return rows


def planning(booking: UUID, *stops: WantedStop) -> Any:
    return partial(set_itinerary, edit=Edit(booking, 1), stops=stops, now=TODAY, ids=IDS)


async def test_a_tour_stops_at_places_of_the_operators_own_whichever_brand_added_them(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    cellar, inn = [await a_place(database, sister, kind) for kind in ("winery", "hotel")]
    booking = await write(database, brand, a_booking)
    stops = (
        WantedStop("hotel_checkin", own_place_id=inn),
        WantedStop("winery", own_place_id=cellar),
    )
    ids = [new_id(), new_id(), new_id()]
    work = partial(set_itinerary, edit=Edit(booking, 1), stops=stops, now=TODAY, ids=OneId(*ids))
    await write(database, brand, work)

    assert await stored(database, brand, "booking_stops") == [
        ("hotel_checkin", inn, "hotel"),
        ("winery", cellar, "winery"),
    ]
    after = await write(database, brand, lambda tx: itineraries.lock(tx, booking))
    ((*_, changes),) = (await trail_of(settings, brand)).events
    assert changes == {"stops": [[], document(after.stops)]}
    assert [each["own_place_id"] for each in changes["stops"][1]] == [str(inn), str(cellar)]


async def test_a_tour_stops_at_no_own_place_of_another_operator_kind_or_nobody(
    database: Database, settings: Settings, brand: Brand
) -> None:
    theirs = await a_place(database, await a_brand(settings), "winery")
    ours = await a_place(database, brand, "winery")
    told = await trail_of(settings, brand)
    common = await a_winery(settings)
    booking = await write(database, brand, a_booking)
    for stop, by in (
        (WantedStop("winery", own_place_id=theirs), NotFound),
        (WantedStop("winery", own_place_id=common), NotFound),
        (WantedStop("restaurant", own_place_id=ours), NotFound),
        (WantedStop("winery", winery_id=ours), NotFound),
    ):
        await assert_refused(database, brand, planning(booking, stop), by)
    assert await trail_of(settings, brand) == told


@pytest.mark.parametrize("table", ["booking_stops", "proposal_stops"])
async def test_the_database_itself_refuses_what_is_of_another_operator_or_kind(
    database: Database, settings: Settings, brand: Brand, table: str
) -> None:
    theirs = await a_place(database, await a_brand(settings), "winery")
    ours = await a_place(database, brand, "winery")
    common = await a_winery(settings)

    async def parent(tx: Transaction) -> dict[str, Any]:
        if table == "booking_stops":
            return {"booking_id": await a_booking(tx)}
        proposal = await a_draft(tx)
        given = {"proposal_id": proposal, "position": 1, "on_date": FIRST}
        return {"proposal_id": proposal, "day_id": await insert(tx, "proposal_days", **given)}

    of = await write(database, brand, parent)
    fits = f"{table}_place_fits"
    for kind, given, by in (
        ("winery", {"own_place_id": theirs}, NotFound),
        ("hotel_checkin", {"own_place_id": ours}, NotFound),
        ("winery", {"own_place_id": ours, "winery_id": common}, fits),
        ("custom", {"own_place_id": ours}, fits),
    ):
        row = {**of, "position": 1, "kind": kind, "minutes": 60, **given}
        await assert_refused(database, brand, partial(insert, table=table, **row), by)
    await write(
        database,
        brand,
        lambda tx: insert(tx, table, **of, position=1, kind="winery", own_place_id=ours),
    )
    assert await stored(database, brand, table) == [("winery", ours, "winery")]


async def test_an_own_place_is_sold_with_its_tour_and_refused_if_it_is_not_ours(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await open_shop(database, brand, 14)
    inn = await a_place(database, brand, "hotel")
    theirs = await a_place(database, await a_brand(settings), "hotel")
    for stop, by in (
        (NewStop("hotel_checkin", own_place_id=theirs), NotFound),
        (NewStop("winery", own_place_id=inn), NotFound),
        (NewStop("custom", name="x", own_place_id=inn), InvalidInput),
        (NewStop("hotel_checkin", own_place_id=inn, hotel_id=inn), InvalidInput),
    ):
        with pytest.raises(by):
            await create(database, brand, await wanted(database, brand, stops=[stop]))
        assert await stored(database, brand, "booking_stops") == []
    stops = [NewStop("hotel_checkin", own_place_id=inn)]
    await create(database, brand, await wanted(database, brand, stops=stops))
    assert await stored(database, brand, "booking_stops") == [("hotel_checkin", inn, "hotel")]


async def test_a_proposal_names_an_own_place_its_version_shows_it_and_its_booking_goes_there(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, a_vehicle)
    cellar = await a_place(database, brand, "winery", name="Cellar Nine")
    stop = Stop("winery", own_place_id=cellar, starts_at_local=time(10), minutes=120)
    plan = (Day(FIRST, None, (stop,)),)
    draft = await write(database, brand, a_priced_draft)
    await write(database, brand, lambda tx: with_plan(tx, draft, plan))
    assert await write(database, brand, lambda tx: proposal_plans.of(tx, draft)) == plan
    sending = Sending(draft, (await looked_at(database, brand, draft)).version)
    await write(database, brand, partial(send_proposal, wish=sending, now=NOW, ids=IDS))
    shown = "select snapshot -> 'days' -> 0 -> 'stops' -> 0 ->> 'place' from proposal_versions"
    assert await write(database, brand, lambda tx: tx.rows(shown)) == [("Cellar Nine",)]

    proposal = await write(database, brand, a_sent_one)
    await accepted_by_link(database, brand, proposal)
    await write(database, brand, lambda tx: with_plan(tx, proposal, plan))
    version = (await looked_at(database, brand, proposal)).version
    wish = Conversion(proposal, version)
    await write(database, brand, partial(convert_proposal, wish=wish, now=NOW, ids=IDS))
    assert await stored(database, brand, "booking_stops") == [("winery", cellar, "winery")]


async def test_a_proposal_names_no_own_place_of_another_operator_kind_or_nobody(
    database: Database, settings: Settings, brand: Brand
) -> None:
    theirs = await a_place(database, await a_brand(settings), "winery")
    ours = await a_place(database, brand, "winery")
    proposal = await write(database, brand, a_draft)
    for stop in (
        Stop("winery", own_place_id=theirs),
        Stop("restaurant", own_place_id=ours),
        Stop("winery", winery_id=ours),
    ):
        plan = (Day(FIRST, None, (stop,)),)
        work = partial(with_plan, proposal=proposal, plan=plan)
        await assert_refused(database, brand, work, NotFound)
    assert await stored(database, brand, "proposal_stops") == []


async def test_the_winery_of_a_stop_is_asked_anew_if_it_becomes_an_own_place(
    database: Database, settings: Settings, brand: Brand
) -> None:
    common, own = await a_winery(settings), await a_place(database, brand, "winery")

    async def asked(tx: Transaction) -> tuple[UUID, UUID]:
        booking = await a_booking(tx)
        given = {"kind": "winery", "name": None, "third_party_status": "confirmed"}
        return booking, await a_stop(tx, booking, 1, winery_id=common, **given)

    booking, stop = await write(database, brand, asked)
    await write(database, brand, planning(booking, WantedStop("winery", stop, own_place_id=own)))
    said = "select winery_id, own_place_id, third_party_status from booking_stops"
    assert await write(database, brand, lambda tx: tx.rows(said)) == [(None, own, "none")]
