"""What a guest does with what is theirs: asks, reserves, moves a tour, and buys again."""

from importlib import import_module

from migrations.customers import KNOWN, RESTORED
from migrations.tables import BRAND, OBJECT, TENANT, role, run
from migrations.triggers import Fires, Rule, lay, lift

revision = "0036"
down_revision = "0035"
_FOUND = import_module("migrations.versions.0025_customers")
FORMER: str = _FOUND.FOUND.replace("{found}", _FOUND.BY_POINTER.strip())
SAID = "name, email, phone, wished_on, party_size, tour_type, message, source"
ENDED_INQUIRY = "status, lost_reason, version"
CONTACT = "contact_name, contact_email, contact_phone"
WISHES = "preferred_on, alternate_on, party_size, tour_type, special_requests, deposit_cents"
ENDED = "status, cancelled_at, cancel_reason, refund_due_cents, version"
# To a link, which sees its one object alone.
MAY = (
    ("bookings", "select (sold_as), insert (sold_as)"),
    ("inquiries", f"select ({SAID}), update ({ENDED_INQUIRY})"),
    (
        "reservations",
        f"select (policy, {CONTACT}), insert ({CONTACT}), update ({WISHES}, {ENDED}, {CONTACT})",
    ),
    (
        "tasks",
        "select (tenant_id, brand_id, id, kind, subject_id, created_at, done_at, version),"
        " update (done_at, settled, version)",
    ),
)
RESERVED_COLUMNS = """
alter table reservations
  add column contact_name text check (btrim(contact_name) <> ''),
  add column contact_email text
    check (contact_email = lower(btrim(contact_email)) and contact_email <> ''),
  add column contact_phone text check (contact_phone ~ '^\\+[1-9][0-9]{6,14}$')
"""
SETTLED = """
alter table tasks add column settled boolean not null default false;
alter table tasks drop constraint tasks_done_by_somebody;
alter table tasks add constraint tasks_done_by_somebody check (
  (done_at is null) = (done_by_id is null and not settled)
  and not (settled and done_by_id is not null))
"""
# What nobody did is to be done again where nothing can be settled. With `row_security` off, a
# policy that hid rows would be an error and not an update of none.
UNSETTLED = """
alter table tasks drop constraint tasks_done_by_somebody;
alter table tasks no force row level security;
set local row_security = off;
update tasks set done_at = null where settled;
do $$ begin
  if exists (select from tasks where settled and done_at is not null) then
    raise exception 'tasks that nobody did are still done';
  end if;
end $$;
set local row_security = on;
alter table tasks force row level security;
alter table tasks drop column settled;
alter table tasks add constraint tasks_done_by_somebody
  check ((done_at is null) = (done_by_id is null))
"""
# What a guest tells of: their object, their sale's tickets, who buys, and work for staff.
OUTLETS = ("events", "outbox")
OWN = (
    f"entity_id = {OBJECT} or (entity, kind) {{buyers}} or entity = 'ticket'"
    f" and exists (select 1 from tickets k where k.id = entity_id and k.sale_id = {OBJECT})"
    " or (entity, kind) = ('task', 'TaskCreated')"
)
BEFORE = OWN.format(buyers="= ('customer', 'CustomerCreated')")
TOLD_OF = (
    OWN.format(buyers="in (('customer', 'CustomerCreated'), ('customer', 'CustomerRestored'))")
    + " or (entity, kind) = ('task', 'TaskSettled')"
    f" and exists (select 1 from tasks t where t.id = entity_id and t.subject_id = {OBJECT})"
)
PROMO = f"""
create function promo_of_booking(booking uuid, on_day date)
returns table (name text, percent_ppm integer, amount_cents bigint, conditions jsonb,
  promo_code text)
language sql stable security definer set search_path = public, pg_temp as $$
  select r.name, r.percent_ppm, r.amount_cents, r.conditions, r.promo_code
  from promo_redemptions u
  join price_rules r on r.tenant_id = u.tenant_id and r.brand_id = u.brand_id
    and r.id = u.price_rule_id
  where u.tenant_id = {TENANT} and u.brand_id = {BRAND} and u.booking_id = booking
    and u.returned_at is null and r.effective_from <= on_day
    and (r.effective_to is null or r.effective_to > on_day)
    and (current_setting('role') <> :guest or u.booking_id = {OBJECT})
$$
"""
# Of whoever a guest's object names, and of nobody else: the look-up sees the names' columns.
NAMES = {
    "bookings": "customer_id",
    "reservations": "customer_id",
    "tickets": "customer_id, sale_id",
}
MERGED = f"""
create function was_merged(customer uuid)
returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (
    select from customers c
    where c.tenant_id = {TENANT} and c.brand_id = {BRAND} and c.id = customer
      and c.merged_into_id is not null)
    and (current_setting('role') <> :guest or exists (
      select from bookings b
      where b.tenant_id = {TENANT} and b.brand_id = {BRAND} and b.id = {OBJECT}
        and b.customer_id = customer
      union all
      select from reservations r
      where r.tenant_id = {TENANT} and r.brand_id = {BRAND} and r.id = {OBJECT}
        and r.customer_id = customer
      union all
      select from tickets k
      where k.tenant_id = {TENANT} and k.brand_id = {BRAND}
        and (k.id = {OBJECT} or k.sale_id = {OBJECT}) and k.customer_id = customer))
$$
"""
FUNCTIONS = {
    "promo_of_booking(uuid, date)": (PROMO, ("link", "staff", "worker")),
    "was_merged(uuid)": (MERGED, ("link", "staff", "worker")),
}
# Whoever waited for a merge begins anew, and finds the one who was kept.
ONE_CUSTOMER = Rule(
    "refuse_a_merged_customer",
    """
begin
  if was_merged(new.customer_id) then
    raise exception 'the customer of % was merged into another', tg_table_name
      using errcode = 'serialization_failure', constraint = tg_table_name || '_of_one_customer';
  end if;
  return null;
end """,
    tuple(
        Fires(
            f"{table}_of_one_customer",
            f"insert or update of customer_id on {table}",
            "new.customer_id is not null",
        )
        for table in ("bookings", "reservations", "proposals", "tickets")
    ),
)
ENDS = {"reservations": "cancelled", "inquiries": "lost"}
# What a guest leaves nobody to do: what money goes back, staff say.
SETTLES = ("call_back", "consultation", "overpayment")


