"""What a brand sets for itself: tax, deposit, hours, policy and the like, each in its bounds."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from domain.cancellation import from_tiers
from domain.errors import InvalidInput
from domain.listing import argument
from domain.periods import Corrected, DatedRow, NewTerms, Replaced, change
from domain.texts import UNSTORABLE

PREFIX = re.compile(r"[A-Z0-9]{1,12}")
LONGEST_TERMS = 50_000
MOST_TIERS = 20
MOST_TIER_DAYS = 3_650
BOUNDS: Mapping[str, tuple[int, int]] = {
    "tax_ppm": (0, 500_000),
    "deposit_percent": (0, 100),
    "gratuity_hint_percent": (0, 100),
    "hold_minutes": (1, 1_440),
    "card_fee_ppm": (0, 200_000),
    "card_fee_fixed_cents": (0, 10_000),
}


def check_settings(values: Mapping[str, Any]) -> None:
    """Errors: InvalidInput."""
    for name, value in values.items():
        if value is None and name != "terms":
            raise InvalidInput(f"`{argument(name)}` cannot be null.", path=argument(name))
    for name, (least, most) in BOUNDS.items():
        if not least <= values[name] <= most:
            raise InvalidInput(f"`{argument(name)}` is {least} to {most}.", path=argument(name))
    _hours(values["opens_at"], values["closes_at"])
    if not PREFIX.fullmatch(values["number_prefix"]):
        raise InvalidInput("A prefix has 1 to 12 capitals and digits.", path="numberPrefix")
    _tiers(values["cancellation_tiers"])
    terms = values["terms"]
    if terms is not None and (len(terms) > LONGEST_TERMS or UNSTORABLE.search(terms)):
        raise InvalidInput("Terms have at most 50000 characters.", path="terms")


def change_settings(row: DatedRow, wish: NewTerms, *, today: date) -> Corrected | Replaced | None:
    """Decide what a brand sets from a day on; the row ends where the next one begins.

    Shape:  None if nothing would change.
    Errors: StaleVersion, WrongState, DayInPast, InvalidInput.
    """
    decided = change(row, wish, today=today)
    if decided is None:
        return None
    if wish.starts_on < row.period.starts_on:
        raise InvalidInput(
            f"These settings begin on {row.period.starts_on}. Change those in force before.",
            path="effectiveFrom",
        )
    check_settings(decided.values)
    return decided


def _hours(opens_at: time, closes_at: time) -> None:
    for at, path in ((opens_at, "opensAt"), (closes_at, "closesAt")):
        if at.tzinfo is not None:
            raise InvalidInput("A time of the day has no offset.", path=path)
    if opens_at >= closes_at:
        raise InvalidInput("The day would close before it opens.", path="closesAt")


def _tiers(tiers: Sequence[Mapping[str, int]]) -> None:
    if len(tiers) > MOST_TIERS or any(tier["days"] > MOST_TIER_DAYS for tier in tiers):
        raise InvalidInput("At most 20 tiers, within ten years.", path="cancellationTiers")
    try:
        from_tiers(tiers)
    except InvalidInput as error:
        raise InvalidInput(error.message, path="cancellationTiers") from error
