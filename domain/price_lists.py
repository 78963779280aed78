"""What a rate, a package or a rule of a price list may say, and which may stand beside it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from domain.errors import DomainError, InvalidInput
from domain.listing import argument
from domain.money import PPM
from domain.pricing import EVERY_DAY
from domain.quotes import MOST_GUESTS, MOST_MINUTES
from domain.texts import deceives

Table = Literal["rate_cards", "tour_packages", "price_rules"]
CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
PROMO_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,39}")
LONGEST_NAME = 200
LONGEST_TEXT = 500
MOST_TEXTS = 50
MOST_CENTS = 100_000_000
MOST_MILES = 10_000
MOST_TAX_PPM = 500_000
MOST_REDEMPTIONS = 1_000_000
BY_THE_HOUR = frozenset({"hourly", "wait"})
OPTIONAL = frozenset(
    {
        *("promo_code", "percent_ppm", "amount_cents", "redemptions_max"),
        *("weekdays", "guests_min", "guests_max", "tour_types"),
    }
)
PROMO, TAX = "promo_code", "tax"


class CodeTaken(DomainError):
    """Another row of the price list has that code on those days. Change that one, or end it."""

    code = "CODE_TAKEN"

    def __init__(self, path: str = "code") -> None:
        super().__init__("Another row has this code on some of those days.", path=path)


class RatesOverlap(DomainError):
    """Two rates by the hour would hold for the same guests on the same day. Narrow one of them."""

    code = "RATES_OVERLAP"


@dataclass(frozen=True, slots=True)
class Beside:
    """Another row whose days meet those of the row that is decided about."""

    code: str
    kind: str = ""
    weekdays: frozenset[int] = EVERY_DAY
    guests_min: int = 1
    guests_max: int = MOST_GUESTS


def check_rate(values: Mapping[str, Any], beside: Iterable[Beside]) -> None:
    """Errors: InvalidInput, CodeTaken, RatesOverlap."""
    _said(values)
    _code(values["code"])
    _guests(values)
    _weekdays(values["weekdays"])
    _within(values["rate_cents"], 0, MOST_CENTS, path="rateCents")
    _within(values["minutes_min"], 0, MOST_MINUTES, path="minutesMin")
    _within(values["miles_included"], 0, MOST_MILES, path="milesIncluded")
    for other in beside:
        if other.code == values["code"]:
            raise CodeTaken
        if _compete(values, other):
            raise RatesOverlap(
                f"The rate {other.code} is for some of these guests on some of these days.",
                path="guestsMin",
            )


def check_package(values: Mapping[str, Any], beside: Iterable[Beside]) -> None:
    """Errors: InvalidInput, CodeTaken."""
    _said(values)
    _code(values["code"])
    _name(values["name"])
    _guests(values)
    _weekdays(values["weekdays"])
    _within(values["price_cents"], 0, MOST_CENTS, path="priceCents")
    _within(values["minutes"], 1, MOST_MINUTES, path="minutes")
    for name in ("includes", "excludes"):
        texts = values[name]
        if len(texts) > MOST_TEXTS or any(_unfit(text, LONGEST_TEXT) for text in texts):
            raise InvalidInput("At most 50 texts of 1 to 500 characters.", path=name)
    times = values["start_times"]
    if len(times) > MOST_TEXTS or any(each.tzinfo for each in times):
        raise InvalidInput("At most 50 times, without an offset.", path="startTimes")
    if any(other.code == values["code"] for other in beside):
        raise CodeTaken


def check_rule(values: Mapping[str, Any], beside: Iterable[Beside]) -> None:
    """Errors: InvalidInput, CodeTaken."""
    _said(values, optional=OPTIONAL)
    _name(values["name"])
    _effect(values)
    _conditions(values)
    if values["kind"] == PROMO:
        _promo(values)
    elif values["promo_code"] is not None or values["redemptions_max"] is not None:
        raise InvalidInput("Only a promo code has a code and is used up.", path="promoCode")
    if values["promo_code"] in {other.code for other in beside}:
        raise CodeTaken("promoCode")


def normal_promo_code(code: str | None) -> str | None:
    """As guests may type it: in capitals, without spaces around it."""
    return None if code is None else code.strip().upper()


def _said(values: Mapping[str, Any], optional: frozenset[str] = frozenset()) -> None:
    for name, value in values.items():
        if value is None and name not in optional:
            path = argument(name)
            raise InvalidInput(f"`{path}` cannot be null.", path=path)


def _promo(values: Mapping[str, Any]) -> None:
    if not PROMO_CODE.fullmatch(values["promo_code"] or ""):
        raise InvalidInput(
            "A promo code has 2 to 40 letters, digits, dashes and underscores.", path="promoCode"
        )
    if values["redemptions_max"] is not None:
        _within(values["redemptions_max"], 1, MOST_REDEMPTIONS, path="redemptionsMax")
    if max(values["percent_ppm"] or 0, values["amount_cents"] or 0) > 0:
        raise InvalidInput("A promo code takes something off.", path="percentPpm")


def _effect(values: Mapping[str, Any]) -> None:
    ppm, cents = values["percent_ppm"], values["amount_cents"]
    if (ppm is None) == (cents is None):
        raise InvalidInput("Say a part of the price or an amount, and not both.", path="percentPpm")
    if values["kind"] == TAX:
        if ppm is None:
            raise InvalidInput("A tax is a part of the price.", path="percentPpm")
        _within(ppm, 0, MOST_TAX_PPM, path="percentPpm")
    elif ppm is not None:
        _within(ppm, -PPM, 10 * PPM, path="percentPpm")
    else:
        _within(cents, -MOST_CENTS, MOST_CENTS, path="amountCents")


def _conditions(values: Mapping[str, Any]) -> None:
    if values["weekdays"] is not None:
        _weekdays(values["weekdays"])
    if values["tour_types"] is not None and not values["tour_types"]:
        raise InvalidInput("Name a tour type, or leave it out for all.", path="tourTypes")
    least, most = values["guests_min"], values["guests_max"]
    for value, path in ((least, "guestsMin"), (most, "guestsMax")):
        if value is not None:
            _within(value, 1, MOST_GUESTS, path=path)
    if least is not None and most is not None and most < least:
        raise InvalidInput("The most guests are fewer than the least.", path="guestsMax")


def _compete(values: Mapping[str, Any], other: Beside) -> bool:
    return (
        values["kind"] in BY_THE_HOUR
        and values["kind"] == other.kind
        and not other.weekdays.isdisjoint(values["weekdays"])
        and values["guests_min"] <= other.guests_max
        and other.guests_min <= values["guests_max"]
    )


def _code(code: str) -> None:
    if not CODE.fullmatch(code):
        raise InvalidInput(
            "A code has 1 to 60 small letters, digits and underscores, a letter first.", path="code"
        )


def _name(name: str) -> None:
    if _unfit(name, LONGEST_NAME):
        raise InvalidInput(
            "A name has 1 to 200 characters, and no control characters.", path="name"
        )


def _unfit(text: str, longest: int) -> bool:
    return not text.strip() or len(text) > longest or deceives(text)


def _guests(values: Mapping[str, Any]) -> None:
    _within(values["guests_min"], 1, MOST_GUESTS, path="guestsMin")
    _within(values["guests_max"], values["guests_min"], MOST_GUESTS, path="guestsMax")


def _weekdays(weekdays: list[int]) -> None:
    if not weekdays:
        raise InvalidInput("Name at least one weekday.", path="weekdays")


def _within(value: int | None, least: int, most: int, *, path: str) -> None:
    if value is None or not least <= value <= most:
        raise InvalidInput(f"`{path}` is {least} to {most}.", path=path)
