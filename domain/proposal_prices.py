"""What a proposal comes to: its lines, its totals, and the share of each guest."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from domain.customers import normal_email, normal_name
from domain.errors import InvalidInput, NotFound, WrongState
from domain.events import Plain
from domain.pricing import (
    GuestShare,
    Inclusion,
    ShareWithoutPayer,
    Totals,
    inclusion_cents,
    proposal_totals,
    split_among_guests,
)
from domain.proposals import Head, normal_text, one_line

Pricing = Literal["flat", "per_person", "per_day"]
MOST_CENTS = 10**11
MOST_UNITS = 10_000
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A priced line. `line_cents` follows from the head: it is 0 until it is priced."""

    kind: str
    label: str
    pricing: Pricing
    unit_cents: int
    taxable: bool
    quantity: int = 1
    shown: bool = True
    line_cents: int = 0

    @property
    def inclusion(self) -> Inclusion:
        return Inclusion(self.pricing, self.unit_cents, self.taxable, self.quantity)

    def measured(self, party: int, days: int) -> "Line":
        return replace(self, line_cents=inclusion_cents(self.inclusion, party=party, days=days))


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest, and the share that they owe; None while it is not split.

    Shape:  `new` marks a guest whose id was made for this wish.
    """

    id: UUID
    name: str
    email: str | None = None
    rsvp: str = "pending"
    dietary: str | None = None
    room: str | None = None
    sponsored: bool = False
    override_cents: int | None = None
    owed_cents: int | None = None
    paid_cents: int = 0
    new: bool = field(default=False, compare=False)

    @property
    def share(self) -> GuestShare:
        return GuestShare(self.sponsored, self.override_cents)


@dataclass(frozen=True, slots=True)
class Rates:
    """The brand's settings of the day on which the proposal is priced."""

    tax_ppm: int
    deposit_percent: int


@dataclass(frozen=True, slots=True)
class Priced:
    """The outcome of pricing."""

    sums: Totals
    lines: tuple[Line, ...] = field(default_factory=tuple)
    guests: tuple[Guest, ...] = field(default_factory=tuple)


def priced(
    head: Head, lines: Sequence[Line], guests: Sequence[Guest], rates: Rates, *, draft: bool
) -> Priced:
    """Price all of it anew.

    Shape:  a draft may still lack a guest who owes the rest: then nobody's share is known.
    Errors: OverridesExceedTotal, ShareWithoutPayer.
    Source: docs/domain.md, section "Prices".
    """
    sums = proposal_totals(
        [line.inclusion for line in lines],
        party=head.party_size,
        days=head.days,
        discount_ppm=head.discount_ppm,
        gratuity_ppm=head.gratuity_ppm,
        tax_ppm=rates.tax_ppm,
        deposit_percent=rates.deposit_percent,
    )
    if sums.total_cents > MOST_CENTS:
        raise InvalidInput("The lines come to more than can be charged.", path="inclusions")
    measured = tuple(line.measured(head.party_size, head.days) for line in lines)
    shares = _shares(head, sums.total_cents, guests, draft=draft)
    owing = [replace(guest, owed_cents=owed) for guest, owed in zip(guests, shares, strict=True)]
    return Priced(sums, measured, tuple(owing))


