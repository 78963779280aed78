"""Offers: a tour is offered to drivers, each says yes or no, and the first yes has it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.assignments import AlreadyAssigned, Assigned, Tour, add_driver, replace_driver
from domain.compliance import Override
from domain.errors import DomainError, InvalidInput, StaleVersion, WrongState
from domain.events import Change, Event
from domain.ids import Ids
from domain.tours import RunningTour

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "offered": frozenset({"accepted", "declined", "expired", "withdrawn"}),
    "accepted": frozenset(),
    "declined": frozenset(),
    "expired": frozenset(),
    "withdrawn": frozenset(),
}
OFFERED_IN: Final = frozenset({"confirmed", "assigned"})
MOST_DRIVERS: Final = 50
LONGEST_REASON: Final = 500
LONGEST_SEARCH: Final = timedelta(hours=24)
URGENT: Final = timedelta(hours=1)


class OfferClosed(DomainError):
    """The offer cannot be answered any more: taken, withdrawn, run out, or the tour has changed.
    The message says which; wait for another offer.
    """

    code = "OFFER_CLOSED"


class AlreadyOffered(DomainError):
    """The tour is on offer to that driver already. Wait for the answer, or withdraw the offer."""

    code = "ALREADY_OFFERED"

    def __init__(self) -> None:
        super().__init__("The tour is on offer to this driver already.", path="driverIds")


def status_at(status: str, expires_at: datetime, now: datetime) -> str:
    """An offer ends with its time, whether or not anybody has swept it yet."""
    return "expired" if status == "offered" and expires_at <= now else status


@dataclass(frozen=True, slots=True)
class Offer:
    """One tour as it was offered to one driver."""

    id: UUID
    booking_id: UUID
    driver_id: UUID
    replaces_driver_id: UUID | None
    status: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    version: int

    def status_at(self, now: datetime) -> str:
        return status_at(self.status, self.expires_at, now)


@dataclass(frozen=True, slots=True)
class NewOffers:
    """The wish to offer a tour. Errors: InvalidInput for no driver, too many, or one twice."""

    booking_id: UUID
    driver_ids: tuple[UUID, ...]
    expires_at: datetime
    override: Override | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.driver_ids) <= MOST_DRIVERS:
            raise InvalidInput(
                f"A tour is offered to 1 to {MOST_DRIVERS} drivers at a time.", path="driverIds"
            )
        if len(set(self.driver_ids)) < len(self.driver_ids):
            raise InvalidInput("A driver is named twice.", path="driverIds")


def check_offers(tour: Tour, wish: NewOffers, *, now: datetime) -> None:
    """Errors: WrongState, AlreadyAssigned, InvalidInput for an end that is past or too late."""
    if tour.status not in OFFERED_IN:
        raise WrongState(f"A booking that is {tour.status} is offered to nobody.", path="bookingId")
    if set(wish.driver_ids) & set(tour.drivers):
        raise AlreadyAssigned("A driver is on this tour already.", path="driverIds")
    if missing(tour) == 0:
        raise WrongState("The tour has its drivers.", path="bookingId")
    if not now < wish.expires_at <= tour.starts_at:
        raise InvalidInput(
            "An offer ends after now and not after the tour's start.", path="expiresAt"
        )


def missing(tour: Tour) -> int:
    """How many drivers the tour lacks: it needs one a van, and one at least."""
    return max(0, max(1, len(tour.vans)) - len(tour.drivers))


def accept(offer: Offer, tour: Tour, *, expected_version: int, now: datetime) -> Assigned:
    """What the tour comes to with this driver on it, or in the place of who asked to be replaced.

    Errors: StaleVersion, OfferClosed, AlreadyAssigned.
    """
    check_answer(offer, expected_version=expected_version, now=now)
    if (offer.starts_at, offer.ends_at) != (tour.starts_at, tour.ends_at):
        raise OfferClosed("The tour has another time than it was offered with.", path="id")
    if tour.status not in OFFERED_IN:
        raise OfferClosed(f"The tour is {tour.status} by now.", path="id")
    if offer.replaces_driver_id in tour.drivers:
        return replace_driver(tour, offer.replaces_driver_id, offer.driver_id)
    if missing(tour) == 0:
        raise OfferClosed("The tour has its drivers by now.", path="id")
    return add_driver(tour, offer.driver_id)


def check_answer(offer: Offer, *, expected_version: int, now: datetime) -> None:
    """Errors: OfferClosed, StaleVersion."""
    standing = offer.status_at(now)
    if standing != "offered":
        raise OfferClosed(f"The offer is {standing}.", path="id")
    if expected_version != offer.version:
        raise StaleVersion(expected=expected_version, current=offer.version)


def closes(offer: Offer, tour: Tour) -> bool:
    """Does a yes to it leave nothing to offer? Then all others of the tour are withdrawn."""
    replaced = offer.replaces_driver_id in tour.drivers
    return missing(tour) <= (0 if replaced else 1)


def check_request(tour: RunningTour, *, now: datetime) -> datetime:
    """Until when a substitute is looked for: a day, or up to the start of the tour.

    Errors: WrongState.
    """
    if tour.status not in OFFERED_IN or tour.starts_at <= now:
        raise WrongState(
            "A substitute is for a tour that is still ahead of you. Call the dispatch.",
            path="bookingId",
        )
    return min(tour.starts_at, now + LONGEST_SEARCH)


def check_reason(reason: str) -> str:
    """Errors: InvalidInput."""
    said = reason.strip()
    if not 1 <= len(said) <= LONGEST_REASON:
        raise InvalidInput(f"A reason has 1 to {LONGEST_REASON} characters.", path="reason")
    return said


def made(
    offer: Offer, *, id: UUID, now: datetime, said: Mapping[str, Change] | None = None
) -> Event:
    replaced = offer.replaces_driver_id
    return Event(
        id=id,
        kind="TourOffered",
        entity="tour_offer",
        entity_id=offer.id,
        entity_version=offer.version,
        occurred_at=now,
        changes={
            "booking_id": (None, str(offer.booking_id)),
            "driver_id": (None, str(offer.driver_id)),
            "replaces_driver_id": (None, str(replaced) if replaced else None),
            "status": (None, offer.status),
            "starts_at": (None, offer.starts_at.isoformat()),
            "ends_at": (None, offer.ends_at.isoformat()),
            "expires_at": (None, offer.expires_at.isoformat()),
            **(said or {}),
        },
    )


KINDS: Final[Mapping[str, str]] = {
    "accepted": "TourOfferAccepted",
    "declined": "TourOfferDeclined",
    "expired": "TourOfferExpired",
    "withdrawn": "TourOfferWithdrawn",
}


def closed(
    offer_id: UUID, status: str, *, version: int, id: UUID, now: datetime, reason: str | None = None
) -> Event:
    """An offer that has ended; `version` is the one that it has by now."""
    said = {"reason": (None, reason)} if reason else {}
    return Event(
        id=id,
        kind=KINDS[status],
        entity="tour_offer",
        entity_id=offer_id,
        entity_version=version,
        occurred_at=now,
        changes={"status": ("offered", status), **said},
    )


def taken_by(offer: Offer, tour: Tour, change: Assigned, *, id: UUID, now: datetime) -> Event:
    """The driver of an accepted offer is on the tour, perhaps in another's place."""
    replaced = offer.replaces_driver_id if offer.replaces_driver_id in tour.drivers else None
    changes: dict[str, Change] = {
        "driver_id": (str(replaced) if replaced else None, str(offer.driver_id)),
        "offer_id": (None, str(offer.id)),
    }
    if change.status != tour.status:
        changes["status"] = (tour.status, change.status)
    kind = "DriverReplaced" if replaced else "DriverAssigned"
    return Event(id, kind, "booking", tour.id, change.version, now, changes)


