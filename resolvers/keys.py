"""Idempotency keys of a request: where they stand, and what they are the key of."""

import hashlib
import json
from typing import Any, cast

import orjson
from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLNonNull,
    GraphQLString,
)
from strawberry import Info
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types.nodes import SelectedField

from domain.idempotency import IdempotencyKeyRequired, Key, accepted_key

IDEMPOTENT = GraphQLDirective(
    "idempotent",
    locations=[DirectiveLocation.FIELD],
    args={
        "key": GraphQLArgument(
            GraphQLNonNull(GraphQLString), description="The same for every repetition."
        )
    },
    description="Names an attempt, so that a repetition gives its answer instead of a second"
    " change. It goes before the header `Idempotency-Key`.",
)


def key_of(info: Info) -> Key:
    """The key of this field: its directive's or the request's, with what was asked.

    Shape:  two fields of one request have keys of their own, by the name that they answer under.
    Errors: IdempotencyKeyRequired, InvalidInput.
    """
    field = _field(info)
    body = _body([field.name, field.arguments])
    text = f"{_given(info)} {info.path.key}"[:255]
    return Key(text, hashlib.sha256(body).digest())


def _body(asked: object) -> bytes:
    """As JSON. Half a character is for the field to refuse, by the name of its argument."""
    try:
        return orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return json.dumps(asked, default=str, sort_keys=True).encode()


def _field(info: Info) -> SelectedField:
    return cast("SelectedField", info.selected_fields[0])


def _given(info: Info) -> str:
    """Errors: IdempotencyKeyRequired, InvalidInput."""
    named = _field(info).directives.get(IDEMPOTENT.name)
    given = named["key"] if named else info.context.idempotency_key
    if given is None:
        raise IdempotencyKeyRequired
    return accepted_key(given)


class Keyed(FieldExtension):
    """Refuses a change that nobody has named, before anything is looked up."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any
    ) -> Any:
        _given(info)
        return await next_(source, info, **kwargs)
