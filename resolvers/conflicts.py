"""A change made on an old version: the object as it is now, and what others changed meanwhile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Any, get_args
from uuid import UUID

from strawberry import UNSET, Info

from db import history
from db.relations import Row
from domain.errors import InvalidInput, StaleVersion
from domain.events import Plain
from domain.history import summed
from domain.listing import argument
from resolvers.changes import Showing
from resolvers.context import OperationContext
from resolvers.history import RECORDS
from resolvers.nodes import ENTITIES
from schema.errors import FieldConflict
from schema.global_ids import decode
from schema.scalars import Json


@dataclass(frozen=True, slots=True)
class Subject:
    """A field of a payload that holds an entity."""

    field: str
    entity: Any


def subjects_of(payload: type) -> tuple[Subject, ...]:
    """The entities that a payload has, in its order."""
    return tuple(
        Subject(name, each)
        for name, annotation in payload.__annotations__.items()
        for each in (annotation, *get_args(annotation))
        if getattr(each, "__name__", None) in ENTITIES
    )


async def present(
    info: Info, subjects: tuple[Subject, ...], given: Mapping[str, Any]
) -> dict[str, Row]:
    """Each object that the input names, as it is now.

    Shape:  the second customer of a payload is the second one of the input.
    """
    context: OperationContext = info.context
    await context.renew()
    left: dict[str, list[UUID]] = {}
    for kind, id in _ids_in(given):
        left.setdefault(kind, []).append(id)
    found = {}
    for subject in subjects:
        ids = left.get(subject.entity.__name__)
        row = await context.by(subject.entity.relation).load(ids.pop(0)) if ids else None
        if row is not None:
            found[subject.field] = row
    return found


async def conflicts(
    info: Info, subject: Subject, row: Any, error: StaleVersion, given: Mapping[str, Any]
) -> list[FieldConflict]:
    """The fields that differ from the version that the caller saw, as far as they may know."""
    context: OperationContext = info.context
    principal = context.principal
    if principal.kind not in RECORDS or not principal.may(subject.entity.scope):
        return []
    events = await history.since(await context.snapshot.reads.open(), row.id, error.expected)
    showing = Showing(principal, context.zone, context.world.relations)
    changed = showing.changes(subject.entity, summed(events))
    yours = {argument(name): value for name, value in _said(given)}
    return [
        FieldConflict(
            field=name,
            before=Json(before),
            current=Json(after),
            yours=Json(yours.get(name)),
        )
        for name, (before, after) in sorted(changed.items())
    ]


def _ids_in(given: Mapping[str, Any]) -> Iterator[tuple[str, UUID]]:
    """The objects that the input names, in its order."""
    for _, value in _said(given):
        try:
            yield decode(value if isinstance(value, str) else "")
        except InvalidInput:
            continue


def _said(given: Mapping[str, Any]) -> Iterator[tuple[str, Plain]]:
    """What the caller sent, field by field: arguments, and what stands in an input."""
    for name, value in given.items():
        if hasattr(value, "__strawberry_definition__") and not isinstance(value, Enum):
            yield from _said({each: getattr(value, each) for each in value.__annotations__})
        elif value is not UNSET:
            yield name, _plain(value)


def _plain(value: Any) -> Plain:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float) else None
