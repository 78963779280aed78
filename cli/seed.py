"""Demo data for an empty database: a few tenants with a year and a half of trade, loaded once."""

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, date, datetime, time

from bootstrap.settings import Settings
from cli.demo.brand import load_brand
from cli.demo.chance import Chance
from cli.demo.desk import desk_of
from cli.demo.directory import Directory, directory, terms
from cli.demo.fleet import fleet
from cli.demo.plan import Clock, TenantPlan, tenants
from db.clusters import refuse_unfit
from db.loading import Loading, loading
from domain.errors import OperatorError


class SeedRefused(OperatorError):
    """Nothing was loaded; the message says why."""


def run(settings: Settings, given: Namespace) -> int:
    seed(settings, scale=given.scale, today=datetime.now(UTC).date())
    return 0


def seed(
    settings: Settings, *, scale: int = 1, today: date, say: Callable[[str], None] = print
) -> None:
    """Load the demo data; on the same day and scale it is the same to the last row.

    Units:  `scale` multiplies the bookings, customers, vans and drivers of the first tenant (about
            1,000 bookings each), and adds a small tenant for each ten.
    Errors: SeedRefused without DATABASE_ADMIN_URL, in production, or where others' tenants are;
            ServerRefused.
            Interrupted, it leaves nothing behind and can be run again.
    """
    if settings.database_admin_url is None:
        raise SeedRefused("DATABASE_ADMIN_URL is not set: `seed` needs the login that migrated.")
    if settings.tourbase_env == "production":
        raise SeedRefused("TOURBASE_ENV is production: `seed` loads demo data into development.")
    if scale < 1:
        raise SeedRefused("The scale is 1 or more.")
    url = settings.database_admin_url.get_secret_value()
    refuse_unfit(url)
    with loading(url, role_prefix=settings.database_role_prefix) as load:
        if load.is_installed():
            say("The demo data was loaded before; nothing was changed.")
            return
        if load.has_tenants():
            raise SeedRefused("Tenants are here that `seed` did not make: nothing was loaded.")
        _load(load, scale, today, say)
    say("The demo data is loaded.")


def _load(load: Loading, scale: int, today: date, say: Callable[[str], None]) -> None:
    places = directory()
    for rows in places.rows:
        load.store_shared(rows)
    for plan in tenants(scale):
        _load_tenant(load, plan, places, today, say)
    say("Gathering statistics.")
    load.analyze()
    load.finish(kind="development", seeded_at=datetime.combine(today, time(12), UTC))


def _load_tenant(
    load: Loading, plan: TenantPlan, places: Directory, today: date, say: Callable[[str], None]
) -> None:
    clock = Clock(today, plan.brands[0].zone)
    say(f"{plan.name} ({plan.slug})")
    begun_at = clock.back(900)
    id = Chance("tenant", plan.slug).id(begun_at)
    tenant = load.add_tenant(id, slug=plan.slug, name=plan.name, created_at=begun_at)
    shared = fleet(plan, Chance(plan.slug), clock)
    for rows in shared.rows:
        load.store(rows, tenant)
    if plan.has_terms:
        load.store(terms(places), tenant)
    for brand in plan.brands:
        facts = {
            "public_id": Chance("brand", plan.slug, brand.code).id(begun_at),
            "code": brand.code,
            **brand.facts,
            "time_zone": brand.zone.key,
            "currency": brand.currency,
        }
        scope = load.add_brand(tenant, facts)
        own = Clock(today, brand.zone)
        desk = desk_of(brand, scope, tenant=plan.slug, clock=own, places=places, shared=shared)
        load_brand(load, desk, say)
