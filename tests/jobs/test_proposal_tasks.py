"""Proposals in the background: the mail with the link that opens one, and the end of their time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.links import LinkTokens
from db import links
from db.database import Transaction
from domain.identity import Brand
from tests.builders import a_brand, a_customer, as_owner, new_id, write
from tests.db.rows import a_proposal
from tests.jobs.conftest import NOW, Stand, enqueued

MAIL, END = "mail_proposal", "end_proposals"
EVENT = "0197a1b2-0000-7000-8000-000000000002"
UNTIL = NOW + timedelta(days=30)


async def a_brand_with_a_website(stand: Stand) -> Brand:
    brand = await a_brand(stand.settings)
    await as_owner(
        stand.settings,
        "update brands set website = 'https://tours.example.com/' where id = %(id)s",
        {"id": brand.id},
        tenant=brand.tenant_id,
    )
    return brand


async def a_sent_one(stand: Stand, brand: Brand, **values: Any) -> tuple[UUID, UUID]:
    """A proposal and the link to it."""
    link = new_id()

    async def work(tx: Transaction) -> UUID:
        client = await a_customer(tx, email=values.pop("email", "ada@example.com"))
        given = {"status": "sent", "valid_until": UNTIL, "accepted_at": None, **values}
        proposal = await a_proposal(
            tx, number="WWT-TP-2026-00007", customer_id=client, ends_on=UNTIL.date(), **given
        )
        await links.issue(tx, "proposal", proposal, id=link, now=NOW)
        return proposal

    return await write(stand.database, brand, work), link


async def mailed(stand: Stand, brand: Brand, proposal: UUID, link: UUID) -> None:
    given = {"proposal_id": str(proposal), "link_id": str(link), "event_id": EVENT}
    await enqueued(stand.database, brand, MAIL, **given)
    await stand.drain()


async def test_a_client_is_mailed_the_address_that_opens_their_proposal_and_nothing_else(
    stand: Stand,
) -> None:
    brand = await a_brand_with_a_website(stand)
    proposal, link = await a_sent_one(stand, brand)

    await mailed(stand, brand, proposal, link)

    (mail,) = stand.letters.sent
    assert (mail.to, mail.subject) == (
        "ada@example.com",
        "Brand wwt: your proposal WWT-TP-2026-00007",
    )
    title, _, until, address, _, sign = mail.text.rstrip().split("\n")
    assert (title, until, sign) == (
        "Three days",
        "Read and accept it until Wednesday, 1 July 2026 at 02:30 PDT:",
        "Brand wwt",
    )
    page, _, token = address.partition("#")
    assert page == "https://tours.example.com/proposals"
    assert isinstance(stand.parts.signers.links, LinkTokens)
    assert stand.parts.signers.links.read(token) == link
    assert (mail.key, str(proposal) in mail.text) == (EVENT, False)


@pytest.mark.parametrize("values", [{"email": None}, {"status": "declined"}, {"valid_until": NOW}])
async def test_nobody_is_mailed_what_may_not_be_answered(
    stand: Stand, values: dict[str, Any]
) -> None:
    brand = await a_brand_with_a_website(stand)
    await mailed(stand, brand, *await a_sent_one(stand, brand, **values))
    assert stand.letters.sent == []
    assert await stand.jobs() == [(MAIL, "succeeded", 1)]


async def test_a_brand_without_a_website_mails_no_address(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    await mailed(stand, brand, *await a_sent_one(stand, brand))
    assert stand.letters.sent == []
    assert await stand.jobs() == [(MAIL, "failed", 1)]


async def test_the_end_of_their_time_is_said_of_open_proposals_of_the_brand_alone(
    stand: Stand,
) -> None:
    brand, other = [await a_brand(stand.settings) for _ in range(2)]
    for each in (brand, other):
        await a_sent_one(stand, each, valid_until=NOW)
    await enqueued(stand.database, brand, END)
    await stand.drain()
    found = await stand.rows("select brand_id, status from proposals order by brand_id")
    assert found == [(brand.id, "expired"), (other.id, "sent")]
