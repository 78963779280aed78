"""All that is kept of a person, row by row as it is stored, and none of the keys of the house."""

from collections.abc import Mapping, Sequence
from typing import Final

from db import statements
from db.database import Transaction
from db.privacy import Belongings

SQL = statements.load(__package__, "exports.sql")
# A test compares these with every table that leads to a customer.
TABLES: Final[tuple[str, ...]] = tuple(name.removeprefix("export_") for name in SQL)


async def rows_of(tx: Transaction, owned: Belongings) -> Mapping[str, Sequence[str]]:
    """The rows of each table as JSON texts; events carry what was told apart from them."""
    kinds = ("customer", "booking", "reservation", "inquiry", "proposal", "proposal_guest")
    more = ("ticket", "payment", "task", "link", "privacy_request")
    given = {kind: owned.ids(kind) for kind in (*kinds, *more)}
    objects = [id for ids in owned.by_kind.values() for id in ids]
    found: dict[str, Sequence[str]] = {}
    for table in TABLES:
        rows = await tx.rows(SQL[f"export_{table}"], {**given, "objects": objects})
        found[table] = [row[0] for row in rows]
    return found
