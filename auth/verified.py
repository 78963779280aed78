"""Tokens whose signatures were verified here: what they say is known until they end."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from auth.tokens import Claims, Tokens

MOST: Final = 10_000


class Verified:
    """A signature is verified once: that costs more than all the rest of knowing a caller."""

    def __init__(self, tokens: Tokens, now: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._now = now
        self._known: OrderedDict[bytes, Claims] = OrderedDict()

    def claims(self, token: str) -> Claims:
        """Errors: Unauthenticated for a token that is forged, over, or of another service."""
        key = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        known = self._known.get(key)
        if known is not None and known.expires_at is not None and self._now() < known.expires_at:
            self._known.move_to_end(key)
            return known
        self._known.pop(key, None)
        claims = self._tokens.verify(token)
        self._known[key] = claims
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return claims
