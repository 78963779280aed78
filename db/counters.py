"""Counters: how many of a kind the brand has numbered in a year of its own."""

from db import statements
from db.database import Transaction
from domain.numbers import Numbered

SQL = statements.load(__package__, "counters.sql")


async def next_number(tx: Transaction, kind: Numbered, year: int) -> int:
    """The next of that kind and year, without gaps: others wait until this transaction ends.

    Shape:  take it last, behind the locks of the booking and its vehicles.
    """
    row = await tx.row(SQL["next_number"], {"kind": kind.value, "year": year})
    if row is None:
        raise AssertionError(kind)
    return int(row[0])
