"""Knowing a caller is measured for each kind of credential, by what is remembered and what is not."""

from datetime import timedelta

from auth.tokens import Claims
from bench.authenticating import Cost, measure, table
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from domain.identity import Brand, Kind
from tests.builders import a_key, a_member, write


async def test_a_token_has_a_signature_and_a_key_has_none(
    made: Parts, settings: Settings, brand: Brand
) -> None:
    member = await a_member(made.database, brand)
    claims = Claims(Kind.STAFF, member, brand.tenant_slug, brand.code)
    token = made.tokens.sign(claims, now=now(), lifetime=timedelta(minutes=5))
    key = await write(made.database, brand, a_key)

    costs = await measure(settings, {"token": token, "key": key}, times=20)

    assert [(each.shown, each.verified is None) for each in costs] == [
        ("token", False),
        ("key", True),
    ]
    assert all(0 < each.remembered < each.looked_up for each in costs)


def test_a_target_that_was_missed_is_told() -> None:
    text = table([Cost("a", 0.01, 1.0, 0.1), Cost("b", 0.06, 1.0, None)])

    assert "| b | 0.0600 ms | 1.000 ms | none |" in text
    assert text.endswith("Target: 0.05 ms of processor time for a caller who is known: missed.")
    assert table([Cost("a", 0.05, 1.0, None)]).endswith("known: met.")
