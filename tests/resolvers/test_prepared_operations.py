"""The prepared operations do what they say: found, laid, sold, paid, given back and driven."""

from datetime import timedelta
from uuid import UUID

from bootstrap.wiring import Parts, now
from db import callers, links
from db.database import Database, Transaction
from domain.identity import NOBODY, Brand, Kind, Principal
from schema.global_ids import decode, encode
from tests.builders import a_principal, a_vehicle, write
from tests.db.rows import a_paid_ticket
from tests.resolvers.conftest import Run
from tests.resolvers.test_manifests import ZONE, noon
from tests.services.crews import a_confirmed_tour, a_sound_driver, a_sound_van
from tests.services.reserving import deposits
from tests.services.selling import some_rates
from tests.services.touring import a_tour, packages


async def test_a_booking_is_found_and_gets_its_van_and_its_driver_and_stands_in_the_day_sheet(
    database: Database, brand: Brand, run: Run
) -> None:
    starts_at = noon(3)

    async def setup(tx: Transaction) -> tuple[str, str]:
        await a_confirmed_tour(tx, starts_at=starts_at, number="WWT-2026-00077")
        van = await a_sound_van(tx, name="Sprinter", seats=14)
        driver = await a_sound_driver(tx, name="Dan Driver")
        return encode("Vehicle", van), encode("Driver", driver)

    van, driver = await write(database, brand, setup)
    assert (await run("WhoAmI"))["viewer"]["brand"]["code"] == brand.code
    coming = (await run("UpcomingBookings", **{"from": now().date().isoformat()}))["bookings"]
    [edge] = (await run("FindBooking", text="2026-00077"))["bookings"]["edges"]
    assert [each["node"]["id"] for each in coming["edges"]] == [edge["node"]["id"]]
    booking, version = edge["node"]["id"], edge["node"]["version"]
    put = {"bookingId": booking, "vehicleId": van, "expectedVersion": version}
    staffed = (await run("AssignVan", input=put))["assignVehicle"]["booking"]
    assert staffed["vehicles"] == [{"id": van, "name": "Sprinter", "seats": 14}]
    put = {"bookingId": booking, "driverId": driver, "expectedVersion": staffed["version"]}
    staffed = (await run("AssignDriver", input=put))["assignDriver"]["booking"]
    assert staffed["status"] == "ASSIGNED"
    [sheet] = (await run("Manifest", date=starts_at.astimezone(ZONE).date().isoformat()))[
        "manifest"
    ]
    assert sheet["driverName"] == "Dan Driver"
    assert [tour["number"] for tour in sheet["tours"]] == ["WWT-2026-00077"]


async def test_a_shared_tour_is_laid_sold_on_a_website_paid_by_cash_and_called_off(
    database: Database, brand: Brand, run: Run
) -> None:
    async def shop(tx: Transaction) -> None:
        await packages(tx)
        await a_vehicle(tx, name="Sprinter", seats=14)

    await write(database, brand, shop)
    laid = await run("ScheduleSharedTours", input={"from": "2031-06-08", "to": "2031-06-08"})
    [tour] = laid["scheduleSharedTour"]["sharedTours"]
    assert (tour["startsAtLocal"], tour["guestsMax"]) == ("2031-06-08T11:00:00", 14)
    sale = {
        "sharedTourId": tour["id"],
        "tickets": [{"guests": 6, "withLunch": True}, {"guests": 2}],
        "contact": {"name": "Ada Guest", "email": "ada@example.com"},
    }
    sold = (await run("SellSeats", a_principal(brand, Kind.SITE), input=sale))["sellTickets"]
    assert sold["total"]["amountCents"] == 75279 + 20729
    first, second = sold["tickets"]
    _, sale_id = decode(first["id"])
    guest = a_principal(brand, Kind.LINK, object_id=sale_id)
    opened = (await run("OpenSale", guest, id=first["id"]))["ticket"]
    assert [each["guests"] for each in opened["soldTogether"]] == [6, 2]
    paid = {"id": first["id"], "expectedVersion": 1, "payment": {"method": "CASH"}}
    confirmed = (await run("ConfirmTicket", input=paid))["confirmTicket"]["ticket"]
    assert confirmed["payments"] == [
        {"status": "SUCCEEDED", "method": "CASH", "amount": {"formatted": "$752.79"}}
    ]
    back = {"id": second["id"], "expectedVersion": 1, "reason": "Ill"}
    given = (await run("CancelTicket", input=back))["cancelTicket"]["ticket"]
    assert given["sharedTour"] == {"seatsLeft": 8}
    [edge] = (await run("SharedToursOnSale", **{"from": "2031-06-01"}))["sharedTours"]["edges"]
    assert edge["node"]["seatsLeft"] == 8
    shown = (await run("TourPackages", a_principal(brand, Kind.SITE)))["tourPackages"]["edges"]
    assert tour["title"] in [each["node"]["name"] for each in shown]
    guests = (await run("GuestsOfSharedTour", id=tour["id"]))["sharedTour"]
    assert [each["customer"]["name"] for each in guests["tickets"]] == ["Ada Guest"] * 2
    off = {"id": tour["id"], "expectedVersion": tour["version"], "reason": "Smoke"}
    called = (await run("CallOffSharedTour", input=off))["cancelSharedTour"]
    assert called["refundDue"] == {"formatted": "$752.79"}


