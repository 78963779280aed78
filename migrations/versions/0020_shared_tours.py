"""Shared tours block their vans, tickets hold their seats for a while; both have their states."""

from migrations.shared import BLOCKING, SEATED, SEES, STATES, TICKETS
from migrations.tables import ACTOR, OBJECT, permit, role, run
from migrations.triggers import lay, lift

revision = "0020"
down_revision = "0019"

FUNCTIONS = {
    "seats_taken(uuid, uuid, timestamptz)": (SEATED["taken"], ("link", "staff", "worker")),
    "seats_left(uuid[], timestamptz)": (
        SEATED["left"],
        ("site", "link", "customer", "partner", "driver", "staff", "worker"),
    ),
}
OWN_SALE = f"id = {OBJECT} or sale_id = {OBJECT}"


def upgrade() -> None:
    _tickets()
    _blocks()
    _states()
    for table, verbs in SEES.items():
        permit(table, "fleet", verbs)
    run(f"grant create on schema public to {role('fleet')}")
    for signature, (source, callers) in FUNCTIONS.items():
        run(f"set local role {role('fleet')}")
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")
        run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('fleet')}")
    run(TICKETS["counted while they are held"])
    run(TICKETS["kept while they are held"])
    lay(BLOCKING)


def _tickets() -> None:
    run(
        """
        alter table tickets
          add column sale_id uuid,
          add column sold_by_app_id uuid,
          add column hold_expires_at timestamptz,
          add column updated_at timestamptz,
          add constraint tickets_sale_id_fkey foreign key (tenant_id, brand_id, sale_id)
            references tickets (tenant_id, brand_id, id),
          add constraint tickets_sold_by_app_id_fkey
            foreign key (tenant_id, brand_id, sold_by_app_id)
            references apps (tenant_id, brand_id, id);
        create index tickets_sale_id_created_at_id_idx
          on tickets (tenant_id, brand_id, sale_id, created_at, id);
        comment on index tickets_sale_id_created_at_id_idx
          is 'tickets of one sale; foreign key to tickets';
        create index tickets_sold_by_app_id_idx on tickets (tenant_id, brand_id, sold_by_app_id);
        comment on index tickets_sold_by_app_id_idx
          is 'what a partner sold; foreign key to apps';
        create index tickets_hold_expires_at_idx on tickets (tenant_id, brand_id, hold_expires_at)
          where status = 'pending' and hold_expires_at is not null;
        comment on index tickets_hold_expires_at_idx is 'tickets whose time to pay has run out'
        """
    )
    permit("tickets", "partner", "select", f"sold_by_app_id = {ACTOR}")
    permit("shared_tours", "driver", "select")
    _link_sees(OWN_SALE)


def _link_sees(rows: str) -> None:
    run("drop policy tickets_link on tickets")
    run(
        f"create policy tickets_link on tickets to {role('link')}"
        f" using ({rows}) with check ({rows})"
    )


def _blocks() -> None:
    run(
        """
        alter table blocks
          add column shared_tour_id uuid,
          drop constraint blocks_kind_check,
          add constraint blocks_kind_check check (kind in
            ('booking', 'hold', 'shared_tour', 'maintenance', 'blackout', 'time_off')),
          add constraint blocks_shared_tour_has_brand
            check (shared_tour_id is null or brand_id is not null),
          add constraint blocks_shared_tour_fits
            check ((shared_tour_id is not null) = (kind = 'shared_tour')),
          add constraint blocks_shared_tour_id_fkey
            foreign key (tenant_id, brand_id, shared_tour_id)
            references shared_tours (tenant_id, brand_id, id);
        create index blocks_brand_id_shared_tour_id_idx
          on blocks (tenant_id, brand_id, shared_tour_id);
        comment on index blocks_brand_id_shared_tour_id_idx
          is 'blocks of a shared tour; foreign key to shared_tours'
        """
    )


def _states() -> None:
    rows = [
        f"('{machine}', '{origin}', '{target}')"
        for machine, steps in STATES.items()
        for origin, targets in steps.items()
        for target in targets.split()
    ]
    run(f"insert into transitions (machine, from_status, to_status) values {', '.join(rows)}")
    for machine in STATES:
        run(
            f"create trigger {machine}_transition before update of status on {machine} for each row"
            " when (old.status is distinct from new.status) execute function refuse_transition()"
        )


def downgrade() -> None:
    lift(BLOCKING)
    run(TICKETS["counted always"])
    run(TICKETS["kept always"])
    for signature in FUNCTIONS:
        run(f"set local role {role('fleet')}")
        run(f"drop function {signature}")
        run(f"set local role {role('owner')}")
    for table, verbs in SEES.items():
        run(f"drop policy {table}_fleet on {table}")
        run(f"revoke {verbs} on {table} from {role('fleet')}")
    for machine in STATES:
        run(f"drop trigger {machine}_transition on {machine}")
        run(f"delete from transitions where machine = '{machine}'")
    run(
        "alter table blocks no force row level security;"
        " update blocks set kind = 'blackout', shared_tour_id = null,"
        " reason = coalesce(reason, 'Shared tour') where kind = 'shared_tour';"
        " alter table blocks force row level security;"
        " alter table blocks drop column shared_tour_id, drop constraint blocks_kind_check,"
        " add constraint blocks_kind_check check (kind in"
        " ('booking', 'hold', 'maintenance', 'blackout', 'time_off'))"
    )
    _link_sees(f"id = {OBJECT}")
    run(f"drop policy tickets_partner on tickets; revoke select on tickets from {role('partner')}")
    run(
        "drop policy shared_tours_driver on shared_tours;"
        f" revoke select on shared_tours from {role('driver')}"
    )
    run(
        "alter table tickets drop column sale_id, drop column sold_by_app_id,"
        " drop column hold_expires_at, drop column updated_at"
    )
