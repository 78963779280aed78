"""Automatic persisted queries: bounded, each of its own space, and never another's words."""

from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from itertools import count

import pytest
from redis.asyncio import Redis

from bootstrap.settings import Settings
from integrations.redis_texts import KEPT_SECONDS, RedisTexts
from tests.builders import new_id


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@pytest.fixture
async def texts(settings: Settings) -> AsyncIterator[RedisTexts]:
    assert settings.redis_url is not None
    clock: Callable[[], float] = count(1).__next__
    secret = new_id().hex
    made = RedisTexts(settings.redis_url.get_secret_value(), secret=secret, clock=clock, most=2)
    yield made
    await made.close()


async def test_a_text_is_known_in_its_own_space_alone(texts: RedisTexts) -> None:
    await texts.put("ours", digest("{ a }"), "{ a }")

    assert await texts.get("ours", digest("{ a }")) == "{ a }"
    assert await texts.get("theirs", digest("{ a }")) is None


async def test_a_space_forgets_what_was_longest_in_it(texts: RedisTexts) -> None:
    for text in ("{ a }", "{ b }", "{ a }", "{ c }"):
        await texts.put("ours", digest(text), text)

    found = [await texts.get("ours", digest(text)) for text in ("{ a }", "{ b }", "{ c }")]
    assert found == ["{ a }", None, "{ c }"]


async def test_what_stands_under_anothers_digest_is_not_served_and_all_of_it_ends(
    texts: RedisTexts, settings: Settings
) -> None:
    assert settings.redis_url is not None
    await texts.put("ours", digest("{ a }"), "{ evil }")
    async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        lives = [await redis.ttl(key) for key in texts._keys("ours")]  # noqa: SLF001

    assert await texts.get("ours", digest("{ a }")) is None
    assert all(KEPT_SECONDS - 60 < life <= KEPT_SECONDS for life in lives)


async def test_without_redis_nothing_is_known_and_nothing_fails() -> None:
    for url in (None, "redis://127.0.0.1:1/0"):
        texts = RedisTexts(url, secret="x", clock=lambda: 1.0)
        await texts.put("ours", digest("{ a }"), "{ a }")
        assert await texts.get("ours", digest("{ a }")) is None
        await texts.close()
