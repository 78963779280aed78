"""The prepared operations of staff at the desk: leads, reservations, vans, drivers and figures."""

from datetime import date, timedelta
from typing import Any

from bootstrap.settings import Settings
from bootstrap.wiring import now
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import a_member, a_principal, a_vehicle, a_winery, write
from tests.resolvers.conftest import Run
from tests.services.crews import OF_A_DRIVER, OF_A_VEHICLE, a_sound_driver, a_sound_van
from tests.services.reserving import deposits
from tests.services.selling import some_rates

WISH = {
    "tourType": "WINE_TOUR",
    "startsAt": "2031-06-09T10:00:00-07:00",
    "partySize": 4,
    "minutes": 360,
}
ADA = {"name": "Ada Guest", "email": "ada@example.com", "phone": "+1 509 555 0142"}
YEAR = {"from": "2031-01-01", "to": "2031-12-31"}
LATE = date(2032, 1, 1)


async def _sold(run: Run) -> Any:
    """A tour that is sold on the telephone, and paid."""
    quoted = (await run("Quote", input=WISH))["quote"]
    wish = {"quoteToken": quoted["token"], "contact": ADA, "source": "PHONE"}
    booking = (await run("BookByPhone", input=wish))["createBooking"]["booking"]
    cents = booking["deposit"]["amountCents"]
    check = {"bookingId": booking["id"], "kind": "DEPOSIT", "method": "CHECK", "amountCents": cents}
    paid = (await run("RecordCheck", input=check))["recordPayment"]["payment"]
    sure = {"id": booking["id"], "expectedVersion": paid["booking"]["version"]}
    return (await run("ConfirmBooking", input=sure))["confirmBooking"]["booking"]


async def test_a_tour_that_is_sold_with_its_van_gets_a_driver_and_another_van(
    database: Database, brand: Brand, run: Run
) -> None:
    async def shop(tx: Transaction) -> None:
        await some_rates(tx)
        for name, seats in (("Sprinter", 8), ("Coach", 14)):
            await a_sound_van(tx, dict.fromkeys(OF_A_VEHICLE, LATE), name=name, seats=seats)
        await a_sound_driver(tx, dict.fromkeys(OF_A_DRIVER, LATE), name="Dan Driver")

    await write(database, brand, shop)
    sold = await _sold(run)
    wish = {"bookingId": sold["id"], "expectedVersion": sold["version"]}

    async def change(name: str, field: str, **input: Any) -> Any:
        booking = (await run(name, input={**wish, **input}))[field]["booking"]
        wish["expectedVersion"] = booking["version"]
        names = [each["name"] for each in booking["vehicles"] + booking["drivers"]]
        return booking["status"], names

    proposed = await run("DriversForBooking", booking=sold["id"])
    [dan] = proposed["driversForBooking"]
    assert (dan["driver"]["name"], dan["reasons"]) == ("Dan Driver", [])
    assert proposed["booking"]["version"] == sold["version"]
    put = {"driverId": dan["driver"]["id"]}
    given = await change("AssignDriver", "assignDriver", **put)
    assert given == ("ASSIGNED", ["Sprinter", "Dan Driver"])
    vans = await run("VansForBooking", booking=sold["id"])
    [sprinter], [coach] = vans["booking"]["vehicles"], vans["proposedVehicles"]
    other = {"vehicleId": sprinter["id"], "replacementVehicleId": coach["id"]}
    given = await change("ReplaceVan", "replaceVehicle", **other)
    assert given == ("ASSIGNED", ["Coach", "Dan Driver"])
    given = await change("UnassignVan", "unassignVehicle", vehicleId=coach["id"])
    assert given == ("CONFIRMED", ["Dan Driver"])
    given = await change("AssignVan", "assignVehicle", vehicleId=sprinter["id"])
    assert given == ("ASSIGNED", ["Sprinter", "Dan Driver"])
    assert await change("UnassignDriver", "unassignDriver", **put) == ("CONFIRMED", ["Sprinter"])
    later = {"id": sold["id"], "expectedVersion": wish["expectedVersion"]}
    later["startsAt"] = "2031-06-10T10:00:00-07:00"
    moved = (await run("RescheduleBooking", input=later))["rescheduleBooking"]["booking"]
    assert moved["startsAt"] == later["startsAt"]


