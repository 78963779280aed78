"""An accepted proposal becomes bookings, one a day, each with its vans; all of them, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from db import (
    counters,
    events,
    fleet,
    prices,
    proposal_plans,
    proposal_prices,
    proposals,
    sales,
)
from db.database import Transaction
from domain.availability import FreeVan
from domain.cancellation import Policy
from domain.customers import Contact, initial
from domain.errors import NotFound
from domain.events import Change, Event
from domain.identity import Brand
from domain.ids import Ids
from domain.numbers import Numbered, number_of, year_of
from domain.proposal_bookings import Conversion, Part, Tour, parts, tours
from domain.proposal_lives import Offer, converted, life_facts
from domain.proposals import Proposal, changes
from domain.sales import Buyer, NewStop, Sale, Terms, check_stops, choose, facts
from domain.schedule import block_ends_at, check_order, check_within


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A tour that may run, behind the locks of the vans that are free for it."""

    tour: Tour
    stops: tuple[NewStop, ...]
    terms: Terms
    policy: Policy
    free: Sequence[FreeVan]


async def convert_proposal(tx: Transaction, wish: Conversion, *, now: datetime, ids: Ids) -> UUID:
    """Sell each day of an accepted proposal as a pencilled booking with its vans.

    Shape:  a deposit that was paid for the proposal is the bookings'; its payments stay where they
            are. Vans are claimed before the proposal is locked: whoever edits it meanwhile gives
            it another version.
    Errors: NotFound, StaleVersion, WrongState, NoTourTime, InvalidInput, StartInPast,
            EndBeforeStart, OutsideOperatingDay, VehicleBusy.
    """
    brand = _brand(tx)
    seen = await proposals.see_offer(tx, wish.proposal_id)
    converted(seen, expected_version=wish.expected_version)
    plan = await proposal_plans.of(tx, wish.proposal_id)
    wanted = tours(plan, wish, ZoneInfo(brand.time_zone))
    claimed = [await _claim(tx, tour, now=now) for tour in wanted]
    before = await proposals.lock_offer(tx, wish.proposal_id)
    after = converted(before, expected_version=wish.expected_version)
    proposal = await proposals.lock(tx, wish.proposal_id)
    lines = await proposal_prices.lines(tx, proposal.id)
    shares = parts(proposal.sums, lines, number=proposal.number, days=len(claimed))
    buyer = await _buyer(tx, proposal.id)
    sold = [
        _sale(proposal, each, part, brand.currency, buyer)
        for each, part in zip(claimed, shares, strict=True)
    ]
    paid_at = await proposals.deposit_received_at(tx, proposal.id, proposal.sums.deposit_cents)
    sell = partial(_sell, tx, terms=claimed[0].terms, paid_at=paid_at, now=now, ids=ids)
    made = [await sell(sale) for sale in sold]
    if paid_at is not None:
        await proposals.receive_deposits(tx, proposal.id, paid_at)
    await proposals.update_life(tx, after)
    await events.append(tx, _converted(before, after, made, id=ids.new(), now=now))
    return proposal.id


async def _claim(tx: Transaction, tour: Tour, *, now: datetime) -> _Claimed:
    """Errors: StartInPast, EndBeforeStart, OutsideOperatingDay, InvalidInput."""
    zone = ZoneInfo(_brand(tx).time_zone)
    today = now.astimezone(zone).date()
    terms = await sales.terms(tx, day=tour.day.on_date, today=today, zone=zone)
    book = await prices.book(tx, prices.Asked(day=tour.day.on_date, today=today))
    if terms is None or book is None:
        raise NotFound
    stops = tuple(
        NewStop(
            kind=stop.kind,
            winery_id=stop.winery_id,
            restaurant_id=stop.restaurant_id,
            hotel_id=stop.hotel_id,
            own_place_id=stop.own_place_id,
            name=stop.name,
            planned_arrival_at=tour.arrival(stop),
            minutes=stop.minutes,
        )
        for stop in tour.day.stops
    )
    check_order(tour.starts_at, tour.ends_at, now=now)
    check_within(tour.starts_at, tour.ends_at, day=terms.day)
    check_stops(stops, tour.starts_at, tour.ends_at)
    until = block_ends_at(tour.ends_at, terms.day)
    free = await fleet.claim_free_vans(tx, since=tour.starts_at, until=until, now=now)
    return _Claimed(tour, stops, terms, book.policy, free)


def _sale(proposal: Proposal, each: _Claimed, part: Part, currency: str, buyer: Buyer) -> Sale:
    """Errors: VehicleBusy."""
    tour, party = each.tour, proposal.head.party_size
    return Sale(
        begins="pending",
        tour_type=tour.tour_type,
        source="proposal",
        party_size=party,
        starts_at=tour.starts_at,
        ends_at=tour.ends_at,
        blocked_until=block_ends_at(tour.ends_at, each.terms.day),
        currency=currency,
        lines=part.lines,
        totals=part.totals,
        policy=each.policy,
        buyer=buyer,
        vans=choose(each.free, party),
        stops=each.stops,
        pickup=tour.name_of("pickup"),
        dropoff=tour.name_of("dropoff"),
        special_requests=proposal.head.client_notes,
        driver_notes=tour.driver_notes,
        proposal_id=proposal.id,
    )


async def _sell(
    tx: Transaction,
    sale: Sale,
    *,
    terms: Terms,
    paid_at: datetime | None,
    now: datetime,
    ids: Ids,
) -> UUID:
    id, year = ids.new(), year_of(now, terms.day.zone)
    ordinal = await counters.next_number(tx, Numbered.BOOKING, year)
    number = number_of(terms.number_prefix, Numbered.BOOKING, year, ordinal)
    await sales.insert(tx, sale, id=id, number=number, now=now, ids=ids)
    contact = sale.buyer.contact
    event = Event(
        id=ids.new(),
        kind="BookingCreated",
        entity="booking",
        entity_id=id,
        entity_version=1,
        occurred_at=now,
        changes={**facts(sale, number=number), **_origin(sale, paid_at)},
        personal=initial(contact, "customer_") if contact else {},
    )
    await events.append(tx, event)
    return id


def _origin(sale: Sale, paid_at: datetime | None) -> dict[str, Change]:
    told: dict[str, Change] = {"proposal_id": (None, str(sale.proposal_id))}
    return told | ({"deposit_received_at": (None, paid_at.isoformat())} if paid_at else {})


def _converted(
    before: Offer, after: Offer, made: Sequence[UUID], *, id: UUID, now: datetime
) -> Event:
    return Event(
        id=id,
        kind="ProposalConverted",
        entity="proposal",
        entity_id=after.id,
        entity_version=after.version,
        occurred_at=now,
        changes={
            **changes(life_facts(before), life_facts(after)),
            "booking_ids": ([], [str(each) for each in made]),
        },
    )


async def _buyer(tx: Transaction, proposal_id: UUID) -> Buyer:
    client = await proposals.client(tx, proposal_id)
    if client is None:
        raise NotFound(path="id")
    return Buyer(client.id, Contact(client.name, client.email, client.phone))


def _brand(tx: Transaction) -> Brand:
    if tx.principal.brand is None:
        raise LookupError("a proposal without a brand")
    return tx.principal.brand
