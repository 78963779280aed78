"""Offers that a driver's request makes end in time, and every tour that a driver has is duty."""

from migrations.dispatched import DRIVERS_DUTY, PLAN, SUBSTITUTE, SUBSTITUTE_IN_TIME
from migrations.tables import role, run

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    _replace(SUBSTITUTE_IN_TIME, DRIVERS_DUTY)


def downgrade() -> None:
    _replace(SUBSTITUTE, PLAN)


def _replace(substitute: str, plan: str) -> None:
    run(_again(substitute))
    run(f"grant create on schema public to {role('fleet')}; set local role {role('fleet')}")
    run(_again(plan))
    run(f"set local role {role('owner')}; revoke create on schema public from {role('fleet')}")


def _again(source: str) -> str:
    text = source.replace("create function", "create or replace function", 1)
    return text.replace(":driver", f"'{role('driver')}'")
