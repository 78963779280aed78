"""The guide for websites says what is true: its files compile, its commands print what it shows."""

import asyncio
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from auth.roles import PUBLIC
from bootstrap.settings import Settings
from integrations.embedded import Postgres
from tests.clients.conftest import DATABASE, HERE, House, ended, start
from web.answers import STATUS

ROOT = HERE.parents[1]
GUIDE = (ROOT / "docs" / "guide" / "website.md").read_text()
SDL = ROOT / "schema" / "schema.graphql"
BLOCK = re.compile(
    r"(?:^`(?P<file>[\w./-]+)`[^\n]*:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
BY_HAND = ("export TOURBASE", "npm install ")
ROW = re.compile(r"^\| (.+?) \| (.*?) \|(?: (.*) \|)?$", re.MULTILINE)
ROOT_FIELD = re.compile(
    r"^  (\w+)(?:\(\n.*?^  \))?: [^\n]*@requiresScope\(scope: \"([\w:]+)\"\)$",
    re.MULTILINE | re.DOTALL,
)
CODE = re.compile(r"`(\w+)`")

REFUSED = {
    "UNAUTHENTICATED": ("{ brand { name } }", "tbpk_test_of_nobody"),
    "FORBIDDEN": ("{ bookings(first: 1) { totalCount } }", None),
    "NOT_FOUND": ('{ winery(slug: "nowhere") { name } }', None),
    "BAD_USER_INPUT": ("{ wineries(first: 101) { totalCount } }", None),
    "LIMIT_EXCEEDED": ("{" + " ".join(f"a{n}: brand {{ name }}" for n in range(31)) + "}", None),
    "GRAPHQL_PARSE_FAILED": ("{", None),
    "GRAPHQL_VALIDATION_FAILED": ("{ nothing }", None),
}
AWAY = ("TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL_SERVER_ERROR")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `file` is the name in the line above it."""

    file: str | None
    language: str
    text: str


BLOCKS = [Block(**match.groupdict()) for match in BLOCK.finditer(GUIDE)]


def section(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def written(folder: Path) -> Path:
    """A website's folder: the guide's files, and what its `npm install` would bring."""
    for block in BLOCKS:
        if block.file:
            file = folder / block.file
            file.parent.mkdir(exist_ok=True)
            file.write_text(block.text)
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, node: str) -> Path:
    assert node
    return written(tmp_path_factory.mktemp("site"))


async def typed(text: str, folder: Path, house: House) -> str:
    """What the command prints for a developer of the website; its spaces are plain ones."""
    given = {"TOURBASE_URL": house.address, "TOURBASE_KEY": house.site}
    command = ("bash", "-euo", "pipefail", "-c", text)
    printed = await ended(await start(*command, folder=folder, **given))
    return unicodedata.normalize("NFKC", printed.replace("\r", ""))


def without_bounds(answer: str) -> Any:
    """An answer but for the quotas of the server that gave it: those of the tests are out of reach."""
    told = json.loads(answer)
    cost = told.get("extensions", {}).get("cost", {})
    for name in ("remaining", "limit", "refillPerSecond"):
        cost.pop(name, None)
    return told


async def test_every_command_of_the_guide_prints_what_the_guide_shows(
    house: House, site: Path
) -> None:
    ran = 0
    for block, following in zip(BLOCKS, [*BLOCKS[1:], None], strict=True):
        if block.language != "sh" or block.text.startswith(BY_HAND):
            continue
        printed = await typed(block.text, site, house)
        ran += 1
        if following is None or following.file or following.language not in {"json", "text"}:
            assert printed == "", block.text
        elif following.language == "json":
            assert without_bounds(printed) == without_bounds(following.text), block.text
        else:
            assert printed == following.text, block.text
    assert ran == 11  # as many as the page shows, less those that a person types once


@contextmanager
def away(postgres: Postgres) -> Iterator[None]:
    """The house's database takes no connections, and ends those it has, until the block ends."""
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(f"alter database {DATABASE} allow_connections false")
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [DATABASE]
        )
        try:
            yield
        finally:
            admin.execute(f"alter database {DATABASE} allow_connections true")


