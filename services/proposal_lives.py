"""What happens to a proposal as a whole: sent, seen, signed, declined, opened again, planned."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import events, jobs, links, proposal_prices, proposal_versions, proposals
from db.database import Transaction
from domain.errors import ServiceUnavailable
from domain.events import Change, Event
from domain.ids import Ids
from domain.proposal_lives import (
    Acceptance,
    NoAddress,
    Offer,
    ProposalIsEmpty,
    Sending,
    accepted,
    check_ahead,
    check_version,
    declined,
    expired,
    life_facts,
    planned,
    reopened,
    sent,
    sent_again,
    viewed,
)
from domain.proposal_prices import priced
from domain.proposals import changes

Personal = dict[str, tuple[str | None, str | None]]


async def send_proposal(tx: Transaction, wish: Sending, *, now: datetime, ids: Ids) -> UUID:
    """A draft goes to its client, as a version that is kept.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput, ProposalIsEmpty, NoAddress,
            ShareWithoutPayer.
    """
    before = await proposals.lock_offer(tx, wish.proposal_id)
    after = sent(before, wish, now=now)
    await _check_complete(tx, before.id, now=now)
    return await _send(tx, before, after, kind="ProposalSent", now=now, ids=ids)


async def resend_proposal(tx: Transaction, wish: Sending, *, now: datetime, ids: Ids) -> UUID:
    """The client is sent what the proposal says by now, as a further version.

    Errors: NotFound, StaleVersion, WrongState, ProposalExpired, InvalidInput, ProposalIsEmpty,
            NoAddress, ShareWithoutPayer.
    """
    before = await proposals.lock_offer(tx, wish.proposal_id)
    after = sent_again(before, wish, now=now)
    await _check_complete(tx, before.id, now=now)
    return await _send(tx, before, after, kind="ProposalResent", now=now, ids=ids)


async def view_proposal(tx: Transaction, proposal_id: UUID, *, now: datetime, ids: Ids) -> UUID:
    """The client opens it; the first time is remembered.

    Errors: NotFound.
    """
    before = await proposals.lock_offer(tx, proposal_id)
    after = viewed(before, now=now)
    if after == before:
        return before.id
    await proposals.update_answer(tx, after)
    await _tell(tx, before, after, kind="ProposalViewed", now=now, ids=ids)
    return after.id


async def accept_proposal(tx: Transaction, wish: Acceptance, *, now: datetime, ids: Ids) -> UUID:
    """The client signs; from now on nothing of it is priced anew.

    Errors: NotFound, StaleVersion, WrongState, ProposalExpired, ChangedSinceSent,
            TermsNotAccepted, InvalidInput.
    """
    before = await proposals.lock_offer(tx, wish.proposal_id)
    after, name = accepted(before, wish, now=now)
    await proposals.sign(tx, after, name=name)
    await _tell(
        tx,
        before,
        after,
        kind="ProposalAccepted",
        now=now,
        ids=ids,
        more={"terms_accepted_at": (None, now.isoformat())},
        personal={"signature_name": (None, name)},
    )
    return after.id


async def decline_proposal(
    tx: Transaction,
    proposal_id: UUID,
    reason: str | None,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """The client says no.

    Errors: NotFound, StaleVersion, WrongState, ProposalExpired, InvalidInput.
    """
    before = await proposals.lock_offer(tx, proposal_id)
    after = declined(before, reason, expected_version=expected_version, now=now)
    await proposals.update_answer(tx, after)
    await _tell(tx, before, after, kind="ProposalDeclined", now=now, ids=ids)
    return after.id


async def reopen_proposal(tx: Transaction, wish: Sending, *, now: datetime, ids: Ids) -> UUID:
    """What was declined or has run out is a draft again, with a new validity.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await proposals.lock_offer(tx, wish.proposal_id)
    check_version(before, wish.expected_version)
    ended = await _expire(tx, before, now=now, ids=ids)
    after = reopened(ended, wish, now=now)
    await proposals.update_life(tx, after)
    await _tell(tx, ended, after, kind="ProposalReopened", now=now, ids=ids)
    return after.id


