"""What an owner can do to the operating company itself: leave."""

from datetime import datetime

from db import events, tenants
from db.database import Transaction
from domain.errors import InvalidInput, WrongState
from domain.events import Event
from domain.ids import Ids
from domain.tenants import WAITS


async def leave_tenant(tx: Transaction, confirm: str, *, now: datetime, ids: Ids) -> datetime:
    """Suspend all brands at once; until the day that is given, all can be exported or undone.

    Errors: InvalidInput for another slug, BeyondOwnRights for whoever does not own every brand.
    """
    brand = tx.principal.brand
    if brand is None or confirm != brand.tenant_slug:
        raise InvalidInput("This is not the slug of your company.", path="confirm")
    leaves_at = now + WAITS
    left = await tenants.leave(tx, confirm, now=now, leaves_at=leaves_at)
    if left is None:
        raise WrongState("Your company is leaving already.")
    event = Event(
        id=ids.new(),
        kind="TenantLeft",
        entity="tenant",
        entity_id=left,
        entity_version=1,
        occurred_at=now,
        changes={
            "status": ("active", "leaving"),
            "leaves_at": (None, leaves_at.isoformat()),
        },
    )
    await events.append(tx, event)
    return leaves_at
