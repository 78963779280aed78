"""What an operator and its brands add to the directory, as it is read and as it is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from db import statements
from db.database import ResourcesChanged, Transaction
from db.relations import (
    ColumnKind,
    Relation,
    among,
    apart,
    equals,
    is_null,
    one_of,
    part_of,
    visible_only,
)
from domain.places import KINDS, Marks, Note, Place, Terms

SQL = statements.load(__package__, "places.sql")

OWN_PLACES = Relation(
    "own_places",
    columns={
        "id": ColumnKind.UUID,
        "kind": ColumnKind.TEXT,
        "name": ColumnKind.TEXT,
        "address": ColumnKind.TEXT,
        "website": ColumnKind.TEXT,
        "phone": ColumnKind.TEXT,
        "archived_at": ColumnKind.INSTANT,
        "version": ColumnKind.INT,
    },
    orders={"NAME_ASC": ("name", "id"), "NAME_DESC": ("-name", "-id")},
    filters={
        "kind": one_of("kind"),
        "open": is_null("archived_at"),
        "text": part_of("name"),
        "among": among(),
        "apart": apart(),
    },
)
SAID = {
    "id": ColumnKind.UUID,
    "place_kind": ColumnKind.TEXT,
    "place_id": ColumnKind.UUID,
    "version": ColumnKind.INT,
}
DIRECTORY_TERMS = Relation(
    "directory_terms",
    columns={**SAID, "commission_ppm": ColumnKind.INT},
    orders={"PLACE_ASC": ("place_id", "id")},
    filters={"kind": one_of("place_kind")},
)
NOTE = {
    **SAID,
    "featured": ColumnKind.BOOL,
    "hidden": ColumnKind.BOOL,
    "note": ColumnKind.TEXT,
    "remark": ColumnKind.TEXT,
}
DIRECTORY_NOTES = Relation(
    "directory_notes",
    columns=NOTE,
    orders={"PLACE_ASC": ("place_id", "id")},
    filters={
        "kind": one_of("place_kind"),
        "featured": equals("featured"),
        "hidden": equals("hidden"),
    },
    hidden=dict.fromkeys(
        ("site", "link", "customer", "partner", "driver"),
        visible_only(NOTE, *(name for name in NOTE if name != "note")),
    ),
)
READ_MODELS = (OWN_PLACES, DIRECTORY_TERMS, DIRECTORY_NOTES)


async def lock(tx: Transaction, place_id: UUID) -> Place | None:
    """The operator's own place, held until the transaction ends."""
    row = await tx.row(SQL["lock_place"], {"id": place_id})
    return Place(*row) if row else None


async def insert(tx: Transaction, place: Place) -> None:
    await tx.run(SQL["insert_place"], asdict(place))


async def update(tx: Transaction, place: Place) -> None:
    await tx.run(SQL["update_place"], asdict(place))


async def kind_of(tx: Transaction, place_id: UUID) -> str | None:
    """Winery, restaurant or hotel; None for what nobody here knows."""
    row = await tx.row(SQL["kind_of_place"], {"id": place_id})
    return row[0] if row else None


async def lock_terms(tx: Transaction, kind: str, place_id: UUID) -> Terms | None:
    row = await tx.row(SQL["lock_terms"], {"place_kind": kind, "place_id": place_id})
    return Terms(*row) if row else None


async def store_terms(tx: Transaction, terms: Terms) -> None:
    """The first word, or another; two first words at once are told one after the other."""
    statement = SQL["insert_terms"] if terms.version == 1 else SQL["update_terms"]
    if await tx.run(statement, asdict(terms)) == 0:
        raise ResourcesChanged


async def lock_note(tx: Transaction, kind: str, place_id: UUID) -> Note | None:
    row = await tx.row(SQL["lock_note"], {"place_kind": kind, "place_id": place_id})
    return Note(*row) if row else None


async def store_note(tx: Transaction, note: Note) -> None:
    """The first word, or another; two first words at once are told one after the other."""
    statement = SQL["insert_note"] if note.version == 1 else SQL["update_note"]
    if await tx.run(statement, asdict(note)) == 0:
        raise ResourcesChanged


async def marks(tx: Transaction) -> list[Sequence[Any]]:
    """All that the brand shows first or leaves out, as `to_marks` takes it."""
    return [[kind, str(id), hidden] for kind, id, hidden in await tx.rows(SQL["marks"])]


def to_marks(rows: Iterable[Sequence[Any]]) -> Mapping[str, Marks]:
    """The marks of each kind of place."""
    found: dict[tuple[str, bool], set[UUID]] = defaultdict(set)
    for kind, id, hidden in rows:
        found[kind, hidden].add(UUID(id))
    return {
        kind: Marks(frozenset(found[kind, False]), frozenset(found[kind, True])) for kind in KINDS
    }
