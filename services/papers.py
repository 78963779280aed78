"""What can be done to the papers of vehicles and drivers."""

from dataclasses import replace
from datetime import datetime

from db import drivers, events, papers, vehicles
from db.database import Transaction
from domain.changes import happened
from domain.errors import NotFound
from domain.ids import Ids
from domain.papers import Paper, Renewal, record_paper, renew_paper


async def record_document(tx: Transaction, paper: Paper, *, now: datetime, ids: Ids) -> Paper:
    """Keep a paper of a vehicle or a driver.

    Errors: InvalidInput, NotFound.
    """
    if paper.vehicle_id and await vehicles.seen(tx, paper.vehicle_id) is None:
        raise NotFound(path="vehicleId")
    if paper.driver_id and await drivers.status(tx, paper.driver_id) is None:
        raise NotFound(path="driverId")
    paper = record_paper(replace(paper, id=ids.new()))
    await papers.insert(tx, paper)
    await events.append(
        tx, happened("DocumentRecorded", "document", None, paper, id=ids.new(), now=now)
    )
    return paper


async def renew_document(tx: Transaction, wish: Renewal, *, now: datetime, ids: Ids) -> Paper:
    """Take a newer copy of a paper for the one that is known.

    Errors: NotFound, StaleVersion, InvalidInput.
    """
    before = await papers.lock(tx, wish.paper_id)
    if before is None:
        raise NotFound(path="id")
    after = renew_paper(before, wish)
    if after is not before:
        await papers.renew(tx, after)
        await events.append(
            tx, happened("DocumentRenewed", "document", before, after, id=ids.new(), now=now)
        )
    return after
