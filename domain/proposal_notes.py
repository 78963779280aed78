"""A note of the thread of a proposal: whose it is, and who reads it."""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.errors import InvalidInput
from domain.proposals import normal_text


@dataclass(frozen=True, slots=True)
class Note:
    """The wish to write a note. Internal ones are for staff alone, and of staff alone."""

    proposal_id: UUID
    author_kind: str
    body: str
    internal: bool = False


def written(note: Note) -> Note:
    """Errors: InvalidInput for a note that says nothing, or too much."""
    body = normal_text(note.body, path="body")
    if body is None:
        raise InvalidInput("A note has 1 to 4000 characters.", path="body")
    return replace(note, body=body, internal=note.internal and note.author_kind == "staff")
