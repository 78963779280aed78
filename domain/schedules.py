"""What is done for every brand at times of its own clock."""

from collections.abc import Mapping
from typing import Final

OF_EVERY_BRAND: Final[Mapping[str, str]] = {
    "purge_idempotency_records": "15 3 * * *",
    "purge_sign_ins": "30 3 * * *",
    "purge_customer_exports": "40 3 * * *",
    "purge_usage": "45 3 * * *",
    "apply_retention": "50 3 * * *",
    "expire_reservations": "*/5 * * * *",
}
