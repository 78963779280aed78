"""Every edge is batched: the statements depend on what is selected, never on how many rows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from strawberry.types.base import StrawberryContainer

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from domain.trusted_documents import digest_of
from resolvers.root import RELATIONS
from schema.fields import BINDING
from tests.builders import (
    START,
    a_booking,
    a_customer,
    a_driver,
    a_key,
    a_payment,
    a_stop,
    a_vehicle,
    a_winery,
    an_app,
    as_owner,
    assign_driver,
    assign_vehicle,
    insert,
    new_id,
    write,
)
from tests.db.rows import a_shared_tour, a_task, a_ticket, put_at_the_wheel
from tests.house.test_contract import TYPES
from tests.resolvers.conftest import Ask
from tests.services.crews import an_offer

# Where the rows of a relation are found: a root list, then edges down to it.
PATHS = {
    "bookings": ("bookings",),
    "booking_stops": ("bookings", "stops"),
    "payments": ("payments",),
    "proposals": ("proposals",),
    "customers": ("bookings", "customer"),
    "proposal_days": ("proposals", "days"),
    "proposal_stops": ("proposals", "days", "stops"),
    "proposal_notes": ("proposalNotes",),
    "proposal_versions": ("proposalVersions",),
    "reservations": ("reservations",),
    "inquiries": ("inquiries",),
    "tour_offers": ("tourOffers",),
    "tasks": ("tasks",),
    "shared_tours": ("sharedTours",),
    "tickets": ("sharedTours", "tickets"),
    "documents": ("documents",),
    "blocks": ("blocks",),
    "duty_entries": ("dutyEntries",),
    "inspections": ("inspections",),
    "driver_availability": ("driverAvailability",),
    "api_keys": ("apiKeys",),
    "privacy_requests": ("privacyRequests",),
    "memberships": ("memberships",),
    "scope_grants": ("memberships", "grants"),
    "trusted_documents": ("trustedDocuments",),
    "field_usage": ("fieldUsage",),
    "staff_identities": ("staffIdentities",),
}
STOPS = {"hotel": "hotel_checkin", "own_place": "hotel_checkout"}
A_NOTE = {"author_kind": "staff", "internal": False, "body": "Soon", "created_at": START}
A_VERSION = {
    "number": 1,
    "snapshot": "{}",
    "currency": "USD",
    "total_cents": 90000,
    "sent_at": START,
}
# One payment in four is of a booking; every other paper or block is of a vehicle.
MIXED = {"payments", "documents", "blocks"}
EDGES = [
    (relation.name, edge)
    for relation in RELATIONS.values()
    for edge in (*relation.one, *relation.many)
]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def document(relation: str, edge: str, size: int) -> str:
    """The list at the head of the path, the edges below it, and the edge in question."""
    root, *below = PATHS[relation]
    inner = f"{camel(edge)} {{ __typename }}"
    for step in reversed(below):
        inner = f"{camel(step)} {{ {inner} }}"
    return f"{{ {root}(first: {size}) {{ edges {{ node {{ {inner} }} }} }} }}"


async def a_place(settings: Settings, table: str) -> UUID:
    given = {"id": new_id(), "slug": f"place-{new_id().hex}"}
    await as_owner(
        settings,
        f"insert into {table} (id, slug, name) values (%(id)s, %(slug)s, 'A place')",  # noqa: S608
        given,
    )
    return given["id"]  # type: ignore[return-value]


async def an_own_place(tx: Transaction) -> UUID:
    return await insert(tx, "own_places", kind="hotel", name="The Inn", created_at=START)


async def a_proposal(tx: Transaction, customer: UUID, places: dict[str, UUID], each: int) -> UUID:
    proposal = await insert(
        tx,
        "proposals",
        number=f"WWT-TP-2026-{each:05}",
        title="Two days",
        customer_id=customer,
        party_size=4,
        starts_on=START.date(),
        ends_on=START.date() + timedelta(days=1),
        valid_until=START,
        currency="USD",
        subtotal_cents=90000,
        total_cents=90000,
        created_at=START,
    )
    day = await insert(tx, "proposal_days", proposal_id=proposal, position=1, on_date=START.date())
    for position, (kind, place) in enumerate(places.items(), 1):
        await insert(
            tx,
            "proposal_stops",
            proposal_id=proposal,
            day_id=day,
            position=position,
            kind=STOPS.get(kind, kind),
            **{f"{kind}_id": place},
        )
    await insert(
        tx,
        "proposal_inclusions",
        proposal_id=proposal,
        position=1,
        kind="transportation",
        label="Van",
        pricing="flat",
        unit_cents=90000,
        line_cents=90000,
        taxable=True,
    )
    await insert(tx, "proposal_guests", proposal_id=proposal, position=1, name="Gus Guest")
    await insert(tx, "proposal_notes", proposal_id=proposal, **A_NOTE)
    await insert(tx, "proposal_versions", proposal_id=proposal, **A_VERSION)
    return proposal


async def at_work(tx: Transaction, van: UUID, driver: UUID) -> None:
    """A paper of each, a time on duty, a report and a working day."""
    await insert(tx, "documents", vehicle_id=van, kind="insurance")
    await insert(tx, "documents", driver_id=driver, kind="licence")
    await insert(tx, "duty_entries", driver_id=driver, kind="on_duty", starts_at=START)
    report = {"vehicle_id": van, "driver_id": driver, "kind": "pre_trip", "inspected_at": START}
    await insert(tx, "inspections", **report)
    await insert(tx, "driver_availability", driver_id=driver, weekday=1)


async def a_replaced_key(tx: Transaction) -> None:
    app, new = await an_app(tx), new_id()
    await a_key(tx, "partner", app_id=app, id=new)
    await a_key(tx, "partner", app_id=app, replaced_by=new)


async def join(tx: Transaction, staff: UUID) -> None:
    """A membership, with a right beyond the role."""
    member = await insert(tx, "memberships", staff_user_id=staff, role="sales")
    given = {"scope": "notes:read", "effect": "deny", "reason": "New", "given_at": START}
    await insert(tx, "scope_grants", membership_id=member, given_by_id=staff, **given)


async def a_used_document(tx: Transaction) -> None:
    app, text = await an_app(tx, kind="site"), str(new_id())
    document = await insert(
        tx,
        "trusted_documents",
        app_id=app,
        digest=digest_of(text),
        text=text,
        pushed_at=START,
    )
    day = START.date()
    await insert(tx, "document_usage", document_id=document, day=day, uses=1)
    await insert(tx, "field_usage", coordinate=text, caller="site", app_id=app, day=day, uses=1)


async def a_sale(tx: Transaction, places: dict[str, UUID], each: int) -> None:
    """One customer with one of everything that has an edge."""
    customer = await a_customer(tx)
    starts_at = START + timedelta(days=each)
    staff = await insert(
        tx, "staff_users", email=f"sam-{new_id().hex}@example.com", name="Sam", created_at=START
    )
    await join(tx, staff)
    inquiry = await insert(
        tx,
        "inquiries",
        number=f"WWT-EXP-2026-{each:05}",
        customer_id=customer,
        name="Ada Guest",
        source="website",
        assignee_id=staff,
        created_at=START,
    )
    await a_task(tx, subject_id=inquiry, assignee_id=staff, done_at=START, done_by_id=staff)
    reservation = await insert(
        tx,
        "reservations",
        number=f"WWT-RES-2026-{each:05}",
        customer_id=customer,
        inquiry_id=inquiry,
        preferred_on=START.date(),
        party_size=4,
        tour_type="wine_tour",
        method="card",
        currency="USD",
        deposit_cents=25000,
        consult_by=START + timedelta(hours=24),
        created_at=START,
    )
    booking = await a_booking(
        tx,
        customer_id=customer,
        reservation_id=reservation,
        starts_at=starts_at,
        tax_cents=0,
        total_cents=57000,
    )
    await assign_vehicle(tx, booking, await a_vehicle(tx), starts_at=starts_at)
    await assign_driver(tx, booking, await a_driver(tx), starts_at=starts_at)
    await an_offer(tx, booking, await a_driver(tx), starts_at=starts_at)
    van, driver = await a_vehicle(tx), await a_driver(tx)
    await assign_vehicle(tx, booking, van, starts_at=starts_at)
    await assign_driver(tx, booking, driver, starts_at=starts_at)
    await at_work(tx, van, driver)
    await a_replaced_key(tx)
    for position, (kind, place) in enumerate(places.items(), 1):
        stop = STOPS.get(kind, kind)
        await a_stop(tx, booking, position, kind=stop, name=None, **{f"{kind}_id": place})
    await insert(
        tx,
        "booking_price_lines",
        booking_id=booking,
        position=1,
        kind="rate",
        label="Hours",
        rule="hourly",
        unit_cents=9500,
        amount_cents=57000,
        taxable=True,
    )
    proposal = await a_proposal(tx, customer, places, each)
    later = START + timedelta(days=900)
    await a_booking(tx, customer_id=customer, proposal_id=proposal, starts_at=later)
    payment = await a_payment(
        tx, booking_id=booking, customer_id=customer, status="partially_refunded"
    )
    await a_payment(tx, reservation_id=reservation, customer_id=customer)
    await a_payment(tx, proposal_id=proposal, customer_id=customer)
    van = await a_vehicle(tx)
    tour = await a_shared_tour(tx, status="completed", vehicle_id=van)
    await put_at_the_wheel(tx, tour, driver)
    ticket = await a_ticket(tx, shared_tour_id=tour, customer_id=customer)
    await tx.run("update tickets set sale_id = id where id = %(id)s", {"id": ticket})
    await a_payment(tx, ticket_id=ticket, customer_id=customer)
    await insert(
        tx,
        "refunds",
        payment_id=payment,
        status="succeeded",
        amount_cents=100,
        reason="goodwill",
        created_at=START,
    )
    asked = {"kind": "export", "customer_id": customer, "requested_by": staff}
    await insert(tx, "privacy_requests", **asked, requested_at=START)


@pytest.fixture
async def sales(settings: Settings, database: Database, brand: Brand) -> int:
    """Three of everything, so that one statement a row would show."""
    places = {
        "winery": await a_winery(settings),
        "restaurant": await a_place(settings, "restaurants"),
        "hotel": await a_place(settings, "hotels"),
        "own_place": await write(database, brand, an_own_place),
    }
    for each in range(1, 4):
        await write(database, brand, lambda tx, each=each: a_sale(tx, places, each))
        await write(database, brand, a_used_document, kind=Kind.WORKER)
    await write(database, brand, linked_all, kind=Kind.WORKER)
    await write(database, brand, merged_away)
    return 3


async def linked_all(tx: Transaction) -> None:
    """The service itself links whoever signs in by an issuer."""
    for (staff,) in await tx.rows("select id from staff_users"):
        link = {"staff_user_id": staff, "issuer": "https://id.example", "linked_at": START}
        await insert(tx, "staff_identities", subject=str(staff), **link)


async def merged_away(tx: Transaction) -> None:
    """Whoever bought, into somebody who did not: nothing new could name them after that."""
    await tx.run(
        "update customers set archived_at = created_at, merged_into_id = %(kept)s where id <> %(kept)s",
        {"kept": await a_customer(tx)},
    )


def test_every_relation_with_an_edge_has_a_path_to_it() -> None:
    assert {relation for relation, _ in EDGES} == set(PATHS)


@pytest.mark.parametrize(("relation", "edge"), EDGES)
async def test_an_edge_costs_one_statement_for_one_row_and_for_many(
    ask: Ask, statements: list[str], sales: int, relation: str, edge: str
) -> None:
    assert sales == 3
    answers: list[Any] = []
    counts = []
    few = 4 if relation in MIXED else 1
    for size in (few, 100):
        statements.clear()
        result = await ask(document(relation, edge, size))
        assert result.errors is None
        answers.append(result.data)
        counts.append(len(statements))

    expected = len(PATHS[relation]) + 1
    assert counts == [expected, expected]
    assert str(answers[1]).count("__typename") >= 3


def test_an_edge_leads_where_its_read_model_says() -> None:
    for relation, edge in EDGES:
        fields = TYPES[relation].__strawberry_definition__.fields
        field = next(each for each in fields if each.python_name == edge)
        many = edge in RELATIONS[relation].many
        of = field.type
        nested = isinstance(of, StrawberryContainer) and "list" in type(of).__name__.lower()
        inner = getattr(of, "of_type", None)
        nested = nested or "list" in type(inner).__name__.lower()
        assert field.metadata[BINDING] == "edge"
        assert nested == many, (relation, edge)
