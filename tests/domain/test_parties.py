"""Which vans carry another party, and what of the money stays."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.availability import FreeVan
from domain.cancellation import Policy, Tier
from domain.errors import (
    DomainError,
    InvalidInput,
    PartyTooLarge,
    StaleVersion,
    VehicleBusy,
    WrongState,
)
from domain.parties import NewParty, Sold, carried, check_fleet, check_party, document, resell
from domain.pricing import Line, Totals
from domain.quotes import Quote, Wish
from domain.sales import QuoteChanged

START = datetime(2026, 6, 8, 17, tzinfo=UTC)
END = START + timedelta(hours=6)
LINE = Line("rate", "Tour", "hourly_8", 75000, 12500, 6000)
TAX = Line("tax", "Tax", "tax", 6825, 6825, taxable=False)


def vans(*seats: int, first: int = 1) -> list[FreeVan]:
    return [FreeVan(UUID(int=first + place), each) for place, each in enumerate(seats)]


@pytest.mark.parametrize(
    ("party", "has", "free", "seated"),
    [
        (8, (14,), (), [(1, 8)]),
        (14, (14,), (8,), [(1, 14)]),
        (10, (8,), (14, 11), [(102, 10)]),
        (10, (8,), (6,), [(1, 8), (101, 2)]),
        (20, (14,), (14,), [(1, 14), (101, 6)]),
        (10, (14, 8), (), [(1, 9), (2, 1)]),
        (22, (14, 8), (), [(1, 14), (2, 8)]),
        (1, (14, 8), (), [(2, 1)]),
    ],
)
def test_vans_stay_if_their_seats_do_or_else_the_smallest_that_will_are_taken(
    party: int, has: Sequence[int], free: Sequence[int], seated: list[tuple[int, int]]
) -> None:
    found = carried(party, has=vans(*has), free=vans(*free, first=101))

    assert sorted((van.vehicle_id.int, van.guests) for van in found) == seated


def test_too_few_seats_among_those_that_are_free_are_busy_and_among_all_too_few() -> None:
    with pytest.raises(VehicleBusy):
        carried(15, has=vans(8), free=vans(6, first=101))
    with pytest.raises(PartyTooLarge) as refused:
        check_fleet([8, 6], 15)
    assert (
        refused.value.message == "All vehicles together carry 14 guests. Ask for a smaller party."
    )
    check_fleet([8, 6], 14)


def sold(**values: Any) -> Sold:
    facts: dict[str, Any] = {
        "id": UUID(int=9),
        "status": "pending",
        "tour_type": "wine_tour",
        "party_size": 4,
        "starts_at": START,
        "ends_at": END,
        "version": 3,
        "subtotal_cents": 57000,
        "discount_cents": 0,
        "tax_cents": 5187,
        "total_cents": 62187,
        "deposit_cents": 31094,
        "deposit_received": False,
        "number": "WWT-2026-00001",
        "currency": "USD",
        "lines": [],
        "sold_as": {"code": None, "miles": 0, "promo_code": None},
        **values,
    }
    return Sold(**facts)


def quoted(party: int = 8, total_cents: int = 81825, **values: Any) -> Quote:
    wish = Wish(**{"tour_type": "wine_tour", "starts_at": START, "party_size": party, **values})
    totals = Totals(75000, 0, 6825, total_cents, 40913)
    return Quote(wish, END, "USD", [LINE, TAX], totals, 0, Policy((Tier(0, 0),)))


@pytest.mark.parametrize(
    ("received", "total_cents", "deposit_cents"),
    [(False, 81825, 40913), (True, 81825, 31094), (True, 20000, 20000)],
)
def test_a_deposit_that_was_received_stays_what_it_was_within_the_total(
    *, received: bool, total_cents: int, deposit_cents: int
) -> None:
    change = resell(
        sold(deposit_received=received), quoted(total_cents=total_cents), has=(), free=()
    )

    assert change is not None
    assert (change.party_size, change.version, change.vans) == (8, 4, ())
    assert change.sums == {
        "subtotal_cents": 75000,
        "discount_cents": 0,
        "tax_cents": 6825,
        "total_cents": total_cents,
        "deposit_cents": deposit_cents,
    }


def test_a_quote_for_what_was_sold_changes_nothing() -> None:
    booking = sold(
        party_size=8,
        subtotal_cents=75000,
        tax_cents=6825,
        total_cents=81825,
        deposit_cents=40913,
        lines=document([LINE, TAX]),
    )

    assert resell(booking, quoted(), has=vans(14), free=()) is None


@pytest.mark.parametrize(
    ("booking", "quote", "version", "promised", "by"),
    [
        (sold(), quoted(), 2, 81825, StaleVersion),
        (sold(status="held"), quoted(), 3, 81825, WrongState),
        (sold(status="in_progress"), quoted(), 3, 81825, WrongState),
        (sold(status="cancelled"), quoted(), 3, 81825, WrongState),
        (sold(tour_type="wedding"), quoted(), 3, 81825, InvalidInput),
        (sold(starts_at=START - timedelta(hours=1)), quoted(), 3, 81825, InvalidInput),
        (sold(ends_at=END + timedelta(hours=1)), quoted(), 3, 81825, InvalidInput),
        (sold(), quoted(), 3, 81824, QuoteChanged),
    ],
)
def test_a_quote_of_another_tour_or_of_another_price_is_not_taken_up(
    booking: Sold, quote: Quote, version: int, promised: int, by: type[DomainError]
) -> None:
    with pytest.raises(by):
        check_party(booking, NewParty(booking.id, version, quote.wish, promised), quote)


@pytest.mark.parametrize("status", ["draft", "pending", "confirmed", "assigned"])
def test_a_quote_of_the_same_tour_is_taken_up(status: str) -> None:
    booking, quote = sold(status=status), quoted()

    check_party(booking, NewParty(booking.id, 3, quote.wish, 81825), quote)
