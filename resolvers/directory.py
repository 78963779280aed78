"""The directory and the packages: what a website shows."""

import strawberry

from db.catalog import TOUR_PACKAGES
from db.directory import HOTELS, RESTAURANTS, WINERIES
from domain.identity import Scope
from resolvers.listing import by_column, listed
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


@strawberry.type
class DirectoryQuery:
    """Root fields that read what everybody may see."""

    wineries: Connection[Winery] = listed(
        WINERIES,
        filter=WineryFilter,
        order=NameOrder.NAME_ASC,
        scope=Scope.CATALOG_READ,
        description="Wineries of the directory.",
    )
    winery: Winery | None = by_column(Winery, WINERIES, "slug", "One winery by its slug.")
    restaurants: Connection[Restaurant] = listed(
        RESTAURANTS,
        filter=RestaurantFilter,
        order=NameOrder.NAME_ASC,
        scope=Scope.CATALOG_READ,
        description="Restaurants of the directory.",
    )
    hotels: Connection[Hotel] = listed(
        HOTELS,
        filter=HotelFilter,
        order=NameOrder.NAME_ASC,
        scope=Scope.CATALOG_READ,
        description="Hotels of the directory.",
    )
    tour_packages: Connection[TourPackage] = listed(
        TOUR_PACKAGES,
        filter=TourPackageFilter,
        order=NameOrder.NAME_ASC,
        scope=Scope.CATALOG_READ,
        description="Packages that the brand sells.",
    )
