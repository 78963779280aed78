"""What is masked: by its name whatever it holds, by its look wherever it stands; and what is not."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.redaction import LONGEST, MASK, masked, redacted

JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
KEY = "sk_live_0123456789abcdefghijABCDEFGHIJ-_"


@pytest.mark.parametrize(
    "name",
    [
        "authorization", "Authorization", "proxy-authorization", "cookie", "set-cookie",
        "x-api-key", "api_key", "apiKey", "password", "passwd", "client_secret", "token",
        "refreshToken", "credential", "private_key", "sentry_dsn", "email", "e_mail",
        "customer_email", "phone", "mobile_phone", "name", "first_name", "lastName",
        "customerName", "guest", "guests", "pickupAddress", "variables", "query",
    ],
)  # fmt: skip
def test_a_sensitive_name_hides_what_it_holds(name: str) -> None:
    assert redacted({"outer": [{name: {"any": ["thing"]}}]}) == {"outer": [{name: MASK}]}


@pytest.mark.parametrize(
    "name",
    ["request_id", "brand", "tenant", "operation", "statements", "path", "places", "host", "job"],
)
def test_a_name_that_the_log_lives_on_hides_nothing(name: str) -> None:
    assert redacted({name: "value"}) == {name: "value"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (KEY, MASK),
        (f"with {KEY}.", f"with {MASK}."),
        (f"pk_test_{'a' * 32}", MASK),
        *((f"key={kind}_live_{'a' * 49},", f"key={MASK},") for kind in ("tbpk", "tbsk", "tbci")),
        (JWT, MASK),
        (f"token={JWT}&x=1", f"token={MASK}&x=1"),
        (JWT[:30], MASK),
        ("mail to ada.guest+tours@example.co.nz, please", f"mail to {MASK}, please"),
        ("<ada@example.com>", f"<{MASK}>"),
        ("Zoë@exämple.com", MASK),
        ("call +15095550142 now", f"call {MASK} now"),
        ("call +1 (509) 555-0142 now", f"call {MASK} now"),
        ("+64 21 555 014", MASK),
        ("Authorization: Bearer abc.def-ghi", f"Authorization: {MASK}"),
        ("basic dXNlcjpwYXNz", MASK),
        ("postgresql://user:hunter2@db:5432/x", f"postgresql://{MASK}@db:5432/x"),
        ("-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----", MASK),
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_masked_where_it_stands(
    text: str, left: str
) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "019a1b2c-3d4e-7f50-8123-456789abcdef",
        "2026-06-08T10:00:00+00:00",
        "db/database.py:127 in _execute",
        "walla-walla-tours",
        "1 + 2 = 3",
        "task_name",
        "GRAPHQL_VALIDATION_FAILED",
    ],
)
def test_what_the_log_lives_on_stays(text: str) -> None:
    assert masked(text) == text


def test_values_become_plain_ones_and_an_unknown_object_is_told_by_its_type() -> None:
    @dataclass
    class Guest:
        name: str

    found = redacted(
        {
            "id": UUID(int=1),
            "at": datetime(2026, 6, 8, tzinfo=UTC),
            "n": 1,
            "share": 0.5,
            "none": None,
            "many": ("a", {"b"}),
            "who": Guest("Ada"),
            "raw": b"Ada",
        }
    )

    assert found == {
        "id": "00000000-0000-0000-0000-000000000001",
        "at": "2026-06-08 00:00:00+00:00",
        "n": 1,
        "share": 0.5,
        "none": None,
        "many": ["a", ["b"]],
        "who": "<Guest>",
        "raw": "<bytes>",
    }


def test_what_is_too_long_or_too_deep_is_cut() -> None:
    deep: object = "value"
    for _ in range(20):
        deep = [deep]

    assert masked("x" * (LONGEST + 1)) == "x" * LONGEST + "…"
    assert "value" not in str(redacted(deep))
