"""Mails about a booking: what became of it, as it is by the time that the mail is written."""

from datetime import datetime
from uuid import UUID

from db import customer_mails
from domain.errors import NotFound
from domain.money import formatted
from domain.notifications import Mail
from jobs.admission import Refused, Work
from jobs.wording import in_words


async def tell_customer_of_new_time(work: Work, *, booking_id: str, event_id: str) -> None:
    """Mail the customer the time of a moved booking.

    Errors: NotFound, MailRefused, ServiceUnavailable; Refused if the brand has no address to send
            from.
    """
    async with work.session.read() as tx:
        told = await customer_mails.new_time(tx, UUID(booking_id))
    if told is None:
        raise NotFound
    time = in_words(told.starts_at, told.time_zone)
    subject, said = "new time for your tour", f"now starts on {time}."
    await _send(work, told.email, f"{subject} {told.number}", told.number, said, key=event_id)


async def tell_customer_of_cancellation(work: Work, *, booking_id: str, event_id: str) -> None:
    """Mail the customer that their tour is off, and what they get back.

    Errors: NotFound, MailRefused, ServiceUnavailable; Refused if the brand has no address to send
            from.
    """
    async with work.session.read() as tx:
        told = await customer_mails.called_off(tx, UUID(booking_id))
    if told is None:
        raise NotFound
    said = f"on {in_words(told.starts_at, told.time_zone)} is cancelled."
    if told.refund_due_cents:
        said += f"\nYou get back {formatted(told.refund_due_cents, told.currency)}."
    subject = f"your tour {told.number} is cancelled"
    await _send(work, told.email, subject, told.number, said, key=event_id)


async def remind_customer(work: Work, *, booking_id: str, starts_at: str) -> None:
    """Mail the customer their tour with its itinerary, if it is sure and at that time still.

    Errors: NotFound, MailRefused, ServiceUnavailable; Refused if the brand has no address to send
            from.
    """
    at = datetime.fromisoformat(starts_at)
    if at <= work.now():
        return
    async with work.session.read() as tx:
        told = await customer_mails.reminder(tx, UUID(booking_id), at)
    if told is None:
        raise NotFound
    said = f"starts on {in_words(told.starts_at, told.time_zone)}."
    if told.pickup:
        said += f"\nWe meet you here: {told.pickup}"
    said += "".join(f"\n- {stop}" for stop in told.stops)
    key = f"{booking_id}:{starts_at}"
    await _send(work, told.email, f"your tour {told.number} is near", told.number, said, key=key)


async def _send(
    work: Work, email: str | None, subject: str, number: str, said: str, *, key: str
) -> None:
    if email is None:
        return
    if work.brand.email_from is None:
        raise Refused("the brand has no address to send from")
    name = work.brand.brand.name
    text = f"Your tour {number} {said}\n\n{name}\n"
    await work.mailer.send(
        Mail(work.brand.email_from, email, subject=f"{name}: {subject}", text=text, key=key)
    )
