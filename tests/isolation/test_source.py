"""What the source may not say: settings that outlive a transaction, statements made of strings."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString, get_type_hints

import pytest

from db.database import ENTER, Database, Transaction

ROOT = Path(__file__).parents[2]
FLOORS = (
    *("auth", "bootstrap", "cli", "db", "domain", "integrations", "jobs"),
    *("resolvers", "schema", "services", "web"),
)
# Where text becomes a statement: the printer, of names checked when they were declared, and the
# declarations themselves. Everything else sends a constant or a text of a `.sql` file.
PRINTERS = {"db/printing.py", "db/relations.py"}
VOUCHED = {"db/printing.py", "db/statements.py"}
STATEMENT = re.compile(
    r"\b(select\s.+\sfrom\b|select\s+\w+\(|insert\s+into\b|update\s+\w+\s+set\b|delete\s+from\b"
    r"|(create|alter|drop)\s+(table|role|database|index|policy)\b"
    r"|exists\s+\(select\b|set_config\()",
    re.IGNORECASE | re.DOTALL,
)
OUTLIVES = re.compile(
    r"(?:\A|;)\s*(set\s+(?!constraints\b)|reset\s+\w|discard\s|listen\s|notify\s|prepare\s+\w+\s+as\b"
    r"|declare\s+\w+\s+cursor\s+with\s+hold)|\bpg_(try_)?advisory_lock(_shared)?\(",
    re.IGNORECASE,
)
COMMENT = re.compile(r"--.*")
SET_CONFIG = re.compile(r"set_config\([^()]*?(?:%\(\w+\)s|'[^']*')?\s*,\s*(true|false)\s*\)")


def files(suffix: str = "py") -> list[Path]:
    return sorted(path for floor in FLOORS for path in (ROOT / floor).rglob(f"*.{suffix}"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts(tree: ast.AST) -> Iterator[str]:
    """Every string of a module but its docstrings."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in documented:
                yield text


def outliving(text: str) -> list[str]:
    """What in a text would stay on the connection when the transaction has ended."""
    text = COMMENT.sub("", text)
    found = [match[0].strip() for match in OUTLIVES.finditer(text)]
    return found + [match[0] for match in SET_CONFIG.finditer(text) if match[1] == "false"]


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    """Every module of the floors, read once."""
    return {path: ast.parse(path.read_text()) for path in files()}


def test_nothing_is_set_for_longer_than_a_transaction(trees: dict[Path, ast.Module]) -> None:
    said = {path: texts(tree) for path, tree in trees.items()}
    said |= {path: iter([path.read_text()]) for path in files("sql")}
    found = {
        relative(path): kept
        for path, each in said.items()
        if (kept := [match for text in each for match in outliving(text)])
    }

    assert {path.suffix for path in said} == {".py", ".sql"}
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "set app.brand_id = 1",
        "SET ROLE tourbase_staff",
        "set session authorization x",
        "select 1;\n  set search_path = jobs",
        "reset role",
        "discard all",
        "listen everything",
        "select pg_advisory_lock(1)",
        "select set_config('app.brand_id', %(brand)s, false)",
    ],
)
def test_what_outlives_a_transaction_is_recognised(text: str) -> None:
    assert len(outliving(text)) == 1


def test_the_door_sets_everything_for_the_transaction_alone() -> None:
    assert ENTER.count("set_config(") == ENTER.count(", true)") == 6
    assert outliving(ENTER) == []


def built_statements(tree: ast.AST) -> Iterator[int]:
    """Lines where a statement is made of strings: formatted, added, filled in or joined."""
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=parts) if any(
                isinstance(p, ast.FormattedValue) for p in parts
            ):
                pieces = [p.value for p in parts if isinstance(p, ast.Constant)]
            case ast.BinOp(op=ast.Add() | ast.Mod()):
                pieces = list(texts(node))
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
                pieces = [text]
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join")):
                pieces = list(texts(node))
            case _:
                continue
        if STATEMENT.search(" x ".join(map(str, pieces))):
            yield node.lineno


def test_no_statement_is_made_of_strings(trees: dict[Path, ast.Module]) -> None:
    found = {
        (relative(path), line)
        for path, tree in trees.items()
        if relative(path) not in PRINTERS
        for line in built_statements(tree)
    }

    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "f'select {column} from customers'",
        "'select * from customers where id = ' + id",
        "'delete from %s' % table",
        "'update customers set name = {}'.format(name)",
        "f\"select set_config('role', '{role}', true)\"",
        "' '.join(['select a from', table])",
    ],
)
def test_a_statement_that_is_made_of_strings_is_recognised(source: str) -> None:
    assert list(built_statements(ast.parse(source))) == [1]


def test_ruff_looks_for_statements_made_of_strings_and_is_silenced_where_it_must_be() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    silenced = {path for path, rules in lint["per-file-ignores"].items() if "S608" in rules}
    in_line = {relative(path) for path in files() if "noqa: S608" in path.read_text()}

    assert lint["select"] == ["ALL"]
    assert [rule for rule in lint["ignore"] if rule.startswith("S")] == []
    assert silenced == {"bench/**", "db/printing.py", "migrations/**"}
    assert in_line == set()


@pytest.mark.parametrize("method", ["rows", "row", "run"])
def test_a_transaction_takes_no_text_that_a_caller_could_have_written(method: str) -> None:
    assert get_type_hints(getattr(Transaction, method))["statement"] is LiteralString


def test_only_a_session_enters_a_transaction(trees: dict[Path, ast.Module]) -> None:
    """Whoever could enter without a session would have a transaction that is never ended by one."""
    entering = {
        (relative(path), ast.unparse(node))
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"_entered", "_entering"}
    }
    assert entering == {
        ("db/database.py", "self._entered"),
        ("db/database.py", "self._entering"),
    }
    assert [name for name in vars(Database) if "enter" in name] == ["_entered", "_enter"]


def test_only_two_modules_vouch_for_a_text(trees: dict[Path, ast.Module]) -> None:
    vouching = {
        relative(path)
        for path, tree in trees.items()
        if any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "cast"
            and "LiteralString" in ast.unparse(node.args[0])
            for node in ast.walk(tree)
        )
    }

    assert vouching == VOUCHED


def test_no_cache_of_a_process_holds_rows() -> None:
    """A cache that outlives an operation is keyed without a tenant, so it may hold texts alone."""
    caching = {
        relative(path): re.findall(r"\b(lru_cache\(maxsize=\d+\)\(\w+\)|@(?:lru_)?cache\b)", text)
        for path in files()
        if re.search(r"\b(lru_)?cache\b", text := path.read_text()) and "functools" in text
    }

    assert {path: found for path, found in caching.items() if found} == {
        "db/reading.py": [
            "lru_cache(maxsize=1024)(page_statement)",
            "lru_cache(maxsize=1024)(by_column_statement)",
            "lru_cache(maxsize=1024)(children_statement)",
        ]
    }


def test_the_document_tells_of_every_pitfall_and_of_tests_that_exist() -> None:
    text = (ROOT / "docs" / "isolation.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if re.match(r"\| \d+ ", line)]
    named = re.findall(r"`(?:tests/isolation/)?(\w+\.py)::(\w+)`", text)
    missing = [
        (file, name)
        for file, name in named
        if f"def {name}(" not in Path(__file__).with_name(file).read_text()
    ]

    assert [row[0].strip("| ") for row in rows] == [str(number) for number in range(1, 45)]
    assert [row[0].strip("| ") for row in rows if row[-1] == "waits |"] == ["29"]
    assert missing == []
