"""The days and stops of a proposal, read and written as one plan."""

from datetime import date, time
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.database import Transaction
from domain.ids import Ids
from domain.proposal_plans import PLACES, Day, Plan, Stop, places

SQL = statements.load(__package__, "proposal_plans.sql")


async def of(tx: Transaction, proposal_id: UUID) -> Plan:
    """The days by date, each with its stops in order."""
    rows = await tx.rows(SQL["plan"], {"proposal_id": proposal_id})
    return tuple(Day(on, title, tuple(map(_stop, stops))) for on, title, stops in rows)


async def knows_places(tx: Transaction, plan: Plan) -> bool:
    """Whether the directory has everything that the plan names."""
    named = places(plan)
    row = await tx.row(SQL["known_places"], {f"{name}s": ids for name, ids in named.items()})
    return row is not None and list(row) == [len(named[name]) for name in PLACES]


async def replace(tx: Transaction, proposal_id: UUID, plan: Plan, *, ids: Ids) -> None:
    """Write the plan anew.

    Errors: RuleBroken, WrongState from the rules between rows.
    """
    days, stops = _rows(plan, ids)
    owner = {"proposal_id": proposal_id}
    await tx.run(SQL["delete_stops"], owner)
    await tx.run(SQL["delete_days"], owner)
    await tx.run(SQL["insert_days"], {**owner, "days": orjson.dumps(days).decode()})
    await tx.run(SQL["insert_stops"], {**owner, "stops": orjson.dumps(stops).decode()})


def _rows(plan: Plan, ids: Ids) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    days: list[dict[str, Any]] = []
    stops: list[dict[str, Any]] = []
    for position, day in enumerate(plan, start=1):
        day_id = ids.new()
        on: date = day.on_date
        days.append({"id": day_id, "position": position, "on_date": on, "title": day.title})
        for place, stop in enumerate(day.stops, start=1):
            own = {"id": ids.new(), "day_id": day_id, "position": place}
            stops.append(own | {name: getattr(stop, name) for name in Stop.__slots__})
    return days, stops


def _stop(facts: dict[str, Any]) -> Stop:
    ids = {name: UUID(facts[name]) for name in PLACES if facts[name]}
    at = facts["starts_at_local"]
    return Stop(
        kind=facts["kind"],
        name=facts["name"],
        starts_at_local=time.fromisoformat(at) if at else None,
        minutes=facts["minutes"],
        driver_notes=facts["driver_notes"],
        **ids,
    )
