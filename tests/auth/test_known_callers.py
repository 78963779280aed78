"""A caller who was looked up is known without a statement, until a row that they are made of says
otherwise: in the process that changed it before it answers, and in the others when they hear it.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg
import pytest

from auth.authenticate import Presented
from auth.key_uses import flushing
from auth.tokens import Claims
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now, parts
from db import callers
from db.database import Transaction
from domain.errors import Forbidden, Unauthenticated
from domain.identity import Brand, Kind, Principal
from tests.builders import (
    START,
    a_customer,
    a_driver,
    a_key,
    a_member,
    allow_origins,
    an_app,
    insert,
    new_id,
    write,
)
from tests.relays import relayed

ORIGIN = "https://www.known.example"
REFUSALS = (Unauthenticated, Forbidden)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a brand's callers are made of, by what a test calls it."""

    brand: Brand
    ids: dict[str, UUID]
    shown: dict[str, Presented]


@pytest.fixture(scope="module")
async def elsewhere(settings: Settings, made: Parts) -> AsyncIterator[Parts]:
    """Another process, as far as it can be told: nothing is shared but the servers."""
    own = {"auth_signing_key": settings.auth_signing_key}
    async with parts(settings.model_copy(update=own)) as other:
        await listening(made, other)
        yield other


async def listening(*processes: Parts) -> None:
    for process in processes:
        process.cache.listen(lambda _scope: None)
        while process.cache.life is None:  # noqa: ASYNC110 - the server's answer has no event here
            await asyncio.sleep(0.005)


@pytest.fixture
async def known(made: Parts, settings: Settings, brand: Brand) -> Known:
    await listening(made)
    ids = {
        "member": await a_member(made.database, brand, "manager"),
        "session": new_id(),
        "key": new_id(),
    }
    ids |= {"customer_session": new_id(), "driver_session": new_id()}

    async def work(tx: Transaction) -> str:
        ids["customer"], ids["driver"] = await a_customer(tx), await a_driver(tx)
        ids["app"] = await an_app(tx, kind="site")
        await insert(tx, "staff_sessions", id=ids["session"], **of("staff_user_id", "member"))
        return await a_key(tx, id=ids["key"], app_id=ids["app"])

    def of(column: str, whose: str) -> dict[str, Any]:
        later = now() + timedelta(days=1)
        facts = {"brand_code": brand.code, "address": "192.0.2.1", "created_at": START}
        return {**facts, column: ids[whose], "refreshed_at": START, "expires_at": later}

    def token(kind: Kind, whose: str, session: str) -> str:
        claims = Claims(kind, ids[whose], brand.tenant_slug, brand.code, ids[session])
        return made.tokens.sign(claims, now=now(), lifetime=timedelta(minutes=15))

    key = await write(made.database, brand, work, actor=ids["member"])
    for who, kind in (("customer", Kind.CUSTOMER), ("driver", Kind.DRIVER)):
        session = {"id": ids[f"{who}_session"], **of(f"{who}_id", who)}
        put = lambda tx, who=who, session=session: insert(tx, f"{who}_sessions", **session)  # noqa: E731
        await write(made.database, brand, put, kind=kind, actor=ids[who])
    await allow_origins(settings, brand, ORIGIN)
    shown = {
        "key": Presented(key, origin=ORIGIN),
        "member": Presented(token(Kind.STAFF, "member", "session")),
        "customer": Presented(token(Kind.CUSTOMER, "customer", "customer_session")),
        "driver": Presented(token(Kind.DRIVER, "driver", "driver_session")),
    }
    return Known(brand, ids, shown)


@dataclass(frozen=True, slots=True)
class Ending:
    """A change of a row, by whom, and what it refuses."""

    who: str
    statement: str
    of: str
    by: Kind | None = Kind.STAFF


