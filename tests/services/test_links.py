"""Links that staff end, let run out, and give anew: what opens afterwards, and what is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db import callers, links
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import NOBODY, Brand
from services.links import reissue_link, revoke_link, set_link_expiry
from tests.builders import START, a_booking, a_brand, new_id, write
from tests.services.trail import NOTHING, FreshIds, OneId, trail_of

NOW = START - timedelta(days=2)
LATER = NOW + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A booking that a guest's link opens."""

    link: UUID
    booking: UUID


@pytest.fixture
async def held(database: Database, brand: Brand) -> Held:
    link = new_id()

    async def work(tx: Transaction) -> UUID:
        made = await a_booking(tx)
        await links.issue(tx, "booking", made, id=link, now=NOW)
        return made

    return Held(link, await write(database, brand, work))


async def opens(database: Database, link: UUID, *, days: float = 0) -> UUID | None:
    async with database.session(NOBODY).read() as tx:
        found = await callers.by_link(tx, link, now=NOW + timedelta(days=days))
    return found[1] if found else None


async def test_a_revoked_link_opens_nothing_from_then_on(
    database: Database, settings: Settings, brand: Brand, held: Held
) -> None:
    async def work(tx: Transaction) -> int:
        first = await revoke_link(tx, held.link, expected_version=1, now=NOW, ids=FreshIds())
        again = await revoke_link(tx, held.link, expected_version=2, now=LATER, ids=FreshIds())
        assert first == again
        return again.version

    assert await write(database, brand, work) == 2
    assert await opens(database, held.link) is None
    [event] = (await trail_of(settings, brand)).events
    assert event[1:5] == ("LinkRevoked", "link", held.link, 2)
    assert event[8] == {"revoked_at": [None, NOW.isoformat()], "version": [1, 2]}


async def test_a_link_ends_when_staff_say_and_then_again_with_its_tour(
    database: Database, settings: Settings, brand: Brand, held: Held
) -> None:
    async def end(at: datetime | None, version: int) -> None:
        await write(
            database,
            brand,
            lambda tx: set_link_expiry(
                tx, held.link, at, expected_version=version, now=NOW, ids=FreshIds()
            ),
        )

    await end(LATER, 1)
    assert await opens(database, held.link, days=0.9) == held.booking
    assert await opens(database, held.link, days=1) is None
    await end(LATER, 2)
    await end(None, 2)
    assert await opens(database, held.link, days=1) == held.booking
    told = [each[1:5] for each in (await trail_of(settings, brand)).events]
    assert told == [("LinkExpirySet", "link", held.link, version) for version in (2, 3)]


@pytest.mark.parametrize("mailed", [True, False])
async def test_a_link_that_is_given_anew_opens_the_same_and_the_old_one_nothing(
    database: Database, settings: Settings, brand: Brand, held: Held, *, mailed: bool
) -> None:
    new, revoked, told = new_id(), new_id(), new_id()

    made = await write(
        database,
        brand,
        lambda tx: reissue_link(
            tx,
            held.link,
            LATER,
            expected_version=1,
            mailed=mailed,
            now=NOW,
            ids=OneId(new, revoked, told),
        ),
    )

    assert made.id == new
    assert await opens(database, new) == held.booking
    assert await opens(database, new, days=1) is None
    assert await opens(database, held.link) is None
    trail = await trail_of(settings, brand)
    assert [(each[1], each[3]) for each in trail.events] == [
        ("LinkRevoked", held.link),
        ("LinkIssued", new),
    ]
    assert trail.events[1][8]["object_id"] == [None, str(held.booking)]
    jobs = [(each[0], each[3]["link_id"], each[3]["event_id"]) for each in trail.jobs]
    assert jobs == ([("mail_link", str(new), str(told))] if mailed else [])


async def test_a_revoked_link_is_given_anew_and_does_not_come_back_itself(
    database: Database, brand: Brand, held: Held
) -> None:
    async def work(tx: Transaction) -> UUID:
        ids = FreshIds()
        await revoke_link(tx, held.link, expected_version=1, now=NOW, ids=ids)
        with pytest.raises(WrongState):
            await set_link_expiry(tx, held.link, LATER, expected_version=2, now=NOW, ids=ids)
        made = await reissue_link(
            tx, held.link, None, expected_version=2, mailed=False, now=NOW, ids=ids
        )
        return made.id

    new = await write(database, brand, work)
    assert await opens(database, new) == held.booking
    assert await opens(database, held.link) is None


@pytest.mark.parametrize("what", ["stale", "past", "of another brand"])
async def test_what_is_refused_leaves_the_link_as_it_is(
    database: Database, settings: Settings, brand: Brand, held: Held, what: str
) -> None:
    refusals: dict[str, type[DomainError]] = {
        "stale": StaleVersion,
        "past": InvalidInput,
        "of another brand": NotFound,
    }
    version, at = (2, LATER) if what == "stale" else (1, NOW if what == "past" else LATER)
    who = await a_brand(settings, tenant=brand, code="nwtc") if what.startswith("of") else brand
    ids = FreshIds()
    for change in (
        lambda tx: set_link_expiry(tx, held.link, at, expected_version=version, now=NOW, ids=ids),
        lambda tx: reissue_link(
            tx, held.link, at, expected_version=version, mailed=True, now=NOW, ids=ids
        ),
    ):
        with pytest.raises(refusals[what]):
            await write(database, who, change)
    assert await opens(database, held.link) == held.booking
    assert await trail_of(settings, brand) == NOTHING
