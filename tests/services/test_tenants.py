"""An owner of every brand ends the company, by its name; nobody of it is let in from then on."""

from datetime import datetime, timedelta

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import now
from db import callers
from db.database import Database
from domain.errors import InvalidInput
from domain.identity import NOBODY, Brand, Principal
from domain.members import BeyondOwnRights
from services.tenants import leave_tenant
from tests.builders import a_brand
from tests.services.staffing import a_caller, in_full
from tests.services.trail import NOTHING, FreshIds, trail_of

NOW = now()
STATUS = "select status, leaves_at from tenants where tenant_id = %s"


async def leave(database: Database, owner: Principal, slug: str) -> datetime:
    return await database.session(owner).write(
        lambda tx: leave_tenant(tx, slug, now=NOW, ids=FreshIds())
    )


async def test_whoever_owns_every_brand_ends_the_company_by_its_name(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)

    until = await leave(database, owner, brand.tenant_slug)

    assert until == NOW + timedelta(days=30)
    assert await in_full(settings, STATUS, brand.tenant_id) == [("leaving", until)]
    (told,) = (await trail_of(settings, brand)).events
    assert (told[1], told[2]) == ("TenantLeft", "tenant")
    assert told[8] == {
        "status": ["active", "leaving"],
        "leaves_at": [None, until.isoformat()],
    }
    async with database.session(NOBODY).read() as tx:
        assert await callers.brand(tx, brand.tenant_slug, brand.code) is None


async def test_an_owner_of_one_of_two_brands_or_by_another_name_ends_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    await a_brand(settings, tenant=brand, code="nwtc")
    for slug, refusal in ((brand.tenant_slug, BeyondOwnRights), ("another", InvalidInput)):
        with pytest.raises(refusal):
            await leave(database, owner, slug)
    assert await in_full(settings, STATUS, brand.tenant_id) == [("active", None)]
    assert await trail_of(settings, brand) == NOTHING
