"""What a caller is shown of a change: fields by the contract's names, and no more than they may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from strawberry.types.base import StrawberryContainer

from db.relations import ColumnKind, Relation
from domain.events import Change, Plain
from domain.identity import Principal, Scope
from resolvers.nodes import TYPES
from resolvers.worded import field_of, worded
from schema.fields import BINDING
from schema.global_ids import encode
from schema.permissions import Requires

CODED: Final = frozenset({ColumnKind.TEXTS, ColumnKind.JSON})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the contract says of a column: what it asks of its readers, one of these, and words."""

    scopes: frozenset[Scope] = frozenset()
    words: type[Enum] | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """A caller who looks at changes of objects of one type."""

    principal: Principal
    zone: ZoneInfo
    relations: Mapping[str, Relation]

    def changes(self, entity: Any, changes: Mapping[str, Change]) -> dict[str, Change]:
        """The fields that the caller may read, by their names in the contract."""
        old, new = ({name: pair[side] for name, pair in changes.items()} for side in (0, 1))
        return {
            field_of(name): (
                self._value(entity, name, pair[0], old),
                self._value(entity, name, pair[1], new),
            )
            for name, pair in changes.items()
            if self._may_read(entity, name)
        }

    def _may_read(self, entity: Any, name: str) -> bool:
        asked = readers_of(entity, name)
        return not asked or any(self.principal.may(scope) for scope in asked)

    def _value(self, entity: Any, name: str, value: Plain, beside: Mapping[str, Plain]) -> Plain:
        """As the contract would show it; as it is recorded, if it is of an older form."""
        relation = self.relations.get(entity.relation)
        if value is None or relation is None:
            return value
        try:
            shown = self._shown(relation, name, value, facts_of(entity).get(name, Facts()).words)
        except ValueError:
            return value
        return worded(name, shown, beside)

    def _shown(
        self, relation: Relation, name: str, value: Plain, words: type[Enum] | None
    ) -> Plain:
        """A word of an enum, an instant in the brand's offset, a global id, a list.

        Errors: ValueError for a value of another form.
        """
        kind = relation.columns.get(name)
        if isinstance(value, str) and kind in CODED:
            coded: Plain = orjson.loads(value)
            return coded
        if isinstance(value, str) and kind is ColumnKind.INSTANT:
            return datetime.fromisoformat(value).astimezone(self.zone).isoformat()
        if isinstance(value, str) and kind is ColumnKind.UUID:
            return self._global_id(relation, name, value)
        return _named(words, value) if words is not None else value

    def _global_id(self, relation: Relation, name: str, value: str) -> str:
        targets = [one.target for one in relation.one.values() if one.via == name]
        type_name = TYPES.get(targets[0]) if targets else None
        return encode(type_name, UUID(value)) if type_name else value


def _named(words: type[Enum], value: Plain) -> Plain:
    if isinstance(value, list):
        return [words(each).name for each in value]
    return words(value).name


def readers_of(entity: Any, name: str) -> frozenset[Scope]:
    """The scopes of which one is asked for; none if everybody who reads the object reads it.

    Shape:  what the contract does not show of an object is told to readers of notes alone.
    """
    known = facts_of(entity).get(name) if entity is not None else None
    return known.scopes if known else frozenset({Scope.NOTES_READ})


@lru_cache(maxsize=256)
def facts_of(entity: Any) -> Mapping[str, Facts]:
    """What the fields of a type say of the columns that they are made of."""
    found: dict[str, list[Facts]] = {}
    for each in entity.__strawberry_definition__.fields:
        binding, scopes = each.metadata.get(BINDING), _scopes(each)
        columns = (each.python_name,) if binding in {"column", "instant"} else binding
        for name in columns if isinstance(columns, tuple) else ():
            found.setdefault(name, []).append(Facts(scopes, _words(each)))
    return {name: _joined(facts) for name, facts in found.items()}


def _joined(facts: list[Facts]) -> Facts:
    """Of several fields that show a column, one may be open to all."""
    is_open = any(not each.scopes for each in facts)
    scopes = frozenset() if is_open else frozenset().union(*(each.scopes for each in facts))
    return Facts(scopes, next((each.words for each in facts if each.words), None))


def _scopes(field: Any) -> frozenset[Scope]:
    return frozenset(each.scope for each in field.extensions if isinstance(each, Requires))


def _words(field: Any) -> type[Enum] | None:
    of = field.type
    while isinstance(of, StrawberryContainer):
        of = of.of_type
    words: type[Enum] | None = getattr(of, "wrapped_cls", None)
    return words
