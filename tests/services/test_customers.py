"""Changing a customer's contact details: in normal form, told without the values, or not at all."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.customers import ContactChange, Customer
from domain.errors import DomainError, EmailTaken, InvalidInput, NotFound, StaleVersion
from domain.identity import Brand
from services.customers import update_customer
from tests.builders import START, a_brand, a_customer, a_principal, new_id, write
from tests.db.refusals import stored
from tests.services.trail import NOTHING, OneId, Trail, trail_of

NOW = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
EMAIL, PHONE = "ada@example.com", "+15095550142"
ROW = "select name, email, phone, updated_at, version from customers where id = %(id)s"


def _changing(
    customer: UUID, named: Mapping[str, Any], *, version: int = 1, event: UUID | None = None
) -> Callable[[Transaction], Awaitable[Customer]]:
    wish = ContactChange(customer, version, frozenset(named), **named)
    ids = OneId(event or new_id())
    return lambda tx: update_customer(tx, wish, now=NOW, ids=ids)


async def _ada(database: Database, brand: Brand, **values: Any) -> UUID:
    given = {"name": "Ada Guest", "email": EMAIL, "phone": PHONE, **values}
    made: UUID = await write(database, brand, lambda tx: a_customer(tx, **given))
    return made


async def _row(database: Database, brand: Brand, id: UUID) -> Any:
    return await write(database, brand, lambda tx: tx.row(ROW, {"id": id}))


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({"name": "  Ada   Lovelace "}, ("Ada Lovelace", EMAIL, PHONE)),
        ({"email": " Ada@Lovelace.ORG "}, ("Ada Guest", "ada@lovelace.org", PHONE)),
        ({"phone": "+1 (509) 555-0199"}, ("Ada Guest", EMAIL, "+15095550199")),
        ({"email": None}, ("Ada Guest", None, PHONE)),
        ({"phone": None}, ("Ada Guest", EMAIL, None)),
        ({"name": "Bob", "email": "b@c.de", "phone": None}, ("Bob", "b@c.de", None)),
    ],
)
async def test_what_is_named_is_stored_in_its_normal_form_and_the_rest_stays(
    database: Database,
    brand: Brand,
    named: dict[str, str | None],
    expected: tuple[str | None, ...],
) -> None:
    ada = await _ada(database, brand)
    changed = await write(database, brand, _changing(ada, named))
    assert (changed.name, changed.email, changed.phone, changed.version) == (*expected, 2)
    assert await _row(database, brand, ada) == (*expected, NOW, 2)


async def test_a_change_leaves_an_event_without_values_and_the_values_apart(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada, event, principal = await _ada(database, brand), new_id(), a_principal(brand)
    work = _changing(ada, {"name": "Ada Lovelace", "email": None, "phone": PHONE}, event=event)
    await database.session(principal).write(work)
    kind, actor = "CustomerUpdated", principal.actor_id
    assert await trail_of(settings, brand) == Trail(
        events=[(event, kind, "customer", ada, 2, "staff", actor, NOW, {"version": [1, 2]})],
        personal=[(event, "email", EMAIL, None), (event, "name", "Ada Guest", "Ada Lovelace")],
        notices=[(event, "customer", ada, kind, None)],
        jobs=[],
    )


@pytest.mark.parametrize(
    "named",
    [{}, {"name": "Ada Guest"}, {"email": "ADA@example.com "}, {"phone": "+1 509 555 0142"}],
)
async def test_a_wish_that_changes_nothing_stores_nothing(
    database: Database, settings: Settings, brand: Brand, named: dict[str, str | None]
) -> None:
    ada = await _ada(database, brand)
    before = await stored(database, brand)
    same = await write(database, brand, _changing(ada, named))
    assert same == Customer(ada, "Ada Guest", EMAIL, PHONE, 1)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING


async def _assert_nothing_changes(
    database: Database,
    settings: Settings,
    brand: Brand,
    work: Callable[[Transaction], Awaitable[Customer]],
    by: type[DomainError],
) -> DomainError:
    before = await stored(database, brand)
    with pytest.raises(by) as refused:
        await write(database, brand, work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == NOTHING
    return refused.value


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ({"name": None}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "ada"}, "email"),
        ({"email": "a@b@c.de"}, "email"),
        ({"email": f"{'x' * 250}@b.de"}, "email"),
        ({"phone": "509 555 0142"}, "phone"),
        ({"phone": "+0123456789"}, "phone"),
        ({"name": "Ada Lovelace", "phone": "later"}, "phone"),
    ],
)
async def test_a_value_in_no_form_is_refused_with_its_field(
    database: Database, settings: Settings, brand: Brand, named: dict[str, str], path: str
) -> None:
    ada = await _ada(database, brand)
    work = _changing(ada, named)
    refused = await _assert_nothing_changes(database, settings, brand, work, InvalidInput)
    assert refused.path == path


async def test_a_change_made_on_an_old_version_is_refused(
    database: Database, settings: Settings, brand: Brand
) -> None:
    ada = await _ada(database, brand, version=3)
    work = _changing(ada, {"name": "Ada Lovelace"}, version=2)
    refused = await _assert_nothing_changes(database, settings, brand, work, StaleVersion)
    assert refused.message == (
        "You changed version 2; the current version is 3."
        " Read the object again and repeat the change."
    )


async def test_an_address_of_another_customer_is_taken_and_of_another_brands_is_free(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await _ada(database, sister, email="grace@example.com")
    await _ada(database, brand, email="taken@example.com")
    ada = await _ada(database, brand)
    work = _changing(ada, {"email": "TAKEN@example.com"})
    refused = await _assert_nothing_changes(database, settings, brand, work, EmailTaken)
    assert refused.path == "email"
    await write(database, brand, _changing(ada, {"email": "grace@example.com"}))
    assert (await _row(database, brand, ada))[1] == "grace@example.com"


async def test_a_customer_of_nobody_of_a_sister_of_a_stranger_or_archived_is_not_there(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    stranger = await a_brand(settings)
    theirs = [await _ada(database, other) for other in (sister, stranger)]
    archived = await _ada(database, brand, archived_at=START)
    for customer in (*theirs, archived, new_id()):
        work = _changing(customer, {"name": "Mallory"})
        refused = await _assert_nothing_changes(database, settings, brand, work, NotFound)
        assert refused.message == "There is no such object for this caller."
    for other, customer in zip((sister, stranger), theirs, strict=True):
        assert (await _row(database, other, customer))[0] == "Ada Guest"
        assert await trail_of(settings, other) == NOTHING
