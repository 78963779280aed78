"""Rules that one row cannot state: state machines, seats, refunds, guests' shares, tickets left."""

from migrations.tables import run

revision = "0010"
down_revision = "0009"

BOOKING = {
    "held": "pending expired cancelled",
    "draft": "pending cancelled",
    "pending": "confirmed cancelled",
    "confirmed": "assigned cancelled",
    "assigned": "confirmed in_progress cancelled",
    "in_progress": "completed cancelled",
    "expired": "pending",
    "cancelled": "pending",
}
RESERVATION = {
    "pending": "contacted cancelled expired",
    "contacted": "confirmed cancelled expired",
    "confirmed": "converted cancelled expired",
}
PROPOSAL = {
    "draft": "sent",
    "sent": "viewed accepted declined expired",
    "viewed": "accepted declined expired",
    "accepted": "converted",
    "declined": "draft",
    "expired": "draft",
}
INQUIRY = {"new": "contacted lost", "contacted": "quoted lost", "quoted": "won lost"}
MACHINES = {
    "bookings": BOOKING,
    "reservations": RESERVATION,
    "proposals": PROPOSAL,
    "inquiries": INQUIRY,
}

TRANSITION = """
create function refuse_transition() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if not exists (
    select 1 from transitions
    where machine = tg_table_name and from_status = old.status and to_status = new.status
  ) then
    raise exception '% may not go from % to %', tg_table_name, old.status, new.status
      using errcode = 'check_violation', constraint = tg_table_name || '_transition';
  end if;
  return new;
end $$
"""
SEATS = """
create function refuse_party_over_seats() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  wanted uuid;
  booked record;
  seats integer;
begin
  if tg_table_name = 'bookings' then
    wanted := new.id;
  else
    wanted := old.booking_id;
  end if;
  -- The locks queue concurrent changes of one party, and of its vans' seats, until one is stored.
  select status, party_size into booked from bookings where id = wanted for no key update;
  if booked.status in ('assigned', 'in_progress', 'completed') then
    perform from booking_vehicles bv join vehicles v on v.id = bv.vehicle_id
    where bv.booking_id = wanted order by v.id for share of v;
    select coalesce(sum(v.seats), 0) into seats
    from booking_vehicles bv join vehicles v on v.id = bv.vehicle_id
    where bv.booking_id = wanted;
    if booked.party_size > seats then
      raise exception 'a party of % does not fit into % seats', booked.party_size, seats
        using errcode = 'check_violation', constraint = 'bookings_party_fits_seats';
    end if;
  end if;
  return null;
end $$
"""
FEWER_SEATS_OF_A_VAN = """
create function refuse_seats_under_parties() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  -- The lock queues all who take seats out of the fleet: two vans may carry one party.
  perform pg_advisory_xact_lock(hashtextextended(new.tenant_id || ':fewer seats', 0));
  -- Whose party it is, is not told: the function of revision 0011 looks across brands.
  if seats_are_short(new.id) then
    raise exception '% seats are too few for a party of the van', new.seats
      using errcode = 'check_violation', constraint = 'bookings_party_fits_seats';
  end if;
  return null;
end $$
"""
REOPENED = """
create function refuse_reopening_the_past() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  if new.starts_at <= new.updated_at then
    raise exception 'a tour that has begun is not opened again'
      using errcode = 'check_violation', constraint = 'bookings_transition';
  end if;
  return new;
end $$
"""
FROZEN = """
create function refuse_change_of_accepted_total() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
  raise exception 'what was accepted is not priced anew'
    using errcode = 'check_violation', constraint = 'proposals_transition';
end $$
"""
FROZEN_COLUMNS = (
    "party_size, individual_billing, accepted_at, signature_name, terms_accepted_at,"
    " currency, discount_ppm, gratuity_ppm, subtotal_cents, discount_cents, tax_cents,"
    " gratuity_cents, total_cents, deposit_cents"
)
REFUNDS = """
create function refuse_refund_over_payment() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  paid bigint;
  returned bigint;
begin
  -- The lock queues concurrent refunds of one payment; without it none would see the others.
  select case when status in ('pending', 'requires_action', 'failed', 'cancelled') then 0
    else amount_cents end
  into paid from payments where id = new.payment_id for update;
  select coalesce(sum(amount_cents), 0) into returned
  from refunds where payment_id = new.payment_id and status <> 'failed' and id <> new.id;
  if new.status <> 'failed' and returned + new.amount_cents > paid then
    raise exception 'refunds of % would pass the % that was paid', returned + new.amount_cents, paid
      using errcode = 'check_violation', constraint = 'refunds_within_payment';
  end if;
  return new;
end $$
"""
LESS_PAID = """
create function refuse_payment_under_refunds() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  paid bigint;
  returned bigint;
begin
  paid := case when new.status in ('pending', 'requires_action', 'failed', 'cancelled') then 0
    else new.amount_cents end;
  select coalesce(sum(amount_cents), 0) into returned
  from refunds where payment_id = new.id and status <> 'failed';
  if returned > paid then
    raise exception 'refunds of % would pass the % that was paid', returned, paid
      using errcode = 'check_violation', constraint = 'refunds_within_payment';
  end if;
  return new;
end $$
"""
SHARES = """
create function refuse_uneven_shares() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  wanted uuid;
  quote record;
  shares record;
begin
  if tg_table_name = 'proposals' then
    wanted := new.id;
  else
    wanted := coalesce(new.proposal_id, old.proposal_id);
  end if;
  -- The lock queues concurrent changes of one proposal's shares.
  select status, total_cents, individual_billing into quote from proposals where id = wanted
  for no key update;
  select count(*) as guests, count(owed_cents) as known, sum(owed_cents) as owed,
    coalesce(sum(override_cents), 0) as overrides
  into shares from proposal_guests where proposal_id = wanted;
  if shares.overrides > quote.total_cents then
    raise exception 'fixed shares of % pass the total of %', shares.overrides, quote.total_cents
      using errcode = 'check_violation', constraint = 'proposal_guests_overrides_within_total';
  end if;
  if quote.individual_billing and shares.guests > 0 and quote.status in ('accepted', 'converted')
    and (shares.known < shares.guests or shares.owed <> quote.total_cents)
  then
    raise exception 'guests owe % of %', shares.owed, quote.total_cents
      using errcode = 'check_violation', constraint = 'proposal_guests_shares_sum_to_total';
  end if;
  return null;
end $$
"""
TICKETS = """
create function refuse_ticket_over_seats() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  seats integer;
  sold integer;
begin
  -- The lock queues the buyers of one tour, so that the last seats are counted once.
  select guests_max into seats from shared_tours where id = new.shared_tour_id for update;
  select coalesce(sum(guests), 0) into sold
  from tickets where shared_tour_id = new.shared_tour_id and status <> 'cancelled' and id <> new.id;
  if new.status <> 'cancelled' and sold + new.guests > seats then
    raise exception '% guests do not fit into % seats', sold + new.guests, seats
      using errcode = 'check_violation', constraint = 'tickets_within_seats';
  end if;
  return new;
end $$
"""
FEWER_SEATS = """
create function refuse_seats_under_tickets() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
  sold integer;
begin
  select coalesce(sum(guests), 0) into sold
  from tickets where shared_tour_id = new.id and status <> 'cancelled';
  if sold > new.guests_max then
    raise exception '% guests do not fit into % seats', sold, new.guests_max
      using errcode = 'check_violation', constraint = 'tickets_within_seats';
  end if;
  return new;
end $$
"""


