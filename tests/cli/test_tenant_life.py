"""A tenant is suspended, exported whole and without a secret, and deleted when it is due: it alone."""

import hashlib
import json
from argparse import Namespace
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import now
from cli.tenant_life import TenantLifeRefused, change, purge, run
from db.departures import Administration, administration
from domain.errors import WrongState
from domain.identity import Brand
from domain.tenants import Tenant, TenantStatus
from migrations.tables import WORKING
from tests.builders import a_brand
from tests.isolation.catalogue import Connection, tables
from tests.isolation.planting import Planting

OF_TENANTS = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attname = 'tenant_id'
  and not a.attisdropped order by 1
"""
DUE = "update tenants set leaves_at = now() - interval '1 second' where tenant_id = %s"
JOB = (
    "insert into jobs.procrastinate_jobs (queue_name, task_name, args)"
    " values ('default', 'nothing', jsonb_build_object('tenant_id', %s::integer))"
)


@pytest.fixture
def superuser(settings: Settings) -> Iterator[Connection]:
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def admin(settings: Settings) -> Iterator[Administration]:
    assert settings.database_admin_url is not None
    url = settings.database_admin_url.get_secret_value()
    with administration(url, role_prefix=settings.database_role_prefix) as admin:
        yield admin


def known(admin: Administration, brand: Brand) -> Tenant:
    found = admin.find(brand.tenant_slug)
    assert found is not None
    return found


def counts(superuser: Connection, brand: Brand) -> dict[str, int]:
    """Rows of the tenant in every table that has a tenant, as the superuser finds them."""
    found = {}
    for (name,) in superuser.execute(OF_TENANTS).fetchall():
        count = f"select count(*) from {name} where tenant_id = %s"  # noqa: S608
        row = superuser.execute(count.encode(), (brand.tenant_id,)).fetchone()
        found[name] = row[0] if row else 0
    return found


def ask(settings: Settings, act: str, brand: Brand, **more: Any) -> None:
    run(settings, Namespace(act=act, slug=brand.tenant_slug, **more))


async def planted(settings: Settings, superuser: Connection) -> Brand:
    """A tenant of two brands, with rows in every table."""
    brand = await a_brand(settings, code="own")
    sister = await a_brand(settings, tenant=brand, code="sister")
    planting = Planting(superuser, tables(superuser, WORKING))
    planting.plant(brand)
    planting.plant(sister)
    with superuser.transaction():
        superuser.execute("set local search_path = jobs, public")
        superuser.execute(JOB, (brand.tenant_id,))
    return brand


async def test_a_tenant_is_exported_whole_and_deleted_alone(
    settings: Settings, superuser: Connection, admin: Administration, tmp_path: Path
) -> None:
    brand, other = await planted(settings, superuser), await planted(settings, superuser)
    before, others = counts(superuser, brand), counts(superuser, other)
    assert min(before.values()) > 0, "a table without a row would prove nothing"

    ask(settings, "leave", brand)
    events, before = before["events"], counts(superuser, brand)
    assert before["events"] == events + 1
    ask(settings, "export", brand, to=str(tmp_path / "export"))

    assert exported(tmp_path / "export") == before
    with pytest.raises(WrongState):
        ask(settings, "purge", brand, confirm=brand.tenant_slug)
    assert counts(superuser, brand) == before
    superuser.execute(DUE, (brand.tenant_id,))
    before = counts(superuser, brand)
    purge(admin, known(admin, brand), at=now(), batch=1)

    assert set(counts(superuser, brand).values()) == {0}
    assert counts(superuser, other) == others
    jobs = "select count(*) from jobs.procrastinate_jobs where (args ->> 'tenant_id')::integer = %s"
    left = [superuser.execute(jobs, (each.tenant_id,)).fetchone() for each in (brand, other)]
    assert left == [(0,), (1,)]
    receipt = superuser.execute(
        "select slug, rows from departures where slug = %s", (brand.tenant_slug,)
    ).fetchone()
    told = {name: count for name, count in before.items() if name != "tenants"}
    assert receipt == (brand.tenant_slug, {**told, "jobs": 1})
    assert admin.find(brand.tenant_slug) is None


def exported(folder: Path) -> dict[str, int]:
    """Rows by table, as the manifest says and the files hold, of none of which anybody reads more."""
    manifest = json.loads((folder / "manifest.json").read_text())
    found = {}
    for name, said in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == said["sha256"]
        rows = [json.loads(line) for line in content.splitlines()]
        assert len(rows) == said["rows"]
        fields = {field for row in rows for field in row}
        assert not fields & set(said["left_out"])
        assert not {f for f in fields if "hash" in f or "password" in f or f == "box"}, name
        found[name.removesuffix(".jsonl")] = said["rows"]
    assert manifest["files"]["staff_passwords.jsonl"]["left_out"] == ["password_hash"]
    assert {each.stat().st_mode & 0o077 for each in folder.iterdir()} == {0}
    return found


@pytest.mark.parametrize("status", ["active", "suspended", "leaving"])
async def test_the_role_that_deletes_sees_nothing_of_a_tenant_that_is_not_due(
    settings: Settings, superuser: Connection, admin: Administration, status: str
) -> None:
    brand = await a_brand(settings)
    if status != "active":
        ask(settings, {"suspended": "suspend", "leaving": "leave"}[status], brand)
    for table in ("brands", "tenants", "brand_settings"):
        assert admin.delete(known(admin, brand), table, batch=10) == 0
    assert counts(superuser, brand)["brands"] == 1


async def test_who_comes_back_within_thirty_days_is_as_before_and_each_step_is_told(
    settings: Settings, superuser: Connection, admin: Administration, brand: Brand
) -> None:
    for act in ("suspend", "leave", "resume"):
        ask(settings, act, brand)
    found = known(admin, brand)
    assert (found.status, found.leaves_at, found.version) == (TenantStatus.ACTIVE, None, 4)
    with pytest.raises(WrongState):
        ask(settings, "resume", brand)
    told = superuser.execute(
        "select kind, changes -> 'status' from events where tenant_id = %s order by id",
        (brand.tenant_id,),
    ).fetchall()
    assert told == [
        ("TenantSuspended", ["active", "suspended"]),
        ("TenantLeft", ["suspended", "leaving"]),
        ("TenantResumed", ["leaving", "active"]),
    ]


async def test_of_two_who_move_it_at_once_the_second_is_told_so(
    admin: Administration, brand: Brand
) -> None:
    seen = known(admin, brand)
    change(admin, seen, "leave", at=now())
    with pytest.raises(TenantLifeRefused, match="changed meanwhile"):
        change(admin, seen, "suspend", at=now())
    assert known(admin, brand).status is TenantStatus.LEAVING


async def test_it_leaves_in_thirty_days_and_is_purged_by_its_name_alone(
    settings: Settings, admin: Administration, brand: Brand, tmp_path: Path
) -> None:
    at = now()
    change(admin, known(admin, brand), "leave", at=at)
    assert known(admin, brand).leaves_at == at + timedelta(days=30)
    with pytest.raises(TenantLifeRefused, match="--confirm"):
        ask(settings, "purge", brand, confirm="another")
    with pytest.raises(TenantLifeRefused, match="there already"):
        ask(settings, "export", brand, to=str(tmp_path))


def test_a_tenant_that_is_not_there_is_said_to_be_missing(settings: Settings) -> None:
    given = Namespace(act="suspend", slug="nobody-at-all", to=None, confirm=None)
    with pytest.raises(TenantLifeRefused, match=r"^There is no tenant nobody-at-all\.$"):
        run(settings, given)
