"""The rows of proposals, of their days, stops, lines and guests, and of what was paid for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time, timedelta

from cli.demo.chance import Chance
from cli.demo.directory import Directory
from cli.demo.numbers import Numbers
from cli.demo.payments import Payment, payment_rows
from cli.demo.people import DIETS
from cli.demo.plan import BrandPlan
from cli.demo.proposals import SIGNED, Proposal
from db.loading import Row, Rows, rows_of
from domain.pricing import inclusion_cents

SEEN = frozenset({"viewed", "accepted", "converted", "declined"})
VALID = timedelta(days=30)


def proposal_rows(
    made: Sequence[Proposal],
    *,
    plan: BrandPlan,
    places: Directory,
    numbers: Numbers,
    chance: Chance,
) -> Iterator[Rows]:
    yield rows_of("proposals", [_facts(each, plan, numbers) for each in made])
    days = {each.id: [chance.id(each.created_at) for _ in range(each.plan.days)] for each in made}
    columns = ("id", "proposal_id", "position", "on_date", "title")
    yield Rows("proposal_days", columns, _days(made, days))
    if plan.in_the_valley:
        yield rows_of("proposal_stops", list(_stops(made, days, places, chance)))
    yield rows_of("proposal_inclusions", list(_inclusions(made, chance)))
    yield rows_of("proposal_guests", list(_guest_facts(made, chance)))
    final = [(each.id, "finalized") for each in made if each.status == "converted"]
    yield Rows("proposals", ("id", "planning_phase"), final, known=True)


def _facts(each: Proposal, plan: BrandPlan, numbers: Numbers) -> dict[str, object]:
    return {
        "id": each.id,
        "number": numbers.next("proposal", each.created_at),
        "status": "accepted" if each.status == "converted" else each.status,
        "planning_phase": "active_planning" if each.status in SIGNED else "proposal",
        "title": each.title,
        "customer_id": each.customer.id,
        "party_size": each.plan.party,
        "starts_on": each.starts_on,
        "ends_on": each.starts_on + timedelta(days=each.plan.days - 1),
        "currency": plan.currency,
        "individual_billing": each.individual,
        "client_notes": "Late breakfasts, please." if each.individual else None,
        "created_at": each.created_at,
        **_price_facts(each),
        **_dates(each),
    }


def _price_facts(each: Proposal) -> dict[str, object]:
    return {
        "discount_ppm": each.plan.discount_ppm,
        "gratuity_ppm": each.plan.gratuity_ppm,
        "subtotal_cents": each.sums.subtotal_cents,
        "discount_cents": each.sums.discount_cents,
        "tax_cents": each.sums.tax_cents,
        "gratuity_cents": each.sums.gratuity_cents,
        "total_cents": each.sums.total_cents,
        "deposit_cents": each.sums.deposit_cents,
    }


def _dates(each: Proposal) -> dict[str, object]:
    """A day for each step: sent, viewed, accepted."""
    sent_at, viewed_at, signed_at = (each.created_at + timedelta(days=days) for days in (1, 2, 3))
    signed = each.status in SIGNED
    return {
        "valid_until": sent_at + VALID,
        "sent_at": None if each.status == "draft" else sent_at,
        "viewed_at": viewed_at if each.status in SEEN else None,
        "accepted_at": signed_at if signed else None,
        "signature_name": each.customer.name if signed else None,
        "terms_accepted_at": signed_at if signed else None,
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
        for position, offer in enumerate(each.plan.offers, 1):
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
                "line_cents": inclusion_cents(line, party=each.plan.party, days=each.plan.days),
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
