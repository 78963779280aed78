"""The price list over GraphQL: what staff read and edit, what a quote says then, and who may not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auth.roles import scopes_of
from db.database import Database
from domain.identity import Brand, Kind, Principal
from tests.builders import a_principal, new_id, write
from tests.db.test_redemptions import a_promo
from tests.resolvers.conftest import Ask, told

RATE_FIELDS = """
  id kind code weekdays guestsMin guestsMax rate { formatted } minutesMin milesIncluded
  effectiveFrom effectiveTo version
"""
ADD_RATE = f"""mutation ($input: AddRateInput!) {{ addRate(input: $input) {{
  rateCard {{ {RATE_FIELDS} }} errors {{ code path }} }} }}"""
CHANGE_RATE = f"""mutation ($input: ChangeRateInput!) {{ changeRate(input: $input) {{
  rateCard {{ {RATE_FIELDS} }}
  errors {{ code path conflicts {{ field before current yours }} }} }} }}"""
RATES = """query ($filter: RateCardFilter) { rateCards(filter: $filter) {
  edges { node { code rate { amountCents } effectiveFrom effectiveTo } } } }"""
RULE_FIELDS = """
  id kind name promoCode percentPpm amount { amountCents } weekdays guestsMin guestsMax tourTypes
  redemptions redemptionsMax effectiveFrom effectiveTo version
