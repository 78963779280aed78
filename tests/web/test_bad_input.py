"""Bad input over HTTP: each kind with its exact answer."""

from typing import Any

import httpx
import pytest

from bootstrap.settings import Settings
from db.database import Database
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import a_booking, a_brand, a_customer, a_member, new_id, write
from tests.web.conftest import Sign, bearer, shown

NOT_FOUND = {
    "code": "NOT_FOUND",
    "retryable": False,
    "argument": "id",
    "requestId": "request-1",
}


@pytest.fixture
async def headers(database: Database, brand: Brand, sign: Sign) -> dict[str, str]:
    return bearer(sign(await a_member(database, brand)), **{"x-request-id": "request-1"})


async def post(client: httpx.AsyncClient, headers: dict[str, str], query: str) -> tuple[int, Any]:
    response = await client.post("/graphql", json={"query": query}, headers=headers)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"] == "request-1"
    return response.status_code, response.json()


def bad_input(message: str, argument: str) -> dict[str, Any]:
    return {
        "message": message,
        "extensions": {
            "code": "BAD_USER_INPUT",
            "retryable": False,
            "argument": argument,
            "requestId": "request-1",
        },
    }


def without_places(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in error.items() if key in {"message", "extensions"}}
        for error in body["errors"]
    ]


@pytest.mark.parametrize(
    ("arguments", "message", "argument"),
    [
        ("first: 0", "`first` is 0; a page has 1 to 100.", "first"),
        ("first: 1000", "`first` is 1000; a page has 1 to 100.", "first"),
        ("last: -1", "`last` is -1; a page has 1 to 100.", "last"),
        ("first: 1, last: 1", "Ask with `first` or with `last`, not with both.", "last"),
        ('after: "nonsense"', "`after` is no cursor of this list in this order.", "after"),
        ('before: "bnVsbA"', "`before` is no cursor of this list in this order.", "before"),
        (
            'filter: {customerId: "nonsense"}',
            "`customerId` is not an id of this service.",
            "customerId",
        ),
    ],
)
async def test_a_bad_argument_of_a_list_is_named(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    arguments: str,
    message: str,
    argument: str,
) -> None:
    query = f"{{ bookings({arguments}) {{ edges {{ cursor }} }} }}"

    status, body = await post(client, headers, query)

    assert status == 200
    assert body["data"] is None
    assert without_places(body) == [bad_input(message, argument)]


@pytest.mark.parametrize("malformed", ["x", "Qm9va2luZzo", "Qm9va2luZzoBofgqZKtzQboO3zQFvATf=="])
async def test_a_malformed_id_is_told_from_an_absent_one(
    client: httpx.AsyncClient, headers: dict[str, str], malformed: str
) -> None:
    status, body = await post(client, headers, f'{{ booking(id: "{malformed}") {{ id }} }}')

    assert status == 200
    assert body["data"] == {"booking": None}
    assert without_places(body) == [bad_input("`id` is not an id of this service.", "id")]


async def test_the_id_of_another_type_is_named_as_such(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    customer = encode("Customer", new_id())

    _, body = await post(client, headers, f'{{ booking(id: "{customer}") {{ id }} }}')

    message = "`id` is the id of another type; a Booking is asked for."
    assert without_places(body) == [bad_input(message, "id")]


async def test_absent_another_brands_and_another_tenants_objects_are_one_answer(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    settings: Settings,
    database: Database,
    brand: Brand,
) -> None:
    sibling = await a_brand(settings, tenant=brand, code="nwtc")
    stranger = await a_brand(settings)
    ids = [
        new_id(),
        await write(database, sibling, a_booking),
        await write(database, stranger, a_booking),
    ]
    answers = []
    for id in ids:
        booking = encode("Booking", id)
        answers.append(await post(client, headers, f'{{ booking(id: "{booking}") {{ id }} }}'))

    assert answers[0] == answers[1] == answers[2]
    status, body = answers[0]
    assert status == 200
    assert body["data"] == {"booking": None}
    assert [error["extensions"] for error in body["errors"]] == [NOT_FOUND]


async def test_an_unknown_enum_value_is_a_validation_error(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    query = "{ bookings(filter: {status: [SOLD]}) { edges { cursor } } }"

    status, body = await post(client, headers, query)

    assert status == 200
    assert "data" not in body
    assert without_places(body) == [
        {
            "message": "Value 'SOLD' does not exist in 'BookingStatus' enum."
            " Did you mean the enum value 'HELD'?",
            "extensions": {
                "code": "GRAPHQL_VALIDATION_FAILED",
                "retryable": False,
                "requestId": "request-1",
            },
        }
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [("{ x", "GRAPHQL_PARSE_FAILED"), ("{ nothing }", "GRAPHQL_VALIDATION_FAILED")],
)
@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json", 200), ("application/graphql-response+json", 400)],
)
async def test_a_document_that_cannot_run_has_a_code_and_a_status_that_the_client_understands(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    query: str,
    code: str,
    accept: str,
    status: int,
) -> None:
    response = await client.post(
        "/graphql", json={"query": query}, headers={**headers, "accept": accept}
    )

    assert response.status_code == status
    assert response.headers["content-type"] == accept
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == [code]
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "Unable to parse request body as JSON"),
        (b"{}", "No GraphQL query found in the request"),
        (b'"x"', "The body is a JSON object with a `query`."),
        (b"[]", "The body is a JSON object with a `query`."),
        (b"[" * 50_000, "Unable to parse request body as JSON"),
        (b'{"query": "\xff"}', "Unable to parse request body as JSON"),
    ],
)
async def test_a_body_that_is_no_request_is_answered_in_json(
    client: httpx.AsyncClient, headers: dict[str, str], body: bytes, message: str
) -> None:
    response = await client.post(
        "/graphql", content=body, headers={**headers, "content-type": "application/json"}
    )

    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "message": message,
                "extensions": {"code": "BAD_REQUEST", "requestId": "request-1"},
            }
        ]
    }


