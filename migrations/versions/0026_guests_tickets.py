"""A guest buys tickets: what holds the sale's token makes them, and is told of nothing else."""

from migrations.tables import OBJECT, role, run

revision = "0026"
down_revision = "0025"

MADE = (
    "tenant_id, brand_id, id, number, shared_tour_id, customer_id, status, guests, with_lunch,"
    " currency, subtotal_cents, tax_cents, total_cents, sale_id, sold_by_app_id, hold_expires_at,"
    " created_at"
)
OF_ITS_SALE = (
    "entity = 'ticket'"
    f" and exists (select 1 from tickets k where k.id = entity_id and k.sale_id = {OBJECT})"
)
TOLD_OF = f"entity_id = {OBJECT} or (entity, kind) = ('customer', 'CustomerCreated')"
WORD = """
create function refuse_a_guests_ticket() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if current_user = '{guest}' and (new.status <> 'pending' or new.hold_expires_at is null
    or new.sold_by_app_id <> nullif(current_setting('app.actor_id', true), '')::uuid)
  then
    raise exception 'a guest buys a ticket that waits for its payment, for nobody else'
      using errcode = 'check_violation', constraint = 'tickets_guests_word';
  end if;
  return new;
end $$
"""


def upgrade() -> None:
    link = role("link")
    run(f"grant insert ({MADE}) on tickets to {link}")
    run(WORD.replace("{guest}", link))
    run(
        "create trigger tickets_guests_word before insert on tickets"
        " for each row execute function refuse_a_guests_ticket()"
    )
    for table in ("events", "outbox"):
        _told(table, f"({TOLD_OF}) or {OF_ITS_SALE}")


def _told(table: str, rows: str) -> None:
    run(f"drop policy {table}_link on {table}")
    run(
        f"create policy {table}_link on {table} to {role('link')}"
        f" using ({rows}) with check ({rows})"
    )


def downgrade() -> None:
    for table in ("events", "outbox"):
        _told(table, TOLD_OF)
    run("drop trigger tickets_guests_word on tickets")
    run("drop function refuse_a_guests_ticket()")
    run(f"revoke insert ({MADE}) on tickets from {role('link')}")
