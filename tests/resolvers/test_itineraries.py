"""Itineraries and details over GraphQL: who may change them, and what the payload shows."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import a_booking, a_principal, a_stop, a_winery, insert, write
from tests.resolvers.conftest import Ask, told

FIELDS = "{ booking { version stops { id position kind name minutes thirdPartyStatus winery { name } } } errors { code path } }"
LATER = datetime(2031, 6, 9, 17, tzinfo=UTC)
STARTS = LATER.isoformat()


async def a_tour(database: Database, brand: Brand) -> tuple[str, list[str]]:
    async def work(tx: Transaction) -> tuple[UUID, list[UUID]]:
        booking = await a_booking(tx, starts_at=LATER)
        return booking, [await a_stop(tx, booking, each) for each in (1, 2)]

    booking, stops = await write(database, brand, work)
    return encode("Booking", booking), [encode("BookingStop", stop) for stop in stops]


async def change(ask: Ask, name: str, by: Any = None, **given: Any) -> Any:
    kind = name[0].upper() + name[1:] + "Input"
    document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {FIELDS} }}"
    result = await ask(document, by, input=given)
    assert result.errors is None
    return result.data[name]  # type: ignore[index]


def a_stop_of(number: int, position: int, id: str, **values: Any) -> dict[str, Any]:
    return {
        "id": id,
        "position": position,
        "kind": "CUSTOM",
        "name": f"Stop {number}",
        "minutes": 60,
        "thirdPartyStatus": "NONE",
        "winery": None,
        **values,
    }


async def test_an_itinerary_is_set_and_each_stop_of_it_changed(
    settings: Settings, database: Database, brand: Brand, ask: Ask
) -> None:
    booking, (first, second) = await a_tour(database, brand)
    winery = encode("Winery", await a_winery(settings, name="L'Ecole No. 41"))
    stops = [
        {"kind": "WINERY", "wineryId": winery, "plannedArrivalAt": STARTS, "minutes": 90},
        {"stopId": second, "kind": "CUSTOM", "name": "Stop 2"},
    ]
    set_ = await change(ask, "setItinerary", id=booking, expectedVersion=1, stops=stops)
    made = set_["booking"]["stops"][0]["id"]
    tasting = a_stop_of(
        0, 1, made, kind="WINERY", name=None, minutes=90, winery={"name": "L'Ecole No. 41"}
    )
    assert set_["booking"] == {"version": 2, "stops": [tasting, a_stop_of(2, 2, second)]}

    said = await change(
        ask, "setStopStatus", id=booking, expectedVersion=2, stopId=made, status="CONFIRMED"
    )
    confirmed = {**tasting, "thirdPartyStatus": "CONFIRMED"}
    assert said["booking"]["stops"] == [confirmed, a_stop_of(2, 2, second)]

    moved = await change(ask, "moveStop", id=booking, expectedVersion=3, stopId=second, position=1)
    assert moved["booking"]["stops"] == [a_stop_of(2, 1, second), {**confirmed, "position": 2}]

    longer = await change(
        ask, "updateStop", id=booking, expectedVersion=4, stopId=made, minutes=None
    )
    assert longer["booking"]["stops"][1] == {**confirmed, "position": 2, "minutes": 60}

    stop = {"kind": "DROPOFF"}
    added = await change(ask, "addStop", id=booking, expectedVersion=5, stop=stop, position=3)
    assert [each["kind"] for each in added["booking"]["stops"]] == ["CUSTOM", "WINERY", "DROPOFF"]

    left = await change(ask, "removeStop", id=booking, expectedVersion=6, stopId=second)
    assert [each["kind"] for each in left["booking"]["stops"]] == ["WINERY", "DROPOFF"]
    assert (left["booking"]["version"], left["errors"]) == (7, [])
    gone = await change(ask, "removeStop", id=booking, expectedVersion=7, stopId=first)
    assert gone == {"booking": None, "errors": [{"code": "NOT_FOUND", "path": "stopId"}]}


@pytest.mark.parametrize(
    ("stop", "path"),
    [
        ({"kind": "WINERY"}, "stops.0.wineryId"),
        ({"kind": "ACTIVITY"}, "stops.0.name"),
        ({"kind": "CUSTOM", "name": "A", "minutes": 241}, "stops.0.minutes"),
        ({"kind": "WINERY", "wineryId": encode("Hotel", UUID(int=1))}, "stops.0.wineryId"),
    ],
)
async def test_a_stop_that_cannot_be_is_refused_by_its_field_and_nothing_changes(
    database: Database, brand: Brand, ask: Ask, stop: dict[str, Any], path: str
) -> None:
    booking, stops = await a_tour(database, brand)
    refused = await change(ask, "setItinerary", id=booking, expectedVersion=1, stops=[stop])

    assert refused == {"booking": None, "errors": [{"code": "BAD_USER_INPUT", "path": path}]}
    kept = await ask(f'{{ booking(id: "{booking}") {{ version stops {{ id }} }} }}')
    assert kept.data == {"booking": {"version": 1, "stops": [{"id": each} for each in stops]}}


async def test_who_comes_late_to_an_itinerary_sees_it_as_it_is(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking, (first, second) = await a_tour(database, brand)
    await change(ask, "removeStop", id=booking, expectedVersion=1, stopId=first)
    late = await change(ask, "moveStop", id=booking, expectedVersion=1, stopId=second, position=1)

    assert late == {
        "booking": {"version": 2, "stops": [a_stop_of(2, 1, second)]},
        "errors": [{"code": "STALE_VERSION", "path": "expectedVersion"}],
    }


async def test_details_of_a_booking_are_changed_and_cleared(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking, _ = await a_tour(database, brand)
    document = (
        "mutation ($input: UpdateBookingInput!) { updateBooking(input: $input) {"
        " booking { pickup specialRequests internalNotes guestFirstName version }"
        " errors { code path } } }"
    )
    given = {
        "id": booking,
        "expectedVersion": 1,
        "pickup": "Marcus Whitman",
        "specialRequests": "No stairs",
        "customerName": "Grace Hopper",
    }
    result = await ask(document, input=given)
    cleared = await ask(document, input={"id": booking, "expectedVersion": 2, "pickup": None})

    assert result.data == {
        "updateBooking": {
            "booking": {
                "pickup": "Marcus Whitman",
                "specialRequests": "No stairs",
                "internalNotes": None,
                "guestFirstName": "Grace",
                "version": 2,
            },
            "errors": [],
        }
    }
    booking_now = cleared.data["updateBooking"]["booking"]  # type: ignore[index]
    assert (booking_now["pickup"], booking_now["specialRequests"]) == (None, "No stairs")


@pytest.mark.parametrize("role", ["viewer", "finance", "driver"])
async def test_staff_who_only_read_change_no_itinerary(
    database: Database, brand: Brand, ask: Ask, role: str
) -> None:
    booking, (first, _) = await a_tour(database, brand)
    result = await ask(
        f'mutation {{ removeStop(input: {{ id: "{booking}", expectedVersion: 1,'
        f' stopId: "{first}" }}) {{ errors {{ code }} }} }}',
        a_principal(brand, Kind.STAFF, role=role),
    )

    assert told(result) == [("removeStop", "FORBIDDEN")]


async def test_an_own_place_is_named_by_its_id_and_shown_where_the_tour_goes(
    settings: Settings, database: Database, brand: Brand, ask: Ask
) -> None:
    booking, _ = await a_tour(database, brand)
    given = {"kind": "hotel", "name": "The Inn", "created_at": LATER}
    inn = await write(database, brand, lambda tx: insert(tx, "own_places", **given))
    stop = {"kind": "HOTEL_CHECKIN", "ownPlaceId": encode("Place", inn)}
    done = await change(ask, "setItinerary", id=booking, expectedVersion=1, stops=[stop])
    assert done["errors"] == []
    shown = "query ($id: ID!) { node(id: $id) { ... on Booking { stops { %s } } } }"
    seen = await ask(shown % "kind hotel { name } ownPlace { id kind name }", id=booking)
    place = {"id": encode("Place", inn), "kind": "HOTEL", "name": "The Inn"}
    assert seen.data == {
        "node": {"stops": [{"kind": "HOTEL_CHECKIN", "hotel": None, "ownPlace": place}]}
    }
    wrong = {"kind": "HOTEL_CHECKIN", "ownPlaceId": encode("Winery", await a_winery(settings))}
    refused = await change(ask, "setItinerary", id=booking, expectedVersion=2, stops=[wrong])
    assert refused["errors"] == [{"code": "BAD_USER_INPUT", "path": "stops.0.ownPlaceId"}]
