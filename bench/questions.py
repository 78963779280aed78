"""What is asked of every server: three reads, each with the values that its rounds go through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

HERE: Final = Path(__file__).parent / "documents"


@dataclass(frozen=True, slots=True)
class Question:
    """A document and the variables that it is asked with, in turn."""

    name: str
    says: str
    document: str
    variables: Sequence[Mapping[str, str]]

    @property
    def bodies(self) -> list[bytes]:
        """Requests as every GraphQL server takes them."""
        return [
            orjson.dumps({"query": self.document, "variables": given}) for given in self.variables
        ]


def questions(bookings: Sequence[str], days: Sequence[str]) -> tuple[Question, ...]:
    """Shape: global ids of bookings for the point read, first days for the pages."""
    ids = [{"id": each} for each in bookings]
    since = [{"from": each} for each in days]
    return (_question("point", ids), _question("twenty", since), _question("two_hundred", since))


def _question(name: str, variables: Sequence[Mapping[str, str]]) -> Question:
    document = (HERE / f"{name}.graphql").read_text()
    says = document.partition("\n")[0].removeprefix("# ").rstrip(".")
    return Question(name, says, document, variables)
