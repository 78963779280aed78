"""The reference data that comes with the program: brands, rates, vehicles and the directory."""

import csv
from collections.abc import Mapping
from importlib import resources

CENTS = 100
Record = Mapping[str, str | None]


def records(name: str) -> list[Record]:
    """The lines of a reference file by column; an empty cell is unknown, not an empty text."""
    text = resources.files("cli.demo").joinpath("data", f"{name}.csv").read_text("utf-8")
    lines = csv.DictReader(text.splitlines())
    return [{key: value or None for key, value in line.items()} for line in lines]


def needed(record: Record, column: str) -> str:
    value = record[column]
    if value is None:
        raise ValueError(f"{column} is missing: {record}")
    return value


def cents(text: str | None) -> int | None:
    """An amount such as `20.00` or `125` in cents, without a detour through floats."""
    if text is None:
        return None
    whole, _, fraction = text.partition(".")
    return int(whole) * CENTS + int(f"{fraction:0<2}"[:2])


def whole(text: str | None) -> int | None:
    return None if text is None else int(text)


def truth(text: str | None) -> bool | None:
    return None if text is None else text == "true"


def several(text: str | None) -> list[str]:
    return text.split("|") if text else []
