"""What can be done to an inquiry, until it is won or lost."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import conversions, events, inquiries, links, numbering, tasks
from db.database import Transaction
from domain import conversions as targets
from domain import inquiries as rules
from domain import tasks as work
from domain.conversions import Conversion
from domain.errors import NotFound
from domain.identity import Kind
from domain.ids import Ids
from domain.inquiries import Inquiry, InquiryChange, InquiryMove, NewInquiry
from domain.numbers import Numbered


async def create_inquiry(
    tx: Transaction, wish: NewInquiry, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Take an inquiry in under an id that is known beforehand, and tell staff to answer it.

    Shape:  it knows no customer: whoever asks is told nothing of those that there are; whoever
            holds its link sees it, and may withdraw it.
    Errors: InvalidInput.
    """
    rules.draft(wish, id=id, number="", now=now)
    rules.check_ahead(wish.wished_on, today=_today(tx, now))
    number = await numbering.next_of(tx, Numbered.INQUIRY, now=now)
    inquiry = rules.draft(wish, id=id, number=number, now=now)
    await inquiries.insert(tx, inquiry)
    await events.append(tx, rules.event("InquiryCreated", inquiry, id=ids.new(), now=now))
    await links.issue(tx, "inquiry", inquiry.id, id=ids.new(), now=now)
    task = work.call_back(inquiry.id, id=ids.new(), now=now)
    await tasks.insert(tx, task)
    await events.append(tx, work.event("TaskCreated", task, id=ids.new(), now=now))
    return inquiry.id


async def update_inquiry(tx: Transaction, wish: InquiryChange, *, now: datetime, ids: Ids) -> UUID:
    """Correct contact data and wishes.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await _locked(tx, wish.inquiry_id)
    after = rules.change(before, wish)
    if after is not None and after.wished_on != before.wished_on:
        rules.check_ahead(after.wished_on, today=_today(tx, now))
    return await _stored(tx, "InquiryUpdated", before, after, now=now, ids=ids)


async def move_inquiry(tx: Transaction, wish: InquiryMove, *, now: datetime, ids: Ids) -> UUID:
    """Bring it to its next state; what staff were told to do about it is done by that.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await _locked(tx, wish.inquiry_id)
    after = rules.move(before, wish)
    if after is not None:
        await _answered(tx, before.id, now=now, ids=ids)
    return await _stored(tx, "InquiryMoved", before, after, now=now, ids=ids)


async def withdraw_inquiry(
    tx: Transaction,
    inquiry_id: UUID,
    reason: str | None,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Take back what one has asked; nobody has to answer it any more.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput.
    """
    before = await inquiries.lock_own(tx, inquiry_id)
    if before is None:
        raise NotFound(path="id")
    after = rules.withdraw(before, expected_version=expected_version, reason=reason)
    await inquiries.withdraw(tx, after)
    await events.append(tx, rules.event("InquiryWithdrawn", after, before, id=ids.new(), now=now))
    settled = await tasks.settle(tx, inquiry_id, "call_back", now=now)
    await events.append_alike(tx, [each.event(id=ids.new(), now=now) for each in settled])
    return inquiry_id


async def assign_inquiry(
    tx: Transaction,
    inquiry_id: UUID,
    assignee_id: UUID | None,
    *,
    expected_version: int,
    now: datetime,
    ids: Ids,
) -> UUID:
    """Say who answers it, or that nobody is chosen.

    Errors: NotFound for the inquiry or the assignee, StaleVersion.
    """
    before = await _locked(tx, inquiry_id)
    after = rules.assign(before, assignee_id, expected_version=expected_version)
    if assignee_id is not None and not await tasks.is_member(tx, assignee_id):
        raise NotFound(path="assigneeId")
    return await _stored(tx, "InquiryAssigned", before, after, now=now, ids=ids)


async def convert_inquiry(tx: Transaction, wish: Conversion, *, now: datetime, ids: Ids) -> UUID:
    """Win an inquiry: it became the reservation, proposal or booking that is named.

    Errors: NotFound for the inquiry or what it became, StaleVersion, WrongState.
    """
    before = await _locked(tx, wish.inquiry_id)
    rules.check_version(before, wish.expected_version)
    target = await conversions.lock(tx, wish.kind, wish.target_id)
    if target is None:
        raise NotFound(path="into")
    after, through = rules.win(before, target.customer_id)
    if targets.check_free(target, before.id):
        await conversions.link(tx, target, before.id, now=now)
        await events.append(tx, targets.event(target, before.id, id=ids.new(), now=now))
    await _answered(tx, before.id, now=now, ids=ids)
    return await _stored(tx, "InquiryWon", before, after, through=through, now=now, ids=ids)


async def _locked(tx: Transaction, inquiry_id: UUID) -> Inquiry:
    inquiry = await inquiries.lock(tx, inquiry_id)
    if inquiry is None:
        raise NotFound(path="id")
    return inquiry


async def _answered(tx: Transaction, inquiry_id: UUID, *, now: datetime, ids: Ids) -> None:
    """What staff were told when the inquiry came in is done by whoever of them moves it."""
    by = tx.principal.actor_id
    if tx.principal.kind is not Kind.STAFF or by is None:
        return
    for before in await tasks.lock_open(tx, inquiry_id, kind="call_back"):
        after = work.done(before, by, now=now)
        await tasks.update(tx, after)
        await events.append(tx, work.event("TaskCompleted", after, before, id=ids.new(), now=now))


async def _stored(
    tx: Transaction,
    kind: str,
    before: Inquiry,
    after: Inquiry | None,
    *,
    through: Sequence[str] = (),
    now: datetime,
    ids: Ids,
) -> UUID:
    if after is not None:
        await inquiries.update(tx, after, through=through)
        await events.append(tx, rules.event(kind, after, before, id=ids.new(), now=now))
    return before.id


def _today(tx: Transaction, now: datetime) -> date:
    if tx.principal.brand is None:
        raise NotFound
    return now.astimezone(ZoneInfo(tx.principal.brand.time_zone)).date()
