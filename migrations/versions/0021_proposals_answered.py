"""Proposals are sent in versions, talked about in notes, and answered by their client alone.

A client sees only the lines that are shown, and signs for all of them: what the rules of revisions
0010 and 0013 add up is told them by two functions, as the sums of one proposal of the brand.
"""

from importlib import import_module

from migrations.proposed import SUMS
from migrations.tables import (
    BRAND,
    KEEP,
    TENANT,
    Index,
    May,
    Ref,
    brand_table,
    drop_tables,
    permit,
    role,
    run,
)

revision = "0021"
down_revision = "0020"
TABLES = ("proposal_notes", "proposal_versions")
CLIENTS = ("link", "customer")
ON_PROPOSAL = "exists (select 1 from proposals p where p.id = proposal_id)"
NOTE = "tenant_id, brand_id, id, proposal_id, author_kind, internal, body, created_at"
SHOWN = f"not internal and {ON_PROPOSAL}"
ANSWER = (
    "status, viewed_at, accepted_at, signature_name, terms_accepted_at, declined_at,"
    " decline_reason, version"
)
LIFE = "edited_version, sent_version, declined_at, decline_reason"

LINES = f"""
create function sums_of_lines(proposal uuid, party integer, days integer)
returns table (known bigint, subtotal bigint, add_up boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*), coalesce(sum(i.line_cents), 0)::bigint,
    bool_and(i.line_cents = i.unit_cents * case i.pricing when 'per_person' then party
      when 'per_day' then days else i.quantity end)
  from proposal_inclusions i
  where i.tenant_id = {TENANT} and i.brand_id = {BRAND} and i.proposal_id = proposal
$$
"""
SHARES = f"""
create function sums_of_shares(proposal uuid)
returns table (guests bigint, known bigint, owed bigint, overrides bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select count(*), count(g.owed_cents), sum(g.owed_cents)::bigint,
    coalesce(sum(g.override_cents), 0)::bigint
  from proposal_guests g
  where g.tenant_id = {TENANT} and g.brand_id = {BRAND} and g.proposal_id = proposal
$$
"""
WORD = """
create function refuse_a_guests_answer() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if current_user = '{guest}' and to_jsonb(new) ->> tg_argv[0] <> all (tg_argv[1:]) then
    raise exception 'a guest answers, and no more'
      using errcode = 'check_violation', constraint = 'proposals_guests_word';
  end if;
  return new;
end $$
"""
FUNCTIONS = {
    "sums_of_lines(uuid, integer, integer)": LINES,
    "sums_of_shares(uuid)": SHARES,
}
SEES = {
    "proposal_inclusions": (
        "select (tenant_id, brand_id, proposal_id, pricing, unit_cents, quantity, line_cents)"
    ),
    "proposal_guests": "select (tenant_id, brand_id, proposal_id, owed_cents, override_cents)",
}


def upgrade() -> None:
    run(
        "alter table proposals"
        " add column edited_version integer not null default 1, add column sent_version integer,"
        " add column declined_at timestamptz,"
        " add column decline_reason text check (btrim(decline_reason) <> ''),"
        " add constraint proposals_sent_as_it_was_edited check (sent_version <= edited_version)"
    )
    run(
        "create index proposals_valid_until_id_idx on proposals"
        " (tenant_id, brand_id, valid_until, id) where status in ('sent', 'viewed');"
        "comment on index proposals_valid_until_id_idx is 'the sweep of proposals that ran out'"
    )
    _notes()
    _versions()
    _sums()
    _answers()


def _notes() -> None:
    brand_table(
        "proposal_notes",
        """
        id uuid not null,
        proposal_id uuid not null,
        author_kind text not null check (author_kind in ('client', 'staff')),
        author_id uuid,
        internal boolean not null,
        body text not null check (btrim(body) <> ''),
        created_at timestamptz not null,
        constraint proposal_notes_of_clients_are_shown
          check (author_kind = 'staff' or not internal)
        """,
        refs=[Ref("proposal_id", "proposals", indexed=False)],
        indexes=[
            Index("created_at, id", "notes page by time"),
            Index("proposal_id, created_at", "notes of a proposal; foreign key to proposals"),
        ],
        may={
            "customer": May(f"select ({NOTE})", SHOWN),
            "link": May(f"select ({NOTE}), insert", SHOWN),
        },
        staff=KEEP,
    )


