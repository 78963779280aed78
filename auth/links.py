"""Tokens of links: whoever holds one has the object that the link's row names."""

from typing import Final

from auth.keys import KeyRing
from auth.signed_ids import SignedIds

PREFIX: Final = "lk_"


def looks_like_a_link(credential: str) -> bool:
    return credential.startswith(PREFIX)


class LinkTokens(SignedIds):
    """Signs the id of a link, and reads it again."""

    def __init__(self, ring: KeyRing, issuer: str) -> None:
        super().__init__(ring, issuer, prefix=PREFIX, purpose="links")
