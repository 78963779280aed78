"""What the documents say of tests: each one that they name exists, in the file that they name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *sorted((ROOT / "docs" / "adr").glob("*.md")),
    *(ROOT / "docs" / name for name in ("domain.md", "security.md")),
]
TESTS = {
    path.relative_to(ROOT).as_posix(): set(
        re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE)
    )
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    if (text := path.read_text())
}
CITED = re.compile(
    r"\[(?P<link>tests/[\w/]+\.py)\]|`(?P<file>[\w/]+\.py)::(?P<of>\w+)`|`(?P<name>test_\w+)`"
)


def citations(text: str) -> Iterator[tuple[str, str]]:
    """The file and the name of each cited test; a link speaks for the names behind it."""
    for paragraph in re.split(r"\n\s*\n|\n(?=[-|])", text):
        file = ""
        for match in CITED.finditer(paragraph):
            file = match["link"] or match["file"] or file
            name = match["of"] or match["name"]
            if name:
                yield file, name


def is_there(file: str, name: str) -> bool:
    return any(name in names for path, names in TESTS.items() if path.endswith(file))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_is_there(document: Path) -> None:
    missing = [cited for cited in citations(document.read_text()) if not is_there(*cited)]

    assert missing == []


def test_a_test_that_is_not_there_or_is_elsewhere_is_found_out() -> None:
    here, name = "tests/house/test_documents.py", "test_every_test_that_a_document_names_is_there"
    text = f"[{here}](x): `{name}`,\n`test_of_nothing`; `house/test_house.py::{name}`\n\n`{name}`"

    found = list(citations(text))

    assert found == [
        (here, name),
        (here, "test_of_nothing"),
        ("house/test_house.py", name),
        ("", name),
    ]
    assert [is_there(*cited) for cited in found] == [True, False, False, True]
