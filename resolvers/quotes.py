"""Quotes: what something would cost, signed so that it can be taken up."""

from typing import Annotated

import strawberry
from strawberry import Info

from auth.quote_tokens import LIFETIME
from domain.identity import Scope
from domain.texts import storable
from resolvers.listing import says
from schema.permissions import requires
from schema.quotes import Quote, QuoteInput
from services.quotes import quote_by


@strawberry.type
class QuoteQuery:
    """Root fields about prices."""

    @strawberry.field(
        extensions=[requires(Scope.QUOTES_MAKE)],
        description="What a tour would cost, line by line, by the rows in force on its day.",
    )
    async def quote(
        self, info: Info, input: Annotated[QuoteInput, says("The tour that is wished for.")]
    ) -> Quote:
        context, now = info.context, info.context.world.now()
        for path, text in (("code", input.code), ("promoCode", input.promo_code)):
            if text is not None:
                storable(text, path=path)
        read_book = context.snapshot.reads.price_book
        priced = await quote_by(read_book, context.principal, input.to_domain(), now=now)
        token = context.world.quotes.sign(priced, context.brand, now=now)
        return Quote.from_domain(priced, context.zone, token=token, expires_at=now + LIFETIME)