def _word() -> Rule:
    return Rule(
        "refuse_a_guests_step",
        f"""
begin
  if current_user = '{role("link")}' and new.status not in (old.status, tg_argv[0]) then
    raise exception 'a guest does not say that it is %', new.status
      using errcode = 'check_violation', constraint = tg_table_name || '_guests_word';
  end if;
  return new;
end """,
        tuple(
            Fires(
                f"{table}_guests_word",
                f"update of status on {table}",
                at_commit=False,
                says=(end,),
            )
            for table, end in ENDS.items()
        ),
    )


def _hand() -> Rule:
    return Rule(
        "refuse_a_guests_hand",
        f"""
begin
  if current_user = '{role("link")}' and old.kind <> all (tg_argv) then
    raise exception 'a guest does not settle what is %', old.kind
      using errcode = 'check_violation', constraint = 'tasks_guests_word';
  end if;
  return new;
end """,
        (
            Fires(
                "tasks_guests_word",
                "update on tasks",
                "old.* is distinct from new.*",
                at_commit=False,
                says=SETTLES,
            ),
        ),
    )


def upgrade() -> None:
    run("alter table bookings add column sold_as jsonb check (jsonb_typeof(sold_as) = 'object')")
    run(RESERVED_COLUMNS)
    run(f"grant select ({CONTACT}) on reservations to {role('customer')}")
    run(SETTLED)
    for table, verbs in MAY:
        run(f"grant {verbs} on {table} to {role('link')}")
    _outlets(TOLD_OF)
    run(f"grant {RESTORED} on customers to {role('lookup')}")
    for table, columns in NAMES.items():
        run(f"grant select ({columns}) on {table} to {role('lookup')}")
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    _customer_for(KNOWN)
    for signature, (source, callers) in FUNCTIONS.items():
        run(source.replace(":guest", f"'{role('link')}'"))
        _open(signature, callers)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    lay((ONE_CUSTOMER, _word(), _hand()))


def _customer_for(source: str) -> None:
    """It tells more, or less, than before: another return type needs another function."""
    signature = "customer_for(uuid, text, text, text, timestamptz)"
    run(f"drop function {signature}")
    run(source)
    _open(signature, ("link", "staff", "worker"))


def _open(signature: str, callers: tuple[str, ...]) -> None:
    run(f"revoke all on function {signature} from public")
    run(f"grant execute on function {signature} to {', '.join(map(role, callers))}")


def _outlets(rows: str) -> None:
    for table in OUTLETS:
        run(f"drop policy {table}_link on {table}")
        run(
            f"create policy {table}_link on {table} to {role('link')}"
            f" using ({rows}) with check ({rows})"
        )


def downgrade() -> None:
    lift((ONE_CUSTOMER, _word(), _hand()))
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    _customer_for(FORMER)
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    for table, columns in NAMES.items():
        run(f"revoke select ({columns}) on {table} from {role('lookup')}")
    run(f"revoke {RESTORED} on customers from {role('lookup')}")
    _outlets(BEFORE)
    for table, verbs in MAY:
        run(f"revoke {verbs} on {table} from {role('link')}")
    run(UNSETTLED)
    run(
        "alter table reservations drop column contact_name, drop column contact_email,"
        " drop column contact_phone"
    )
    run("alter table bookings drop column sold_as")
