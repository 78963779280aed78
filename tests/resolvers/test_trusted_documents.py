"""Documents of apps and the use of fields, as staff see them; and what a push is refused for."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from strawberry.types import ExecutionResult

from bootstrap.wiring import Parts, now
from db.database import Database, Transaction
from domain.field_usage import Asker, Used
from domain.identity import Brand, Kind
from domain.trusted_documents import LONGEST, digest_of
from resolvers.context import OperationContext, World
from resolvers.root import RELATIONS, Schema, build_schema
from schema.global_ids import encode
from services.field_usage import FieldTally, counting, purge_usage
from tests.builders import a_principal, an_app, insert, write
from tests.resolvers.conftest import Ask, told

PUSH = """
mutation ($input: PushTrustedDocumentsInput!) {
  pushTrustedDocuments(input: $input) { stored unchanged errors { code message path } }
}
"""
LIST = """
{ trustedDocuments(filter: {inForce: true}) { edges { node {
  documentId digest text name retiredAt version app { name documentLock } usage { day uses }
} } } }
"""
USAGE = """
query ($filter: FieldUsageFilter, $deprecatedOnly: Boolean) {
  fieldUsage(filter: $filter, deprecatedOnly: $deprecatedOnly, orderBy: DAY_ASC) {
    totalCount edges { node { coordinate caller app { name } day uses deprecation } }
  }
}
"""
GOOD = "query Code { brand { code } }"


@pytest.fixture
async def app(database: Database, brand: Brand) -> UUID:
    made: UUID = await write(
        database, brand, lambda tx: an_app(tx, kind="site", name="Our website")
    )
    return made


def data_of(result: ExecutionResult) -> Any:
    assert result.errors is None
    return result.data


async def pushed(ask: Ask, app: UUID, *documents: Any, **more: Any) -> Any:
    given = {"appId": encode("App", app), "documents": list(documents), **more}
    return data_of(await ask(PUSH, input=given))["pushTrustedDocuments"]


async def listed(ask: Ask) -> list[Any]:
    edges = data_of(await ask(LIST))["trustedDocuments"]["edges"]
    return [edge["node"] for edge in edges]


async def test_what_staff_push_is_listed_with_its_app_and_may_be_sent(ask: Ask, app: UUID) -> None:
    answer = await pushed(ask, app, {"text": GOOD, "name": " The  code "})

    assert answer == {"stored": 1, "unchanged": 0, "errors": []}
    assert await listed(ask) == [
        {
            "documentId": f"sha256:{digest_of(GOOD)}",
            "digest": digest_of(GOOD),
            "text": GOOD,
            "name": "The code",
            "retiredAt": None,
            "version": 1,
            "app": {"name": "Our website", "documentLock": "TRUSTED"},
            "usage": [],
        }
    ]


async def test_every_fault_of_every_document_is_told_with_its_line_and_nothing_is_stored(
    ask: Ask, app: UUID
) -> None:
    answer = await pushed(
        ask,
        app,
        {"text": GOOD},
        {"text": "{\n  brand { nothing }\n  wineries(frist: 1) { totalCount }\n}"},
        {"text": "query {"},
        {"text": "fragment Name on Brand { name }"},
    )

    assert answer["stored"] is None
    assert [(error["code"], error["path"]) for error in answer["errors"]] == [
        ("DOCUMENT_REFUSED", "documents.1.text"),
        ("DOCUMENT_REFUSED", "documents.1.text"),
        ("DOCUMENT_REFUSED", "documents.2.text"),
        ("DOCUMENT_REFUSED", "documents.3.text"),
    ]
    first, second, third, fourth = [error["message"] for error in answer["errors"]]
    assert first.startswith("Line 2, column 11: Cannot query field 'nothing' on type 'Brand'.")
    assert second.startswith("Line 3, column 12: Unknown argument 'frist'")
    assert third.startswith("Line 1, column 8: Syntax Error")
    assert fourth == "Line 1, column 1: Fragment 'Name' is never used."
    assert await listed(ask) == []


async def test_a_check_alone_stores_nothing_and_finds_the_same_faults(ask: Ask, app: UUID) -> None:
    good = await pushed(ask, app, {"text": GOOD}, checkOnly=True)
    wrong = await pushed(ask, app, {"text": "{ nothing }"}, checkOnly=True)

    assert good == {"stored": None, "unchanged": None, "errors": []}
    assert [error["code"] for error in wrong["errors"]] == ["DOCUMENT_REFUSED"]
    assert await listed(ask) == []


@pytest.mark.parametrize(
    ("documents", "path"),
    [
        ([], "documents"),
        ([{"text": GOOD}] * 51, "documents"),
        ([{"text": GOOD}, {"text": "#" * (LONGEST + 1)}], "documents.1.text"),
        ([{"text": GOOD, "name": "x" * 101}], "documents.0.name"),
    ],
)
async def test_a_push_out_of_bounds_names_what_is_too_much(
    ask: Ask, app: UUID, documents: Sequence[Any], path: str
) -> None:
    answer = await pushed(ask, app, *documents)

    assert [(each["code"], each["path"]) for each in answer["errors"]] == [("BAD_USER_INPUT", path)]
    assert await listed(ask) == []


async def test_staff_name_the_app_and_those_who_may_not_are_told_so(
    ask: Ask, brand: Brand, app: UUID
) -> None:
    nameless = data_of(await ask(PUSH, input={"documents": [{"text": GOOD}]}))
    given = {"appId": encode("App", app), "documents": [{"text": GOOD}]}

    assert nameless["pushTrustedDocuments"]["errors"][0]["path"] == "appId"
    for role in ("dispatcher", "sales", "finance", "viewer"):
        for document, variables in ((PUSH, {"input": given}), (LIST, {}), (USAGE, {})):
            result = await ask(document, a_principal(brand, role=role), **variables)
            assert [code for _, code in told(result)] == ["FORBIDDEN"]
    assert (await ask(PUSH, a_principal(brand, role="manager"), input=given)).errors is None


def world_of(made: Parts, tally: FieldTally) -> World:
    return World(
        made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links, uses=tally
    )


async def test_each_operation_counts_once_for_each_field_by_app_kind_and_day(
    made: Parts, ask: Ask, brand: Brand, app: UUID
) -> None:
    schema, tally = build_schema(), FieldTally(made.database, now, made.ids)
    text = """query Places { ...Us again: brand { code } wineries(first: 1) { edges { node { name } } } }
    query Other { viewer { kind } }
    fragment Us on Query { brand { ... on Brand { name } } }"""
    await pushed(ask, app, {"text": text})
    site = replace(a_principal(brand, Kind.SITE), app_id=app)
    for caller, name in ((site, "Places"), (site, "Places"), (a_principal(brand), "Other")):
        context = OperationContext(world_of(made, tally), caller)
        await schema.execute(text, context_value=context, operation_name=name)
    refused = OperationContext(world_of(made, tally), site)
    await schema.execute("{ brand { nothing } }", context_value=refused)
    await asyncio.gather(tally.flush(), tally.flush())

    edges = data_of(await ask(USAGE))["fieldUsage"]["edges"]
    used = {
        (each["coordinate"], each["caller"], (each["app"] or {}).get("name"), each["uses"])
        for each in (edge["node"] for edge in edges)
    }
    ours = ("SITE", "Our website", 2)
    assert used == {
        ("Query.brand", *ours),
        ("Brand.name", *ours),
        ("Brand.code", *ours),
        ("Query.wineries", *ours),
        ("WineryConnection.edges", *ours),
        ("WineryEdge.node", *ours),
        ("Winery.name", *ours),
        ("Query.viewer", "STAFF", None, 1),
        ("Viewer.kind", "STAFF", None, 1),
    }
    [document] = await listed(ask)
    assert [each["uses"] for each in document["usage"]] == [2]


async def test_two_flushes_of_a_day_are_summed_and_old_days_are_forgotten(
    made: Parts, ask: Ask, database: Database, brand: Brand, app: UUID
) -> None:
    used = Used("0" * 64, ("Brand.code",))
    asker = Asker(brand, Kind.SITE, app)
    for _ in range(2):
        async with counting(FieldTally(made.database, now, made.ids), 60) as tally:
            tally.count(asker, used)

    async def setup(tx: Transaction) -> None:
        long_ago = (now() - timedelta(days=100)).date()
        await insert(
            tx, "field_usage", coordinate="Brand.name", caller="staff", day=long_ago, uses=7
        )

    await write(database, brand, setup, kind=Kind.WORKER)
    everything = data_of(await ask(USAGE))["fieldUsage"]
    await write(database, brand, lambda tx: purge_usage(tx, now=now()), kind=Kind.WORKER)
    left = data_of(await ask(USAGE))["fieldUsage"]

    assert [edge["node"]["uses"] for edge in everything["edges"]] == [7, 2]
    assert [edge["node"]["coordinate"] for edge in left["edges"]] == ["Brand.code"]


async def test_a_tally_that_is_full_counts_what_it_knows_and_nothing_new(
    made: Parts, ask: Ask, brand: Brand
) -> None:
    tally = FieldTally(made.database, now, made.ids, most=1)
    first, second = (Used(each * 64, (f"Brand.{each}",)) for each in "ab")
    for used in (first, second, first):
        tally.count(Asker(brand, Kind.STAFF, None), used)
    await tally.flush()

    found = data_of(await ask(USAGE))["fieldUsage"]["edges"]
    assert [(each["node"]["coordinate"], each["node"]["uses"]) for each in found] == [
        ("Brand.a", 2)
    ]


async def test_a_brand_that_is_gone_keeps_nobody_elses_figures_back(
    made: Parts, ask: Ask, brand: Brand
) -> None:
    tally = FieldTally(made.database, now, made.ids)
    for each in (replace(brand, id=2_000_000_001), brand):
        tally.count(Asker(each, Kind.STAFF, None), Used("a" * 64, ("Brand.code",)))

    await tally.flush()
    await tally.flush()

    found = data_of(await ask(USAGE))["fieldUsage"]["edges"]
    assert [each["node"]["uses"] for each in found] == [1]


async def test_who_still_asks_for_what_is_deprecated(
    made: Parts, database: Database, brand: Brand, app: UUID
) -> None:
    schema: Schema = build_schema()
    fields: Any = schema._schema.type_map["Brand"]  # noqa: SLF001
    fields.fields["name"].deprecation_reason = "Use `code`."

    async def setup(tx: Transaction) -> None:
        day = now().date()
        for coordinate in ("Brand.name", "Brand.code", "Brand.gone"):
            await insert(
                tx, "field_usage", coordinate=coordinate, caller="site", app_id=app, day=day, uses=3
            )

    await write(database, brand, setup, kind=Kind.WORKER)
    world = World(made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links)

    async def asked(**variables: Any) -> dict[str, str | None]:
        context = OperationContext(world, a_principal(brand))
        result = await schema.execute(USAGE, variable_values=variables, context_value=context)
        assert result.errors is None
        assert result.data is not None
        nodes = [edge["node"] for edge in result.data["fieldUsage"]["edges"]]
        return {node["coordinate"]: node["deprecation"] for node in nodes}

    assert await asked(deprecatedOnly=True) == {"Brand.name": "Use `code`."}
    assert await asked() == {
        "Brand.name": "Use `code`.",
        "Brand.code": None,
        "Brand.gone": "No field of the contract any more.",
    }
    assert await asked(filter={"coordinate": "Brand.code"}) == {"Brand.code": None}
    other = {"appId": encode("App", made.ids.new())}
    assert await asked(filter=other) == {}