REVOKED = "update {} set revoked_at = now() where id = %(id)s"
ENDINGS = {
    "a key is revoked": Ending("key", REVOKED.format("api_keys"), "key"),
    "a key ends": Ending(
        "key", "update api_keys set expires_at = created_at where id = %(id)s", "key"
    ),
    "an app is suspended": Ending(
        "key", "update apps set status = 'suspended' where id = %(id)s", "app"
    ),
    "a session is revoked": Ending("member", REVOKED.format("staff_sessions"), "session"),
    "a member is suspended": Ending(
        "member", "update staff_users set status = 'suspended' where id = %(id)s", "member"
    ),
    "a membership is gone": Ending(
        "member", "delete from memberships where staff_user_id = %(id)s", "member", by=None
    ),
    "a customer is archived": Ending(
        "customer", "update customers set archived_at = now() where id = %(id)s", "customer"
    ),
    "a customer signs out": Ending(
        "customer", REVOKED.format("customer_sessions"), "customer_session", by=Kind.CUSTOMER
    ),
    "a driver is suspended": Ending(
        "driver", "update drivers set status = 'suspended' where id = %(id)s", "driver"
    ),
    "a driver signs out": Ending(
        "driver", REVOKED.format("driver_sessions"), "driver_session", by=Kind.DRIVER
    ),
    "a website is taken back": Ending(
        "key", "delete from websites where tenant_id = %(tenant)s", "key", by=None
    ),
    "a brand is archived": Ending(
        "driver",
        "update brands set status = 'archived' where tenant_id = %(tenant)s",
        "key",
        by=None,
    ),
    "a tenant is suspended": Ending(
        "member",
        "update tenants set status = 'suspended' where tenant_id = %(tenant)s",
        "key",
        by=None,
    ),
}


async def change(made: Parts, settings: Settings, known: Known, ending: Ending) -> None:
    """By a caller of the server, who is told nothing before it is done; or by hand, past it."""
    given = {"id": known.ids[ending.of], "tenant": known.brand.tenant_id}
    if ending.by is not None:
        whose = known.ids["member" if ending.by is Kind.STAFF else ending.who]
        work = lambda tx: tx.run(ending.statement, given)  # noqa: E731
        await write(made.database, known.brand, work, kind=ending.by, actor=whose)
        return
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(ending.statement, given)
    await relayed(made)


async def is_let_in(process: Parts, shown: Presented) -> bool:
    try:
        await process.authenticator.principal(shown)
    except REFUSALS:
        return False
    return True


async def refused_within(process: Parts, shown: Presented, seconds: float) -> float:
    """How long it took until another process refused."""
    begun = perf_counter()
    while await is_let_in(process, shown):
        assert perf_counter() - begun < seconds
        await asyncio.sleep(0)
    return perf_counter() - begun


@pytest.mark.parametrize("name", ENDINGS)
async def test_an_ended_caller_is_refused_here_at_once_and_elsewhere_on_hearing_of_it(
    made: Parts, elsewhere: Parts, settings: Settings, known: Known, name: str
) -> None:
    ending = ENDINGS[name]
    shown = known.shown[ending.who]
    for process in (made, elsewhere, made, elsewhere):
        assert await is_let_in(process, shown)

    await change(made, settings, known, ending)

    assert not await is_let_in(made, shown)
    await refused_within(elsewhere, shown, seconds=5)
    assert not await is_let_in(elsewhere, shown)


async def test_a_caller_who_is_known_costs_no_statement(
    made: Parts, elsewhere: Parts, known: Known, statements: list[str]
) -> None:
    first = {who: await made.authenticator.principal(each) for who, each in known.shown.items()}
    statements.clear()

    again = {who: await made.authenticator.principal(each) for who, each in known.shown.items()}

    assert elsewhere.cache.life is not None
    assert again == first
    assert statements == []


async def test_a_key_is_known_on_the_page_that_was_looked_up_and_on_no_other(
    made: Parts, known: Known
) -> None:
    key = known.shown["key"].credential
    await made.authenticator.principal(known.shown["key"])

    with pytest.raises(Forbidden):
        await made.authenticator.principal(Presented(key, origin="https://thief.example"))
    with pytest.raises(Forbidden):
        await made.authenticator.principal(Presented(key, brand_code="another"))


