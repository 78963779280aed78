"""What is too large is refused before it is validated, by the name and number of its limit."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import get_introspection_query, parse
from strawberry.types import ExecutionResult

from bootstrap.wiring import Parts, now
from db.database import Database
from domain.identity import Brand, Kind
from domain.limits import Limits
from resolvers.context import OperationContext, World
from resolvers.cost import estimates
from resolvers.documents import Documents
from resolvers.root import RELATIONS, build_schema
from tests.builders import a_principal
from tests.resolvers.conftest import Ask

SCHEMA = build_schema()._schema  # noqa: SLF001 - graphql-core's own
REPEATED = "The document repeats itself in more than 5000 pairs of fields, the most that is taken."
LARGE = "The document has more than 2000 fields, its fragments written out, the most that is taken."


def chain(links: int, copies: int) -> str:
    """Fragments that spread the next one: written out, the product of all copies."""
    spreads = [f"fragment F{n} on Viewer {{ {f'...F{n + 1} ' * copies}}} " for n in range(links)]
    return f"{{ viewer {{ ...F0 }} }} {''.join(spreads)} fragment F{links} on Viewer {{ kind }}"


def told(document: str, limits: Limits = Limits()) -> list[str]:  # noqa: B008 - frozen
    return [error.message for error in Documents(limits).known(document, SCHEMA).errors]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{ viewer { " + "kind " * 2_000 + "} }", "document has more than 2000 tokens"),
        (
            "{ " + " ".join(f"a{n}: viewer {{ kind }}" for n in range(21)) + " }",
            "operation has more than 20 root fields",
        ),
        (
            "{ viewer { " + " ".join(f"a{n}: kind" for n in range(31)) + " } }",
            "document has more than 30 aliases",
        ),
        (
            "{ viewer { " + "kind @skip(if: false) @include(if: true) " * 26 + "} }",
            "document has more than 50 directives",
        ),
        ("{ " + "viewer { kind } " * 21 + "}", "operation has more than 20 root fields"),
        (
            "{ ...R } fragment R on Query { " + "viewer { kind } " * 21 + "}",
            "operation has more than 20 root fields",
        ),
        ("{ a " * 12 + "{ b } " + "}" * 12, "document nests more than 12 fields"),
        (
            "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(3)) + " }",
            "operation has more than 2 root fields of introspection",
        ),
    ],
    ids=[
        "tokens",
        "roots",
        "aliases",
        "directives",
        "repeated-roots",
        "spread-roots",
        "depth",
        "introspection",
    ],
)
def test_a_document_past_a_limit_is_told_which_and_how_much(document: str, message: str) -> None:
    assert told(document) == [f"The {message}, the most that is taken."]


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer { " + "kind " * 1_900 + "} }",
        "{ viewer { " + "brand { code } " * 480 + "} }",
        "{ " + ("viewer { " + "brand { code } " * 20 + "} ") * 19 + "}",
        "{ __schema { types { " + "fields { name } " * 400 + "} } }",
        "{ node(id: 1) { " + "... on Booking { number } " * 280 + "} }",
        "{ viewer { "
        + "".join(f"...F{n} " for n in range(190))
        + "} }"
        + "".join(f" fragment F{n} on Viewer {{ kind }}" for n in range(190)),
    ],
    ids=["leaves", "objects", "merged", "introspection", "conditions", "fragments"],
)
def test_a_document_that_repeats_itself_is_refused_before_its_pairs_are_compared(
    document: str,
) -> None:
    assert told(document) == [REPEATED]


@pytest.mark.parametrize("document", [chain(150, 2), chain(5, 8)], ids=["long", "wide"])
def test_fragments_count_as_if_they_were_written_out(document: str) -> None:
    assert told(document)[0] in {LARGE, REPEATED}


def test_a_cycle_of_fragments_is_named_by_validation() -> None:
    document = (
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A kind }"
    )
    assert told(document) == ["Cannot spread fragment 'A' within itself via 'B'."]


@pytest.mark.parametrize(
    "document",
    [
        "{ wineries(first: %s) { totalCount } }",
        "query ($n: Int = %s) { wineries(first: $n) { totalCount } }",
    ],
)
async def test_a_number_without_end_is_the_documents_fault(ask: Ask, document: str) -> None:
    refused = await ask(document % ("9" * 5_000))
    assert [(error.extensions or {})["code"] for error in refused.errors or []] == [
        "GRAPHQL_VALIDATION_FAILED"
    ]
    assert len((refused.errors or [])[0].message) <= 402


def test_a_fragment_that_nothing_spreads_is_named_without_reading_it() -> None:
    document = "{ viewer { kind } } fragment A on Viewer { " + "brand { code } " * 300 + "}"
    assert told(document) == ["Fragment 'A' is never used."]


@pytest.mark.parametrize("opening", ["{ a ", "{ ... ", "[", "{c: "])
def test_a_document_nested_without_end_is_refused_by_a_number(opening: str) -> None:
    [message] = told(("{ a(b: " if opening in "[{c: " else "") + opening * 500)
    assert message in {
        "The document nests more than 12 fields, the most that is taken.",
        "The document has more than 2000 tokens, the most that is taken.",
    }


@pytest.mark.parametrize(
    "document",
    [
        get_introspection_query(),
        "{ viewer { " + " ".join(f"a{n}: kind" for n in range(30)) + " } }",
        "{ " + "viewer { kind } " * 20 + "}",
        "{ viewer { " + "kind " * 100 + "} }",
    ],
    ids=["introspection", "aliases", "roots", "repeated"],
)
def test_a_document_at_its_limits_is_taken(document: str) -> None:
    assert told(document) == []


UNKNOWN_FIELDS = (
    "{ wineries(filter: {" + "".join(f"statuss{n}: 1 " for n in range(480)) + "}) { totalCount } }"
)


@pytest.mark.parametrize(
    "document",
    [
        UNKNOWN_FIELDS,
        "{ bookings(filter: {status: [" + "COMPLETEDD " * 1_900 + "]}) { totalCount } }",
        "{ bookings(filter: {status: [" + f"{'X' * 300} " * 300 + "]}) { totalCount } }",
        "{ viewer { " + " ".join(f"kind{n}" for n in range(1_900)) + " } }",
        "{ viewer { kind } } " + "fragment F on Viewer { kind } " * 200,
    ],
    ids=["input-fields", "enum-values", "long-values", "fields", "fragments"],
)
def test_a_wrong_document_is_told_a_few_short_errors_and_not_hundreds_of_pages(
    document: str,
) -> None:
    messages = told(document)
    assert 1 <= len(messages) <= 6
    assert max(map(len, messages)) <= 402


def test_only_valid_documents_are_remembered_and_those_not_without_bound() -> None:
    documents = Documents(Limits(), most_characters=110)
    first, second, third = (f"{{ viewer {{ kind }} }} #{n:030}" for n in range(3))
    known = {text: documents.known(text, SCHEMA) for text in (first, second)}
    assert documents.known(first, SCHEMA) is known[first]
    documents.known(third, SCHEMA)
    assert documents.known(first, SCHEMA) is known[first]
    assert documents.known(second, SCHEMA) is not known[second]
    assert documents.known("{ nothing }", SCHEMA) is not documents.known("{ nothing }", SCHEMA)


def test_each_limit_can_be_set() -> None:
    strict = Limits(tokens=40, depth=2, aliases=1, directives=1, root_fields=1)
    assert [
        told(document, strict)[0]
        for document in (
            "{ viewer { " + "kind " * 40 + "} }",
            "{ viewer { brand { code } } }",
            "{ viewer { a: kind b: kind } }",
            "{ viewer { kind @skip(if: true) role @skip(if: true) } }",
            "{ viewer { kind } brand { code } }",
        )
    ] == [
        "The document has more than 40 tokens, the most that is taken.",
        "The document nests more than 2 fields, the most that is taken.",
        "The document has more than 1 aliases, the most that is taken.",
        "The document has more than 1 directives, the most that is taken.",
        "The operation has more than 1 root fields, the most that is taken.",
    ]


BELOW = "{ edges { cursor node { id customer { id } payments { id } stops { winery { id } } } } }"


@pytest.mark.parametrize(
    ("document", "variables", "nodes"),
    [
        ("{ viewer { kind brand { code } } }", {}, 0),
        ('{ booking(id: "x") { id total { amountCents } customer { id } } }', {}, 2),
        ("{ bookings { edges { node { id } } pageInfo { hasNextPage } } }", {}, 20),
        ("{ bookings(first: 100) " + BELOW + " }", {}, 100 * (1 + 1 + 5 + 5 * 2)),
        ("{ bookings(last: 3) { edges { node { id } } } }", {}, 3),
        ("{ bookings(first: 5000) { edges { node { id } } } }", {}, 100),
        ("query ($n: Int) { bookings(first: $n) " + BELOW + " }", {"n": 7}, 7 * 17),
        ("query ($n: Int = 9) { bookings(first: $n) " + BELOW + " }", {}, 9 * 17),
        ("query ($n: Int) { bookings(first: $n) " + BELOW + " }", {"n": "x"}, 20 * 17),
        ('{ nodes(ids: ["a", "b", "c"]) { id ... on Booking { customer { id } } } }', {}, 6),
        ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a"] * 40}, 40),
        ('query ($i: [ID!]! = ["a", "b"]) { nodes(ids: $i) { id } }', {}, 2),
        ("{ bookings(first: null, last: 100) " + BELOW + " }", {}, 100 * 17),
        ("query ($n: Int) { bookings(first: $n) " + BELOW + " }", {"n": 100.0}, 100 * 17),
        (
            "{ bookings { ...E edges { node { customer { id } } } } }"
            " fragment E on BookingConnection { edges { node { customer { name } } } }",
            {},
            40,
        ),
        ("{ __schema { types { name fields { name } } } }", {}, 0),
    ],
    ids=str,
)
def test_an_operation_costs_the_objects_that_it_may_come_to(
    document: str, variables: dict[str, Any], nodes: int
) -> None:
    [estimate] = estimates(SCHEMA, parse(document)).values()
    assert estimate.nodes(variables, Limits()) == nodes


async def test_an_operation_past_its_objects_reads_nothing(ask: Ask, statements: list[str]) -> None:
    page = "bookings(first: 100) " + BELOW
    asked = "{ " + " ".join(f"a{n}: {page}" for n in range(6)) + " }"
    refused = await ask(asked)
    assert refused.data is None
    assert [(error.message, error.extensions) for error in refused.errors or []] == [
        (
            "The operation asks for more than 10000 objects, the most that is taken.",
            {"code": "LIMIT_EXCEEDED", "retryable": False, "requestId": "test-request"},
        )
    ]
    assert statements == []


@pytest.fixture
def run(made: Parts, brand: Brand) -> Callable[..., Any]:
    """Execute under limits of the test's own, in production if it is said so."""

    async def execute(
        document: str,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        *,
        kind: Kind = Kind.STAFF,
        production: bool = False,
        **variables: Any,
    ) -> ExecutionResult:
        world = World(
            made.database, RELATIONS, made.events, now, made.ids, made.quotes, made.links,
            limits=limits, production=production,
        )  # fmt: skip
        context = OperationContext(world, a_principal(brand, kind), request_id="test-request")
        return await build_schema(limits).execute(
            document, variable_values=variables, context_value=context
        )

    return execute