def all_closed(
    offers: Sequence[tuple[UUID, int]], status: str, *, ids: Ids, now: datetime
) -> list[Event]:
    return [
        closed(offer_id, status, version=version, id=ids.new(), now=now)
        for offer_id, version in offers
    ]


def substitute_requested(
    tour: RunningTour, driver_id: UUID, reason: str, *, id: UUID, now: datetime
) -> Event:
    changes = {"asked_by": (None, str(driver_id)), "reason": (None, reason)}
    return Event(id, "SubstituteRequested", "booking", tour.id, tour.version, now, changes)


@dataclass(frozen=True, slots=True)
class Search:
    """What staff are told when a substitute is sought: more urgently, where nobody is free."""

    task_id: UUID
    number: str
    reason: str
    until: datetime
    now: datetime

    @property
    def title(self) -> str:
        return f"Find a substitute for {self.number}: {self.reason}"

    @property
    def title_alone(self) -> str:
        return f"Urgent, nobody is free. {self.title}"

    @property
    def due_alone(self) -> datetime:
        return min(self.until, self.now + URGENT)

    def told(self, tour: RunningTour, *, alone: bool, id: UUID) -> Event:
        due_at = self.due_alone if alone else self.until
        changes: dict[str, Change] = {
            "kind": (None, "substitute"),
            "title": (None, self.title_alone if alone else self.title),
            "subject_kind": (None, "booking"),
            "subject_id": (None, str(tour.id)),
            "due_at": (None, due_at.isoformat()),
        }
        return Event(id, "TaskCreated", "task", self.task_id, 1, self.now, changes)


def unknown(wanted: Sequence[UUID], found: Collection[UUID]) -> bool:
    return not set(wanted) <= set(found)
