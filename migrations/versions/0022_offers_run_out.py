"""Offers that a driver's request for a substitute makes are ended in time, like those of staff."""

from migrations.dispatched import SUBSTITUTE, SUBSTITUTE_IN_TIME
from migrations.tables import run

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    run(SUBSTITUTE_IN_TIME.replace("create function", "create or replace function", 1))


def downgrade() -> None:
    run(SUBSTITUTE.replace("create function", "create or replace function", 1))
