"""A brand's dated settings: the list that staff read, and their change from a day on."""

import strawberry
from strawberry import Info

from db.brand_settings import BRAND_SETTINGS
from domain.identity import Scope
from resolvers.listing import listed, one
from resolvers.refusals import mutation
from schema.brand_settings import (
    BrandSettings,
    BrandSettingsFilter,
    BrandSettingsPayload,
    ChangeBrandSettingsInput,
)
from schema.orders import EffectiveOrder
from schema.pagination import Connection
from services.brand_settings import change_brand_settings


@strawberry.type
class BrandSettingsQuery:
    """Root fields that read settings."""

    brand_settings: Connection[BrandSettings] = listed(
        BRAND_SETTINGS,
        filter=BrandSettingsFilter,
        order=EffectiveOrder.EFFECTIVE_FROM_DESC,
        scope=Scope.PRICE_LIST_READ,
        description="Settings of the brand: past, in force and to come.",
    )


@strawberry.type
class BrandSettingsMutation:
    """Root fields that change settings."""

    @mutation(
        BrandSettingsPayload,
        scope=Scope.BRAND_WRITE,
        description="Change the brand's settings from a day on. What was sold keeps its own.",
    )
    async def change_brand_settings(
        self, info: Info, input: ChangeBrandSettingsInput
    ) -> BrandSettingsPayload:
        context, now, wish = info.context, info.context.world.now(), input.to_domain()
        row = await context.write(
            lambda tx: change_brand_settings(tx, wish, now=now, ids=context.world.ids)
        )
        settings = await one(info, BRAND_SETTINGS, row)
        return BrandSettingsPayload(brand_settings=settings, errors=[])
