"""Codes by mail: whoever they were given to gets one that works, and nobody one that does not."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from db import sign_in
from db.database import Transaction
from domain.identity import Brand, Kind
from tests.builders import a_brand, a_member, a_principal, new_id
from tests.jobs.conftest import NOW, Stand, enqueued

MAIL = "mail_password_code"


async def a_code(stand: Stand, brand: Brand, kind: str, *, expires_at: datetime) -> UUID:
    staff, code = await a_member(stand.database, brand), new_id()

    async def work(tx: Transaction) -> None:
        await sign_in.insert_code(tx, code, staff, kind, now=NOW, expires_at=expires_at)

    await stand.database.session(a_principal(brand, Kind.WORKER)).write(work)
    return code


async def mailed(stand: Stand, brand: Brand, code: UUID) -> None:
    await enqueued(stand.database, brand, MAIL, code_id=str(code))
    await stand.drain()


@pytest.mark.parametrize(
    ("kind", "subject"), [("invitation", "your invitation"), ("reset", "a new password")]
)
async def test_a_code_is_mailed_to_whom_it_was_given(stand: Stand, kind: str, subject: str) -> None:
    brand = await a_brand(stand.settings)
    code = await a_code(stand, brand, kind, expires_at=NOW + timedelta(minutes=30))

    await mailed(stand, brand, code)

    (mail,) = stand.letters.sent
    assert (mail.sender, mail.key) == ("bookings@example.com", str(code))
    assert mail.subject == f"Brand wwt: {subject}"
    assert mail.to.startswith("staff-")
    (line,) = [line for line in mail.text.splitlines() if line.startswith("sc_")]
    assert stand.parts.signers.codes.read(line) == code
    assert f"for {brand.tenant_slug}, once, until" in mail.text


async def test_a_code_that_is_over_or_of_a_stranger_is_not_mailed(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    stranger = await a_brand(stand.settings)
    over = await a_code(stand, brand, "reset", expires_at=NOW)
    theirs = await a_code(stand, stranger, "reset", expires_at=NOW + timedelta(minutes=30))

    for code in (over, theirs):
        await mailed(stand, brand, code)

    assert stand.letters.tried == 0


async def test_whose_second_factor_was_reset_is_told_so(stand: Stand) -> None:
    brand = await a_brand(stand.settings)
    staff, event = await a_member(stand.database, brand), str(new_id())
    reset = "mail_second_factor_reset"
    await enqueued(stand.database, brand, reset, staff_id=str(staff), event_id=event)
    stranger = await a_brand(stand.settings)
    await enqueued(stand.database, stranger, reset, staff_id=str(staff), event_id=event)

    await stand.drain()

    (mail,) = stand.letters.sent
    assert (mail.sender, mail.key) == ("bookings@example.com", event)
    assert mail.subject == "Brand wwt: your second factor"
    assert mail.to.startswith("staff-")
    assert "An owner has reset your second factor" in mail.text