async def test_of_several_operations_none_runs_unless_it_is_named(
    client: httpx.AsyncClient, headers: dict[str, str], database: Database, brand: Brand
) -> None:
    customer = await write(database, brand, lambda tx: a_customer(tx, name="Ada Guest"))
    document = (
        f'mutation B {{ updateCustomer(input: {{id: "{encode("Customer", customer)}",'
        ' expectedVersion: 1, name: "Renamed"}) { errors { code } } } query A { viewer { kind } }'
    )
    _, unnamed = await post(client, headers, document)
    named = await client.post(
        "/graphql", json={"query": document, "operationName": "A"}, headers=headers
    )

    message = "The document has several operations: name the one to run in `operationName`."
    assert [error["message"] for error in unnamed["errors"]] == [message]
    assert shown(named) == {"data": {"viewer": {"kind": "STAFF"}}}
    stored = await write(database, brand, lambda tx: tx.rows("select name from customers"))
    assert stored == [("Ada Guest",)]


async def test_a_subscription_over_http_is_sent_to_the_socket(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    id = encode("Booking", new_id())
    query = f'subscription {{ bookingChanged(id: "{id}") {{ kind }} }}'

    status, body = await post(client, headers, query)

    assert status == 200
    assert "data" not in body
    assert [(error["message"], error["extensions"]["code"]) for error in body["errors"]] == [
        (
            "A subscription runs over WebSocket, sub-protocol graphql-transport-ws.",
            "BAD_USER_INPUT",
        )
    ]


async def test_an_answer_is_kept_by_no_cache(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.get("/graphql", params={"query": "{ viewer { kind } }"}, headers=headers)

    assert shown(answer) == {"data": {"viewer": {"kind": "STAFF"}}}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_body_that_is_not_json_by_its_own_word_is_answered_415(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post(
        "/graphql", content=b"{ viewer }", headers={**headers, "content-type": "text/plain"}
    )

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_page_that_is_not_there_and_a_method_that_is_not_are_answered_in_json(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    nowhere = await client.get("/nowhere", headers=headers)
    wrong = await client.post("/health/live", headers=headers)

    assert nowhere.status_code == 404
    assert nowhere.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert wrong.status_code == 405
    assert wrong.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_taken_email_and_a_bad_phone_are_refused_as_data_and_nothing_changes(
    client: httpx.AsyncClient, headers: dict[str, str], database: Database, brand: Brand
) -> None:
    await write(database, brand, lambda tx: a_customer(tx, email="taken@example.com"))
    customer = await write(database, brand, lambda tx: a_customer(tx, email="own@example.com"))
    mutation = (
        'mutation { updateCustomer(input: {id: "%s", expectedVersion: 1, %s})'
        " { customer { id } errors { code path } } }"
    )
    cases = {
        'email: "Taken@Example.com"': {"code": "EMAIL_TAKEN", "path": "email"},
        'email: "nonsense"': {"code": "BAD_USER_INPUT", "path": "email"},
        'phone: "555"': {"code": "BAD_USER_INPUT", "path": "phone"},
        "name: null": {"code": "BAD_USER_INPUT", "path": "name"},
    }
    for field, error in cases.items():
        _, body = await post(client, headers, mutation % (encode("Customer", customer), field))
        assert body["data"] == {"updateCustomer": {"customer": None, "errors": [error]}}

    stored = await write(
        database,
        brand,
        lambda tx: tx.rows(
            "select email, version from customers where id = %(id)s", {"id": customer}
        ),
    )
    assert stored == [("own@example.com", 1)]


@pytest.mark.parametrize("media_type", ["APPLICATION/JSON", "application/json; charset=UTF-8"])
async def test_a_media_type_is_the_same_in_capitals(
    client: httpx.AsyncClient, headers: dict[str, str], media_type: str
) -> None:
    answer = await client.post(
        "/graphql",
        content=b'{"query": "{ viewer { kind } }"}',
        headers={**headers, "content-type": media_type},
    )
    assert shown(answer) == {"data": {"viewer": {"kind": "STAFF"}}}


async def test_a_packed_body_is_refused_as_such(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    packed = {**headers, "content-type": "application/json", "content-encoding": "gzip"}
    answer = await client.post("/graphql", content=b"packed", headers=packed)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (
        415,
        "Send the body as it is, without Content-Encoding.",
    )


async def test_a_document_without_an_operation_is_told_so(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    query = {"query": "fragment F on Viewer { kind }"}
    answer = await client.post("/graphql", json=query, headers=headers)
    assert answer.json()["errors"][0]["extensions"]["code"] in {
        "BAD_REQUEST",
        "GRAPHQL_VALIDATION_FAILED",
    }


async def test_a_refusal_is_kept_by_no_cache(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{ viewer { kind } }"})
    assert (answer.status_code, answer.headers["cache-control"]) == (401, "no-store")
