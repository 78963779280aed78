"""Whatever stands in a credential's place is refused as one: nothing breaks, and nobody is let in."""

from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auth.api_keys import looks_like_a_key, make_key
from auth.authenticate import Presented
from bootstrap.wiring import Parts
from domain.errors import Forbidden, Unauthenticated
from domain.tenants import BRAND_CODE

KEY: Final = make_key("site", "live", entropy=bytes(range(32))).text
TEXT: Final = st.text(max_size=80)
BEGUN: Final = st.sampled_from(
    [
        "tbpk_live_",
        "tbsk_test_",
        "tbci_live_",
        "pk_test_",
        "sk_",
        "lk_",
        "rt_",
        "eyJ",
        "eyJhbGciOi.",
    ]
)
LIKE_ONE: Final = st.one_of(
    TEXT,
    st.builds(str.__add__, BEGUN, TEXT),
    st.builds(str.__add__, BEGUN, st.text("aZ09_-.", max_size=70)),
    st.builds(
        lambda at, put: KEY[:at] + put + KEY[at:], st.integers(0, len(KEY)), st.text(min_size=1)
    ),
)
QUICK: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@QUICK
@given(LIKE_ONE)
@example("pk_test_" + "\u0660" * 43)
def test_what_looks_like_a_key_has_the_letters_of_one(text: str) -> None:
    if looks_like_a_key(text):
        assert text.isascii()
        assert text.replace("-", "_").isidentifier()


@QUICK
@given(st.none() | TEXT, st.none() | TEXT, st.none() | TEXT)
@example("Bearer  x ", None, "WWT")
@example("bearer\tx", None, None)
@example("Bearer x", "y", None)
@example(None, "x", "w\u0131t")
def test_a_header_is_read_or_refused(
    authorization: str | None, api_key: str | None, brand: str | None
) -> None:
    try:
        presented = Presented.of(authorization, api_key, brand)
    except (Unauthenticated, Forbidden):
        return
    said = {(authorization or "").partition(" ")[2].strip(), api_key, None}
    assert presented.credential in said
    assert presented.brand_code is None or BRAND_CODE.fullmatch(presented.brand_code)


async def test_nothing_that_only_looks_like_a_credential_lets_in(made: Parts) -> None:
    strange = [*_examples(), KEY, KEY[:-1], "lk_" + KEY, "\x00", "\ud800", "eyJ.." * 2_000]
    for text in strange:
        with pytest.raises(Unauthenticated):
            await made.authenticator.principal(Presented(text))


def _examples() -> list[str]:
    found: list[str] = []

    @settings(parent=QUICK, max_examples=30, database=None)
    @given(LIKE_ONE)
    def collect(text: str) -> None:
        found.append(text)

    collect()
    return found
