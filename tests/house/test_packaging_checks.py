"""CI and pre-commit run what a person runs: the lines of `make check`, and `make test`."""

import re
from typing import Any

import pytest

from tests.containers import ROOT, loaded, said, stages
from tests.house.test_house import PROJECT

WORKFLOW: dict[str, Any] = loaded(".github/workflows/ci.yml")
JOBS: dict[str, Any] = WORKFLOW["jobs"]
SETS_UP = re.compile(r"apt-get update && apt-get install -y --no-install-recommends [a-z0-9 -]+")


def checks() -> list[str]:
    """The commands of `make check`, in order: those of `make lint`, on which it rests, and its own."""
    recipes = re.findall(
        r"^(?:lint: install|check: lint)\n((?:\t.*\n)+)",
        (ROOT / "Makefile").read_text(),
        re.MULTILINE,
    )
    assert len(recipes) == 2
    return re.findall(r"^\t@\$\(BIN\)/(.+)$", "".join(recipes), re.MULTILINE)


def test_make_test_runs_the_checks_and_then_every_test() -> None:
    makefile = (ROOT / "Makefile").read_text()
    before = re.search(r"^test: (install.*)$", makefile, re.MULTILINE)
    runs = re.search(r"^\t@\$\(BIN\)/pytest (-n .*)$", makefile, re.MULTILINE)

    assert before
    assert before[1].split() == ["install", "clients", "lint"]
    assert runs
    assert runs[1] == "-n $(WORKERS) --dist worksteal --durations 20 --cov --cov-report="


def test_pre_commit_runs_the_lines_of_make_check_from_the_projects_own_environment() -> None:
    (repository,) = loaded(".pre-commit-config.yaml")["repos"]
    hooks = repository["hooks"]

    assert repository["repo"] == "local"
    assert [hook["entry"] for hook in hooks] == [f".venv/bin/{each}" for each in checks()]
    assert {(hook["language"], hook["pass_filenames"]) for hook in hooks} == {("system", False)}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_of_ci_runs_make_check_or_make_test_and_otherwise_only_sets_up(job: str) -> None:
    runs = [step["run"] for step in JOBS[job]["steps"] if "run" in step]

    assert runs[-1] == ("make check" if job == "check" else "make test")
    assert [run for run in runs[:-1] if not SETS_UP.fullmatch(run)] == []
    assert 0 < JOBS[job]["timeout-minutes"] <= 30


def test_ci_may_read_the_code_and_nothing_else() -> None:
    keeps = [
        step["with"]["persist-credentials"]
        for job in JOBS.values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]

    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [job for job in JOBS.values() if "permissions" in job] == []
    assert keeps == [False, False, False]


def test_an_action_is_named_by_its_commit_with_its_version_beside_it() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    used = re.findall(r"uses: (.+)", text)

    assert len(used) == 7
    assert [
        each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", each)
    ] == []


def test_ci_tests_every_python_that_is_supported_and_the_one_that_is_shipped() -> None:
    tested = JOBS["test"]["strategy"]["matrix"]["python"]
    shipped = re.match(r"python:(3\.\d+)-", said(stages()[-1], "FROM")[0])

    assert tested == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["project"]["requires-python"] == f">={tested[0]}"
    assert shipped is not None
    assert shipped[1] in tested
