"""Every root field, asked by everybody who is not of the brand, for what is the brand's."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest
from graphql import GraphQLField, GraphQLSchema, build_schema

from auth.roles import scopes_of
from bootstrap.wiring import Parts, now
from domain.events import Notice
from domain.identity import Kind, Principal
from resolvers.context import OperationContext, World
from resolvers.nodes import ENTITIES
from resolvers.root import RELATIONS, Schema
from resolvers.root import build_schema as served_schema
from schema.global_ids import encode
from tests.builders import a_principal, new_id
from tests.isolation.catalogue import Connection
from tests.isolation.conftest import Planted
from tests.isolation.documents import Attempt, attempts, entity_of, roots, scope_of
from tests.isolation.failures import Failures
from tests.isolation.planting import mark, mark_of_tenant
from tests.isolation.rules import SHARED
from tests.isolation.strangers import (
    KINDS,
    STRANGERS,
    Stored,
    Stranger,
    body,
    codes,
    nobodys,
    secrets_of,
    victim_of,
)

Ask = Callable[[Attempt, Principal], Awaitable[dict[str, Any]]]


def is_common(asked: GraphQLField) -> bool:
    """Does the field give what is no tenant's, such as the directory?"""
    entity = entity_of(asked.type)
    return entity is not None and f"public.{ENTITIES[entity].relation}" in SHARED


SERVED = served_schema()
SDL: GraphQLSchema = build_schema(SERVED.as_str())
ROOTS = {(operation, name): asked for operation, name, asked in roots(SDL)}
ALL_LISTS = [n for (o, n), asked in ROOTS.items() if o == "query" and "first" in asked.args]
LISTS = [n for n in ALL_LISTS if not is_common(ROOTS["query", n])]
ABOUT_THE_CALLER = {
    *("secondFactor", "mySessions", "retention"),
    *("viewer", "brand", "brandProfile", "quote", "availability", "availabilityCalendar"),
    *("bookingStatistics", "proposalStatistics", "manifest"),
}
OBJECTS = [
    n
    for (o, n), asked in ROOTS.items()
    if o == "query" and n not in {*ALL_LISTS, *ABOUT_THE_CALLER} and not is_common(asked)
]
# What begins something new, and names nothing that could be another's.
BEGINS = {
    "addPriceRule",
    "addWebOrigin",
    "removeWebOrigin",
    "createBrand",
    "leaveTenant",
    "updateBrand",
    "inviteStaff",
    "addRate",
    "addTourPackage",
    "createDriver",
    "endDriverSession",
    "createApp",
    "createCustomer",
    "createInquiry",
    "createPlace",
    "createVehicle",
    "scheduleSharedTour",
    *("beginTotp", "confirmTotp", "renewRecoveryCodes", "removeTotp", "revokeOtherSessions"),
    *("requireSecondFactor", "setRetention", "grantSupportAccess"),
    "setIdentityProvider",
}
MUTATIONS = [name for operation, name in ROOTS if operation == "mutation" and name not in BEGINS]
# What takes up a quote, and names a brand by it before anything else.
BY_QUOTE = {"holdBooking", "createBooking"}
# What every brand of a company may do with the vehicles and drivers that all of them share.
OF_THE_COMPANY = {
    *("updateVehicle", "setVehicleStatus", "updateDriver", "setDriverStatus"),
    *("recordDocument", "renewDocument", "blockVehicle", "blockDriver", "takeTimeOff"),
    *("clockIn", "clockOut", "startDriving", "stopDriving", "recordInspection"),
    *("setDriverAvailability", "updatePlace", "setDirectoryTerms", "setDirectoryNote"),
    "endDriverSession",
    "unlinkStaffIdentity",
}
SUBSCRIPTIONS = [name for operation, name in ROOTS if operation == "subscription"]
every_stranger = pytest.mark.parametrize("stranger", STRANGERS, ids=str)
# What it runs is covered by other tests: they alone are to reach the coverage that is asked for.
pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module")
def world(made: Parts) -> World:
    return World(
        made.database,
        RELATIONS,
        made.events,
        now,
        made.ids,
        made.quotes,
        made.links,
        cache=made.cache,
        vault=made.vault,
    )


