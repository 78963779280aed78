"""Numbers as people read them out: prefix, kind, the brand's own year, five digits."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.numbers import INFIX, Numbered, number_of, year_of


@pytest.mark.parametrize(
    ("kind", "ordinal", "number"),
    [
        (Numbered.BOOKING, 42, "WWT-2026-00042"),
        (Numbered.INQUIRY, 7, "WWT-EXP-2026-00007"),
        (Numbered.RESERVATION, 1, "WWT-RES-2026-00001"),
        (Numbered.PROPOSAL, 99999, "WWT-TP-2026-99999"),
        (Numbered.INVOICE, 10, "WWT-INV-2026-00010"),
        (Numbered.TICKET, 512, "WWT-ST-2026-00512"),
    ],
)
def test_each_kind_has_a_number_of_its_own_form(kind: Numbered, ordinal: int, number: str) -> None:
    assert number_of("WWT", kind, 2026, ordinal) == number


def test_the_hundred_thousandth_number_is_longer_and_not_cut() -> None:
    assert number_of("HCWT", Numbered.BOOKING, 2026, 100_000) == "HCWT-2026-100000"


def test_every_kind_is_told_from_every_other_by_its_number() -> None:
    assert set(INFIX) == set(Numbered)
    assert len({number_of("WWT", kind, 2026, 1) for kind in Numbered}) == len(Numbered)


@pytest.mark.parametrize(
    ("zone", "year"),
    [("America/Los_Angeles", 2026), ("UTC", 2027), ("Pacific/Auckland", 2027)],
)
def test_the_year_is_the_brands_own(zone: str, year: int) -> None:
    new_year_in_london = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
    assert year_of(new_year_in_london, ZoneInfo(zone)) == year


def test_auckland_is_in_the_new_year_while_london_is_not() -> None:
    assert year_of(datetime(2026, 12, 31, 11, 0, tzinfo=UTC), ZoneInfo("Pacific/Auckland")) == 2027
    assert year_of(datetime(2026, 12, 31, 10, 59, tzinfo=UTC), ZoneInfo("Pacific/Auckland")) == 2026
