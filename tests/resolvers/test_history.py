"""What happened to an object, and the object as it was: shown to whom it may be."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.roles import scopes_of
from bootstrap.settings import Settings
from db import events
from db.database import Database, Transaction
from domain.events import Event
from domain.identity import Brand, Kind, Principal
from resolvers.nodes import ENTITIES
from schema.global_ids import encode
from tests.builders import (
    START,
    a_booking,
    a_brand,
    a_customer,
    a_member,
    a_principal,
    new_id,
    write,
)
from tests.resolvers.conftest import Ask, told

HISTORY = """query ($id: ID!, $first: Int, $after: String) { customer(id: $id) {
  history(first: $first, after: $after) {
    edges { cursor node { kind version actorKind actorName at
      changes { field before after erased } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
} } }"""
AS_OF = """query ($id: ID!, $at: DateTime!) {
  asOf(id: $id, at: $at) { version fields { field value known } }
}"""
UPDATE = (
    "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { errors { code } } }"
)


def happened(entity_id: UUID, version: int, /, **changes: Any) -> Event:
    """Something that happened to a booking on its so-many-th day."""
    return Event(
        id=new_id(),
        kind=f"Change{version}",
        entity="booking",
        entity_id=entity_id,
        entity_version=version,
        occurred_at=START + timedelta(days=version),
        changes=changes,
    )


async def ada(database: Database, brand: Brand, ask: Ask, by: Principal) -> str:
    """Named Ada Guest, then Ada King, then without a phone, and marked."""
    made = await write(
        database, brand, lambda tx: a_customer(tx, name="Ada Guest", phone="+15095550100")
    )
    id = encode("Customer", made)
    steps: tuple[dict[str, Any], ...] = ({"name": "Ada King"}, {"phone": None, "vip": True})
    for version, step in enumerate(steps, start=1):
        given = {"id": id, "expectedVersion": version, **step}
        result = await ask(UPDATE, by, input=given)
        assert result.data == {"updateCustomer": {"errors": []}}
    return id


async def page(ask: Ask, id: str, by: Principal | None = None, **given: Any) -> Any:
    result = await ask(HISTORY, by, id=id, **given)
    assert result.errors is None
    return result.data["customer"]["history"]  # type: ignore[index]


OFF_ON = {"before": False, "after": True}


def change(field: str, before: Any, after: Any, *, erased: bool = False) -> dict[str, Any]:
    return {"field": field, "before": before, "after": after, "erased": erased}


async def test_the_newest_comes_first_with_who_did_it_and_what_was_changed(
    database: Database, brand: Brand, ask: Ask
) -> None:
    sam = a_principal(brand, actor=await a_member(database, brand))
    id = await ada(database, brand, ask, sam)

    shown = await page(ask, id)

    nodes = [edge["node"] for edge in shown["edges"]]
    assert all(node.pop("at").endswith(("-07:00", "-08:00")) for node in nodes)
    did = {"kind": "CustomerUpdated", "actorKind": "STAFF", "actorName": "Sam Staff"}
    assert nodes == [
        {
            **did,
            "version": 3,
            "changes": [change("phone", "+15095550100", None), change("vip", **OFF_ON)],
        },
        {**did, "version": 2, "changes": [change("name", "Ada Guest", "Ada King")]},
    ]
    assert shown["pageInfo"]["hasNextPage"] is False


async def test_a_history_is_paged_by_its_cursor(database: Database, brand: Brand, ask: Ask) -> None:
    id = await ada(database, brand, ask, a_principal(brand))

    first = await page(ask, id, first=1)
    second = await page(ask, id, first=1, after=first["pageInfo"]["endCursor"])
    wrong = await ask(HISTORY, None, id=id, after=id)

    assert [edge["node"]["version"] for each in (first, second) for edge in each["edges"]] == [3, 2]
    assert [each["pageInfo"]["hasNextPage"] for each in (first, second)] == [True, False]
    assert [each["pageInfo"]["hasPreviousPage"] for each in (first, second)] == [False, True]
    assert told(wrong) == [("customer.history", "BAD_USER_INPUT")]


async def test_histories_of_a_list_take_one_statement_more(
    database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    by = a_principal(brand)
    for _ in range(3):
        await ada(database, brand, ask, by)
    statements.clear()

    result = await ask("{ customers { edges { node { history { edges { node { kind } } } } } } }")

    assert result.errors is None
    nodes = [edge["node"] for edge in result.data["customers"]["edges"]]  # type: ignore[index]
    assert [len(node["history"]["edges"]) for node in nodes] == [2, 2, 2]
    assert len(statements) == 2


async def test_what_was_erased_is_null_and_called_so(
    database: Database, brand: Brand, ask: Ask
) -> None:
    id = await ada(database, brand, ask, a_principal(brand))
    erase = "delete from event_personal_values where field = 'name'"
    await write(database, brand, lambda tx: tx.run(erase))

    shown = await page(ask, id)
    before = await ask(AS_OF, None, id=id, at="2020-01-01T00:00:00+00:00")

    assert shown["edges"][1]["node"]["changes"] == [change("name", None, None, erased=True)]
    assert told(before) == [("asOf", "NOT_FOUND")]


async def test_notes_prices_and_strangers_fields_are_for_those_with_the_scope(
    database: Database, brand: Brand, ask: Ask
) -> None:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx)
        changes = {"total_cents": (62187, 50000), "internal_notes": (None, "Late."), "odd": (1, 2)}
        await events.append(tx, happened(booking, 2, **changes, party_size=(4, 5)))
        return booking

    booking = await write(database, brand, work)
    document = f"""{{ booking(id: "{encode("Booking", booking)}") {{
      history {{ edges {{ node {{ changes {{ field }} }} }} }} }} }}"""
    denied = {
        "all": [],
        "no notes": ["notes:read"],
        "no prices": ["prices:read"],
        "no history": ["history:read"],
    }
    shown = {}
    for name, denies in denied.items():
        scopes = scopes_of(Kind.STAFF, role="manager", denies=denies)
        result = await ask(document, Principal(Kind.STAFF, brand, new_id(), scopes=scopes))
        if result.errors:
            shown[name] = told(result)
            continue
        (edge,) = result.data["booking"]["history"]["edges"]  # type: ignore[index]
        shown[name] = [each["field"] for each in edge["node"]["changes"]]

    assert shown == {
        "all": ["internalNotes", "odd", "partySize", "totalCents"],
        "no notes": ["partySize", "totalCents"],
        "no prices": ["internalNotes", "odd", "partySize"],
        "no history": [("booking.history", "FORBIDDEN")],
    }


async def test_a_booking_is_shown_as_it_was_at_each_of_its_days(
    settings: Settings, database: Database, brand: Brand, ask: Ask
) -> None:
    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx, party_size=6, pickup="Hotel", version=3)
        moved = (START.isoformat(), (START + timedelta(hours=1)).isoformat())
        await events.append(tx, happened(booking, 1, party_size=(None, 4), version=(None, 1)))
        await events.append(tx, happened(booking, 2, party_size=(4, 5), starts_at=moved))
        await events.append(tx, happened(booking, 3, party_size=(5, 6), pickup=(None, "Hotel")))
        await tx.run("update bookings set starts_at = starts_at + interval '1 hour'")
        return booking

    booking = await write(database, brand, work)
    id = encode("Booking", booking)
    found = []
    for day in (1, 2, 3):
        at = (START + timedelta(days=day, hours=1)).isoformat()
        result = await ask(AS_OF, None, id=id, at=at)
        assert result.errors is None
        past = result.data["asOf"]  # type: ignore[index]
        fields = {each["field"]: each["value"] for each in past["fields"]}
        assert all(each["known"] for each in past["fields"])
        wanted = [fields[name] for name in ("partySize", "pickup", "startsAt", "status")]
        found.append((past["version"], *wanted))

    assert found == [
        (1, 4, None, "2026-06-08T10:00:00-07:00", "PENDING"),
        (2, 5, None, "2026-06-08T11:00:00-07:00", "PENDING"),
        (3, 6, "Hotel", "2026-06-08T11:00:00-07:00", "PENDING"),
    ]
    never = await ask(AS_OF, None, id=id, at=(START + timedelta(hours=1)).isoformat())
    naive = await ask(AS_OF, None, id=id, at="2026-06-08T10:00:00")
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await ask(AS_OF, a_principal(sister), id=id, at="2026-07-08T10:00:00-07:00")
    assert [told(each) for each in (never, naive, theirs)] == [
        [("asOf", "NOT_FOUND")],
        [("asOf", "BAD_USER_INPUT")],
        [("asOf", "NOT_FOUND")],
    ]


async def test_values_are_shown_as_the_contract_shows_them_and_unknown_forms_as_they_are(
    database: Database, brand: Brand, ask: Ask
) -> None:
    other = new_id()

    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx)
        changes = {
            "status": ("pending", "a word of yesterday"),
            "customer_id": (None, str(other)),
            "starts_at": ("2026-06-08T17:00:00+00:00", "noon"),
        }
        await events.append(tx, happened(booking, 2, **changes))
        return booking

    booking = await write(database, brand, work)
    result = await ask(
        f"""{{ booking(id: "{encode("Booking", booking)}") {{
        history {{ edges {{ node {{ changes {{ field before after erased }} }} }} }} }} }}"""
    )

    assert result.errors is None
    (edge,) = result.data["booking"]["history"]["edges"]  # type: ignore[index]
    assert edge["node"]["changes"] == [
        change("customerId", None, encode("Customer", other)),
        change("startsAt", "2026-06-08T10:00:00-07:00", "noon"),
        change("status", "PENDING", "a word of yesterday"),
    ]


async def test_ids_are_global_ones_and_fields_of_documents_have_the_contracts_names(
    database: Database, brand: Brand, ask: Ask
) -> None:
    one, sale = new_id(), new_id()
    stop = {"id": str(one), "kind": "hotel_checkin", "place_id": str(one), "own_place_id": None}

    async def work(tx: Transaction) -> UUID:
        booking = await a_booking(tx, version=2)
        said: dict[str, Any] = {
            "driver_id": (str(one), None),
            "vehicle_id": (None, str(one)),
            "booking_ids": ([], [str(one)]),
            "sale_id": (None, str(sale)),
            "sold_as": (None, {"tour_type": "wine_tour", "promo_code": "FALL"}),
            "stops": ([], [stop]),
            f"{one}.dietary": (None, "Vegan"),
        }
        await events.append(tx, happened(booking, 2, **said))
        return booking

    booking = encode("Booking", await write(database, brand, work))
    result = await ask(
        f"""{{ booking(id: "{booking}") {{
        history {{ edges {{ node {{ changes {{ field before after erased }} }} }} }} }} }}"""
    )
    move = {"startsAt": "2031-06-10T17:00:00+00:00", "expectedVersion": 1}
    late = await ask(
        """mutation ($input: RescheduleBookingInput!) { rescheduleBooking(input: $input) {
        errors { conflicts { field current } } } }""",
        input={"id": booking, **move},
    )

    assert result.data is not None
    assert late.data is not None
    (edge,) = result.data["booking"]["history"]["edges"]
    as_told = {
        "id": encode("BookingStop", one),
        "kind": "hotel_checkin",
        "placeId": encode("Hotel", one),
        "ownPlaceId": None,
    }
    told_of = [
        change("bookingIds", [], [encode("Booking", one)]),
        change("driverId", encode("Driver", one), None),
        change("saleId", None, str(sale)),
        change("soldAs", None, {"tourType": "wine_tour", "promoCode": "FALL"}),
        change("stops", [], [as_told]),
        change("vehicleId", None, encode("Vehicle", one)),
        change(f"{encode('ProposalGuest', one)}.dietary", None, "Vegan"),
    ]
    told_of.sort(key=lambda each: str(each["field"]))
    assert edge["node"]["changes"] == told_of
    (refusal,) = late.data["rescheduleBooking"]["errors"]
    assert refusal["conflicts"] == [
        {"field": each["field"], "current": each["after"]} for each in told_of
    ]


@pytest.mark.parametrize("kind", [Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER, Kind.LINK, Kind.SITE])
async def test_nobody_but_staff_looks_back(ask: Ask, kind: Kind) -> None:
    at = "2026-07-08T10:00:00-07:00"
    refused = await ask(AS_OF, kind, id=encode("Booking", new_id()), at=at)

    assert told(refused) == [("asOf", "FORBIDDEN")]


def test_whatever_has_an_identity_and_can_be_changed_has_a_history() -> None:
    without = {
        name
        for name, entity in ENTITIES.items()
        if "history" not in {each.python_name for each in entity.__strawberry_definition__.fields}
    }

    counted, of_their_app, history_itself = {"FieldUsage"}, {"TrustedDocument"}, {"AuditEntry"}
    common = {"Hotel", "Restaurant", "Winery"}
    assert without == common | counted | of_their_app | history_itself


RESTORE = """mutation ($input: RestoreCustomerVersionInput!) {
  restoreCustomerVersion(input: $input) {
    customer { name phone vip consents { given } version } errors { code path }
} }"""


async def test_an_earlier_version_comes_back_as_a_change_of_today(
    database: Database, brand: Brand, ask: Ask
) -> None:
    id = await ada(database, brand, ask, a_principal(brand))
    said = {"id": id, "channel": "SMS", "given": True, "source": "by phone", "expectedVersion": 3}
    consent = "mutation ($input: RecordConsentInput!) { recordConsent(input: $input) { errors { code } } }"
    await ask(consent, None, input=said)

    async def restore(version: int, expected: int) -> Any:
        given = {"id": id, "version": version, "expectedVersion": expected}
        result = await ask(RESTORE, None, input=given)
        assert result.errors is None
        return result.data["restoreCustomerVersion"]  # type: ignore[index]

    stale = await restore(1, 3)
    future = await restore(4, 4)
    first = await restore(1, 4)
    same = await restore(1, 5)
    second = await restore(2, 5)

    consents = [{"given": True}]
    was = {"phone": "+15095550100", "vip": False, "consents": consents}
    assert stale["errors"] == [{"code": "STALE_VERSION", "path": "expectedVersion"}]
    assert future == {"customer": None, "errors": [{"code": "BAD_USER_INPUT", "path": "version"}]}
    assert first == {"customer": {"name": "Ada Guest", **was, "version": 5}, "errors": []}
    assert same == first
    assert second == {"customer": {"name": "Ada King", **was, "version": 6}, "errors": []}
    newest = (await page(ask, id, first=1))["edges"][0]["node"]
    assert (newest["kind"], newest["version"]) == ("CustomerVersionRestored", 6)
    assert newest["changes"] == [change("name", "Ada Guest", "Ada King")]


async def test_a_version_of_which_something_was_erased_does_not_come_back(
    database: Database, brand: Brand, ask: Ask
) -> None:
    id = await ada(database, brand, ask, a_principal(brand))
    erase = "delete from event_personal_values where field = 'name'"
    await write(database, brand, lambda tx: tx.run(erase))

    refused = await ask(RESTORE, None, input={"id": id, "version": 1, "expectedVersion": 3})

    assert refused.data == {
        "restoreCustomerVersion": {
            "customer": None,
            "errors": [{"code": "BAD_USER_INPUT", "path": "version"}],
        }
    }
