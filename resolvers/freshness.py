"""What asks a member for a fresh proof of who they are, before anything is looked up."""

from collections.abc import Callable
from typing import Any

from strawberry import Info
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from domain.proofs import check_fresh

Asks = Callable[[Any], bool]


def always(_input: Any) -> bool:
    return True


def if_it_refunds(input: Any) -> bool:
    """A cancellation by which nothing is given back asks for no more than its scope."""
    return bool(input.quoted_refund_cents > 0)


class Fresh(FieldExtension):
    """Refuses a member whose session proved too long ago who is asking."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any
    ) -> Any:
        if self._asks(kwargs.get("input")):
            check_fresh(info.context.principal, now=info.context.world.now())
        return await next_(source, info, **kwargs)
