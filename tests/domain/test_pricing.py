"""The price tables of the domain, line by line and to the cent."""

from datetime import date

import pytest

from domain.pricing import (
    FlatDeposit,
    GuestShare,
    Inclusion,
    Line,
    NoRate,
    OverridesExceedTotal,
    Package,
    Rate,
    ShareWithoutPayer,
    Totals,
    billed_minutes,
    card_fee,
    hourly,
    over_vans,
    package,
    proposal_totals,
    reservation_deposit,
    sale_lines,
    shared_tickets,
    split_among_guests,
    totals,
    transfer,
    wait,
)

TAX = 91_000
SUN_WED = frozenset({6, 0, 1, 2})
THU_SAT = frozenset({3, 4, 5})
ANY = SUN_WED | THU_SAT
HOURLY = [
    (1, 2, 8500, 9500),
    (3, 4, 9500, 10500),
    (5, 6, 10500, 11500),
    (7, 8, 11500, 12500),
    (9, 11, 13000, 14000),
    (12, 14, 14000, 15000),
]
WAIT = [(1, 4, 7500, 8500), (5, 8, 9500, 10500), (9, 14, 11000, 12000)]
RATES = [
    *(
        rate
        for least, most, early, late in HOURLY
        for rate in (
            Rate("hourly", f"sun_wed_{least}", SUN_WED, least, most, early, 240),
            Rate("hourly", f"thu_sat_{least}", THU_SAT, least, most, late, 300),
        )
    ),
    *(
        rate
        for least, most, early, late in WAIT
        for rate in (
            Rate("wait", f"wait_sun_wed_{least}", SUN_WED, least, most, early, 60),
            Rate("wait", f"wait_thu_sat_{least}", THU_SAT, least, most, late, 60),
        )
    ),
    Rate("transfer_flat", "transfer_sea", ANY, 1, 14, 85000),
    Rate("transfer_flat", "transfer_local", ANY, 1, 14, 10000, miles_included=10),
    Rate("transfer_mile", "transfer_local_mile", ANY, 1, 14, 300, miles_included=10),
]
CLASSIC = Package("wine_tour", "Classic Wine Tour", 12500, 360, 1, 14)
PRIVATE = Package("private_transportation", "Private Transportation", 8500, 300, 1, 14)
CELEBRATION = Package("celebration", "Celebration Package", 16500, 420, 1, 14)
SHARED = Package("shared_tour", "Shared Wine Tour", 9500, 360, 2, 14)
WITH_LUNCH = Package("shared_tour_lunch", "Shared Wine Tour with Lunch", 11500, 360, 2, 14)
DEPOSITS = [FlatDeposit(1, 7, 25000), FlatDeposit(8, 14, 35000)]
MONDAY, TUESDAY, WEDNESDAY = date(2026, 6, 8), date(2026, 6, 9), date(2026, 6, 10)
THURSDAY, FRIDAY, SATURDAY = date(2026, 6, 11), date(2026, 6, 12), date(2026, 6, 13)
SUNDAY = date(2026, 6, 14)


