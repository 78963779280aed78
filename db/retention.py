"""How long the tenant keeps what, as it was chosen."""

from collections.abc import Sequence
from dataclasses import asdict

from db import statements
from db.database import ResourcesChanged, Transaction
from domain.retention import BOUNDS, Kind, Rule

SQL = statements.load(__package__, "retention.sql")


async def rules(tx: Transaction) -> Sequence[Rule]:
    """Every rule, the usual one where nobody has chosen."""
    found = {row[0]: Rule(*row) for row in await tx.rows(SQL["rules"])}
    return [found.get(kind) or Rule.usual(kind) for kind in BOUNDS]


async def lock(tx: Transaction, kind: Kind) -> Rule:
    row = await tx.row(SQL["lock_rule"], {"kind": kind})
    return Rule(*row) if row else Rule.usual(kind)


async def put(tx: Transaction, rule: Rule) -> None:
    """Errors: ResourcesChanged if somebody else has chosen meanwhile."""
    if await tx.row(SQL["set_rule"], asdict(rule)) is None:
        raise ResourcesChanged
