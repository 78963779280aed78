"""Which tenants and brands the demo has, and how large each is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cli.demo.reference import Record, needed, records, truth, whole

TENANTS_PER_SCALE = 10
BRAND_ORDER = ("wwt", "nwtc", "hcwt")
FIRST_PERSON_STEP = 80
YEARS_BACK = 3


@dataclass(frozen=True, slots=True)
class VanPlan:
    name: str
    seats: int
    make: str | None = None
    model: str | None = None
    year: int | None = None
    vehicle_type: str | None = None


@dataclass(frozen=True, slots=True)
class BrandPlan:
    """A brand to make. `first_person` shifts its list of customers, so that lists overlap."""

    code: str
    facts: Mapping[str, object]
    zone: ZoneInfo
    currency: str
    number_prefix: str
    tax_ppm: int
    customers: int
    bookings: int
    first_person: int = 0
    in_the_valley: bool = True


@dataclass(frozen=True, slots=True)
class TenantPlan:
    slug: str
    name: str
    brands: tuple[BrandPlan, ...]
    vans: tuple[VanPlan, ...]
    drivers: int
    has_terms: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """The day of the demo: everything is before or after noon of it, in the brand's zone."""

    today: date
    zone: ZoneInfo

    @property
    def now(self) -> datetime:
        return self.at(self.today, time(12))

    @property
    def effective_from(self) -> date:
        """A day before the oldest sale, from which settings and prices are in force."""
        return date(self.today.year - YEARS_BACK, 1, 1)

    def at(self, day: date, local: time) -> datetime:
        return datetime.combine(day, local, self.zone).astimezone(UTC)

    def back(self, days: int) -> datetime:
        return self.now - timedelta(days=days)


def tenants(scale: int) -> Iterator[TenantPlan]:
    """The operator with three brands, one abroad that has the same guests, and small ones."""
    yield _operator(scale)
    yield _abroad()
    for number in range(1, scale // TENANTS_PER_SCALE + 1):
        yield _small(number)


def _operator(scale: int) -> TenantPlan:
    by_code = {needed(record, "code"): record for record in records("brands")}
    brands = tuple(
        _brand(by_code[code], scale, index * FIRST_PERSON_STEP)
        for index, code in enumerate(BRAND_ORDER)
    )
    vans = tuple(
        _van(record, copy) for copy in range(1, scale + 1) for record in records("vehicles")
    )
    name = needed(by_code["nwtc"], "legal_name")
    return TenantPlan("nw-touring", name, brands, vans, drivers=5 * scale, has_terms=True)


def _brand(record: Record, scale: int, first_person: int) -> BrandPlan:
    code = needed(record, "code")
    same = ("name", "legal_name", "operating_entity", "website", "email_from", "email_support")
    look = ("phone_display", "primary_color", "secondary_color")
    facts: dict[str, object] = {column: record[column] for column in (*same, *look)}
    facts["phone"] = record["phone_e164"]
    facts["tagline"] = record["tagline_topic"]
    facts["is_default"] = truth(record["default_brand"])
    return BrandPlan(
        code=code,
        facts=facts,
        zone=ZoneInfo("America/Los_Angeles"),
        currency="USD",
        number_prefix=code.upper(),
        tax_ppm=91_000,
        customers=120 * scale,
        bookings=330 * scale,
        first_person=first_person,
    )


def _van(record: Record, copy: int) -> VanPlan:
    name = needed(record, "name")
    return VanPlan(
        name=name if copy == 1 else f"{name} ({copy})",
        seats=int(needed(record, "capacity")),
        make=record["make"],
        model=record["model"],
        year=whole(record["year"]),
        vehicle_type=record["vehicle_type"],
    )


def _abroad() -> TenantPlan:
    """Another operator: the same customers' addresses, in another zone and currency."""
    brand = BrandPlan(
        code="aotea",
        facts={
            "name": "Aotea Tours",
            "email_from": "bookings@aotea.example.com",
            "email_support": "hello@aotea.example.com",
            "website": "https://aotea.example.com",
            "is_default": True,
        },
        zone=ZoneInfo("Pacific/Auckland"),
        currency="NZD",
        number_prefix="AOTEA",
        tax_ppm=150_000,
        customers=60,
        bookings=100,
        in_the_valley=False,
    )
    vans = (VanPlan("Kea - 14 Seats", 14), VanPlan("Weka - 11 Seats", 11))
    return TenantPlan("kiwi-tours", "Kiwi Tours", (brand,), vans, drivers=4)


def _small(number: int) -> TenantPlan:
    brand = BrandPlan(
        code="demo",
        facts={
            "name": f"Demo Tours {number}",
            "website": f"https://demo-{number:04d}.example.com",
            "email_from": f"bookings@demo-{number:04d}.example.com",
            "is_default": True,
        },
        zone=ZoneInfo("America/Los_Angeles"),
        currency="USD",
        number_prefix="DEMO",
        tax_ppm=91_000,
        customers=30,
        bookings=40,
    )
    vans = (VanPlan("Van 1", 14), VanPlan("Van 2", 14))
    return TenantPlan(f"demo-{number:04d}", f"Demo Tours {number}", (brand,), vans, drivers=4)