async def test_a_shared_tour_gets_its_driver_who_checks_its_guests_in_on_the_day(
    database: Database, brand: Brand, run: Run
) -> None:
    starts_at = now() - timedelta(minutes=1)

    async def today(tx: Transaction) -> tuple[str, UUID]:
        tour = await a_tour(tx, starts_at=starts_at, vehicle_id=await a_sound_van(tx))
        sold_at = starts_at - timedelta(days=3)
        given = {"shared_tour_id": tour, "created_at": sold_at, "status": "confirmed"}
        await a_paid_ticket(tx, **given)
        return encode("SharedTour", tour), await a_sound_driver(tx, name="Dan Driver")

    tour, dan = await write(database, brand, today)
    [proposal] = (await run("DriversForSharedTour", tour=tour))["driversForSharedTour"]
    assert (proposal["driver"]["name"], proposal["reasons"]) == ("Dan Driver", [])
    wish = {"sharedTourId": tour, "driverId": proposal["driver"]["id"], "expectedVersion": 1}
    given = (await run("AssignSharedTourDriver", input=wish))["assignSharedTourDriver"]
    assert given["sharedTour"]["drivers"] == [{"name": "Dan Driver"}]
    driver = a_principal(brand, Kind.DRIVER, actor=dan)
    day = starts_at.astimezone(ZONE).date().isoformat()
    [sheet] = (await run("GuestsOfMySharedTours", driver, date=day))["manifest"]
    [party] = sheet["sharedTours"][0]["parties"]
    seat = {"id": party["ticketId"], "expectedVersion": party["version"]}
    came = await run("CheckInTicket", driver, input=seat)
    assert came["checkInTicket"]["ticket"]["status"] == "CHECKED_IN"


WISH = {
    "tourType": "WINE_TOUR",
    "startsAt": "2031-06-09T10:00:00-07:00",
    "partySize": 4,
    "minutes": 360,
}
ADA = {"name": "Ada Guest", "email": "ada@example.com", "phone": "+1 509 555 0142"}


async def _open(database: Database, brand: Brand) -> None:
    async def shop(tx: Transaction) -> None:
        await some_rates(tx)
        await a_vehicle(tx, name="Sprinter", seats=14)

    await write(database, brand, shop)


async def test_a_tour_is_booked_by_telephone_paid_by_check_and_called_off(
    database: Database, brand: Brand, run: Run
) -> None:
    await _open(database, brand)

    quoted = (await run("Quote", input=WISH))["quote"]
    wish = {"quoteToken": quoted["token"], "contact": ADA, "source": "PHONE"}
    booking = (await run("BookByPhone", input=wish))["createBooking"]["booking"]
    assert (booking["status"], booking["total"]) == ("PENDING", {"formatted": "$621.87"})
    assert booking["vehicles"] == [{"name": "Sprinter", "seats": 14}]
    check = {
        "bookingId": booking["id"],
        "kind": "DEPOSIT",
        "method": "CHECK",
        "amountCents": booking["deposit"]["amountCents"],
        "reference": "No 1042",
    }
    paid = (await run("RecordCheck", input=check))["recordPayment"]["payment"]
    assert (paid["status"], paid["amount"]) == ("SUCCEEDED", {"formatted": "$310.94"})
    version = paid["booking"]["version"]
    sure = {"id": booking["id"], "expectedVersion": version}
    confirmed = (await run("ConfirmBooking", input=sure))["confirmBooking"]["booking"]
    assert confirmed["status"] == "CONFIRMED"

    refund = (await run("QuoteCancellation", booking=booking["id"]))["cancellationQuote"]
    assert (refund["percent"], refund["refund"]["formatted"]) == (100, "$310.94")
    off = {
        "id": booking["id"],
        "expectedVersion": confirmed["version"],
        "reason": "Ill",
        "quotedRefundCents": refund["refund"]["amountCents"],
    }
    gone = (await run("CancelBooking", input=off))["cancelBooking"]["booking"]
    assert gone["status"] == "CANCELLED"


