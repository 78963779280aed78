"""An owner makes a brand that sells at once, and changes what it says and whose pages it trusts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bootstrap.settings import Settings
from db import brand_profiles, members
from db.database import Database, Transaction
from domain.brands import BrandCodeTaken, NewBrand, ProfileChange, normal_origin
from domain.errors import InvalidInput, StaleVersion
from domain.identity import Brand, Kind
from domain.members import BeyondOwnRights
from domain.schedules import OF_EVERY_BRAND
from services.brands import add_web_origin, create_brand, remove_web_origin, update_brand
from tests.builders import a_principal, new_id
from tests.services.staffing import a_caller, in_full, kinds
from tests.services.trail import NOTHING, FreshIds, trail_of

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)  # the evening of 31 May in New York
NEW = NewBrand("east", " East  Tours ", "America/New_York", "USD", "hello@east.example")
MADE = """
select b.name, b.time_zone, b.currency, b.email_from, b.is_default, s.number_prefix,
  s.effective_from, m.staff_user_id, m.role,
  array(select task from schedules c where c.tenant_id = b.tenant_id and c.brand_id = b.id order by 1)
from brands b
join brand_settings s on s.tenant_id = b.tenant_id and s.brand_id = b.id
join memberships m on m.tenant_id = b.tenant_id and m.brand_id = b.id
where b.tenant_id = %s and b.code = 'east'
"""
COUNT = "select count(*) from brands where tenant_id = %s"


async def do(database: Database, caller: Any, use_case: Any, *given: Any, **more: Any) -> Any:
    more = {"now": NOW, "ids": FreshIds(), **more}
    return await database.session(caller).write(lambda tx: use_case(tx, *given, **more))


async def test_a_brand_is_furnished_and_its_makers_own(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)

    await do(database, owner, create_brand, NEW)

    assert await in_full(settings, MADE, brand.tenant_id) == [
        (
            *("East Tours", "America/New_York", "USD", "hello@east.example", False),
            *("EAST", date(2026, 5, 30), owner.actor_id, "owner", sorted(OF_EVERY_BRAND)),
        )
    ]
    (told,) = (await trail_of(settings, brand)).events
    assert told[1:3] == ("BrandCreated", "brand")
    assert told[8]["code"] == [None, "east"]
    async with database.session(owner).read() as tx:
        found = await members.brands_of_caller(tx)
    assert [(each.code, each.role) for each in found] == [("east", "owner"), ("wwt", "owner")]


async def test_a_code_that_is_taken_and_a_zone_that_is_none_make_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    with pytest.raises(BrandCodeTaken):
        await do(database, owner, create_brand, replace(NEW, code="wwt"))
    for wrong in (
        {"time_zone": "Mars/Olympus"},
        {"code": "East"},
        {"currency": "XYZ"},
        {"name": " "},
        {"email_from": "nobody"},
    ):
        with pytest.raises(InvalidInput):
            await do(database, owner, create_brand, replace(NEW, **wrong))
    assert await in_full(settings, COUNT, brand.tenant_id) == [(1,)]
    assert await trail_of(settings, brand) == NOTHING


@pytest.mark.parametrize("who", ["manager", "stranger", "left"])
async def test_the_database_makes_a_brand_for_an_owner_alone(
    database: Database, settings: Settings, brand: Brand, who: str
) -> None:
    caller = await a_caller(database, brand, "manager" if who == "manager" else "owner")
    if who == "stranger":
        caller = replace(caller, actor_id=new_id())
    if who == "left":
        over = "update memberships set ended_at = now() where staff_user_id = %s"
        await a_caller(database, brand)
        await in_full(settings, over, caller.actor_id)
    with pytest.raises(BeyondOwnRights):
        await do(database, caller, create_brand, NEW)
    assert await in_full(settings, COUNT, brand.tenant_id) == [(1,)]


async def test_making_a_brand_leaves_the_transaction_to_the_brand_that_asked(
    database: Database, brand: Brand
) -> None:
    owner = await a_caller(database, brand)

    async def work(tx: Transaction) -> tuple[Any, ...] | None:
        await create_brand(tx, NEW, now=NOW, ids=FreshIds())
        return await tx.row("select current_setting('app.brand_id')")

    assert await database.session(owner).write(work) == (str(brand.id),)


async def test_only_staff_may_call_what_makes_a_brand(database: Database, brand: Brand) -> None:
    for kind in (Kind.CUSTOMER, Kind.PARTNER, Kind.WORKER):
        with pytest.raises(Exception, match="permission denied for function make_brand"):
            await do(database, a_principal(brand, kind), create_brand, NEW)


async def test_what_is_named_is_changed_and_told_and_the_rest_stays(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    wish = ProfileChange(
        1, {"tagline": " Wine  and roads ", "primary_color": "#A1b2C3", "phone": "+1 509 555 0142"}
    )
    for _ in range(2):
        after = await do(database, owner, update_brand, wish)
        wish = replace(wish, expected_version=2)
    assert (after.tagline, after.primary_color, after.phone, after.version) == (
        *("Wine and roads", "#A1b2C3", "+15095550142", 2),
    )
    (told,) = (await trail_of(settings, brand)).events
    assert (told[1], told[4]) == ("BrandUpdated", 2)
    assert told[8] == {
        "tagline": [None, "Wine and roads"],
        "primary_color": [None, "#A1b2C3"],
        "phone": [None, "+15095550142"],
        "version": [1, 2],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None},
        {"email_from": " "},
        {"email_support": "nobody"},
        {"phone": "0142"},
        {"primary_color": "red"},
        {"website": "javascript:alert(1)"},
        {"tagline": "x" * 201},
    ],
)
async def test_what_is_wrong_changes_nothing(
    database: Database, settings: Settings, brand: Brand, wrong: dict[str, Any]
) -> None:
    owner = await a_caller(database, brand)
    with pytest.raises(InvalidInput):
        await do(database, owner, update_brand, ProfileChange(1, wrong))
    with pytest.raises(StaleVersion):
        await do(database, owner, update_brand, ProfileChange(2, {"name": "Other"}))
    assert await trail_of(settings, brand) == NOTHING


async def test_an_origin_is_trusted_until_it_is_taken_away(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    for version, origin in ((1, "https://B.example/"), (2, "https://a.example:8443")):
        more = {"expected_version": version, "development": False}
        await do(database, owner, add_web_origin, origin, **more)
    gone = "https://b.example"
    await do(database, owner, remove_web_origin, gone, expected_version=3)
    async with database.session(owner).read() as tx:
        found = await brand_profiles.profile(tx)
    assert found is not None
    assert (found.web_origins, found.version) == (("https://a.example:8443",), 4)
    events = (await trail_of(settings, brand)).events
    assert kinds(events) == ["WebOriginAdded", "WebOriginAdded", "WebOriginRemoved"]
    both = ["https://a.example:8443", "https://b.example"]
    assert events[2][8] == {"web_origins": [both, both[:1]], "version": [3, 4]}
    with pytest.raises(InvalidInput):
        await do(database, owner, remove_web_origin, gone, expected_version=4)


@pytest.mark.parametrize(
    ("origin", "development", "normal"),
    [
        ("https://www.Example.com", False, "https://www.example.com"),
        ("https://example.com:443/", False, "https://example.com"),
        ("http://localhost:3000", True, "http://localhost:3000"),
        ("http://localhost:3000", False, None),
        ("http://example.com", True, None),
        ("https://example.com/path", False, None),
        ("https://user@example.com", False, None),
        ("https://*.example.com", False, None),
        ("https://example..com", False, None),
        ("https://example.com:99999", False, None),
        ("https://example", False, None),
        ("null", False, None),
    ],
)
def test_an_origin_is_scheme_and_host(
    *, origin: str, development: bool, normal: str | None
) -> None:
    if normal is None:
        with pytest.raises(InvalidInput):
            normal_origin(origin, development=development)
    else:
        assert normal_origin(origin, development=development) == normal
