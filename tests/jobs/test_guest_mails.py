"""Mails that sign in: the link and the digits are those that open, and go to one address alone."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from db import guest_sessions, links
from db.database import Transaction
from domain.identity import Brand, Kind
from tests.builders import a_booking, a_brand, a_customer, a_driver, a_principal, as_owner, new_id
from tests.jobs.conftest import NOW, Stand, enqueued

UNTIL = NOW + timedelta(minutes=15)
WEBSITE = "update brands set website = %(website)s where id = %(id)s"


async def an_attempt(stand: Stand, brand: Brand, kind: Kind, *, until: datetime = UNTIL) -> UUID:
    attempt, builder = new_id(), a_customer if kind is Kind.CUSTOMER else a_driver

    async def person(tx: Transaction) -> UUID:
        return await builder(tx, email="ada@example.com")

    id = await stand.database.session(a_principal(brand)).write(person)

    async def work(tx: Transaction) -> None:
        await guest_sessions.insert_code(tx, kind, attempt, id, now=NOW, expires_at=until)

    await stand.database.session(a_principal(brand, Kind.WORKER)).write(work)
    return attempt


async def mailed(stand: Stand, brand: Brand, kind: Kind, attempt: UUID) -> None:
    given = {"kind": kind.value, "code_id": str(attempt)}
    await enqueued(stand.database, brand, "mail_sign_in", **given)
    await stand.drain()


@pytest.mark.parametrize(("kind", "page"), [(Kind.CUSTOMER, "sign-in"), (Kind.DRIVER, "driver")])
async def test_a_mail_has_the_link_to_the_brands_website_and_the_digits(
    stand: Stand, kind: Kind, page: str
) -> None:
    brand = await a_brand(stand.settings)
    given = {"website": "https://wine.example/", "id": brand.id}
    await as_owner(stand.settings, WEBSITE, given, tenant=brand.tenant_id)
    attempt = await an_attempt(stand, brand, kind)

    await mailed(stand, brand, kind, attempt)

    (mail,) = stand.letters.sent
    codes = stand.parts.signers.sign_ins
    digits = codes.digits_of(attempt)
    shown = f"{digits[:3]} {digits[3:]}"
    assert (mail.sender, mail.to) == ("bookings@example.com", "ada@example.com")
    assert mail.subject == f"Brand wwt: your code is {shown}"
    assert shown in mail.text.splitlines()
    [link] = [line for line in mail.text.splitlines() if line.startswith("https://")]
    address, _, token = link.partition("#")
    assert address == f"https://wine.example/{page}"
    assert codes.links.read(token) == attempt


async def test_a_brand_without_a_website_mails_the_digits_alone(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    attempt = await an_attempt(stand, brand, Kind.CUSTOMER)
    await mailed(stand, brand, Kind.CUSTOMER, attempt)
    (mail,) = stand.letters.sent
    digits = stand.parts.signers.sign_ins.digits_of(attempt)
    assert f"{digits[:3]} {digits[3:]}" in mail.text.splitlines()
    assert "http" not in mail.text
    assert "si_" not in mail.text


async def test_an_attempt_that_is_over_or_of_another_brand_is_not_mailed(stand: Stand) -> None:
    brand, stranger = await a_brand(stand.settings), await a_brand(stand.settings)
    over = await an_attempt(stand, brand, Kind.CUSTOMER, until=NOW)
    theirs = await an_attempt(stand, stranger, Kind.CUSTOMER)
    for attempt in (over, theirs):
        await mailed(stand, brand, Kind.CUSTOMER, attempt)
    assert stand.letters.tried == 0


async def test_a_link_that_was_given_anew_is_mailed_with_the_page_that_it_opens_on(
    stand: Stand,
) -> None:
    brand, link, over = await a_brand(stand.settings), new_id(), new_id()
    given = {"website": "https://wine.example", "id": brand.id}
    await as_owner(stand.settings, WEBSITE, given, tenant=brand.tenant_id)

    async def work(tx: Transaction) -> None:
        booking = await a_booking(tx, customer_email="ada@example.com", customer_name="Ada")
        await links.issue(tx, "booking", booking, id=over, now=NOW, expires_at=NOW)
        await links.issue(tx, "booking", booking, id=link, now=NOW)

    await stand.database.session(a_principal(brand)).write(work)
    for each in (over, link):
        event = str(new_id())
        told = {"link_id": str(each), "event_id": event}
        await enqueued(stand.database, brand, "mail_link", **told)
    await stand.drain()

    (mail,) = stand.letters.sent
    assert (mail.to, mail.key) == ("ada@example.com", event)
    [address] = [line for line in mail.text.splitlines() if line.startswith("https://")]
    page, _, token = address.partition("#")
    assert page == "https://wine.example/bookings"
    assert stand.parts.signers.links.read(token) == link
