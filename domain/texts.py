"""Which text can be stored at all, and which a name may hold."""

import re

from domain.errors import InvalidInput

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
DECEIVING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def storable(text: str, *, path: str) -> str:
    """Text without NUL and without halves of a character, which PostgreSQL cannot take.

    Errors: InvalidInput, naming the argument.
    """
    if UNSTORABLE.search(text):
        raise InvalidInput(f"`{path}` has a character that cannot be stored.", path=path)
    return text


def deceives(text: str) -> bool:
    """Does it hold a control character, or one that turns the direction of the text around it?"""
    return DECEIVING.search(text) is not None
