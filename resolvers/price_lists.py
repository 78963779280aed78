"""The price list: rates and rules as staff read them, and the changes of all dated prices."""

from typing import Any

import strawberry
from strawberry import Info

from db.catalog import TOUR_PACKAGES
from db.price_lists import PRICE_RULES, RATE_CARDS
from db.relations import Relation
from domain.identity import Scope
from domain.periods import NewEnd, NewRow, NewTerms
from domain.price_lists import Table
from domain.texts import storable
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.orders import EffectiveOrder
from schema.pagination import Connection
from schema.price_inputs import (
    AddPriceRuleInput,
    AddRateInput,
    AddTourPackageInput,
    ChangePriceRuleInput,
    ChangeRateInput,
    ChangeTourPackageInput,
    EndPriceRowInput,
    new_row,
    said,
)
from schema.price_lists import (
    PriceRule,
    PriceRuleFilter,
    PriceRulePayload,
    RateCard,
    RateCardFilter,
    RateCardPayload,
    TourPackagePayload,
)
from services.price_lists import add_price_row, change_price_row, end_price_row


@strawberry.type
class PriceListQuery:
    """Root fields that read the price list."""

    rate_cards: Connection[RateCard] = listed(
        RATE_CARDS,
        filter=RateCardFilter,
        order=EffectiveOrder.EFFECTIVE_FROM_DESC,
        scope=Scope.PRICE_LIST_READ,
        description="Rates of the brand: past, in force and to come.",
    )
    rate_card: RateCard | None = by_id(RateCard, RATE_CARDS)
    price_rules: Connection[PriceRule] = listed(
        PRICE_RULES,
        filter=PriceRuleFilter,
        order=EffectiveOrder.EFFECTIVE_FROM_DESC,
        scope=Scope.PRICE_LIST_READ,
        description="Rules of the brand, promo codes with what was redeemed of them.",
    )
    price_rule: PriceRule | None = by_id(PriceRule, PRICE_RULES)


async def _added(info: Info, relation: Relation, table: Table, wish: NewRow) -> Any:
    context, now = info.context, info.context.world.now()
    for name, value in wish.values.items():
        _check_texts(name, value)
    made = await context.write(
        lambda tx: add_price_row(tx, table, wish, now=now, ids=context.world.ids)
    )
    return await one(info, relation, made)


async def _changed(info: Info, relation: Relation, table: Table, type: str, input: Any) -> Any:
    context, now = info.context, info.context.world.now()
    named = said(input)
    for name, value in named.items():
        _check_texts(name, value)
    wish = NewTerms(decode_as(type, input.id), input.expected_version, input.effective_from, named)
    row = await context.write(
        lambda tx: change_price_row(tx, table, wish, now=now, ids=context.world.ids)
    )
    return await one(info, relation, row)


async def _ended(
    info: Info, relation: Relation, table: Table, type: str, input: EndPriceRowInput
) -> Any:
    context, now = info.context, info.context.world.now()
    wish = NewEnd(decode_as(type, input.id), input.expected_version, input.ends_on)
    row = await context.write(
        lambda tx: end_price_row(tx, table, wish, now=now, ids=context.world.ids)
    )
    return await one(info, relation, row)


def _check_texts(name: str, value: object) -> None:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            storable(each, path=name)


@strawberry.type
class PriceListMutation:
    """Root fields that change the price list."""

    @mutation(RateCardPayload, scope=Scope.PRICES_WRITE, description="Add a rate.")
    async def add_rate(self, info: Info, input: AddRateInput) -> RateCardPayload:
        row = await _added(info, RATE_CARDS, "rate_cards", new_row(input))
        return RateCardPayload(rate_card=row, errors=[])

    @mutation(
        RateCardPayload,
        scope=Scope.PRICES_WRITE,
        description="Change a rate from a day on. What was sold keeps its price.",
    )
    async def change_rate(self, info: Info, input: ChangeRateInput) -> RateCardPayload:
        row = await _changed(info, RATE_CARDS, "rate_cards", "RateCard", input)
        return RateCardPayload(rate_card=row, errors=[])

    @mutation(RateCardPayload, scope=Scope.PRICES_WRITE, description="End a rate.")
    async def end_rate(self, info: Info, input: EndPriceRowInput) -> RateCardPayload:
        row = await _ended(info, RATE_CARDS, "rate_cards", "RateCard", input)
        return RateCardPayload(rate_card=row, errors=[])

    @mutation(TourPackagePayload, scope=Scope.PRICES_WRITE, description="Add a package.")
    async def add_tour_package(self, info: Info, input: AddTourPackageInput) -> TourPackagePayload:
        row = await _added(info, TOUR_PACKAGES, "tour_packages", new_row(input))
        return TourPackagePayload(tour_package=row, errors=[])

    @mutation(
        TourPackagePayload,
        scope=Scope.PRICES_WRITE,
        description="Change a package from a day on. What was sold keeps its price.",
    )
    async def change_tour_package(
        self, info: Info, input: ChangeTourPackageInput
    ) -> TourPackagePayload:
        row = await _changed(info, TOUR_PACKAGES, "tour_packages", "TourPackage", input)
        return TourPackagePayload(tour_package=row, errors=[])

    @mutation(TourPackagePayload, scope=Scope.PRICES_WRITE, description="End a package.")
    async def end_tour_package(self, info: Info, input: EndPriceRowInput) -> TourPackagePayload:
        row = await _ended(info, TOUR_PACKAGES, "tour_packages", "TourPackage", input)
        return TourPackagePayload(tour_package=row, errors=[])

    @mutation(
        PriceRulePayload,
        scope=Scope.PRICES_WRITE,
        description="Add a season, a holiday, a weekday, a party size, a promo code or a tax.",
    )
    async def add_price_rule(self, info: Info, input: AddPriceRuleInput) -> PriceRulePayload:
        row = await _added(info, PRICE_RULES, "price_rules", input.to_domain())
        return PriceRulePayload(price_rule=row, errors=[])

    @mutation(
        PriceRulePayload,
        scope=Scope.PRICES_WRITE,
        description="Change a rule from a day on. What was sold keeps its price.",
    )
    async def change_price_rule(self, info: Info, input: ChangePriceRuleInput) -> PriceRulePayload:
        row = await _changed(info, PRICE_RULES, "price_rules", "PriceRule", input)
        return PriceRulePayload(price_rule=row, errors=[])

    @mutation(PriceRulePayload, scope=Scope.PRICES_WRITE, description="End a rule.")
    async def end_price_rule(self, info: Info, input: EndPriceRowInput) -> PriceRulePayload:
        row = await _ended(info, PRICE_RULES, "price_rules", "PriceRule", input)
        return PriceRulePayload(price_rule=row, errors=[])
