"""Mails to guests and drivers that open something: a session once, or one object."""

from typing import Final
from uuid import UUID

from db import guest_sessions, links
from domain.errors import NotFound
from domain.identity import Kind
from domain.notifications import Mail
from jobs.admission import Refused, Work
from jobs.wording import in_words

PAGES: Final = {Kind.CUSTOMER: "sign-in", Kind.DRIVER: "driver"}
OPENS: Final = {
    "booking": ("bookings", "your tour"),
    "reservation": ("reservations", "your reservation"),
    "proposal": ("proposals", "your proposal"),
    "proposal_guest": ("proposals", "your proposal"),
    "inquiry": ("inquiries", "your inquiry"),
    "ticket": ("tickets", "your tickets"),
}


async def mail_sign_in(work: Work, *, kind: str, code_id: str) -> None:
    """Mail the link and the digits of an attempt: made here, and stored nowhere.

    Shape:  a brand without a website sends the digits alone.
    Errors: MailRefused, ServiceUnavailable; Refused if the brand has no address to send from.
    """
    who, id = Kind(kind), UUID(code_id)
    async with work.session.read() as tx:
        told = await guest_sessions.code_to_mail(tx, who, id, now=work.now())
    if told is None:
        return
    if work.brand.email_from is None:
        raise Refused("the brand has no address to send from")
    brand, codes = work.brand.brand, work.signers.sign_ins
    digits = codes.digits_of(id)
    lines = [f"{told.name},", "", "Somebody, we hope you, wants to sign in."]
    if told.website:
        address = f"{told.website.rstrip('/')}/{PAGES[who]}#{codes.links.token_of(id)}"
        lines += ["", "Open this to sign in:", address]
    lines += [
        "",
        f"{'Or type' if told.website else 'Type'} this code where you asked for it:",
        f"{digits[:3]} {digits[3:]}",
        "",
        f"It works once, until {in_words(told.expires_at, brand.time_zone)}.",
        "If it was not you, do nothing, and tell the code to nobody.",
        "",
        brand.name,
        "",
    ]
    subject = f"{brand.name}: your code is {digits[:3]} {digits[3:]}"
    await work.mailer.send(
        Mail(work.brand.email_from, told.email, subject, "\n".join(lines), key=code_id)
    )


async def mail_link(work: Work, *, link_id: str, event_id: str) -> None:
    """Mail a link that was given anew: its token is made here, and stored nowhere.

    Errors: NotFound, MailRefused, ServiceUnavailable; Refused if the brand has no address to send
            from, or no website to open it on.
    """
    id = UUID(link_id)
    async with work.session.read() as tx:
        told = await links.link_to_mail(tx, id, now=work.now())
    if told is None:
        raise NotFound
    if told.email is None:
        return
    if work.brand.email_from is None or told.website is None:
        raise Refused("the brand has no address to send from, or no website")
    page, what = OPENS[told.kind]
    address = f"{told.website.rstrip('/')}/{page}#{work.signers.links.token_of(id)}"
    name = work.brand.brand.name
    text = (
        f"{told.name},\n\nHere is a new link to {what}; the one before opens nothing any more:\n"
        f"{address}\n\n{name}\n"
    )
    subject = f"{name}: a new link to {what}"
    await work.mailer.send(Mail(work.brand.email_from, told.email, subject, text, key=event_id))
