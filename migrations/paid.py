"""Parts of revision 0013: payments agree with what they are for, and with what went back."""

from migrations.received import RECEIVED
from migrations.triggers import Fires, Rule

KEPT = "('succeeded', 'partially_refunded', 'refunded', 'disputed')"
REFUNDED = """
declare
  wanted uuid;
  paid record;
  returned bigint;
begin
  if tg_table_name = 'payments' then
    wanted := new.id;
  else
    wanted := new.payment_id;
  end if;
  -- The payment's row is locked by now: by its own change, or by `refunds_within_payment`.
  select status, amount_cents into paid from payments where id = wanted;
  select coalesce(sum(amount_cents), 0) into returned
  from refunds where payment_id = wanted and status = 'succeeded';
  if paid.status in ('succeeded', 'partially_refunded', 'refunded') and (paid.status <> case
    when returned = 0 then 'succeeded' when returned < paid.amount_cents then 'partially_refunded'
    else 'refunded' end)
  then
    raise exception 'a payment of % is not % when % went back',
      paid.amount_cents, paid.status, returned
      using errcode = 'check_violation', constraint = 'payments_status_is_of_refunds';
  end if;
  return null;
end """
SHARED = f"""
declare
  wanted uuid;
  before uuid;
  guest record;
  received bigint;
begin
  if tg_table_name = 'proposal_guests' then
    wanted := new.id;
  elsif tg_table_name = 'payments' then
    wanted := new.proposal_guest_id;
    before := old.proposal_guest_id;
  else
    select proposal_guest_id into wanted from payments where id = new.payment_id;
  end if;
  -- The guest's row is locked by now, if anything was paid: two who pay have both to change it.
  for guest in select id, paid_cents from proposal_guests where id in (wanted, before) loop
    select coalesce(sum(p.amount_cents - coalesce((select sum(r.amount_cents) from refunds r
      where r.payment_id = p.id and r.status = 'succeeded'), 0)), 0)
    into received from payments p
    where p.proposal_guest_id = guest.id and p.status in {KEPT} and p.kind not in ('tip', 'fee');
    if guest.paid_cents <> received then
      raise exception 'a guest has paid %, not %', received, guest.paid_cents
        using errcode = 'check_violation', constraint = 'proposal_guests_paid_is_their_payments';
    end if;
  end loop;
  return null;
end """
DATED = """
declare
  asked_at timestamptz;
begin
  -- What came from a reservation or a proposal may have been paid before it was a booking.
  if new.booking_id is not null then
    select least(b.created_at, r.created_at, p.created_at) into asked_at from bookings b
    left join reservations r on r.id = b.reservation_id
    left join proposals p on p.id = b.proposal_id
    where b.id = new.booking_id;
  elsif new.reservation_id is not null then
    select created_at into asked_at from reservations where id = new.reservation_id;
  elsif new.ticket_id is not null then
    select created_at into asked_at from tickets where id = new.ticket_id;
  elsif new.proposal_id is not null then
    select created_at into asked_at from proposals where id = new.proposal_id;
  else
    select p.created_at into asked_at
    from proposal_guests g join proposals p on p.id = g.proposal_id
    where g.id = new.proposal_guest_id;
  end if;
  if new.created_at < asked_at then
    raise exception 'a payment of % is for what came at %', new.created_at, asked_at
      using errcode = 'check_violation', constraint = 'payments_are_after_what_they_pay';
  end if;
  return new;
end """
RETURNED = """
declare
  paid_at timestamptz;
begin
  select created_at into paid_at from payments where id = new.payment_id;
  if new.created_at < paid_at then
    raise exception 'a refund of % is of a payment of %', new.created_at, paid_at
      using errcode = 'check_violation', constraint = 'refunds_are_after_the_payment';
  end if;
  return new;
end """
SOLD = """
declare
  closed_at timestamptz;
begin
  select sales_close_at into closed_at from shared_tours where id = new.shared_tour_id;
  if new.created_at > closed_at then
    raise exception 'a ticket of % is for a tour whose sale ended at %', new.created_at, closed_at
      using errcode = 'check_violation', constraint = 'tickets_are_sold_in_time';
  end if;
  return new;
end """
CARD = """
begin
  raise exception 'a card payment is paid by what the card network says'
    using errcode = 'check_violation', constraint = 'payments_card_is_paid_by_stripe';
end """
SUBJECTS = "booking_id, reservation_id, proposal_id, proposal_guest_id, ticket_id"


def paid(staff: str) -> tuple[Rule, ...]:
    """The rules of money; `staff` is the role that takes it by hand."""
    by_staff = f"current_user = '{staff}' and new.method = 'card' and new.status in {RECEIVED}"
    return (
        Rule(
            "refuse_status_off_the_refunds",
            REFUNDED,
            (
                Fires(
                    "payments_status_is_of_refunds",
                    "insert on payments",
                    "new.status in ('partially_refunded', 'refunded')",
                ),
                Fires(
                    "payments_status_follows_refunds",
                    "update of status, amount_cents on payments",
                    "(old.status, old.amount_cents) is distinct from"
                    " (new.status, new.amount_cents)",
                ),
                Fires(
                    "refunds_are_told_by_the_payment",
                    "insert or update of payment_id, amount_cents, status on refunds",
                ),
            ),
        ),
        Rule(
            "refuse_paid_off_the_payments",
            SHARED,
            (
                Fires(
                    "proposal_guests_paid_is_their_payments",
                    "insert on proposal_guests",
                    "new.paid_cents <> 0",
                ),
                Fires(
                    "proposal_guests_paid_follows_payments",
                    "update of paid_cents on proposal_guests",
                    "old.paid_cents <> new.paid_cents",
                ),
                Fires(
                    "payments_of_guests_are_counted",
                    "insert on payments",
                    "new.proposal_guest_id is not null",
                ),
                Fires(
                    "payments_of_guests_are_counted_anew",
                    "update of status, amount_cents, kind, proposal_guest_id on payments",
                    "num_nonnulls(old.proposal_guest_id, new.proposal_guest_id) > 0",
                ),
                Fires(
                    "refunds_of_guests_are_counted",
                    "insert or update of payment_id, amount_cents, status on refunds",
                ),
            ),
        ),
        Rule(
            "refuse_a_payment_before_its_subject",
            DATED,
            (
                Fires(
                    "payments_are_after_what_they_pay",
                    f"insert or update of created_at, {SUBJECTS} on payments",
                    at_commit=False,
                ),
            ),
        ),
        Rule(
            "refuse_a_refund_before_its_payment",
            RETURNED,
            (
                Fires(
                    "refunds_are_after_the_payment",
                    "insert or update of created_at, payment_id on refunds",
                    at_commit=False,
                ),
            ),
        ),
        Rule(
            "refuse_a_ticket_too_late",
            SOLD,
            (
                Fires(
                    "tickets_are_sold_in_time",
                    "insert or update of created_at, shared_tour_id on tickets",
                    at_commit=False,
                ),
            ),
        ),
        Rule(
            "refuse_a_card_by_hand",
            CARD,
            (
                Fires(
                    "payments_card_is_paid_by_stripe",
                    "insert on payments",
                    by_staff,
                    at_commit=False,
                ),
                Fires(
                    "payments_card_becomes_paid_by_stripe",
                    "update of status, method on payments",
                    f"{by_staff} and not (old.method = 'card' and old.status in {RECEIVED})",
                    at_commit=False,
                ),
            ),
        ),
    )