def over_socket(world: World, principal: Principal) -> OperationContext:
    """An operation of a socket, where subscriptions run too."""

    async def prove() -> Principal:
        return principal

    context = OperationContext(world, principal, request_id="a-test", prove=prove)
    context.idempotency_key = str(new_id())
    return context


@pytest.fixture(scope="module")
def ask(world: World) -> Ask:
    schema: Schema = SERVED

    async def execute(attempt: Attempt, principal: Principal) -> dict[str, Any]:
        context = over_socket(world, principal)
        result = await schema.execute(
            attempt.document, variable_values=dict(attempt.variables), context_value=context
        )
        return body(result)

    return execute


@pytest.fixture(scope="module")
def stored(superuser: Connection, planted: Planted) -> Stored:
    return Stored(superuser, planted)


@pytest.fixture(scope="module")
async def cursors(planted: Planted, ask: Ask) -> dict[str, str]:
    """A place in each of the victim's lists."""
    owner = Stranger("staff", "own").principal(planted)
    found = {}
    for name in LISTS:
        asked = f"{{ {name}(first: 1) {{ pageInfo {{ endCursor }} }} }}"
        answer = await ask(Attempt(name, asked, {}), owner)
        found[name] = answer["data"][name]["pageInfo"]["endCursor"] or "bm9uZQ"
    return found


def a_field(operation: str, name: str) -> GraphQLField:
    return ROOTS[operation, name]


def assert_keeps(answer: dict[str, Any], kept: set[str], attempt: Attempt) -> None:
    said = orjson.dumps(answer).decode()
    assert {secret for secret in kept if secret in said} == set(), attempt.name


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_holds_nothing_of_another(
    name: str, planted: Planted, ask: Ask, cursors: dict[str, str]
) -> None:
    tried = list(attempts("query", name, a_field("query", name), victim_of(planted, cursors)))
    with Failures() as failures:
        for stranger in STRANGERS:
            with failures.of(stranger):
                await holds_nothing_of_another(name, tried, stranger, planted, ask)


async def holds_nothing_of_another(
    name: str, tried: list[Attempt], stranger: Stranger, planted: Planted, ask: Ask
) -> None:
    principal, kept = stranger.principal(planted), secrets_of(planted, stranger)
    asked = a_field("query", name)
    for attempt in tried:
        answer = await ask(attempt, principal)
        assert_keeps(answer, kept, attempt)
        assert set(codes(answer)) <= {"FORBIDDEN"}, attempt.name
        if scope_of(asked) not in principal.scopes:
            assert codes(answer) == ["FORBIDDEN"]
            return


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_shows_its_owner_what_it_hides_from_strangers(
    name: str, planted: Planted, ask: Ask, cursors: dict[str, str]
) -> None:
    owner = Stranger("staff", "own").principal(planted)
    asked = list(attempts("query", name, a_field("query", name), victim_of(planted, cursors)))
    answers = [await ask(attempt, owner) for attempt in asked]

    assert [codes(answer) for answer in answers] == [[]] * len(asked)
    said = orjson.dumps(answers[0]).decode()
    entity = entity_of(a_field("query", name).type) or ""
    row = planted.planting.row(planted.own, ENTITIES[entity].relation)
    shown = encode(entity, row["id"])
    assert any(each in said for each in (mark(planted.own), mark_of_tenant(planted.own), shown))


@pytest.mark.parametrize("name", OBJECTS)
async def test_anothers_object_is_answered_like_one_that_does_not_exist(
    name: str, planted: Planted, ask: Ask
) -> None:
    with Failures() as failures:
        for stranger in STRANGERS:
            with failures.of(stranger):
                await answers_like_nothing(name, stranger, planted, ask)


