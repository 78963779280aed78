"""Quotes that come back: what was offered, signed, and good for half an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import jwt

from auth.keys import KeyRing
from domain.errors import DomainError
from domain.identity import Brand
from domain.quotes import Quote, Wish

LIFETIME: Final = timedelta(minutes=30)
REQUIRED: Final = ["iss", "aud", "iat", "exp", "tenant", "brand", "wish", "total"]


class QuoteRefused(DomainError):
    """The quote has run out, is another brand's, or was never given. Ask for a new one."""

    code = "QUOTE_REFUSED"

    def __init__(self) -> None:
        super().__init__("This quote is not valid any more. Ask for a new one.", path="quoteToken")


@dataclass(frozen=True, slots=True)
class Offered:
    """What a quote had promised."""

    wish: Wish
    total_cents: int


class QuoteTokens:
    """Signs quotes and reads them again. A quote is no credential, and a credential no quote."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        self._ring = ring
        self._issuer = issuer
        self._audience = f"{issuer}/quotes"

    def sign(self, quote: Quote, brand: Brand, *, now: datetime) -> str:
        """The wish, its lines and its total, for this brand alone."""
        wish = quote.wish
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + LIFETIME,
            "tenant": brand.tenant_slug,
            "brand": brand.code,
            "wish": {
                "tour_type": wish.tour_type,
                "starts_at": wish.starts_at.isoformat(),
                "party_size": wish.party_size,
                "minutes": wish.minutes,
                "code": wish.code,
                "miles": wish.miles,
                "promo_code": wish.promo_code,
            },
            "lines": [[line.kind, line.rule, line.amount_cents] for line in quote.lines],
            "prices": quote.policy.version,
            "total": quote.totals.total_cents,
        }
        return self._ring.sign(payload)

    def read(self, token: str, brand: Brand) -> Offered:
        """Errors: QuoteRefused."""
        try:
            payload = self._ring.read(
                token, audience=self._audience, issuer=self._issuer, required=REQUIRED
            )
        except jwt.InvalidTokenError as error:
            raise QuoteRefused from error
        if (payload["tenant"], payload["brand"]) != (brand.tenant_slug, brand.code):
            raise QuoteRefused
        facts = payload["wish"]
        starts_at = datetime.fromisoformat(facts["starts_at"])
        return Offered(Wish(**{**facts, "starts_at": starts_at}), payload["total"])
