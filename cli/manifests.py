"""The documents of a client, as its build writes them down: GraphQL files, Relay's, Apollo's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from domain.errors import OperatorError
from domain.trusted_documents import digest_of

GRAPHQL: Final = frozenset({".graphql", ".gql"})
APOLLO: Final = "apollo-persisted-query-manifest"
FORMS: Final = (
    "it is no manifest of Relay ({hash: text}) and none of Apollo"
    f' ({{"format": "{APOLLO}", "version": 1, "operations": […]}})'
)


class ManifestRefused(OperatorError):
    """A file holds no documents that can be pushed; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document and where it stands. Shape: `whole` if it is all of its file, line by line."""

    file: str
    name: str | None
    text: str
    whole: bool

    def told(self, message: str) -> str:
        """What is wrong with it, so that an editor finds the place."""
        place, _, rest = message.partition(": ")
        if self.whole and place.startswith("Line ") and rest:
            line, _, column = place.removeprefix("Line ").partition(", column ")
            return f"{self.file}:{line}:{column}: {rest}"
        return f"{self.file}{f' ({self.name})' if self.name else ''}: {message}"


def sources(path: Path) -> Sequence[Source]:
    """Each document once, of a file, or of all GraphQL files below a folder.

    Errors: ManifestRefused.
    """
    if not path.exists():
        raise ManifestRefused(f"There is no {path}.")
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.suffix in GRAPHQL)
        found = [_whole(each) for each in files]
    else:
        found = [_whole(path)] if path.suffix in GRAPHQL else list(_listed(path))
    if not found:
        raise ManifestRefused(f"{path} holds no document.")
    return list({each.text: each for each in reversed(found)}.values())[::-1]


def _whole(file: Path) -> Source:
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError:
        raise ManifestRefused(f"{file} is not UTF-8.") from None
    return Source(str(file), file.stem, text, whole=True)


def _listed(file: Path) -> Iterator[Source]:
    try:
        told = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        raise ManifestRefused(f"{file}: {FORMS}.") from None
    if isinstance(told, dict) and told.get("format") == APOLLO and told.get("version") == 1:
        operations = told.get("operations")
        entries = [_operation(file, each) for each in operations or ()]
    elif isinstance(told, dict) and all(isinstance(each, str) for each in told.values()):
        entries = [(id, None, text) for id, text in told.items()]
    else:
        raise ManifestRefused(f"{file}: {FORMS}.")
    for id, name, text in entries:
        if id != digest_of(text):
            raise ManifestRefused(
                f"{file}: {id} is not the SHA-256 of its document. Have the build hash by SHA-256:"
                ' Relay by `"algorithm": "SHA256"`, the client preset by `hashAlgorithm: "sha256"`.'
            )
        yield Source(str(file), name, text, whole=False)


def _operation(file: Path, given: Any) -> tuple[str, str | None, str]:
    told = given if isinstance(given, dict) else {}
    id, name, text = told.get("id"), told.get("name"), told.get("body")
    if not isinstance(id, str) or not isinstance(text, str) or not isinstance(name, str | None):
        raise ManifestRefused(f"{file}: an operation has no `id` or no `body`.")
    return id, name, text