def upgrade() -> None:
    rows = [
        f"('{machine}', '{origin}', '{target}')"
        for machine, steps in MACHINES.items()
        for origin, targets in steps.items()
        for target in targets.split()
    ]
    run(f"insert into transitions (machine, from_status, to_status) values {', '.join(rows)}")
    run(TRANSITION)
    for machine in MACHINES:
        run(
            f"create trigger {machine}_transition before update of status on {machine} for each row"
            " when (old.status is distinct from new.status) execute function refuse_transition()"
        )
    run(SEATS)
    _at_commit(
        "bookings_party_fits_seats",
        "insert or update of status, party_size on bookings",
        "refuse_party_over_seats",
    )
    _at_commit(
        "booking_vehicles_party_fits_seats",
        "update or delete on booking_vehicles",
        "refuse_party_over_seats",
    )
    run(FEWER_SEATS_OF_A_VAN)
    run(
        "create constraint trigger vehicles_seat_parties after update of seats on vehicles"
        " deferrable initially deferred for each row when (new.seats < old.seats)"
        " execute function refuse_seats_under_parties()"
    )
    _of_states()
    run(REFUNDS)
    run(
        "create trigger refunds_within_payment before insert or update of payment_id, amount_cents,"
        " status on refunds for each row execute function refuse_refund_over_payment()"
    )
    run(LESS_PAID)
    run(
        "create trigger payments_cover_refunds before update of amount_cents, status on payments"
        " for each row execute function refuse_payment_under_refunds()"
    )
    run(SHARES)
    _at_commit(
        "proposals_shares_sum_to_total",
        "update of status, total_cents, individual_billing on proposals",
        "refuse_uneven_shares",
    )
    _at_commit(
        "proposal_guests_shares_sum_to_total",
        "insert or update or delete on proposal_guests",
        "refuse_uneven_shares",
    )
    run(TICKETS)
    run(
        "create trigger tickets_within_seats before insert or update of shared_tour_id, guests,"
        " status on tickets for each row execute function refuse_ticket_over_seats()"
    )
    run(FEWER_SEATS)
    run(
        "create trigger shared_tours_seat_tickets before update of guests_max on shared_tours"
        " for each row execute function refuse_seats_under_tickets()"
    )


