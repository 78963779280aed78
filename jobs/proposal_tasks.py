"""What is done for proposals in the background: the mail with the link, the end of their time."""

from typing import Final
from uuid import UUID

from db import customer_mails
from domain.errors import NotFound
from domain.notifications import Mail
from jobs.admission import Refused, Work
from jobs.wording import in_words
from services.proposal_lives import expire_proposals

BATCH: Final = 100


async def mail_proposal(work: Work, *, proposal_id: str, link_id: str, event_id: str) -> None:
    """Mail the client the address of their proposal: the token is made here, and stored nowhere.

    Errors: NotFound, MailRefused, ServiceUnavailable; Refused if the brand has no address to send
            from, or no website to open it on.
    """
    async with work.session.read() as tx:
        told = await customer_mails.sent_proposal(tx, UUID(proposal_id), now=work.now())
    if told is None:
        raise NotFound
    if told.email is None:
        return
    if work.brand.email_from is None or told.website is None:
        raise Refused("the brand has no address to send from, or no website")
    brand = work.brand.brand
    address = f"{told.website.rstrip('/')}/proposals#{work.signers.links.token_of(UUID(link_id))}"
    until = in_words(told.valid_until, brand.time_zone)
    await work.mailer.send(
        Mail(
            sender=work.brand.email_from,
            to=told.email,
            subject=f"{brand.name}: your proposal {told.number}",
            text=f"{told.title}\n\nRead and accept it until {until}:\n{address}\n\n{brand.name}\n",
            key=event_id,
        )
    )


async def end_proposals(work: Work) -> None:
    """Say of the brand's open proposals that their time has run out."""
    now, more = work.now(), True
    while more:
        found = await work.session.write(
            lambda tx: expire_proposals(tx, now=now, batch=BATCH, ids=work.ids)
        )
        more = found == BATCH