async def test_variables_past_their_limit_are_refused(run: Callable[..., Any]) -> None:
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    refused = await run(document, Limits(variables_bytes=30), ids=["a" * 30])
    assert [error.message for error in refused.errors] == [
        "The variables have more than 30 bytes as JSON, the most that is taken."
    ]
    assert refused.data is None


async def test_a_page_past_a_limit_of_the_operator_is_refused_by_its_number(
    run: Callable[..., Any],
) -> None:
    refused = await run("{ bookings(first: 6) { totalCount } }", Limits(page=5))
    taken = await run("{ bookings(first: 200) { totalCount } }", Limits(page=200))
    assert [error.message for error in refused.errors] == ["`first` is 6; a page has 1 to 5."]
    assert (taken.errors, taken.data) == (None, {"bookings": {"totalCount": 0}})


async def test_an_operation_past_its_time_is_ended_and_gives_its_connection_back(
    run: Callable[..., Any], database: Database
) -> None:
    before = database.pool_stats()["read"].get("pool_available", 0)
    late = await run("{ bookings { totalCount } }", Limits(operation_seconds=0.000_001))
    assert [(error.message, error.extensions["code"]) for error in late.errors] == [
        (
            "The operation took longer than 1e-06 s. Ask for less, or try again.",
            "DEADLINE_EXCEEDED",
        )
    ]
    assert late.data is None
    in_time = await run("{ bookings { totalCount } }")
    assert in_time.errors is None
    assert database.pool_stats()["read"].get("pool_available", 0) >= before


