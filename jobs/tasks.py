"""What is done in the background, for one brand, by name."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from db import purges
from jobs.admission import Task, Work
from jobs.booking_mails import (
    remind_customer,
    tell_customer_of_cancellation,
    tell_customer_of_new_time,
)
from jobs.guest_mails import mail_link, mail_sign_in
from jobs.privacy import erase_customer, export_customer, purge_customer_exports
from jobs.proposal_tasks import end_proposals, mail_proposal
from jobs.staff_mails import mail_password_code, mail_second_factor_reset
from jobs.support import end_support_access
from services import field_usage, holds, offers, reservations, retention, tickets

SWEPT: Final = 100
FORGOTTEN: Final = 1_000


async def expire_tour_offers(work: Work) -> None:
    """End the brand's offers that nobody has answered in time."""
    now = work.now()
    await work.session.write(lambda tx: offers.expire_offers(tx, now=now, ids=work.ids))


async def expire_hold(work: Work, *, booking_id: str) -> None:
    """End a hold whose time is over, unless it was extended, sold or given back meanwhile."""
    now = work.now()
    await work.session.write(
        lambda tx: holds.expire_hold(tx, UUID(booking_id), now=now, ids=work.ids)
    )


async def expire_tickets(work: Work) -> None:
    """Cancel the brand's tickets that nobody paid in their time; their seats were free before."""
    now = work.now()
    while await work.session.write(
        lambda tx: tickets.expire_tickets(tx, batch=SWEPT, now=now, ids=work.ids)
    ):
        pass


async def purge_idempotency_records(work: Work) -> None:
    """Delete the brand's stored answers whose time has run out."""
    now = work.now()
    await work.session.write(lambda tx: purges.idempotency_records(tx, now=now))


async def purge_sign_ins(work: Work) -> None:
    """Delete the operator's sessions and codes that have been over for as long as it keeps them."""
    now = work.now()
    await work.session.write(lambda tx: retention.purge_sign_ins(tx, now=now))


async def apply_retention(work: Work) -> None:
    """Forget what is older than the tenant keeps it: values of persons, and addresses."""
    now = work.now()
    await retention.apply_retention(work.session, batch=FORGOTTEN, now=now, ids=work.ids)


async def purge_usage(work: Work) -> None:
    """Forget which fields and documents the brand's callers used too long ago."""
    now = work.now()
    await work.session.write(lambda tx: field_usage.purge_usage(tx, now=now))


async def expire_reservations(work: Work) -> None:
    """End the brand's reservations that have run out, some at a time until none is left."""
    now = work.now()
    while await work.session.write(
        lambda tx: reservations.expire_reservations(tx, batch=SWEPT, now=now, ids=work.ids)
    ):
        pass


TASKS: Final[Mapping[str, Task]] = {
    "tell_customer_of_new_time": tell_customer_of_new_time,
    "tell_customer_of_cancellation": tell_customer_of_cancellation,
    "remind_customer": remind_customer,
    "expire_tour_offers": expire_tour_offers,
    "mail_password_code": mail_password_code,
    "mail_second_factor_reset": mail_second_factor_reset,
    "mail_sign_in": mail_sign_in,
    "mail_link": mail_link,
    "mail_proposal": mail_proposal,
    "end_proposals": end_proposals,
    "expire_hold": expire_hold,
    "expire_tickets": expire_tickets,
    "purge_idempotency_records": purge_idempotency_records,
    "purge_sign_ins": purge_sign_ins,
    "purge_usage": purge_usage,
    "apply_retention": apply_retention,
    "end_support_access": end_support_access,
    "expire_reservations": expire_reservations,
    "export_customer": export_customer,
    "erase_customer": erase_customer,
    "purge_customer_exports": purge_customer_exports,
}
