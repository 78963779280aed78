"""Relay's global ids: the type's name and the row's id, opaque to clients."""

import base64
import binascii
from uuid import UUID

import strawberry

from domain.errors import InvalidInput


def encode(type_name: str, id: UUID) -> str:
    return base64.urlsafe_b64encode(type_name.encode() + b":" + id.bytes).decode().rstrip("=")


def encode_by_kind(kind: str, id: UUID) -> strawberry.ID:
    """The id of a row that another names by its kind: `proposal_guest` is a `ProposalGuest`."""
    return strawberry.ID(encode("".join(map(str.capitalize, kind.split("_"))), id))


def decode(global_id: str, *, path: str = "id") -> tuple[str, UUID]:
    """Errors: InvalidInput for anything that `encode` did not make."""
    try:
        raw = base64.urlsafe_b64decode(global_id + "=" * (-len(global_id) % 4))
        name, _, id = raw.partition(b":")
        found = name.decode("ascii"), UUID(bytes=id)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(f"`{path}` is not an id of this service.", path=path) from error
    if encode(*found) != global_id:
        raise InvalidInput(f"`{path}` is not an id of this service.", path=path)
    return found


def decode_as(type_name: str, global_id: str, *, path: str = "id") -> UUID:
    """Errors: InvalidInput for a malformed id or one of another type."""
    name, id = decode(global_id, path=path)
    if name != type_name:
        raise InvalidInput(
            f"`{path}` is the id of another type; a {type_name} is asked for.", path=path
        )
    return id
