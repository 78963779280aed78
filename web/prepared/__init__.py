"""The operations that this house prepares: offered in the playground, and known by name to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """A document with one operation. Its first line, a comment, says what it is for."""

    name: str
    purpose: str
    document: str


def prepared() -> Sequence[PreparedOperation]:
    """Every document beside this module, by name; a file is called as its operation."""
    sources = sorted(
        (each for each in files(__package__).iterdir() if each.name.endswith(".graphql")),
        key=lambda each: each.name,
    )
    return [_operation(each.name.removesuffix(".graphql"), each.read_text()) for each in sources]


def _operation(name: str, document: str) -> PreparedOperation:
    purpose = document.partition("\n")[0].removeprefix("#").strip()
    return PreparedOperation(name, purpose, document)
