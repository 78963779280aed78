"""docs/errors.md is what the classes say, names every code there is, and each code is under test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import DomainError
from web.answers import PROTOCOL_CODES, SOCKET_CODES, STATUS
from web.errors_document import document, error_classes, told_of

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "errors.md"
CLASSES = error_classes()
SENT = re.compile(r'(?:refused\(\s*|"code": )"([A-Z][A-Z_]+)"')


def uses() -> Iterator[str | int]:
    """Every constant and every name that a test uses; what is only imported is not used."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path == Path(__file__) or "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
                yield node.value
            elif isinstance(node, ast.Name):
                yield node.id


@pytest.fixture(scope="module")
def used() -> set[str | int]:
    return set(uses())


def test_the_committed_document_is_what_the_classes_say() -> None:
    assert document() == DOCUMENT.read_text(), "`python -m web.errors_document > docs/errors.md`"


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_an_error_says_when_it_happens_and_what_to_do(error: type[DomainError]) -> None:
    when, remedy = told_of(error)

    assert re.fullmatch(r"[A-Z][^.|]+\.", when)
    assert re.fullmatch(r"[A-Z][^.|]+\.", remedy)


def test_every_code_that_is_sent_stands_in_the_document() -> None:
    sources = [path for floor in ("resolvers", "web") for path in (ROOT / floor).glob("*.py")]
    sent = {code for path in sources for code in SENT.findall(path.read_text())}
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT.read_text(), re.MULTILINE))

    assert {"BODY_TOO_LARGE", "GRAPHQL_PARSE_FAILED"} <= sent
    assert (sent | set(STATUS)) - documented == set()
    assert documented == set(PROTOCOL_CODES) | {error.code for error in CLASSES}


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_under_test(error: type[DomainError], used: set[str | int]) -> None:
    assert {error.code, error.__name__} & used


@pytest.mark.parametrize("code", [*PROTOCOL_CODES, *SOCKET_CODES])
def test_every_code_of_the_protocol_is_under_test(code: str | int, used: set[str | int]) -> None:
    assert code in used
