"""Documents are registered for an app, all or none, retired, and brought back by another push."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from bootstrap.wiring import Parts, now
from db.database import Database, Session, Transaction
from domain.errors import Forbidden, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Kind, Principal
from domain.trusted_documents import (
    MOST_AT_ONCE,
    MOST_OF_AN_APP,
    Draft,
    Lock,
    TooManyDocuments,
    digest_of,
)
from services.trusted_documents import (
    Pushed,
    push_trusted_documents,
    retire_trusted_document,
    set_document_lock,
)
from tests.builders import START, a_brand, a_principal, an_app, insert, new_id, write

ONE, TWO = "{ brand { code } }", "{ brand { name } }"


def drafts(*texts: str) -> list[Draft]:
    return [Draft(digest_of(text), text, None) for text in texts]


def as_build_server(database: Database, brand: Brand, app: UUID) -> Session:
    caller = replace(a_principal(brand, Kind.PARTNER, actor=app), app_id=app, role="ci")
    return database.session(caller.opening(app))


async def rows(database: Database, brand: Brand, app: UUID) -> Sequence[tuple[str, bool, int]]:
    async def read(tx: Transaction) -> Sequence[tuple[str, bool, int]]:
        found = await tx.rows(
            "select text, retired_at is null, version from trusted_documents"
            " where app_id = %(app)s order by text",
            {"app": app},
        )
        return [(text, in_force, version) for text, in_force, version in found]

    found: Sequence[tuple[str, bool, int]] = await write(database, brand, read)
    return found


async def told(database: Database, brand: Brand, app: UUID) -> Sequence[tuple[str, object]]:
    async def read(tx: Transaction) -> Sequence[tuple[str, object]]:
        found = await tx.rows(
            "select kind, changes from events where entity = 'app' and entity_id = %(app)s"
            " order by id",
            {"app": app},
        )
        return [(kind, changes) for kind, changes in found]

    found: Sequence[tuple[str, object]] = await write(database, brand, read)
    return found


async def push(made: Parts, session: Session, app: UUID, *texts: str) -> Pushed:
    return await session.write(
        lambda tx: push_trusted_documents(tx, app, drafts(*texts), now=now(), ids=made.ids)
    )


async def test_a_build_server_pushes_for_its_app_and_a_repetition_stores_nothing(
    made: Parts, database: Database, brand: Brand
) -> None:
    app = await write(database, brand, lambda tx: an_app(tx, kind="site"))
    session = as_build_server(database, brand, app)

    assert await push(made, session, app, ONE, TWO, ONE) == Pushed(stored=2, unchanged=0)
    assert await push(made, session, app, TWO, ONE) == Pushed(stored=0, unchanged=2)

    assert await rows(database, brand, app) == [(ONE, True, 1), (TWO, True, 1)]
    digests = sorted([digest_of(ONE), digest_of(TWO)])
    assert await told(database, brand, app) == [("DocumentsPushed", {"documents": [None, digests]})]


async def test_a_retired_document_comes_back_with_the_next_push(
    made: Parts, database: Database, brand: Brand
) -> None:
    app = await write(database, brand, lambda tx: an_app(tx, kind="site"))
    session = as_build_server(database, brand, app)
    await push(made, session, app, ONE)

    async def retire(tx: Transaction, version: int) -> None:
        row = await tx.row("select id from trusted_documents where app_id = %(a)s", {"a": app})
        assert row is not None
        await retire_trusted_document(tx, row[0], expected_version=version, now=now(), ids=made.ids)

    await write(database, brand, lambda tx: retire(tx, 1))
    assert await rows(database, brand, app) == [(ONE, False, 2)]
    with pytest.raises(StaleVersion):
        await write(database, brand, lambda tx: retire(tx, 1))
    with pytest.raises(WrongState):
        await write(database, brand, lambda tx: retire(tx, 2))

    assert await push(made, session, app, ONE, TWO) == Pushed(stored=2, unchanged=0)
    assert await rows(database, brand, app) == [(ONE, True, 3), (TWO, True, 1)]
    kinds = [kind for kind, _ in await told(database, brand, app)]
    assert kinds == ["DocumentsPushed", "DocumentRetired", "DocumentsPushed"]


async def test_a_push_for_another_app_or_for_none_stores_nothing(
    made: Parts, database: Database, brand: Brand
) -> None:
    own, other = [await write(database, brand, lambda tx: an_app(tx, kind="site")) for _ in "ab"]
    session = as_build_server(database, brand, own)
    staff = database.session(a_principal(brand))
    stranger = database.session(a_principal(await a_brand(made.settings)))

    with pytest.raises(Forbidden):
        await push(made, session, other, ONE)
    for nobody in (stranger, database.session(a_principal(brand))):
        with pytest.raises(NotFound):
            await push(made, nobody, other if nobody is stranger else new_id(), ONE)
    with pytest.raises(InvalidInput):
        await push(made, staff, other, *[f"{ONE} #{n}" for n in range(MOST_AT_ONCE + 1)])

    assert await rows(database, brand, other) == []
    assert await told(database, brand, other) == []


async def test_an_app_has_so_many_documents_and_a_push_beyond_stores_none(
    made: Parts, database: Database, brand: Brand
) -> None:
    app = await write(database, brand, lambda tx: an_app(tx, kind="site"))
    await write(
        database,
        brand,
        lambda tx: tx.run(
            "insert into trusted_documents (id, app_id, digest, text, pushed_at)"
            " select gen_random_uuid(), %(app)s, encode(sha256(n::text::bytea), 'hex'), 'x', now()"
            " from generate_series(1, %(most)s) as n",
            {"app": app, "most": MOST_OF_AN_APP - 1},
        ),
    )
    staff = database.session(a_principal(brand))

    with pytest.raises(TooManyDocuments):
        await push(made, staff, app, ONE, TWO)
    assert await told(database, brand, app) == []
    assert await push(made, staff, app, ONE) == Pushed(stored=1, unchanged=0)


async def test_two_pushes_of_the_same_at_once_store_it_once(
    made: Parts, database: Database, brand: Brand
) -> None:
    app = await write(database, brand, lambda tx: an_app(tx, kind="site"))
    sessions = [as_build_server(database, brand, app) for _ in range(4)]

    await asyncio.gather(*(push(made, each, app, ONE, TWO) for each in sessions))

    assert await rows(database, brand, app) == [(ONE, True, 1), (TWO, True, 1)]


async def test_the_lock_of_an_app_is_changed_with_its_version_and_told(
    made: Parts, database: Database, brand: Brand
) -> None:
    app = await write(database, brand, lambda tx: an_app(tx, kind="site"))

    async def lock(tx: Transaction, wanted: Lock, version: int) -> int:
        after = await set_document_lock(
            tx, app, wanted, expected_version=version, now=now(), ids=made.ids
        )
        return after.version

    assert await write(database, brand, lambda tx: lock(tx, Lock.OPEN, 1)) == 2
    assert await write(database, brand, lambda tx: lock(tx, Lock.OPEN, 2)) == 2
    with pytest.raises(StaleVersion):
        await write(database, brand, lambda tx: lock(tx, Lock.TRUSTED, 1))
    assert await told(database, brand, app) == [
        ("DocumentLockChanged", {"document_lock": [None, "open"], "version": [1, 2]})
    ]


async def test_a_build_server_sees_the_documents_of_its_app_alone(
    database: Database, brand: Brand
) -> None:
    async def setup(tx: Transaction) -> list[UUID]:
        apps = [await an_app(tx, kind="site") for _ in "ab"]
        for app in apps:
            await insert(
                tx,
                "trusted_documents",
                app_id=app,
                digest=digest_of(ONE),
                text=ONE,
                pushed_at=START,
            )
        return apps

    own, _ = await write(database, brand, setup)
    session = as_build_server(database, brand, own)

    async with session.read() as tx:
        found = await tx.rows("select app_id from trusted_documents", {})
    assert found == [(own,)]
    assert isinstance(session.principal, Principal)
