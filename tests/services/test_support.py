"""Support: let in by the tenant alone, for hours, with rights that end by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.roles import OF_ROLE, scopes_of
from auth.tokens import Claims
from bootstrap.settings import Settings
from db import callers
from db.database import Database
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import NOBODY, Brand, Kind, Scope
from domain.members import AlreadyMember, BeyondOwnRights, Invitation, Membership
from domain.scope_grants import NewGrant
from domain.support import SupportWish
from services.members import change_membership, invite_staff
from services.scope_grants import give_scope
from services.support import close_support_access, end_support_access, grant_support_access
from tests.builders import a_brand, a_member, a_principal, write
from tests.services.trail import FreshIds, trail_of

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
END = NOW + timedelta(hours=4)
IDS = FreshIds()


def _wish(**other: Any) -> SupportWish:
    given = {"email": "sue@example.com", "name": "Sue", "seen_as": "viewer", "reason": "A bug"}
    return SupportWish(**{**given, "ends_at": END, **other})


async def _grant(database: Database, brand: Brand, **other: Any) -> Membership:
    owner = await a_member(database, brand)
    made: Membership = await write(
        database,
        brand,
        lambda tx: grant_support_access(tx, _wish(**other), now=NOW, ids=IDS),
        actor=owner,
    )
    return made


async def _scopes(
    database: Database, brand: Brand, staff: UUID, *, at: datetime
) -> frozenset[Scope] | None:
    """What they may do at a time; None for whoever is no member."""
    claims = Claims(Kind.STAFF, staff, brand.tenant_slug, brand.code)
    async with database.session(NOBODY).read() as tx:
        caller = await callers.by_subject(tx, claims, brand.code, now=at)
    if caller is None:
        return None
    return scopes_of(Kind.STAFF, role=caller.role, grants=caller.grants, denies=caller.denies)


async def test_a_supporter_sees_what_was_given_until_its_end_and_not_a_moment_longer(
    database: Database, brand: Brand
) -> None:
    member = await _grant(database, brand)
    staff = member.staff_user_id
    before = await _scopes(database, brand, staff, at=END - timedelta(seconds=1))
    assert before == OF_ROLE["viewer"]
    assert await _scopes(database, brand, staff, at=END) == frozenset()


async def test_support_opens_one_brand_of_one_tenant(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sibling, stranger = await a_brand(settings, tenant=brand, code="nwtc"), await a_brand(settings)
    member = await _grant(database, brand)
    for other in (sibling, stranger):
        assert await _scopes(database, other, member.staff_user_id, at=NOW) is None


async def test_it_is_told_who_was_let_in_to_what_why_and_until_when(
    database: Database, settings: Settings, brand: Brand
) -> None:
    await _grant(database, brand)
    trail = await trail_of(settings, brand)
    kinds = [row[1] for row in trail.events]
    assert kinds == ["StaffUserCreated", "SupportAccessGranted"]
    told = trail.events[1][8]
    assert (told["reason"], told["ends_at"]) == ([None, "A bug"], [None, END.isoformat()])
    assert told["scopes"] == [None, sorted(scope.value for scope in OF_ROLE["viewer"])]
    assert {row[1:] for row in trail.personal} == {
        ("email", None, "sue@example.com"),
        ("name", None, "Sue"),
    }
    assert [job[0] for job in trail.jobs] == ["mail_password_code", "end_support_access"]


async def test_every_act_of_a_supporter_stands_in_the_log_as_support(
    database: Database, brand: Brand
) -> None:
    member = await _grant(database, brand, seen_as="sales")
    who = a_principal(brand, actor=member.staff_user_id, role="support")
    staff = await a_member(database, brand)
    await database.session(who).write(
        lambda tx: end_support_access(tx, member.id, expected_version=1, now=NOW, ids=IDS)
    )
    row = await write(
        database,
        brand,
        lambda tx: tx.row("select actor_id, actor_role from events order by id desc limit 1"),
        actor=staff,
    )
    assert row == (member.staff_user_id, "support")


async def test_an_owner_ends_it_at_once_and_it_is_given_anew_for_a_new_time(
    database: Database, brand: Brand
) -> None:
    member = await _grant(database, brand)
    staff = member.staff_user_id
    with pytest.raises(StaleVersion):
        await _end(database, brand, member, version=7)
    await _end(database, brand, member, version=1)
    assert await _scopes(database, brand, staff, at=NOW) is None
    with pytest.raises(NotFound):
        await _end(database, brand, member, version=2)
    later = END + timedelta(hours=2)
    again = await _grant(database, brand, ends_at=later, seen_as="sales")
    assert (again.id, again.version) == (member.id, 3)
    assert await _scopes(database, brand, staff, at=END) == OF_ROLE["sales"]
    assert await _scopes(database, brand, staff, at=later) == frozenset()


async def _end(database: Database, brand: Brand, member: Membership, *, version: int) -> None:
    await write(
        database,
        brand,
        lambda tx: end_support_access(tx, member.id, expected_version=version, now=NOW, ids=IDS),
    )


async def test_what_has_ended_is_closed_behind_it_and_what_was_given_anew_is_not(
    database: Database, settings: Settings, brand: Brand
) -> None:
    member = await _grant(database, brand)
    for at, told in ((END - timedelta(seconds=1), 0), (END, 1), (END, 1)):
        await write(
            database,
            brand,
            lambda tx, at=at: close_support_access(tx, member.id, now=at, ids=IDS),
            kind=Kind.WORKER,
        )
        kinds = [row[1] for row in (await trail_of(settings, brand)).events]
        assert kinds.count("SupportAccessEnded") == told
    assert await _scopes(database, brand, member.staff_user_id, at=NOW) is None


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"ends_at": NOW + timedelta(hours=72, seconds=1)}, InvalidInput),
        ({"ends_at": NOW}, InvalidInput),
        ({"reason": " "}, InvalidInput),
        ({"email": "nobody"}, InvalidInput),
    ],
)
async def test_what_would_be_too_long_or_for_no_reason_lets_nobody_in(
    database: Database, settings: Settings, brand: Brand, other: Any, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        await _grant(database, brand, **other)
    assert (await trail_of(settings, brand)).events == []


async def test_support_is_no_way_round_the_rules_of_members(
    database: Database, brand: Brand
) -> None:
    member = await _grant(database, brand)
    own = await a_member(database, brand, "sales")
    seller = a_principal(brand, actor=own, role="sales")
    wish = _wish(email="tim@example.com", seen_as="finance")
    with pytest.raises(BeyondOwnRights):
        await database.session(seller).write(
            lambda tx: grant_support_access(tx, wish, now=NOW, ids=IDS)
        )
    for attempt in (
        lambda tx: invite_staff(
            tx, Invitation("tim@example.com", "Tim", "support"), now=NOW, ids=IDS
        ),
        lambda tx: change_membership(tx, member.id, "owner", expected_version=1, now=NOW, ids=IDS),
        lambda tx: give_scope(
            tx, NewGrant(member.id, "notes:read", "grant", "More"), now=NOW, ids=IDS
        ),
    ):
        with pytest.raises(WrongState):
            await write(database, brand, attempt)
    email = await write(
        database,
        brand,
        lambda tx: tx.row("select email from staff_users where id = %(id)s", {"id": own}),
    )
    with pytest.raises(AlreadyMember):
        await _grant(database, brand, email=email[0])
    assert await _scopes(database, brand, member.staff_user_id, at=NOW) == OF_ROLE["viewer"]
