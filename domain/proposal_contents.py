"""All that an edit of a proposal can change, priced as one, and what an event tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from domain.events import Change, Plain
from domain.pricing import Totals
from domain.proposal_plans import Plan, moved_along, plan_facts
from domain.proposal_prices import (
    Guest,
    Line,
    Rates,
    guest_facts,
    guest_persons,
    line_facts,
    normal_guests,
    normal_lines,
    priced,
    regrouped,
)
from domain.proposals import (
    PLANNED,
    PRICED,
    Head,
    HeadChange,
    Proposal,
    check_plan_is_open,
    check_status,
    plain,
    revised,
)

NOTES = ("client_notes", "internal_notes")
Persons = dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Content:
    """Head, plan, lines and guests of one proposal."""

    head: Head
    plan: Plan = ()
    lines: tuple[Line, ...] = ()
    guests: tuple[Guest, ...] = ()

    @property
    def basis(self) -> tuple[Any, ...]:
        """What the price and the shares are made of."""
        head = self.head
        wanted = (head.party_size, head.days, head.discount_ppm, head.gratuity_ppm)
        shares = tuple((guest.id, guest.share) for guest in self.guests)
        return (*wanted, head.individual_billing, self.lines, shares)

    @property
    def seen(self) -> tuple[Any, ...]:
        """What the client reads, and signs."""
        head = replace(self.head, internal_notes=None)
        plan = tuple(
            replace(day, stops=tuple(replace(stop, driver_notes=None) for stop in day.stops))
            for day in self.plan
        )
        return (head, plan, self.lines)


def with_head(
    proposal: Proposal, was: Content, wish: HeadChange, *, today: date, now: datetime
) -> Content:
    """Another head; the days move along with the dates.

    Errors: StaleVersion, WrongState, ProposalExpired, InvalidInput.
    """
    head = revised(proposal, wish, today=today, now=now)
    plan = was.plan
    if (head.starts_on, head.ends_on) != (was.head.starts_on, was.head.ends_on):
        plan = moved_along(plan, was.head, head)
    return replace(was, head=head, plan=plan, guests=normal_guests(was.guests, head.party_size))


def with_plan(proposal: Proposal, was: Content, plan: Plan, *, now: datetime) -> Content:
    """Another plan. Errors: WrongState, ProposalExpired."""
    check_plan_is_open(proposal, now=now)
    return replace(was, plan=plan)


def with_lines(proposal: Proposal, was: Content, lines: tuple[Line, ...], *, now: Any) -> Content:
    """Other lines, measured by the head.

    Errors: WrongState, ProposalExpired, InvalidInput.
    """
    check_status(proposal, PRICED, now=now)
    head = was.head
    measured = (line.measured(head.party_size, head.days) for line in normal_lines(lines))
    return replace(was, lines=tuple(measured))


def with_guests(
    proposal: Proposal, was: Content, guests: tuple[Guest, ...], *, now: Any
) -> Content:
    """Other guests; what was accepted stays.

    Errors: WrongState, ProposalExpired, InvalidInput.
    """
    check_status(proposal, PLANNED, now=now)
    frozen, billed = proposal.status == "accepted", was.head.individual_billing
    kept = regrouped(was.guests, guests, frozen=frozen, billed=billed)
    return replace(was, guests=normal_guests(kept, was.head.party_size))


def repriced(content: Content, rates: Rates, *, draft: bool) -> tuple[Content, Totals]:
    """The content with its lines and shares as they come to, and the sums.

    Errors: OverridesExceedTotal, ShareWithoutPayer, InvalidInput.
    """
    found = priced(content.head, content.lines, content.guests, rates, draft=draft)
    return replace(content, lines=found.lines, guests=found.guests), found.sums


def told(before: Content | None, after: Content) -> tuple[dict[str, Change], Persons]:
    """What differs, for an event: values, and apart from them what is personal."""
    was, is_now = facts_of(before) if before else {}, facts_of(after)
    changes = {
        name: (was.get(name), is_now[name])
        for name in is_now
        if was.get(name) != is_now[name] and name not in NOTES
    }
    persons = guest_persons(before.guests if before else (), after.guests)
    for name in NOTES:
        pair = (getattr(before.head, name) if before else None, getattr(after.head, name))
        if pair[0] != pair[1]:
            persons[name] = pair
    return changes, persons


def facts_of(content: Content) -> Mapping[str, Plain]:
    """What events tell of the content, as plain values."""
    head = content.head
    facts = {each.name: plain(getattr(head, each.name)) for each in fields(head)}
    return facts | {
        "days": plan_facts(content.plan),
        "inclusions": line_facts(content.lines),
        "guests": guest_facts(content.guests),
    }
