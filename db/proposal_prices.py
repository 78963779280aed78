"""The priced lines and the guests of a proposal, read and written as a whole."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from domain.ids import Ids
from domain.proposal_prices import Guest, Line

SQL = statements.load(__package__, "proposal_prices.sql")


async def lines(tx: Transaction, proposal_id: UUID) -> tuple[Line, ...]:
    """The lines in order."""
    rows = await tx.rows(SQL["lines"], {"proposal_id": proposal_id})
    return tuple(Line(*row) for row in rows)


async def guests(tx: Transaction, proposal_id: UUID) -> tuple[Guest, ...]:
    """The guests in order."""
    rows = await tx.rows(SQL["guests"], {"proposal_id": proposal_id})
    return tuple(Guest(*row) for row in rows)


async def replace_lines(
    tx: Transaction, proposal_id: UUID, lines: Sequence[Line], *, ids: Ids
) -> None:
    """Write the lines anew; nobody else refers to one.

    Errors: RuleBroken, WrongState from the rules between rows.
    """
    rows = [
        {"id": ids.new(), "position": place, **asdict(line)}
        for place, line in enumerate(lines, start=1)
    ]
    owner = {"proposal_id": proposal_id}
    await tx.run(SQL["delete_lines"], owner)
    await tx.run(SQL["insert_lines"], {**owner, "lines": orjson.dumps(rows).decode()})


async def replace_guests(tx: Transaction, proposal_id: UUID, guests: Sequence[Guest]) -> None:
    """Take away who does not come any more, change who stays, add who is new.

    Errors: RuleBroken, WrongState from the rules between rows.
    """
    rows = [{"position": place, **asdict(each)} for place, each in enumerate(guests, start=1)]
    owner = {"proposal_id": proposal_id}
    staying = [each.id for each in guests]
    await tx.run(SQL["delete_guests"], {**owner, "staying": staying})
    await tx.run(SQL["upsert_guests"], {**owner, "guests": orjson.dumps(rows).decode()})
