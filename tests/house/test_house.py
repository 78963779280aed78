"""The house keeps its own rules: names, imports, statements, files, and what a lock file may say."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = sorted({name.split(".")[0] for name in PROJECT["tool"]["setuptools"]["packages"]})
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "__pycache__" not in path.parts
)
APPLICATION = [path for path in MODULES if "migrations" not in path.parts]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "misc", "manager", "kit", "lib"}
LONGEST_MODULE = 400
LONGEST_FUNCTION = 30


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    """Every module, read once."""
    return {path: ast.parse(path.read_text()) for path in MODULES}


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_installed_distribution_ships_one_of_our_names() -> None:
    shipped = metadata.packages_distributions()
    foreign = {
        name: [owner for owner in shipped.get(name, []) if owner != "tourbase"] for name in PACKAGES
    }

    assert {name: owners for name, owners in foreign.items() if owners} == {}


def test_the_listed_packages_are_the_folders_that_hold_modules() -> None:
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    held = {relative(path.parent).replace("/", ".") for path in MODULES}

    assert held == listed


def test_import_rules_hold() -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout


def test_a_module_says_in_one_sentence_what_it_is_true_about(
    trees: dict[Path, ast.Module],
) -> None:
    silent = [relative(p) for p, tree in trees.items() if tree.body and not ast.get_docstring(tree)]

    assert silent == [], "these modules have no docstring"


def test_no_module_or_folder_has_a_name_without_meaning() -> None:
    names = {part.removesuffix(".py") for path in MODULES for part in path.parts}

    assert names & FORBIDDEN_NAMES == set()


def test_no_module_is_longer_than_the_house_allows() -> None:
    long = {
        relative(path): lines
        for path in APPLICATION
        if (lines := len(path.read_text().splitlines())) > LONGEST_MODULE
    }

    assert long == {}


def test_no_function_is_longer_than_the_house_allows(trees: dict[Path, ast.Module]) -> None:
    long = {
        f"{relative(path)}::{node.name}": length
        for path in APPLICATION
        for node in functions(trees[path])
        if (length := (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node))
        > LONGEST_FUNCTION
    }

    assert long == {}


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or 0) - first.lineno + 1 if is_text else 0


def test_nothing_is_imported_inside_a_function(trees: dict[Path, ast.Module]) -> None:
    hidden = [
        f"{relative(path)}::{node.name}"
        for path, tree in trees.items()
        for node in functions(tree)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []


def test_only_bootstrap_reads_the_environment() -> None:
    readers = {
        relative(path)
        for path in APPLICATION
        if re.search(r"\bos\.(environ|getenv)", path.read_text())
    }

    assert {name for name in readers if not name.startswith("bootstrap/")} == set()


def test_rules_and_use_cases_take_time_as_an_argument() -> None:
    clock = re.compile(r"datetime\.now|date\.today|time\.time\(")
    floors = ("domain/", "services/")
    readers = [
        relative(path)
        for path in APPLICATION
        if relative(path).startswith(floors) and clock.search(path.read_text())
    ]

    assert readers == []


def test_application_sql_never_chooses_a_brand_or_a_tenant() -> None:
    """Row-level security does; the exceptions hand over what the relay and look-ups returned."""
    handed_over = {"callers.sql", "events.sql", "schedules.sql", "job_queue.sql", "jobs.sql"}
    texts = {
        relative(path): re.sub(r"--[^\n]*", "", path.read_text())
        for path in (ROOT / "db").glob("*.sql")
        if path.name not in handed_over
    }
    chosen = {
        name: found
        for name, text in texts.items()
        if (found := re.findall(r"\b(?:brand_id|tenant_id)\s*(?:=|in\b)", text))
    }

    assert texts
    assert chosen == {}


def test_lock_files_hold_no_addresses() -> None:
    locked = [*ROOT.glob("*.lock"), *ROOT.glob("**/package-lock.json")]
    found = [relative(path) for path in locked if re.search(r"https?://", path.read_text())]

    assert locked
    assert found == []


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bootstrap.example"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout == (ROOT / ".env.example").read_text()
