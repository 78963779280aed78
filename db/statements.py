"""Statements that stand in `.sql` files beside the module that runs them, by name."""

import re
from collections.abc import Mapping
from importlib import resources
from typing import Final, LiteralString, cast

NAME: Final = re.compile(r"^-- name: ([a-z][a-z0-9_]*)$", re.MULTILINE)


def load(package: str, file: str) -> Mapping[str, LiteralString]:
    """The statements of one file: each has a name line, a purpose line, then plain SQL.

    The text is a file of this package and no caller's value is ever part of it, which is what the
    cast to LiteralString vouches for.
    """
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    parts = NAME.split(text)[1:]
    return {
        name: cast("LiteralString", body.strip().rstrip(";"))
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def names() -> Mapping[str, str]:
    """The name of each statement of this package, by its text."""
    files = (each.name for each in resources.files(__package__).iterdir())
    loaded = [load(__package__, file) for file in sorted(files) if file.endswith(".sql")]
    return {text: name for each in loaded for name, text in each.items()}
