"""The brand as those who run it see it, and the making of another."""

from typing import Any

import strawberry
from strawberry import Info

from db import brand_profiles
from domain.brands import Profile
from domain.errors import NotFound
from domain.identity import Scope
from resolvers.refusals import mutation
from schema.brand_profiles import (
    BrandOfViewer,
    BrandProfile,
    BrandProfilePayload,
    CreateBrandInput,
    CreateBrandPayload,
    UpdateBrandInput,
    WebOriginInput,
)
from schema.permissions import requires
from services.brands import add_web_origin, create_brand, remove_web_origin, update_brand


@strawberry.type
class BrandProfileQuery:
    """Root fields that read what a brand says of itself."""

    @strawberry.field(
        extensions=[requires(Scope.STAFF_READ)],
        description="What the brand of this request says of itself, and whose pages it trusts.",
    )
    async def brand_profile(self, info: Info) -> BrandProfile:
        found = await brand_profiles.profile(await info.context.snapshot.transaction())
        if found is None:
            raise NotFound
        return BrandProfile.of(found)


@strawberry.type
class BrandProfileMutation:
    """Root fields that make a brand and change one."""

    @mutation(
        CreateBrandPayload,
        scope=Scope.TENANT_WRITE,
        description="Make another brand of this operator; you own it.",
    )
    async def create_brand(self, info: Info, input: CreateBrandInput) -> CreateBrandPayload:
        new = await _write(info, create_brand, input.to_domain())
        brand = BrandOfViewer(code=new.code, name=new.name, role="owner", is_default=False)
        return CreateBrandPayload(brand=brand, errors=[])

    @mutation(
        BrandProfilePayload,
        scope=Scope.TENANT_WRITE,
        description="Change what the brand says of itself: names, addresses, colours.",
    )
    async def update_brand(self, info: Info, input: UpdateBrandInput) -> BrandProfilePayload:
        return _payload(await _write(info, update_brand, input.to_domain()))

    @mutation(
        BrandProfilePayload,
        scope=Scope.TENANT_WRITE,
        description="Let pages of a website send the brand's key from a browser.",
    )
    async def add_web_origin(self, info: Info, input: WebOriginInput) -> BrandProfilePayload:
        development = not info.context.world.production
        done = await _write(
            info,
            add_web_origin,
            input.origin,
            expected_version=input.expected_version,
            development=development,
        )
        return _payload(done)

    @mutation(
        BrandProfilePayload,
        scope=Scope.TENANT_WRITE,
        description="Let pages of a website speak for the brand no more, from a minute on.",
    )
    async def remove_web_origin(self, info: Info, input: WebOriginInput) -> BrandProfilePayload:
        done = await _write(
            info, remove_web_origin, input.origin, expected_version=input.expected_version
        )
        return _payload(done)


def _payload(profile: Profile) -> BrandProfilePayload:
    return BrandProfilePayload(profile=BrandProfile.of(profile), errors=[])


async def _write(info: Info, use_case: Any, *given: Any, **more: Any) -> Any:
    context, now = info.context, info.context.world.now()
    return await context.write(
        lambda tx: use_case(tx, *given, **more, now=now, ids=context.world.ids)
    )
