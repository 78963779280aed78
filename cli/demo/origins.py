"""Where a brand's bookings came from: a partner's app, a reserved date, a signed proposal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cli.demo.desk import Desk
from cli.demo.leads import (
    Reservation,
    converted_reservation,
    inquiries,
    reservation_payments,
    reservation_rows,
    reservations,
    tasks,
)
from cli.demo.proposal_rows import proposal_payments, proposal_rows
from cli.demo.proposals import (
    Proposal,
    converted_proposal,
    proposals,
)
from cli.demo.sales import Origin
from cli.demo.wishes import Wish
from db.loading import Rows, rows_of

PARTNER_BOOKINGS = 10
RESERVATIONS, PROPOSALS = 4, 3
LARGEST_RESERVED = 14


@dataclass(frozen=True, slots=True)
class Origins:
    """The sources of bookings, and which booking came from which, by its place in the list."""

    app_id: str
    reservations: Sequence[Reservation]
    proposals: Sequence[Proposal]
    by_place: Mapping[int, Origin]


def origins(desk: Desk, booked: Sequence[Wish]) -> Origins:
    """Ten bookings are the partner's; a few finished tours were reserved or proposed first."""
    app_id = desk.chance.id(desk.clock.back(700))
    toured = [place for place, wish in enumerate(booked) if _is_usual(wish)]
    reserved = {
        place: converted_reservation(booked[place], desk.chance) for place in toured[:RESERVATIONS]
    }
    proposed = {
        place: converted_proposal(
            booked[place], desk.prices, desk.chance, individual=place == toured[RESERVATIONS]
        )
        for place in toured[RESERVATIONS : RESERVATIONS + PROPOSALS]
    }
    by_place = {
        place: Origin("reservation", reservation_id=each.id) for place, each in reserved.items()
    }
    by_place |= {place: Origin("proposal", proposal_id=each.id) for place, each in proposed.items()}
    by_place |= dict.fromkeys(_of_partner(booked, by_place), Origin("partner", app_id=app_id))
    return Origins(app_id, list(reserved.values()), list(proposed.values()), by_place)


def _is_usual(wish: Wish) -> bool:
    known = wish.customer is not None and wish.status == "completed"
    return known and wish.tour_type == "wine_tour" and wish.party <= LARGEST_RESERVED


def _of_partner(booked: Sequence[Wish], taken: Mapping[int, Origin]) -> list[int]:
    """Ten bookings with a customer, spread over the whole time."""
    free = [place for place, wish in enumerate(booked) if wish.customer and place not in taken]
    step = len(free) // PARTNER_BOOKINGS
    return free[:: max(1, step)][:PARTNER_BOOKINGS]


def lead_rows(desk: Desk, known: Origins) -> Iterator[Rows]:
    """The sources and what never became a booking."""
    plan, chance, clock, prices = desk.plan, desk.chance, desk.clock, desk.prices
    people, numbers = desk.people, desk.numbers
    app = {"id": known.app_id, "name": f"{plan.code.upper()} partner portal", "kind": "partner"}
    contact = {"contact_email": f"partner.{plan.code}@example.com"}
    yield rows_of("apps", [app | contact | {"created_at": clock.back(700)}])
    asked = inquiries(plan, people=people, numbers=numbers, chance=chance, clock=clock)
    yield rows_of("inquiries", asked)
    held = reservations(known.reservations, people=people, chance=chance, clock=clock)
    yield reservation_rows(held, plan=plan, prices=prices, numbers=numbers, chance=chance)
    yield from reservation_payments(
        held, currency=plan.currency, prices=prices, chance=chance, clock=clock
    )
    subjects = {
        "inquiry": [str(each["id"]) for each in asked],
        "reservation": [each.id for each in held],
    }
    yield tasks(subjects, staff=desk.staff, code=plan.code, chance=chance, clock=clock)
    offers = proposals(known.proposals, people=people, prices=prices, chance=chance, clock=clock)
    yield from proposal_rows(offers, plan=plan, places=desk.places, numbers=numbers, chance=chance)
    yield from proposal_payments(offers, currency=plan.currency, chance=chance)


def converted_rows(known: Origins) -> Iterator[Rows]:
    """What became bookings says so once they are there."""
    for table, made in (("reservations", known.reservations), ("proposals", known.proposals)):
        facts = [(each.id, "converted") for each in made]
        yield Rows(table, ("id", "status"), facts, known=True)
