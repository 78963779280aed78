"""Rules between rows that one transaction writes: checked when it ends, whoever writes them."""

from migrations.booked import BOOKED
from migrations.converted import CONVERTED
from migrations.paid import paid
from migrations.proposed import PROPOSED
from migrations.received import KEPT_PAID
from migrations.tables import role
from migrations.triggers import Rule, lay, lift

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    lay(_rules())


def downgrade() -> None:
    lift(_rules())


def _rules() -> tuple[Rule, ...]:
    return (*BOOKED, *PROPOSED, *paid(staff=role("staff")), *KEPT_PAID, *CONVERTED)
