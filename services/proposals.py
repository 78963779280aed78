"""What staff write of a proposal: its head, its plan, its lines and its guests."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import counters, events, history, proposal_plans, proposal_prices, proposals
from db.database import Transaction
from db.proposals import Terms
from domain.errors import NotFound, ServiceUnavailable
from domain.events import Event, Plain
from domain.identity import Brand
from domain.ids import Ids
from domain.numbers import Numbered, number_of, year_of
from domain.proposal_contents import (
    Content,
    repriced,
    told,
    with_guests,
    with_head,
    with_lines,
    with_plan,
)
from domain.proposal_plans import Plan
from domain.proposal_prices import Guest, Line
from domain.proposal_restores import restored
from domain.proposals import (
    VALID_FOR,
    Head,
    HeadChange,
    NewProposal,
    Proposal,
    changes,
    check_version,
    drafted,
    edited,
    facts,
)

Edit = Callable[[Proposal, Content], Content]
Replan = Callable[[Plan, Head], Plan]


async def create_proposal(tx: Transaction, wish: NewProposal, *, now: datetime, ids: Ids) -> UUID:
    """A draft without days, lines and guests, valid for 30 days from its sending.

    Errors: InvalidInput; NotFound for a customer who is not there.
    """
    new = replace(wish, head=drafted(wish, today=_today(tx, now)))
    brand, terms = _brand(tx), await _terms(tx, now)
    if not await proposals.has_customer(tx, new.customer_id):
        raise NotFound(path="customerId")
    year = year_of(now, ZoneInfo(brand.time_zone))
    ordinal = await counters.next_number(tx, Numbered.PROPOSAL, year)
    number = number_of(terms.number_prefix, Numbered.PROPOSAL, year, ordinal)
    id, until = ids.new(), now + VALID_FOR
    await proposals.insert(
        tx, new, id=id, number=number, currency=brand.currency, until=until, now=now
    )
    event = _drafted(new, number, brand.currency, id=id, event_id=ids.new(), now=now)
    await events.append(tx, event)
    return id


def _drafted(
    new: NewProposal, number: str, currency: str, *, id: UUID, event_id: UUID, now: datetime
) -> Event:
    values, personal = told(None, Content(new.head))
    first: dict[str, Plain] = {
        "number": number,
        "status": "draft",
        "customer_id": str(new.customer_id),
        "currency": currency,
        "valid_until": (now + VALID_FOR).isoformat(),
        "version": 1,
    }
    return Event(
        id=event_id,
        kind="ProposalCreated",
        entity="proposal",
        entity_id=id,
        entity_version=1,
        occurred_at=now,
        changes={**values, **{name: (None, value) for name, value in first.items()}},
        personal=personal,
    )


async def update_proposal(tx: Transaction, wish: HeadChange, *, now: datetime, ids: Ids) -> UUID:
    """Change the head; dates of the same length take the days along, and all is priced anew.

    Errors: NotFound, StaleVersion, WrongState, ProposalExpired, InvalidInput,
            OverridesExceedTotal, ShareWithoutPayer.
    """
    today = _today(tx, now)

    def edit(proposal: Proposal, was: Content) -> Content:
        return with_head(proposal, was, wish, today=today, now=now)

    target = (wish.proposal_id, wish.expected_version)
    return await _edit(tx, target, edit, kind="ProposalUpdated", now=now, ids=ids)


async def change_proposal_plan(
    tx: Transaction,
    proposal_id: UUID,
    change: Replan,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Change days and stops: `change` makes the new plan of the stored one.

    Errors: NotFound for the proposal, a day, a stop or a place of the directory; StaleVersion,
            WrongState, ProposalExpired, InvalidInput.
    """

    def edit(proposal: Proposal, was: Content) -> Content:
        return with_plan(proposal, was, change(was.plan, was.head), now=now)

    target = (proposal_id, expected_version)
    return await _edit(tx, target, edit, kind="ProposalPlanChanged", now=now, ids=ids)


