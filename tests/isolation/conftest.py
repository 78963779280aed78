"""Two tenants, the first with two brands, and rows of each in every table; the logins to try them."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from pydantic import SecretStr

from bootstrap.settings import Settings
from domain.identity import Brand
from migrations.tables import WORKING
from tests.builders import a_brand
from tests.isolation.catalogue import Connection, Table, tables
from tests.isolation.planting import Planting

pytest.register_assert_rewrite("tests.isolation.rules")
WHO_AM_I = """
select session_user, current_user, r.rolsuper or r.rolbypassrls,
  (select count(*) from pg_class as c where c.relowner = r.oid), current_setting('row_security')
from pg_roles as r where r.rolname = session_user
"""


@dataclass(frozen=True, slots=True)
class Planted:
    """The brands and their rows: `own` and `sibling` share a tenant, `stranger` has its own."""

    own: Brand
    sibling: Brand
    stranger: Brand
    planting: Planting
    tables: dict[str, Table]

    @property
    def brands(self) -> tuple[Brand, ...]:
        return (self.own, self.sibling, self.stranger)


def url(secret: SecretStr | None) -> str:
    assert secret is not None
    return secret.get_secret_value()


@pytest.fixture(scope="session")
def superuser(settings: Settings) -> Iterator[Connection]:
    """Sees everything and proves nothing: it plants rows and faults, and counts."""
    with psycopg.connect(url(settings.database_admin_url), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
async def planted(settings: Settings, superuser: Connection) -> Planted:
    own = await a_brand(settings, code="own")
    sibling = await a_brand(settings, tenant=own, code="sibling")
    stranger = await a_brand(settings, code="own")
    known = tables(superuser, WORKING)
    planting = Planting(superuser, known)
    for brand in (own, sibling, stranger):
        planting.plant(brand)
    return Planted(own, sibling, stranger, planting, known)


@pytest.fixture(scope="session")
def _login(settings: Settings) -> Iterator[Connection]:
    with psycopg.connect(url(settings.database_url)) as connection:
        yield connection


@pytest.fixture
def login(_login: Connection) -> Iterator[Connection]:
    """The write login in a transaction that is undone: no superuser, no owner, bound by policies."""
    try:
        who = _login.execute(WHO_AM_I).fetchone()
        assert who == ("tourbase_write", "tourbase_write", False, 0, "on")
        yield _login
    finally:
        _login.rollback()
