"""What staff do to a link: end it, say when it ends, give another in its place."""

from datetime import datetime
from uuid import UUID

from db import events, jobs, links
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound
from domain.ids import Ids
from domain.links import Link, end_at, reissue, revoke


async def revoke_link(
    tx: Transaction, link_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> Link:
    """Errors: NotFound, StaleVersion."""
    before = await _locked(tx, link_id)
    after = revoke(before, expected_version=expected_version, now=now)
    return await _stored(tx, "LinkRevoked", before, after, now=now, ids=ids)


async def set_link_expiry(
    tx: Transaction,
    link_id: UUID,
    expires_at: datetime | None,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> Link:
    """Errors: NotFound, StaleVersion, WrongState, InvalidInput."""
    before = await _locked(tx, link_id)
    after = end_at(before, expires_at, expected_version=expected_version, now=now)
    return await _stored(tx, "LinkExpirySet", before, after, now=now, ids=ids)


async def reissue_link(
    tx: Transaction,
    link_id: UUID,
    expires_at: datetime | None,
    *,
    expected_version: int,
    mailed: bool,
    now: datetime,
    ids: Ids,
) -> Link:
    """One in its place; the old one opens nothing any more. The new one is mailed if that is said.

    Errors: NotFound, StaleVersion, InvalidInput.
    """
    before = await _locked(tx, link_id)
    old, new = reissue(before, expires_at, id=ids.new(), expected_version=expected_version, now=now)
    await _stored(tx, "LinkRevoked", before, old, now=now, ids=ids)
    await links.issue(
        tx, new.object_kind, new.object_id, id=new.id, now=now, expires_at=new.expires_at
    )
    told = happened("LinkIssued", "link", None, new, id=ids.new(), now=now)
    await events.append(tx, told)
    if mailed:
        given = {"link_id": str(new.id), "event_id": str(told.id)}
        await jobs.enqueue(tx, "mail_link", given)
    return new


async def _locked(tx: Transaction, link_id: UUID) -> Link:
    found = await links.lock(tx, link_id)
    if found is None:
        raise NotFound(path="id")
    return found


async def _stored(
    tx: Transaction, kind: str, before: Link, after: Link, *, now: datetime, ids: Ids
) -> Link:
    if after is not before:
        await links.update(tx, after)
        await events.append(tx, happened(kind, "link", before, after, id=ids.new(), now=now))
    return after
