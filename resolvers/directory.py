"""The directory and the packages: what a website shows."""

from typing import Annotated

import strawberry
from strawberry import Info

from db.catalog import TOUR_PACKAGES
from db.directory import HOTELS, RESTAURANTS, WINERIES
from domain.identity import Scope
from resolvers.directory_lists import by_slug, shown_first
from resolvers.listing import listed, says
from schema.catalog import TourPackage, TourPackageFilter
from schema.directory import (
    Hotel,
    HotelFilter,
    Restaurant,
    RestaurantFilter,
    Winery,
    WineryFilter,
)
from schema.orders import NameOrder
from schema.pagination import Connection
from schema.permissions import requires


@strawberry.type
class DirectoryQuery:
    """Root fields that read what everybody may see."""

    wineries: Connection[Winery] = shown_first(
        WINERIES,
        ("winery",),
        picked=WineryFilter,
        order=NameOrder.NAME_ASC,
        description="Wineries of the directory, as the brand shows them.",
    )
    restaurants: Connection[Restaurant] = shown_first(
        RESTAURANTS,
        ("restaurant",),
        picked=RestaurantFilter,
        order=NameOrder.NAME_ASC,
        description="Restaurants of the directory, as the brand shows them.",
    )
    hotels: Connection[Hotel] = shown_first(
        HOTELS,
        ("hotel",),
        picked=HotelFilter,
        order=NameOrder.NAME_ASC,
        description="Hotels of the directory, as the brand shows them.",
    )
    tour_packages: Connection[TourPackage] = listed(
        TOUR_PACKAGES,
        filter=TourPackageFilter,
        order=NameOrder.NAME_ASC,
        scope=Scope.CATALOG_READ,
        description="Packages that the brand sells.",
    )

    @strawberry.field(
        description="One winery by its slug; one that the brand hides is found by staff alone.",
        extensions=[requires(Scope.CATALOG_READ)],
    )
    async def winery(self, info: Info, slug: Annotated[str, says("Its slug.")]) -> Winery | None:
        found: Winery = await by_slug(info, WINERIES, slug)
        return found
