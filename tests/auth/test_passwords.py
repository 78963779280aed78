"""Passwords: what is right, what is made anew, and that nobody costs what somebody does."""

from typing import Literal

import bcrypt
import pytest
from argon2 import PasswordHasher

from auth.passwords import Passwords, Verdict

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DEARER = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
BCRYPT = bcrypt.hashpw(b"right", bcrypt.gensalt(4)).decode()


class Counting(PasswordHasher):
    """Counts how often a hash was compared."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.compared += 1
        return super().verify(hash, password)


@pytest.mark.parametrize(
    ("stored", "right", "outdated"),
    [
        (CHEAP.hash("right"), True, False),
        (DEARER.hash("right"), True, True),
        (CHEAP.hash("other"), False, False),
        (BCRYPT, True, True),
        (BCRYPT.replace("$2b$", "$2y$"), True, True),
        (bcrypt.hashpw(b"other", bcrypt.gensalt(4)).decode(), False, False),
        ("$2b$04$broken", False, False),
        ("$argon2id$broken", False, False),
        ("", False, False),
        (None, False, False),
    ],
    ids=[
        "argon2",
        "dearer",
        "other",
        "bcrypt",
        "2y",
        "bcrypt-other",
        "broken-b",
        "broken-a",
        "empty",
        "nobody",
    ],
)
async def test_a_password_is_right_or_not_and_never_a_fault(
    stored: str | None, *, right: bool, outdated: bool
) -> None:
    assert await Passwords(CHEAP).check("right", stored) == Verdict(right, outdated)


async def test_a_hash_is_argon2id_of_its_own_salt() -> None:
    passwords = Passwords(CHEAP)
    one, other = await passwords.hash("right"), await passwords.hash("right")
    assert one.startswith("$argon2id$")
    assert one != other


@pytest.mark.parametrize("stored", [None, CHEAP.hash("other")], ids=["nobody", "somebody"])
async def test_nobody_costs_one_comparison_as_somebody_does(stored: str | None) -> None:
    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    assert not (await Passwords(hasher).check("right", stored)).right
    assert hasher.compared == 1
