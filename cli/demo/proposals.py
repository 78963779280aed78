"""Multi-day proposals: what they offer, what they cost by the rules, and who owes what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cli.demo.chance import Chance
from cli.demo.people import Person
from cli.demo.plan import Clock
from cli.demo.prices import PriceList
from cli.demo.wishes import Wish
from domain.pricing import (
    GuestShare,
    Inclusion,
    Totals,
    proposal_totals,
    split_among_guests,
)

STATUSES = ("draft", "sent", "viewed", "accepted", "declined", "expired")
PER_STATUS = 3
SIGNED = frozenset({"accepted", "converted"})
LODGING_CENTS, CHAUFFEUR_CENTS, PLANNING_CENTS, TASTING_CENTS = 22_000, 90_000, 10_000, 2_500
DISCOUNTS_PPM, GRATUITIES_PPM = (0, 0, 50_000, 100_000), (0, 150_000, 180_000)
TITLES = ("A long weekend among the vines", "Harvest retreat", "Board retreat", "Birthday escape")
FIXED_SHARE_CENTS = 10_000


@dataclass(frozen=True, slots=True)
class Offer:
    """One line that a proposal charges for."""

    kind: str
    label: str
    line: Inclusion
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Guest:
    id: str
    name: str
    share: GuestShare
    owed_cents: int | None
    paid_cents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a proposal's price depends on."""

    offers: tuple[Offer, ...]
    party: int
    days: int
    discount_ppm: int
    gratuity_ppm: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal with all that its rows are made from."""

    id: str
    status: str
    title: str
    customer: Person
    starts_on: date
    created_at: datetime
    plan: Plan
    sums: Totals
    individual: bool
    guests: tuple[Guest, ...]


def proposals(
    converted: Sequence[Proposal],
    *,
    people: Sequence[Person],
    prices: PriceList,
    chance: Chance,
    clock: Clock,
) -> list[Proposal]:
    """Three of each status in order of creation, with the converted ones among them."""
    made: list[Proposal] = []
    for status in STATUSES:
        for _ in range(PER_STATUS):
            at = chance.moment(*_written_between(status, clock))
            starts_on = at.astimezone(clock.zone).date() + timedelta(days=chance.among(60, 150))
            wish = (chance.one(people), chance.among(3, 10), starts_on)
            individual = len(made) % 2 == 1
            made.append(_proposal(status, wish, at, prices, chance, individual=individual))
    return sorted([*made, *converted], key=lambda proposal: proposal.created_at)


def converted_proposal(
    sold: Wish, prices: PriceList, chance: Chance, *, individual: bool
) -> Proposal:
    """The proposal that became a given booking."""
    if sold.customer is None:
        raise ValueError("A converted proposal has a customer.")
    wish = (sold.customer, sold.party, sold.on)
    at = sold.created_at - timedelta(days=10)
    return _proposal("converted", wish, at, prices, chance, individual=individual)


def _written_between(status: str, clock: Clock) -> tuple[datetime, datetime]:
    """Expired ones are older than their validity, open ones younger."""
    if status == "expired":
        return clock.back(120), clock.back(40)
    return clock.back(25), clock.back(6)


def _proposal(
    status: str,
    wish: tuple[Person, int, date],
    at: datetime,
    prices: PriceList,
    chance: Chance,
    *,
    individual: bool,
) -> Proposal:
    customer, party, starts_on = wish
    plan = Plan(
        _offers(), party, chance.among(2, 3), chance.one(DISCOUNTS_PPM), chance.one(GRATUITIES_PPM)
    )
    sums = _sums(plan, prices)
    return Proposal(
        id=chance.id(at),
        status=status,
        title=chance.one(TITLES),
        customer=customer,
        starts_on=starts_on,
        created_at=at,
        plan=plan,
        sums=sums,
        individual=individual,
        guests=_guests(customer, party, status, sums, individual=individual, at=at, chance=chance),
    )


def _sums(plan: Plan, prices: PriceList) -> Totals:
    return proposal_totals(
        (offer.line for offer in plan.offers),
        party=plan.party,
        days=plan.days,
        discount_ppm=plan.discount_ppm,
        gratuity_ppm=plan.gratuity_ppm,
        tax_ppm=prices.tax_ppm,
        deposit_percent=prices.deposit_percent,
    )


def _offers() -> tuple[Offer, ...]:
    day_rate = Inclusion("per_day", CHAUFFEUR_CENTS, taxable=True)
    tastings = Inclusion("per_person", TASTING_CENTS, taxable=False)
    rooms = Inclusion("flat", LODGING_CENTS, taxable=False, quantity=2)
    return (
        Offer("transportation", "Van and chauffeur, a day", day_rate),
        Offer("arranged_tasting", "Tastings, a guest", tastings),
        Offer("lodging", "Rooms", rooms),
        Offer(
            "planning_fee", "Planning", Inclusion("flat", PLANNING_CENTS, taxable=True), shown=False
        ),
    )


def _guests(
    customer: Person,
    party: int,
    status: str,
    sums: Totals,
    *,
    individual: bool,
    at: datetime,
    chance: Chance,
) -> tuple[Guest, ...]:
    """The client first; of the others one is sponsored, and one has a share of their own."""
    shares = [GuestShare() for _ in range(party)]
    if individual and party > 2:  # noqa: PLR2004
        shares[1] = GuestShare(sponsored=True)
        shares[2] = GuestShare(override_cents=FIXED_SHARE_CENTS)
    owed: Sequence[int | None] = [None] * party
    if individual:
        owed = split_among_guests(sums.total_cents, shares)
    return tuple(
        Guest(
            id=chance.id(at),
            name=customer.name if index == 0 else f"Guest {index + 1}",
            share=shares[index],
            owed_cents=owed[index],
            paid_cents=owed[index] or 0 if index == 0 and status in SIGNED else 0,
        )
        for index in range(party)
    )