async def set_proposal_inclusions(
    tx: Transaction,
    proposal_id: UUID,
    lines: Sequence[Line],
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Replace the priced lines, and price all of it anew.

    Errors: NotFound, StaleVersion, WrongState, ProposalExpired, InvalidInput,
            OverridesExceedTotal, ShareWithoutPayer.
    """

    def edit(proposal: Proposal, was: Content) -> Content:
        return with_lines(proposal, was, tuple(lines), now=now)

    target = (proposal_id, expected_version)
    return await _edit(tx, target, edit, kind="ProposalInclusionsChanged", now=now, ids=ids)


async def set_proposal_guests(
    tx: Transaction,
    proposal_id: UUID,
    guests: Sequence[Guest],
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Replace the guests: who is named again stays, with what they have paid.

    Errors: NotFound, StaleVersion, WrongState, ProposalExpired, InvalidInput,
            OverridesExceedTotal, ShareWithoutPayer.
    """

    def edit(proposal: Proposal, was: Content) -> Content:
        return with_guests(proposal, was, tuple(guests), now=now)

    target = (proposal_id, expected_version)
    return await _edit(tx, target, edit, kind="ProposalGuestsChanged", now=now, ids=ids)


async def restore_proposal_version(
    tx: Transaction,
    proposal_id: UUID,
    version: int,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Bring back the head and the lines of an earlier version, priced by the rates of today.

    Errors: NotFound, StaleVersion, WrongState, ProposalExpired, InvalidInput,
            OverridesExceedTotal, ShareWithoutPayer.
    """
    later, today = await history.since(tx, proposal_id, version), _today(tx, now)

    def edit(proposal: Proposal, was: Content) -> Content:
        return restored(proposal, was, reversed(later), version=version, today=today, now=now)

    target = (proposal_id, expected_version)
    return await _edit(tx, target, edit, kind="ProposalVersionRestored", now=now, ids=ids)


async def _edit(
    tx: Transaction,
    target: tuple[UUID, int],
    edit: Edit,
    *,
    kind: str,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Gather all of it, decide, and store what differs; nothing if nothing does."""
    proposal_id, expected_version = target
    before = await proposals.lock(tx, proposal_id)
    check_version(before, expected_version)
    was = await _content(tx, before)
    after, sums = edit(before, was), before.sums
    if after.basis != was.basis:
        rates = (await _terms(tx, now)).rates
        after, sums = repriced(after, rates, draft=before.status == "draft")
    if after == was:
        return proposal_id
    if after.plan != was.plan and not await proposal_plans.knows_places(tx, after.plan):
        raise NotFound(path="stops")
    stored = edited(before, after.head, sums, seen=after.seen != was.seen or sums != before.sums)
    await _store(tx, stored, was, after, ids=ids)
    await events.append(tx, _event(before, stored, was, after, kind=kind, now=now, id=ids.new()))
    return proposal_id


async def _content(tx: Transaction, proposal: Proposal) -> Content:
    return Content(
        proposal.head,
        await proposal_plans.of(tx, proposal.id),
        await proposal_prices.lines(tx, proposal.id),
        await proposal_prices.guests(tx, proposal.id),
    )


async def _store(
    tx: Transaction, stored: Proposal, was: Content, after: Content, *, ids: Ids
) -> None:
    await proposals.update(tx, stored)
    if after.lines != was.lines:
        await proposal_prices.replace_lines(tx, stored.id, after.lines, ids=ids)
    if after.guests != was.guests:
        await proposal_prices.replace_guests(tx, stored.id, after.guests)
    if after.plan != was.plan:
        await proposal_plans.replace(tx, stored.id, after.plan, ids=ids)


def _event(
    before: Proposal,
    stored: Proposal,
    was: Content,
    after: Content,
    *,
    kind: str,
    now: datetime,
    id: UUID,
) -> Event:
    values, personal = told(was, after)
    return Event(
        id=id,
        kind=kind,
        entity="proposal",
        entity_id=stored.id,
        entity_version=stored.version,
        occurred_at=now,
        changes={**values, **changes(facts(before), facts(stored))},
        personal=personal,
    )


def _brand(tx: Transaction) -> Brand:
    if tx.principal.brand is None:
        raise LookupError("a proposal without a brand")
    return tx.principal.brand


def _today(tx: Transaction, now: datetime) -> date:
    return now.astimezone(ZoneInfo(_brand(tx).time_zone)).date()


async def _terms(tx: Transaction, now: datetime) -> Terms:
    terms = await proposals.terms(tx, _today(tx, now))
    if terms is None:
        raise ServiceUnavailable("The brand has no settings in force yet.")
    return terms
