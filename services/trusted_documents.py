"""What can be done to the documents of an app, and to its lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import events, trusted_documents
from db.database import Transaction
from domain.errors import NotFound
from domain.events import Change, Event
from domain.ids import Ids
from domain.trusted_documents import (
    AppLock,
    Draft,
    Lock,
    TrustedDocument,
    check_number,
    check_pushing,
    check_room,
    restore,
    retire,
    set_lock,
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push came to: how many are new or in force again, and how many were before."""

    stored: int
    unchanged: int


async def push_trusted_documents(
    tx: Transaction, app_id: UUID, drafts: Sequence[Draft], *, now: datetime, ids: Ids
) -> Pushed:
    """Register documents of an app; one that it has is left as it is, a retired one comes back.

    Errors: Forbidden, NotFound, InvalidInput, TooManyDocuments; then nothing is stored.
    """
    check_number(drafts)
    check_pushing(tx.principal, app_id)
    wanted = {each.digest: each for each in drafts}
    target = await trusted_documents.target(tx, app_id)
    if target is None:
        raise NotFound(path="appId")
    known = await trusted_documents.lock_pushed(tx, app_id, sorted(wanted))
    back = [restore(each) for each in known if each.retired_at is not None]
    new = [wanted[digest] for digest in sorted(wanted.keys() - {each.digest for each in known})]
    check_room(target, more=len(new) + len(back))
    if new:
        new_ids = [ids.new() for _ in new]
        await trusted_documents.insert(tx, app_id, new, ids=new_ids, now=now)
    for each in back:
        await trusted_documents.set_retired(tx, each)
    if new or back:
        told = sorted([each.digest for each in new] + [each.digest for each in back])
        changes: Mapping[str, Change] = {"documents": (None, told)}
        await _tell(tx, "DocumentsPushed", app_id, target.version, changes, id=ids.new(), now=now)
    return Pushed(len(new) + len(back), len(wanted) - len(new) - len(back))


async def retire_trusted_document(
    tx: Transaction, document_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> TrustedDocument:
    """Take a document out of force. Errors: NotFound, StaleVersion, WrongState."""
    before = await trusted_documents.lock(tx, document_id)
    if before is None:
        raise NotFound(path="id")
    after = retire(before, expected_version=expected_version, now=now)
    await trusted_documents.set_retired(tx, after)
    version = await trusted_documents.version_of_app(tx, after.app_id)
    changes: Mapping[str, Change] = {"documents": ([after.digest], None)}
    await _tell(tx, "DocumentRetired", after.app_id, version, changes, id=ids.new(), now=now)
    return after


async def set_document_lock(
    tx: Transaction, app_id: UUID, lock: Lock, *, expected_version: int, now: datetime, ids: Ids
) -> AppLock:
    """Lock the live keys of an app to its documents, or let them send what they like.

    Errors: NotFound, StaleVersion.
    """
    before = await trusted_documents.lock_app(tx, app_id)
    if before is None:
        raise NotFound(path="appId")
    after = set_lock(before, lock, expected_version=expected_version)
    if after != before:
        await trusted_documents.set_lock(tx, after)
        changes: Mapping[str, Change] = {
            "document_lock": (before.lock, after.lock),
            "version": (before.version, after.version),
        }
        kind = "DocumentLockChanged"
        await _tell(tx, kind, app_id, after.version, changes, id=ids.new(), now=now)
    return after


async def _tell(
    tx: Transaction,
    kind: str,
    app_id: UUID,
    version: int,
    changes: Mapping[str, Change],
    *,
    id: UUID,
    now: datetime,
) -> None:
    await events.append(tx, Event(id, kind, "app", app_id, version, now, changes))
