"""A reservation's life: a wished day behind a flat deposit, until it is a booking or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.cancellation import Policy, from_tiers, tiers_document
from domain.changes import differences, initial
from domain.customers import Contact
from domain.errors import InvalidInput, StaleVersion, WrongState
from domain.events import Event, Plain
from domain.pricing import FlatDeposit, NoRate, Rate, reservation_deposit
from domain.quotes import MOST_GUESTS, PriceBook
from domain.schedule import check_day, day_after_starts_at
from domain.tasks import CONSULT_WITHIN
from domain.texts import storable

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"contacted", "cancelled", "expired"}),
    "contacted": frozenset({"confirmed", "cancelled", "expired"}),
    "confirmed": frozenset({"converted", "cancelled", "expired"}),
    "converted": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
}
OPEN = frozenset({"pending", "contacted", "confirmed"})
PAID = frozenset({"succeeded", "partially_refunded", "disputed"})
"""The states of a payment of which something is still here."""
LONGEST_TEXT = 5_000
CHANGEABLE = frozenset(
    {
        "preferred_on",
        "alternate_on",
        "party_size",
        "tour_type",
        "method",
        "special_requests",
        "internal_notes",
    }
)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A stored reservation."""

    id: UUID
    number: str
    status: str
    customer_id: UUID
    inquiry_id: UUID | None
    preferred_on: date
    alternate_on: date | None
    party_size: int
    tour_type: str
    method: str
    currency: str
    deposit_cents: int
    consult_by: datetime
    special_requests: str | None
    internal_notes: str | None
    policy: Plain
    created_at: datetime
    version: int = 1
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    refund_due_cents: int | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewReservation:
    """The wish to hold a day: whose, which, for how many, and how the deposit is paid."""

    preferred_on: date
    party_size: int
    tour_type: str
    method: str
    alternate_on: date | None = None
    customer_id: UUID | None = None
    contact: Contact | None = None
    inquiry_id: UUID | None = None
    special_requests: str | None = None
    internal_notes: str | None = None


