"""`tourbase tenant create`: what it makes can be worked with at once; what is wrong makes nothing."""

from dataclasses import replace

import httpx
import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import Parts, now
from cli.main import main
from cli.tenant import NewTenant, TenantRefused, create_tenant
from domain.errors import InvalidInput
from tests.builders import new_id
from tests.web.conftest import bearer, served

ACME = NewTenant(
    slug="acme",
    name="Acme Tours LLC",
    brand="acme",
    brand_name="Acme Tours",
    time_zone="Europe/Paris",
    currency="EUR",
    email_from="bookings@acme.example",
    owner_name="Olive Owner",
    owner_email=" Olive@Acme.example ",
)
BRAND = """
{ viewer { kind role brand { code name timeZone currency } }
  brandSettings(first: 2) { edges { node { numberPrefix cancellationTiers { daysBefore percent } } } } }
"""


def a_tenant(**changes: str) -> NewTenant:
    """One whose slug nobody has had."""
    return replace(ACME, **{"slug": f"acme-{new_id().hex[-12:]}", **changes})


async def test_an_owner_takes_the_invitation_signs_in_and_finds_a_brand_that_is_furnished(
    made: Parts, settings: Settings
) -> None:
    new = a_tenant()
    code = create_tenant(settings, new, at=now())
    async with served(made) as address, httpx.AsyncClient(base_url=address) as client:
        chosen = {"code": code, "password": "a password of hers"}
        assert (await client.post("/auth/password", json=chosen)).status_code == 204
        said = {"tenant": new.slug, "email": "olive@acme.example", "password": chosen["password"]}
        tokens = (await client.post("/auth/sign-in", json=said)).json()
        answer = await client.post(
            "/graphql", json={"query": BRAND}, headers=bearer(tokens["access_token"])
        )
    settings_of = {
        "numberPrefix": "ACME",
        "cancellationTiers": [
            {"daysBefore": 45, "percent": 100},
            {"daysBefore": 21, "percent": 50},
            {"daysBefore": 0, "percent": 0},
        ],
    }
    assert answer.status_code == 200, answer.text
    assert answer.json().get("errors") is None
    assert answer.json()["data"] == {
        "viewer": {
            "kind": "STAFF",
            "role": "owner",
            "brand": {
                "code": "acme",
                "name": "Acme Tours",
                "timeZone": "Europe/Paris",
                "currency": "EUR",
            },
        },
        "brandSettings": {"edges": [{"node": settings_of}]},
    }


def test_a_slug_that_is_taken_is_refused_and_makes_nothing(settings: Settings) -> None:
    new = a_tenant()
    create_tenant(settings, new, at=now())
    with pytest.raises(TenantRefused, match=f"There is a tenant {new.slug} already"):
        create_tenant(settings, replace(new, name="Another"), at=now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Acme Tours"},
        {"slug": "-acme"},
        {"brand": "a"},
        {"brand": "1acme"},
        {"time_zone": "Paris"},
        {"currency": "euro"},
        {"currency": "XXZ"},
        {"owner_email": "olive"},
        {"owner_email": "@"},
        {"email_from": "acme"},
    ],
)
def test_what_no_tenant_can_be_called_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        replace(ACME, **wrong)


def test_it_is_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["tenant", "create", "acme"])
    assert "--owner-email" in capsys.readouterr().err
