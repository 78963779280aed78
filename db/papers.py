"""Papers of vehicles and drivers as they are read, and the statements that record and renew one."""

from dataclasses import asdict
from uuid import UUID

from db import statements
from db.database import Transaction
from db.relations import ColumnKind, One, Relation, at_least, at_most, equals, one_of
from domain.papers import Paper

SQL = statements.load(__package__, "papers.sql")

DOCUMENTS = Relation(
    "documents",
    columns={
        "id": ColumnKind.UUID,
        "vehicle_id": ColumnKind.UUID,
        "driver_id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "reference": ColumnKind.TEXT,
        "expires_on": ColumnKind.DATE,
        "runs_out_on": ColumnKind.DATE,
        "version": ColumnKind.INT,
    },
    one={
        "vehicle": One("vehicles", via="vehicle_id"),
        "driver": One("drivers", via="driver_id"),
    },
    orders={"EXPIRES_ON_ASC": ("runs_out_on", "id"), "EXPIRES_ON_DESC": ("-runs_out_on", "-id")},
    filters={
        "vehicle_id": equals("vehicle_id"),
        "driver_id": equals("driver_id"),
        "kind": one_of("kind"),
        "expires_on_from": at_least("runs_out_on"),
        "expires_on_to": at_most("runs_out_on"),
    },
)
READ_MODELS = (DOCUMENTS,)


async def lock(tx: Transaction, paper_id: UUID) -> Paper | None:
    """The paper's row, held until the transaction ends."""
    row = await tx.row(SQL["lock_paper"], {"id": paper_id})
    return Paper(*row) if row else None


async def insert(tx: Transaction, paper: Paper) -> None:
    await tx.run(SQL["insert_paper"], asdict(paper))


async def renew(tx: Transaction, paper: Paper) -> None:
    await tx.run(SQL["renew_paper"], asdict(paper))