async def test_a_visitor_of_a_website_quotes_holds_and_checks_out(
    database: Database, brand: Brand, run: Run
) -> None:
    await _open(database, brand)
    site = a_principal(brand, Kind.SITE)

    quoted = (await run("Quote", site, input=WISH))["quote"]
    held = (await run("HoldTour", site, input={"quoteToken": quoted["token"]}))["holdBooking"]
    hold = held["hold"]
    assert (hold["status"], hold["deposit"]) == ("HELD", {"formatted": "$310.94"})
    assert hold["checkoutToken"].startswith("lk_")
    guest = a_principal(brand, Kind.LINK, object_id=decode(hold["bookingId"])[1])
    said = {
        "id": hold["bookingId"],
        "expectedVersion": 1,
        "contact": ADA,
        "acceptTerms": True,
    }
    done = (await run("CheckOut", guest, input=said))["checkOut"]["booking"]
    assert (done["status"], done["version"]) == ("HELD", 2)
    sure = {"id": hold["bookingId"], "expectedVersion": 2}
    kept = (await run("PencilBooking", input=sure))["pencilBooking"]["booking"]
    assert (kept["status"], kept["deposit"]["formatted"]) == ("PENDING", "$310.94")
    said = {"id": kept["id"], "expectedVersion": kept["version"], "pickup": "Station"}
    told = (await run("UpdateBooking", input=said))["updateBooking"]["booking"]
    assert (told["pickup"], told["customerName"]) == ("Station", "Ada Guest")


PLAN = [
    {
        "onDate": "2031-06-09",
        "title": "Up the valley",
        "stops": [{"kind": "CUSTOM", "name": "River", "startsAtLocal": "10:00", "minutes": 120}],
    },
    {
        "onDate": "2031-06-10",
        "stops": [{"kind": "CUSTOM", "name": "Hills", "startsAtLocal": "11:00", "minutes": 60}],
    },
]
LINES = [
    {
        "kind": "TRANSPORTATION",
        "label": "Private coach",
        "pricing": "FLAT",
        "unitCents": 90000,
        "taxable": True,
    },
    {
        "kind": "ARRANGED_TASTING",
        "label": "Tastings",
        "pricing": "PER_PERSON",
        "unitCents": 2500,
        "taxable": False,
    },
    {
        "kind": "PLANNING_FEE",
        "label": "Planning",
        "pricing": "FLAT",
        "unitCents": 10000,
        "taxable": True,
        "shown": False,
    },
]


async def _whoever_is_mailed(database: Database, brand: Brand, made: Parts, id: str) -> Principal:
    """The holder of the token that a proposal's client is sent."""
    proposal = decode(id)[1]
    async with database.session(a_principal(brand)).read() as tx:
        link = await links.of_object(tx, proposal)
    assert link is not None
    async with database.session(NOBODY).read() as tx:
        found = await callers.by_link(tx, made.links.read(made.links.token_of(link)), now=now())
    assert found is not None
    return a_principal(brand, Kind.LINK, object_id=found[1])