async def test_the_guides_client_waits_for_a_server_that_comes_back(
    house: House, site: Path, postgres: Postgres
) -> None:
    if not (site / "dist").is_dir():
        (site / "schema.graphql").write_text(SDL.read_text())
        await typed("npm run build --silent", site, house)
    expected = await typed("node dist/sitemap.js", site, house)

    asking = f"TOURBASE_KEY={house.unseen} node dist/sitemap.js"  # who it is must be looked up
    with away(postgres):
        waiting = asyncio.create_task(typed(asking, site, house))
        await house.answered(503)

    assert await waiting == expected
    assert expected.endswith("39 wineries, each once\n")


async def test_a_document_that_the_contract_does_not_know_is_not_generated(
    house: House, node: str, tmp_path: Path
) -> None:
    site = written(tmp_path)
    (site / "schema.graphql").write_text(SDL.read_text())
    wineries = site / "src" / "wineries.ts"
    wineries.write_text(wineries.read_text().replace("slug name city", "slug name town"))

    with pytest.raises(AssertionError, match='Cannot query field "town" on type "Winery"'):
        await typed(f"{node} node_modules/.bin/graphql-codegen", site, house)


def test_the_guide_installs_the_versions_that_its_test_runs() -> None:
    [install] = [block.text for block in BLOCKS if block.text.startswith("npm install")]
    locked = json.loads((HERE / "package.json").read_text())["dependencies"]
    named = dict(re.findall(r"(@?[\w/-]+)@([\d.]+)", install))

    assert len(named) == 5
    assert named == {name: locked[name] for name in named}


def test_the_guide_makes_the_two_variables_that_its_commands_take() -> None:
    [exports] = [block.text for block in BLOCKS if block.text.startswith("export TOURBASE")]

    assert re.findall(r"^export (\w+)=", exports, re.MULTILINE) == ["TOURBASE_URL", "TOURBASE_KEY"]
    assert "tourbase token --brand wwt --as site" in exports


def test_a_site_key_reads_the_root_fields_that_the_guide_lists() -> None:
    [query] = re.findall(r"^type Query \{\n(.*?)^\}", SDL.read_text(), re.MULTILINE | re.DOTALL)
    scopes = dict(ROOT_FIELD.findall(query))
    assert len(scopes) == len(re.findall(r"^  \w+[(:]", query, re.MULTILINE))
    readable = {name for name, scope in scopes.items() if scope in {each.value for each in PUBLIC}}
    listed = [row[0] for row in ROW.findall(section("The key"))[1:]]

    assert {name for cell in listed for name in CODE.findall(cell)} == readable


async def test_the_guide_gives_each_error_the_status_that_the_server_gives_it(house: House) -> None:
    rows = ROW.findall(section("Errors"))[1:]
    told = [(code, status) for codes, status, _ in rows for code in CODE.findall(codes)]
    expected = {("FORBIDDEN", "403"), *((code, str(STATUS[code])) for code in AWAY)}
    async with httpx.AsyncClient(base_url=house.address) as client:
        for code, (document, key) in REFUSED.items():
            statuses = set()
            for accept in ("application/json", "application/graphql-response+json"):
                headers = {"accept": accept, "x-api-key": key or house.site}
                answer = await client.post("/graphql", json={"query": document}, headers=headers)
                assert answer.json()["errors"][0]["extensions"]["code"] == code
                statuses.add(str(answer.status_code))
            expected.add((code, " or ".join(sorted(statuses))))

    assert set(told) == expected


def test_the_guide_names_the_limits_of_a_server_that_is_told_nothing_else() -> None:
    named = [
        int(most.split()[0].replace(",", "")) for _, most, _ in ROW.findall(section("Limits"))[1:]
    ]
    limits = ("body_bytes", "depth", "aliases", "root_fields", "page", "nodes", "operation_seconds")

    assert named == [Settings.model_fields[f"limit_{name}"].default for name in limits]


def test_the_guide_names_the_quotas_of_a_server_that_is_told_nothing_else() -> None:
    rows = ROW.findall(section("How often one may ask"))[1:]
    quotas = (
        *("visitor_per_minute", "caller_per_minute", "link_per_minute"),
        *("payments_per_minute", "forms_per_hour"),
    )

    allowed = {int(most.replace(",", "")) for _, most, _ in rows[:5]}
    assert allowed == {Settings.model_fields[f"quota_{name}"].default for name in quotas}
    assert rows[5][1:] == ("1,000", "1 second, and 20,000 at once")
    assert Settings.model_fields["quota_cost_per_second"].default == 1_000
    assert Settings.model_fields["quota_cost_burst"].default == 20_000
