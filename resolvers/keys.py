"""Idempotency keys of a request: where they stand, and what they are the key of."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from graphql import (
    ArgumentNode,
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLNonNull,
    GraphQLString,
    value_from_ast_untyped,
)
from strawberry import Info
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

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
    raw = info._raw_info  # noqa: SLF001 - Strawberry's own way to the document
    node = raw.field_nodes[0]
    named = [each for each in node.directives or () if each.name.value == IDEMPOTENT.name]
    given = info.context.idempotency_key
    if named:
        given = _values(named[0].arguments, info.variable_values)["key"]
    if given is None:
        raise IdempotencyKeyRequired
    asked = [raw.field_name, _values(node.arguments, info.variable_values)]
    body = orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS)
    text = f"{accepted_key(given)} {raw.path.key}"[:255]
    return Key(text, hashlib.sha256(body).digest())


def _values(
    arguments: Iterable[ArgumentNode] | None, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Arguments as they were given, whether in the document or as variables."""
    return {
        each.name.value: value_from_ast_untyped(each.value, dict(variables))
        for each in arguments or ()
    }


class Keyed(FieldExtension):
    """Refuses a change that nobody has named, before anything is looked up."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any
    ) -> Any:
        key_of(info)
        return await next_(source, info, **kwargs)
