"""Any sequence of commands, at any times, keeps every invariant of a brand's bookings."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bootstrap.settings import Settings
from db.database import Database
from domain.bookings import NewTimes
from domain.checkouts import CheckoutWish
from domain.errors import DomainError
from domain.identity import Brand, Kind
from domain.payments import NewPayment
from services.bookings import reschedule_booking
from services.cancellations import Cancellation, cancel_booking, quote_cancellation
from services.checkouts import check_out
from services.confirmations import confirm_booking, pencil_booking
from services.holds import expire_hold, extend_hold, release_hold
from services.payments import record_payment
from tests.builders import START, a_brand, a_principal, new_id, write
from tests.services.selling import ADA, NOW, Ids, create, hold, open_shop, seen, wanted

COMMANDS = (
    *("hold", "create", "draft", "extend", "release", "check_out", "pencil", "pay", "confirm"),
    *("cancel", "expire", "move"),
)
steps = some.lists(
    some.tuples(some.sampled_from(COMMANDS), some.integers(0, 3), some.integers(0, 20)),
    min_size=4,
    max_size=16,
)
OVERLAPS = """
select 1 from blocks a join blocks b on a.vehicle_id = b.vehicle_id and a.id < b.id
where a.released_at is null and b.released_at is null and a.period && b.period
"""
BROKEN = """
select number, status from bookings b
where (status in ('held', 'pending', 'confirmed')) <> exists (
    select 1 from blocks k where k.booking_id = b.id and k.released_at is null)
    and (status = 'held' and hold_expires_at <= %(now)s) is not true
  or total_cents <> (select sum(amount_cents) from booking_price_lines l where l.booking_id = b.id)
  or deposit_cents > total_cents
  or status = 'confirmed' and deposit_received_at is null and deposit_waiver_reason is null
  or coalesce((select sum(amount_cents) from payments p where p.booking_id = b.id), 0) > total_cents
  or coalesce(refund_due_cents, 0)
    > coalesce((select sum(amount_cents) from payments p where p.booking_id = b.id), 0)
  or version <> 1 + (select count(*) from events e where e.entity_id = b.id
    and e.kind not in ('BookingHeld', 'BookingCreated'))
"""
NUMBERS = "select number from bookings order by number"


@dataclass
class Day:
    """One brand with one van, its clock, and what was sold so far."""

    database: Database
    brand: Brand
    now: datetime = NOW
    sold: list[UUID] = field(default_factory=list)

    async def version(self, booking: UUID) -> int:
        statement = "select version from bookings where id = %(id)s"
        ((version,),) = await seen(self.database, self.brand, statement, id=booking)
        return int(version)

    async def do(self, command: str, which: int, minutes: int) -> None:
        """One command after some minutes, on one of the bookings; a refusal is an answer too."""
        self.now += timedelta(minutes=minutes)
        try:
            if command in {"hold", "create", "draft"}:
                self.sold.append(await self._begin(command))
            elif self.sold:
                await self._go_on(command, self.sold[which % len(self.sold)])
        except DomainError:
            return

    async def _begin(self, command: str) -> UUID:
        new = await wanted(self.database, self.brand)
        if command == "hold":
            return await hold(self.database, self.brand, new, now=self.now)
        begins = replace(new, begins="draft") if command == "draft" else new
        return await create(self.database, self.brand, begins, now=self.now)

    async def _go_on(self, command: str, booking: UUID) -> None:
        at, ids, version = self.now, Ids(), await self.version(booking)
        later = NewTimes(booking, START + timedelta(days=1), None, version)
        paid = NewPayment(booking, "deposit", "cash", 31094, None, at)
        said = CheckoutWish(booking, version, ADA, accepts_terms=True)
        works: dict[str, Any] = {
            "extend": lambda tx: extend_hold(tx, booking, version, now=at, ids=ids),
            "release": lambda tx: release_hold(tx, booking, version, now=at, ids=ids),
            "check_out": lambda tx: check_out(tx, said, now=at, ids=ids),
            "pencil": lambda tx: pencil_booking(tx, booking, version, now=at, ids=ids),
            "pay": lambda tx: record_payment(tx, paid, id=new_id(), now=at, ids=ids),
            "confirm": lambda tx: confirm_booking(
                tx, booking, version, waiver=None, now=at, ids=ids
            ),
            "cancel": lambda tx: self._cancel(tx, booking, version),
            "move": lambda tx: reschedule_booking(tx, later, now=at, ids=ids),
        }
        if command == "expire":
            worker = self.database.session(a_principal(self.brand, Kind.WORKER))
            await worker.write(lambda tx: expire_hold(tx, booking, now=at, ids=ids))
            return
        await write(self.database, self.brand, works[command])

    async def _cancel(self, tx: Any, booking: UUID, version: int) -> None:
        quoted, _ = await quote_cancellation(tx, booking, now=self.now)
        wish = Cancellation(booking, version, "Any", quoted.total_cents)
        await cancel_booking(tx, wish, now=self.now, ids=Ids())


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(commands=steps)
async def test_any_sequence_of_commands_keeps_every_invariant(
    database: Database,
    settings: Settings,
    commands: Sequence[tuple[str, int, int]],
) -> None:
    brand = await a_brand(settings)
    await open_shop(database, brand, 14)
    day = Day(database, brand)

    for command, which, minutes in commands:
        await day.do(command, which, minutes)

    assert await seen(database, brand, OVERLAPS) == []
    assert await seen(database, brand, BROKEN, now=day.now) == []
    numbers = [number for (number,) in await seen(database, brand, NUMBERS)]
    assert numbers == [f"WWT-2026-{n:05d}" for n in range(1, len(numbers) + 1)]
