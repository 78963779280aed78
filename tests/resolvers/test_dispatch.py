"""Dispatch over GraphQL: staff put vans and drivers on a tour, drivers answer and run their own."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain.identity import Brand, Kind, Principal
from schema.global_ids import encode
from tests.builders import (
    a_principal,
    a_stop,
    write,
)
from tests.builders import (
    assign_driver as put_driver,
)
from tests.builders import (
    assign_vehicle as put_vehicle,
)
from tests.resolvers.conftest import Ask, told
from tests.services.crews import (
    HOUR,
    a_confirmed_tour,
    a_sound_driver,
    a_sound_van,
    an_offer,
    inspected,
    on_duty,
)

SAID = "errors { code message path retryable }"
ASSIGN_VEHICLE = f"""
mutation ($input: AssignVehicleInput!) {{
  assignVehicle(input: $input) {{ booking {{ status version vehicles {{ name }} }} {SAID} }}
}}
"""
ASSIGN_DRIVER = f"""
mutation ($input: AssignDriverInput!) {{
  assignDriver(input: $input) {{
    booking {{ status version drivers {{ name }} }} warnings {{ code message }} {SAID}
  }}
}}
"""
OTHERS = f"""
mutation ($van: UnassignVehicleInput!, $other: ReplaceVehicleInput!, $driver: UnassignDriverInput!) {{
  replaceVehicle(input: $other) {{ booking {{ status version vehicles {{ name }} }} {SAID} }}
  unassignVehicle(input: $van) {{ booking {{ status version vehicles {{ name }} }} {SAID} }}
  unassignDriver(input: $driver) {{ booking {{ status version drivers {{ name }} }} {SAID} }}
}}
"""
PROPOSED = "query ($id: ID!) { proposedVehicles(bookingId: $id) { id seats } }"
OFFER = f"""
mutation ($input: OfferTourInput!) {{
  offerTour(input: $input) {{ offers {{ id status version driver {{ name }} }} {SAID} }}
}}
"""
OFFERS = """
query ($filter: TourOfferFilter) {
  tourOffers(filter: $filter) { edges { node { id status partySize startsAt booking { id } } } }
}
"""
ANSWER = """
mutation ($input: %sInput!) { %s(input: $input) {
  offer { status reason booking { status } } errors { code path } } }
"""
SUBSTITUTE = """
mutation ($input: RequestSubstituteInput!) {
  requestSubstitute(input: $input) { booking { status version } errors { code path } } }
"""
RUN = """
mutation ($start: StartTourInput!, $stop: TourStopInput!, $end: CompleteTourInput!) {
  startTour(input: $start) { booking { status version } errors { code path } }
  arriveAtStop(input: $stop) { booking { stops { arrivedAt departedAt } } errors { code path } }
  departFromStop(input: $stop) { booking { stops { departedAt } } errors { code path } }
  completeTour(input: $end) { booking { status version noShow } errors { code path } }
}
"""
NO_SHOW = """
mutation ($input: MarkNoShowInput!) {
  markNoShow(input: $input) { booking { status version } errors { code path } } }
"""


def soon() -> datetime:
    """In half a year at ten in the morning, for the server's clock is the real one."""
    return (datetime.now(UTC) + timedelta(days=180)).replace(
        hour=18, minute=0, second=0, microsecond=0
    )


async def a_sound_crew(
    tx: Transaction, van_name: str = "Van One", name: str = "Dan Driver"
) -> tuple[UUID, UUID]:
    """A van and a driver whose papers are good for longer than any tour of these tests."""
    until = (datetime.now(UTC) + timedelta(days=400)).date()
    papers = dict.fromkeys(("insurance", "registration", "inspection"), until)
    van = await a_sound_van(tx, papers, name=van_name)
    kinds = ("licence", "medical_certificate", "road_test", "mvr", "annual_review")
    driver = await a_sound_driver(tx, dict.fromkeys(kinds, until), name=name)
    return van, driver


async def a_crew(tx: Transaction) -> tuple[UUID, UUID, UUID]:
    van, driver = await a_sound_crew(tx)
    booking = await a_confirmed_tour(tx, starts_at=soon())
    return booking, van, driver


def as_driver(brand: Brand, driver: UUID) -> Principal:
    return a_principal(brand, Kind.DRIVER, actor=driver)


async def said(ask: Ask, document: str, caller: Principal | None = None, **given: Any) -> Any:
    result = await ask(document, caller, **given)
    assert result.errors is None
    assert result.data is not None
    return next(iter(result.data.values())) if len(result.data) == 1 else result.data


