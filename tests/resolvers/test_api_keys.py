"""Keys from the first to the last, as an owner makes, replaces and ends them."""

from collections.abc import Callable
from typing import Any

import pytest

from auth.authenticate import Presented
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from domain.errors import Unauthenticated
from domain.identity import Brand, Kind, Principal, Scope
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS, Schema
from tests.builders import START, a_key, a_member, a_principal, new_id, write
from tests.services.trail import trail_of

CREATE_APP = """mutation ($input: CreateAppInput!) { createApp(input: $input) {
  app { id name kind status version } errors { code path } } }"""
KEY = "apiKey { id kind mode label prefix lastFour scopes status version } secret"
CREATE = f"""mutation ($input: CreateApiKeyInput!) {{ createApiKey(input: $input) {{
  {KEY} errors {{ code path message }} }} }}"""
ROTATE = f"""mutation ($input: RotateApiKeyInput!) {{ rotateApiKey(input: $input) {{
  {KEY} errors {{ code path }} }} }}"""
REVOKE = """mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) {
  apiKey { status version } errors { code } } }"""
SUSPEND = """mutation ($input: AppStatusInput!) { suspendApp(input: $input) {
  app { status version } errors { code } } }"""
RESUME = SUSPEND.replace("suspendApp", "resumeApp")
LIST = """query ($app: ID) { apiKeys(filter: { appId: $app }, orderBy: CREATED_AT_ASC) {
  edges { node { id prefix lastFour status lastUsedAt app { name } replacement { id } } } } }"""
Do = Callable[..., Any]


@pytest.fixture
async def do(made: Parts, schema: Schema, brand: Brand) -> Do:
    """A mutation as the brand's owner, under a key of its own unless one is given."""
    world = World(made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)
    owner = a_principal(brand, actor=await a_member(made.database, brand))

    async def execute(
        document: str, caller: Principal = owner, key: str | None = None, **given: Any
    ) -> Any:
        context = OperationContext(world, caller, idempotency_key=key or str(new_id()))
        values = {"input": given} if "$input" in document else given
        result = await schema.execute(document, variable_values=values, context_value=context)
        assert result.errors is None, result.errors
        (answer,) = (result.data or {}).values()
        return answer

    return execute


async def an_app(do: Do, kind: str = "SITE") -> str:
    made = await do(CREATE_APP, name="Our website", kind=kind)
    assert made["errors"] == []
    id: str = made["app"]["id"]
    return id


async def a_live_key(do: Do, app: str, **given: Any) -> Any:
    made = await do(CREATE, appId=app, kind="SITE", mode="LIVE", label="www", **given)
    assert made["errors"] == []
    return made


async def test_a_key_that_was_just_made_opens_the_door_for_its_app(
    made: Parts, brand: Brand, do: Do
) -> None:
    key = await a_live_key(do, await an_app(do), scopes=["catalog:read"])

    principal = await made.authenticator.principal(Presented(key["secret"]))

    assert (principal.kind, principal.label, principal.mode) == (Kind.SITE, "Our website", "live")
    assert principal.scopes == {Scope.CATALOG_READ}
    assert principal.brand == brand
    assert key["apiKey"] == {
        "id": key["apiKey"]["id"],
        "kind": "SITE",
        "mode": "LIVE",
        "label": "www",
        "prefix": key["secret"][:14],
        "lastFour": key["secret"][-4:],
        "scopes": ["catalog:read"],
        "status": "ACTIVE",
        "version": 1,
    }


async def test_a_repetition_gives_the_key_and_not_its_secret(do: Do) -> None:
    app, key = await an_app(do), str(new_id())
    given = {"appId": app, "kind": "SITE", "mode": "TEST", "label": "www"}

    first = await do(CREATE, key=key, **given)
    again = await do(CREATE, key=key, **given)

    assert first["secret"].startswith("tbpk_test_")
    assert again == {"apiKey": first["apiKey"], "secret": None, "errors": []}
    assert len((await do(LIST, app=app))["edges"]) == 1


async def test_both_keys_open_the_door_while_one_replaces_the_other(made: Parts, do: Do) -> None:
    app = await an_app(do)
    old = await a_live_key(do, app)
    new = await do(ROTATE, id=old["apiKey"]["id"], expectedVersion=1)

    for secret in (old["secret"], new["secret"]):
        assert (await made.authenticator.principal(Presented(secret))).label == "Our website"
    shown = [edge["node"] for edge in (await do(LIST, app=app))["edges"]]
    assert [(each["status"], each["replacement"]) for each in shown] == [
        ("REPLACED", {"id": new["apiKey"]["id"]}),
        ("ACTIVE", None),
    ]
    assert {each["app"]["name"] for each in shown} == {"Our website"}


