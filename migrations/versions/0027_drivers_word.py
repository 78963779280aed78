"""What a driver tells, a driver tells in their own name."""

from migrations.tables import ACTOR, run

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    _told(f"actor_id = {ACTOR}")


def downgrade() -> None:
    _told("true")


def _told(whose: str) -> None:
    run(f"alter policy events_driver on events using ({whose}) with check ({whose})")
