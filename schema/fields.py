"""The kinds of field of a type: column, instant, money, derived value, edge, what is worked out.

A type of the contract holds no data: its fields read a row of the entity's read model. A column is
read by its own name; a derived value is a pure function of named columns; an edge, a counted number
and an answer are asked of the operation, which batches them. Nothing here fetches.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import strawberry
from strawberry.extensions.field_extension import FieldExtension

from domain.identity import Scope
from schema.global_ids import encode
from schema.history import After, First, HistoryConnection
from schema.money import Money
from schema.permissions import requires

BINDING = "binding"


def column(description: str, *, scope: Scope | None = None) -> Any:
    """A column of the same name."""
    return strawberry.field(
        description=description, extensions=_extensions(scope), metadata={BINDING: "column"}
    )


def instant(description: str) -> Any:
    """A column of the same name, shown with the offset of the brand's zone."""

    def resolve(root: Any, info: strawberry.Info) -> Any:
        value = getattr(root, info.python_name)
        return None if value is None else value.astimezone(info.context.zone)

    return strawberry.field(
        resolver=resolve, description=description, metadata={BINDING: "instant"}
    )


def derived(
    needs: tuple[str, ...],
    make: Callable[..., Any],
    description: str,
    *,
    scope: Scope | None = None,
) -> Any:
    """A pure function of the columns that it needs."""

    def resolve(root: Any) -> Any:
        return make(*(getattr(root, name) for name in needs))

    return strawberry.field(
        resolver=resolve,
        description=description,
        extensions=_extensions(scope),
        metadata={BINDING: needs},
    )


def status_by_now(rule: Callable[..., str], ends_at: str, description: str) -> Any:
    """The stored status, but for what has run out since it was stored: `rule` says so."""

    def resolve(root: Any, info: strawberry.Info) -> Any:
        return rule(root.status, getattr(root, ends_at), info.context.world.now())

    return strawberry.field(
        resolver=resolve, description=description, metadata={BINDING: ("status", ends_at)}
    )


def derived_by_now(needs: tuple[str, ...], make: Callable[..., Any], description: str) -> Any:
    """A pure function of the columns that it needs and of the moment."""

    def resolve(root: Any, info: strawberry.Info) -> Any:
        return make(*(getattr(root, name) for name in needs), info.context.world.now())

    return strawberry.field(resolver=resolve, description=description, metadata={BINDING: needs})


def money(cents: str, description: str, *, scope: Scope | None = None) -> Any:
    """An amount in the row's own currency, or the brand's where rows carry none; null for null."""

    def resolve(root: Any, info: strawberry.Info) -> Any:
        own = hasattr(root, "currency")
        return Money.of(getattr(root, cents), root.currency if own else info.context.brand.currency)

    return strawberry.field(
        resolver=resolve,
        description=description,
        extensions=_extensions(scope),
        metadata={BINDING: (cents,)},
    )


def edge(description: str, *, scope: Scope | None = None) -> Any:
    """A relation of the same name in the read model."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        return await info.context.edge(root, info.python_name)

    return strawberry.field(
        resolver=resolve,
        description=description,
        extensions=_extensions(scope),
        metadata={BINDING: "edge"},
    )


def counted(description: str) -> Any:
    """A number of the same name that the operation works out for many rows at once."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        return await info.context.counted(info.python_name, root.id)

    return strawberry.field(resolver=resolve, description=description, metadata={BINDING: ("id",)})


def asked(description: str, *, scope: Scope) -> Any:
    """What is worked out for a row: a question of the same name, batched over the rows."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        found = await info.context.asked(root, info.python_name)
        return found.astimezone(info.context.zone) if isinstance(found, datetime) else found

    return strawberry.field(
        resolver=resolve,
        description=description,
        extensions=_extensions(scope),
        metadata={BINDING: "asked"},
    )


def noted(description: str, *, scope: Scope | None = None) -> Any:
    """What the brand says of a place: a part of the same name of its note."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        return await info.context.noted(root, info.python_name)

    return strawberry.field(
        resolver=resolve,
        description=description,
        extensions=_extensions(scope),
        metadata={BINDING: "noted"},
    )


def history() -> Any:
    """What happened to a row, batched over the rows of a list."""

    async def resolve(
        root: Any, info: strawberry.Info, first: First = None, after: After = None
    ) -> HistoryConnection:
        page: HistoryConnection = await info.context.history(root, first, after)
        return page

    return strawberry.field(
        resolver=resolve,
        description="What happened to it, newest first.",
        extensions=[requires(Scope.HISTORY_READ)],
        metadata={BINDING: "history"},
    )


@strawberry.interface(
    description="An object with an identity of its own, fetched again by `node(id:)`."
)
class Node:
    """The Relay interface."""

    id: strawberry.ID = strawberry.field(description="Opaque and globally unique.")


def entity(
    relation: str, *, description: str, scope: Scope, recorded: bool = True
) -> Callable[[type], Any]:
    """A type whose rows are those of a relation, and what `node(id:)` asks of its callers.

    Shape:  it has a history, unless nothing that happens to it is `recorded`.
    """

    def wrap(cls: type) -> Any:
        name = cls.__name__

        def resolve(root: Any) -> strawberry.ID:
            return strawberry.ID(encode(name, root.id))

        field = strawberry.field(resolver=resolve, description="Opaque and globally unique.")
        cls.id = field  # type: ignore[attr-defined]
        cls.__annotations__ = {"id": strawberry.ID, **cls.__annotations__}
        if recorded:
            cls.history = history()  # type: ignore[attr-defined]
            cls.__annotations__ |= {"history": HistoryConnection}
        cls.relation = relation  # type: ignore[attr-defined]
        cls.scope = scope  # type: ignore[attr-defined]
        cls.is_type_of = _row_of(relation)  # type: ignore[attr-defined]
        return strawberry.type(cls, description=description)

    return wrap


def _row_of(relation: str) -> Any:
    def is_type_of(_cls: type, row: Any, _info: Any) -> bool:
        return getattr(row, "relation", None) == relation

    return classmethod(is_type_of)


def _extensions(scope: Scope | None) -> list[FieldExtension]:
    return [requires(scope)] if scope else []
