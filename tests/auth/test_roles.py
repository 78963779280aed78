"""Scopes: of the kind, of a member's role, and what was granted or denied."""

import pytest

from auth.roles import OF_ROLE, scopes_of
from domain.identity import Kind, Scope


def test_a_site_reads_the_catalogue_and_itself_asks_for_prices_and_sells() -> None:
    assert scopes_of(Kind.SITE) == {
        Scope.CATALOG_READ,
        Scope.VIEWER_READ,
        Scope.QUOTES_MAKE,
        Scope.AVAILABILITY_READ,
        Scope.BOOKINGS_HOLD,
        Scope.INQUIRIES_MAKE,
        Scope.RESERVATIONS_MAKE,
        Scope.TICKETS_SELL,
    }


def test_a_driver_and_a_link_are_told_no_prices() -> None:
    for kind in (Kind.DRIVER, Kind.LINK):
        assert Scope.QUOTES_MAKE not in scopes_of(kind)


def test_nobody_may_do_nothing() -> None:
    assert scopes_of(Kind.NOBODY) == frozenset()


def test_a_member_without_a_known_role_may_do_nothing() -> None:
    assert scopes_of(Kind.STAFF, role="king") == frozenset()


def test_a_role_means_nothing_for_anybody_but_staff() -> None:
    assert scopes_of(Kind.PARTNER, role="owner") == scopes_of(Kind.PARTNER)


def test_a_grant_adds_and_a_deny_wins() -> None:
    granted = scopes_of(Kind.STAFF, role="driver", grants=["payments:read", "no:such"])
    denied = scopes_of(
        Kind.STAFF, role="driver", grants=["payments:read"], denies=["payments:read"]
    )

    assert granted == OF_ROLE["driver"] | {Scope.PAYMENTS_READ}
    assert denied == OF_ROLE["driver"]


@pytest.mark.parametrize("kind", [Kind.SITE, Kind.PARTNER, Kind.CUSTOMER, Kind.DRIVER])
def test_only_staff_write_what_is_the_brands(kind: Kind) -> None:
    driven = {Scope.DUTY_WRITE} if kind is Kind.DRIVER else set()

    assert {scope for scope in scopes_of(kind) if scope.endswith(":write")} == driven


@pytest.mark.parametrize("role", ["finance", "driver", "viewer"])
def test_who_only_reads_or_counts_sells_nothing(role: str) -> None:
    sells = {Scope.BOOKINGS_WRITE, Scope.BOOKINGS_HOLD, Scope.DISPATCH_WRITE, Scope.PRICES_WRITE}

    assert not OF_ROLE[role] & sells


def test_what_breaks_a_rule_for_a_reason_is_asked_of_owners_and_managers() -> None:
    for scope in (Scope.COMPLIANCE_OVERRIDE, Scope.DEPOSITS_WAIVE, Scope.BRAND_WRITE):
        assert {role for role, scopes in OF_ROLE.items() if scope in scopes} == {"owner", "manager"}
