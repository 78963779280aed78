"""Stops in their order: what may be changed of them, and what an order is after a change."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.itineraries import (
    MOST_STOPS,
    Edit,
    Itinerary,
    Stop,
    StopChange,
    WantedStop,
    added,
    answered,
    check_open,
    document,
    moved,
    planned,
    replaced,
    updated,
    without,
)

START = datetime(2026, 6, 8, 17, tzinfo=UTC)
END = START + timedelta(hours=6)
NOW = START - timedelta(days=30)
A, B, C, D = (UUID(int=number) for number in range(1, 5))
WINERY = UUID(int=100)
EDIT = Edit(UUID(int=9), 3)
STOPS = (
    Stop(A, "pickup", planned_arrival_at=START),
    Stop(B, "winery", WINERY, third_party_status="confirmed"),
    Stop(C, "custom", name="A view"),
)
TOUR = Itinerary(UUID(int=9), "confirmed", START, END, 3, stops=STOPS)
Change = Callable[[Itinerary], Sequence[Stop]]


class Ids:
    """The next number, from 50 on."""

    def __init__(self) -> None:
        self._last = 49

    def new(self) -> UUID:
        self._last += 1
        return UUID(int=self._last)


def order(stops: Sequence[Stop]) -> list[UUID]:
    return [stop.id for stop in stops]


@pytest.mark.parametrize(
    ("stop", "position", "after"),
    [
        (A, 1, [A, B, C]),
        (A, 2, [B, A, C]),
        (A, 3, [B, C, A]),
        (C, 1, [C, A, B]),
        (B, 3, [A, C, B]),
    ],
)
def test_a_moved_stop_is_at_its_place_and_the_others_close_up(
    stop: UUID, position: int, after: list[UUID]
) -> None:
    assert order(moved(TOUR, stop, position=position)) == after


@pytest.mark.parametrize(
    ("position", "place"), [(1, 0), (2, 1), (4, 3), (None, 3)], ids=["first", "second", "last", "-"]
)
def test_an_added_stop_stands_where_it_was_asked_for_or_at_the_end(
    position: int | None, place: int
) -> None:
    stops = added(TOUR, WantedStop("custom", name="  A   barn "), position=position, ids=Ids())

    assert stops[place] == Stop(UUID(int=50), "custom", name="A barn")
    assert order([*stops[:place], *stops[place + 1 :]]) == [A, B, C]


def test_a_stop_that_is_taken_out_leaves_the_others_in_order() -> None:
    assert order(without(TOUR, B)) == [A, C]


def test_a_whole_list_keeps_what_the_place_of_a_stop_has_said() -> None:
    wanted = [
        WantedStop("custom", name="New"),
        WantedStop("winery", B, winery_id=WINERY, minutes=90),
    ]

    assert replaced(TOUR, wanted, ids=Ids()) == [
        Stop(UUID(int=50), "custom", name="New"),
        Stop(B, "winery", WINERY, minutes=90, third_party_status="confirmed"),
    ]


def test_a_stop_at_another_place_has_asked_nobody_yet() -> None:
    wanted = [WantedStop("winery", B, winery_id=UUID(int=101))]

    assert replaced(TOUR, wanted, ids=Ids()) == [Stop(B, "winery", UUID(int=101))]


def test_only_what_is_named_of_a_stop_changes() -> None:
    change = StopChange(B, frozenset({"minutes"}), minutes=240)

    assert updated(TOUR, change) == [STOPS[0], replace(STOPS[1], minutes=240), STOPS[2]]


def test_what_a_place_has_said_is_kept_with_its_stop() -> None:
    after = answered(TOUR, B, status="declined")

    assert after == [STOPS[0], replace(STOPS[1], third_party_status="declined"), STOPS[2]]


def wish(**values: Any) -> Change:
    return lambda tour: added(tour, WantedStop(**values), position=None, ids=Ids())


@pytest.mark.parametrize(
    ("change", "by", "path"),
    [
        (wish(kind="winery"), InvalidInput, "stop.wineryId"),
        (wish(kind="hotel_checkin", winery_id=WINERY), InvalidInput, "stop.wineryId"),
        (wish(kind="pickup", hotel_id=WINERY), InvalidInput, "stop.hotelId"),
        (wish(kind="pickup", own_place_id=WINERY), InvalidInput, "stop.ownPlaceId"),
        (wish(kind="winery", own_place_id=B, winery_id=WINERY), InvalidInput, "stop.wineryId"),
        (wish(kind="activity"), InvalidInput, "stop.name"),
        (wish(kind="custom", name=" "), InvalidInput, "stop.name"),
        (wish(kind="custom", name="x" * 201), InvalidInput, "stop.name"),
        (wish(kind="custom", name="a\u202eb"), InvalidInput, "stop.name"),
        (wish(kind="pickup", address="x" * 501), InvalidInput, "stop.address"),
        (wish(kind="pickup", minutes=29), InvalidInput, "stop.minutes"),
        (wish(kind="pickup", minutes=241), InvalidInput, "stop.minutes"),
        (wish(kind="pickup", stop_id=A), InvalidInput, "stop.stopId"),
        (
            wish(kind="pickup", planned_arrival_at=datetime(2026, 6, 8, 10)),  # noqa: DTZ001
            InvalidInput,
            "stop.plannedArrivalAt",
        ),
        (lambda tour: moved(tour, A, position=0), InvalidInput, "position"),
        (lambda tour: moved(tour, A, position=4), InvalidInput, "position"),
        (lambda tour: moved(tour, D, position=1), NotFound, "stopId"),
        (lambda tour: without(tour, D), NotFound, "stopId"),
        (lambda tour: updated(tour, StopChange(D, frozenset())), NotFound, "stopId"),
        (
            lambda tour: updated(tour, StopChange(C, frozenset({"name"}))),
            InvalidInput,
            "name",
        ),
        (lambda tour: answered(tour, A, status="confirmed"), InvalidInput, "stopId"),
        (lambda tour: replaced(tour, [WantedStop("pickup", D)], ids=Ids()), NotFound, "stops"),
        (
            lambda tour: replaced(tour, [WantedStop("pickup", A)] * 2, ids=Ids()),
            InvalidInput,
            "stops",
        ),
        (
            lambda tour: replaced(
                tour, [WantedStop("pickup"), WantedStop("pickup", minutes=9)], ids=Ids()
            ),
            InvalidInput,
            "stops.1.minutes",
        ),
    ],
)
def test_a_wish_that_makes_no_stop_is_refused_by_the_name_of_its_field(
    change: Change, by: type[DomainError], path: str
) -> None:
    with pytest.raises(by) as refused:
        change(TOUR)
    assert refused.value.path == path


@pytest.mark.parametrize("minutes", [30, 60, 240])
def test_a_stop_takes_half_an_hour_to_four_hours(minutes: int) -> None:
    assert wish(kind="pickup", minutes=minutes)(TOUR)[-1].minutes == minutes


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        (START - timedelta(seconds=1), False),
        (START, True),
        (END - timedelta(seconds=1), True),
        (END, False),
    ],
)
def test_a_stop_is_reached_while_the_tour_lasts(at: datetime, *, fits: bool) -> None:
    stops = [replace(STOPS[0], planned_arrival_at=at), *STOPS[1:]]
    if fits:
        assert (planned(replace(TOUR, stops=()), stops) or TOUR).version == 4
        return
    with pytest.raises(InvalidInput) as refused:
        planned(TOUR, stops)
    assert refused.value.path == "plannedArrivalAt"


def test_the_list_that_a_tour_has_is_no_change() -> None:
    assert planned(TOUR, list(STOPS)) is None


def test_a_tour_has_at_most_so_many_stops() -> None:
    def of(count: int) -> list[Stop]:
        return [Stop(UUID(int=1000 + each), "pickup") for each in range(count)]

    assert planned(TOUR, of(MOST_STOPS)) is not None
    with pytest.raises(InvalidInput):
        planned(TOUR, of(MOST_STOPS + 1))


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        (lambda tour: moved(tour, C, position=2), False),
        (lambda tour: moved(tour, C, position=1), False),
        (lambda tour: without(tour, A), False),
        (lambda tour: without(tour, B), False),
        (lambda tour: updated(tour, StopChange(B, frozenset({"name"}), name="Other")), False),
        (lambda tour: without(tour, C), True),
        (lambda tour: answered(tour, B, status="cancelled"), True),
        (wish(kind="dropoff"), True),
    ],
)
def test_what_lies_up_to_the_last_stop_reached_stays_as_it_is(
    change: Change, *, stays: bool
) -> None:
    tour = replace(TOUR, stops=(STOPS[0], replace(STOPS[1], arrived_at=START), STOPS[2]))
    if stays:
        assert planned(tour, change(tour)) is not None
        return
    with pytest.raises(WrongState) as refused:
        planned(tour, change(tour))
    assert refused.value.message == (
        "The party has been to stop 2: what lies up to it stays as it is."
    )


def test_what_is_written_is_what_differs() -> None:
    after = planned(TOUR, moved(TOUR, C, position=2))
    assert after is not None

    assert after.written(TOUR) == [(2, STOPS[2]), (3, STOPS[1])]
    assert after.removed(TOUR) == []
    assert after.new_places(TOUR) == set()


def test_a_new_place_is_asked_for_and_a_removed_stop_is_named() -> None:
    after = planned(TOUR, [STOPS[0], Stop(D, "hotel_checkin", WINERY)])
    assert after is not None

    assert (after.removed(TOUR), after.new_places(TOUR)) == ([B, C], {("hotel", WINERY)})


@pytest.mark.parametrize(
    ("values", "edit", "now", "by"),
    [
        ({}, Edit(TOUR.booking_id, 2), NOW, StaleVersion),
        ({"status": "completed"}, EDIT, NOW, WrongState),
        ({"status": "cancelled"}, EDIT, NOW, WrongState),
        ({"status": "expired"}, EDIT, NOW, WrongState),
        ({"status": "held", "hold_expires_at": NOW}, EDIT, NOW, WrongState),
        ({}, EDIT, END, WrongState),
    ],
)
def test_an_itinerary_is_closed_once_the_tour_is_over_or_off(
    values: dict[str, Any], edit: Edit, now: datetime, by: type[DomainError]
) -> None:
    with pytest.raises(by):
        check_open(replace(TOUR, **values), edit, now=now)


@pytest.mark.parametrize(
    ("values", "now"),
    [
        ({}, END - timedelta(seconds=1)),
        ({"status": "held", "hold_expires_at": NOW + timedelta(seconds=1)}, NOW),
        ({"status": "draft"}, NOW),
        ({"status": "in_progress"}, END + timedelta(hours=1)),
    ],
)
def test_an_itinerary_is_open_until_the_end(values: dict[str, Any], now: datetime) -> None:
    check_open(replace(TOUR, **values), EDIT, now=now)


def test_an_event_keeps_every_planned_fact_of_a_stop() -> None:
    assert document(STOPS[:2]) == [
        {
            "id": str(A),
            "position": 1,
            "kind": "pickup",
            "place_id": None,
            "own_place_id": None,
            "name": None,
            "address": None,
            "planned_arrival_at": "2026-06-08T17:00:00+00:00",
            "minutes": 60,
            "third_party_status": "none",
        },
        {
            "id": str(B),
            "position": 2,
            "kind": "winery",
            "place_id": str(WINERY),
            "own_place_id": None,
            "name": None,
            "address": None,
            "planned_arrival_at": None,
            "minutes": 60,
            "third_party_status": "confirmed",
        },
    ]
