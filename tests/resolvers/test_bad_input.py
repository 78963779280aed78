"""Input that no database can store or compare: one refusal that names the argument, never a fault."""

from typing import Any

import pytest

from db.database import Database
from domain.identity import Brand
from schema.global_ids import encode
from tests.builders import a_customer, new_id, write
from tests.resolvers.conftest import Ask

UNSTORABLE = "has a character that cannot be stored."
FOLDED = "A name has no control characters and none that turn the direction of the text."
OUT_OF_TIME = "is outside the years 1900 to 2200."
UPDATE = (
    "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input)"
    " { customer { id } errors { code message path } } }"
)
MOVE = (
    "mutation ($input: RescheduleBookingInput!) { rescheduleBooking(input: $input)"
    " { booking { id } errors { code message path } } }"
)


async def refusals(ask: Ask, document: str, **variables: Any) -> list[tuple[str, Any, Any]]:
    """The message, code and argument of each error in an answer."""
    result = await ask(document, **variables)
    return [
        (error.message, (error.extensions or {})["code"], (error.extensions or {}).get("argument"))
        for error in result.errors or []
    ]


@pytest.mark.parametrize("wrong", ["a\0b", "a\ud800b"], ids=["nul", "surrogate"])
@pytest.mark.parametrize(
    ("document", "argument"),
    [
        ("query ($v: String!) { bookings(filter: {text: $v}) { totalCount } }", "text"),
        ("query ($v: String!) { tourPackages(filter: {code: $v}) { totalCount } }", "code"),
        ("query ($v: String!) { wineries(filter: {ava: $v}) { totalCount } }", "ava"),
        ("query ($v: String!) { bookingByNumber(number: $v) { id } }", "number"),
        ("query ($v: String!) { customerByEmail(email: $v) { id } }", "email"),
        ("query ($v: String!) { winery(slug: $v) { id } }", "slug"),
    ],
    ids=lambda value: value if value.isalpha() else "",
)
async def test_text_that_cannot_be_stored_is_refused_by_the_name_of_its_argument(
    ask: Ask, document: str, argument: str, wrong: str
) -> None:
    assert await refusals(ask, document, v=wrong) == [
        (f"`{argument}` {UNSTORABLE}", "BAD_USER_INPUT", argument)
    ]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "Ada\0Guest", FOLDED),
        ("name", "Ada\ud800Guest", FOLDED),
        ("name", "Ada\nGuest", FOLDED),
        ("name", "Ada\u009fGuest", FOLDED),
        ("name", "Ada\u202etseuG", FOLDED),
        ("name", "Ada\u2066Guest\u2069", FOLDED),
        ("email", "a\0da@example.com", "That is no e-mail address."),
        ("email", "a\udfffda@example.com", "That is no e-mail address."),
        ("email", "a\u202eda@example.com", "That is no e-mail address."),
        ("phone", "+1509555\x000199", "A phone number starts with + and the country code."),
    ],
    ids=ascii,
)
async def test_a_name_or_address_that_deceives_or_cannot_be_stored_is_refused(
    database: Database, brand: Brand, ask: Ask, field: str, value: str, message: str
) -> None:
    customer = await write(database, brand, a_customer)
    given = {"id": encode("Customer", customer), "expectedVersion": 1, field: value}

    refused = await ask(UPDATE, input=given)

    assert refused.errors is None
    assert refused.data == {
        "updateCustomer": {
            "customer": None,
            "errors": [{"code": "BAD_USER_INPUT", "message": message, "path": field}],
        }
    }
    rows = await write(database, brand, lambda tx: tx.rows("select name, version from customers"))
    assert rows == [("Ada Guest", 1)]


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    ("field", "argument"),
    [
        ("bookings", "startsOnFrom"),
        ("bookings", "startsOnTo"),
        ("proposals", "startsOnTo"),
        ("payments", "createdOnTo"),
        ("tasks", "dueOnFrom"),
    ],
)
async def test_a_day_outside_three_centuries_is_refused(
    ask: Ask, field: str, argument: str, day: str
) -> None:
    document = f'{{ {field}(filter: {{{argument}: "{day}"}}) {{ totalCount }} }}'

    assert await refusals(ask, document) == [
        (f"`{argument}` {OUT_OF_TIME}", "BAD_USER_INPUT", argument)
    ]


async def test_the_first_and_the_last_day_are_answered(ask: Ask) -> None:
    result = await ask(
        '{ bookings(filter: {startsOnFrom: "1900-01-01", startsOnTo: "2200-12-31"})'
        " { totalCount } }"
    )

    assert (result.errors, result.data) == (None, {"bookings": {"totalCount": 0}})


@pytest.mark.parametrize(
    ("times", "path"),
    [
        ({"startsAt": "9999-12-31T23:59:59-08:00"}, "startsAt"),
        ({"startsAt": "0001-01-01T00:00:00+14:00"}, "startsAt"),
        ({"startsAt": "2201-01-01T00:00:00Z"}, "startsAt"),
        ({"startsAt": "2031-01-01T10:00:00Z", "endsAt": "9999-12-31T23:59:59Z"}, "endsAt"),
    ],
)
async def test_a_time_outside_three_centuries_is_refused(
    ask: Ask, times: dict[str, str], path: str
) -> None:
    given = {"id": encode("Booking", new_id()), "expectedVersion": 1, **times}

    refused = await ask(MOVE, input=given)

    assert refused.errors is None
    assert refused.data == {
        "rescheduleBooking": {
            "booking": None,
            "errors": [
                {"code": "BAD_USER_INPUT", "message": f"`{path}` {OUT_OF_TIME}", "path": path}
            ],
        }
    }


async def test_a_wrong_id_is_named_as_clients_write_it(ask: Ask) -> None:
    other = encode("Booking", new_id())

    assert await refusals(
        ask, f'{{ bookings(filter: {{customerId: "{other}"}}) {{ totalCount }} }}'
    ) == [
        (
            "`customerId` is the id of another type; a Customer is asked for.",
            "BAD_USER_INPUT",
            "customerId",
        )
    ]
    assert await refusals(ask, '{ tasks(filter: {subjectId: "x"}) { totalCount } }') == [
        ("`subjectId` is not an id of this service.", "BAD_USER_INPUT", "subjectId")
    ]