async def answers_like_nothing(name: str, stranger: Stranger, planted: Planted, ask: Ask) -> None:
    principal, asked = stranger.principal(planted), a_field("query", name)
    entity = entity_of(asked.type)
    if entity and stranger.may_see(planted.tables[ENTITIES[entity].relation]):
        return
    victim = victim_of(planted)
    theirs = list(hidden_from(stranger, planted, attempts("query", name, asked, victim)))
    absent = list(hidden_from(stranger, planted, attempts("query", name, asked, nobodys(victim))))
    for attempt, nothing in zip(theirs, absent, strict=True):
        answer = await ask(attempt, principal)
        assert answer == await ask(nothing, principal)
        several = [None] * len(attempt.variables.get("ids", ()))
        assert answer["data"] in (None, {name: None}, {name: several}), attempt.name
        assert set(codes(answer)) <= {"NOT_FOUND", "FORBIDDEN"}
        assert len(codes(answer)) == max(1, len(several))


def hidden_from(stranger: Stranger, planted: Planted, tried: Any) -> Any:
    """The attempts at what is not common to victim and caller; `node` is asked for each type."""
    for attempt in tried:
        ids = attempt.variables.get("ids")
        if ids is None:
            yield attempt
            continue
        hidden = [
            id
            for id, entity in zip(ids, ENTITIES.values(), strict=True)
            if not stranger.may_see(planted.tables[entity.relation])
        ]
        yield Attempt(attempt.name, attempt.document, {"ids": hidden})


@pytest.mark.parametrize("name", OBJECTS)
async def test_an_object_is_shown_to_its_owner(name: str, planted: Planted, ask: Ask) -> None:
    owner, asked = Stranger("staff", "own").principal(planted), a_field("query", name)
    entity = entity_of(asked.type)
    for attempt in attempts("query", name, asked, victim_of(planted)):
        answer = await ask(attempt, owner)
        shared = 3 * ["NOT_FOUND"] if entity is None and name == "nodes" else []
        assert (codes(answer), answer["data"][name] is not None) == (shared, True), attempt.name


@pytest.mark.parametrize("entity", ENTITIES)
async def test_a_global_id_of_anothers_object_leads_nowhere(
    entity: str, planted: Planted, ask: Ask
) -> None:
    with Failures() as failures:
        for stranger in STRANGERS:
            with failures.of(stranger):
                await leads_nowhere(entity, stranger, planted, ask)


async def leads_nowhere(entity: str, stranger: Stranger, planted: Planted, ask: Ask) -> None:
    if stranger.may_see(planted.tables[ENTITIES[entity].relation]):
        return
    principal = stranger.principal(planted)
    document = "query ($id: ID!) { node(id: $id) { id } }"
    victim = victim_of(planted)
    answers = [
        await ask(Attempt(entity, document, {"id": each.id_of(entity, entity)}), principal)
        for each in (victim, nobodys(victim))
    ]

    assert answers[0] == answers[1]
    assert answers[0]["data"] == {"node": None}
    may = ENTITIES[entity].scope in principal.scopes
    assert codes(answers[0]) == ["NOT_FOUND" if may else "FORBIDDEN"]


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_mutation_of_anothers_object_is_not_found_and_changes_nothing(
    name: str, planted: Planted, ask: Ask, stored: Stored
) -> None:
    victim, asked = victim_of(planted), a_field("mutation", name)
    tried = list(
        zip(
            attempts("mutation", name, asked, victim),
            attempts("mutation", name, asked, nobodys(victim)),
            strict=True,
        )
    )
    with Failures() as failures:
        for stranger in STRANGERS:
            if name in OF_THE_COMPANY and (stranger.kind, stranger.home) == ("staff", "sibling"):
                continue
            with failures.of(stranger):
                before = stored.now()
                for attempt, nothing in tried:
                    principal = stranger.principal(planted)
                    await finds_nothing(name, attempt, nothing, principal, ask)
                assert stored.now() == before


async def finds_nothing(
    name: str, attempt: Attempt, nothing: Attempt, principal: Principal, ask: Ask
) -> None:
    answer = await ask(attempt, principal)
    assert answer == await ask(nothing, principal)
    if scope_of(a_field("mutation", name)) not in principal.scopes:
        assert codes(answer) == ["FORBIDDEN"]
        return
    payload = answer["data"][name]
    refused = "QUOTE_REFUSED" if name in BY_QUOTE else "NOT_FOUND"
    assert [error["code"] for error in payload.pop("errors")] == [refused]
    assert set(payload.values()) == {None}