@pytest.mark.parametrize(
    ("on", "party", "asked", "billed", "sums", "balance"),
    [
        (MONDAY, 2, 180, 240, Totals(34000, 0, 3094, 37094, 18547), 18547),
        (WEDNESDAY, 4, 360, 360, Totals(57000, 0, 5187, 62187, 31094), 31093),
        (THURSDAY, 4, 240, 300, Totals(52500, 0, 4778, 57278, 28639), 28639),
        (FRIDAY, 5, 360, 360, Totals(69000, 0, 6279, 75279, 37640), 37639),
        (SATURDAY, 8, 360, 360, Totals(75000, 0, 6825, 81825, 40913), 40912),
        (SUNDAY, 9, 360, 360, Totals(78000, 0, 7098, 85098, 42549), 42549),
        (TUESDAY, 14, 390, 390, Totals(91000, 0, 8281, 99281, 49641), 49640),
        (SATURDAY, 14, 360, 360, Totals(90000, 0, 8190, 98190, 49095), 49095),
    ],
)
def test_tours_by_the_hour(
    *, on: date, party: int, asked: int, billed: int, sums: Totals, balance: int
) -> None:
    lines = hourly(RATES, on=on, party=party, minutes=asked)
    assert totals(lines, tax_ppm=TAX, deposit_percent=50) == sums
    assert [line.quantity_thousandths for line in lines] == [billed * 1000 // 60]
    assert billed_minutes(RATES, on=on, party=party, minutes=asked) == billed
    assert sums.balance_cents == balance


@pytest.mark.parametrize(("least", "most", "early", "late"), HOURLY)
def test_each_cell_of_the_hourly_table(least: int, most: int, early: int, late: int) -> None:
    for party in (least, most):
        for day, hours, rate in ((SUNDAY, 4, early), (WEDNESDAY, 4, early), (SATURDAY, 5, late)):
            (line,) = hourly(RATES, on=day, party=party, minutes=60)
            assert (line.unit_cents, line.amount_cents) == (rate, rate * hours)


def test_a_party_of_twenty_takes_two_vans_each_priced_by_its_guests() -> None:
    lines = hourly(RATES, on=MONDAY, party=20, minutes=360)
    assert [line.amount_cents for line in lines] == [84000, 63000]
    assert totals(lines, tax_ppm=TAX, deposit_percent=50).subtotal_cents == 147000


@pytest.mark.parametrize(
    ("party", "vans"), [(1, [1]), (14, [14]), (15, [14, 1]), (20, [14, 6]), (28, [14, 14])]
)
def test_vans_are_filled_one_after_the_other(party: int, vans: list[int]) -> None:
    assert over_vans(party, 14) == vans


@pytest.mark.parametrize(
    ("on", "party", "minutes", "amount"),
    [
        (MONDAY, 4, 60, 7500),
        (MONDAY, 5, 90, 14250),
        (MONDAY, 14, 60, 11000),
        (FRIDAY, 1, 60, 8500),
        (FRIDAY, 6, 30, 10500),
        (SATURDAY, 9, 120, 24000),
    ],
)
def test_waiting_time(on: date, party: int, minutes: int, amount: int) -> None:
    (line,) = wait(RATES, on=on, party=party, minutes=minutes)
    assert (line.kind, line.amount_cents) == ("wait", amount)


@pytest.mark.parametrize(
    ("row", "party", "amount"),
    [(CLASSIC, 4, 50000), (PRIVATE, 3, 25500), (CELEBRATION, 14, 231000)],
)
def test_packages_are_priced_per_person(row: Package, party: int, amount: int) -> None:
    (line,) = package(row, party=party)
    assert (line.amount_cents, line.quantity_thousandths) == (amount, party * 1000)


def test_a_package_refuses_a_party_it_is_not_for() -> None:
    with pytest.raises(NoRate, match="Shared Wine Tour is for 2 to 14 guests"):
        package(SHARED, party=1)


@pytest.mark.parametrize(
    ("row", "guests", "total"),
    [
        (SHARED, 2, 20729),
        (WITH_LUNCH, 2, 25093),
        (WITH_LUNCH, 6, 75279),
        (WITH_LUNCH, 1, 12547),
        (SHARED, 1, 10365),
    ],
)
def test_one_sale_of_a_shared_tour(row: Package, guests: int, total: int) -> None:
    sums = totals(shared_tickets(row, guests=guests), tax_ppm=TAX, deposit_percent=100)
    assert (sums.total_cents, sums.deposit_cents, sums.balance_cents) == (total, total, 0)


@pytest.mark.parametrize(
    ("row", "sales", "together"), [(WITH_LUNCH, (6, 6, 2), 175651), (SHARED, (1, 1), 20730)]
)
def test_several_sales_are_rounded_one_by_one(
    row: Package, sales: tuple[int, ...], together: int
) -> None:
    each = [
        totals(shared_tickets(row, guests=guests), tax_ppm=TAX, deposit_percent=100)
        for guests in sales
    ]
    assert sum(sums.total_cents for sums in each) == together


@pytest.mark.parametrize(
    ("code", "miles", "amounts"),
    [
        ("transfer_local", 5, [10000]),
        ("transfer_local", 10, [10000]),
        ("transfer_local", 15, [10000, 1500]),
        ("transfer_local", 40, [10000, 9000]),
        ("transfer_sea", 0, [85000]),
    ],
)
def test_transfers(code: str, miles: int, amounts: list[int]) -> None:
    lines = transfer(RATES, code=code, on=MONDAY, party=4, miles=miles)
    assert [line.amount_cents for line in lines] == amounts


@pytest.mark.parametrize(("cents", "fee"), [(25000, 755), (35000, 1045), (68733, 2023)])
def test_card_fees(cents: int, fee: int) -> None:
    assert card_fee(cents, fee_ppm=29_000, fixed_cents=30) == fee


@pytest.mark.parametrize(
    ("party", "deposit"), [(1, 25000), (7, 25000), (8, 35000), (14, 35000), (20, 60000)]
)
def test_the_deposit_that_holds_a_date_is_flat_for_each_van(party: int, deposit: int) -> None:
    assert reservation_deposit(DEPOSITS, party=party) == deposit


def test_a_party_without_a_rate_is_refused() -> None:
    with pytest.raises(NoRate, match="no hourly rates"):
        hourly([], on=MONDAY, party=2, minutes=240)
    with pytest.raises(NoRate, match="no hourly rate for 2 guests on 2026-06-08"):
        hourly(RATES[2:4], on=MONDAY, party=2, minutes=240)
    with pytest.raises(NoRate, match="No deposit is set for 3 guests"):
        reservation_deposit(DEPOSITS[1:], party=3)


def test_a_discount_lowers_the_taxable_part_by_its_own_share() -> None:
    lines = [
        Line("rate", "Tour", "t", 60000, 60000),
        Line("fee", "Toll", "f", 20000, 20000, taxable=False),
    ]
    sums = totals(lines, tax_ppm=TAX, deposit_percent=50, discount_cents=8000)
    assert sums == Totals(80000, 8000, 4914, 76914, 38457)
    stored = sale_lines(lines, sums, tax_ppm=TAX)
    assert [line.kind for line in stored] == ["rate", "fee", "discount", "tax"]
    assert sum(line.amount_cents for line in stored) == sums.total_cents


def test_a_sale_of_nothing_costs_nothing() -> None:
    sums = totals([], tax_ppm=TAX, deposit_percent=50)
    assert sums == Totals(0, 0, 0, 0, 0)
    assert sale_lines([], sums, tax_ppm=TAX) == []


def test_a_proposal_with_discount_tax_and_gratuity() -> None:
    inclusions = [
        Inclusion("flat", 90000, taxable=True),
        Inclusion("per_person", 2500, taxable=False),
        Inclusion("flat", 10000, taxable=True),
    ]
    sums = proposal_totals(
        inclusions,
        party=8,
        days=2,
        discount_ppm=100_000,
        gratuity_ppm=150_000,
        tax_ppm=TAX,
        deposit_percent=50,
    )
    assert sums == Totals(120000, 12000, 8190, 132390, 66195, 16200)


def test_the_lines_of_a_proposal_count_guests_days_or_pieces() -> None:
    sums = proposal_totals(
        [
            Inclusion("per_person", 100, taxable=False),
            Inclusion("per_day", 1000, taxable=False),
            Inclusion("flat", 10000, taxable=False, quantity=5),
        ],
        party=3,
        days=2,
        discount_ppm=0,
        gratuity_ppm=0,
        tax_ppm=TAX,
        deposit_percent=50,
    )
    assert (sums.subtotal_cents, sums.tax_cents) == (300 + 2000 + 50000, 0)


OPEN, SPONSORED = GuestShare(), GuestShare(sponsored=True)


@pytest.mark.parametrize(
    ("total", "guests", "shares"),
    [
        (100000, [OPEN] * 3, [33334, 33333, 33333]),
        (10000, [GuestShare(override_cents=4000), SPONSORED, OPEN, OPEN], [4000, 0, 3000, 3000]),
        (101, [SPONSORED, OPEN, GuestShare(override_cents=0), OPEN], [0, 51, 0, 50]),
        (500, [GuestShare(override_cents=500), SPONSORED], [500, 0]),
        (0, [], []),
    ],
)
def test_guests_shares_sum_to_the_total(
    total: int, guests: list[GuestShare], shares: list[int]
) -> None:
    assert split_among_guests(total, guests) == shares
    assert sum(shares) == total


def test_fixed_shares_may_not_pass_the_total() -> None:
    with pytest.raises(OverridesExceedTotal):
        split_among_guests(100, [GuestShare(override_cents=101), OPEN])


@pytest.mark.parametrize(
    ("total", "guests"), [(100, [SPONSORED]), (1, [OPEN, OPEN]), (100, []), (0, [OPEN])]
)
def test_a_rest_needs_guests_who_owe_something(total: int, guests: list[GuestShare]) -> None:
    with pytest.raises(ShareWithoutPayer):
        split_among_guests(total, guests)
