"""A guest's move is priced: to a day on which the tour costs no more, for what it was sold."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.database import Database, Transaction
from domain.bookings import NewTimes
from domain.errors import DomainError, WrongState
from domain.guest_moves import PriceRises
from domain.identity import Brand, Kind
from domain.parties import NewParty
from domain.pricing import NoRate
from services.bookings import reschedule_booking
from services.parties import change_party
from tests.builders import START, a_booking, a_principal, a_vehicle, insert, new_id, write
from tests.db.refusals import stored
from tests.db.test_redemptions import a_promo
from tests.services.selling import NOW as SOLD_AT
from tests.services.selling import create, wanted
from tests.services.trail import FreshIds

DAY = timedelta(days=1)
THURSDAY = START + 3 * DAY
WEEK = {"weekdays": [6, 0, 1, 2], "rate_cents": 9500, "minutes_min": 240}
WEEKEND = {"weekdays": [3, 4, 5], "rate_cents": 10500, "minutes_min": 300}
ROW = "select starts_at, total_cents, version from bookings where id = %(id)s"


@pytest.fixture(autouse=True)
async def _prices(database: Database, brand: Brand) -> None:
    """Four guests by the hour, as the book has them; a package, and a van."""

    async def work(tx: Transaction) -> None:
        for code, row in (("week", WEEK), ("weekend", WEEKEND)):
            given = {"kind": "hourly", "code": code, "guests_min": 3, "guests_max": 8, **row}
            await insert(tx, "rate_cards", effective_from=date(2020, 1, 1), **given)
        await insert(
            tx,
            "tour_packages",
            code="classic",
            name="Classic",
            price_cents=12500,
            minutes=360,
            guests_min=1,
            guests_max=8,
            weekdays=[0, 3],
            pricing="per_person",
            effective_from=date(2020, 1, 1),
        )
        await a_vehicle(tx, seats=14)

    await write(database, brand, work)


async def _sold(database: Database, brand: Brand, **wish: Any) -> UUID:
    return await create(database, brand, await wanted(database, brand, **wish))


async def _moved(
    database: Database, brand: Brand, booking: UUID, at: datetime, kind: Kind = Kind.LINK
) -> Any:
    who = a_principal(brand, kind, object_id=booking if kind is Kind.LINK else None)
    wish = NewTimes(booking, at, None, 1)
    await database.session(who).write(
        lambda tx: reschedule_booking(tx, wish, now=SOLD_AT, ids=FreshIds())
    )
    row: Any = await write(database, brand, lambda tx: tx.row(ROW, {"id": booking}))
    return row


async def _refused(
    database: Database, brand: Brand, booking: UUID, at: datetime, by: type[DomainError]
) -> DomainError:
    before = await stored(database, brand)
    with pytest.raises(by) as refused:
        await _moved(database, brand, booking, at)
    assert await stored(database, brand) == before
    return refused.value


@pytest.mark.parametrize(
    ("sold", "to", "cents"),
    [
        ({"starts_at": START}, START + DAY, 62187),
        ({"starts_at": THURSDAY}, START, 68733),
        ({"starts_at": THURSDAY, "minutes": 240}, START, 57278),
        ({"starts_at": START, "code": "classic"}, THURSDAY, 54550),
    ],
    ids=["as-dear", "cheaper", "a-shorter-minimum", "package"],
)
async def test_a_guest_moves_to_a_day_that_costs_no_more_and_the_price_stays(
    database: Database, brand: Brand, sold: dict[str, Any], to: datetime, cents: int
) -> None:
    booking = await _sold(database, brand, **sold)

    assert await _moved(database, brand, booking, to) == (to, cents, 2)


@pytest.mark.parametrize(
    ("minutes", "totals"),
    [(360, ("$621.87", "$687.33")), (240, ("$414.58", "$572.78"))],
    ids=["a-dearer-rate", "a-longer-minimum"],
)
async def test_a_dearer_day_is_refused_to_a_guest_with_both_totals_and_not_to_staff(
    database: Database, brand: Brand, minutes: int, totals: tuple[str, str]
) -> None:
    booking = await _sold(database, brand, minutes=minutes)

    refusal = await _refused(database, brand, booking, THURSDAY, PriceRises)
    was, now = totals
    assert refusal.message == (
        f"The tour was sold for {was} and costs {now} on that day. Choose another day, or ask us."
    )
    assert refusal.path == "startsAt"
    moved = await _moved(database, brand, booking, THURSDAY, Kind.STAFF)
    assert moved[0] == THURSDAY


async def test_a_package_does_not_move_to_a_day_on_which_it_is_not_sold(
    database: Database, brand: Brand
) -> None:
    booking = await _sold(database, brand, code="classic")

    refusal = await _refused(database, brand, booking, START + DAY, NoRate)
    assert refusal.path == "startsAt"


async def test_a_promo_code_that_is_used_up_holds_for_whoever_has_it_within_its_days(
    database: Database, brand: Brand
) -> None:
    until = (START + 2 * DAY).date()
    await write(database, brand, lambda tx: a_promo(tx, effective_to=until))
    booking = await _sold(database, brand, promo_code="SPRING")
    assert (await write(database, brand, lambda tx: tx.row(ROW, {"id": booking})))[1] == 55968

    refusal = await _refused(database, brand, booking, START + 2 * DAY, PriceRises)
    assert "$559.68 and costs $621.87" in refusal.message
    assert await _moved(database, brand, booking, START + DAY) == (START + DAY, 55968, 2)


async def test_a_guest_does_not_learn_another_sales_promo_code(
    database: Database, brand: Brand
) -> None:
    await write(database, brand, a_promo)
    booking = await _sold(database, brand, promo_code="SPRING")
    asked = "select promo_code from promo_of_booking(%(id)s, %(day)s)"
    given = {"id": booking, "day": START.date()}

    def told(object_id: UUID) -> Any:
        guest = database.session(a_principal(brand, Kind.LINK, object_id=object_id))
        return guest.write(lambda tx: tx.rows(asked, given))

    assert await told(booking) == [("SPRING",)]
    assert await told(new_id()) == []


async def test_what_was_agreed_by_hand_moves_within_its_day_and_no_further(
    database: Database, brand: Brand
) -> None:
    booking = await write(database, brand, a_booking)

    await _refused(database, brand, booking, START + DAY, WrongState)
    later = START + timedelta(hours=1)
    assert await _moved(database, brand, booking, later) == (later, 62187, 2)


async def test_another_party_is_priced_by_what_it_was_sold_as_last(
    database: Database, brand: Brand
) -> None:
    booking = await _sold(database, brand)
    new = await wanted(database, brand, code="classic", minutes=None)
    wish = NewParty(booking, 1, new.wish, new.promised_cents)
    await write(database, brand, lambda tx: change_party(tx, wish, now=SOLD_AT, ids=FreshIds()))
    kept = "select sold_as ->> 'code', total_cents from bookings"
    assert await write(database, brand, lambda tx: tx.rows(kept)) == [("classic", 54550)]
