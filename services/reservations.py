"""What can be done to a reservation, until it has become a booking or come to nothing."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db import buyers, events, inquiries, links, numbering, prices, reservations, tasks
from db.database import Transaction
from domain import inquiries as leads
from domain import reservation_cancellations as endings
from domain import reservations as rules
from domain import tasks as work
from domain.cancellation import Refund
from domain.errors import InvalidInput, NotFound
from domain.identity import Kind
from domain.ids import Ids
from domain.money import formatted
from domain.numbers import Numbered
from domain.quotes import PriceBook
from domain.reservation_cancellations import Cancellation
from domain.reservations import (
    Known,
    NewReservation,
    Reservation,
    ReservationChange,
)
from domain.tasks import Task


async def create_reservation(
    tx: Transaction, wish: NewReservation, *, id: UUID, now: datetime, ids: Ids
) -> UUID:
    """Hold a wished day behind a flat deposit, under an id that is known beforehand.

    Shape:  whoever holds its link sees it; an inquiry that it came of is won by it.
    Errors: InvalidInput, NoRate; NotFound for the customer or the inquiry; WrongState.
    """
    rules.check_new(wish, today=now.astimezone(_zone(tx)).date())
    customer = await _customer(tx, wish, now=now, ids=ids)
    if wish.inquiry_id is not None:
        await _won(tx, wish.inquiry_id, customer, now=now, ids=ids)
    book = await _book(tx, now=now)
    number = await numbering.next_of(tx, Numbered.RESERVATION, now=now)
    made = rules.draft(wish, book, id=id, number=number, customer_id=customer, now=now)
    await reservations.insert(tx, made)
    await events.append(tx, rules.event("ReservationCreated", made, id=ids.new(), now=now))
    await links.issue(tx, "reservation", made.id, id=ids.new(), now=now)
    await _told(tx, work.consultation(made.id, id=ids.new(), now=now), now=now, ids=ids)
    return made.id


async def update_reservation(
    tx: Transaction, wish: ReservationChange, *, now: datetime, ids: Ids
) -> UUID:
    """Change what was wished; a deposit that is not paid yet follows the party.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput, NoRate.
    """
    known = await _locked(tx, wish.reservation_id, now=now)
    after = rules.change(known, wish, (await _book(tx, now=now)).rates)
    if after is not None:
        await _stored(tx, "ReservationUpdated", known, after, ids=ids)
    return known.reservation.id


async def amend_reservation(
    tx: Transaction, wish: ReservationChange, *, now: datetime, ids: Ids
) -> UUID:
    """Correct how whoever reserved is reached, and what they wish; who they are stays.

    Shape:  a guest may until they are consulted, and their days while the first tier lasts.
    Errors: NotFound, StaleVersion, WrongState, InvalidInput, NoRate; of a guest TooLate.
    """
    known, book = await _locked(tx, wish.reservation_id, now=now), await _book(tx, now=now)
    rules.check_open(known, wish.expected_version)
    if tx.principal.kind is Kind.LINK:
        endings.check_guest_changes(known, wish, book.policy)
    after = rules.change(known, wish, book.rates)
    if after is not None:
        await _stored(tx, "ReservationAmended", known, after, ids=ids)
    return known.reservation.id


async def contact_reservation(
    tx: Transaction, reservation_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """Say that the guest was consulted; what staff were told to do is done by that.

    Errors: NotFound, StaleVersion, WrongState.
    """
    known = await _locked(tx, reservation_id, now=now)
    after = rules.step(known, "contacted", expected_version=expected_version)
    await _stored(tx, "ReservationContacted", known, after, ids=ids)
    await _consulted(tx, after.id, now=now, ids=ids)
    return after.id


async def confirm_reservation(
    tx: Transaction, reservation_id: UUID, *, expected_version: int, now: datetime, ids: Ids
) -> UUID:
    """Say that the guest agrees to what was talked over.

    Errors: NotFound, StaleVersion, WrongState.
    """
    known = await _locked(tx, reservation_id, now=now)
    after = rules.step(known, "confirmed", expected_version=expected_version)
    await _stored(tx, "ReservationConfirmed", known, after, ids=ids)
    return after.id


async def quote_cancellation(
    tx: Transaction, reservation_id: UUID, *, our_fault: bool, now: datetime
) -> Refund:
    """What cancelling now would give back; nothing is stored.

    Errors: NotFound, WrongState, InvalidInput.
    """
    known = await reservations.look(tx, reservation_id, now=now, zone=_zone(tx))
    if known is None:
        raise NotFound(path="id")
    _check_fault(tx, our_fault=our_fault)
    return endings.quoted(known, (await _book(tx, now=now)).policy, our_fault=our_fault)


async def cancel_reservation(
    tx: Transaction, wish: Cancellation, *, now: datetime, ids: Ids
) -> UUID:
    """Cancel, with exactly the refund that the guest was told; staff are told to make it.

    Errors: NotFound, StaleVersion, WrongState, InvalidInput, RefundChanged.
    """
    known = await _locked(tx, wish.reservation_id, now=now)
    _check_fault(tx, our_fault=wish.our_fault)
    policy = (await _book(tx, now=now)).policy
    after = endings.cancel(known, wish, policy)
    await _stored(tx, "ReservationCancelled", known, after, ids=ids)
    await _consulted(tx, after.id, now=now, ids=ids)
    if after.refund_due_cents is not None:
        task = work.refund("reservation", after.id, id=ids.new(), now=now)
        await _told(tx, task, now=now, ids=ids)
    if cents := endings.back_if_won(known, policy, our_fault=wish.our_fault):
        money = formatted(cents, after.currency)
        task = work.refund_if_won("reservation", after.id, money, id=ids.new(), now=now)
        await _told(tx, task, now=now, ids=ids)
    return after.id


async def expire_reservations(tx: Transaction, *, batch: int, now: datetime, ids: Ids) -> int:
    """End those that have run out, and tell how many; what was paid is left for staff to decide.

    Shape:  one that somebody is changing is left for the next time.
    """
    zone = _zone(tx)
    today = now.astimezone(zone).date()
    found = await reservations.run_out(tx, today=today, now=now, batch=batch)
    for reservation_id in found:
        known = await _locked(tx, reservation_id, now=now)
        after = rules.expire(known)
        if after is None:
            raise AssertionError(reservation_id)
        await _stored(tx, "ReservationExpired", known, after, ids=ids)
        if known.paid_cents:
            task = work.paid_for_nothing(after.id, id=ids.new(), now=now)
            await _told(tx, task, now=now, ids=ids)
    return len(found)


async def _customer(tx: Transaction, wish: NewReservation, *, now: datetime, ids: Ids) -> UUID:
    """Errors: NotFound for a customer whom the caller does not have."""
    if wish.customer_id is not None and wish.customer_id == tx.principal.actor_id:
        return wish.customer_id
    if wish.customer_id is None and wish.contact is not None:
        return await buyers.find_or_make(tx, wish.contact, now=now, ids=ids)
    if wish.customer_id is None or await buyers.contact(tx, wish.customer_id) is None:
        raise NotFound(path="customerId")
    return wish.customer_id


async def _won(
    tx: Transaction, inquiry_id: UUID, customer_id: UUID, *, now: datetime, ids: Ids
) -> None:
    before = await inquiries.lock(tx, inquiry_id)
    if before is None:
        raise NotFound(path="inquiryId")
    after, through = leads.win(before, customer_id)
    await inquiries.update(tx, after, through=through)
    await events.append(tx, leads.event("InquiryWon", after, before, id=ids.new(), now=now))
    await _done(tx, inquiry_id, "call_back", now=now, ids=ids)


async def _consulted(tx: Transaction, reservation_id: UUID, *, now: datetime, ids: Ids) -> None:
    """Whoever of staff acts on it has done it; a guest's cancellation leaves nothing to do."""
    await _done(tx, reservation_id, "consultation", now=now, ids=ids)
    if tx.principal.kind is Kind.LINK:
        settled = await tasks.settle(tx, reservation_id, "consultation", now=now)
        await events.append_alike(tx, [each.event(id=ids.new(), now=now) for each in settled])


