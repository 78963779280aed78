"""A right is granted or denied with a reason, counts until its end, and is nobody's to give twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auth.roles import scopes_of
from auth.tokens import Claims
from bootstrap.settings import Settings
from bootstrap.wiring import now
from db import callers
from db.callers import Caller
from db.database import Database
from domain.errors import InvalidInput, NotFound, StaleVersion
from domain.identity import NOBODY, Brand, Kind, Principal, Scope
from domain.members import BeyondOwnRights, OwnRights
from domain.scope_grants import AlreadyGiven, NewGrant, ScopeGrant
from resolvers.rights import scopes
from services.members import end_membership
from services.scope_grants import give_scope, revoke_grant
from tests.builders import a_brand, a_principal, new_id
from tests.services.staffing import a_caller, in_full, kinds, member_of
from tests.services.trail import NOTHING, FreshIds, trail_of

NOW = now()
SOON = NOW + timedelta(days=1)
FIGURES, NOTES = Scope.STATISTICS_READ, Scope.NOTES_READ


async def give(
    database: Database, caller: Principal, membership: Any, scope: str, effect: str, **more: Any
) -> ScopeGrant:
    wish = NewGrant(membership, scope, effect, **{"reason": "For the season", **more})
    return await database.session(caller).write(
        lambda tx: give_scope(tx, wish, now=NOW, ids=FreshIds())
    )


async def revoke(
    database: Database, caller: Principal, grant: ScopeGrant, version: int = 1
) -> ScopeGrant:
    return await database.session(caller).write(
        lambda tx: revoke_grant(tx, grant.id, expected_version=version, now=NOW, ids=FreshIds())
    )


async def known(database: Database, brand: Brand, staff: Any, at: Any = NOW) -> Caller:
    who = Claims(Kind.STAFF, staff, brand.tenant_slug, brand.code, None)
    async with database.session(NOBODY).read() as tx:
        found = await callers.by_subject(tx, who, brand.code, now=at)
    assert found is not None
    return found


async def test_a_grant_counts_from_now_until_its_end_and_a_deny_wins(
    database: Database, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    staff, membership = await member_of(database, brand, "sales")
    until = SOON + timedelta(days=1)
    await give(database, owner, membership, FIGURES, "grant", ends_at=until)
    await give(database, owner, membership, NOTES, "deny", ends_at=SOON)

    of_role = scopes_of(Kind.STAFF, role="sales")
    for at, more, less, changes in (
        (NOW, {FIGURES}, {NOTES}, SOON),
        (SOON - timedelta(microseconds=1), {FIGURES}, {NOTES}, SOON),
        (SOON, {FIGURES}, set(), until),
        (until, set(), set(), None),
    ):
        found = await known(database, brand, staff, at)
        may = scopes_of(Kind.STAFF, role="sales", grants=found.grants, denies=found.denies)
        assert (may, found.until) == ((of_role | more) - less, changes)

    async with database.session(owner).read() as tx:
        assert await scopes(tx, [new_id(), membership]) == [
            [],
            sorted((of_role | {FIGURES}) - {NOTES}),
        ]

    await give(database, owner, membership, FIGURES, "deny")
    assert (await known(database, brand, staff)).denies == [NOTES, FIGURES]
    async with database.session(owner).read() as tx:
        assert FIGURES not in (await scopes(tx, [membership]))[0]


async def test_what_is_given_and_revoked_is_told_with_all_of_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    staff, membership = await member_of(database, brand, "sales")

    grant = await give(database, owner, membership, FIGURES, "grant", reason="  For  a day ")
    await revoke(database, owner, grant)

    assert (await known(database, brand, staff)).grants == []
    left = await trail_of(settings, brand)
    assert kinds(left.events) == ["ScopeGranted", "GrantRevoked"]
    at = NOW.isoformat()
    assert left.events[0][8] == {
        "membership_id": [None, str(membership)],
        "scope": [None, "statistics:read"],
        "effect": [None, "grant"],
        "reason": [None, "For a day"],
        "given_by_id": [None, str(owner.actor_id)],
        "given_at": [None, at],
        "version": [None, 1],
    }
    assert left.events[1][8] == {"revoked_at": [None, at], "version": [1, 2]}
    with pytest.raises(NotFound):
        await revoke(database, owner, grant, 2)


@pytest.mark.parametrize(
    ("role", "target", "given", "refusal"),
    [
        ("manager", "sales", {"scope": Scope.TENANT_WRITE}, BeyondOwnRights),
        ("manager", "owner", {"scope": FIGURES}, BeyondOwnRights),
        ("owner", "sales", {"scope": Scope.PROPOSALS_ANSWER}, BeyondOwnRights),
        ("owner", "sales", {"scope": "everything:write"}, InvalidInput),
        ("owner", "sales", {"scope": FIGURES, "reason": " "}, InvalidInput),
        ("owner", "sales", {"scope": FIGURES, "ends_at": NOW}, InvalidInput),
        ("manager", "self", {"scope": FIGURES}, OwnRights),
        ("owner", "sister", {"scope": FIGURES}, NotFound),
    ],
)
async def test_a_right_is_not_given(
    database: Database,
    settings: Settings,
    brand: Brand,
    role: str,
    target: str,
    given: dict[str, Any],
    refusal: type[Exception],
) -> None:
    caller = await a_caller(database, brand, role)
    home = await a_brand(settings, tenant=brand, code="nwtc") if target == "sister" else brand
    staff, membership = await member_of(database, home, "owner" if target == "owner" else "sales")
    if target == "self":
        caller = replace(caller, actor_id=staff)
    for effect in ("grant", "deny"):
        with pytest.raises(refusal):
            await give(database, caller, membership, effect=effect, **given)
    assert await trail_of(settings, brand) == NOTHING


async def test_a_deny_is_not_lifted_by_whoever_lacks_the_right_or_read_another_version(
    database: Database, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    staff, membership = await member_of(database, brand, "manager")
    deny = await give(database, owner, membership, FIGURES, "deny")
    manager = await a_caller(database, brand, "manager")
    lacking = replace(manager, scopes=manager.scopes - {FIGURES})
    own = a_principal(brand, actor=staff, role="manager")
    with pytest.raises(BeyondOwnRights):
        await revoke(database, lacking, deny)
    with pytest.raises(OwnRights):
        await revoke(database, own, deny)
    with pytest.raises(StaleVersion):
        await revoke(database, owner, deny, 2)
    assert (await known(database, brand, staff)).denies == [FIGURES]
    await revoke(database, manager, deny)
    assert (await known(database, brand, staff)).denies == []


async def test_of_two_who_give_the_same_at_once_one_is_told_so(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    _, membership = await member_of(database, brand, "sales")
    both = (give(database, owner, membership, FIGURES, "grant") for _ in range(2))
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["AlreadyGiven", "ScopeGrant"]
    with pytest.raises(AlreadyGiven):
        await give(database, owner, membership, FIGURES, "grant")
    stored = "select count(*) from scope_grants where membership_id = %s"
    assert await in_full(settings, stored, membership) == [(1,)]


async def test_what_was_granted_ends_with_the_membership(
    database: Database, settings: Settings, brand: Brand
) -> None:
    owner = await a_caller(database, brand)
    _, membership = await member_of(database, brand, "sales")
    await give(database, owner, membership, FIGURES, "grant")
    await database.session(owner).write(
        lambda tx: end_membership(tx, membership, expected_version=1, now=NOW, ids=FreshIds())
    )
    over = "select revoked_at from scope_grants where membership_id = %s"
    assert await in_full(settings, over, membership) == [(NOW,)]
    assert kinds((await trail_of(settings, brand)).events)[1:] == [
        "MembershipEnded",
        "GrantRevoked",
    ]
