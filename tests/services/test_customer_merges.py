"""Merging two customers: everything moves, told object by object, or nothing does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from auth.tokens import Claims
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds
from db import buyers, callers
from db.customer_merges import MOVES
from db.database import Database, Transaction
from domain.customer_merges import Merge, Merged
from domain.customers import Contact, ContactChange
from domain.errors import DomainError, NotFound, StaleVersion
from domain.identity import NOBODY, Brand, Kind
from services.customer_merges import merge_customers
from services.customers import update_customer
from tests.builders import START, a_booking, a_brand, a_customer, a_payment, new_id, write
from tests.db.refusals import stored
from tests.db.rows import a_guest, a_proposal, a_reservation, a_task, a_ticket, an_inquiry
from tests.services.trail import trail_of

NOW = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
POINTING = """
select c.table_name from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and c.column_name = 'customer_id' and t.table_type = 'BASE TABLE'
"""
OWNERS = " union all ".join(
    f"select '{table}', customer_id, version from {table}"  # noqa: S608 - names of our own
    for table in sorted(set(MOVES.values()) - {"tasks"})
)


class Fresh:
    """Identities as they come."""

    def new(self) -> UUID:
        return new_id()


def merging(
    keep: UUID, gone: UUID, versions: tuple[int, int] = (1, 1)
) -> Callable[[Transaction], Awaitable[Merged]]:
    wish = Merge(keep, gone, *versions)
    return lambda tx: merge_customers(tx, wish, now=NOW, ids=Fresh())


async def two(database: Database, brand: Brand, **values: Any) -> tuple[UUID, UUID]:
    async def work(tx: Transaction) -> tuple[UUID, UUID]:
        keep = await a_customer(tx, name="Ada Guest", email=None, phone=None)
        return keep, await a_customer(
            tx, name="A. Guest", email="ada@example.com", phone="+15095550100", **values
        )

    made: tuple[UUID, UUID] = await write(database, brand, work)
    return made


async def everything_of(tx: Transaction, customer: UUID) -> None:
    """One of each thing that points to a customer, and payments of what can be paid."""
    booking = await a_booking(tx, customer_id=customer)
    reservation = await a_reservation(tx, customer_id=customer)
    proposal = await a_proposal(tx, customer_id=customer)
    ticket = await a_ticket(tx, customer_id=customer)
    await an_inquiry(tx, customer_id=customer)
    await a_task(tx, subject_kind="customer", subject_id=customer)
    for subject, id in (
        ("booking_id", booking),
        ("reservation_id", reservation),
        ("proposal_id", proposal),
        ("ticket_id", ticket),
        ("proposal_guest_id", await a_guest(tx)),
    ):
        await a_payment(
            tx, **{subject: id}, customer_id=customer, status="pending", received_at=None
        )


async def test_all_that_points_to_a_customer_moves_with_a_new_version_and_an_event_of_its_own(
    database: Database, settings: Settings, brand: Brand
) -> None:
    keep, gone = await two(database, brand)
    await write(database, brand, lambda tx: everything_of(tx, gone))

    await write(database, brand, merging(keep, gone))

    owners = await write(database, brand, lambda tx: tx.rows(OWNERS))
    moved = sorted((table, version) for table, owner, version in owners if owner == keep)
    assert moved == [
        ("bookings", 2),
        ("inquiries", 2),
        *[("payments", 2)] * 5,
        ("proposals", 2),
        ("reservations", 2),
        ("tickets", 2),
    ]
    assert [row for row in owners if row[1] == gone] == []
    task = "select subject_id, version from tasks"
    assert await write(database, brand, lambda tx: tx.rows(task)) == [(keep, 2)]
    told = (await trail_of(settings, brand)).events
    pair = [str(gone), str(keep)]
    assert sorted((kind, version) for _, kind, _, _, version, *_ in told) == [
        ("BookingCustomerMerged", 2),
        ("CustomerMergedAway", 2),
        ("CustomersMerged", 2),
        ("InquiryCustomerMerged", 2),
        *[("PaymentCustomerMerged", 2)] * 5,
        ("ProposalCustomerMerged", 2),
        ("ReservationCustomerMerged", 2),
        ("TaskCustomerMerged", 2),
        ("TicketCustomerMerged", 2),
    ]
    changes = {kind: changes for _, kind, *_, changes in told}
    assert changes["BookingCustomerMerged"] == {"customer_id": pair}
    assert changes["TaskCustomerMerged"] == {"subject_id": pair}
    assert len((await trail_of(settings, brand)).notices) == len(told)


async def test_the_merged_customer_is_archived_points_to_the_other_and_gives_up_the_address(
    database: Database, settings: Settings, brand: Brand
) -> None:
    given = {"at": START.isoformat(), "source": "website"}
    said = {"email": {"given": False, **given}, "sms": {"given": True, **given}}
    keep, gone = await two(
        database, brand, consents=orjson.dumps(said).decode(), vip=True, tags=["press"],
        stripe_customer_id="cus_1",
    )  # fmt: skip

    await write(database, brand, merging(keep, gone))

    row = (
        "select name, email, phone, vip, tags, consents, stripe_customer_id, archived_at,"
        " merged_into_id, version from customers where id = %(id)s"
    )

    async def look(tx: Transaction) -> list[Any]:
        return [await tx.row(row, {"id": id}) for id in (keep, gone)]

    both = await write(database, brand, look)
    address, phone = "ada@example.com", "+15095550100"
    assert both == [
        ("Ada Guest", address, phone, True, ["press"], said, "cus_1", None, None, 2),
        ("A. Guest", None, phone, True, ["press"], said, None, NOW, keep, 2),
    ]
    trail = await trail_of(settings, brand)
    kinds = {id: kind for id, kind, *_ in trail.events}
    assert sorted((kinds[id], field, was, now) for id, field, was, now in trail.personal) == [
        ("CustomerMergedAway", "email", address, None),
        ("CustomersMerged", "email", None, address),
        ("CustomersMerged", "phone", None, phone),
    ]


# How they signed in ends with the one who goes; who asked for their data is told of them alone.
STAY = {"customer_codes", "customer_sessions", "privacy_requests"}


async def test_every_table_with_a_customer_is_among_those_that_move(
    database: Database, brand: Brand
) -> None:
    found = await write(database, brand, lambda tx: tx.rows(POINTING))

    assert {row[0] for row in found} - STAY == set(MOVES.values()) - {"tasks"}


async def test_the_credential_of_the_merged_customer_opens_nothing(
    database: Database, brand: Brand
) -> None:
    keep, gone = await two(database, brand)
    before = await look_up(database, brand, gone)

    await write(database, brand, merging(keep, gone))

    assert before is not None
    assert await look_up(database, brand, gone) is None
    assert (await look_up(database, brand, keep)) is not None


async def look_up(database: Database, brand: Brand, customer: UUID) -> Any:
    async with database.session(NOBODY).read() as tx:
        return await callers.by_subject(
            tx,
            Claims(Kind.CUSTOMER, customer, brand.tenant_slug, brand.code),
            brand.code,
            now=NOW,
        )


async def find(tx: Transaction, email: str) -> UUID:
    contact = Contact.of("Ada", email, None)
    return await buyers.find_or_make(tx, contact, now=NOW, ids=TimeOrderedIds())


async def test_a_guest_with_the_address_of_a_merged_customer_is_the_one_who_was_kept(
    database: Database, brand: Brand
) -> None:
    first, second, third = [
        await write(database, brand, lambda tx, email=email: a_customer(tx, email=email))
        for email in ("first@example.com", "second@example.com", "third@example.com")
    ]
    await write(database, brand, merging(second, first))
    await write(database, brand, merging(third, second, (1, 2)))

    for email in ("first@example.com", "second@example.com", "third@example.com"):
        found = await write(database, brand, lambda tx, email=email: find(tx, email))
        assert found == third


@pytest.mark.parametrize(("versions", "by"), [((2, 1), StaleVersion), ((1, 2), StaleVersion)])
async def test_a_merge_on_an_old_version_moves_nothing(
    database: Database, brand: Brand, versions: tuple[int, int], by: type[DomainError]
) -> None:
    keep, gone = await two(database, brand)
    await write(database, brand, lambda tx: everything_of(tx, gone))
    before = await stored(database, brand)

    with pytest.raises(by):
        await write(database, brand, merging(keep, gone, versions))

    assert await stored(database, brand) == before


async def test_a_customer_of_a_sister_brand_or_archived_is_merged_with_nobody(
    database: Database, settings: Settings, brand: Brand
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")
    theirs = await write(database, sister, a_customer)
    keep, gone = await two(database, brand)
    archived = await write(database, brand, lambda tx: a_customer(tx, archived_at=START))
    before = await stored(database, brand)

    for pair, path in (
        ((keep, theirs), "mergeId"),
        ((theirs, gone), "keepId"),
        ((keep, archived), "mergeId"),
        ((keep, new_id()), "mergeId"),
    ):
        with pytest.raises(NotFound) as refused:
            await write(database, brand, merging(*pair))
        assert refused.value.path == path

    assert await stored(database, brand) == before


async def test_of_two_opposite_merges_at_once_one_is_made(database: Database, brand: Brand) -> None:
    one, other = await two(database, brand)
    await write(database, brand, lambda tx: everything_of(tx, one))

    results = await asyncio.gather(
        write(database, brand, merging(one, other)),
        write(database, brand, merging(other, one)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in results) == ["Merged", "NotFound"]
    gone = "select count(*) from customers where archived_at is not null"
    assert await write(database, brand, lambda tx: tx.row(gone)) == (1,)


async def test_a_change_that_comes_while_the_customer_is_merged_away_finds_nobody(
    database: Database, brand: Brand
) -> None:
    keep, gone = await two(database, brand)
    wish = ContactChange(gone, 1, frozenset({"name"}), name="Ada Byron")
    held, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Transaction) -> None:
        await merging(keep, gone)(tx)
        held.set()
        await go_on.wait()

    merge = asyncio.create_task(write(database, brand, slowly))
    await held.wait()
    change = asyncio.create_task(
        write(database, brand, lambda tx: update_customer(tx, wish, now=NOW, ids=Fresh()))
    )
    await asyncio.sleep(0)
    go_on.set()
    await merge

    with pytest.raises(NotFound):
        await change
    name = "select name from customers where id = %(id)s"
    assert await write(database, brand, lambda tx: tx.row(name, {"id": gone})) == ("A. Guest",)
