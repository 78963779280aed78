"""The operator's guide says what is true: its requests, in its order, are answered as it shows."""

import asyncio
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from auth.passwords import Passwords
from bootstrap.environment import child_environment
from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from cli.tenant import NewTenant, create_tenant
from tests.builders import new_id
from tests.web.conftest import a_client, bearer, served
from tests.web.test_sign_in import CHEAP

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "operator.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST, LAST = GUIDE.split("\n## The session\n")
ANY = "…"


def commands(text: str) -> list[str]:
    return [block for language, block in BLOCK.findall(text) if language == "sh"]


def created(command: str, slug: str) -> NewTenant:
    """What the guide's `tenant create` says, of a tenant that nobody has had."""
    line = command.replace("\\\n", " ")
    given = shlex.split(line[line.index("tenant create") : line.rindex(")")])
    names = [each.removeprefix("--").replace("-", "_") for each in given[3::2]]
    assert given[2] == "acme"
    return NewTenant(slug=slug, **dict(zip(names, given[4::2], strict=True)))


async def typed(script: str, **given: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script),
        env=child_environment(given),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


def agrees(answer: Any, shown: Any) -> bool:
    if isinstance(shown, dict):
        same = isinstance(answer, dict) and answer.keys() == shown.keys()
        return same and all(agrees(answer[name], shown[name]) for name in shown)
    if isinstance(shown, list):
        same = isinstance(answer, list) and len(answer) == len(shown)
        return same and all(map(agrees, answer, shown))
    return shown in (ANY, answer)


def handles(answer: Any) -> Iterator[tuple[str, str]]:
    """What a later document names: the ids of things, and a quote's token, as they are called."""
    for name, value in answer.items() if isinstance(answer, dict) else ():
        held = value["edges"][0]["node"] if isinstance(value, dict) and "edges" in value else value
        if isinstance(held, dict):
            yield from ((name, held[each]) for each in ("id", "token") if each in held)
            yield from handles(held)


async def answered(client: httpx.AsyncClient, token: str) -> int:
    """Send each document with what the answers before it gave; how many there were."""
    today = now().astimezone(ZoneInfo("Europe/Paris")).date()
    starts_at = datetime.combine(today + timedelta(days=30), datetime.min.time())
    known = {
        "today": today.isoformat(),
        "nextYear": (today + timedelta(days=365)).isoformat(),
        "startsAt": starts_at.replace(hour=10, tzinfo=ZoneInfo("Europe/Paris")).isoformat(),
    }
    blocks = BLOCK.findall(FIRST)
    documents = [each for each in pairwise(blocks) if each[0][0] == "graphql"]
    for (_, document), (language, shown) in documents:
        headers = {**bearer(token), "Idempotency-Key": str(new_id())}
        wanted = {name: known[name] for name in re.findall(r"\$(\w+):", document)}
        body = {"query": document, "variables": wanted}
        answer = (await client.post("/graphql", json=body, headers=headers)).json()
        assert language == "json"
        assert agrees(answer.get("data"), json.loads(shown)), answer
        known |= dict(handles(answer["data"]))
    return len(documents)


async def test_an_operator_who_follows_the_guide_has_a_first_booking(
    made: Parts, settings: Settings
) -> None:
    slug = f"acme-{new_id().hex[-12:]}"
    create, *sign_in = commands(FIRST)
    code = create_tenant(settings, created(create, slug), at=now())
    cheap = replace(made.gate, passwords=Passwords(CHEAP))
    async with served(replace(made, gate=cheap)) as address, a_client(address) as client:
        given = {"TOURBASE_URL": address, "CODE": code}
        script = "\n".join(sign_in).replace('"tenant": "acme"', f'"tenant": "{slug}"')
        told = await typed(f'{script}\necho "$TOKEN $REFRESH"', **given)
        token, refresh = told.split()
        assert await answered(client, token) == 19
        printed = await typed("\n".join(commands(LAST)), REFRESH=refresh, **given)
    assert [printed] == [text for language, text in BLOCK.findall(LAST) if language == "text"]