"""
ADD_RULE = f"""mutation ($input: AddPriceRuleInput!) {{ addPriceRule(input: $input) {{
  priceRule {{ {RULE_FIELDS} }} errors {{ code path }} }} }}"""
CHANGE_RULE = f"""mutation ($input: ChangePriceRuleInput!) {{ changePriceRule(input: $input) {{
  priceRule {{ {RULE_FIELDS} }} errors {{ code path }} }} }}"""
END_RULE = f"""mutation ($input: EndPriceRowInput!) {{ endPriceRule(input: $input) {{
  priceRule {{ {RULE_FIELDS} }} errors {{ code path }} }} }}"""
RULES = """query ($filter: PriceRuleFilter) { priceRules(filter: $filter, first: 5) {
  totalCount edges { node { name promoCode redemptions redemptionsMax } } } }"""
ADD_PACKAGE = """mutation ($input: AddTourPackageInput!) { addTourPackage(input: $input) {
  tourPackage { id code name price { formatted } minutes weekdays startTimes includes version }
  errors { code path } } }"""
CHANGE_PACKAGE = """mutation ($input: ChangeTourPackageInput!) { changeTourPackage(input: $input) {
  tourPackage { id price { formatted } effectiveFrom version } errors { code path } } }"""
END_PACKAGE = """mutation ($input: EndPriceRowInput!) { endTourPackage(input: $input) {
  tourPackage { effectiveTo version } errors { code path } } }"""
END_RATE = """mutation ($input: EndPriceRowInput!) { endRate(input: $input) {
  rateCard { effectiveTo version } errors { code path } } }"""
SETTINGS = """query ($filter: BrandSettingsFilter) { brandSettings(first: 1, filter: $filter) {
  edges { node { id taxPpm depositPercent opensAt closesAt numberPrefix
    cancellationTiers { daysBefore percent } guestPaysCardFee cardFeePpm
    cardFeeFixed { formatted } terms effectiveFrom version } } } }"""
CHANGE_SETTINGS = """mutation ($input: ChangeBrandSettingsInput!) {
  changeBrandSettings(input: $input) {
    brandSettings { id taxPpm opensAt cancellationTiers { daysBefore percent } effectiveFrom version }
    errors { code path } } }"""
TOTAL = """query ($input: QuoteInput!) { quote(input: $input) { subtotal { amountCents } } }"""
HOURLY: dict[str, Any] = {
    "kind": "HOURLY",
    "code": "hourly",
    "guestsMin": 1,
    "guestsMax": 14,
    "rateCents": 9_500,
    "minutesMin": 240,
}
DAY = date(2031, 6, 11)


def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("America/Los_Angeles")).date()


async def done(ask: Ask, document: str, field: str, **given: Any) -> Any:
    """What the payload holds, of a change that is not refused."""
    answer = await ask(document, input=given)
    assert answer.errors is None
    payload = answer.data[field]  # type: ignore[index]
    assert payload.pop("errors") == []
    return next(iter(payload.values()))


async def subtotal(ask: Ask, day: date, by: Kind = Kind.SITE, **more: Any) -> Any:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("America/Los_Angeles"))
    wish = {"tourType": "WINE_TOUR", "startsAt": at.isoformat(), "partySize": 4, "minutes": 360}
    answer = await ask(TOTAL, by, input={**wish, **more})
    return answer.data and answer.data["quote"]["subtotal"]["amountCents"]


async def test_a_rate_is_added_changed_from_a_day_on_listed_and_quoted(ask: Ask) -> None:
    since = str(today())
    added = await done(ask, ADD_RATE, "addRate", **HOURLY, effectiveFrom=since)
    id = added.pop("id")
    assert added == {
        "kind": "HOURLY",
        "code": "hourly",
        "guestsMin": 1,
        "guestsMax": 14,
        "weekdays": [
            *("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY"),
            *("FRIDAY", "SATURDAY", "SUNDAY"),
        ],
        "rate": {"formatted": "$95.00"},
        "minutesMin": 240,
        "milesIncluded": 0,
        "effectiveFrom": since,
        "effectiveTo": None,
        "version": 1,
    }
    change = {"id": id, "expectedVersion": 1, "effectiveFrom": str(DAY), "rateCents": 10_000}
    changed = await done(ask, CHANGE_RATE, "changeRate", **change, weekdays=["WEDNESDAY"])
    assert (changed["weekdays"], changed["effectiveFrom"]) == (["WEDNESDAY"], str(DAY))
    assert [await subtotal(ask, DAY - timedelta(days=1)), await subtotal(ask, DAY)] == [
        57_000,
        60_000,
    ]
    listed = await ask(RATES)
    assert [edge["node"] for edge in listed.data["rateCards"]["edges"]] == [  # type: ignore[index]
        {
            "code": "hourly",
            "rate": {"amountCents": 10_000},
            "effectiveFrom": str(DAY),
            "effectiveTo": None,
        },
        {
            "code": "hourly",
            "rate": {"amountCents": 9_500},
            "effectiveFrom": since,
            "effectiveTo": str(DAY),
        },
    ]
    in_force = await ask(RATES, filter={"inForceOn": str(DAY), "kind": ["HOURLY"]})
    assert [
        edge["node"]["rate"]["amountCents"]
        for edge in in_force.data["rateCards"]["edges"]  # type: ignore[index]
    ] == [10_000]


async def test_who_changes_an_old_version_sees_the_row_and_what_others_changed(ask: Ask) -> None:
    rate = await done(ask, ADD_RATE, "addRate", **HOURLY, effectiveFrom=str(DAY))
    change = {"id": rate["id"], "expectedVersion": 1, "effectiveFrom": str(DAY)}
    await done(ask, CHANGE_RATE, "changeRate", **change, weekdays=["FRIDAY", "SATURDAY"])

    late = await ask(CHANGE_RATE, input={**change, "weekdays": ["SUNDAY"]})

    assert late.data["changeRate"]["rateCard"]["version"] == 2  # type: ignore[index]
    assert late.data["changeRate"]["errors"] == [  # type: ignore[index]
        {
            "code": "STALE_VERSION",
            "path": "expectedVersion",
            "conflicts": [
                {
                    "field": "weekdays",
                    "before": rate["weekdays"],
                    "current": ["FRIDAY", "SATURDAY"],
                    "yours": ["SUNDAY"],
                }
            ],
        }
    ]


async def test_a_promo_code_is_made_and_used_up_and_only_staff_are_told_of_it(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await done(ask, ADD_RATE, "addRate", **HOURLY, effectiveFrom=str(today()))
    made = await done(
        ask, ADD_RULE, "addPriceRule",
        kind="PROMO_CODE", name="Spring", promoCode=" spring ", percentPpm=-100_000,
        redemptionsMax=3, tourTypes=["WINE_TOUR"], effectiveFrom=str(today()),
    )  # fmt: skip
    assert made == {
        "id": made["id"],
        "kind": "PROMO_CODE",
        "name": "Spring",
        "promoCode": "SPRING",
        "percentPpm": -100_000,
        "amount": None,
        "weekdays": None,
        "guestsMin": None,
        "guestsMax": None,
        "tourTypes": ["WINE_TOUR"],
        "redemptions": 0,
        "redemptionsMax": 3,
        "effectiveFrom": str(today()),
        "effectiveTo": None,
        "version": 1,
    }
    await write(database, brand, lambda tx: tx.run("update price_rules set redemptions = 2"))
    listed = await ask(RULES, filter={"kind": ["PROMO_CODE"]})
    assert listed.data == {
        "priceRules": {
            "totalCount": 1,
            "edges": [
                {
                    "node": {
                        "name": "Spring",
                        "promoCode": "SPRING",
                        "redemptions": 2,
                        "redemptionsMax": 3,
                    }
                }
            ],
        }
    }
    for kind in (Kind.SITE, Kind.LINK, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER):
        assert told(await ask(RULES, kind)) == [("priceRules", "FORBIDDEN")]
        assert told(await ask(RATES, kind)) == [("rateCards", "FORBIDDEN")]
        assert told(await ask(SETTINGS, kind)) == [("brandSettings", "FORBIDDEN")]


async def test_a_season_is_changed_and_ended(ask: Ask) -> None:
    await done(ask, ADD_RATE, "addRate", **HOURLY, effectiveFrom=str(today()))
    season = {"kind": "SEASON", "name": "Harvest", "amountCents": 5_000}
    rule = await done(ask, ADD_RULE, "addPriceRule", **season, effectiveFrom=str(DAY))
    known = {"id": rule["id"], "expectedVersion": 1}
    later = DAY + timedelta(days=7)
    changed = await done(
        ask, CHANGE_RULE, "changePriceRule", **known, effectiveFrom=str(later),
        amountCents=None, percentPpm=100_000, guestsMin=4,
    )  # fmt: skip
    assert (changed["amount"], changed["percentPpm"], changed["guestsMin"]) == (None, 100_000, 4)
    ended = await done(
        ask, END_RULE, "endPriceRule",
        id=changed["id"], expectedVersion=1, endsOn=str(later + timedelta(days=7)),
    )  # fmt: skip
    assert (ended["effectiveTo"], ended["version"]) == (str(later + timedelta(days=7)), 2)
    days = [DAY - timedelta(days=1), DAY, later, later + timedelta(days=7)]
    assert [await subtotal(ask, day) for day in days] == [57_000, 62_000, 62_700, 57_000]


async def test_a_package_is_added_changed_and_ended(ask: Ask) -> None:
    given = {"code": "classic", "name": "Classic", "priceCents": 12_500, "minutes": 360}
    more = {"guestsMin": 2, "guestsMax": 14, "startTimes": ["10:00"], "includes": ["Van"]}
    since = {"effectiveFrom": str(today())}
    made = await done(ask, ADD_PACKAGE, "addTourPackage", **given, **more, **since)
    assert (made["price"]["formatted"], made["startTimes"], made["version"]) == (
        *("$125.00", ["10:00:00"]),
        1,
    )
    known = {"id": made["id"], "expectedVersion": 1}
    change = {**known, "effectiveFrom": str(DAY), "priceCents": 13_000}
    changed = await done(ask, CHANGE_PACKAGE, "changeTourPackage", **change)
    assert (changed["price"], changed["version"]) == ({"formatted": "$130.00"}, 1)
    wish: dict[str, Any] = {"code": "classic", "minutes": None}
    assert await subtotal(ask, DAY, **wish) == 52_000
    end = {"id": changed["id"], "expectedVersion": 1, "endsOn": str(DAY)}
    ended = await done(ask, END_PACKAGE, "endTourPackage", **end)
    assert ended == {"effectiveTo": str(DAY), "version": 2}


async def test_a_rate_that_is_ended_is_quoted_no_more(ask: Ask) -> None:
    rate = await done(ask, ADD_RATE, "addRate", **HOURLY, effectiveFrom=str(today()))
    end = {"id": rate["id"], "expectedVersion": 1, "endsOn": str(DAY)}
    assert await done(ask, END_RATE, "endRate", **end) == {"effectiveTo": str(DAY), "version": 2}
    assert await subtotal(ask, DAY - timedelta(days=1)) == 57_000
    assert await subtotal(ask, DAY) is None


async def test_settings_are_read_and_changed_from_a_day_on(ask: Ask) -> None:
    read = await ask(SETTINGS, filter={"begunOn": str(today())})
    (edge,) = read.data["brandSettings"]["edges"]  # type: ignore[index]
    settings = edge["node"]
    id = settings.pop("id")
    assert settings == {
        "taxPpm": 91_000,
        "depositPercent": 50,
        "opensAt": "08:00:00",
        "closesAt": "22:00:00",
        "numberPrefix": "WWT",
        "cancellationTiers": [
            {"daysBefore": 45, "percent": 100},
            {"daysBefore": 21, "percent": 50},
            {"daysBefore": 0, "percent": 0},
        ],
        "guestPaysCardFee": False,
        "cardFeePpm": 29_000,
        "cardFeeFixed": {"formatted": "$0.30"},
        "terms": None,
        "effectiveFrom": "2020-01-01",
        "version": 1,
    }
    tiers = [{"daysBefore": 7, "percent": 100}, {"daysBefore": 0, "percent": 0}]
    change = {"id": id, "expectedVersion": 1, "effectiveFrom": str(DAY)}
    changed = await done(
        ask, CHANGE_SETTINGS, "changeBrandSettings", **change,
        taxPpm=92_000, opensAt="09:00", cancellationTiers=tiers,
    )  # fmt: skip
    assert changed == {
        "id": changed["id"],
        "taxPpm": 92_000,
        "opensAt": "09:00:00",
        "cancellationTiers": tiers,
        "effectiveFrom": str(DAY),
        "version": 2,
    }
    assert changed["id"] != id


@pytest.mark.parametrize(
    ("document", "field", "role"),
    [
        (ADD_RATE, "addRate", "sales"),
        (ADD_RATE, "addRate", "finance"),
        (END_RULE, "endPriceRule", "dispatcher"),
        (CHANGE_SETTINGS, "changeBrandSettings", "sales"),
        (CHANGE_SETTINGS, "changeBrandSettings", "viewer"),
    ],
)
async def test_who_may_not_write_prices_or_settings_is_refused(
    brand: Brand, ask: Ask, document: str, field: str, role: str
) -> None:
    known = {"id": "x", "expectedVersion": 1, "effectiveFrom": str(DAY), "endsOn": str(DAY)}
    names = {
        "addRate": {*HOURLY, "effectiveFrom"},
        "endPriceRule": {"id", "expectedVersion", "endsOn"},
    }
    given = {**HOURLY, **known}
    wanted = names.get(field, {"id", "expectedVersion", "effectiveFrom"})
    answer = await ask(document, a_principal(brand, role=role), input={n: given[n] for n in wanted})
    assert told(answer) == [(field, "FORBIDDEN")]


async def test_staff_without_the_price_list_are_told_none_of_it(
    database: Database, brand: Brand, ask: Ask
) -> None:
    await write(database, brand, a_promo)
    blind = Principal(
        kind=Kind.STAFF,
        brand=brand,
        actor_id=new_id(),
        role="sales",
        scopes=scopes_of(Kind.STAFF, role="sales", denies=["price_list:read"]),
    )
    assert told(await ask(RULES, blind)) == [("priceRules", "FORBIDDEN")]
    seen = await ask(RULES, a_principal(brand, role="sales"))
    assert seen.data["priceRules"]["totalCount"] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"code": "a\u0000b"}, "code"),
        ({"weekdays": []}, "weekdays"),
        ({"effectiveFrom": "2001-01-01"}, "effectiveFrom"),
    ],
)
async def test_a_refused_rate_is_data_with_the_field_that_is_to_blame(
    ask: Ask, more: dict[str, Any], path: str
) -> None:
    given = {**HOURLY, "effectiveFrom": str(today()), **more}
    answer = await ask(ADD_RATE, input=given)
    assert answer.errors is None
    payload = answer.data["addRate"]  # type: ignore[index]
    assert [error["path"] for error in payload["errors"]] == [path]
    assert payload["rateCard"] is None
