"""Functions and triggers: which run with another's rights, who may call them, what they may say."""

from tests.isolation.catalogue import PREFIX, Connection
from tests.isolation.rules import Rule, assert_shown_to_fail, every

# Everything that runs with the rights of its owner: the owner, its path, and who may execute it.
DEFINERS = {
    "session_ends_at(uuid)": ("lookup", "public, pg_temp", "read write"),
    "note_key_uses(integer[], integer[], uuid[], timestamptz[])": (
        "lookup",
        "public, pg_temp",
        "write",
    ),
    "look_up_key(bytea, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "look_up_member(text, text, uuid, timestamptz)": (
        "lookup",
        "public, pg_temp",
        "read write",
    ),
    "standing_of_staff(uuid)": ("lookup", "public, pg_temp", "staff worker"),
    "brands_of_caller()": ("lookup", "public, pg_temp", "staff"),
    "last_sign_ins(uuid[])": ("lookup", "public, pg_temp", "staff worker"),
    "invite_member(uuid, uuid, timestamptz, timestamptz)": (
        "lookup",
        "public, pg_temp",
        "staff worker",
    ),
    "leave_tenant(text, timestamptz, timestamptz)": ("owner", "public, pg_temp", "staff"),
    "owns_brand(integer, uuid)": ("lookup", "public, pg_temp", "owner"),
    "end_sessions_of(uuid, timestamptz)": ("lookup", "public, pg_temp", "staff worker"),
    "make_brand(uuid, text, text, text, text, text, uuid, uuid, text, jsonb, date, uuid[], text[],"
    " text[], timestamptz)": ("owner", "public, pg_temp", "staff"),
    "look_up_customer(text, text, uuid)": ("lookup", "public, pg_temp", "read write"),
    "look_up_driver(text, text, uuid)": ("lookup", "public, pg_temp", "read write"),
    "look_up_brand(text, text)": ("lookup", "public, pg_temp", "read write"),
    "look_up_origin(text, text, text)": ("lookup", "public, pg_temp", "read write"),
    "promo_in_force(text, date)": (
        "lookup",
        "public, pg_temp",
        "customer link partner site staff worker",
    ),
    "redeem_promo(uuid, text, date, timestamptz)": (
        "lookup",
        "public, pg_temp",
        "customer link partner staff worker",
    ),
    "return_promo(uuid, timestamptz)": (
        "lookup",
        "public, pg_temp",
        "customer link partner staff worker",
    ),
    "promo_of_booking(uuid, date)": ("lookup", "public, pg_temp", "link staff worker"),
    "was_merged(uuid)": ("lookup", "public, pg_temp", "link staff worker"),
    "erase_told(uuid[], uuid[])": ("lookup", "public, pg_temp", "worker"),
    "forget_addresses(timestamptz, integer)": ("lookup", "public, pg_temp", "worker"),
    "retake_promo(uuid)": ("lookup", "public, pg_temp", "staff worker"),
    "sums_of_lines(uuid, integer, integer)": (
        "lookup",
        "public, pg_temp",
        "link staff worker",
    ),
    "sums_of_shares(uuid)": ("lookup", "public, pg_temp", "link staff worker"),
    "fleet_busy_times(timestamptz, timestamptz, timestamptz)": (
        "fleet",
        "public, pg_temp",
        "customer partner site staff worker",
    ),
    "busy_periods(uuid[], uuid[], timestamptz, timestamptz)": (
        "fleet",
        "public, pg_temp",
        "owner staff worker",
    ),
    "release_expired_holds(uuid[], timestamptz)": ("fleet", "public, pg_temp", "link staff worker"),
    "seats_are_short(uuid)": ("fleet", "public, pg_temp", "staff worker"),
    "claim_free_vans(timestamptz, timestamptz, timestamptz)": (
        "fleet",
        "public, pg_temp",
        "link staff worker",
    ),
    "customer_for(uuid, text, text, text, timestamptz)": (
        "lookup",
        "public, pg_temp",
        "link staff worker",
    ),
    "look_up_provider(text, text)": ("lookup", "public, pg_temp", "read write"),
    "places_of(uuid)": ("lookup", "public, pg_temp", "worker"),
    "end_sessions_begun(uuid, timestamptz)": ("lookup", "public, pg_temp", "staff"),
    "look_up_session(uuid, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "look_up_sign_in(text, text, text)": ("lookup", "public, pg_temp", "read write"),
    "look_up_staff_code(uuid, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "session_standing(text, uuid, uuid, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "end_factor_of(uuid)": ("lookup", "public, pg_temp", "staff"),
    "end_sessions_of_member(uuid, timestamptz)": ("lookup", "public, pg_temp", "staff"),
    "open_secret(uuid, text)": ("lookup", "public, pg_temp", "staff worker"),
    "secrets_sealed_by(text, uuid, integer)": ("lookup", "public, pg_temp", "write"),
    "sealing_keys()": ("lookup", "public, pg_temp", "write"),
    "look_up_customer_by_email(text, text, text)": ("lookup", "public, pg_temp", "read write"),
    "look_up_driver_by_email(text, text)": ("lookup", "public, pg_temp", "read write"),
    "look_up_guest_session(text, uuid, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "look_up_guest_code(text, uuid, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "try_guest_code(text, uuid, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "guest_session_is_open(text, text, uuid, uuid, timestamptz)": (
        "lookup",
        "public, pg_temp",
        "read write",
    ),
    "look_up_link(uuid, timestamptz)": ("lookup", "public, pg_temp", "read write"),
    "planned_duty(uuid[], timestamptz, timestamptz)": (
        "fleet",
        "public, pg_temp",
        "driver staff worker",
    ),
    "offered_tour(uuid)": ("owner", "public, pg_temp", "driver"),
    "take_offered_tour(uuid, uuid, text, boolean, timestamptz)": (
        "owner",
        "public, pg_temp",
        "driver",
    ),
    "ask_for_substitute(uuid, uuid, text, text, timestamptz, uuid[], timestamptz, timestamptz)": (
        "owner",
        "public, pg_temp",
        "driver",
    ),
    "board_ticket(uuid, integer, text, timestamptz)": (
        "owner",
        "public, pg_temp",
        "driver staff worker",
    ),
    "parties_of_shared_tours(uuid[], timestamptz)": (
        "fleet",
        "public, pg_temp",
        "driver staff worker",
    ),
    "run_tour(uuid, integer, text, boolean, timestamptz)": (
        "owner",
        "public, pg_temp",
        "driver staff worker",
    ),
    "readiness_of_tour(uuid, timestamptz, timestamptz)": (
        "owner",
        "public, pg_temp",
        "driver staff worker",
    ),
    "seats_taken(uuid, uuid, timestamptz)": (
        "fleet",
        "public, pg_temp",
        "driver link owner staff worker",
    ),
    "seats_left(uuid[], timestamptz)": (
        "fleet",
        "public, pg_temp",
        "customer driver link partner site staff worker",
    ),
    "take_in_inspection(uuid)": ("fleet", "public, pg_temp", "driver staff worker"),
    "take_time_off(uuid, timestamptz, timestamptz, text)": ("fleet", "public, pg_temp", "driver"),
    "give_back_time_off(uuid, timestamptz)": ("fleet", "public, pg_temp", "driver"),
    "phones_on_the_day(uuid[])": ("fleet", "public, pg_temp", "driver"),
    "claim_outbox(integer, interval)": ("relay", "public, pg_temp", "write"),
    "forget_relayed(integer[], integer[], uuid[])": ("relay", "public, pg_temp", "write"),
    "outbox_backlog()": ("relay", "public, pg_temp", "write"),
    "pending_drops(interval, integer)": ("relay", "public, pg_temp", "write"),
    "drops_told(uuid[], interval)": ("relay", "public, pg_temp", "write"),
    "current_revision()": ("relay", "public, pg_temp", "write"),
    "due_schedules(timestamptz, integer)": ("relay", "public, pg_temp", "write"),
    "enqueue_job(text, text, jsonb, timestamptz, text)": (
        "owner",
        "jobs, public, pg_temp",
        "link staff worker",
    ),
}
DEFINING = """
select p.proname || '(' || replace(pg_get_function_identity_arguments(p.oid),
    'timestamp with time zone', 'timestamptz') || ')',
  o.rolname, array_to_string(p.proconfig, '; '),
  array(select coalesce(r.rolname, 'public') from aclexplode(
      coalesce(p.proacl, acldefault('f', p.proowner))) a
    left join pg_roles r on r.oid = a.grantee where a.grantee <> p.proowner order by 1)
from pg_proc p join pg_roles o on o.oid = p.proowner
where p.prosecdef and p.pronamespace not in
  ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
"""
FUNCTIONS = (
    Rule(
        "a function whose result is taken for constant reads no setting",
        "select p.proname from pg_proc p where p.provolatile = 'i' and p.prosrc ~ 'current_setting'"
        " and p.pronamespace in ('public'::regnamespace, 'jobs'::regnamespace)",
        "create function loose() returns text language sql immutable"
        " as $$ select current_setting('app.brand_id', true) $$",
        "loose",
    ),
    Rule(
        "a trigger runs with the rights of whoever fired it",
        """
        select t.tgname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where not t.tgisinternal and p.prosecdef
        """,
        "alter function refuse_ticket_over_seats() security definer",
        "tickets_within_seats",
    ),
    Rule(
        "whatever runs with another's rights looks for its names in fixed places, temporary ones last",
        """
        select p.proname from pg_proc p where p.prosecdef
          and p.pronamespace <> 'pg_catalog'::regnamespace
          and not coalesce(p.proconfig[1] ~ '^search_path=[a-z_, ]*, pg_temp$', false)
        """,
        "alter function busy_periods(uuid[], uuid[], timestamptz, timestamptz) reset search_path",
        "busy_periods",
    ),
    Rule(
        "whatever runs with another's rights is not everybody's to run",
        """
        select p.proname from pg_proc p where p.prosecdef
          and p.pronamespace <> 'pg_catalog'::regnamespace
          and (p.proacl is null or exists (select from aclexplode(p.proacl) where grantee = 0))
        """,
        "grant execute on function look_up_brand(text, text) to public",
        "look_up_brand",
    ),
    Rule(
        "what the fleet's functions and the queue's do is bound to the caller's tenant",
        """
        select p.proname from pg_proc p join pg_roles o on o.oid = p.proowner
        where p.prosecdef and o.rolname in ('tourbase_fleet', 'tourbase_owner')
          and p.prosrc !~ 'nullif\\(current_setting\\(''app.tenant_id'', true\\), ''''\\)::integer'
        """,
        "create function loose() returns bigint language sql security definer"
        " set search_path = public, pg_temp as $$ select count(*) from public.blocks $$;"
        " alter function loose() owner to tourbase_fleet",
        "loose",
    ),
    Rule(
        "no function writes its own statements, as text, at run time",
        """
        select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace
          and p.prosrc ~* '\\mexecute\\M'
        """,
        "create function loose(t text) returns void language plpgsql"
        " as $$ begin execute 'select ' || t; end $$",
        "loose",
    ),
    Rule(
        "only the queue notifies, and tells ids",
        """
        select p.proname from pg_proc p where p.prosrc ~* '\\m(pg_notify|notify)\\M'
          and p.pronamespace = 'public'::regnamespace
        """,
        "create function loose() returns void language sql as $$ select pg_notify('a', 'b') $$",
        "loose",
    ),
    Rule(
        "no rule rewrites a statement behind a policy's back",
        "select r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class"
        " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace",
        "create rule loose as on delete to counters do instead nothing",
        "loose",
    ),
)


