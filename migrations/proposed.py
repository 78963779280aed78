"""Parts of revision 0013: what a proposal adds up to, and what stays as it was accepted."""

from migrations.triggers import Fires, Rule

ACCEPTED = "('accepted', 'converted')"
SUMS = f"""
declare
  wanted uuid;
  before uuid;
  quote record;
  lines record;
begin
  if tg_table_name = 'proposals' then
    wanted := new.id;
  else
    wanted := new.proposal_id;
    before := old.proposal_id;
  end if;
  -- The lock queues concurrent changes of one proposal's lines.
  for quote in
    select id, status, subtotal_cents, party_size, ends_on - starts_on + 1 as days from proposals
    where id in (wanted, before) order by id for no key update
  loop
    select count(*) as known, coalesce(sum(line_cents), 0) as subtotal,
      bool_and(line_cents = unit_cents * case pricing when 'per_person' then quote.party_size
        when 'per_day' then quote.days else quantity end) as add_up
    into lines from proposal_inclusions where proposal_id = quote.id;
    if not lines.add_up then
      raise exception 'a line is not its unit times % guests, % days or its quantity',
        quote.party_size, quote.days
        using errcode = 'check_violation', constraint = 'proposal_inclusions_line_adds_up';
    end if;
    if (lines.known > 0 or quote.status in {ACCEPTED}) and lines.subtotal <> quote.subtotal_cents
    then
      raise exception 'lines of % are not the subtotal of %', lines.subtotal, quote.subtotal_cents
        using errcode = 'check_violation', constraint = 'proposal_inclusions_sum_to_subtotal';
    end if;
  end loop;
  return null;
end """
SIGNED = f"""
declare
  quote record;
begin
  -- The lock waits for whoever is accepting the proposal at this moment.
  select status, individual_billing into quote from proposals where id = old.proposal_id
  for no key update;
  if quote.status in {ACCEPTED} and (
    tg_table_name = 'proposal_inclusions' or tg_op = 'UPDATE' or quote.individual_billing)
  then
    raise exception 'what was accepted is not priced anew'
      using errcode = 'check_violation', constraint = 'proposals_transition';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end """
PLANNED = """
declare
  plan record;
begin
  for plan in
    select planning_phase from proposals
    where id in (old.proposal_id, new.proposal_id) order by id for no key update
  loop
    if plan.planning_phase = 'finalized' then
      raise exception 'a plan that is final is not changed'
        using errcode = 'check_violation', constraint = 'proposals_plan_is_final';
    end if;
  end loop;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end """
DAYS = """
declare
  wanted uuid;
  quote record;
begin
  if tg_table_name = 'proposals' then
    wanted := new.id;
  else
    wanted := new.proposal_id;
  end if;
  select id, starts_on, ends_on into quote from proposals where id = wanted for no key update;
  if exists (
    select from proposal_days d where d.proposal_id = quote.id
      and (d.on_date < quote.starts_on or d.on_date > quote.ends_on))
  then
    raise exception 'a day is outside of % to %', quote.starts_on, quote.ends_on
      using errcode = 'check_violation', constraint = 'proposal_days_within_proposal';
  end if;
  return null;
end """
REFUSE = """
begin
  raise exception '%', tg_argv[1] using errcode = 'check_violation', constraint = tg_argv[0];
end """
SHARE = "proposal_id, sponsored, override_cents, owed_cents"
OLD_SHARE, NEW_SHARE = (
    ", ".join(f"{row}.{column}" for column in SHARE.split(", ")) for row in ("old", "new")
)
SPAN = "(old.starts_on, old.ends_on) is distinct from (new.starts_on, new.ends_on)"
PROPOSED = (
    Rule(
        "refuse_inclusions_off_the_subtotal",
        SUMS,
        (
            Fires(
                "proposals_accepted_are_summed",
                "insert on proposals",
                f"new.status in {ACCEPTED}",
            ),
            Fires(
                "proposals_subtotal_is_their_lines",
                "update of status, subtotal_cents, party_size, starts_on, ends_on on proposals",
            ),
            Fires(
                "proposal_inclusions_sum_to_subtotal",
                "insert or update or delete on proposal_inclusions",
            ),
        ),
    ),
    Rule(
        "refuse_change_of_what_was_accepted",
        SIGNED,
        (
            Fires(
                "proposal_inclusions_are_frozen",
                "update on proposal_inclusions",
                "old.* is distinct from new.*",
                at_commit=False,
            ),
            Fires("proposal_inclusions_stay", "delete on proposal_inclusions", at_commit=False),
            Fires(
                "proposal_guests_shares_are_frozen",
                f"update of {SHARE} on proposal_guests",
                f"({OLD_SHARE}) is distinct from ({NEW_SHARE})",
                at_commit=False,
            ),
            Fires("proposal_guests_stay", "delete on proposal_guests", at_commit=False),
        ),
    ),
    Rule(
        "refuse_change_of_a_final_plan",
        PLANNED,
        tuple(
            Fires(f"{table}_are_final", f"insert or update or delete on {table}", at_commit=False)
            for table in ("proposal_days", "proposal_stops")
        ),
    ),
    Rule(
        "refuse_days_outside_the_proposal",
        DAYS,
        (
            Fires("proposals_hold_their_days", "update of starts_on, ends_on on proposals", SPAN),
            Fires(
                "proposal_days_within_proposal",
                "insert or update of proposal_id, on_date on proposal_days",
            ),
        ),
    ),
    Rule(
        "refuse_change",
        REFUSE,
        (
            Fires(
                "proposals_phase_goes_on",
                "update of planning_phase on proposals",
                "(old.planning_phase, new.planning_phase) not in (('proposal', 'active_planning'),"
                " ('active_planning', 'finalized')) and old.planning_phase <> new.planning_phase",
                at_commit=False,
                says=("proposals_phase_goes_on", "planning goes on, from phase to phase"),
            ),
            Fires(
                "proposals_plan_is_final",
                "update of starts_on, ends_on on proposals",
                f"old.planning_phase = 'finalized' and {SPAN}",
                at_commit=False,
                says=("proposals_plan_is_final", "a plan that is final is not moved"),
            ),
            Fires(
                "proposals_length_is_frozen",
                "update of starts_on, ends_on on proposals",
                f"old.status in {ACCEPTED}"
                " and old.ends_on - old.starts_on <> new.ends_on - new.starts_on",
                at_commit=False,
                says=("proposals_transition", "what was accepted keeps its number of days"),
            ),
            Fires(
                "vehicles_mileage_rises",
                "update of mileage on vehicles",
                "new.mileage is null and old.mileage is not null or new.mileage < old.mileage",
                at_commit=False,
                says=("vehicles_mileage_rises", "a mileage does not fall"),
            ),
        ),
    ),
)