def _versions() -> None:
    brand_table(
        "proposal_versions",
        """
        id uuid not null,
        proposal_id uuid not null,
        number integer not null check (number >= 1),
        snapshot jsonb not null,
        currency text not null,
        total_cents bigint not null check (total_cents >= 0),
        sent_at timestamptz not null,
        constraint proposal_versions_number_key unique (tenant_id, brand_id, proposal_id, number)
        """,
        refs=[Ref("proposal_id", "proposals", indexed=False)],
        indexes=[Index("sent_at, id", "versions page by time")],
        may={name: May("select", ON_PROPOSAL) for name in CLIENTS},
        staff=KEEP,
    )


def _sums() -> None:
    permit("proposal_inclusions", "lookup", SEES["proposal_inclusions"])
    run(f"grant {SEES['proposal_guests']} on proposal_guests to {role('lookup')}")
    callers = ", ".join(map(role, ("staff", "worker", "link")))
    run(f"grant create on schema public to {role('lookup')}")
    run(f"set local role {role('lookup')}")
    for signature, source in FUNCTIONS.items():
        run(source)
        run(f"revoke all on function {signature} from public")
        run(f"grant execute on function {signature} to {callers}")
    run(f"set local role {role('owner')}")
    run(f"revoke create on schema public from {role('lookup')}")
    lines = instead(
        SUMS,
        "select count(*) as known",
        "where proposal_id = quote.id;",
        "select * into lines from sums_of_lines(quote.id, quote.party_size, quote.days);",
    )
    _replace("refuse_inclusions_off_the_subtotal", lines)
    shares = instead(
        _shares_of_0010(),
        "select count(*) as guests",
        "where proposal_id = wanted;",
        "select * into shares from sums_of_shares(wanted);",
    )
    _replace("refuse_uneven_shares", shares)


def _answers() -> None:
    for name in CLIENTS:
        run(f"grant select ({LIFE}) on proposals to {role(name)}")
        run(f"grant select (proposal_id) on bookings to {role(name)}")
    run(f"grant update ({ANSWER}) on proposals to {role('link')}")
    run(WORD.replace("{guest}", role("link")))
    run(
        "create trigger proposals_guests_word before update of status on proposals for each row"
        " when (old.status <> new.status) execute function"
        " refuse_a_guests_answer('status', 'viewed', 'accepted', 'declined')"
    )
    run(
        "create trigger proposal_notes_guests_word before insert on proposal_notes"
        " for each row execute function refuse_a_guests_answer('author_kind', 'client')"
    )


def instead(text: str, first: str, last: str, new: str) -> str:
    """The text with all that stands from `first` to `last` replaced."""
    start = text.index(first)
    return text[:start] + new + text[text.index(last, start) + len(last) :]


def _shares_of_0010() -> str:
    """The body of the function, between its dollars."""
    return str(import_module("migrations.versions.0010_rules").SHARES).split("$$")[1]


def _replace(function: str, body: str) -> None:
    run(
        f"create or replace function {function}() returns trigger language plpgsql"
        f" set search_path = public, pg_temp as $${body}$$"
    )


def downgrade() -> None:
    _replace("refuse_inclusions_off_the_subtotal", SUMS)
    _replace("refuse_uneven_shares", _shares_of_0010())
    run(f"set local role {role('lookup')}")
    for signature in FUNCTIONS:
        run(f"drop function {signature}")
    run(f"set local role {role('owner')}")
    run("drop policy proposal_inclusions_lookup on proposal_inclusions")
    for table, columns in SEES.items():
        run(f"revoke {columns} on {table} from {role('lookup')}")
    # What revision 0017 lets the look-up see of guests is their own proposal and no more.
    run(f"grant select (tenant_id, brand_id, proposal_id) on proposal_guests to {role('lookup')}")
    run("drop trigger proposals_guests_word on proposals")
    run("drop trigger proposal_notes_guests_word on proposal_notes")
    run("drop function refuse_a_guests_answer()")
    run(f"revoke update ({ANSWER}) on proposals from {role('link')}")
    for name in CLIENTS:
        run(f"revoke select (proposal_id) on bookings from {role(name)}")
    drop_tables(TABLES)
    run(
        "alter table proposals drop column edited_version, drop column sent_version,"
        " drop column declined_at, drop column decline_reason"
    )
    run("drop index proposals_valid_until_id_idx")
