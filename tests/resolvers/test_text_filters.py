"""`filter.text`: what each list is searched by, and who may search."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.identity import Brand, Kind, Scope
from tests.builders import (
    START,
    a_brand,
    a_customer,
    a_driver,
    a_principal,
    a_vehicle,
    insert,
    write,
)
from tests.resolvers.conftest import Ask, told


async def a_reservation(tx: Transaction, number: str, **customer: Any) -> None:
    await insert(
        tx,
        "reservations",
        number=number,
        customer_id=await a_customer(tx, **customer),
        preferred_on=START.date(),
        party_size=4,
        tour_type="wine_tour",
        method="card",
        currency="USD",
        deposit_cents=25000,
        consult_by=START + timedelta(hours=24),
        created_at=START,
    )


async def a_proposal(tx: Transaction, number: str, title: str, **customer: Any) -> None:
    await insert(
        tx,
        "proposals",
        number=number,
        title=title,
        customer_id=await a_customer(tx, **customer),
        party_size=4,
        starts_on=START.date(),
        ends_on=START.date(),
        valid_until=START,
        currency="USD",
        created_at=START,
    )


async def a_package(tx: Transaction, code: str, name: str) -> None:
    await insert(
        tx,
        "tour_packages",
        code=code,
        name=name,
        pricing="flat",
        price_cents=100,
        guests_min=1,
        guests_max=8,
        effective_from=START.date(),
    )


async def papers(tx: Transaction) -> None:
    await a_reservation(tx, "WWT-RES-2026-00001", name="Ada Guest", email="ada@example.com")
    await a_reservation(
        tx, "WWT-RES-2026-00002", name="Zoe Guest", email="zoe@example.com", phone="+15095550177"
    )
    await a_proposal(
        tx, "WWT-TP-2026-00001", "Harvest", name="Ada Guest", email="ada@beta.example.com"
    )
    await a_proposal(
        tx,
        "WWT-TP-2026-00002",
        "Long weekend",
        name="Zoe Guest",
        email="zoe@beta.example.com",
        phone="+15095550188",
    )


async def everything(tx: Transaction) -> None:
    await papers(tx)
    await a_vehicle(tx, name="Sprinter One")
    await a_vehicle(tx, name="Coach Two")
    await a_driver(tx, name="Dora Driver")
    await a_driver(tx, name="Emil Driver")
    await a_package(tx, "wine_tour", "Wine tour")
    await a_package(tx, "beer_tour", "Beer tour")


def searched(field: str, text: str, column: str) -> str:
    return (
        f'{{ {field}(filter: {{text: "{text}"}})'
        f" {{ totalCount edges {{ node {{ found: {column} }} }} }} }}"
    )


@pytest.mark.parametrize(
    ("field", "column", "text", "found"),
    [
        ("reservations", "number", "res-2026-00001", ["WWT-RES-2026-00001"]),
        ("reservations", "number", " ZOE g", ["WWT-RES-2026-00002"]),
        ("reservations", "number", "zoe@", ["WWT-RES-2026-00002"]),
        ("reservations", "number", "(509) 555-0177", ["WWT-RES-2026-00002"]),
        ("reservations", "number", "nobody", []),
        ("reservations", "number", "2026-00002", ["WWT-RES-2026-00002"]),
        ("proposals", "number", "tp-2026-00001", ["WWT-TP-2026-00001"]),
        ("proposals", "number", "2026-00001", ["WWT-TP-2026-00001"]),
        ("proposals", "number", "HARV", ["WWT-TP-2026-00001"]),
        ("proposals", "number", " zoe G", ["WWT-TP-2026-00002"]),
        ("proposals", "number", "ZOE@beta", ["WWT-TP-2026-00002"]),
        ("proposals", "number", "(509) 555-0188", ["WWT-TP-2026-00002"]),
        ("proposals", "number", "nobody", []),
        ("vehicles", "name", " sprinter", ["Sprinter One"]),
        ("vehicles", "name", "100%", []),
        ("drivers", "name", "EMIL", ["Emil Driver"]),
        ("tourPackages", "name", "wine", ["Wine tour"]),
    ],
)
async def test_a_list_is_searched_by_part_of_what_people_know_of_it(
    database: Database, brand: Brand, ask: Ask, field: str, column: str, text: str, found: list[str]
) -> None:
    await write(database, brand, everything)

    result = await ask(searched(field, text, column))

    assert result.errors is None
    assert result.data == {
        field: {"totalCount": len(found), "edges": [{"node": {"found": each}} for each in found]}
    }


@pytest.mark.parametrize("field", ["reservations", "proposals"])
async def test_whoever_may_not_read_customers_may_not_search_by_them(
    database: Database, brand: Brand, ask: Ask, field: str
) -> None:
    await write(database, brand, everything)
    staff = a_principal(brand)
    blind = replace(staff, scopes=staff.scopes - {Scope.CUSTOMERS_READ})

    refused = await ask(searched(field, "zoe", "number"), blind)
    plain = await ask(f"{{ {field} {{ totalCount }} }}", blind)

    assert (refused.data, told(refused)) == (None, [(field, "FORBIDDEN")])
    assert plain.data == {field: {"totalCount": 2}}


@pytest.mark.parametrize("field", ["reservations", "proposals"])
async def test_a_sister_brands_rows_are_not_found_by_a_customer_that_both_know(
    database: Database, settings: Settings, brand: Brand, ask: Ask, field: str
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await write(database, brand, papers)
    await write(database, sister, papers)

    found = await ask(searched(field, "zoe", "number"))

    assert found.data is not None
    assert found.data[field]["totalCount"] == 1


async def test_a_customer_searches_their_own_sent_proposals_and_nobody_elses(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, everything)

    async def send(tx: Transaction) -> UUID:
        await tx.run("update proposals set status = 'sent'")
        row = await tx.row("select id from customers where email = 'ada@beta.example.com'")
        assert row is not None
        return UUID(str(row[0]))

    ada = await write(database, brand, send)
    own = a_principal(brand, Kind.CUSTOMER, actor=ada)

    mine, others = [
        await ask(searched("proposals", text, "number"), own) for text in ("guest", "zoe")
    ]

    found = [{"node": {"found": "WWT-TP-2026-00001"}}]
    assert mine.data == {"proposals": {"totalCount": 1, "edges": found}}
    assert others.data == {"proposals": {"totalCount": 0, "edges": []}}


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.CUSTOMER, Kind.PARTNER])
async def test_guests_may_not_search_the_fleet(ask: Ask, kind: Kind) -> None:
    refused = [await ask(searched(field, "a", "name"), kind) for field in ("vehicles", "drivers")]

    assert [told(each) for each in refused] == [
        [("vehicles", "FORBIDDEN")],
        [("drivers", "FORBIDDEN")],
    ]
