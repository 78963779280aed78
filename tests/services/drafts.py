"""Proposals made by the use cases themselves, so that they are as staff would have made them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from db import proposal_prices, proposals
from db.database import Database, Session, Transaction
from domain.identity import Brand, Kind, Principal
from domain.ids import Ids
from domain.proposal_lives import Acceptance, Sending
from domain.proposal_plans import Plan
from domain.proposal_prices import Guest, Line
from domain.proposals import Head, NewProposal, Proposal
from services.proposal_lives import accept_proposal, send_proposal
from services.proposals import (
    change_proposal_plan,
    create_proposal,
    set_proposal_guests,
    set_proposal_inclusions,
)
from tests.builders import a_customer, a_principal, new_id, write

Work = Callable[[Transaction], Awaitable[Any]]
NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 6, 8), date(2026, 6, 10)
HEAD = Head("Three days of Syrah", 8, FIRST, LAST, 100_000, 150_000)
TRANSPORT = Line("transportation", "Private coach", "flat", 90_000, taxable=True)
TASTINGS = Line("arranged_tasting", "Tastings", "per_person", 2_500, taxable=False)
PLANNING = Line("planning_fee", "Planning", "flat", 10_000, taxable=True, shown=False)
LINES = (TRANSPORT, TASTINGS, PLANNING)


class NewIds(Ids):
    """Identities as they come."""

    def new(self) -> UUID:
        return new_id()


IDS = NewIds()


async def a_draft(tx: Transaction, head: Head = HEAD, **customer: Any) -> UUID:
    """A draft of one customer, without days, lines and guests."""
    client = await a_customer(tx, **customer)
    return await create_proposal(tx, NewProposal(client, head), now=NOW, ids=IDS)


async def version_of(tx: Transaction, proposal: UUID) -> int:
    return (await proposals.lock(tx, proposal)).version


async def with_lines(tx: Transaction, proposal: UUID, lines: Sequence[Line] = LINES) -> UUID:
    return await set_proposal_inclusions(
        tx, proposal, lines, expected_version=await version_of(tx, proposal), now=NOW, ids=IDS
    )


async def with_guests(tx: Transaction, proposal: UUID, *guests: Guest) -> UUID:
    return await set_proposal_guests(
        tx, proposal, guests, expected_version=await version_of(tx, proposal), now=NOW, ids=IDS
    )


async def with_plan(tx: Transaction, proposal: UUID, plan: Plan) -> UUID:
    return await change_proposal_plan(
        tx,
        proposal,
        lambda _was, _head: plan,
        expected_version=await version_of(tx, proposal),
        now=NOW,
        ids=IDS,
    )


async def a_priced_draft(tx: Transaction, head: Head = HEAD) -> UUID:
    """1323.90 in all, as in the table of prices."""
    return await with_lines(tx, await a_draft(tx, head))


async def a_sent_one(tx: Transaction, head: Head = HEAD) -> UUID:
    proposal = await a_priced_draft(tx, head)
    wish = Sending(proposal, await version_of(tx, proposal))
    return await send_proposal(tx, wish, now=NOW, ids=IDS)


def a_guest(name: str, **values: Any) -> Guest:
    return Guest(new_id(), name, new=True, **values)


def link_to(brand: Brand, proposal: UUID) -> Principal:
    """Whoever holds the token of one proposal."""
    return replace(a_principal(brand, Kind.LINK), object_id=proposal)


def signing(proposal: UUID, version: int, **values: Any) -> Any:
    """The work of a client who accepts."""
    given = {"signature_name": "Ada Guest", "terms_accepted": True, **values}
    return partial(accept_proposal, wish=Acceptance(proposal, version, **given), now=NOW, ids=IDS)


async def accepted_by_link(database: Database, brand: Brand, proposal: UUID) -> UUID:
    stored = await looked_at(database, brand, proposal)
    work = signing(proposal, stored.version)
    done: UUID = await database.session(link_to(brand, proposal)).write(work)
    return done


async def looked_at(database: Database, brand: Brand, proposal: UUID) -> Proposal:
    found: Proposal = await write(database, brand, lambda tx: proposals.lock(tx, proposal))
    return found


async def shares(database: Database, brand: Brand, proposal: UUID) -> list[int | None]:
    guests = await write(database, brand, lambda tx: proposal_prices.guests(tx, proposal))
    return [guest.owed_cents for guest in guests]


async def behind(session: Session, first: Work, second: Callable[[], Awaitable[Any]]) -> Any:
    """What comes of the second, which began while all of the first was written and none stored."""
    later: list[asyncio.Task[Any]] = []

    async def both(tx: Transaction) -> None:
        await first(tx)
        later.append(asyncio.ensure_future(second()))
        await asyncio.wait(later, timeout=0.2)
        assert not later[0].done()

    await session.write(both)
    (answer,) = await asyncio.gather(*later, return_exceptions=True)
    return answer
