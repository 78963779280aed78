"""Multi-day proposals: what they offer, what they cost by the rules, and who owes which share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cli.demo.chance import Chance
from cli.demo.directory import Directory
from cli.demo.numbers import Numbers
from cli.demo.payments import Payment, payment_rows
from cli.demo.people import DIETS, Person
from cli.demo.plan import BrandPlan, Clock
from cli.demo.prices import PriceList
from cli.demo.wishes import Wish
from db.loading import Row, Rows, rows_of
from domain.pricing import (
    GuestShare,
    Inclusion,
    Totals,
    inclusion_cents,
    proposal_totals,
    split_among_guests,
)

STATUSES = ("draft", "sent", "viewed", "accepted", "declined", "expired")
PER_STATUS = 3
SEEN = frozenset({"viewed", "accepted", "converted", "declined"})
SIGNED = frozenset({"accepted", "converted"})
PHASES = {"accepted": "active_planning", "converted": "finalized"}
VALID = timedelta(days=30)
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
class Proposal:
    """A proposal with all that its rows are made from."""

    id: str
    status: str
    title: str
    customer: Person
    party: int
    starts_on: date
    days: int
    created_at: datetime
    discount_ppm: int
    gratuity_ppm: int
    offers: tuple[Offer, ...]
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
    days = chance.among(2, 3)
    offers = _offers()
    discount, gratuity = chance.one(DISCOUNTS_PPM), chance.one(GRATUITIES_PPM)
    sums = proposal_totals(
        (offer.line for offer in offers),
        party=party,
        days=days,
        discount_ppm=discount,
        gratuity_ppm=gratuity,
        tax_ppm=prices.tax_ppm,
        deposit_percent=prices.deposit_percent,
    )
    return Proposal(
        id=chance.id(at),
        status=status,
        title=chance.one(TITLES),
        customer=customer,
        party=party,
        starts_on=starts_on,
        days=days,
        created_at=at,
        discount_ppm=discount,
        gratuity_ppm=gratuity,
        offers=offers,
        sums=sums,
        individual=individual,
        guests=_guests(customer, party, status, sums, individual=individual, at=at, chance=chance),
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


def proposal_rows(
    made: Sequence[Proposal],
    *,
    plan: BrandPlan,
    places: Directory,
    numbers: Numbers,
    chance: Chance,
) -> Iterator[Rows]:
    yield rows_of("proposals", [_facts(each, plan, numbers) for each in made])
    days = {each.id: [chance.id(each.created_at) for _ in range(each.days)] for each in made}
    columns = ("id", "proposal_id", "position", "on_date", "title")
    yield Rows("proposal_days", columns, _days(made, days))
    if plan.in_the_valley:
        yield rows_of("proposal_stops", list(_stops(made, days, places, chance)))
    yield rows_of("proposal_inclusions", list(_inclusions(made, chance)))
    yield rows_of("proposal_guests", list(_guest_facts(made, chance)))


def _facts(each: Proposal, plan: BrandPlan, numbers: Numbers) -> dict[str, object]:
    sent_at = each.created_at + timedelta(days=1)
    signed = each.status in SIGNED
    accepted_at = each.created_at + timedelta(days=3) if signed else None
    return {
        "id": each.id,
        "number": numbers.next("proposal", each.created_at),
        "status": each.status,
        "planning_phase": PHASES.get(each.status, "proposal"),
        "title": each.title,
        "customer_id": each.customer.id,
        "party_size": each.party,
        "starts_on": each.starts_on,
        "ends_on": each.starts_on + timedelta(days=each.days - 1),
        "valid_until": sent_at + VALID,
        "currency": plan.currency,
        "discount_ppm": each.discount_ppm,
        "gratuity_ppm": each.gratuity_ppm,
        "subtotal_cents": each.sums.subtotal_cents,
        "discount_cents": each.sums.discount_cents,
        "tax_cents": each.sums.tax_cents,
        "gratuity_cents": each.sums.gratuity_cents,
        "total_cents": each.sums.total_cents,
        "deposit_cents": each.sums.deposit_cents,
        "individual_billing": each.individual,
        "client_notes": "Late breakfasts, please." if each.individual else None,
        "sent_at": None if each.status == "draft" else sent_at,
        "viewed_at": each.created_at + timedelta(days=2) if each.status in SEEN else None,
        "accepted_at": accepted_at,
        "signature_name": each.customer.name if signed else None,
        "terms_accepted_at": accepted_at,
        "created_at": each.created_at,
    }


def _days(made: Sequence[Proposal], days: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    for each in made:
        for index, identity in enumerate(days[each.id]):
            on = each.starts_on + timedelta(days=index)
            yield identity, each.id, index + 1, on, f"Day {index + 1}"


def _stops(
    made: Sequence[Proposal], days: Mapping[str, Sequence[str]], places: Directory, chance: Chance
) -> Iterator[dict[str, object]]:
    for each in made:
        for index, day in enumerate(days[each.id]):
            first, second = chance.some(places.wineries, 2)
            plan = [("winery", first.id, 11), ("restaurant", chance.one(places.restaurants).id, 13)]
            plan.append(("winery", second.id, 15))
            if index == 0:
                plan.append(("hotel_checkin", chance.one(places.hotels).id, 17))
            for position, (kind, place, hour) in enumerate(plan, 1):
                yield {
                    "id": chance.id(each.created_at),
                    "proposal_id": each.id,
                    "day_id": day,
                    "position": position,
                    "kind": kind,
                    "winery_id": place if kind == "winery" else None,
                    "restaurant_id": place if kind == "restaurant" else None,
                    "hotel_id": place if kind == "hotel_checkin" else None,
                    "starts_at_local": time(hour),
                }


def _inclusions(made: Sequence[Proposal], chance: Chance) -> Iterator[dict[str, object]]:
    for each in made:
        for position, offer in enumerate(each.offers, 1):
            line = offer.line
            yield {
                "id": chance.id(each.created_at),
                "proposal_id": each.id,
                "position": position,
                "kind": offer.kind,
                "label": offer.label,
                "pricing": line.pricing,
                "unit_cents": line.unit_cents,
                "quantity": line.quantity,
                "line_cents": inclusion_cents(line, party=each.party, days=each.days),
                "taxable": line.taxable,
                "shown": offer.shown,
            }


def _guest_facts(made: Sequence[Proposal], chance: Chance) -> Iterator[dict[str, object]]:
    for each in made:
        for position, guest in enumerate(each.guests, 1):
            yield {
                "id": guest.id,
                "proposal_id": each.id,
                "position": position,
                "name": guest.name,
                "email": each.customer.email if position == 1 else None,
                "rsvp": "yes" if position == 1 else chance.one(("pending", "yes", "no")),
                "dietary": chance.one(DIETS) if chance.hit(15) else None,
                "room": f"{100 + position}" if each.status == "converted" else None,
                "sponsored": guest.share.sponsored,
                "override_cents": guest.share.override_cents,
                "owed_cents": guest.owed_cents,
                "paid_cents": guest.paid_cents,
            }


def proposal_payments(made: Sequence[Proposal], *, currency: str, chance: Chance) -> Iterator[Rows]:
    """The deposit of what was signed; where guests pay for themselves, the first one's share."""
    signed = [each for each in made if each.status in SIGNED]
    for subject in ("proposal_id", "proposal_guest_id"):
        payments = [
            _payment(each, subject, chance)
            for each in signed
            if each.individual == (subject == "proposal_guest_id")
        ]
        yield payment_rows(subject, payments, currency)


def _payment(each: Proposal, subject: str, chance: Chance) -> Payment:
    at = each.created_at + timedelta(days=3, minutes=5)
    deposit = subject == "proposal_id"
    first = each.guests[0]
    return Payment(
        id=chance.id(at),
        subject=subject,
        subject_id=each.id if deposit else first.id,
        customer_id=each.customer.id,
        kind="deposit" if deposit else "guest_share",
        method="card",
        status="succeeded",
        amount_cents=each.sums.deposit_cents if deposit else first.paid_cents,
        at=at,
    )
