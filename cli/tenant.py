"""`tourbase tenant create`: an operating company, its first brand, its owner's invitation."""

from argparse import Namespace
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import available_timezones

from auth.session_tokens import StaffCodes
from bootstrap.settings import Settings
from bootstrap.wiring import TimeOrderedIds, now, ring_of
from cli.crew import say
from db.clusters import refuse_unfit
from db.loading import Loading, Scope, TenantExists, loading, rows_of
from domain.brands import furnish
from domain.errors import InvalidInput, OperatorError
from domain.sign_in import CODES, normal_email
from domain.tenants import check_brand_code, check_currency, check_slug


class TenantRefused(OperatorError):
    """No tenant was made; the message says why."""


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What a tenant begins with. Errors: InvalidInput."""

    slug: str
    name: str
    brand: str
    brand_name: str
    time_zone: str
    currency: str
    email_from: str
    owner_name: str
    owner_email: str

    def __post_init__(self) -> None:
        check_slug(self.slug)
        check_brand_code(self.brand)
        check_currency(self.currency)
        if self.time_zone not in available_timezones():
            raise InvalidInput(f"{self.time_zone!r} is no time zone: America/Los_Angeles is one.")
        for address in (self.owner_email, self.email_from):
            if "@" not in address.strip("@"):
                raise InvalidInput(f"{address!r} is no e-mail address.")


def run(settings: Settings, given: Namespace) -> int:
    fields = {name: getattr(given, name) for name in NewTenant.__slots__}
    say(create_tenant(settings, NewTenant(**fields), at=now()))
    return 0


def create_tenant(settings: Settings, new: NewTenant, *, at: datetime) -> str:
    """Make it, and give the code with which its owner sets a password, within seven days.

    Errors: TenantRefused without DATABASE_ADMIN_URL or for a slug that is taken; ServerRefused,
            SettingMissing. Interrupted, it leaves nothing behind.
    """
    if settings.database_admin_url is None:
        raise TenantRefused("DATABASE_ADMIN_URL is not set: it is the login that migrated.")
    codes = StaffCodes(ring_of(settings), settings.auth_issuer)
    url = settings.database_admin_url.get_secret_value()
    refuse_unfit(url)
    try:
        with loading(url, role_prefix=settings.database_role_prefix) as load:
            return codes.token_of(_stored(load, new, at))
    except TenantExists:
        raise TenantRefused(f"There is a tenant {new.slug} already.") from None


def _stored(load: Loading, new: NewTenant, at: datetime) -> UUID:
    ids = TimeOrderedIds()
    tenant = load.add_tenant(ids.new(), slug=new.slug, name=new.name, created_at=at)
    owner, code = ids.new(), ids.new()
    email = normal_email(new.owner_email)
    person = {"id": owner, "email": email, "name": new.owner_name, "created_at": at}
    load.store(rows_of("staff_users", [person]), tenant)
    brand = load.add_brand(
        tenant,
        {
            "code": new.brand,
            "name": new.brand_name,
            "time_zone": new.time_zone,
            "currency": new.currency,
            "email_from": new.email_from.strip(),
            "is_default": True,
        },
    )
    _furnish(load, brand, new, at)
    member = {"id": ids.new(), "staff_user_id": owner, "role": "owner", "created_at": at}
    load.store(rows_of("memberships", [member]), brand)
    invitation = {
        "id": code,
        "staff_user_id": owner,
        "kind": "invitation",
        "created_at": at,
        "expires_at": at + CODES["invitation"],
    }
    load.store(rows_of("staff_codes", [invitation]), tenant)
    return code


def _furnish(load: Loading, brand: Scope, new: NewTenant, at: datetime) -> None:
    begins = furnish(new.brand, new.time_zone, now=at, ids=TimeOrderedIds())
    settings = {
        "id": begins.settings_id,
        "number_prefix": begins.number_prefix,
        "cancellation_tiers": begins.cancellation_tiers,
        "effective_from": begins.effective_from,
    }
    load.store(rows_of("brand_settings", [settings]), brand)
    schedules: list[dict[str, object]] = [
        {"id": id, "task": task, "cron": cron, "next_run_at": at}
        for id, task, cron in begins.schedules
    ]
    load.store(rows_of("schedules", schedules), brand)
