"""Which text can be stored at all, and which a name may hold."""

import re

from domain.errors import InvalidInput

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LINE_BREAKS = re.compile("\r\n?|\n|\t")
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


def one_line(text: str | None, *, path: str, most: int = 100) -> str | None:
    """One line without spaces around it; what is empty is nothing.

    Errors: InvalidInput.
    """
    if text is None or not text.strip():
        return None
    _check(text, text, most=most, path=path)
    return " ".join(text.split())


def paragraphs(text: str | None, *, most: int, path: str) -> str | None:
    """Text of several lines, each ended in one way; what is empty is nothing.

    Errors: InvalidInput.
    """
    if text is None or not text.strip():
        return None
    _check(text, LINE_BREAKS.sub("", text), most=most, path=path)
    return re.sub("\r\n?", "\n", text).strip()


def _check(text: str, shown: str, *, most: int, path: str) -> None:
    if len(text) > most:
        raise InvalidInput(f"`{path}` has at most {most} characters.", path=path)
    if deceives(shown):
        raise InvalidInput(
            f"`{path}` has a control character, or one that turns the direction of the text.",
            path=path,
        )
