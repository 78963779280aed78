"""Signing in: how long what lasts, what a password is, and how often one may try."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.addresses import household
from domain.errors import DomainError, InvalidInput

ACCESS: Final = timedelta(minutes=15)
SESSION: Final = timedelta(days=30)
CONSOLE: Final = timedelta(hours=12)
"""A session of the console, whose cookie a browser keeps, is over within a working day."""
IDLE: Final = timedelta(hours=1)
CODES: Final[Mapping[str, timedelta]] = {
    "invitation": timedelta(days=7),
    "reset": timedelta(minutes=30),
}
KEPT: Final = timedelta(days=30)
WINDOW: Final = timedelta(minutes=15)
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256


class TooManyTries(DomainError):
    """There were too many requests of this kind. Wait as long as `Retry-After` says."""

    code = "TOO_MANY_REQUESTS"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many tries. Try again in {seconds} seconds.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Bound:
    """So many times within the window, for whatever the name stands for."""

    name: str
    most: int


def bounds_of(what: str, tenant: str, email: str, address: str) -> tuple[Bound, ...]:
    """What a try counts against, until the first that refuses: none behind it is counted.

    Shape:  an account is not locked by whoever knows its address: the five are of the account and
            the caller's address together, and one address alone never fills what the account has.
    """
    place = household(address)
    return (
        Bound(f"{what}:address:{place}", 50),
        Bound(f"{what}:pair:{tenant}:{email}:{place}", 5),
        Bound(f"{what}:account:{tenant}:{email}", 50),
    )


def check_password(password: str) -> str:
    """Errors: InvalidInput. Length alone is asked for: rules of composition make them guessable."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            path="password",
        )
    return password


def normal_email(email: str) -> str:
    """As addresses are stored."""
    return email.strip().lower()
