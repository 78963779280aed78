"""A request that is sent twice is done once: the key that says that two are the same."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.errors import DomainError, InvalidInput

KEPT_FOR: Final = timedelta(hours=24)
ACCEPTED: Final = re.compile(r"[\x21-\x7e]{1,128}")


class IdempotencyKeyRequired(DomainError):
    """A change that must not happen twice by accident came without a key. Name the attempt in the
    header `Idempotency-Key`, or on the field with `@idempotent(key:)`, and repeat it by that name.
    """

    code = "IDEMPOTENCY_KEY_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            "Send an Idempotency-Key of your own making, such as a UUID, and the same one if you"
            " repeat the request."
        )


class IdempotencyInFlight(DomainError):
    """The same request is being worked on. Repeat it after a moment to get its answer."""

    code = "IDEMPOTENCY_IN_FLIGHT"
    retryable = True

    def __init__(self) -> None:
        super().__init__("A request with this key is being worked on. Try again in a moment.")


class IdempotencyKeyReused(DomainError):
    """The key was used for another request within 24 hours. Take a new key for a new request."""

    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__("This key was used for another request. Take a new one.")


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's name for one attempt, and what was asked under it, as a digest."""

    text: str
    request_hash: bytes


def accepted_key(given: str) -> str:
    """A key as it is meant: bare, or as a quoted string of a structured header.

    Errors: InvalidInput for an empty, long or unprintable one.
    """
    quoted = len(given) > 1 and given[0] == given[-1] == '"'
    text = given[1:-1] if quoted else given
    if not ACCEPTED.fullmatch(text):
        raise InvalidInput(
            "An idempotency key has 1 to 128 printable characters without spaces.", path="key"
        )
    return text
