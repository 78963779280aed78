"""A booking as it was sold: its number, times, price lines, totals and what was paid by when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cli.demo.chance import Chance
from cli.demo.numbers import Numbers
from cli.demo.plan import Clock
from cli.demo.prices import PriceList
from cli.demo.wishes import BY_THE_HOUR, Wish
from domain.pricing import (
    Line,
    Totals,
    billed_minutes,
    hourly,
    package,
    reservation_deposit,
    sale_lines,
    totals,
    transfer,
    wait,
)
from domain.schedule import day_after_starts_at

STARTS: Mapping[str, tuple[time, ...]] = {
    "airport_transfer": (time(8), time(12), time(13)),
    "local_transfer": (time(9), time(14), time(17, 30)),
}
USUAL_STARTS = (time(10), time(10, 30), time(11))
EARLY, EARLY_WITHIN = time(8), timedelta(days=2)  # their vans have a second tour in the evening
PACKAGES = {"private_transportation": "private_transportation", "celebration": "celebration"}
SOURCES = (("website", 55), ("console", 15), ("phone", 15), ("email", 12), ("assistant", 3))
TO_SEATAC_MINUTES, LOCAL_MINUTES, WAIT_MINUTES = 300, 60, 60
HOLD = timedelta(minutes=15)
PAID_FIRST = frozenset({"confirmed", "assigned", "in_progress", "completed"})
WAIVER = "Long-standing client: pays by invoice after the tour."


@dataclass(frozen=True, slots=True)
class Origin:
    """What a booking came from, where that is not the brand's own counter."""

    source: str
    app_id: str | None = None
    reservation_id: str | None = None
    proposal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """One booking with everything that its rows are made from."""

    wish: Wish
    id: str
    number: str
    origin: Origin
    starts_at: datetime
    ends_at: datetime
    lines: Sequence[Line]
    sums: Totals
    deposit_at: datetime | None
    waived: bool
    no_show: bool
    hold_expires_at: datetime | None
    cancelled_at: datetime | None

    @property
    def changed_at(self) -> datetime:
        """When the last thing happened to it."""
        expired_at = self.hold_expires_at if self.wish.status == "expired" else None
        happened = (self.completed_at, self.cancelled_at, expired_at, self.deposit_at)
        return next((at for at in happened if at), self.wish.created_at)

    @property
    def completed_at(self) -> datetime | None:
        done = self.wish.status == "completed"
        return self.ends_at + timedelta(minutes=10) if done else None


def sales(
    wishes: Sequence[Wish],
    *,
    origins: Mapping[int, Origin],
    numbers: Numbers,
    prices: PriceList,
    chance: Chance,
    clock: Clock,
) -> Iterator[Sale]:
    """Sell the bookings one after the other, in order of creation.

    Shape:  `origins` has the place in `wishes` of those that another party or paper brought.
    """
    for place, wish in enumerate(wishes):
        origin = origins.get(place) or Origin(chance.weighted(SOURCES))
        yield _sale(wish, origin, numbers=numbers, prices=prices, chance=chance, clock=clock)


def _sale(
    wish: Wish, origin: Origin, *, numbers: Numbers, prices: PriceList, chance: Chance, clock: Clock
) -> Sale:
    starts_at = clock.at(wish.on, _start(wish, chance, clock))
    lines, minutes = _lines(wish, prices, chance)
    sums = totals(lines, tax_ppm=prices.tax_ppm, deposit_percent=prices.deposit_percent)
    if origin.reservation_id:
        sums = _with_flat_deposit(
            sums, reservation_deposit(prices.reservation_deposits, party=wish.party)
        )
    waived = wish.status in PAID_FIRST and not origin.reservation_id and chance.hit(2)
    deposit_at = _deposit_at(wish, origin, starts_at, chance, clock) if not waived else None
    cancelled_at = None
    if wish.status == "cancelled":
        cancelled_at = chance.moment(deposit_at or wish.created_at, min(starts_at, clock.now))
    return Sale(
        wish=wish,
        id=chance.id(wish.created_at),
        number=numbers.next("booking", wish.created_at),
        origin=origin,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        lines=sale_lines(lines, sums, tax_ppm=prices.tax_ppm),
        sums=sums,
        deposit_at=deposit_at,
        waived=waived,
        no_show=wish.status == "completed" and chance.hit(3),
        hold_expires_at=_hold_expires_at(wish, clock),
        cancelled_at=cancelled_at,
    )


def _start(wish: Wish, chance: Chance, clock: Clock) -> time:
    usual = chance.one(STARTS.get(wish.tour_type, USUAL_STARTS))
    return EARLY if timedelta() <= wish.on - clock.today < EARLY_WITHIN else usual


def _lines(wish: Wish, prices: PriceList, chance: Chance) -> tuple[list[Line], int]:
    """The price lines of a tour, and its length in minutes."""
    rates, on, party = prices.rates, wish.on, wish.party
    if wish.tour_type == "airport_transfer":
        lines = transfer(rates, code="transfer_sea", on=on, party=party)
        if chance.hit(20):
            lines += wait(rates, on=on, party=party, minutes=WAIT_MINUTES)
        return lines, TO_SEATAC_MINUTES
    if wish.tour_type == "local_transfer":
        miles = chance.among(3, 40)
        return transfer(
            rates, code="transfer_local", on=on, party=party, miles=miles
        ), LOCAL_MINUTES
    code = PACKAGES.get(wish.tour_type, "wine_tour")
    if wish.tour_type not in BY_THE_HOUR or (wish.tour_type == "wine_tour" and chance.hit(25)):
        row = prices.packages[code]
        return package(row, party=party), row.minutes
    asked = 30 * chance.among(8, 15)
    billed = billed_minutes(rates, on=on, party=party, minutes=asked)
    return hourly(rates, on=on, party=party, minutes=asked), billed


def _with_flat_deposit(sums: Totals, flat_cents: int) -> Totals:
    return Totals(
        sums.subtotal_cents,
        sums.discount_cents,
        sums.tax_cents,
        sums.total_cents,
        deposit_cents=min(flat_cents, sums.total_cents),
    )


def _deposit_at(
    wish: Wish, origin: Origin, starts_at: datetime, chance: Chance, clock: Clock
) -> datetime | None:
    """When the deposit came; a reservation's was there before the booking."""
    if origin.reservation_id:
        return wish.created_at
    paid = wish.status in PAID_FIRST or (wish.status == "cancelled" and chance.hit(65))
    if not paid or wish.customer is None:
        return None
    latest = min(starts_at, clock.now)
    return min(wish.created_at + timedelta(minutes=chance.among(2, 2000)), latest)


def _hold_expires_at(wish: Wish, clock: Clock) -> datetime | None:
    """Held ones last until tonight, so that a demo has some; the expired took 15 minutes."""
    if wish.status == "held":
        return day_after_starts_at(clock.today, clock.zone)
    return wish.created_at + HOLD if wish.status == "expired" else None
