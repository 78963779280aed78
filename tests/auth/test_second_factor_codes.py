"""Codes of an authenticator by the figures of RFC 6238, and recovery codes."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import pytest

from auth.recovery_codes import digest_of, new_codes
from auth.totp import address_of, as_text, new_secret, step_of

SECRET = b"12345678901234567890"  # RFC 6238, appendix B, of which six digits are the last six.
FIGURES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}
OWNER = UUID(int=7)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("seconds", FIGURES)
def test_a_code_is_that_of_the_rfc(seconds: int) -> None:
    assert step_of(SECRET, FIGURES[seconds], now=at(seconds), after=0) == seconds // 30


@pytest.mark.parametrize(
    ("seconds", "taken"), [(49, False), (50, True), (109, True), (139, True), (140, False)]
)
def test_a_code_is_good_one_step_before_and_after_its_own(seconds: int, taken: bool) -> None:  # noqa: FBT001
    code = "081804"  # of the step from 1111111080 to 1111111109
    found = step_of(SECRET, code, now=at(1_111_111_000 + seconds), after=0)
    assert (found == 37_037_036) is taken


@pytest.mark.parametrize(("after", "taken"), [(1, True), (2, False), (3, False)])
def test_a_code_of_a_step_that_was_used_is_no_more(after: int, taken: bool) -> None:  # noqa: FBT001
    assert (step_of(SECRET, "359152", now=at(60), after=after) == 2) is taken


@pytest.mark.parametrize("code", ["", "359153", "35915", "0359152", "٣٥٩١٥٢", "359152 "])
def test_anything_else_is_no_code(code: str) -> None:
    assert step_of(SECRET, code, now=at(60), after=0) is None


def test_an_authenticator_is_told_all_it_needs() -> None:
    address = urlsplit(address_of(SECRET, account="olive@acme.example", issuer="Acme Tours"))
    told = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Acme Tours:olive@acme.example"
    assert told == {
        "secret": as_text(SECRET),
        "issuer": "Acme Tours",
        "digits": "6",
        "period": "30",
        "algorithm": "SHA1",
    }
    assert len({new_secret() for _ in range(20)}) == 20
    assert len(new_secret()) == 20


def test_recovery_codes_are_read_as_people_write_them_and_are_their_owners_alone() -> None:
    codes = new_codes(10)
    assert len(set(codes)) == 10
    digest = digest_of(codes[0], OWNER)
    assert digest is not None
    for written in (codes[0].lower(), codes[0].replace("-", " "), codes[0].replace("-", "")):
        assert digest_of(written, OWNER) == digest
    assert digest_of(codes[1], OWNER) != digest
    assert digest_of(codes[0], UUID(int=8)) != digest
    for none in ("", "123456", codes[0][:-1], codes[0] + "A", codes[0][:-1] + "1"):
        assert digest_of(none, OWNER) is None
