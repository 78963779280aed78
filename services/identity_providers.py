"""What an owner does to single sign-on: an issuer is set, changed and removed, a link undone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from auth.vault import Vault
from db import events, identity_providers, sealed_secrets
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound
from domain.events import Event
from domain.identity_providers import (
    IdentityProvider,
    NewTerms,
    check_kept,
    check_secret,
    is_same_client,
    remove_provider,
    set_provider,
    told,
    unlink,
)
from domain.ids import Ids

KIND = "oidc"


async def set_identity_provider(
    tx: Transaction,
    wish: NewTerms,
    *,
    vault: Vault,
    secret: str | None,
    keeps: bool,
    plain: bool,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Say by whom the tenant's staff sign in.

    Shape:  a `secret` takes the place of the one before; without one, it stays if the wish `keeps`
            it. Another issuer or client ends the sessions that the one before began; enforcing it
            ends those of passwords, but not of owners.
    Errors: StaleVersion, InvalidInput, ProviderUnproven.
    """
    before = await identity_providers.lock(tx)
    issuer = wish.named.get("issuer", before.terms.issuer if before else "")
    proven = await identity_providers.is_proven(tx, issuer)
    after = set_provider(before, wish, id=ids.new(), proven=proven, plain=plain, now=now)
    after = await _with_secret(
        tx, before, after, vault=vault, secret=secret, keeps=keeps, now=now, ids=ids
    )
    if before is None:
        await identity_providers.insert(tx, after)
        await _tell(tx, "IdentityProviderSet", None, after, now=now, ids=ids)
    elif after != before:
        await _change(tx, before, after, now=now)
        await _tell(tx, "IdentityProviderChanged", before, after, now=now, ids=ids)
    return after.id


async def remove_identity_provider(
    tx: Transaction, provider_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """End single sign-on: passwords count again, and every session that it began is over.

    Errors: NotFound, StaleVersion.
    """
    before = await identity_providers.lock(tx)
    if before is None or before.id != provider_id:
        raise NotFound(path="id")
    after = remove_provider(before, expected_version=expected_version, now=now)
    await identity_providers.update(tx, after)
    await _drop(tx, before, after)
    await identity_providers.end_sessions(tx, after.id, now=now)
    await _tell(tx, "IdentityProviderRemoved", before, after, now=now, ids=ids)
    return after.id


async def unlink_staff_identity(
    tx: Transaction, identity_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """Forget which subject of an issuer a member is: the next sign-in is by their address again.

    Errors: NotFound, StaleVersion.
    """
    before = await identity_providers.lock_identity(tx, identity_id)
    if before is None:
        raise NotFound(path="id")
    after = unlink(before, expected_version=expected_version, now=now)
    await identity_providers.unlink(tx, after)
    kind, entity = "StaffIdentityUnlinked", "staff_identity"
    await events.append(tx, happened(kind, entity, before, after, id=ids.new(), now=now))
    return after.id


async def _change(
    tx: Transaction, before: IdentityProvider, after: IdentityProvider, *, now: datetime
) -> None:
    await identity_providers.update(tx, after)
    await _drop(tx, before, after)
    if not is_same_client(before, after):
        await identity_providers.end_sessions(tx, after.id, now=now)
    if after.terms.enforced and not before.terms.enforced:
        await identity_providers.end_sessions(tx, None, now=now)


async def _with_secret(
    tx: Transaction,
    before: IdentityProvider | None,
    after: IdentityProvider,
    *,
    vault: Vault,
    secret: str | None,
    keeps: bool,
    now: datetime,
    ids: Ids,
) -> IdentityProvider:
    """Errors: InvalidInput."""
    if keeps:
        check_kept(before, after)
        return after
    if secret is None and after.secret_id is None:
        return after
    id = None
    if secret is not None:
        id = ids.new()
        sealed = check_secret(secret).encode()
        await vault.put(tx, sealed, id=id, kind=KIND, owner_id=after.id, now=now)
    version = after.version if before is None or after.version > before.version else None
    return replace(after, secret_id=id, version=version or after.version + 1)


async def _drop(tx: Transaction, before: IdentityProvider, after: IdentityProvider) -> None:
    """The secret that is used no more, once nothing names it."""
    if before.secret_id is not None and before.secret_id != after.secret_id:
        await sealed_secrets.forget(tx, before.secret_id)


async def _tell(
    tx: Transaction,
    kind: str,
    before: IdentityProvider | None,
    after: IdentityProvider,
    *,
    now: datetime,
    ids: Ids,
) -> None:
    old: Mapping[str, Any] = told(before)
    new = told(after)
    event = Event(
        id=ids.new(),
        kind=kind,
        entity="identity_provider",
        entity_id=after.id,
        entity_version=after.version,
        occurred_at=now,
        changes={
            name: (old.get(name), value)
            for name, value in new.items()
            if before is None or old.get(name) != value
        },
    )
    await events.append(tx, event)
