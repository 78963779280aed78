"""Secrets at rest: who opens one, what a moved one is worth, and a key that is changed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest

from auth.sealing import SealingRing, SecretUnreadable, new_key
from auth.vault import Vault
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from db import sealed_secrets
from db.database import Database, Session
from domain.identity import Brand, Kind
from services.sealed_secrets import Rotated, rotate_secrets
from tests.builders import a_brand, a_member, a_principal, new_id
from tests.conftest import FreshDatabase

BOXES = "select key_id, box, version from sealed_secrets where id = any(%s) order by id"


@pytest.fixture
def vault(made: Parts) -> Vault:
    return made.vault


def worker(database: Database, brand: Brand) -> Session:
    return database.session(a_principal(brand, Kind.WORKER))


async def put(
    vault: Vault, session: Session, *, owner: UUID, kind: str = "stripe", of_brand: bool = False
) -> UUID:
    id = new_id()
    await session.write(
        lambda tx: vault.put(
            tx, b"hush", id=id, kind=kind, owner_id=owner, now=now(), of_brand=of_brand
        )
    )
    return id


async def opened(vault: Vault, session: Session, id: UUID, kind: str = "stripe") -> bytes | None:
    return await session.write(lambda tx: vault.open(tx, id, kind))


async def in_full(settings: Settings, statement: Any, *given: Any) -> Sequence[tuple[Any, ...]]:
    """As an administrator of the server, who alone sees it all."""
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(statement, given)
        return await cursor.fetchall() if cursor.description else []


async def test_a_member_opens_their_own_secret_and_nobody_elses(
    database: Database, brand: Brand, vault: Vault
) -> None:
    mine, other = new_id(), new_id()
    session = database.session(a_principal(brand, actor=mine))
    id = await put(vault, session, owner=mine, kind="totp")
    assert await opened(vault, session, id, "totp") == b"hush"
    assert await opened(vault, session, id, "smtp") is None

    colleague = database.session(a_principal(brand, actor=other))
    assert await opened(vault, colleague, id, "totp") is None
    with pytest.raises(Exception, match="row-level security"):
        await put(vault, colleague, owner=mine, kind="totp")


async def test_what_is_a_brands_opens_for_its_worker_alone(
    database: Database, brand: Brand, settings: Settings, vault: Vault
) -> None:
    sister, stranger = await a_brand(settings, tenant=brand, code="nwtc"), await a_brand(settings)
    staff = database.session(a_principal(brand))
    of_brand = await put(vault, staff, owner=new_id(), of_brand=True)
    of_company = await put(vault, staff, owner=new_id())

    opens = {
        (home.code, kind): [
            await opened(vault, database.session(a_principal(home, kind)), id)
            for id in (of_brand, of_company)
        ]
        for home in (brand, sister)
        for kind in (Kind.WORKER, Kind.STAFF)
    }
    assert opens == {
        ("wwt", Kind.WORKER): [b"hush", b"hush"],
        ("nwtc", Kind.WORKER): [None, b"hush"],
        ("wwt", Kind.STAFF): [None, None],
        ("nwtc", Kind.STAFF): [None, None],
    }
    for id in (of_brand, of_company):
        assert await opened(vault, worker(database, stranger), id) is None


async def test_nobody_selects_what_is_sealed(database: Database, brand: Brand) -> None:
    for kind in Kind:
        if kind is Kind.NOBODY:
            continue
        with pytest.raises(Exception, match="permission denied"):
            async with database.session(a_principal(brand, kind)).read() as tx:
                await tx.rows("select box from sealed_secrets")


@pytest.mark.parametrize("moved", ["tenant", "brand", "kind", "owner", "box"])
async def test_a_secret_that_was_moved_is_opened_by_nobody(
    database: Database, brand: Brand, settings: Settings, vault: Vault, moved: str
) -> None:
    other = await a_brand(settings) if moved == "tenant" else brand
    id = await put(vault, worker(database, brand), owner=new_id(), of_brand=moved == "brand")
    there = await put(vault, worker(database, brand), owner=new_id())
    changes = {
        "tenant": ("tenant_id = %s", other.tenant_id),
        "brand": ("brand_id = %s::integer", None),
        "kind": ("kind = %s", "smtp"),
        "owner": ("owner_id = %s", new_id()),
        "box": ("box = (select box from sealed_secrets where id = %s)", there),
    }
    changed, value = changes[moved]
    await in_full(settings, f"update sealed_secrets set {changed} where id = %s", value, id)  # noqa: S608

    kind = "smtp" if moved == "kind" else "stripe"
    with pytest.raises(SecretUnreadable, match="was not sealed for the row"):
        await opened(vault, worker(database, other), id, kind)


async def test_everything_is_sealed_anew_in_batches_and_a_second_run_finds_nothing(
    fresh_database: FreshDatabase,
) -> None:
    database, settings = fresh_database.database, fresh_database.settings
    old, new = new_key(), new_key()
    before, both = Vault(SealingRing(old)), Vault(SealingRing(new, before=old))
    homes = [await a_brand(settings) for _ in range(2)]
    ids = [
        await put(before, worker(database, home), owner=new_id(), of_brand=of_brand)
        for home in homes
        for of_brand in (True, False)
    ]
    member = await a_member(database, homes[0])
    own = database.session(a_principal(homes[0], actor=member))
    ids.append(await put(before, own, owner=member, kind="totp"))
    lost = await put(Vault(SealingRing(new_key())), worker(database, homes[0]), owner=new_id())
    was = dict(zip(ids, await in_full(settings, BOXES, ids), strict=True))

    told: list[Rotated] = []
    done = await rotate_secrets(database, both, now=now, batch=2, told=told.append)

    assert done == Rotated(sealed=5)
    assert [each.sealed for each in told] == [2, 4, 5]
    boxes = dict(zip(ids, await in_full(settings, BOXES, ids), strict=True))
    assert {(key, version) for key, _, version in boxes.values()} == {(both.ring.newest, 2)}
    assert all(boxes[id][1] != was[id][1] for id in ids)
    after = Vault(SealingRing(new))
    assert await opened(after, worker(database, homes[1]), ids[2]) == b"hush"
    assert await opened(after, own, ids[4], "totp") == b"hush"
    assert await rotate_secrets(database, both, now=now) == Rotated()
    with pytest.raises(SecretUnreadable, match=r"^No key .* is here"):
        await opened(after, worker(database, homes[0]), lost)


async def test_what_cannot_be_read_is_counted_and_stays_as_it_is(
    fresh_database: FreshDatabase,
) -> None:
    database, settings = fresh_database.database, fresh_database.settings
    old = new_key()
    home = await a_brand(settings)
    before, both = Vault(SealingRing(old)), Vault(SealingRing(new_key(), before=old))
    ids = [await put(before, worker(database, home), owner=new_id()) for _ in range(3)]
    await in_full(settings, "update sealed_secrets set kind = 'smtp' where id = %s", ids[1])
    was = await in_full(settings, BOXES, [ids[1]])

    assert await rotate_secrets(database, both, now=now, batch=1) == Rotated(2, unreadable=1)

    assert await in_full(settings, BOXES, [ids[1]]) == was


async def test_a_secret_that_was_changed_meanwhile_is_not_overwritten(
    database: Database, brand: Brand, vault: Vault
) -> None:
    session = worker(database, brand)
    id = await put(vault, session, owner=new_id())
    read = await session.write(lambda tx: sealed_secrets.one(tx, id, "stripe"))
    assert read is not None
    assert await session.write(lambda tx: vault.seal_anew(tx, id, "stripe", now=now()))

    late = await session.write(
        lambda tx: sealed_secrets.update_box(
            tx, id, version=read.version, key_id=read.key_id, box=read.box, now=now()
        )
    )

    assert late is False
    assert await opened(vault, session, id) == b"hush"
