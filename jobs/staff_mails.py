"""Mails to staff: the code with which they choose a password."""

from typing import Final
from uuid import UUID

from db import second_factors, sign_in
from domain.notifications import Mail
from jobs.admission import Refused, Work
from jobs.wording import in_words

SAID: Final = {
    "invitation": ("your invitation", "You are invited to work with us."),
    "reset": (
        "a new password",
        "Somebody, we hope you, asked for a new password. If it was not you, do nothing.",
    ),
}


async def mail_password_code(work: Work, *, code_id: str) -> None:
    """Mail a code to whom it was given: it is signed here, and stored nowhere.

    Errors: MailRefused, ServiceUnavailable; Refused if the brand has no address to send from.
    """
    async with work.session.read() as tx:
        told = await sign_in.code_to_mail(tx, UUID(code_id), now=work.now())
    if told is None:
        return
    if work.brand.email_from is None:
        raise Refused("the brand has no address to send from")
    brand = work.brand.brand
    subject, said = SAID[told.kind]
    until = in_words(told.expires_at, brand.time_zone)
    text = (
        f"{told.name},\n\n{said}\n\nThis code sets your password for {told.tenant}, once, until"
        f" {until}:\n{work.signers.codes.token_of(UUID(code_id))}\n\n{brand.name}\n"
    )
    await work.mailer.send(
        Mail(work.brand.email_from, told.email, f"{brand.name}: {subject}", text, key=code_id)
    )


async def mail_second_factor_reset(work: Work, *, staff_id: str, event_id: str) -> None:
    """Tell a member that an owner has taken their second factor.

    Errors: MailRefused, ServiceUnavailable; Refused if the brand has no address to send from.
    """
    async with work.session.read() as tx:
        told = await second_factors.contact(tx, UUID(staff_id))
    if told is None:
        return
    if work.brand.email_from is None:
        raise Refused("the brand has no address to send from")
    name = work.brand.brand.name
    text = (
        f"{told.name},\n\nAn owner has reset your second factor, and all your sessions are over."
        " Sign in with your password, and enrol your authenticator anew. If you did not ask for"
        f" it, speak to them now.\n\n{name}\n"
    )
    await work.mailer.send(
        Mail(work.brand.email_from, told.email, f"{name}: your second factor", text, key=event_id)
    )
