"""What is known of a caller by the credential that was shown, and which keys are refused."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.api_keys import make_key
from auth.authenticate import Presented
from auth.tokens import Claims
from bootstrap.wiring import Parts, now
from db import links
from db.database import Transaction
from domain.errors import RuleBroken, Unauthenticated
from domain.identity import Brand, Kind, Mode, Scope
from tests.builders import START, a_booking, a_key, a_member, an_app, insert, new_id, write


async def stored(tx: Transaction, kind: str, app: UUID, **values: Any) -> str:
    return await a_key(tx, kind, app_id=app, **values)


@pytest.mark.parametrize(
    ("kind", "of", "app_kind", "mode"),
    [
        ("site", Kind.SITE, "site", "live"),
        ("site", Kind.SITE, "site", "test"),
        ("partner", Kind.PARTNER, "partner", "live"),
        ("ci", Kind.PARTNER, "site", "live"),
        ("ci", Kind.PARTNER, "partner", "test"),
    ],
)
async def test_a_key_speaks_for_its_app_in_its_mode(
    made: Parts, brand: Brand, kind: str, of: Kind, app_kind: str, mode: Mode
) -> None:
    key = make_key(kind, mode, entropy=secrets.token_bytes(32))
    id = new_id()

    async def work(tx: Transaction) -> UUID:
        app = await an_app(tx, kind=app_kind, name="Ours")
        facts = {"key_hash": key.key_hash, "prefix": key.prefix, "last_four": key.last_four}
        await stored(tx, kind, app, id=id, mode=mode, **facts)
        return app

    app = await write(made.database, brand, work)
    principal = await made.authenticator.principal(Presented(key.text))

    assert (principal.kind, principal.role, principal.label) == (of, kind, "Ours")
    assert (principal.app_id, principal.actor_id, principal.mode) == (app, app, mode)
    assert principal.credential == id
    if kind == "ci":
        assert principal.scopes == {Scope.DOCUMENTS_PUSH}


async def test_a_key_does_no_more_than_its_list_says(made: Parts, brand: Brand) -> None:
    only = ["catalog:read", "customers:read"]
    key = await write(made.database, brand, lambda tx: a_key(tx, scopes=only))

    principal = await made.authenticator.principal(Presented(key))

    assert principal.scopes == {Scope.CATALOG_READ}


async def test_no_key_of_a_suspended_app_is_taken(made: Parts, brand: Brand) -> None:
    async def work(tx: Transaction) -> str:
        return await stored(tx, "site", await an_app(tx, kind="site", status="suspended"))

    key = await write(made.database, brand, work)

    with pytest.raises(Unauthenticated, match=r"^The key is not valid\.$"):
        await made.authenticator.principal(Presented(key))


async def test_a_mistyped_key_is_told_apart_without_a_look_up(
    made: Parts, brand: Brand, statements: list[str]
) -> None:
    key = await write(made.database, brand, a_key)
    statements.clear()

    with pytest.raises(Unauthenticated, match="was not copied as it is"):
        await made.authenticator.principal(Presented(key[:-1]))

    assert statements == []


@pytest.mark.parametrize(("kind", "app_kind"), [("site", "partner"), ("partner", "site")])
async def test_a_key_of_another_kind_than_its_app_is_not_stored(
    made: Parts, brand: Brand, kind: str, app_kind: str
) -> None:
    async def work(tx: Transaction) -> None:
        await stored(tx, kind, await an_app(tx, kind=app_kind))

    with pytest.raises(RuleBroken, match="kind of its app"):
        await write(made.database, brand, work)


async def test_a_token_and_a_link_are_known_by_their_session_and_their_id(
    made: Parts, brand: Brand
) -> None:
    member, session, link = await a_member(made.database, brand), new_id(), new_id()

    async def work(tx: Transaction) -> None:
        facts = {"brand_code": brand.code, "address": "192.0.2.1", "created_at": START}
        later = {"refreshed_at": START, "expires_at": now() + timedelta(days=1)}
        await insert(tx, "staff_sessions", id=session, staff_user_id=member, **facts, **later)
        booking = await a_booking(tx, ends_at=now(), starts_at=now() - timedelta(hours=6))
        await links.issue(tx, "booking", booking, id=link, now=now())

    await write(made.database, brand, work, actor=member)
    claims = Claims(Kind.STAFF, member, brand.tenant_slug, brand.code, session)
    token = made.tokens.sign(claims, now=now(), lifetime=timedelta(minutes=5))
    by_session = await made.authenticator.principal(Presented(token))
    by_link = await made.authenticator.principal(Presented(made.links.token_of(link)))

    assert (by_session.credential, by_session.app_id, by_session.mode) == (session, None, "live")
    assert (by_link.credential, by_link.app_id, by_link.mode) == (link, None, "live")
