"""What an app's keys may be, when one ends, and what replaces it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.roles import OF_KEY
from domain.api_keys import (
    ApiKey,
    App,
    NewApiKey,
    NewApp,
    Rotation,
    Shown,
    issue,
    make_app,
    revoke,
    rotate,
    set_status,
    status_of,
)
from domain.errors import InvalidInput, StaleVersion, WrongState
from tests.builders import new_id

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
APP = App(new_id(), "Portal", "partner")
SHOWN = Shown("tbsk_live_New4", "0042")


def a_key(**values: Any) -> ApiKey:
    key = ApiKey(
        new_id(), APP.id, "partner", "live", "Portal", None, "tbsk_live_Old4", "wxyz", NOW - DAY
    )
    return replace(key, **values)


def made(**values: Any) -> ApiKey:
    wish = replace(NewApiKey(APP.id, "partner", "live", "Portal"), **values)
    return issue(APP, wish, SHOWN, most=OF_KEY[wish.kind], id=new_id(), now=NOW)


def replaced(key: ApiKey, overlap: timedelta = DAY, **values: Any) -> tuple[ApiKey, ApiKey]:
    wish = Rotation(key.id, key.version, overlap, **values)
    return rotate(APP, key, wish, SHOWN, id=new_id(), now=NOW)


def test_an_app_has_a_name_of_one_line_and_perhaps_an_address() -> None:
    app = make_app(NewApp("  Our   portal ", "partner", " Ops@Partner.example "), id=APP.id)

    assert app == App(APP.id, "Our portal", "partner", "ops@partner.example")


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        (NewApp(" ", "site"), "name"),
        (NewApp("n" * 101, "site"), "name"),
        (NewApp("Portal", "site", "nobody"), "contactEmail"),
    ],
)
def test_an_app_that_cannot_be_named_or_written_to_is_not_made(wish: NewApp, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_app(wish, id=APP.id)

    assert refused.value.path == path


def test_an_app_is_suspended_once_and_comes_back() -> None:
    suspended = set_status(APP, "suspended", expected_version=1)

    assert (suspended.status, suspended.version) == ("suspended", 2)
    assert set_status(suspended, "suspended", expected_version=2) is suspended
    assert set_status(suspended, "active", expected_version=2) == replace(APP, version=3)
    with pytest.raises(StaleVersion):
        set_status(suspended, "active", expected_version=1)


def test_a_key_names_each_of_its_scopes_once() -> None:
    key = made(scopes=["prices:read", "catalog:read", "prices:read"], label=" For  them ")

    assert key.scopes == ["catalog:read", "prices:read"]
    assert (key.label, key.prefix, key.last_four) == ("For them", "tbsk_live_New4", "0042")
    assert made().scopes is None


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"kind": "site"}, "kind"),
        ({"label": " "}, "label"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["catalog:read", "customers:read"]}, "scopes"),
        ({"scopes": ["no:such"]}, "scopes"),
        ({"kind": "ci", "scopes": ["catalog:read"]}, "scopes"),
        ({"expires_at": NOW}, "expiresAt"),
    ],
)
def test_a_key_that_would_do_more_or_nothing_is_not_made(values: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(**values)

    assert refused.value.path == path


def test_a_suspended_app_gets_no_key() -> None:
    suspended = replace(APP, status="suspended")
    wish = NewApiKey(APP.id, "partner", "live", "Portal")

    with pytest.raises(WrongState):
        issue(suspended, wish, SHOWN, most=OF_KEY["partner"], id=new_id(), now=NOW)
    with pytest.raises(WrongState):
        rotate(suspended, a_key(), Rotation(APP.id, 1, DAY), SHOWN, id=new_id(), now=NOW)


@pytest.mark.parametrize(
    ("ends", "overlap", "old_ends", "new_ends"),
    [
        (None, DAY, NOW + DAY, None),
        (None, timedelta(0), NOW, None),
        (None, 30 * DAY, NOW + 30 * DAY, None),
        (NOW + HOUR, DAY, NOW + HOUR, NOW + DAY + HOUR),
        (NOW + 9 * DAY, DAY, NOW + DAY, NOW + 10 * DAY),
    ],
)
def test_a_replaced_key_ends_with_the_overlap_or_sooner_and_the_new_one_lives_as_long(
    ends: datetime | None, overlap: timedelta, old_ends: datetime, new_ends: datetime | None
) -> None:
    before = a_key(expires_at=ends, scopes=["catalog:read"])

    old, new = replaced(before, overlap)

    assert old == replace(before, expires_at=old_ends, replaced_by=new.id, version=2)
    assert new == replace(
        before,
        id=new.id,
        prefix="tbsk_live_New4",
        last_four="0042",
        created_at=NOW,
        expires_at=new_ends,
    )


def test_the_new_key_ends_when_it_is_told_to() -> None:
    assert replaced(a_key(expires_at=NOW + DAY), expires_at=NOW + HOUR)[1].expires_at == NOW + HOUR


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, "active"),
        ({"expires_at": NOW + HOUR}, "active"),
        ({"replaced_by": APP.id, "expires_at": NOW + HOUR}, "replaced"),
        ({"replaced_by": APP.id, "expires_at": NOW}, "expired"),
        ({"expires_at": NOW}, "expired"),
        ({"revoked_at": NOW, "expires_at": NOW + DAY, "replaced_by": APP.id}, "revoked"),
    ],
)
def test_only_an_active_key_is_replaced(values: Any, status: str) -> None:
    key = a_key(**values)

    assert status_of(key.revoked_at, key.expires_at, key.replaced_by, NOW) == status
    if status != "active":
        with pytest.raises(WrongState, match=f"that is {status} is not replaced"):
            replaced(key)


@pytest.mark.parametrize("overlap", [timedelta(hours=-1), 30 * DAY + HOUR])
def test_an_overlap_is_no_more_than_thirty_days(overlap: timedelta) -> None:
    with pytest.raises(InvalidInput, match="0 to 720"):
        replaced(a_key(), overlap)


def test_a_key_is_revoked_once() -> None:
    before = a_key()

    after = revoke(before, expected_version=1, now=NOW)

    assert after == replace(before, revoked_at=NOW, version=2)
    assert revoke(after, expected_version=2, now=NOW + DAY) is after
    with pytest.raises(StaleVersion):
        revoke(after, expected_version=1, now=NOW)
