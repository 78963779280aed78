"""What is known of a customer is handed out, and forgotten: requests with their receipts."""

from migrations.erasing import DAY, GONE, KEYS, NOBODY_LEFT, STOP, TOLD, final, frozen
from migrations.scheduling import schedule, unschedule
from migrations.tables import Index, May, Ref, brand_table, drop_tables, permit, role, run

revision = "0047"
down_revision = "0046"
TABLES = ("privacy_requests", "customer_exports")
FINAL = {"proposal_days": (DAY, ("title",)), "proposal_stops": (STOP, ("name", "driver_notes"))}
OUTCOME = "update (status, refusal, finished_at, counts, sha256, size_bytes, expires_at, version)"


def upgrade() -> None:
    _requests()
    _customers()
    _words()
    _told()
    schedule("purge_customer_exports", "40 3 * * *")


def _requests() -> None:
    brand_table(
        "privacy_requests",
        """
        id uuid not null,
        kind text not null check (kind in ('export', 'erasure')),
        customer_id uuid not null,
        ground text check (ground in ('asked', 'consent_withdrawn', 'no_longer_needed',
          'unlawful', 'legal_duty')),
        status text not null default 'pending' check (status in ('pending', 'done', 'refused')),
        refusal text,
        requested_by uuid,
        requested_at timestamptz not null,
        finished_at timestamptz,
        counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
        sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
        size_bytes integer check (size_bytes >= 0),
        expires_at timestamptz,
        version integer not null default 1,
        constraint privacy_requests_erasure_has_ground
          check ((kind = 'erasure') = (ground is not null)),
        constraint privacy_requests_finished_has_time
          check ((status = 'pending') = (finished_at is null)),
        constraint privacy_requests_refused_for_a_reason
          check ((status = 'refused') = (refusal is not null))
        """,
        refs=[Ref("customer_id", "customers", indexed=False)],
        indexes=[
            Index("requested_at, id", "requests page by time"),
            Index("customer_id, requested_at, id", "requests of a customer; foreign key"),
            Index(
                "customer_id, kind",
                "one request of a kind at a time",
                unique=True,
                where="status = 'pending'",
            ),
        ],
        staff=May("select, insert"),
        may={"worker": May(f"select, insert, {OUTCOME}")},
    )
    brand_table(
        "customer_exports",
        """
        request_id uuid not null,
        body bytea not null,
        expires_at timestamptz not null
        """,
        key="request_id",
        refs=[Ref("request_id", "privacy_requests", indexed=False)],
        indexes=[Index("expires_at", "exports whose time has run out")],
        staff=May("select"),
        may={"worker": May("select, insert, delete")},
    )


def _customers() -> None:
    run(
        "alter table customers add column erased_at timestamptz,"
        f" add constraint customers_stay_erased check ({NOBODY_LEFT})"
    )
    run(
        "create trigger customers_stay_erased before update of erased_at on customers"
        " for each row when (old.erased_at is not null and new.erased_at is distinct from"
        " old.erased_at) execute function refuse_change('customers_stay_erased',"
        " 'who was erased stays erased')"
    )
    run(f"grant select (erased_at) on customers to {role('lookup')}")
    _look_up(
        GONE.format(
            **KEYS,
            guest=role("link"),
            gone="(c.merged_into_id is not null or c.erased_at is not null)",
        )
    )


def _words() -> None:
    """What was accepted or is final is changed by nobody, but that its words may be erased."""
    worker = role("worker")
    run("drop trigger proposals_total_is_frozen on proposals")
    run(frozen(worker))
    for table, (columns, words) in FINAL.items():
        run(f"drop trigger {table}_are_final on {table}")
        run(
            f"create trigger {table}_are_final before insert or delete on {table}"
            " for each row execute function refuse_change_of_a_final_plan()"
        )
        run(final(table, columns, words, worker))
    run(f"grant update (snapshot) on proposal_versions to {worker}")
    run(f"grant update (body) on proposal_notes to {worker}")


def _told() -> None:
    permit(
        "events",
        "lookup",
        "select (tenant_id, brand_id, id, entity_id, changes, personal_fields),"
        " update (changes, personal_fields)",
    )
    permit("event_personal_values", "lookup", "select (tenant_id, brand_id, event_id), delete")
    signature = "erase_told(uuid[], uuid[])"
    _look_up(
        TOLD,
        f"revoke all on function {signature} from public",
        f"grant execute on function {signature} to {role('worker')}",
    )


def _look_up(*statements: str) -> None:
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for each in statements:
        run(each)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")


def downgrade() -> None:
    unschedule("purge_customer_exports")
    _look_up(
        "drop function erase_told(uuid[], uuid[])",
        GONE.format(**KEYS, guest=role("link"), gone="c.merged_into_id is not null"),
    )
    run("drop policy event_personal_values_lookup on event_personal_values")
    run(
        "revoke select (tenant_id, brand_id, event_id), delete on event_personal_values"
        f" from {role('lookup')}"
    )
    run("drop policy events_lookup on events")
    run(
        "revoke select (tenant_id, brand_id, id, entity_id, changes, personal_fields),"
        f" update (changes, personal_fields) on events from {role('lookup')}"
    )
    worker = role("worker")
    run(f"revoke update (body) on proposal_notes from {worker}")
    run(f"revoke update (snapshot) on proposal_versions from {worker}")
    for table in FINAL:
        run(f"drop trigger {table}_words_are_final on {table}")
        run(f"drop trigger {table}_are_final on {table}")
        run(
            f"create trigger {table}_are_final before insert or update or delete on {table}"
            " for each row execute function refuse_change_of_a_final_plan()"
        )
    run("drop trigger proposals_total_is_frozen on proposals")
    run(frozen(None))
    run("drop trigger customers_stay_erased on customers")
    run(f"revoke select (erased_at) on customers from {role('lookup')}")
    run("alter table customers drop constraint customers_stay_erased, drop column erased_at")
    drop_tables(TABLES)
