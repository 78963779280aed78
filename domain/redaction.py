"""What must not leave in a log or a report, known by its name or by its look."""

import re
from collections.abc import Collection, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from typing import Any, Final, TypeVar
from uuid import UUID

T = TypeVar("T", str, bytes)
MASK: Final = "[redacted]"
SENSITIVE: Final = re.compile(
    r"authori[sz]ation|cookie|passw|passphrase|secret|token|credential|api[_-]?key|private[_-]?key|"
    r"signing[_-]?key|signature|dsn|e[_-]?mail|phone|mobile|guest|birth|card[_-]?number|iban|"
    r"address|pickup|dropoff|"
    r"^(?:name|label|sender|recipient|to|subject|note|notes|text|body|query|variables|document)$|"
    r"(?:first|last|full|given|family|sur|contact|customer|driver|display|person|staff|user)[_-]?name",
    re.IGNORECASE,
)
LOOKS: Final = (
    (("://",), re.compile(r"(?<=://)[^\s/@]*(?=@)")),
    (
        ("k_", "whsec_", "tbci_"),
        re.compile(r"\b(?:(?:tb)?(?:pk|sk)|rk|whsec|tbci)_[A-Za-z0-9_-]{6,}"),
    ),
    (("eyJ",), re.compile(r"\beyJ[\w-]{4,}(?:\.[\w-]*){0,2}")),
    (("@",), re.compile(r"[^\s@<>\"'(),;:=\[\]{}|/]+@[^\s@<>\"'(),;:=\[\]{}|/]+")),
    (("+",), re.compile(r"\+\d(?:[ ().-]{0,2}\d){6,14}")),
    (("earer ", "asic "), re.compile(r"(?i)\b(?:bearer|basic) +[\w.~+/=-]+")),
    (("-----BEGIN",), re.compile(r"-----BEGIN.*?(?:-----END[^-]*-----|$)", re.DOTALL)),
)
"""What a value of that look has in it for sure, which is quick to see; and how it looks."""
PLAIN: Final = (UUID, date, time, timedelta, Decimal, Enum, PurePath)
DEEPEST: Final = 6
LONGEST: Final = 2_000
MARGIN: Final = 200  # What is cut off is no secret that only its end would show.


def redacted(value: Any, depth: int = 0) -> Any:
    """The same, of plain values only, with what is sensitive masked.

    Shape:  an object that is no plain value is told by its type: its text may hold anything.
    """
    if isinstance(value, str):
        return masked(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {str(name): of_name(str(name), each, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(each, depth + 1) for each in value]
    return masked(str(value)) if isinstance(value, PLAIN) else f"<{type(value).__name__}>"


def of_name(name: str, value: Any, depth: int = 0) -> Any:
    """A value under its name: a sensitive name hides whatever it holds."""
    if value is None or isinstance(value, bool) or not sensitive(name):
        return redacted(value, depth)
    return MASK


def masked(text: str) -> str:
    """A text without keys, tokens, passwords in addresses, e-mail addresses and phone numbers."""
    text = text[: LONGEST + MARGIN]  # A pattern may look at a long text from each of its places.
    for signs, look in LOOKS:
        if any_of(signs, text):
            text = look.sub(MASK, text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def any_of(signs: Collection[T], text: T) -> bool:
    for sign in signs:  # noqa: SIM110 - a generator costs more than what it would look for
        if sign in text:
            return True
    return False


@lru_cache(maxsize=1024)
def sensitive(name: str) -> bool:
    return SENSITIVE.search(name) is not None