async def set_proposal_phase(
    tx: Transaction,
    proposal_id: UUID,
    phase: str,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Planning goes on to its next phase; a final plan is not changed any more.

    Errors: NotFound, StaleVersion, WrongState.
    """
    before = await proposals.lock_offer(tx, proposal_id)
    after = planned(before, phase, expected_version=expected_version)
    if after == before:
        return before.id
    await proposals.update_life(tx, after)
    await _tell(tx, before, after, kind="ProposalPhaseChanged", now=now, ids=ids)
    return after.id


async def expire_proposals(tx: Transaction, *, now: datetime, batch: int, ids: Ids) -> int:
    """Say of open proposals that they have run out; gives how many were looked at."""
    found = await proposals.run_out(tx, now=now, batch=batch)
    for proposal_id in found:
        await _expire(tx, await proposals.lock_offer(tx, proposal_id), now=now, ids=ids)
    return len(found)


async def _expire(tx: Transaction, before: Offer, *, now: datetime, ids: Ids) -> Offer:
    after = expired(before, now=now)
    if after != before:
        await proposals.update_life(tx, after)
        await _tell(tx, before, after, kind="ProposalExpired", now=now, ids=ids)
    return after


async def _check_complete(tx: Transaction, proposal_id: UUID, *, now: datetime) -> None:
    """Whether it can be sent: days to come, lines, an address, and shares that add up.

    Errors: WrongState, ProposalIsEmpty, NoAddress, ShareWithoutPayer.
    """
    brand = tx.principal.brand
    if brand is None:
        raise LookupError("a proposal without a brand")
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    head = (await proposals.lock(tx, proposal_id)).head
    check_ahead(head.starts_on, today=today)
    lines = await proposal_prices.lines(tx, proposal_id)
    if not lines:
        raise ProposalIsEmpty
    client = await proposals.client(tx, proposal_id)
    if client is None or client.email is None:
        raise NoAddress
    terms = await proposals.terms(tx, today)
    if terms is None:
        raise ServiceUnavailable("The brand has no settings in force yet.")
    priced(head, lines, await proposal_prices.guests(tx, proposal_id), terms.rates, draft=False)


async def _send(
    tx: Transaction, before: Offer, after: Offer, *, kind: str, now: datetime, ids: Ids
) -> UUID:
    await proposals.update_life(tx, after)
    number = await proposal_versions.freeze(tx, after.id, id=ids.new(), now=now)
    more: dict[str, Change] = {"sent_as": (number - 1 or None, number)}
    event_id = await _tell(tx, before, after, kind=kind, now=now, ids=ids, more=more)
    link_id = ids.new()
    await links.revoke(tx, after.id, now=now)  # An address that was mailed before opens it no more.
    await links.issue(tx, "proposal", after.id, id=link_id, now=now)
    told = {"proposal_id": after.id, "link_id": link_id, "event_id": event_id}
    await jobs.enqueue(tx, "mail_proposal", {name: str(id) for name, id in told.items()})
    await jobs.enqueue(tx, "end_proposals", {}, run_at=after.valid_until)
    return after.id


async def _tell(
    tx: Transaction,
    before: Offer,
    after: Offer,
    *,
    kind: str,
    now: datetime,
    ids: Ids,
    more: dict[str, Change] | None = None,
    personal: Personal | None = None,
) -> UUID:
    """Append what happened; gives the event's id."""
    event = Event(
        id=ids.new(),
        kind=kind,
        entity="proposal",
        entity_id=after.id,
        entity_version=after.version,
        occurred_at=now,
        changes={**changes(life_facts(before), life_facts(after)), **(more or {})},
        personal=personal or {},
    )
    await events.append(tx, event)
    return event.id