async def test_an_inquiry_is_found_given_to_somebody_answered_and_becomes_a_reservation(
    database: Database, brand: Brand, run: Run
) -> None:
    await write(database, brand, deposits)
    staff = a_principal(brand, actor=await a_member(database, brand, "sales"))
    site = a_principal(brand, Kind.SITE)
    asked = (await run("Ask", site, input={**ADA, "message": "Lunch?"}))["createInquiry"]
    again = (await run("Ask", site, input={**ADA, "message": "Lunch?"}))["createInquiry"]
    assert again["number"] != asked["number"]
    lost = {"id": again["id"], "expectedVersion": 1, "status": "LOST", "reason": "Asked twice"}
    await run("MoveInquiry", staff, input=lost)
    [edge] = (await run("OpenInquiries"))["inquiries"]["edges"]
    assert (edge["node"]["number"], edge["node"]["message"]) == (asked["number"], "Lunch?")
    [sam] = (await run("Colleagues", text="Sam"))["staffUsers"]["edges"]
    lead = {"id": asked["id"], "expectedVersion": edge["node"]["version"]}
    to = {**lead, "assigneeId": sam["node"]["id"]}
    lead["expectedVersion"] += 1
    given = (await run("AssignInquiry", input=to))["assignInquiry"]["inquiry"]
    assert (given["version"], given["assignee"]) == (2, {"name": "Sam Staff"})
    moved = (await run("MoveInquiry", staff, input={**lead, "status": "CONTACTED"}))["moveInquiry"]
    assert moved["inquiry"]["status"] == "CONTACTED"
    day = (now() + timedelta(days=100)).date().isoformat()
    wish = {"preferredOn": day, "partySize": 4, "contact": ADA}
    made = (await run("Reserve", input=wish))["createReservation"]
    into = {**lead, "expectedVersion": 3, "into": made["id"]}
    won = (await run("ConvertInquiry", staff, input=into))["convertInquiry"]["inquiry"]
    assert (won["status"], won["version"]) == ("WON", 4)
    assert (await run("OpenInquiries"))["inquiries"]["edges"] == []

    told = [
        each["node"] for each in (await run("History", id=asked["id"]))["node"]["history"]["edges"]
    ]
    kinds = ["InquiryWon", "InquiryMoved", "InquiryAssigned", "InquiryCreated"]
    assert [each["kind"] for each in told] == kinds
    was = (await run("AsOf", id=asked["id"], at=told[1]["at"]))["asOf"]
    assert was["version"] == 3
    assert {"field": "status", "value": "CONTACTED", "known": True} in was["fields"]


async def test_a_reservation_is_talked_over_agreed_to_paid_and_becomes_a_booking(
    database: Database, brand: Brand, run: Run
) -> None:
    async def shop(tx: Transaction) -> None:
        await some_rates(tx)
        await deposits(tx)
        await a_vehicle(tx, name="Sprinter", seats=14)

    await write(database, brand, shop)
    staff = a_principal(brand, actor=await a_member(database, brand))
    wish = {"preferredOn": "2031-06-09", "partySize": 4, "contact": ADA}
    made = (await run("Reserve", a_principal(brand, Kind.SITE), input=wish))["createReservation"]
    step = {"id": made["id"], "expectedVersion": 1}
    talked = (await run("ContactReservation", staff, input=step))["contactReservation"][
        "reservation"
    ]
    assert talked["status"] == "CONTACTED"
    step["expectedVersion"] = talked["version"]
    agreed = (await run("ConfirmReservation", staff, input=step))["confirmReservation"][
        "reservation"
    ]
    assert agreed["status"] == "CONFIRMED"
    check = {"reservationId": made["id"], "kind": "DEPOSIT", "method": "CHECK"}
    given = (await run("RecordDeposit", input={**check, "amountCents": 25000}))["recordPayment"]
    assert given["payment"]["amount"] == {"formatted": "$250.00"}
    agreed = given["payment"]["reservation"]
    assert agreed["status"] == "CONFIRMED"
    token = (await run("Quote", input=WISH))["quote"]["token"]
    step = {"id": made["id"], "expectedVersion": agreed["version"], "quoteToken": token}
    sold = (await run("ConvertReservation", input=step))["convertReservation"]
    assert sold["reservation"]["status"] == "CONVERTED"
    assert (sold["booking"]["status"], sold["booking"]["deposit"]) == (
        "CONFIRMED",
        {"amountCents": 25000, "formatted": "$250.00"},
    )

    figures = (await run("BookingStatistics", **YEAR))["bookingStatistics"]
    assert (figures["total"]["bookings"], figures["total"]["net"]["formatted"]) == (1, "$570.00")
    june = figures["byMonth"][5]
    assert (june["month"], june["figures"]["guests"]) == ("2031-06-01", 4)


async def test_a_place_of_the_directory_is_shown_first_with_a_remark(
    settings: Settings, brand: Brand, run: Run
) -> None:
    id = await a_winery(settings, slug=f"winery-{brand.id}-of-the-desk", name="River Cellars")
    seen = (await run("OpenWinery", slug=f"winery-{brand.id}-of-the-desk"))["winery"]
    assert (seen["id"], seen["directoryNote"]) == (encode("Winery", id), None)
    first = {"placeId": seen["id"], "featured": True, "remark": "Ask for Bo", "expectedVersion": 0}
    note = (await run("FeaturePlace", input=first))["setDirectoryNote"]["note"]
    assert (note["featured"], note["version"]) == (True, 1)
    shown = (await run("OpenWinery", slug=f"winery-{brand.id}-of-the-desk"))["winery"]
    assert (shown["remark"], shown["directoryNote"]["version"]) == ("Ask for Bo", 1)
    [edge] = (await run("Wineries", first=1))["wineries"]["edges"]
    assert edge["node"]["name"] == "River Cellars"
