"""Codes for whoever has lost their authenticator: shown once, good once, kept as digests."""

import base64
import hashlib
import os
import re
from typing import Final
from uuid import UUID

ENTROPY_BYTES: Final = 10
CODE: Final = re.compile(r"[A-Z2-7]{16}")


def new_codes(count: int) -> list[str]:
    """So many of 80 bits each, as `ABCD-EFGH-IJKL-MNOP`."""
    drawn = (base64.b32encode(os.urandom(ENTROPY_BYTES)).decode() for _ in range(count))
    return ["-".join(each[place : place + 4] for place in range(0, 16, 4)) for each in drawn]


def digest_of(code: str, owner: UUID) -> bytes | None:
    """What is stored of a member's code; None for a text that is none.

    Shape:  80 random bits need no slow hash.
    """
    plain = re.sub(r"[\s-]", "", code).upper()
    if CODE.fullmatch(plain) is None:
        return None
    return hashlib.sha256(owner.bytes + plain.encode()).digest()