def _check_fault(tx: Transaction, *, our_fault: bool) -> None:
    if our_fault and tx.principal.kind is Kind.LINK:
        raise InvalidInput("Whose fault it is, staff say.", path="ourFault")


async def _done(tx: Transaction, subject_id: UUID, kind: str, *, now: datetime, ids: Ids) -> None:
    """What staff were told about it is done by whoever of them acts on it."""
    by = tx.principal.actor_id
    if tx.principal.kind is not Kind.STAFF or by is None:
        return
    for before in await tasks.lock_open(tx, subject_id, kind=kind):
        after = work.done(before, by, now=now)
        await tasks.update(tx, after)
        await events.append(tx, work.event("TaskCompleted", after, before, id=ids.new(), now=now))


async def _told(tx: Transaction, task: Task, *, now: datetime, ids: Ids) -> None:
    await tasks.insert(tx, task)
    await events.append(tx, work.event("TaskCreated", task, id=ids.new(), now=now))


async def _locked(tx: Transaction, reservation_id: UUID, *, now: datetime) -> Known:
    known = await reservations.lock(tx, reservation_id, now=now, zone=_zone(tx))
    if known is None:
        raise NotFound(path="id")
    return known


async def _stored(
    tx: Transaction, kind: str, known: Known, after: Reservation, *, ids: Ids
) -> None:
    await reservations.update(tx, after)
    told = rules.event(kind, after, known.reservation, id=ids.new(), now=known.now)
    await events.append(tx, told)


async def _book(tx: Transaction, *, now: datetime) -> PriceBook:
    """A reservation is sold by the rows of the day it is made, whenever the tour may be."""
    today = now.astimezone(_zone(tx)).date()
    book = await prices.book(tx, prices.Asked(day=today, today=today))
    if book is None:
        raise NotFound
    return book


def _zone(tx: Transaction) -> ZoneInfo:
    if tx.principal.brand is None:
        raise NotFound
    return ZoneInfo(tx.principal.brand.time_zone)
