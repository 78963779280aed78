"""The brand of the request, and the caller."""

import strawberry
from strawberry import Info

from domain.errors import NotFound
from domain.identity import Scope
from schema.brands import Brand, Viewer
from schema.enums import PrincipalKind
from schema.permissions import requires


async def facts_of_brand(info: Info) -> Brand:
    facts = await info.context.snapshot.reads.brand_facts()
    if facts is None:
        raise NotFound
    return Brand(**facts)


@strawberry.type
class BrandQuery:
    """Root fields about the request itself."""

    @strawberry.field(
        extensions=[requires(Scope.CATALOG_READ)], description="The brand of this request."
    )
    async def brand(self, info: Info) -> Brand:
        return await facts_of_brand(info)

    @strawberry.field(
        extensions=[requires(Scope.VIEWER_READ)], description="Who is asking, and what they may do."
    )
    async def viewer(self, info: Info) -> Viewer:
        principal = info.context.principal
        return Viewer(
            kind=PrincipalKind(principal.kind.value),
            role=principal.role,
            label=principal.label,
            scopes=sorted(scope.value for scope in principal.scopes),
            brand=await facts_of_brand(info),
        )