@dataclass(frozen=True, slots=True)
class ReservationChange:
    """The wish to change a reservation; a field that is not named stays as it is."""

    reservation_id: UUID
    expected_version: int
    named: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What decisions about a stored reservation rest on: the row, what was paid, and the day.

    Shape:  money that the payer's bank disputes is not counted, and is not forgotten either.
    """

    reservation: Reservation
    paid_cents: int
    now: datetime
    zone: ZoneInfo
    is_disputed: bool = False
    disputed_cents: int = 0

    @property
    def something_was_paid(self) -> bool:
        return self.paid_cents > 0 or self.is_disputed

    @property
    def has_run_out(self) -> bool:
        """Whether or not anybody has swept it yet."""
        it = self.reservation
        ends_at = lapses_at(
            it.status,
            it.method,
            it.consult_by,
            it.preferred_on,
            it.alternate_on,
            paid=self.something_was_paid,
            zone=self.zone,
        )
        return ends_at is not None and ends_at <= self.now


def lapses_at(
    status: str,
    method: str,
    consult_by: datetime,
    preferred_on: date,
    alternate_on: date | None,
    *,
    paid: bool,
    zone: ZoneInfo,
) -> datetime | None:
    """When it ends by itself: with the last of its days; unpaid by card, after a day unheard.

    Shape:  None for one that has ended. A cheque may be in the mail: it does not hurry anybody.
    """
    if status not in OPEN:
        return None
    over = day_after_starts_at(max(preferred_on, alternate_on or preferred_on), zone)
    unheard = status == "pending" and method == "card" and not paid
    return min(consult_by, over) if unheard else over


def reached_by(contact: Contact) -> dict[str, str | None]:
    """How whoever reserved is reached: a copy of what was said, whoever they turn out to be."""
    return {f"contact_{name}": value for name, value in asdict(contact).items()}


def deposit_for(rates: Sequence[Rate], *, party: int) -> int:
    """The flat deposit by the brand's own rows, for each van.

    Errors: NoRate.
    """
    rows = [
        FlatDeposit(rate.guests_min, rate.guests_max, rate.rate_cents)
        for rate in rates
        if rate.kind == "reservation_deposit"
    ]
    if not rows:
        raise NoRate("The brand takes no deposits for reservations.", path="partySize")
    return reservation_deposit(rows, party=party)


def check_reachable(email: str | None, phone: str | None) -> None:
    """Errors: InvalidInput for somebody whom nobody could answer."""
    if email is None and phone is None:
        raise InvalidInput("Say an e-mail address or a phone number.", path="contact.email")


def check_new(wish: NewReservation, *, today: date) -> None:
    """Errors: InvalidInput for a wish that nobody could keep, or without a customer."""
    _check_days(wish.preferred_on, wish.alternate_on, today=today)
    _check_words(wish.party_size, wish.special_requests, wish.internal_notes)
    if wish.customer_id is None and wish.contact is None:
        raise InvalidInput("Name a customer, or say who reserves.", path="contact")
    if wish.customer_id is None and wish.contact is not None:
        check_reachable(wish.contact.email, wish.contact.phone)


def draft(
    wish: NewReservation,
    book: PriceBook,
    *,
    id: UUID,
    number: str,
    customer_id: UUID,
    now: datetime,
) -> Reservation:
    """A new reservation, by the prices and under the policy of the day it is made.

    Errors: NoRate.
    """
    made = Reservation(
        id=id,
        number=number,
        status="pending",
        customer_id=customer_id,
        inquiry_id=wish.inquiry_id,
        preferred_on=wish.preferred_on,
        alternate_on=wish.alternate_on,
        party_size=wish.party_size,
        tour_type=wish.tour_type,
        method=wish.method,
        currency=book.currency,
        deposit_cents=deposit_for(book.rates, party=wish.party_size),
        consult_by=now + CONSULT_WITHIN,
        special_requests=wish.special_requests,
        internal_notes=wish.internal_notes,
        policy=_document(book.policy),
        created_at=now,
    )
    return replace(made, **_said(wish))


def _said(wish: NewReservation) -> dict[str, Any]:
    """How a guest said that they are reached; a customer who is named is known."""
    if wish.contact is None or wish.customer_id is not None:
        return {}
    return {**reached_by(wish.contact)}


def change(known: Known, wish: ReservationChange, rates: Sequence[Rate]) -> Reservation | None:
    """Decide a change of the wishes. A deposit that is not paid yet follows the party.

    Shape:  None if nothing would change.
    Errors: StaleVersion, WrongState, InvalidInput, NoRate.
    """
    before = known.reservation
    check_open(known, wish.expected_version)
    after = replace(before, **wish.named)
    if wish.named.keys() & {"contact_email", "contact_phone"}:
        check_reachable(after.contact_email, after.contact_phone)
    today = known.now.astimezone(known.zone).date()
    if (after.preferred_on, after.alternate_on) != (before.preferred_on, before.alternate_on):
        _check_days(after.preferred_on, after.alternate_on, today=today)
    _check_words(after.party_size, after.special_requests, after.internal_notes)
    if after.party_size != before.party_size and not known.something_was_paid:
        after = replace(after, deposit_cents=deposit_for(rates, party=after.party_size))
    return None if after == before else _grown(after)


def step(known: Known, status: str, *, expected_version: int) -> Reservation:
    """Decide the next state: the guest was spoken to, or agrees.

    Errors: StaleVersion, WrongState.
    """
    check_open(known, expected_version)
    before = known.reservation
    if status == before.status:
        raise WrongState(f"The reservation is {status} already.", path="id")
    if status not in TRANSITIONS[before.status]:
        raise WrongState(
            f"A reservation that is {before.status} does not become {status}.", path="id"
        )
    return _grown(replace(before, status=status))


def expire(known: Known) -> Reservation | None:
    """Decide that it has ended by itself; None if it has not."""
    return _grown(replace(known.reservation, status="expired")) if known.has_run_out else None


def policy_of(reservation: Reservation) -> Policy | None:
    """The policy that it was sold under; None for one that kept none."""
    match reservation.policy:
        case {"tiers": list() as tiers, "version": int() as version}:
            return from_tiers(tiers, version)
    return None


def check_open(known: Known, expected_version: int) -> None:
    """Errors: StaleVersion, WrongState."""
    _check_version(known.reservation, expected_version)
    status = known.reservation.status
    if status not in OPEN:
        raise WrongState(f"A reservation that is {status} is not changed.", path="id")
    if known.has_run_out:
        raise WrongState("The reservation has run out. Make a new one.", path="id")


def event(
    kind: str, after: Reservation, before: Reservation | None = None, *, id: UUID, now: datetime
) -> Event:
    """What is told of a new reservation, or of a change."""
    changes, personal = initial(after) if before is None else differences(before, after)
    return Event(id, kind, "reservation", after.id, after.version, now, changes, personal)


def _document(policy: Policy) -> Plain:
    return {"version": policy.version, "tiers": tiers_document(policy)}


def _grown(after: Reservation) -> Reservation:
    return replace(after, version=after.version + 1)


def _check_version(reservation: Reservation, expected: int) -> None:
    if expected != reservation.version:
        raise StaleVersion(expected=expected, current=reservation.version)


def _check_days(preferred_on: date, alternate_on: date | None, *, today: date) -> None:
    for path, day in (("preferredOn", preferred_on), ("alternateOn", alternate_on)):
        if day is None:
            continue
        check_day(day, path=path)
        if day < today:
            raise InvalidInput("The day is over. Choose a later one.", path=path)
    if alternate_on == preferred_on:
        raise InvalidInput("The alternative is the preferred day.", path="alternateOn")


def _check_words(party_size: int, requests: str | None, notes: str | None) -> None:
    if not 1 <= party_size <= MOST_GUESTS:
        raise InvalidInput(f"A party has 1 to {MOST_GUESTS} guests.", path="partySize")
    for path, text in (("specialRequests", requests), ("internalNotes", notes)):
        if text is not None and len(storable(text, path=path)) > LONGEST_TEXT:
            raise InvalidInput(f"`{path}` has up to {LONGEST_TEXT} characters.", path=path)
