"""A visitor's address is taken from the server that holds the secret of the site key, and no other."""

from datetime import timedelta
from uuid import UUID

import pytest

from auth.visitors import MISSHAPEN, NOT_A_SITE, OLD, UNSIGNED, VisitorSecrets, sign
from domain.errors import Forbidden
from domain.identity import Kind, Principal
from tests.builders import START

KEY, OTHER = UUID(int=1), UUID(int=2)
SITE = Principal(Kind.SITE, credential=KEY)
SECRETS = VisitorSecrets([b"n" * 32, b"o" * 32])
NOW = int(START.timestamp())


def header(address: str = "203.0.113.9", *, at: int = NOW, secret: str | None = None) -> str:
    signature = sign(secret or SECRETS.secret_of(KEY), f"{at}.{address}")
    return f"{address};t={at};v1={signature}"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (header(), "203.0.113.9"),
        (header("2001:DB8::5"), "2001:db8::5"),
        (header(at=NOW - 300), "203.0.113.9"),
        (header(at=NOW + 300), "203.0.113.9"),
        (header(secret=VisitorSecrets([b"o" * 32]).secret_of(KEY)), "203.0.113.9"),
    ],
)
def test_what_the_sites_server_signed_is_the_visitors_address(given: str, address: str) -> None:
    assert SECRETS.address(given, SITE, now=START) == address


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("203.0.113.9", MISSHAPEN),
        ("", MISSHAPEN),
        (header("1.2.3.4.5"), MISSHAPEN),
        (f"{header()}0", MISSHAPEN),
        (header().replace("203.0.113.9", "203.0.113.8"), UNSIGNED),
        (header().replace(f"t={NOW}", f"t={NOW + 1}"), UNSIGNED),
        (header(secret=SECRETS.secret_of(OTHER)), UNSIGNED),
        (header(secret=VisitorSecrets([b"x" * 32]).secret_of(KEY)), UNSIGNED),
        (header(at=NOW - 301), OLD),
        (header(at=NOW + 301), OLD),
    ],
)
def test_what_is_forged_moved_or_old_is_refused(given: str, why: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        SECRETS.address(given, SITE, now=START)
    assert refusal.value.message == why


@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.SITE])
def test_nobody_but_a_website_asks_for_others(kind: Kind) -> None:
    with pytest.raises(Forbidden) as refusal:
        SECRETS.address(header(), Principal(kind, credential=KEY), now=START + timedelta(0))
    assert refusal.value.message == NOT_A_SITE