async def test_a_session_is_not_known_beyond_its_end(made: Parts, known: Known) -> None:
    session, brand, member = new_id(), known.brand, known.ids["member"]
    facts = {"staff_user_id": member, "brand_code": brand.code, "address": "192.0.2.1"}
    times = {"created_at": START, "refreshed_at": START}

    async def short(tx: Transaction) -> None:
        ends = now() + timedelta(seconds=0.4)
        await insert(tx, "staff_sessions", id=session, expires_at=ends, **facts, **times)

    claims = Claims(Kind.STAFF, member, brand.tenant_slug, brand.code, session)
    shown = Presented(made.tokens.sign(claims, now=now(), lifetime=timedelta(minutes=15)))
    await write(made.database, brand, short, actor=member)

    assert await is_let_in(made, shown)
    await asyncio.sleep(0.45)
    assert not await is_let_in(made, shown)


async def test_without_redis_a_caller_is_looked_up_each_time(
    settings: Settings, known: Known
) -> None:
    asked: list[str] = []
    alone = settings.model_copy(update={"redis_url": None})
    async with parts(alone, observe=lambda said, *_: asked.append(said)) as process:
        for _ in range(3):
            assert await is_let_in(process, known.shown["member"])

    assert len([each for each in asked if "look_up_member" in each]) == 3


async def test_a_key_says_when_it_was_used_last_and_does_not_become_another_version(
    made: Parts, known: Known
) -> None:
    question = "select last_used_at, version from api_keys where id = %(id)s"
    uses = made.authenticator.uses
    async with flushing(uses, seconds=3600):
        began = now()
        for _ in range(3):
            await made.authenticator.principal(known.shown["key"])
        await made.authenticator.principal(known.shown["member"])
        before = await write(
            made.database, known.brand, lambda tx: tx.row(question, {"id": known.ids["key"]})
        )
    used, version = await write(
        made.database, known.brand, lambda tx: tx.row(question, {"id": known.ids["key"]})
    )

    assert before == (None, 1)
    assert began <= used <= now()
    assert version == 1


async def test_an_older_use_does_not_follow_a_newer_one(made: Parts, known: Known) -> None:
    key = (known.brand.tenant_id, known.brand.id, known.ids["key"])
    nobody = made.database.session(Principal(Kind.NOBODY))
    for at in (now(), now() - timedelta(hours=1)):
        await nobody.write(partial(callers.note_key_uses, seen={key: at}))
    question = "select last_used_at from api_keys where id = %(id)s"
    row = await write(
        made.database, known.brand, lambda tx: tx.row(question, {"id": known.ids["key"]})
    )

    assert now() - row[0] < timedelta(minutes=1)


LOOKS = re.compile(r"\b(?:from|join)\s+([a-z_]+)\b")
NOT_REMEMBERED = {"look_up_link", "look_up_brand"}


async def test_every_table_that_callers_are_made_of_tells_of_a_change(made: Parts) -> None:
    asked = " ".join(callers.SQL.values())
    named = set(re.findall(r"\b(\w+)\(%", asked)) - NOT_REMEMBERED
    tables = (
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    source = "select proname, prosrc from pg_proc where proname = any(%(names)s) and prosecdef"
    telling = """select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        join pg_proc p on p.oid = t.tgfoid where p.proname = 'tell_of_callers'"""
    ask: Callable[..., Awaitable[Any]]
    async with made.database.session(Principal(Kind.NOBODY)).read() as tx:
        ask = tx.rows
        there = {name for (name,) in await ask(tables)}
        sources = dict(await ask(source, {"names": list(named)}))
        tells = {name for (name,) in await ask(telling)}
    looked_at = {name for each in sources.values() for name in LOOKS.findall(each.lower())}

    assert {"look_up_key", "look_up_member", "session_ends_at"} <= set(sources)
    assert {"api_keys", "memberships", "customer_sessions"} <= looked_at & there
    assert (looked_at & there) - tells == set()
