"""A tour sold for another party: priced again, and carried by vans that have the seats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.availability import FreeVan, vans_for
from domain.errors import InvalidInput, PartyTooLarge, StaleVersion, VehicleBusy, WrongState
from domain.events import Change, Plain
from domain.pricing import Line
from domain.quotes import Quote, Wish, terms_of
from domain.sales import QuoteChanged, Van

CHANGEABLE = frozenset({"draft", "pending", "confirmed", "assigned"})
SUMS = ("subtotal_cents", "discount_cents", "tax_cents", "total_cents", "deposit_cents")


@dataclass(frozen=True, slots=True)
class Sold:
    """A stored booking by what its party decides.

    Units:  integer cents.
    """

    id: UUID
    status: str
    tour_type: str
    party_size: int
    starts_at: datetime
    ends_at: datetime
    version: int
    subtotal_cents: int
    discount_cents: int
    tax_cents: int
    total_cents: int
    deposit_cents: int
    deposit_received: bool
    number: str
    currency: str
    lines: Sequence[Mapping[str, Plain]]
    sold_as: Mapping[str, str | int | None] | None = None


@dataclass(frozen=True, slots=True)
class NewParty:
    """A quote for the same tour with another party, taken up for a booking."""

    booking_id: UUID
    expected_version: int
    wish: Wish
    promised_cents: int


@dataclass(frozen=True, slots=True)
class Resold:
    """A decided change of the party: its sums, its lines and its vans.

    Units:  integer cents; the lines sum to the totals.
    """

    party_size: int
    sums: Mapping[str, int]
    lines: Sequence[Line]
    vans: Sequence[Van]
    version: int
    sold_as: Mapping[str, str | int | None]

    def changes(self, before: Sold, had: Sequence[FreeVan]) -> dict[str, Change]:
        """What differs by it, as an event keeps it."""
        pairs: dict[str, Change] = {
            "party_size": (before.party_size, self.party_size),
            **{name: (getattr(before, name), self.sums[name]) for name in SUMS},
            "price_lines": (list(before.lines), document(self.lines)),
            "sold_as": (before.sold_as, self.sold_as),
            "vehicles": (
                sorted(str(van.id) for van in had),
                sorted(str(van.vehicle_id) for van in self.vans),
            ),
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check_party(booking: Sold, wish: NewParty, quote: Quote) -> None:
    """Refuse a quote that is of another tour, or not what was promised.

    Errors: StaleVersion, WrongState, InvalidInput, QuoteChanged.
    """
    if wish.expected_version != booking.version:
        raise StaleVersion(expected=wish.expected_version, current=booking.version)
    if booking.status not in CHANGEABLE:
        raise WrongState(
            f"The party of a booking that is {booking.status} is not changed.", path="id"
        )
    asked, is_of = (quote.wish.tour_type, quote.wish.starts_at), booking.tour_type
    if asked != (is_of, booking.starts_at) or quote.ends_at != booking.ends_at:
        raise InvalidInput(
            "The quote is for another tour: ask for this one's kind, start and length.",
            path="quoteToken",
        )
    if quote.totals.total_cents != wish.promised_cents:
        raise QuoteChanged(
            was_cents=wish.promised_cents,
            is_cents=quote.totals.total_cents,
            currency=quote.currency,
        )


def resell(
    booking: Sold, quote: Quote, *, has: Sequence[FreeVan], free: Sequence[FreeVan]
) -> Resold | None:
    """Decide a change of the party; a deposit that was received stays what it was.

    Shape:  None if nothing would change; a booking without vans gets none.
    Errors: VehicleBusy.
    Source: docs/domain.md, section "Bookings".
    """
    totals, party = quote.totals, quote.wish.party_size
    # What was paid beyond a smaller total is no deposit of it any more.
    kept = min(booking.deposit_cents, totals.total_cents)
    sums = {
        "subtotal_cents": totals.subtotal_cents,
        "discount_cents": totals.discount_cents,
        "tax_cents": totals.tax_cents,
        "total_cents": totals.total_cents,
        "deposit_cents": kept if booking.deposit_received else totals.deposit_cents,
    }
    vans = carried(party, has=has, free=free) if has else ()
    sold_as = terms_of(quote.wish)
    change = Resold(party, sums, quote.lines, vans, booking.version + 1, sold_as)
    return change if change.changes(booking, has) else None


def carried(party: int, *, has: Sequence[FreeVan], free: Sequence[FreeVan]) -> Sequence[Van]:
    """The vans that the booking has, if their seats do; or else the smallest of all it could have.

    Errors: VehicleBusy.
    """
    if fits(has, party):
        return _seated(has, party)
    taken = vans_for(sorted([*has, *free], key=lambda van: (van.seats, van.id)), party)
    if not taken:
        raise VehicleBusy
    return [Van(van.id, guests) for van, guests in taken]


def fits(vans: Sequence[FreeVan], party: int) -> bool:
    """Whether these carry the party, and none of them drives empty."""
    return len(vans) <= party <= sum(van.seats for van in vans)


def check_fleet(seats: Sequence[int], party: int) -> None:
    """Errors: PartyTooLarge for more guests than all vans together carry."""
    if not seats:
        raise PartyTooLarge("No vehicle is in service, so no tour is sold.", path="quoteToken")
    if party > sum(seats):
        raise PartyTooLarge(
            f"All vehicles together carry {sum(seats)} guests. Ask for a smaller party.",
            path="quoteToken",
        )


def document(lines: Sequence[Line]) -> list[Plain]:
    """Price lines as an event keeps them."""
    return [
        {
            "kind": line.kind,
            "label": line.label,
            "rule": line.rule,
            "quantity_thousandths": line.quantity_thousandths,
            "unit_cents": line.unit_cents,
            "amount_cents": line.amount_cents,
            "taxable": line.taxable,
        }
        for line in lines
    ]


def _seated(vans: Sequence[FreeVan], party: int) -> Sequence[Van]:
    """The largest first, with a guest at least for each of the others."""
    rest, seated = party, []
    ordered = sorted(vans, key=lambda van: (-van.seats, van.id))
    for behind, van in zip(reversed(range(len(ordered))), ordered, strict=True):
        guests = min(van.seats, rest - behind)
        seated.append(Van(van.id, guests))
        rest -= guests
    return seated
