"""Names of tenants and brands: what stands in addresses, headers and numbers."""

import re
from typing import Final

from domain.errors import InvalidInput
from domain.money import CURRENCIES

SLUG: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
BRAND_CODE: Final = re.compile(r"[a-z][a-z0-9]{1,11}")


def check_slug(slug: str) -> None:
    """Errors: InvalidInput."""
    if not SLUG.fullmatch(slug):
        raise InvalidInput(
            "A tenant's slug has 1 to 63 small letters, digits and dashes: acme-tours.", path="slug"
        )


def check_brand_code(code: str) -> None:
    """Errors: InvalidInput."""
    if not BRAND_CODE.fullmatch(code):
        raise InvalidInput(
            "A brand's code has 2 to 12 small letters and digits, a letter first: acme.",
            path="brand",
        )


def check_currency(currency: str) -> None:
    """Errors: InvalidInput."""
    if currency not in CURRENCIES:
        raise InvalidInput(
            f"{currency[:8]!r} is no currency of today: give its code of ISO 4217, as USD or EUR.",
            path="currency",
        )