async def test_a_key_that_is_replaced_without_overlap_or_revoked_is_refused_at_once(
    made: Parts, do: Do
) -> None:
    old = await a_live_key(do, await an_app(do))
    await made.authenticator.principal(Presented(old["secret"]))
    new = await do(ROTATE, id=old["apiKey"]["id"], expectedVersion=1, overlapHours=0)
    await made.authenticator.principal(Presented(new["secret"]))
    ended = await do(REVOKE, id=new["apiKey"]["id"], expectedVersion=1)

    assert ended == {"apiKey": {"status": "REVOKED", "version": 2}, "errors": []}
    for secret in (old["secret"], new["secret"]):
        with pytest.raises(Unauthenticated, match=r"^The key is not valid\.$"):
            await made.authenticator.principal(Presented(secret))


async def test_the_keys_of_a_suspended_app_are_refused_until_it_is_resumed(
    made: Parts, do: Do
) -> None:
    app = await an_app(do)
    shown = Presented((await a_live_key(do, app))["secret"])
    await made.authenticator.principal(shown)

    assert await do(SUSPEND, id=app, expectedVersion=1) == {
        "app": {"status": "SUSPENDED", "version": 2},
        "errors": [],
    }
    with pytest.raises(Unauthenticated):
        await made.authenticator.principal(shown)
    await do(RESUME, id=app, expectedVersion=2)
    assert (await made.authenticator.principal(shown)).label == "Our website"


async def test_each_act_is_told_and_no_event_holds_a_secret(
    settings: Settings, brand: Brand, do: Do
) -> None:
    app = await an_app(do)
    old = await a_live_key(do, app)
    new = await do(ROTATE, id=old["apiKey"]["id"], expectedVersion=1)
    await do(REVOKE, id=new["apiKey"]["id"], expectedVersion=1)
    await do(REVOKE, id=new["apiKey"]["id"], expectedVersion=2)
    await do(SUSPEND, id=app, expectedVersion=1)

    told = (await trail_of(settings, brand)).events
    assert [(kind, entity, version) for _, kind, entity, _, version, *_ in told] == [
        ("AppCreated", "app", 1),
        ("ApiKeyCreated", "api_key", 1),
        ("ApiKeyCreated", "api_key", 1),
        ("ApiKeyRotated", "api_key", 2),
        ("ApiKeyRevoked", "api_key", 2),
        ("AppSuspended", "app", 2),
    ]
    assert told[5][-1] == {"status": ["active", "suspended"], "version": [1, 2]}
    assert told[1][-1]["last_four"] == [None, old["secret"][-4:]]
    assert not any(secret["secret"][14:-4] in str(told) for secret in (old, new))


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"kind": "PARTNER"}, ("BAD_USER_INPUT", "kind")),
        ({"scopes": ["customers:read"]}, ("BAD_USER_INPUT", "scopes")),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, ("BAD_USER_INPUT", "expiresAt")),
        ({"expiresAt": "2099-01-01T00:00:00"}, ("BAD_USER_INPUT", "expiresAt")),
    ],
)
async def test_a_refused_wish_makes_no_key(
    settings: Settings, brand: Brand, do: Do, given: Any, error: tuple[str, str]
) -> None:
    app = await an_app(do)
    wish = {"appId": app, "kind": "SITE", "mode": "LIVE", "label": "www", **given}

    refused = await do(CREATE, **wish)

    assert (refused["apiKey"], refused["secret"]) == (None, None)
    assert [(each["code"], each["path"]) for each in refused["errors"]] == [error]
    assert (await do(LIST, app=app))["edges"] == []
    assert len((await trail_of(settings, brand)).events) == 1


async def test_a_manager_sees_keys_and_makes_none(
    made: Parts, schema: Schema, brand: Brand
) -> None:
    await write(made.database, brand, a_key)
    world = World(made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)
    manager = a_principal(brand, role="manager")
    document = 'mutation { revokeApiKey(input: {id: "x", expectedVersion: 1}) { apiKey { id } } }'

    seen = await schema.execute(LIST, context_value=OperationContext(world, manager))
    refused = await schema.execute(document, context_value=OperationContext(world, manager))

    assert seen.errors is None
    edges = (seen.data or {})["apiKeys"]["edges"]
    assert [each["node"]["status"] for each in edges] == ["ACTIVE"]
    assert [(each.extensions or {})["code"] for each in refused.errors or []] == ["FORBIDDEN"]


async def test_a_key_that_ran_out_says_so(made: Parts, brand: Brand, do: Do) -> None:
    await write(made.database, brand, lambda tx: a_key(tx, expires_at=START))

    assert [each["node"]["status"] for each in (await do(LIST))["edges"]] == ["EXPIRED"]