@pytest.mark.parametrize("name", ["createApp", "createDriver", "createPlace", "createVehicle"])
async def test_what_a_stranger_makes_is_no_part_of_anothers(
    name: str, planted: Planted, ask: Ask, superuser: Connection
) -> None:
    principal = Stranger("staff", "stranger").principal(planted)
    asked, tenant = a_field("mutation", name), planted.own.tenant_id
    table = planted.tables[ENTITIES[entity_of(asked.type) or ""].relation].name
    count = f"select count(*) from {table} where tenant_id = %s"  # noqa: S608
    before = superuser.execute(count.encode(), (tenant,)).fetchone()
    for attempt in attempts("mutation", name, asked, nobodys(victim_of(planted))):
        answer = await ask(attempt, principal)
        assert answer["data"][name].pop("errors") == []
        assert_keeps(answer, secrets_of(planted, Stranger("staff", "stranger")), attempt)

    assert superuser.execute(count.encode(), (tenant,)).fetchone() == before


@every_stranger
@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_a_subscription_to_anothers_object_is_not_found_and_never_tells(
    name: str, stranger: Stranger, planted: Planted, world: World
) -> None:
    asked = a_field("subscription", name)
    (attempt,) = attempts("subscription", name, asked, victim_of(planted))
    said = await heard(attempt, stranger.principal(planted), world, planted)

    may = scope_of(asked) in stranger.principal(planted).scopes
    assert [codes(answer) for answer in said] == [["NOT_FOUND" if may else "FORBIDDEN"]]
    assert all(answer["data"] in (None, {name: None}) for answer in said)


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_a_subscription_tells_its_owner(name: str, planted: Planted, world: World) -> None:
    asked = a_field("subscription", name)
    (attempt,) = attempts("subscription", name, asked, victim_of(planted))
    owner = Stranger("staff", "own").principal(planted)
    said = await heard(attempt, owner, world, planted)

    assert [codes(answer) for answer in said] == [[]]
    assert mark(planted.own) in orjson.dumps(said).decode()


async def heard(
    attempt: Attempt, principal: Principal, world: World, planted: Planted
) -> list[dict[str, Any]]:
    """What a subscription says while a change of the victim's object is published twice."""
    context = over_socket(world, principal)
    stream = await SERVED.subscribe(
        attempt.document, variable_values=dict(attempt.variables), context_value=context
    )
    answers: list[dict[str, Any]] = []

    async def listen() -> None:
        async for result in stream:
            answers.append(body(result))
            return

    listening = asyncio.create_task(listen())
    for _ in range(20):
        await asyncio.sleep(0.02)
        if listening.done():
            break
        await world.events.publish([a_notice(planted)])
    async with asyncio.timeout(2):
        await listening
    await stream.aclose()
    return answers


def a_notice(planted: Planted) -> Notice:
    own, booking = planted.own, planted.planting.row(planted.own, "bookings")
    return Notice(own.tenant_id, own.id, new_id(), "booking", booking["id"], "BookingChanged")


@pytest.mark.parametrize(("operation", "name"), list(ROOTS))
async def test_a_field_beyond_the_scopes_is_forbidden_before_any_statement(
    operation: str, name: str, planted: Planted, world: World, ask: Ask, statements: list[str]
) -> None:
    asked = a_field(operation, name)
    victim = victim_of(planted, dict.fromkeys(ALL_LISTS, "bm9uZQ"))
    attempt, *_ = attempts(operation, name, asked, victim)
    with Failures() as failures:
        for kind in (*KINDS, "nobody"):
            principal = a_principal(planted.own, Kind(kind), role="driver")
            if scope_of(asked) in principal.scopes:
                continue
            statements.clear()
            with failures.of(kind):
                if operation == "subscription":
                    (answer,) = await heard(attempt, principal, world, planted)
                else:
                    answer = await ask(attempt, principal)

                assert codes(answer) == ["FORBIDDEN"]
                assert statements == []


def test_each_kind_lacks_a_scope_so_that_being_forbidden_is_tested() -> None:
    asked = {scope_of(field) for field in ROOTS.values()}

    assert {kind for kind in KINDS if asked <= scopes_of(Kind(kind), role="driver")} == set()
