"""A sale: a quote taken up and priced again, with its vans, its buyer and its sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from domain.availability import FreeVan, vans_for
from domain.cancellation import Policy
from domain.customers import Contact
from domain.errors import DomainError, InvalidInput, PartyTooLarge, VehicleBusy
from domain.events import Change, Plain
from domain.money import formatted
from domain.pricing import Line, Totals
from domain.quotes import SHARED, Quote, Wish, terms_of
from domain.schedule import OperatingDay, block_ends_at, check_order, check_within

Begins = Literal["held", "draft", "pending"]
MOST_STOPS = 20
LONGEST_RIDE: Mapping[str, int] = {"airport_transfer": 600, "local_transfer": 180}
SHORTEST_STOP, LONGEST_STOP = 30, 240
PLACES = ("winery_id", "restaurant_id", "hotel_id", "own_place_id")


class QuoteChanged(DomainError):
    """Prices have changed since the quote was given; the message names both totals. Ask for a new
    quote, show it to the guest, and take that one up.
    """

    code = "QUOTE_CHANGED"

    def __init__(self, *, was_cents: int, is_cents: int, currency: str) -> None:
        super().__init__(
            f"The quote was {formatted(was_cents, currency)};"
            f" the price is {formatted(is_cents, currency)} now. Ask for a new quote.",
            path="quoteToken",
        )


@dataclass(frozen=True, slots=True)
class NewStop:
    """One stop of a tour that is to be: a place of a directory, or one that is only named."""

    kind: str
    winery_id: UUID | None = None
    restaurant_id: UUID | None = None
    hotel_id: UUID | None = None
    own_place_id: UUID | None = None
    name: str | None = None
    address: str | None = None
    planned_arrival_at: datetime | None = None
    minutes: int = 60


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who books: a known customer, or whoever the contact says, or nobody yet."""

    customer_id: UUID | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class NewBooking:
    """A quote that somebody takes up, and what they say besides.

    Shape:  without `vehicle_ids` the smallest vans that fit are taken; a draft takes none.
    """

    wish: Wish
    promised_cents: int
    source: str
    begins: Begins = "pending"
    buyer: Buyer = Buyer()
    sold_by_app_id: UUID | None = None
    inquiry_id: UUID | None = None
    pickup: str | None = None
    dropoff: str | None = None
    special_requests: str | None = None
    internal_notes: str | None = None
    driver_notes: str | None = None
    stops: Sequence[NewStop] = ()
    vehicle_ids: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Van:
    """A vehicle of a sale, and how many of the guests it carries."""

    vehicle_id: UUID
    guests: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a brand sells by on a day."""

    day: OperatingDay
    hold_minutes: int
    number_prefix: str


@dataclass(frozen=True, slots=True)
class Sale:
    """A decided booking as it will be stored, with its lines, its stops and its vans.

    Shape:  what it is sold from (a reservation, a proposal, an inquiry) is named by its id; what
            was agreed by hand has no terms to be priced by (`sold_as`).
    Units:  integer cents; `lines` sum to the totals.
    """

    begins: Begins
    tour_type: str
    source: str
    party_size: int
    starts_at: datetime
    ends_at: datetime
    blocked_until: datetime
    currency: str
    lines: Sequence[Line]
    totals: Totals
    policy: Policy
    buyer: Buyer
    vans: Sequence[Van] = ()
    stops: Sequence[NewStop] = ()
    hold_expires_at: datetime | None = None
    pickup: str | None = None
    dropoff: str | None = None
    special_requests: str | None = None
    internal_notes: str | None = None
    driver_notes: str | None = None
    sold_by_app_id: UUID | None = None
    inquiry_id: UUID | None = None
    reservation_id: UUID | None = None
    proposal_id: UUID | None = None
    sold_as: Mapping[str, str | int | None] | None = None


def agreed(new: NewBooking, quote: Quote, terms: Terms, *, now: datetime) -> datetime:
    """Check what can be checked before vans are claimed, and tell until when they are wanted.

    Errors: QuoteChanged, EndBeforeStart, StartInPast, OutsideOperatingDay, InvalidInput.
    Source: docs/domain.md, section "Bookings"; ADR-0024.
    """
    if quote.totals.total_cents != new.promised_cents:
        raise QuoteChanged(
            was_cents=new.promised_cents,
            is_cents=quote.totals.total_cents,
            currency=quote.currency,
        )
    check_kind(new.wish, quote)
    check_order(quote.wish.starts_at, quote.ends_at, now=now)
    check_within(quote.wish.starts_at, quote.ends_at, day=terms.day)
    check_stops(new.stops, quote.wish.starts_at, quote.ends_at)
    if new.begins == "pending" and new.buyer == Buyer():
        raise InvalidInput("Say who books: a customer, or their contact details.", path="contact")
    return block_ends_at(quote.ends_at, terms.day)


def check_kind(wish: Wish, quote: Quote) -> None:
    """Refuse a whole van for the price of a seat, or of a short ride.

    Errors: InvalidInput.
    """
    if wish.tour_type == SHARED:
        raise InvalidInput("Seats of a shared tour are sold as tickets.", path="quoteToken")
    by_the_ride = wish.code is not None and quote.lines[0].kind != "package"
    most = LONGEST_RIDE.get(wish.tour_type, 0) if by_the_ride else None
    if most is not None and (wish.minutes or 0) > most:
        raise InvalidInput(
            f"A ride of this price takes at most {most} minutes and is sold as a transfer.",
            path="quoteToken",
        )


def sale_of(
    new: NewBooking, quote: Quote, free: Sequence[FreeVan], terms: Terms, *, now: datetime
) -> Sale:
    """Decide a sale with the vans that are free.

    Errors: VehicleBusy, PartyTooLarge.
    """
    wish, held = quote.wish, new.begins == "held"
    return Sale(
        begins=new.begins,
        tour_type=wish.tour_type,
        source=new.source,
        party_size=wish.party_size,
        starts_at=wish.starts_at,
        ends_at=quote.ends_at,
        blocked_until=block_ends_at(quote.ends_at, terms.day),
        currency=quote.currency,
        lines=quote.lines,
        totals=quote.totals,
        policy=quote.policy,
        buyer=new.buyer,
        vans=() if new.begins == "draft" else choose(free, wish.party_size, new.vehicle_ids),
        stops=new.stops,
        hold_expires_at=now + timedelta(minutes=terms.hold_minutes) if held else None,
        pickup=new.pickup,
        dropoff=new.dropoff,
        special_requests=new.special_requests,
        internal_notes=new.internal_notes,
        driver_notes=new.driver_notes,
        sold_by_app_id=new.sold_by_app_id,
        inquiry_id=new.inquiry_id,
        sold_as=terms_of(wish),
    )


def choose(
    free: Sequence[FreeVan], party: int, wanted: Sequence[UUID] | None = None
) -> Sequence[Van]:
    """The vans of a party: those that are wanted, or the smallest that will do.

    Errors: VehicleBusy if one that is wanted is not free or all that are free are too few;
            PartyTooLarge if those that are wanted have too few seats; InvalidInput for none.
    """
    if wanted is None:
        taken = vans_for(free, party)
        if not taken:
            raise VehicleBusy
        return [Van(van.id, guests) for van, guests in taken]
    if not wanted:
        raise InvalidInput(
            "Name a vehicle at least, or leave `vehicleIds` out: the smallest that fit are taken.",
            path="vehicleIds",
        )
    by_id = {van.id: van for van in free}
    if not set(wanted) <= by_id.keys():
        raise VehicleBusy
    vans = sorted((by_id[each] for each in dict.fromkeys(wanted)), key=lambda van: -van.seats)
    if sum(van.seats for van in vans) < party:
        raise PartyTooLarge("These vehicles have too few seats.", path="vehicleIds")
    return _seated(vans, party)


def _seated(vans: Sequence[FreeVan], party: int) -> Sequence[Van]:
    """Largest first; nobody drives an empty van of a party."""
    rest, seated = party, []
    for place, van in enumerate(vans):
        guests = min(van.seats, rest - (len(vans) - place - 1))
        if guests < 1:
            raise InvalidInput("There are more vehicles than guests.", path="vehicleIds")
        seated.append(Van(van.id, guests))
        rest -= guests
    return seated


def check_stops(stops: Sequence[NewStop], starts_at: datetime, ends_at: datetime) -> None:
    """Errors: InvalidInput for too many, a length or time that no stop has, a missing place."""
    if len(stops) > MOST_STOPS:
        raise InvalidInput(f"A tour has at most {MOST_STOPS} stops.", path="stops")
    for place, stop in enumerate(stops):
        path = f"stops.{place}"
        if not SHORTEST_STOP <= stop.minutes <= LONGEST_STOP:
            raise InvalidInput("A stop takes 30 to 240 minutes.", path=f"{path}.minutes")
        at = stop.planned_arrival_at
        if at is not None and at.tzinfo is None:
            raise InvalidInput("A time needs an offset.", path=f"{path}.plannedArrivalAt")
        if at is not None and not starts_at <= at < ends_at:
            raise InvalidInput("A stop lies within the tour.", path=f"{path}.plannedArrivalAt")
        _check_place(stop, path)


def _check_place(stop: NewStop, path: str) -> None:
    wanted = {"winery": "winery_id", "restaurant": "restaurant_id"}.get(stop.kind)
    if stop.kind in {"hotel_checkin", "hotel_checkout"}:
        wanted = "hotel_id"
    named = [name for name in PLACES if getattr(stop, name) is not None]
    if named not in ([[wanted], ["own_place_id"]] if wanted else [[]]):
        word = stop.kind.replace("_", " ")
        raise InvalidInput(f"A stop of kind {word} names the place of that kind.", path=path)


def facts(sale: Sale, *, number: str) -> dict[str, Change]:
    """What a sale's event tells of it: every plain value that it begins with."""
    expires_at, totals = sale.hold_expires_at, sale.totals
    begun: dict[str, Plain] = {
        "number": number,
        "status": sale.begins,
        "tour_type": sale.tour_type,
        "source": sale.source,
        "party_size": sale.party_size,
        "starts_at": sale.starts_at.isoformat(),
        "ends_at": sale.ends_at.isoformat(),
        "pickup": sale.pickup,
        "dropoff": sale.dropoff,
        "special_requests": sale.special_requests,
        "internal_notes": sale.internal_notes,
        "driver_notes": sale.driver_notes,
        "subtotal_cents": totals.subtotal_cents,
        "discount_cents": totals.discount_cents,
        "tax_cents": totals.tax_cents,
        "total_cents": totals.total_cents,
        "deposit_cents": totals.deposit_cents,
        "hold_expires_at": expires_at.isoformat() if expires_at else None,
        "sold_as": sale.sold_as,
    }
    return {name: (None, value) for name, value in begun.items() if value is not None}
