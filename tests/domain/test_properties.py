"""What holds of every price, split and refund, whatever the numbers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from domain.availability import FreeVan, vans_for
from domain.cancellation import Policy, Tier, refund
from domain.pricing import GuestShare, OverridesExceedTotal, Rate, ShareWithoutPayer
from domain.pricing import split_among_guests as split
from domain.quotes import PriceBook, Rule, Wish, price
from tests.builders import new_id

ZONE = ZoneInfo("America/Los_Angeles")
START = datetime(2026, 6, 8, 17, tzinfo=UTC)
POLICY = Policy((Tier(45, 100), Tier(21, 50), Tier(0, 0)))
cents = some.integers(0, 5_000_000)
percents = some.integers(-1_000_000, 1_000_000)
rules = some.lists(
    some.one_of(
        some.builds(
            Rule,
            kind=some.sampled_from(["season", "holiday", "weekday"]),
            name=some.just("A rule"),
            percent_ppm=percents,
        ),
        some.builds(
            Rule,
            kind=some.just("party_size"),
            name=some.just("A rule"),
            amount_cents=some.integers(-500_000, 500_000),
        ),
    ),
    max_size=4,
)


@given(
    rate=some.integers(1, 100_000),
    party=some.integers(1, 40),
    minutes=some.integers(1, 1_440),
    tax_ppm=some.integers(0, 500_000),
    deposit=some.integers(0, 100),
    bent=rules,
)
def test_the_lines_of_a_quote_sum_to_its_total_and_the_deposit_is_a_part_of_it(
    rate: int, party: int, minutes: int, tax_ppm: int, deposit: int, bent: list[Rule]
) -> None:
    rates = [Rate("hourly", "hourly", frozenset(range(7)), 1, 14, rate, minutes_min=240)]
    book = PriceBook("USD", rates, None, bent, tax_ppm, deposit, 15, POLICY)

    quote = price(Wish("wine_tour", START, party, minutes), book, zone=ZONE)

    sums = quote.totals
    assert sum(line.amount_cents for line in quote.lines) == sums.total_cents
    assert sums.total_cents == sums.subtotal_cents - sums.discount_cents + sums.tax_cents
    assert 0 <= sums.discount_cents <= sums.subtotal_cents
    assert 0 <= sums.deposit_cents <= sums.total_cents
    assert sums.deposit_cents + sums.balance_cents == sums.total_cents
    assert quote.ends_at - START >= timedelta(minutes=max(minutes, 240))


@given(
    total=cents,
    guests=some.lists(
        some.builds(
            GuestShare,
            sponsored=some.booleans(),
            override_cents=some.none() | some.integers(0, 100_000),
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_the_shares_of_guests_sum_to_the_total_or_are_refused(
    total: int, guests: list[GuestShare]
) -> None:
    try:
        shares = split(total, guests)
    except (OverridesExceedTotal, ShareWithoutPayer):
        return
    assert sum(shares) == total
    for guest, share in zip(guests, shares, strict=True):
        if guest.sponsored:
            assert share == 0
        elif guest.override_cents is not None:
            assert share == guest.override_cents
    free = [
        share
        for guest, share in zip(guests, shares, strict=True)
        if not guest.sponsored and guest.override_cents is None
    ]
    assert not free or max(free) - min(free) <= 1
    assert free == sorted(free, reverse=True)


@given(
    deposit=cents,
    paid=cents,
    hours=some.integers(-24 * 400, 24 * 400),
    fault=some.booleans(),
)
def test_a_refund_is_never_more_than_was_paid_and_never_grows_as_the_tour_comes_near(
    deposit: int,
    paid: int,
    hours: int,
    *,
    fault: bool,
) -> None:
    def at(moment: datetime) -> int:
        return refund(
            POLICY,
            deposit_cents=deposit,
            paid_cents=paid,
            starts_at=START,
            now=moment,
            zone=ZONE,
            our_fault=fault,
        ).total_cents

    moment = START - timedelta(hours=hours)
    assert 0 <= at(moment) <= paid
    assert at(moment + timedelta(days=1)) <= at(moment)


@given(seats=some.lists(some.integers(1, 30), max_size=8), party=some.integers(1, 100))
def test_the_vans_of_a_party_seat_all_of_it_and_none_is_idle(seats: list[int], party: int) -> None:
    free = [FreeVan(new_id(), each) for each in seats]

    taken = vans_for(free, party)

    assert bool(taken) == (sum(seats) >= party)
    if taken:
        assert sum(guests for _, guests in taken) == party
        assert all(1 <= guests <= van.seats for van, guests in taken)
        assert len({van.id for van, _ in taken}) == len(taken)
        alone = [each for each in seats if each >= party]
        assert not alone or [van.seats for van, _ in taken] == [min(alone)]
