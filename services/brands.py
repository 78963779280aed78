"""What can be done to a brand: it is made, says something else, and trusts other pages."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from db import brand_profiles, events
from db.database import Transaction
from domain.brands import (
    NewBrand,
    Profile,
    ProfileChange,
    add_origin,
    change_profile,
    check_brand,
    furnish,
    remove_origin,
)
from domain.changes import happened
from domain.errors import NotFound
from domain.events import Event, Plain
from domain.ids import Ids


async def create_brand(tx: Transaction, wish: NewBrand, *, now: datetime, ids: Ids) -> NewBrand:
    """Another brand of the caller's operator, which the caller owns and can sell for at once.

    Shape:  told in the brand that the caller acts for; the new one has no past.
    Errors: InvalidInput, BrandCodeTaken, BeyondOwnRights for whoever does not own the acting brand.
    """
    new = check_brand(wish)
    furniture = furnish(new.code, new.time_zone, now=now, ids=ids)
    brand_id, owner = ids.new(), ids.new()
    await brand_profiles.make(tx, new, furniture, public_id=brand_id, membership_id=owner, now=now)
    told = {
        **asdict(new),
        "membership_id": str(owner),
        "owner_id": str(tx.principal.actor_id),
        "effective_from": furniture.effective_from.isoformat(),
    }
    event = Event(
        id=ids.new(),
        kind="BrandCreated",
        entity="brand",
        entity_id=brand_id,
        entity_version=1,
        occurred_at=now,
        changes={name: (None, value) for name, value in told.items()},
    )
    await events.append(tx, event)
    return new


async def update_brand(tx: Transaction, wish: ProfileChange, *, now: datetime, ids: Ids) -> Profile:
    """Change what the brand says of itself. Errors: StaleVersion, InvalidInput."""
    return await _changed(
        tx, "BrandUpdated", lambda before: change_profile(before, wish), now=now, ids=ids
    )


async def add_web_origin(
    tx: Transaction,
    origin: str,
    *,
    expected_version: int,
    development: bool,
    now: datetime,
    ids: Ids,
) -> Profile:
    """Let pages of a website speak for it. Errors: StaleVersion, InvalidInput, WrongState."""

    def decide(before: Profile) -> Profile:
        return add_origin(
            before, origin, expected_version=expected_version, development=development
        )

    return await _changed(tx, "WebOriginAdded", decide, now=now, ids=ids)


async def remove_web_origin(
    tx: Transaction, origin: str, *, expected_version: int, now: datetime, ids: Ids
) -> Profile:
    """Let them no more. Errors: StaleVersion, InvalidInput for one that is not there."""

    def decide(before: Profile) -> Profile:
        return remove_origin(before, origin, expected_version=expected_version)

    return await _changed(tx, "WebOriginRemoved", decide, now=now, ids=ids)


async def _changed(
    tx: Transaction,
    kind: str,
    decide: Callable[[Profile], Profile],
    *,
    now: datetime,
    ids: Ids,
) -> Profile:
    before = await brand_profiles.lock(tx)
    if before is None:
        raise NotFound
    after = decide(before)
    if after is not before:
        await brand_profiles.update(tx, after)
        event = happened(kind, "brand", before, after, id=ids.new(), now=now)
        pairs = {name: (_told(old), _told(new)) for name, (old, new) in event.changes.items()}
        await events.append(tx, replace(event, changes=pairs))
    return after


def _told(value: Plain) -> Plain:
    return list(value) if isinstance(value, tuple) else value