def test_the_functions_that_see_past_a_brand_are_these_and_no_others(
    superuser: Connection,
) -> None:
    assert definers(superuser) == DEFINERS
    with superuser.transaction(force_rollback=True):
        superuser.execute(
            "create function loose(a uuid) returns uuid language sql security definer"
            " set search_path = public, pg_temp as $$ select a $$"
        )
        assert definers(superuser) == {
            **DEFINERS,
            "loose(uuid)": ("owner", "public, pg_temp", "public"),
        }


def definers(superuser: Connection) -> dict[str, tuple[str, str, str]]:
    return {
        signature_of(name): (
            owner.removeprefix(PREFIX),
            config.removeprefix("search_path="),
            " ".join(role.removeprefix(PREFIX) for role in callers),
        )
        for name, owner, config, callers in superuser.execute(DEFINING).fetchall()
    }


def signature_of(identity: str) -> str:
    """The types alone: `f(since timestamptz)` is `f(timestamptz)`."""
    name, _, arguments = identity.rstrip(")").partition("(")
    return f"{name}({', '.join(each.split()[-1] for each in arguments.split(', ') if each)})"


@every(*FUNCTIONS)
def test_no_function_opens_a_way_round(superuser: Connection, rule: Rule) -> None:
    assert_shown_to_fail(superuser, rule)
