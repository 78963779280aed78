"""Who is counted together, and what a window and a bucket have left."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.addresses import household, normal
from domain.identity import Brand, Kind, Principal
from domain.quotas import (
    Bucket,
    Counted,
    Filled,
    Policy,
    Rates,
    Shape,
    Window,
    counted,
    demand_of,
    filled,
    wait_of,
)

BRAND = Brand(3, 7, "tenant", "wwt", "Walla Walla Travel", "America/Los_Angeles", "USD")
SITE = Principal(Kind.SITE, BRAND, app_id=UUID(int=1), address="198.51.100.7")
STAFF = Principal(Kind.STAFF, BRAND, UUID(int=2), address="198.51.100.7")
PAYS_AND_WRITES = Shape(3, {Policy.PAYMENTS: 2, Policy.FORMS: 1})
TEN = Window(Policy.FORMS, "x", 10, 60)


@pytest.mark.parametrize(
    ("principal", "shape", "windows"),
    [
        (SITE, Shape(), [("visitor", 100, 60, 1)]),
        (STAFF, Shape(), [("caller", 1_000, 60, 1)]),
        (replace(STAFF, kind=Kind.LINK), Shape(), [("caller", 60, 60, 1)]),
        (
            SITE,
            PAYS_AND_WRITES,
            [("visitor", 100, 60, 1), ("payments", 10, 60, 2), ("forms", 10, 3_600, 1)],
        ),
        (STAFF, PAYS_AND_WRITES, [("caller", 1_000, 60, 1), ("payments", 10, 60, 2)]),
    ],
)
def test_each_kind_of_caller_has_the_quotas_of_the_business(
    principal: Principal, shape: Shape, windows: list[tuple[str, int, int, int]]
) -> None:
    demand = demand_of(principal, Rates(), shape, cost=5)
    found = [(each.policy, each.most, each.seconds, each.taken) for each in demand.windows]
    assert found == windows


OTHER_BRAND = replace(BRAND, id=8)


@pytest.mark.parametrize(
    ("one", "other", "requests", "cost"),
    [
        (SITE, replace(SITE, address="198.51.100.8"), False, True),
        (SITE, replace(SITE, brand=OTHER_BRAND), False, False),
        (SITE, replace(SITE, app_id=UUID(int=9)), True, False),
        (SITE, STAFF, False, False),
        (STAFF, replace(STAFF, address="198.51.100.8"), True, True),
        (STAFF, replace(STAFF, actor_id=UUID(int=9)), False, True),
        (STAFF, replace(STAFF, kind=Kind.DRIVER), False, True),
        (STAFF, replace(STAFF, kind=Kind.PARTNER, app_id=UUID(int=1)), False, False),
        (STAFF, replace(STAFF, brand=OTHER_BRAND), False, False),
    ],
)
def test_visitors_are_counted_by_address_others_by_who_they_are_and_cost_by_app_and_brand(
    one: Principal, other: Principal, *, requests: bool, cost: bool
) -> None:
    first, second = (demand_of(each, Rates(), Shape(), cost=1) for each in (one, other))
    assert (first.windows[0].of == second.windows[0].of) is requests
    assert (first.bucket.of == second.bucket.of) is cost


@pytest.mark.parametrize(
    ("kept", "now", "used", "wait"),
    [
        (None, 600.0, 0, 0),
        (Counted(10, 9), 630.0, 9, 0),
        (Counted(10, 10), 630.0, 10, 36),  # To the next minute, and till a tenth of it is over.
        (Counted(9, 10), 600.0, 10, 6),
        (Counted(9, 10), 630.0, 5, 0),
        (Counted(10, 5, 10), 630.0, 10, 6),
        (Counted(8, 10), 630.0, 0, 0),
        (Counted(11, 10), 630.0, 0, 0),  # A clock that went back begins anew.
    ],
)
def test_the_minute_before_counts_by_what_of_it_still_overlaps(
    kept: Counted | None, now: float, used: float, wait: float
) -> None:
    fresh, found, into = counted(TEN, kept, now=now)
    assert found == pytest.approx(used)
    assert wait_of(TEN, fresh, found, into, 1) == pytest.approx(wait)


@pytest.mark.parametrize(
    ("kept", "now", "level"),
    [
        (None, 100.0, 50),
        (Filled(10.0, 100.0), 100.0, 10),
        (Filled(10.0, 100.0), 102.5, 35),
        (Filled(10.0, 100.0), 200.0, 50),
        (Filled(10.0, 100.0), 90.0, 10),
    ],
)
def test_what_was_taken_of_a_bucket_flows_back_by_the_second(
    kept: Filled | None, now: float, level: float
) -> None:
    assert filled(Bucket("x", 50, 10), kept, now=now) == level


@pytest.mark.parametrize(
    ("given", "address", "counts_as"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.7"),
        ("2001:DB8:0:1::5", "2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::6", "2001:db8:0:1:ffff::6", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::1", "fe80::/64"),
        ("testclient", "", ""),
        ("", "", ""),
    ],
)
def test_an_address_is_written_one_way_and_a_network_of_ipv6_is_one_household(
    given: str, address: str, counts_as: str
) -> None:
    assert (normal(given), household(normal(given))) == (address, counts_as)
