"""What a customer says about being written to."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from db import customers, events
from db.database import Transaction
from domain.consents import Consent, say
from domain.customers import Customer, check_version, differences
from domain.errors import NotFound
from domain.events import Event
from domain.ids import Ids


@dataclass(frozen=True, slots=True)
class NewConsent:
    """A word about one channel, as staff heard it."""

    customer_id: UUID
    channel: str
    word: Consent
    expected_version: int


async def record_consent(tx: Transaction, wish: NewConsent, *, now: datetime, ids: Ids) -> Customer:
    """Keep what a customer said about a channel; what they said before stays in the events.

    Errors: NotFound, StaleVersion, InvalidInput.
    """
    before = await customers.lock(tx, wish.customer_id)
    if before is None:
        raise NotFound(path="id")
    check_version(before, wish.expected_version)
    consents = say(before.consents, wish.channel, wish.word, now=now)
    after = replace(before, consents=consents, version=before.version + 1)
    changed = differences(before, after)
    if changed is None:
        return before
    await customers.update(tx, after, now=now)
    await events.append(
        tx,
        Event(
            id=ids.new(),
            kind="ConsentGiven" if wish.word.given else "ConsentWithdrawn",
            entity="customer",
            entity_id=after.id,
            entity_version=after.version,
            occurred_at=now,
            changes=changed.changes,
        ),
    )
    return after
