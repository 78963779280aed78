"""Customers as staff work with them: made, marked, asked for consent, put away, merged, summed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import (
    START,
    a_booking,
    a_customer,
    a_payment,
    a_principal,
    a_vehicle,
    a_winery,
    assign_vehicle,
    write,
)
from tests.db.rows import a_refund
from tests.resolvers.conftest import Ask, told

ERRORS = "errors { code path }"
WHOLE = """customer {
  id name email phone vip tags internalNotes version
  preferences { wineryIds dietary accessibility } consents { channel given at source }
} errors { code path }"""


async def change(ask: Ask, field: str, selection: str, **given: Any) -> Any:
    kind = f"{field[0].upper()}{field[1:]}Input"
    document = f"mutation ($input: {kind}!) {{ {field}(input: $input) {{ {selection} }} }}"
    result = await ask(document, input=given)
    assert result.errors is None
    return result.data[field]  # type: ignore[index]


async def ada(database: Database, brand: Brand, **values: Any) -> str:
    made: UUID = await write(database, brand, lambda tx: a_customer(tx, **values))
    return encode("Customer", made)


async def test_a_customer_is_made_in_normal_form_and_their_address_only_once(
    settings: Settings, ask: Ask
) -> None:
    winery = encode("Winery", await a_winery(settings))
    given = {
        "name": " Grace  Hopper ",
        "email": "Grace@Example.com",
        "phone": "+1 (509) 555-0123",
        "tags": ["Press", "vip guest"],
        "internalNotes": " Likes the window. ",
        "preferences": {"wineryIds": [winery], "dietary": ["Vegan"]},
    }

    made = await change(ask, "createCustomer", WHOLE, **given)
    again = await change(ask, "createCustomer", WHOLE, name="Other", email="grace@example.com")

    assert made["customer"].pop("id")
    assert made == {
        "customer": {
            "name": "Grace Hopper",
            "email": "grace@example.com",
            "phone": "+15095550123",
            "vip": False,
            "tags": ["press", "vip guest"],
            "internalNotes": "Likes the window.",
            "version": 1,
            "preferences": {"wineryIds": [winery], "dietary": ["vegan"], "accessibility": None},
            "consents": [],
        },
        "errors": [],
    }
    assert again == {"customer": None, "errors": [{"code": "EMAIL_TAKEN", "path": "email"}]}


async def test_a_winery_that_is_not_in_the_directory_is_refused(
    database: Database, brand: Brand, ask: Ask
) -> None:
    nowhere = {"preferences": {"wineryIds": [encode("Winery", UUID(int=7))]}}

    refused = await change(ask, "createCustomer", ERRORS, name="Ada", **nowhere)

    assert refused == {"errors": [{"code": "BAD_USER_INPUT", "path": "wineryIds"}]}
    assert await write(database, brand, lambda tx: tx.rows("select id from customers")) == []


async def test_preferences_notes_and_the_mark_of_a_vip_change_and_are_cleared(
    database: Database, brand: Brand, ask: Ask
) -> None:
    id = await ada(database, brand)
    selection = (
        "customer { vip internalNotes preferences { dietary accessibility } } errors { path }"
    )

    changed = await change(
        ask,
        "updateCustomer",
        selection,
        id=id,
        expectedVersion=1,
        vip=True,
        internalNotes="Late.",
        preferences={"dietary": ["no nuts"], "accessibility": "a ramp"},
    )
    cleared = await change(
        ask,
        "updateCustomer",
        selection,
        id=id,
        expectedVersion=2,
        internalNotes=None,
        preferences=None,
    )
    unsure = await change(ask, "updateCustomer", selection, id=id, expectedVersion=3, vip=None)

    likes = {"dietary": ["no nuts"], "accessibility": "a ramp"}
    assert changed["customer"] == {"vip": True, "internalNotes": "Late.", "preferences": likes}
    assert cleared["customer"] == {
        "vip": True,
        "internalNotes": None,
        "preferences": {"dietary": [], "accessibility": None},
    }
    assert unsure == {"customer": None, "errors": [{"path": "vip"}]}


async def test_tags_are_set_as_a_whole_and_customers_are_found_by_one(
    database: Database, brand: Brand, ask: Ask
) -> None:
    id = await ada(database, brand, name="Ada", tags=["old"])
    await ada(database, brand, name="Bea", tags=["old"])

    tagged = await change(
        ask, "setCustomerTags", "customer { tags }", id=id, expectedVersion=1, tags=["New "]
    )
    found = await ask('{ customers(filter: {tag: " NEW"}) { edges { node { name } } } }')
    blind = await ask('{ customers(filter: {tag: "new"}) { totalCount } }', Kind.CUSTOMER)

    assert tagged == {"customer": {"tags": ["new"]}}
    assert found.data == {"customers": {"edges": [{"node": {"name": "Ada"}}]}}
    assert told(blind) == [("customers", "FORBIDDEN")]


async def test_a_phone_number_finds_a_customer_however_it_is_written(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await ada(database, brand, name="Ada", phone="+15095550111")
    await ada(database, brand, name="Bea", phone="+15095550112")

    found = await ask(
        '{ customers(filter: {phone: "+1 (509) 555-0111"}) { edges { node { name } } } }'
    )

    assert found.data == {"customers": {"edges": [{"node": {"name": "Ada"}}]}}


async def test_a_consent_is_given_and_withdrawn_with_time_and_source(
    database: Database, brand: Brand, ask: Ask
) -> None:
    id = await ada(database, brand)
    word = {"id": id, "channel": "EMAIL", "source": "by phone"}
    selection = "customer { consents { channel given at source } version } errors { code path }"

    given = await change(
        ask, "recordConsent", selection, **word, expectedVersion=1, given=True,
        at="2026-01-02T10:00:00-08:00",
    )  # fmt: skip
    same = await change(ask, "recordConsent", selection, **word, expectedVersion=2, given=True)
    withdrawn = await change(
        ask, "recordConsent", selection, **word, expectedVersion=2, given=False,
        at="2026-01-03T10:00:00-08:00",
    )  # fmt: skip
    early = await change(
        ask, "recordConsent", selection, **word, expectedVersion=3, given=True,
        at="2026-01-01T10:00:00-08:00",
    )  # fmt: skip
    naive = await change(
        ask, "recordConsent", selection, **word, expectedVersion=3, given=True,
        at="2026-01-04T10:00:00",
    )  # fmt: skip

    said = {"channel": "EMAIL", "given": True, "at": "2026-01-02T10:00:00-08:00"}
    expected = {"consents": [{**said, "source": "by phone"}], "version": 2}
    assert given == {"customer": expected, "errors": []}
    assert same == given
    assert withdrawn["customer"]["consents"][0]["given"] is False
    assert withdrawn["customer"]["version"] == 3
    for refused in (early, naive):
        assert refused == {"customer": None, "errors": [{"code": "BAD_USER_INPUT", "path": "at"}]}
    kinds = await write(database, brand, lambda tx: tx.rows("select kind from events order by id"))
    assert kinds == [("ConsentGiven",), ("ConsentWithdrawn",)]


async def test_who_is_put_away_is_not_in_the_list_until_they_come_back(
    database: Database, brand: Brand, ask: Ask
) -> None:
    id = await ada(database, brand, name="Ada")
    await ada(database, brand, name="Bea")
    lists = (
        "{ used: customers { totalCount } away: customers(filter: {archived: true}) { totalCount }"
        " both: customers(filter: {archived: null}) { totalCount } }"
    )

    away = await change(
        ask, "archiveCustomer", "customer { archivedAt version }", id=id, expectedVersion=1
    )
    then = await ask(lists)
    back = await change(
        ask, "restoreCustomer", "customer { archivedAt version }", id=id, expectedVersion=2
    )
    after = await ask(lists)

    assert away["customer"]["archivedAt"] is not None
    assert back == {"customer": {"archivedAt": None, "version": 3}}
    counts = [{name: each["totalCount"] for name, each in r.data.items()} for r in (then, after)]  # type: ignore[union-attr]
    assert counts == [{"used": 1, "away": 1, "both": 2}, {"used": 2, "away": 0, "both": 2}]


async def test_two_customers_are_merged_and_the_one_who_goes_does_not_come_back(
    database: Database, brand: Brand, ask: Ask
) -> None:
    keep, gone = await ada(database, brand, name="Ada"), await ada(database, brand, name="A.")
    selection = (
        "customer { name version } merged { name mergedInto { name } version } errors { code path }"
    )
    pair = {"keepId": keep, "mergeId": gone, "keepVersion": 1}

    await change(ask, "updateCustomer", "errors { code }", id=gone, expectedVersion=1, name="A. G.")
    stale = await change(ask, "mergeCustomers", selection, **pair, mergeVersion=1)
    merged = await change(ask, "mergeCustomers", selection, **pair, mergeVersion=2)
    back = await change(ask, "restoreCustomer", "errors { code path }", id=gone, expectedVersion=3)

    assert stale == {
        "customer": {"name": "Ada", "version": 1},
        "merged": {"name": "A. G.", "mergedInto": None, "version": 2},
        "errors": [{"code": "STALE_VERSION", "path": "mergeVersion"}],
    }
    assert merged == {
        "customer": {"name": "Ada", "version": 2},
        "merged": {"name": "A. G.", "mergedInto": {"name": "Ada"}, "version": 3},
        "errors": [],
    }
    assert back == {"errors": [{"code": "WRONG_STATE", "path": "id"}]}


async def bought(tx: Transaction) -> None:
    """Ada: a tour done, one called off, one held; 500.00 paid, 100.00 returned. Bea: nothing."""
    customer = await a_customer(tx, name="Ada")
    await a_customer(tx, name="Bea")
    day = timedelta(days=1)
    paid = {"customer_id": customer, "deposit_received_at": START - 9 * day}
    done = {"status": "completed", "completed_at": START + day, "deposit_cents": 40000}
    first = await a_booking(tx, **paid, **done)
    await assign_vehicle(tx, first, await a_vehicle(tx))
    await a_booking(tx, customer_id=customer, status="cancelled", starts_at=START - 5 * day)
    held = {"status": "held", "hold_expires_at": START, "starts_at": START + 30 * day}
    await a_booking(tx, customer_id=customer, **held)
    await a_booking(tx, customer_id=customer, starts_at=START + 20 * day)
    tip = await a_payment(
        tx, booking_id=first, customer_id=customer, kind="balance", amount_cents=10000,
        status="refunded",
    )  # fmt: skip
    await a_refund(tx, payment_id=tip, amount_cents=10000, status="succeeded")


LIFETIME = """{ customers { edges { node { name
  lifetime { bookings completed cancelled paid { amountCents currency } firstTourOn lastTourOn }
} } } }"""


async def test_what_customers_bought_is_summed_for_all_of_a_list_in_one_statement(
    database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    await write(database, brand, bought)
    statements.clear()

    result = await ask(LIFETIME)

    nodes = [edge["node"] for edge in result.data["customers"]["edges"]]  # type: ignore[index]
    nothing = {"bookings": 0, "completed": 0, "cancelled": 0}
    never = {"firstTourOn": None, "lastTourOn": None}
    assert nodes == [
        {
            "name": "Ada",
            "lifetime": {
                "bookings": 3,
                "completed": 1,
                "cancelled": 1,
                "paid": {"amountCents": 40000, "currency": "USD"},
                "firstTourOn": "2026-06-08",
                "lastTourOn": "2026-06-28",
            },
        },
        {
            "name": "Bea",
            "lifetime": {**nothing, "paid": {"amountCents": 0, "currency": "USD"}, **never},
        },
    ]
    assert len(statements) == 2


async def test_figures_are_for_those_who_may_read_statistics(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await ada(database, brand)

    result = await ask(
        "{ customers { edges { node { lifetime { bookings } } } } }",
        a_principal(brand, role="sales"),
    )

    assert told(result) == [("customers.edges.0.node.lifetime", "FORBIDDEN")]
