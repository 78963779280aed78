"""Offering a tour to drivers, and what comes of each offer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from db import assignments, compliance, events, fleet, jobs, offers, tours
from db.database import Transaction
from domain.assignments import Tour
from domain.compliance import Fault, Finding, check_vans, faults_of_driver, permit, told
from domain.errors import NotFound
from domain.events import Change
from domain.hours_of_service import Duty
from domain.ids import Ids
from domain.offers import (
    MOST_DRIVERS,
    NewOffers,
    Offer,
    OfferClosed,
    Search,
    accept,
    all_closed,
    check_answer,
    check_offers,
    check_reason,
    check_request,
    closed,
    closes,
    made,
    substitute_requested,
    taken_by,
    unknown,
)
from domain.tours import RunningTour
from domain.working_hours import outside

CLOSED: Final = "The offer was answered or withdrawn meanwhile."


@dataclass(frozen=True, slots=True)
class Answer:
    """The wish to end an offer, made on the version that the caller saw."""

    offer_id: UUID
    expected_version: int
    reason: str | None = None


async def offer_tour(tx: Transaction, wish: NewOffers, *, now: datetime, ids: Ids) -> list[UUID]:
    """Offer a tour to drivers; who says yes first has it.

    Errors: NotFound, WrongState, AlreadyAssigned, AlreadyOffered, InvalidInput,
            NotCompliant for a van of the tour, or a driver who is off or does not work then.
    """
    tour = await assignments.lock(tx, wish.booking_id)
    if tour is None:
        raise NotFound(path="bookingId")
    if unknown(wish.driver_ids, await offers.drivers_at_work(tx, wish.driver_ids)):
        raise NotFound(path="driverIds")
    check_offers(tour, wish, now=now)
    check_vans(await compliance.vans(tx, tour.id), last_day=_last_day(tx, tour))
    run_out = await offers.expire(tx, booking_id=tour.id, now=now)
    for event in all_closed(run_out, "expired", ids=ids, now=now):
        await events.append(tx, event)
    said = await _look_at_drivers(tx, wish, tour)
    new = [ids.new() for _ in wish.driver_ids]
    await offers.insert(tx, wish, new, now=now)
    await _end_in_time(tx, wish.expires_at)
    for id, driver_id in zip(new, wish.driver_ids, strict=True):
        times = (tour.starts_at, tour.ends_at, wish.expires_at)
        offer = Offer(id, tour.id, driver_id, None, "offered", *times, 1)
        await events.append(tx, made(offer, id=ids.new(), now=now, said=said[driver_id]))
    return new


async def _look_at_drivers(
    tx: Transaction, wish: NewOffers, tour: Tour
) -> dict[UUID, dict[str, Change]]:
    """By driver, what was overridden: nobody is asked in their time off, or outside of their hours.

    Shape:  papers and hours of service are looked at when a driver says yes, for they change.
    """
    blocked = Duty(tour.starts_at, tour.blocked_until, tour.duty.driving)
    off = await compliance.off_duty(tx, wish.driver_ids, blocked)
    weeks = await compliance.weeks(tx, wish.driver_ids)
    said: dict[UUID, dict[str, Change]] = {}
    for driver_id in wish.driver_ids:
        found = outside(weeks[driver_id], tour.starts_at, tour.ends_at, zone=_zone(tx))
        if driver_id in off:
            found.append(Finding(Fault.TIME_OFF, "the driver is off then"))
        said[driver_id] = told(permit(found, wish.override, path="driverIds"), wish.override)
    return said


async def accept_offer(tx: Transaction, wish: Answer, *, now: datetime, ids: Ids) -> UUID:
    """The calling driver takes the tour; the others' offers of it are withdrawn.

    Errors: NotFound, StaleVersion, OfferClosed, NotCompliant, DriverBusy.
    """
    if (driver_id := tx.principal.actor_id) is None:
        raise NotFound(path="id")
    await fleet.lock(tx, [], [driver_id])
    tour = await offers.tour(tx, wish.offer_id)
    offer = await offers.lock(tx, wish.offer_id)
    if tour is None or offer is None:
        raise NotFound(path="id")
    change = accept(offer, tour, expected_version=wish.expected_version, now=now)
    await _check_driver(tx, driver_id, tour, now=now)
    taken = await offers.take(
        tx, offer.id, block_id=ids.new(), status=change.status, closes=closes(offer, tour), now=now
    )
    if not taken:
        raise OfferClosed(CLOSED, path="id")
    (_, version), *withdrawn = taken
    for event in (
        taken_by(offer, tour, change, id=ids.new(), now=now),
        closed(offer.id, "accepted", version=version, id=ids.new(), now=now),
        *all_closed(withdrawn, "withdrawn", ids=ids, now=now),
    ):
        await events.append(tx, event)
    return offer.id


async def decline_offer(tx: Transaction, wish: Answer, *, now: datetime, ids: Ids) -> UUID:
    """The calling driver says no, and why.

    Errors: NotFound, StaleVersion, OfferClosed, InvalidInput for a missing reason.
    """
    return await _end(tx, wish, "declined", check_reason(wish.reason or ""), now=now, ids=ids)


async def withdraw_offer(tx: Transaction, wish: Answer, *, now: datetime, ids: Ids) -> UUID:
    """The staff take an offer back.

    Errors: NotFound, StaleVersion, OfferClosed.
    """
    return await _end(tx, wish, "withdrawn", None, now=now, ids=ids)


async def request_substitute(
    tx: Transaction, booking_id: UUID, *, reason: str, now: datetime, ids: Ids
) -> UUID:
    """The calling driver asks to be replaced: a task for the staff, and offers to all who are free.

    Shape:  the task is urgent if nobody is free and works then. The driver stays on the tour until
            somebody says yes.
    Errors: NotFound, WrongState, InvalidInput for a missing reason.
    """
    tour, driver_id = await _own(tx, booking_id)
    until, why = check_request(tour, now=now), check_reason(reason)
    search = Search(ids.new(), tour.number, why, until, now)
    offer_ids = [ids.new() for _ in range(MOST_DRIVERS)]
    asked = await offers.ask_for_substitute(tx, tour.id, search, offer_ids=offer_ids)
    if not asked:  # Nobody is free, or the tour was taken away while this waited for its row.
        check_request((await _own(tx, booking_id))[0], now=now)
    new = [
        Offer(id, tour.id, asked_id, driver_id, "offered", *tour.times, until, 1)
        for id, asked_id in asked
    ]
    for event in (
        substitute_requested(tour, driver_id, why, id=ids.new(), now=now),
        search.told(tour, alone=not new, id=ids.new()),
        *(made(offer, id=ids.new(), now=now) for offer in new),
    ):
        await events.append(tx, event)
    return tour.id


async def _own(tx: Transaction, booking_id: UUID) -> tuple[RunningTour, UUID]:
    """A tour that the calling driver is on, and the driver."""
    tour, driver_id = await tours.read(tx, booking_id), tx.principal.actor_id
    if tour is None or driver_id is None:
        raise NotFound(path="bookingId")
    return tour, driver_id


async def expire_offers(tx: Transaction, *, now: datetime, ids: Ids) -> int:
    """End all offers of the brand whose time has run out, and tell how many they were."""
    run_out = await offers.expire(tx, now=now)
    for event in all_closed(run_out, "expired", ids=ids, now=now):
        await events.append(tx, event)
    return len(run_out)


async def _end_in_time(tx: Transaction, at: datetime) -> None:
    """One job for all offers that end then; the swept one was closed to answers before."""
    await jobs.enqueue(
        tx, "expire_tour_offers", {}, run_at=at, once=f"tour_offers:{at.timestamp():f}"
    )


async def _check_driver(tx: Transaction, driver_id: UUID, tour: Tour, *, now: datetime) -> None:
    """Who says yes in person may do so outside of the hours that they gave themselves."""
    record = await compliance.driver(tx, driver_id, around=tour.duty, now=now)
    found = faults_of_driver(record, tour.duty, last_day=_last_day(tx, tour))
    permit(found, None, path="id")


def _last_day(tx: Transaction, tour: Tour) -> date:
    return tour.ends_at.astimezone(_zone(tx)).date()


def _zone(tx: Transaction) -> ZoneInfo:
    brand = tx.principal.brand
    return ZoneInfo(brand.time_zone if brand else "UTC")


async def _end(
    tx: Transaction, wish: Answer, status: str, reason: str | None, *, now: datetime, ids: Ids
) -> UUID:
    offer = await offers.lock(tx, wish.offer_id)
    if offer is None:
        raise NotFound(path="id")
    check_answer(offer, expected_version=wish.expected_version, now=now)
    await offers.update_answer(tx, offer.id, status, reason=reason, now=now)
    version, id = offer.version + 1, ids.new()
    event = closed(offer.id, status, version=version, id=id, now=now, reason=reason)
    await events.append(tx, event)
    return offer.id
