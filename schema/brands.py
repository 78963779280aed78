"""The brand of a request, and the caller as the service knows them."""

import strawberry

from schema.brand_profiles import BrandOfViewer
from schema.enums import PrincipalKind


async def brands_of(info: strawberry.Info) -> list[BrandOfViewer]:
    found: list[BrandOfViewer] = await info.context.brands_of_viewer()
    return found


@strawberry.type(description="The public facts of the brand that a request acts for.")
class Brand:
    """What a website may show of itself."""

    code: str = strawberry.field(description="Short code: `wwt`.")
    name: str = strawberry.field(description="As guests know it.")
    legal_name: str | None = strawberry.field(description="The company behind it.")
    website: str | None = strawberry.field(description="Web site.")
    email_support: str | None = strawberry.field(description="Where guests write.")
    phone: str | None = strawberry.field(description="E.164.")
    phone_display: str | None = strawberry.field(description="As it is printed.")
    primary_color: str | None = strawberry.field(description="`#rrggbb`.")
    secondary_color: str | None = strawberry.field(description="`#rrggbb`.")
    tagline: str | None = strawberry.field(description="In a few words.")
    time_zone: str = strawberry.field(description="IANA zone of its days: `America/Los_Angeles`.")
    currency: str = strawberry.field(description="ISO 4217 code of its prices.")


@strawberry.type(description="Who is asking, for which brand, and what they may do.")
class Viewer:
    """The credential, as the service understood it."""

    kind: PrincipalKind = strawberry.field(description="The kind of caller.")
    role: str = strawberry.field(description="A member's role; otherwise the kind.")
    label: str = strawberry.field(description="Name of the person, app or key.")
    scopes: list[str] = strawberry.field(description="What the caller may do, sorted.")
    brand: Brand = strawberry.field(description="The brand of this request.")
    brands: list[BrandOfViewer] = strawberry.field(
        description="The brands that a member of the staff works for, the default first; empty"
        " for everybody else.",
        resolver=brands_of,
    )
