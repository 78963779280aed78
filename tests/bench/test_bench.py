"""The bench itself, on small data: equal answers, whole reports, and load that stays here."""

import dataclasses
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from bench import report
from bench.client import Target
from bench.compare import Plan, Unequal, compare
from bench.hostile import NOTHING, strike
from bench.hostile_documents import documents
from bench.load import Visitors, measured
from bench.machine import facts
from bench.neighbours import Beside, count
from bench.processor import Cores
from bench.servers import BARE, OURS, STOCK, Server, running
from bench.stage import ROOT, Stage, fresh, prepare, set_stage
from bench.website import WEIGHTS, as_site, visit
from bootstrap.environment import child_environment
from bootstrap.wiring import now
from integrations.embedded import Postgres, Valkey
from tests.conftest import create_database, settings_for

pytestmark = pytest.mark.usefixtures("unwatched")
QUESTIONS = ("point", "twenty", "two_hundred")
ANYWHERE = Cores()
BRIEFLY = Plan(rounds=1, seconds=0.1, alone_seconds=0.05, values=2, connections=2)


@pytest.fixture(scope="module")
def stage(
    postgres: Postgres, valkey: Valkey, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Stage:
    create_database(postgres, "bench", template)
    settings = settings_for(postgres, valkey, "bench").model_copy(
        update={"events_secret": SecretStr("e" * 32)}
    )
    prepare(settings, scale=1)
    return set_stage(settings, tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def servers(stage: Stage) -> Iterator[Mapping[str, Server]]:
    with running(stage, (OURS, BARE, STOCK), ANYWHERE) as servers:
        yield servers


@pytest.fixture(scope="module")
def scraped(stage: Stage, servers: Mapping[str, Server]) -> Target:
    target = servers[OURS].target
    return Target(target.port, f"Authorization: Bearer {stage.metrics_token}\r\n")


def test_three_servers_answer_alike_and_the_report_has_every_cell(
    servers: Mapping[str, Server], scraped: Target
) -> None:
    three = {name: servers[name] for name in (OURS, BARE, STOCK)}

    made = compare(three, BRIEFLY, scraped)
    text = report.comparison(made)

    assert set(made.cells) == {(name, each) for name in three for each in QUESTIONS}
    assert [cell.errors for cell in made.cells.values()] == [0] * 9
    assert all(cell.latencies and cell.alone and cell.costs for cell in made.cells.values())
    assert text.count("| tourbase |") == text.count("| bare |") == text.count("| stock |") == 3
    assert text.count("tourbase / stock") == text.count("tourbase / bare") == 1
    assert report.targets(made).count("API p95") == 3


def test_a_server_that_answers_for_another_brand_is_not_compared(
    stage: Stage, servers: Mapping[str, Server], scraped: Target
) -> None:
    other = dataclasses.replace(stage.rival, brand_id=stage.rival.brand_id + 1)

    with (
        running(dataclasses.replace(stage, rival=other), (BARE,), ANYWHERE) as foreign,
        pytest.raises(Unequal, match=r"^bare answers point of \{'id': '[\w-]+'\} otherwise: data"),
    ):
        compare({OURS: servers[OURS], **foreign}, BRIEFLY, scraped)


def test_hostile_requests_are_measured_beside_an_ordinary_one(
    servers: Mapping[str, Server],
) -> None:
    both = {name: servers[name] for name in (OURS, STOCK)}
    name = "4,000 directives"

    blows = strike(both, {name: documents()[name]}, times=1)

    assert set(blows) == {(each, server) for each in (NOTHING, name) for server in both}
    assert {blows[NOTHING, server].answer for server in both} == {"200, answered"}
    assert {blows[name, server].answer == "200, answered" for server in both} == {False}
    assert all(blow.neighbour > 0 for blow in blows.values())
    assert report.hostile(blows).count(f"| {name} |") == 1


def test_a_websites_pages_are_all_answered_to_its_key(
    stage: Stage, servers: Mapping[str, Server], scraped: Target
) -> None:
    visitors = as_site(servers[OURS].target, stage.site)

    visited = visit(visitors, scraped, seconds=0.5)

    assert visited.tally.errors == 0
    assert len(visited.tally.latencies) > len(WEIGHTS)
    assert math.isnan(visited.hit_ratio) or 0 <= visited.hit_ratio <= 1
    assert report.website(visited).count("\n| ") == 5


def test_the_neighbour_of_a_caller_past_its_quota_is_reported_by_ratios(stage: Stage) -> None:
    seen = Beside([[0.001, 0.002]], [[0.002, 0.002]], Counter({200: 4, 429: 1_000}))

    text = report.neighbours(seen, count(stage, taken=32))

    assert "The other was answered 4 of 200, 1,000 of 429." in text
    assert "| p50 | 1.00 | 2.00 | 2.00 (2.00 to 2.00) |" in text
    assert "| p95 | 2.00 | 2.00 | 1.00 (1.00 to 1.00) |" in text


def test_a_few_users_read_and_move_tours_without_an_error(
    stage: Stage, servers: Mapping[str, Server]
) -> None:
    entries = measured(stage, servers[OURS], Visitors.of(6, 3))

    assert {each.caller for each in entries} == {"site", "staff"}
    assert [(each.name, each.failures) for each in entries if each.failures] == []
    assert sum(each.asked for each in entries) > len(entries)


def test_load_on_another_host_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "locust", "-f", "bench/locustfile.py", "--headless"]
    told = tmp_path / "told.json"
    told.write_text("{}")

    ran = subprocess.run(
        [*command, "--host", "http://tours.example.com", "--told", str(told)],
        cwd=ROOT,
        env=child_environment({}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ran.returncode == 1
    assert "http://tours.example.com is not this machine: load stays on it." in ran.stderr


def test_the_machine_is_named(stage: Stage) -> None:
    told = facts(stage, ANYWHERE, command=["make", "bench"], now=now())

    assert list(told) == [
        *("Date", "Commit", "Command", "Processor", "Memory", "System", "Python", "PostgreSQL"),
        *("Pinned", "Bookings"),
    ]
    assert told["Command"] == "`make bench`"
    assert told["Pinned"] == "not pinned"
    assert told["Bookings"] == "1,090, of which 330 are of the brand that asks"
    assert "unknown" not in told.values()


def test_data_of_other_revisions_are_made_anew_and_others_are_kept(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "scale-1", "first")
    (folder / "data").write_text("rows")

    assert (fresh(folder, "first") / "data").read_text() == "rows"
    assert not (fresh(folder, "second") / "data").exists()
