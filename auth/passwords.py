"""Passwords of staff: stored as argon2id, and those that came as bcrypt are made anew when used."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 2
BCRYPT: Final = ("$2a$", "$2b$", "$2y$")
MOST_OF_BCRYPT: Final = 72


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right, and whether its hash is to be made anew."""

    right: bool
    outdated: bool = False


class Passwords:
    """Makes and checks hashes, a few at a time and never on the event loop.

    Shape:  each takes 64 MiB and some tens of milliseconds, by intent (RFC 9106, section 4).
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("nobody's")

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, password: str, stored: str | None) -> Verdict:
        """As much work for somebody who is not there (`stored` is None) as for somebody who is."""
        async with self._turn:
            verdict = await asyncio.to_thread(
                partial(self._check, password, stored or self._nobodys)
            )
        return verdict if stored else Verdict(right=False)

    def _check(self, password: str, stored: str) -> Verdict:
        try:
            if stored.startswith(BCRYPT):
                given = password.encode()[:MOST_OF_BCRYPT]
                right = bcrypt.checkpw(given, stored.encode())
                return Verdict(right, outdated=right)
            self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError, ValueError):
            return Verdict(right=False)
        return Verdict(right=True, outdated=self._hasher.check_needs_rehash(stored))