async def test_staff_put_a_van_and_a_driver_on_a_tour_and_take_them_off(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking, van, driver = await write(database, brand, a_crew)
    other, _ = await write(database, brand, another_crew)
    tour, first = {"bookingId": encode("Booking", booking)}, encode("Vehicle", van)
    wish = {**tour, "vehicleId": first, "expectedVersion": 1}
    assert await said(ask, ASSIGN_VEHICLE, input=wish) == {
        "booking": {"status": "CONFIRMED", "version": 2, "vehicles": [{"name": "Van One"}]},
        "errors": [],
    }
    who = {**tour, "driverId": encode("Driver", driver)}
    assert await said(ask, ASSIGN_DRIVER, input={**who, "expectedVersion": 2}) == {
        "booking": {"status": "ASSIGNED", "version": 3, "drivers": [{"name": "Dan Driver"}]},
        "warnings": [],
        "errors": [],
    }
    second = encode("Vehicle", other)
    done = await said(
        ask,
        OTHERS,
        other={**tour, "vehicleId": first, "replacementVehicleId": second, "expectedVersion": 3},
        van={**tour, "vehicleId": second, "expectedVersion": 4},
        driver={**who, "expectedVersion": 5},
    )
    assert [each["errors"] for each in done.values()] == [[], [], []]
    assert [each["booking"] for each in done.values()] == [
        {"status": "ASSIGNED", "version": 4, "vehicles": [{"name": "Van Two"}]},
        {"status": "CONFIRMED", "version": 5, "vehicles": []},
        {"status": "CONFIRMED", "version": 6, "drivers": []},
    ]


async def another_crew(tx: Transaction) -> tuple[UUID, UUID]:
    return await a_sound_crew(tx, "Van Two", "Eve Driver")


async def test_the_faults_are_listed_and_only_who_may_override_does(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, UUID]:
        booking, _, driver = await a_crew(tx)
        await tx.run(
            "update documents set expires_on = '2026-01-31'"
            " where driver_id = %(id)s and kind = 'annual_review'",
            {"id": driver},
        )
        return booking, driver

    booking, driver = await write(database, brand, work)
    wish = {
        "bookingId": encode("Booking", booking),
        "driverId": encode("Driver", driver),
        "expectedVersion": 1,
    }
    assert await said(ask, ASSIGN_DRIVER, input=wish) == {
        "booking": None,
        "warnings": None,
        "errors": [
            {
                "code": "NOT_COMPLIANT",
                "message": "This may not go on the tour: the annual review ran out on 2026-01-31"
                " (ANNUAL_REVIEW). Choose another, renew what has run out, or override with a"
                " reason.",
                "path": "driverId",
                "retryable": False,
            }
        ],
    }
    overriding = {**wish, "override": {"reason": "Reviewed by telephone."}}
    dispatcher = a_principal(brand, Kind.STAFF, role="dispatcher")
    result = await ask(ASSIGN_DRIVER, dispatcher, input=overriding)
    assert (result.data, told(result)) == (None, [("assignDriver", "FORBIDDEN")])
    assert (await said(ask, ASSIGN_DRIVER, input=overriding))["booking"]["version"] == 2


async def test_free_vans_are_proposed_to_the_dispatch_in_order(
    database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    async def work(tx: Transaction) -> UUID:
        for seats in (14, 3, 8):
            await a_sound_van(tx, seats=seats)
        return await a_confirmed_tour(tx, starts_at=soon())

    booking = await write(database, brand, work)
    statements.clear()
    proposed = await said(ask, PROPOSED, id=encode("Booking", booking))
    assert [each["seats"] for each in proposed] == [8, 14]
    assert len(statements) == 3


async def test_an_offer_is_seen_by_its_driver_answered_and_shown_to_the_staff(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, UUID, UUID]:
        booking, van, first = await a_crew(tx)
        await put_vehicle(tx, booking, van, starts_at=soon())
        _, second = await another_crew(tx)
        return booking, first, second

    booking, first, second = await write(database, brand, work)
    wish = {
        "bookingId": encode("Booking", booking),
        "driverIds": [encode("Driver", each) for each in (first, second)],
        "expiresAt": (soon() - timedelta(days=1)).isoformat(),
    }
    made = (await said(ask, OFFER, input=wish))["offers"]
    assert [(each["status"], each["version"], each["driver"]["name"]) for each in made] == [
        ("OFFERED", 1, "Dan Driver"),
        ("OFFERED", 1, "Eve Driver"),
    ]
    [edge] = (await said(ask, OFFERS, as_driver(brand, first)))["edges"]
    assert (edge["node"]["id"], edge["node"]["booking"]) == (made[0]["id"], None)

    no = {"id": made[1]["id"], "reason": "A wedding.", "expectedVersion": 1}
    decline = ANSWER % ("DeclineOffer", "declineOffer")
    assert await said(ask, decline, as_driver(brand, second), input=no) == {
        "offer": {"status": "DECLINED", "reason": "A wedding.", "booking": None},
        "errors": [],
    }
    accept = ANSWER % ("AcceptOffer", "acceptOffer")
    yes = {"id": made[0]["id"], "expectedVersion": 1}
    assert await said(ask, accept, as_driver(brand, first), input=yes) == {
        "offer": {"status": "ACCEPTED", "reason": None, "booking": {"status": "ASSIGNED"}},
        "errors": [],
    }
    withdraw = ANSWER % ("WithdrawOffer", "withdrawOffer")
    assert (await said(ask, withdraw, input={**yes, "expectedVersion": 2}))["errors"] == [
        {"code": "OFFER_CLOSED", "path": "id"}
    ]


@pytest.mark.parametrize(
    ("status", "stands"), [("EXPIRED", ["EXPIRED"]), ("OFFERED", []), ("WITHDRAWN", [])]
)
async def test_an_offer_whose_time_is_over_is_expired_to_whoever_asks(
    database: Database, brand: Brand, ask: Ask, status: str, stands: list[str]
) -> None:
    async def work(tx: Transaction) -> None:
        gone = datetime.now(UTC) - HOUR
        booking, _, driver = await a_crew(tx)
        await an_offer(tx, booking, driver, expires_at=gone, created_at=gone - HOUR)

    await write(database, brand, work)
    found = await said(ask, OFFERS, filter={"status": [status]})
    assert [edge["node"]["status"] for edge in found["edges"]] == stands


async def test_a_driver_asks_for_a_substitute_and_keeps_the_tour_meanwhile(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def work(tx: Transaction) -> tuple[UUID, UUID]:
        booking, van, driver = await a_crew(tx)
        await put_vehicle(tx, booking, van, starts_at=soon())
        await put_driver(tx, booking, driver, starts_at=soon())
        return booking, driver

    booking, driver = await write(database, brand, work)
    wish = {"bookingId": encode("Booking", booking), "reason": "A cold."}
    assert await said(ask, SUBSTITUTE, as_driver(brand, driver), input=wish) == {
        "booking": {"status": "CONFIRMED", "version": 1},
        "errors": [],
    }
    tasks = await said(ask, "{ tasks { edges { node { kind title subjectId } } } }")
    [task] = [edge["node"] for edge in tasks["edges"]]
    assert (task["kind"], task["subjectId"]) == ("substitute", wish["bookingId"])
    assert task["title"].endswith(": A cold.")


async def a_day(tx: Transaction) -> tuple[UUID, UUID]:
    """A tour of now, ready to set out, whose van was inspected behind it too."""
    now = datetime.now(UTC)
    booking = await a_confirmed_tour(tx, starts_at=now - timedelta(minutes=5))
    van, driver = await a_sound_crew(tx)
    await put_vehicle(tx, booking, van, starts_at=now - timedelta(minutes=5))
    await put_driver(tx, booking, driver, starts_at=now - timedelta(minutes=5))
    await tx.run("update bookings set status = 'assigned' where id = %(id)s", {"id": booking})
    await a_stop(tx, booking, 1)
    await on_duty(tx, driver, now - timedelta(minutes=4), None)
    await inspected(tx, van, driver, now - timedelta(seconds=3))
    await inspected(tx, van, driver, now - timedelta(seconds=1), "post_trip")
    return booking, driver


async def test_a_driver_runs_a_tour_from_start_to_end(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking, driver = await write(database, brand, a_day)
    tour = {"bookingId": encode("Booking", booking)}
    done = await said(
        ask,
        RUN,
        as_driver(brand, driver),
        start={**tour, "expectedVersion": 1},
        stop={**tour, "position": 1},
        end={**tour, "expectedVersion": 2},
    )
    assert [each["errors"] for each in done.values()] == [[]] * 4
    assert done["startTour"]["booking"] == {"status": "IN_PROGRESS", "version": 2}
    [reached] = done["arriveAtStop"]["booking"]["stops"]
    assert (reached["arrivedAt"] is None, reached["departedAt"]) == (False, None)
    [left] = done["departFromStop"]["booking"]["stops"]
    assert left["departedAt"] is not None
    assert done["completeTour"]["booking"] == {
        "status": "COMPLETED",
        "version": 3,
        "noShow": None,
    }


async def test_a_party_that_does_not_appear_is_told_by_the_dispatch_and_not_before_the_start(
    database: Database, brand: Brand, ask: Ask
) -> None:
    booking, _ = await write(database, brand, a_day)
    wish = {"bookingId": encode("Booking", booking), "expectedVersion": 1}
    assert await said(ask, NO_SHOW, input=wish) == {
        "booking": None,
        "errors": [{"code": "WRONG_STATE", "path": "bookingId"}],
    }
