"""Vans of shared tours that were blacked out for them before blocks could name a shared tour."""

from migrations.tables import run

revision = "0028"
down_revision = "0027"

NAMED = """
update blocks as k set kind = 'shared_tour', shared_tour_id = s.id, reason = null
from shared_tours as s
where k.kind = 'blackout' and k.reason = 'Shared tour' and k.released_at is null
  and (k.tenant_id, k.brand_id, k.vehicle_id, k.starts_at)
    = (s.tenant_id, s.brand_id, s.vehicle_id, s.starts_at)
"""
LEFT = """
do $$ begin
  perform from shared_tours s where s.status = 'scheduled' and s.vehicle_id is not null
    and not exists (select from blocks k where k.shared_tour_id = s.id and k.released_at is null);
  if found then
    raise exception 'a scheduled tour has a van that nothing blocks for it';
  end if;
end $$
"""
BRACKETED = ("blocks", "shared_tours")


def upgrade() -> None:
    for table in BRACKETED:
        run(f"alter table {table} no force row level security")
    run(NAMED)
    run(LEFT)
    run("set constraints all immediate")
    for table in BRACKETED:
        run(f"alter table {table} force row level security")


def downgrade() -> None:
    """What names its tour may stay: revision 0020 takes the name away with the column."""
