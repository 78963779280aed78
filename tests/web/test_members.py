"""What is changed of a member counts from their next request on, whatever token they hold."""

from typing import Any

import httpx

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import a_brand
from tests.services.staffing import in_full, member_of
from tests.web.conftest import Sign, bearer

VIEWER = "{ viewer { role scopes brands { code role isDefault } } }"
DENY = """
mutation ($member: ID!) {
  denyScope(input: { membershipId: $member, scope: "payments:read", reason: "On leave" }) {
    scopeGrant { id scopeName effect reason version givenBy { name } }
    errors { code }
  }
}
"""
MEMBERS = """
{ memberships(filter: { role: [SALES] }) { edges { node {
  id role version scopes lastSignInAt staffUser { id status } grants { effect scopeName }
} } } }
"""
CHANGE = """
mutation ($member: ID!) {
  changeMembership(input: { id: $member, expectedVersion: 1, role: VIEWER }) {
    membership { role version history { edges { node { kind } } } }
    errors { code }
  }
}
"""
SUSPEND = """
mutation ($staff: ID!) {
  suspendStaff(input: { id: $staff, expectedVersion: 1 }) {
    staffUser { status version } errors { code }
  }
}
"""
END = """
mutation ($member: ID!) {
  endMembership(input: { id: $member, expectedVersion: 2 }) {
    membership { endedAt scopes } errors { code }
  }
}
"""


async def test_a_denied_right_a_role_and_an_end_count_at_once(
    client: httpx.AsyncClient, database: Database, brand: Brand, sign: Sign
) -> None:
    (owner, _), (staff, membership) = [
        await member_of(database, brand, role) for role in ("owner", "sales")
    ]
    theirs, owners = sign(staff), sign(owner)
    given = {"member": encode("Membership", membership)}

    async def ask(token: str, query: str) -> tuple[int, Any]:
        body = {"query": query, "variables": given if "$member" in query else {}}
        answer = await client.post("/graphql", json=body, headers=bearer(token))
        return answer.status_code, answer.json().get("data") or {}

    _, before = await ask(theirs, VIEWER)
    assert "payments:read" in str(before)
    _, denied = await ask(owners, DENY)
    grant = denied["denyScope"]["scopeGrant"]
    assert {**grant, "id": ""} == {
        "id": "",
        "scopeName": "payments:read",
        "effect": "DENY",
        "reason": "On leave",
        "version": 1,
        "givenBy": {"name": "Sam Staff"},
    }
    _, after = await ask(theirs, VIEWER)
    assert "payments:read" not in str(after)
    _, listed = await ask(owners, MEMBERS)
    (node,) = [edge["node"] for edge in listed["memberships"]["edges"]]
    assert node["scopes"] == after["viewer"]["scopes"]
    assert (node["role"], node["lastSignInAt"]) == ("SALES", None)
    assert node["grants"] == [{"effect": "DENY", "scopeName": "payments:read"}]

    _, changed = await ask(owners, CHANGE)
    kinds = [{"node": {"kind": "MembershipChanged"}}]
    assert changed["changeMembership"] == {
        "membership": {"role": "VIEWER", "version": 2, "history": {"edges": kinds}},
        "errors": [],
    }
    assert (await ask(theirs, VIEWER))[1]["viewer"]["role"] == "viewer"
    _, ended = await ask(owners, END)
    assert ended["endMembership"]["membership"]["scopes"] == []
    assert (await ask(theirs, VIEWER))[0] == 401


async def test_who_is_suspended_is_let_into_no_brand_and_the_switch_names_ones_own(
    client: httpx.AsyncClient, database: Database, settings: Settings, brand: Brand, sign: Sign
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    await a_brand(settings, tenant=brand, code="hcwt")
    owner, _ = await member_of(database, brand, "owner")
    staff, _ = await member_of(database, brand, "sales")
    joins = "insert into memberships (tenant_id, brand_id, staff_user_id, role) values (%s, %s, %s, 'viewer')"
    await in_full(settings, joins, sister.tenant_id, sister.id, staff)
    token = sign(staff)
    answer = await client.post("/graphql", json={"query": VIEWER}, headers=bearer(token))
    assert answer.json()["data"]["viewer"]["brands"] == [
        {"code": "nwtc", "role": "viewer", "isDefault": False},
        {"code": "wwt", "role": "sales", "isDefault": False},
    ]

    body = {"query": SUSPEND, "variables": {"staff": encode("StaffUser", staff)}}
    done = await client.post("/graphql", json=body, headers=bearer(sign(owner)))
    assert done.json()["data"]["suspendStaff"] == {
        "staffUser": {"status": "SUSPENDED", "version": 2},
        "errors": [],
    }
    for code in ("wwt", "nwtc"):
        headers = bearer(token, **{"x-brand": code})
        answer = await client.post("/graphql", json={"query": VIEWER}, headers=headers)
        assert answer.status_code == 401