def _of_states() -> None:
    run(REOPENED)
    run(
        "create trigger bookings_reopened before update of status on bookings for each row"
        " when (old.status = 'cancelled' and new.status = 'pending')"
        " execute function refuse_reopening_the_past()"
    )
    old, new = (", ".join(f"{w}.{c}" for c in FROZEN_COLUMNS.split(", ")) for w in ("old", "new"))
    run(FROZEN)
    run(
        f"create trigger proposals_total_is_frozen before update of {FROZEN_COLUMNS} on proposals"
        " for each row when (old.status in ('accepted', 'converted')"
        f" and ({old}) is distinct from ({new})) execute function refuse_change_of_accepted_total()"
    )


def _at_commit(name: str, when: str, function: str) -> None:
    """Checked at the end of the transaction, when both sides of the rule have been written."""
    run(
        f"create constraint trigger {name} after {when} deferrable initially deferred"
        f" for each row execute function {function}()"
    )


def downgrade() -> None:
    for table in MACHINES:
        run(f"drop trigger {table}_transition on {table}")
    run("drop trigger bookings_party_fits_seats on bookings")
    run("drop trigger booking_vehicles_party_fits_seats on booking_vehicles")
    run("drop trigger vehicles_seat_parties on vehicles")
    run("drop trigger bookings_reopened on bookings")
    run("drop trigger proposals_total_is_frozen on proposals")
    run("drop trigger refunds_within_payment on refunds")
    run("drop trigger payments_cover_refunds on payments")
    run("drop trigger proposals_shares_sum_to_total on proposals")
    run("drop trigger proposal_guests_shares_sum_to_total on proposal_guests")
    run("drop trigger tickets_within_seats on tickets")
    run("drop trigger shared_tours_seat_tickets on shared_tours")
    for function in (
        "refuse_transition",
        "refuse_party_over_seats",
        "refuse_seats_under_parties",
        "refuse_reopening_the_past",
        "refuse_change_of_accepted_total",
        "refuse_refund_over_payment",
        "refuse_payment_under_refunds",
        "refuse_uneven_shares",
        "refuse_ticket_over_seats",
        "refuse_seats_under_tickets",
    ):
        run(f"drop function {function}()")
    run("delete from transitions")