SUGGESTED = "{ viewer { kinds } }"
INTROSPECTION = "{ __schema { queryType { name } } }"


async def test_a_site_key_in_production_is_told_nothing_of_the_schema(
    run: Callable[..., Any],
) -> None:
    guess = await run(SUGGESTED, kind=Kind.SITE, production=True)
    asked = await run(INTROSPECTION, kind=Kind.SITE, production=True)
    argument = await run(
        "{ wineries(filter: {slugg: 1}) { totalCount } }", kind=Kind.SITE, production=True
    )
    inside = await run(
        '{ ...Q } fragment Q on Query { __type(name: "Viewer") { name } }',
        kind=Kind.SITE,
        production=True,
    )
    assert [error.message for error in guess.errors] == [
        "Cannot query field 'kinds' on type 'Viewer'."
    ]
    assert all("mean" not in error.message for error in argument.errors)
    assert argument.errors
    assert [[error.extensions["code"] for error in each.errors] for each in (asked, inside)] == [
        ["FORBIDDEN"],
        ["FORBIDDEN"],
    ]
    assert (asked.data, inside.data) == (None, None)


@pytest.mark.parametrize(
    ("kind", "production"), [(Kind.SITE, False), (Kind.STAFF, True), (Kind.PARTNER, True)]
)
async def test_others_and_development_are_told_of_the_schema(
    run: Callable[..., Any], *, kind: Kind, production: bool
) -> None:
    guess = await run(SUGGESTED, kind=kind, production=production)
    asked = await run(INTROSPECTION, kind=kind, production=production)
    assert [error.message for error in guess.errors] == [
        "Cannot query field 'kinds' on type 'Viewer'. Did you mean 'kind' or 'brands'?"
    ]
    assert asked.data == {"__schema": {"queryType": {"name": "Query"}}}
