"""Whether somebody has overridden the faults of a van that is on a tour; why, the event says."""

from migrations.tables import run

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    run("alter table booking_vehicles add column faults_overridden boolean not null default false")


def downgrade() -> None:
    run("alter table booking_vehicles drop column faults_overridden")
