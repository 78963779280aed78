"""The prices of the demo brands: reference rate cards and packages, as rows and to reckon with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from cli.demo.chance import Chance
from cli.demo.reference import Record, cents, needed, records, several, whole
from db.loading import Rows, rows_of
from domain.cancellation import DEFAULT, Policy
from domain.pricing import FlatDeposit, Package, Rate

WEEKDAYS = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}
EVERY_DAY = list(range(7))
PER_MILE_CENTS, MILES_INCLUDED = 300, 10
RESERVATION_DEPOSITS = (FlatDeposit(1, 7, 25000), FlatDeposit(8, 14, 35000))


@dataclass(frozen=True, slots=True)
class PriceList:
    """What a brand charges."""

    rates: Sequence[Rate]
    packages: Mapping[str, Package]
    tax_ppm: int
    deposit_percent: int
    policy: Policy
    reservation_deposits: Sequence[FlatDeposit]


def price_list(*, tax_ppm: int, deposit_percent: int) -> PriceList:
    return PriceList(
        rates=[_rate(facts) for facts in _rate_facts()],
        packages={needed(record, "code"): _package(record) for record in _package_records()},
        tax_ppm=tax_ppm,
        deposit_percent=deposit_percent,
        policy=DEFAULT,
        reservation_deposits=RESERVATION_DEPOSITS,
    )


def price_rows(chance: Chance, effective_from: date) -> tuple[Rows, Rows]:
    """The rate cards and packages of a brand, in force from a day on."""
    at = datetime.combine(effective_from, time.min, UTC)
    rates = [
        {"id": chance.id(at), **facts, "effective_from": effective_from}
        for facts in (*_rate_facts(), *map(_deposit_card, RESERVATION_DEPOSITS))
    ]
    packages = [
        {"id": chance.id(at), **_package_facts(record), "effective_from": effective_from}
        for record in _package_records()
    ]
    return rows_of("rate_cards", rates), rows_of("tour_packages", packages)


def _package_records() -> list[Record]:
    return [row for row in records("tour_packages") if row["pricing_model"] == "per_person"]


def _rate_facts() -> list[dict[str, object]]:
    facts = []
    for record in records("tour_packages"):
        code, model = needed(record, "code"), record["pricing_model"]
        if model == "hourly":
            hours = int(needed(record, "duration_hours").removeprefix("min "))
            facts.append(_card(record, code.partition("_")[0], minutes_min=hours * 60))
        elif model == "flat":
            facts.append(_card(record, "transfer_flat"))
        elif model == "flat_plus_mile":
            facts.append(_card(record, "transfer_flat", miles_included=MILES_INCLUDED))
            mile = _card(record, "transfer_mile", miles_included=MILES_INCLUDED)
            facts.append(mile | {"code": f"{code}_mile", "rate_cents": PER_MILE_CENTS})
    return facts


def _card(
    record: Record, kind: str, *, minutes_min: int = 0, miles_included: int = 0
) -> dict[str, object]:
    return {
        "kind": kind,
        "code": needed(record, "code"),
        "weekdays": _weekdays(record),
        "guests_min": whole(record["min_guests"]),
        "guests_max": whole(record["max_guests"]),
        "rate_cents": cents(record["price_usd"]),
        "minutes_min": minutes_min,
        "miles_included": miles_included,
    }


def _deposit_card(deposit: FlatDeposit) -> dict[str, object]:
    return {
        "kind": "reservation_deposit",
        "code": f"reservation_{deposit.guests_min}_{deposit.guests_max}",
        "weekdays": EVERY_DAY,
        "guests_min": deposit.guests_min,
        "guests_max": deposit.guests_max,
        "rate_cents": deposit.deposit_cents,
        "minutes_min": 0,
        "miles_included": 0,
    }


def _weekdays(record: Record) -> list[int]:
    days = several(record["days"])
    return EVERY_DAY if days == ["any"] else sorted(WEEKDAYS[day] for day in days)


def _rate(facts: Mapping[str, object]) -> Rate:
    return Rate(**{**facts, "weekdays": frozenset(facts["weekdays"])})  # type: ignore[call-overload]


def _package_facts(record: Record) -> dict[str, object]:
    return {
        "code": needed(record, "code"),
        "name": needed(record, "name"),
        "pricing": "per_person",
        "price_cents": cents(record["price_usd"]),
        "minutes": int(needed(record, "duration_hours")) * 60,
        "guests_min": whole(record["min_guests"]),
        "guests_max": whole(record["max_guests"]),
        "weekdays": _weekdays(record),
        "start_times": several(record["start_times"]),
        "includes": several(record["includes"]),
        "excludes": several(record["excludes"]),
    }


def _package(record: Record) -> Package:
    return Package(
        code=needed(record, "code"),
        name=needed(record, "name"),
        price_cents=cents(record["price_usd"]) or 0,
        minutes=int(needed(record, "duration_hours")) * 60,
        guests_min=int(needed(record, "min_guests")),
        guests_max=int(needed(record, "max_guests")),
        weekdays=frozenset(_weekdays(record)),
    )