async def test_a_proposal_is_made_sent_signed_by_its_token_and_converted(
    database: Database, brand: Brand, run: Run, made: Parts
) -> None:
    await _open(database, brand)
    eve = {"name": "Eve Client", "email": "eve@example.com"}
    client = (await run("CreateCustomer", input=eve))["createCustomer"]["customer"]
    head = {
        "customerId": client["id"],
        "title": "Two days of Syrah",
        "partySize": 8,
        "startsOn": "2031-06-09",
        "endsOn": "2031-06-10",
        "discountPercent": 10,
        "gratuityPercent": 15,
        "individualBilling": True,
    }
    draft = (await run("CreateProposal", input=head))["createProposal"]["proposal"]
    proposal = draft["id"]
    wish = {"id": proposal, "expectedVersion": draft["version"]}
    planned = (await run("SetProposalDays", input={**wish, "days": PLAN}))["setProposalDays"]
    assert planned["proposal"]["version"] == 2
    wish["expectedVersion"] = 2
    for _ in range(2):  # what is sent again as it is changes nothing, not the version either
        given = await run("SetProposalInclusions", input={**wish, "inclusions": LINES})
        priced = given["setProposalInclusions"]["proposal"]
        assert (priced["version"], priced["total"]) == (3, {"formatted": "$1,323.90"})
        wish["expectedVersion"] = priced["version"]
    guests = [{"name": "Ada"}, {"name": "Bob", "sponsored": True}, {"name": "Eve"}]
    given = (await run("SetProposalGuests", input={**wish, "guests": guests}))["setProposalGuests"]
    shares = [each["owed"]["formatted"] for each in given["proposal"]["guests"]]
    assert shares == ["$661.95", "$0.00", "$661.95"]
    wish["expectedVersion"] = given["proposal"]["version"]
    sent = (await run("SendProposal", input=wish))["sendProposal"]["proposal"]
    assert sent["status"] == "SENT"
    wish["expectedVersion"] = sent["version"]
    again = (await run("ResendProposal", input=wish))["resendProposal"]["proposal"]
    assert (again["status"], again["version"]) == ("SENT", sent["version"] + 1)

    holder = await _whoever_is_mailed(database, brand, made, proposal)
    seen = (await run("OpenProposal", holder, input={"id": proposal}))["viewProposal"]["proposal"]
    assert [line["label"] for line in seen["inclusions"]] == ["Private coach", "Tastings"]
    assert [day["onDate"] for day in seen["days"]] == ["2031-06-09", "2031-06-10"]
    signed = {"expectedVersion": seen["version"], "signatureName": "Ada", "termsAccepted": True}
    answer = await run("AcceptProposal", holder, input={"id": proposal, **signed})
    accepted = answer["acceptProposal"]["proposal"]
    assert (accepted["status"], accepted["deposit"]) == ("ACCEPTED", {"formatted": "$661.95"})
    cents = {"kind": "DEPOSIT", "method": "CHECK", "amountCents": 66195}
    paid = (await run("RecordDeposit", input={"proposalId": proposal, **cents}))["recordPayment"]
    accepted = paid["payment"]["proposal"]
    wish = {"id": proposal, "expectedVersion": accepted["version"]}
    sold = (await run("ConvertProposal", input=wish))["convertProposal"]["proposal"]
    assert sold["status"] == "CONVERTED"
    assert [(each["status"], each["total"]["formatted"]) for each in sold["bookings"]] == [
        ("PENDING", "$661.95"),
        ("PENDING", "$661.95"),
    ]
    assert [each["vehicles"][0]["name"] for each in sold["bookings"]] == ["Sprinter"] * 2
    today = (now() - timedelta(days=1)).date().isoformat()
    days = {"from": today, "to": (now() + timedelta(days=1)).date().isoformat()}
    figures = (await run("ProposalStatistics", **days))["proposalStatistics"]["total"]
    assert (figures["proposals"], figures["sent"], figures["converted"]) == (1, 1, 1)


async def test_a_reservation_and_an_inquiry_are_ended_by_their_tokens(
    database: Database, brand: Brand, run: Run
) -> None:
    await write(database, brand, deposits)
    site = a_principal(brand, Kind.SITE)
    day = (now() + timedelta(days=100)).date().isoformat()
    wish = {"preferredOn": day, "partySize": 4, "contact": ADA}
    made = (await run("Reserve", site, input=wish))["createReservation"]
    assert (made["deposit"], made["checkoutToken"][:3]) == ({"formatted": "$250.00"}, "lk_")
    guest = a_principal(brand, Kind.LINK, object_id=decode(made["id"])[1])
    seen = await run("OpenReservation", guest, id=made["id"])
    assert seen["reservation"]["status"] == "PENDING"
    back = await run("QuoteReservationCancellation", guest, id=made["id"])
    assert back["reservationCancellation"]["refund"] == {"amountCents": 0, "formatted": "$0.00"}
    off = {"id": made["id"], "expectedVersion": 1, "reason": "Ill", "quotedRefundCents": 0}
    gone = (await run("CancelReservation", guest, input=off))["cancelReservation"]["reservation"]
    assert gone["status"] == "CANCELLED"
    seen = (await run("OpenReservation", guest, id=made["id"]))["reservation"]
    assert (seen["status"], seen["cancelledAt"] is None) == ("CANCELLED", False)

    asked = (await run("Ask", site, input={**ADA, "message": "Lunch?"}))["createInquiry"]
    guest = a_principal(brand, Kind.LINK, object_id=decode(asked["id"])[1])
    back = {"id": asked["id"], "expectedVersion": 1}
    lost = (await run("WithdrawInquiry", guest, input=back))["withdrawInquiry"]["inquiry"]
    assert lost["status"] == "LOST"