def normal_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Errors: InvalidInput."""
    if len(lines) > MOST_LINES:
        raise InvalidInput(f"A proposal has at most {MOST_LINES} lines.", path="inclusions")
    return tuple(_normal_line(line) for line in lines)


def normal_guests(guests: Sequence[Guest], party: int) -> tuple[Guest, ...]:
    """Errors: InvalidInput."""
    if len(guests) > party:
        raise InvalidInput(f"The party has {party} guests, not {len(guests)}.", path="guests")
    if len({guest.id for guest in guests}) < len(guests):
        raise InvalidInput("A guest is named twice.", path="guests")
    return tuple(_normal_guest(guest) for guest in guests)


def regrouped(
    before: Sequence[Guest], after: Sequence[Guest], *, frozen: bool, billed: bool
) -> tuple[Guest, ...]:
    """The guests after a change: who stays keeps what they have paid and owe.

    Shape:  `frozen` says that the shares were accepted, `billed` that there are any.
    Errors: NotFound for a guest who is not the proposal's; WrongState for one who has paid and
            would go, and for a share that was accepted and would change.
    """
    known = {guest.id: guest for guest in before}
    if any(guest.id not in known and not guest.new for guest in after):
        raise NotFound(path="guests")
    kept = [
        replace(guest, owed_cents=known[guest.id].owed_cents, paid_cents=known[guest.id].paid_cents)
        if guest.id in known
        else guest
        for guest in after
    ]
    gone = known.keys() - {guest.id for guest in after}
    if any(known[each].paid_cents for each in gone):
        raise WrongState("A guest who has paid stays. Refund the payment first.", path="guests")
    if frozen and _changes_shares(known, kept, billed=billed):
        raise WrongState("The guests' shares were accepted, and stay.", path="guests")
    return tuple(kept)


def guest_facts(guests: Sequence[Guest]) -> list[Plain]:
    """What an event says of the guests besides what is personal."""
    return [
        {
            "id": str(guest.id),
            "rsvp": guest.rsvp,
            "room": guest.room,
            "sponsored": guest.sponsored,
            "override_cents": guest.override_cents,
            "owed_cents": guest.owed_cents,
        }
        for guest in guests
    ]


def guest_persons(
    before: Sequence[Guest], after: Sequence[Guest]
) -> dict[str, tuple[str | None, str | None]]:
    """Names, addresses and diets that differ, by guest."""
    was, is_now = _persons(before), _persons(after)
    names = sorted(was.keys() | is_now.keys())
    pairs = {name: (was.get(name), is_now.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def line_facts(lines: Sequence[Line]) -> list[Plain]:
    """What an event says of the lines."""
    return [
        {
            "kind": line.kind,
            "label": line.label,
            "pricing": line.pricing,
            "unit_cents": line.unit_cents,
            "quantity": line.quantity,
            "line_cents": line.line_cents,
            "taxable": line.taxable,
            "shown": line.shown,
        }
        for line in lines
    ]


def _shares(
    head: Head, total_cents: int, guests: Sequence[Guest], *, draft: bool
) -> Sequence[int | None]:
    if not head.individual_billing or not guests:
        return [None] * len(guests)
    try:
        return split_among_guests(total_cents, [guest.share for guest in guests])
    except ShareWithoutPayer:
        if draft:
            return [None] * len(guests)
        raise


def _changes_shares(known: dict[UUID, Guest], kept: Sequence[Guest], *, billed: bool) -> bool:
    same = all(guest.id not in known or guest.share == known[guest.id].share for guest in kept)
    return not same or (billed and {guest.id for guest in kept} != known.keys())


def _persons(guests: Sequence[Guest]) -> dict[str, str]:
    told = {
        f"{guest.id}.{name}": value
        for guest in guests
        for name, value in (
            ("name", guest.name),
            ("email", guest.email),
            ("dietary", guest.dietary),
        )
    }
    return {name: value for name, value in told.items() if value is not None}


def _normal_line(line: Line) -> Line:
    label = one_line(line.label, path="label")
    if label is None:
        raise InvalidInput("A line has a label of 1 to 200 characters.", path="label")
    if not 0 <= line.unit_cents <= MOST_CENTS:
        raise InvalidInput("A unit costs nothing or more.", path="unitCents")
    if not 1 <= line.quantity <= MOST_UNITS:
        raise InvalidInput(f"A quantity is 1 to {MOST_UNITS}.", path="quantity")
    return replace(line, label=label)


def _normal_guest(guest: Guest) -> Guest:
    if guest.sponsored and guest.override_cents is not None:
        raise InvalidInput("Who is sponsored owes nothing: leave it out.", path="overrideCents")
    if guest.override_cents is not None and not 0 <= guest.override_cents <= MOST_CENTS:
        raise InvalidInput("A share is nothing or more.", path="overrideCents")
    return replace(
        guest,
        name=normal_name(guest.name),
        email=normal_email(guest.email),
        dietary=normal_text(guest.dietary, path="dietary"),
        room=one_line(guest.room, path="room"),
    )
