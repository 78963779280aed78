"""Mails to customers and drivers that sign them in, once."""

from typing import Final
from uuid import UUID

from db import guest_sessions
from domain.identity import Kind
from domain.notifications import Mail
from jobs.admission import Refused, Work
from jobs.wording import in_words

PAGES: Final = {Kind.CUSTOMER: "sign-in", Kind.DRIVER: "driver"}


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
