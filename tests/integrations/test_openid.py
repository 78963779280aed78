"""What is known of an issuer is kept for a while, and its keys are asked for again when needed."""

from collections.abc import AsyncIterator

import pytest

from integrations.guarded_http import GuardedHttp
from integrations.openid import AGAIN_SECONDS, KEPT_SECONDS, OpenIdIssuers
from tests.web.issuers import Issuers, serving


class Clock:
    """The time that a test says it is."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
async def servers() -> AsyncIterator[Issuers]:
    async with serving() as issuers:
        yield issuers


async def test_an_unknown_key_is_asked_for_once_and_then_after_a_while(servers: Issuers) -> None:
    issuer, clock = servers.new(), Clock()
    asking = OpenIdIssuers(GuardedHttp(development=True), clock)
    facts = await asking.facts(issuer.address)

    def asked() -> int:
        return [page for page, _ in issuer.seen].count("jwks")

    for _ in range(3):
        await asking.keys(facts, "EdDSA")
    assert asked() == 1
    for _ in range(5):
        await asking.keys(facts, "new")
    assert asked() == 1
    clock.at += AGAIN_SECONDS + 1
    issuer.keys = [{**issuer.keys[0], "kid": "new"}]
    assert [key["kid"] for key in await asking.keys(facts, "new")] == ["new"]
    for _ in range(5):
        await asking.keys(facts, "newer")
    assert asked() == 2
    clock.at += KEPT_SECONDS + 1
    await asking.keys(facts, "new")
    assert asked() == 3
    await asking.close()


async def test_what_an_issuer_says_of_itself_is_asked_for_again_after_ten_minutes(
    servers: Issuers,
) -> None:
    issuer, clock = servers.new(), Clock()
    asking = OpenIdIssuers(GuardedHttp(development=True), clock)
    for _ in range(3):
        await asking.facts(issuer.address)
    assert len(issuer.seen) == 1
    clock.at += KEPT_SECONDS + 1
    await asking.facts(issuer.address)
    assert len(issuer.seen) == 2
    await asking.close()
