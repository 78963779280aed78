"""The statements in `db/*.sql`: each can be prepared; the module of its name uses it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import db
from bootstrap.settings import Settings
from db import statements

FOLDER = Path(db.__path__[0])
FILES = sorted(FOLDER.glob("*.sql"))
NAMED = [(file.stem, name) for file in FILES for name in statements.load("db", file.name)]


@pytest.fixture(scope="module")
def writer(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _with_places(statement: str) -> str:
    """`%(name)s` as `$1`: each name is one parameter, however often it stands."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
    for place, name in enumerate(names, start=1):
        statement = statement.replace(f"%({name})s", f"${place}")
    return statement


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{f}.{n}" for f, n in NAMED])
def test_a_statement_fits_the_migrated_schema(
    writer: psycopg.Connection[Any], file: str, name: str
) -> None:
    statement = _with_places(statements.load("db", f"{file}.sql")[name])
    assert "%" not in statement
    writer.execute(f"prepare {name} as {statement}".encode())
    writer.execute(f"deallocate {name}".encode())


def test_a_statement_that_does_not_fit_would_be_found(writer: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn):
        writer.execute(_with_places("prepare planted as select nmae from customers").encode())


def _used(source: str) -> set[str]:
    """What stands in `SQL[...]`, as patterns: a placeholder of an f-string is any word."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "SQL":
            found.add(_pattern(node.slice))
    return found


def _pattern(index: ast.expr) -> str:
    if isinstance(index, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in index.values
        )
    assert isinstance(index, ast.Constant), ast.unparse(index)
    return str(index.value)


def _unmatched(names: set[str], patterns: set[str]) -> tuple[set[str], set[str]]:
    """Statements that nobody uses, and uses that name no statement."""
    unused = {name for name in names if not any(re.fullmatch(p, name) for p in patterns)}
    missing = {p for p in patterns if not any(re.fullmatch(p, name) for name in names)}
    return unused, missing


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_and_the_module_of_its_name_use_each_other_wholly(file: Path) -> None:
    source = file.with_suffix(".py").read_text(encoding="utf-8")
    assert f'statements.load(__package__, "{file.name}")' in source
    names = set(statements.load("db", file.name))
    assert _unmatched(names, _used(source)) == (set(), set())


def test_a_statement_nobody_uses_and_a_use_without_one_would_be_found() -> None:
    used = _used('SQL["lock"]\nSQL[f"caller_by_{kind}"]\nSQL["gone"]')
    names = {"lock", "caller_by_key", "idle"}
    assert _unmatched(names, used) == ({"idle"}, {"gone"})


def test_no_module_loads_another_modules_statements() -> None:
    loaded = {
        path.stem: re.findall(r'statements\.load\(__package__, "(\w+)\.sql"\)', path.read_text())
        for path in sorted(FOLDER.glob("*.py"))
    }
    assert {stem: files for stem, files in loaded.items() if files not in ([], [stem])} == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_statement_has_a_name_once_and_a_line_that_says_what_it_is_for(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    names = statements.NAME.findall(text)
    assert len(names) == len(set(names)) >= 1
    for part in statements.NAME.split(text)[2::2]:
        assert re.match(r"\n-- [A-Z].*", part), part[:80]
