"""Parts of revision 0013: what is said to be received was paid, and is not taken back unseen."""

from migrations.triggers import Fires, Rule

RECEIVED = "('succeeded', 'partially_refunded', 'refunded', 'disputed', 'dispute_lost')"
COUNTS = f"{{0}}.status in {RECEIVED} and {{0}}.kind not in ('tip', 'fee')"
DEPOSIT = f"""
declare
  wanted uuid;
  offered uuid;
  booked record;
  paid bigint;
begin
  if tg_table_name = 'bookings' then
    wanted := new.id;
  else
    wanted := old.booking_id;
    offered := old.proposal_id;
  end if;
  for booked in
    select id, proposal_id, deposit_cents from bookings
    where (id = wanted or proposal_id = offered) and deposit_received_at is not null
  loop
    -- The locks queue who says received and who takes a payment back: neither would see the other.
    perform from payments where booking_id = booked.id or proposal_id = booked.proposal_id
    order by id for share;
    select coalesce(sum(p.amount_cents), 0) into paid from payments p
    where p.status in {RECEIVED} and p.kind not in ('tip', 'fee')
      and (p.booking_id = booked.id or p.proposal_id = booked.proposal_id);
    if paid < booked.deposit_cents then
      raise exception 'a deposit of % is said to be received, of which % was paid',
        booked.deposit_cents, paid
        using errcode = 'check_violation', constraint = 'bookings_deposit_is_paid';
    end if;
  end loop;
  return null;
end """
IN_FULL = f"""
declare
  wanted uuid;
  ticket record;
  paid bigint;
begin
  if tg_table_name = 'tickets' then
    wanted := new.id;
  else
    wanted := old.ticket_id;
  end if;
  -- The locks queue who confirms and who takes a payment back: neither would see the other.
  perform from payments where ticket_id = wanted order by id for share;
  select status, total_cents into ticket from tickets where id = wanted;
  select coalesce(sum(amount_cents), 0) into paid from payments
  where ticket_id = wanted and status in {RECEIVED} and kind not in ('tip', 'fee');
  if ticket.status in ('confirmed', 'checked_in', 'no_show') and paid < ticket.total_cents then
    raise exception 'of a ticket for % only % was paid', ticket.total_cents, paid
      using errcode = 'check_violation', constraint = 'tickets_are_paid_in_full';
  end if;
  return null;
end """


def taken_from(*subjects: str) -> str:
    """That a payment no longer pays as much of what it paid."""
    was, now = (", ".join(f"{side}.{each}" for each in subjects) for side in ("old", "new"))
    return (
        f"num_nonnulls({was}) > 0 and {COUNTS.format('old')} and not ({COUNTS.format('new')}"
        f" and new.amount_cents >= old.amount_cents and row({was}) is not distinct from row({now}))"
    )


KEPT_PAID = (
    Rule(
        "refuse_an_unpaid_deposit",
        DEPOSIT,
        (
            Fires(
                "bookings_deposit_is_paid",
                "insert or update of deposit_received_at, deposit_cents, proposal_id on bookings",
                "new.deposit_received_at is not null",
            ),
            Fires(
                "payments_keep_deposits_paid",
                "update of status, amount_cents, kind, booking_id, proposal_id on payments",
                taken_from("booking_id", "proposal_id"),
            ),
        ),
    ),
    Rule(
        "refuse_an_unpaid_ticket",
        IN_FULL,
        (
            Fires(
                "tickets_are_paid_in_full",
                "insert or update of status, total_cents on tickets",
                "new.status in ('confirmed', 'checked_in', 'no_show')",
            ),
            Fires(
                "payments_keep_tickets_paid",
                "update of status, amount_cents, kind, ticket_id on payments",
                taken_from("ticket_id"),
            ),
        ),
    ),
)
