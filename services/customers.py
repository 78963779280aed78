"""What can be done to a customer."""

from datetime import datetime
from uuid import UUID

from db import customers, events, history
from db.database import Transaction
from domain.customer_merges import archive, restore
from domain.customers import (
    ContactChange,
    Customer,
    NewCustomer,
    as_it_was,
    change_contact,
    differences,
    make_customer,
    set_tags,
)
from domain.errors import InvalidInput, NotFound
from domain.events import Event
from domain.history import undone
from domain.ids import Ids
from domain.preferences import Preferences


async def create_customer(
    tx: Transaction, wish: NewCustomer, *, now: datetime, ids: Ids
) -> Customer:
    """Errors: InvalidInput, EmailTaken."""
    customer = make_customer(wish, id=ids.new())
    await _check_wineries(tx, customer.preferences)
    await customers.insert(tx, customer, now=now)
    await _tell(tx, "CustomerCreated", None, customer, id=ids.new(), now=now)
    return customer


async def update_customer(
    tx: Transaction, wish: ContactChange, *, now: datetime, ids: Ids
) -> Customer:
    """Change what is known of a customer; a wish that changes nothing stores nothing.

    Errors: NotFound, StaleVersion, InvalidInput, EmailTaken.
    """
    before = await _locked(tx, wish.customer_id)
    after = change_contact(before, wish)
    await _check_wineries(tx, after.preferences)
    return await _stored(tx, "CustomerUpdated", before, after, now=now, ids=ids)


async def set_customer_tags(
    tx: Transaction,
    customer_id: UUID,
    tags: tuple[str, ...],
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> Customer:
    """Errors: NotFound, StaleVersion, InvalidInput."""
    before = await _locked(tx, customer_id)
    after = set_tags(before, tags, expected_version=expected_version)
    return await _stored(tx, "CustomerTagged", before, after, now=now, ids=ids)


async def archive_customer(
    tx: Transaction, customer_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Customer:
    """Errors: NotFound, StaleVersion."""
    before = await _any(tx, customer_id)
    after = archive(before, expected_version=expected_version, now=now)
    return await _stored(tx, "CustomerArchived", before, after, now=now, ids=ids)


async def restore_customer(
    tx: Transaction, customer_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Customer:
    """Errors: NotFound, StaleVersion, WrongState for a merged one."""
    before = await _any(tx, customer_id)
    after = restore(before, expected_version=expected_version)
    return await _stored(tx, "CustomerRestored", before, after, now=now, ids=ids)


async def restore_customer_version(
    tx: Transaction,
    customer_id: UUID,
    version: int,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> Customer:
    """Bring back what was known of a customer in an earlier version, as a change of today.

    Errors: NotFound, StaleVersion, InvalidInput, EmailTaken.
    """
    before = await _locked(tx, customer_id)
    later = await history.since(tx, customer_id, version)
    past = undone(before.facts(), before.version, reversed(later))
    after = as_it_was(before, past, version=version, expected_version=expected_version)
    return await _stored(tx, "CustomerVersionRestored", before, after, now=now, ids=ids)


async def _locked(tx: Transaction, customer_id: UUID) -> Customer:
    found = await customers.lock(tx, customer_id)
    if found is None:
        raise NotFound(path="id")
    return found


async def _any(tx: Transaction, customer_id: UUID) -> Customer:
    found = await customers.lock_any(tx, [customer_id])
    if not found:
        raise NotFound(path="id")
    return found[0]


async def _check_wineries(tx: Transaction, preferences: Preferences) -> None:
    if preferences.winery_ids and await customers.unknown_wineries(tx, preferences.winery_ids):
        raise InvalidInput("A winery of the list is not in the directory.", path="wineryIds")


async def _stored(
    tx: Transaction, kind: str, before: Customer, after: Customer, *, now: datetime, ids: Ids
) -> Customer:
    if differences(before, after) is None:
        return before
    await customers.update(tx, after, now=now)
    await _tell(tx, kind, before, after, id=ids.new(), now=now)
    return after


async def _tell(
    tx: Transaction, kind: str, before: Customer | None, after: Customer, *, id: UUID, now: datetime
) -> None:
    changed = differences(before, after)
    await events.append(
        tx,
        Event(
            id=id,
            kind=kind,
            entity="customer",
            entity_id=after.id,
            entity_version=after.version,
            occurred_at=now,
            changes=changed.changes if changed else {},
            personal=changed.personal if changed else {},
        ),
    )
