"""Members are invited, changed, suspended and let go, by nobody who may do less than they may."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import members
from db.database import Database, Transaction
from domain.errors import InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Principal, Scope
from domain.members import (
    AlreadyMember,
    BeyondOwnRights,
    Invitation,
    LastOwner,
    Membership,
    OwnRights,
)
from services.members import (
    change_membership,
    end_membership,
    invite_staff,
    resume_staff,
    suspend_staff,
)
from tests.builders import a_brand, a_principal, new_id
from tests.services.staffing import a_caller, in_full, kinds, member_of
from tests.services.trail import NOTHING, FreshIds, trail_of

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
CODES = """
select kind, expires_at, used_at from staff_codes where staff_user_id = %s order by id
"""
PERSON = "select email, name, status, version from staff_users where id = %s"
MEMBER = "select role, version, created_at, ended_at from memberships where id = %s"


async def invite(
    database: Database, caller: Principal, email: str, role: str = "sales", name: str = "Nia New"
) -> Membership:
    wish = Invitation(email, name, role)
    return await database.session(caller).write(
        lambda tx: invite_staff(tx, wish, now=NOW, ids=FreshIds())
    )


async def do(database: Database, caller: Principal, use_case: Any, *given: Any, **more: Any) -> Any:
    more = {"expected_version": 1, "now": NOW, "ids": FreshIds(), **more}
    return await database.session(caller).write(lambda tx: use_case(tx, *given, **more))


async def test_who_is_unknown_is_stored_and_mailed_a_code_of_seven_days(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)

    made = await invite(database, owner, "  Nia@New.example ")

    assert await in_full(settings, PERSON, made.staff_user_id) == [
        ("nia@new.example", "Nia New", "active", 1)
    ]
    assert await in_full(settings, MEMBER, made.id) == [("sales", 1, NOW, None)]
    assert await in_full(settings, CODES, made.staff_user_id) == [
        ("invitation", NOW + timedelta(days=7), None)
    ]
    left = await trail_of(settings, brand)
    assert kinds(left.events) == ["StaffUserCreated", "MembershipBegan", "StaffInvited"]
    assert [row[1:] for row in left.personal] == [
        ("email", None, "nia@new.example"),
        ("name", None, "Nia New"),
    ]
    assert left.events[1][8] == {
        "staff_user_id": [None, str(made.staff_user_id)],
        "role": [None, "sales"],
        "version": [None, 1],
        "created_at": [None, "2026-06-01T12:00:00+00:00"],
    }
    assert [job[0] for job in left.jobs] == ["mail_password_code"]


async def test_who_did_not_come_is_mailed_again_and_the_first_code_is_over(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    first = await invite(database, owner, "nia@new.example")

    again = await invite(database, owner, "nia@new.example", name="Another")

    assert again == first
    codes = await in_full(settings, CODES, first.staff_user_id)
    assert [used for _, _, used in codes] == [NOW, None]
    with pytest.raises(AlreadyMember):
        await invite(database, owner, "nia@new.example", role="finance")


async def with_password(settings: Settings, brand: Brand, staff: UUID) -> None:
    await in_full(
        settings,
        "insert into staff_passwords (tenant_id, staff_user_id, password_hash, changed_at)"
        " values (%s, %s, 'x', now())",
        *(brand.tenant_id, staff),
    )


async def test_a_colleague_with_a_password_joins_another_brand_without_a_code(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    owner = await a_caller(database, sister)
    staff, _ = await member_of(database, brand, "viewer")
    await with_password(settings, brand, staff)
    ((email, *_),) = await in_full(settings, PERSON, staff)

    joined = await invite(database, owner, email, role="finance", name="Somebody Else")

    assert (joined.staff_user_id, joined.role) == (staff, "finance")
    assert (await in_full(settings, PERSON, staff))[0][1] == "Sam Staff"
    assert await in_full(settings, CODES, staff) == []
    left = await trail_of(settings, sister)
    assert (kinds(left.events), left.jobs) == (["MembershipBegan"], [])
    with pytest.raises(AlreadyMember):
        await invite(database, owner, email, role="finance")


async def test_who_left_comes_back_as_what_they_are_invited_for(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    staff, membership = await member_of(database, brand, "manager")
    await do(database, owner, end_membership, membership)
    ((email, *_),) = await in_full(settings, PERSON, staff)

    back = await invite(database, owner, email, role="viewer")

    assert (back.id, back.role, back.version, back.ended_at) == (membership, "viewer", 3, None)
    told = (await trail_of(settings, brand)).events[1]
    assert (told[1], told[8]) == (
        "MembershipResumed",
        {
            "role": ["manager", "viewer"],
            "version": [2, 3],
            "ended_at": ["2026-06-01T12:00:00+00:00", None],
        },
    )


@pytest.mark.parametrize(
    ("role", "wished", "refusal"),
    [
        ("manager", Invitation("a@b.example", "A", "owner"), BeyondOwnRights),
        ("sales", Invitation("a@b.example", "A", "dispatcher"), BeyondOwnRights),
        ("owner", Invitation("a@b", "A", "viewer"), InvalidInput),
        ("owner", Invitation("a b@c.example", "A", "viewer"), InvalidInput),
        ("owner", Invitation("a@b.example", "  ", "viewer"), InvalidInput),
    ],
)
async def test_an_invitation_beyond_ones_rights_or_to_nobody_stores_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    role: str,
    wished: Invitation,
    refusal: type[Exception],
) -> None:
    caller = await a_caller(database, brand, role)
    with pytest.raises(refusal):
        await invite(database, caller, wished.email, wished.role, wished.name)
    assert await trail_of(settings, brand) == NOTHING


async def test_a_manager_without_a_right_gives_no_role_that_has_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    manager = await a_caller(database, brand, "manager")
    denied = replace(manager, scopes=manager.scopes - {Scope.PAYMENTS_WRITE})
    _, membership = await member_of(database, brand, "viewer")
    with pytest.raises(BeyondOwnRights):
        await do(database, denied, change_membership, membership, "finance")
    await do(database, manager, change_membership, membership, "finance")
    assert (await in_full(settings, MEMBER, membership))[0][:2] == ("finance", 2)


async def test_a_changed_role_is_told_with_before_and_after_and_the_same_one_is_no_change(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    _, membership = await member_of(database, brand, "viewer")
    await do(database, owner, change_membership, membership, "viewer")
    assert await trail_of(settings, brand) == NOTHING

    await do(database, owner, change_membership, membership, "sales")

    (told,) = (await trail_of(settings, brand)).events
    assert told[1:5] == ("MembershipChanged", "membership", membership, 2)
    assert told[8] == {"role": ["viewer", "sales"], "version": [1, 2]}


@pytest.mark.parametrize("case", ["own", "owners", "stale", "gone", "sisters"])
async def test_a_membership_is_left_as_it_is(
    database: Database, settings: Settings, brand: Brand, case: str
) -> None:
    caller = await a_caller(database, brand, "manager")
    of = await a_brand(settings, tenant=brand, code="nwtc") if case == "sisters" else brand
    staff, membership = await member_of(database, of, "owner" if case == "owners" else "viewer")
    if case == "own":
        caller = a_principal(brand, actor=staff, role="manager")
    if case == "gone":
        await do(database, caller, end_membership, membership)
    refusal = {
        "own": OwnRights,
        "owners": BeyondOwnRights,
        "stale": StaleVersion,
        "gone": NotFound,
        "sisters": NotFound,
    }[case]
    version = {"stale": 7, "gone": 2}.get(case, 1)
    before = await in_full(settings, MEMBER, membership), await trail_of(settings, brand)
    for use_case, given in (
        (change_membership, (membership, "driver")),
        (end_membership, (membership,)),
    ):
        with pytest.raises(refusal):
            await do(database, caller, use_case, *given, expected_version=version)
    assert before == (await in_full(settings, MEMBER, membership), await trail_of(settings, brand))


async def test_a_suspension_ends_every_session_for_good(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    staff, _ = await member_of(database, brand, "sales")
    begun = (
        "insert into staff_sessions (tenant_id, id, staff_user_id, brand_code, address, created_at,"
        " refreshed_at, expires_at) values (%s, %s, %s, 'wwt', '::1', now(), now(), 'infinity')"
    )
    await in_full(settings, begun, *(brand.tenant_id, new_id(), staff))

    await do(database, owner, suspend_staff, staff)
    await do(database, owner, resume_staff, staff, expected_version=2)

    over = "select revoked_at from staff_sessions where staff_user_id = %s"
    assert await in_full(settings, over, staff) == [(NOW,)]
    assert (await in_full(settings, PERSON, staff))[0][2:] == ("active", 3)
    left = await trail_of(settings, brand)
    assert kinds(left.events) == ["StaffUserSuspended", "StaffUserResumed"]
    assert left.events[0][8] == {"status": ["active", "suspended"], "version": [1, 2]}


async def test_who_is_suspended_is_not_invited(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    staff, _ = await member_of(database, brand, "sales")
    await do(database, owner, suspend_staff, staff)
    ((email, *_),) = await in_full(settings, PERSON, staff)
    with pytest.raises(WrongState):
        await invite(database, owner, email)


async def test_who_works_for_a_sister_too_is_an_owners_to_suspend(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    staff, _ = await member_of(database, brand, "sales")
    joins = (
        "insert into memberships (tenant_id, brand_id, staff_user_id, role) values (%s, %s, %s, %s)"
    )
    await in_full(settings, joins, *(sister.tenant_id, sister.id, staff, "viewer"))
    with pytest.raises(BeyondOwnRights):
        await do(database, await a_caller(database, brand, "manager"), suspend_staff, staff)
    await do(database, await a_caller(database, brand), suspend_staff, staff)
    assert (await in_full(settings, PERSON, staff))[0][2] == "suspended"


async def test_the_only_owner_of_a_sister_is_not_suspended_from_here(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    staff, _ = await member_of(database, sister, "owner")
    joins = (
        "insert into memberships (tenant_id, brand_id, staff_user_id, role) values (%s, %s, %s, %s)"
    )
    await in_full(settings, joins, *(brand.tenant_id, brand.id, staff, "viewer"))
    caller = await a_caller(database, brand)
    with pytest.raises(LastOwner):
        await do(database, caller, suspend_staff, staff)

    async def past_the_rule(tx: Transaction) -> None:
        person = await members.lock_person(tx, staff)
        assert person is not None
        await members.update_person(tx, replace(person, status="suspended", version=2))

    with pytest.raises(LastOwner):
        await database.session(caller).write(past_the_rule)
    assert (await in_full(settings, PERSON, staff))[0][2:] == ("active", 1)


@pytest.mark.parametrize("way", ["end", "change", "suspend"])
async def test_of_two_owners_who_put_each_other_out_at_once_one_stays(
    database: Database, settings: Settings, brand: Brand, way: str
) -> None:
    both = [await member_of(database, brand, "owner") for _ in range(2)]

    async def put_out(index: int) -> None:
        caller = a_principal(brand, actor=both[index][0])
        staff, membership = both[1 - index]
        if way == "end":
            await do(database, caller, end_membership, membership)
        elif way == "change":
            await do(database, caller, change_membership, membership, "viewer")
        else:
            await do(database, caller, suspend_staff, staff)

    done = await asyncio.gather(put_out(0), put_out(1), return_exceptions=True)

    assert sorted(str(type(each).__name__) for each in done) == ["LastOwner", "NoneType"]
    left = (
        "select count(*) from memberships m join staff_users s on s.tenant_id = m.tenant_id"
        " and s.id = m.staff_user_id where m.tenant_id = %s and m.role = 'owner'"
        " and m.ended_at is null and s.status = 'active'"
    )
    assert await in_full(settings, left, brand.tenant_id) == [(1,)]
