"""Parts of revision 0013: what was converted is a booking, and stays one."""

from migrations.received import RECEIVED
from migrations.triggers import Fires, Rule

RESERVED = f"""
declare
  wanted uuid;
  became text;
begin
  if tg_table_name = 'reservations' then
    wanted := new.id;
  elsif tg_table_name = 'bookings' then
    wanted := old.reservation_id;
  else
    wanted := new.reservation_id;
  end if;
  -- The lock queues who converts and who pays, or who takes the booking away.
  select status into became from reservations where id = wanted for no key update;
  if became = 'converted' and (
    not exists (select from bookings where reservation_id = wanted)
    or exists (select from payments where reservation_id = wanted and status in {RECEIVED}))
  then
    raise exception 'a converted reservation is a booking, and its deposit is the booking''s'
      using errcode = 'check_violation', constraint = 'reservations_convert_into_bookings';
  end if;
  return null;
end """
OFFERED = """
declare
  wanted uuid;
  became text;
begin
  if tg_table_name = 'proposals' then
    wanted := new.id;
  else
    wanted := old.proposal_id;
  end if;
  select status into became from proposals where id = wanted for no key update;
  if became = 'converted' and not exists (select from bookings where proposal_id = wanted) then
    raise exception 'a converted proposal is a booking'
      using errcode = 'check_violation', constraint = 'proposals_convert_into_bookings';
  end if;
  return null;
end """
COMES = "new.status = 'converted'"
BECOMES = f"old.status <> 'converted' and {COMES}"
LEAVES = "old.{0} is not null and old.{0} is distinct from new.{0}"
CONVERTED = (
    Rule(
        "refuse_a_reservation_without_its_booking",
        RESERVED,
        (
            Fires("reservations_come_as_bookings", "insert on reservations", COMES),
            Fires(
                "reservations_convert_into_bookings", "update of status on reservations", BECOMES
            ),
            Fires(
                "bookings_stay_with_their_reservation",
                "update of reservation_id on bookings",
                LEAVES.format("reservation_id"),
            ),
            Fires(
                "payments_of_the_converted_are_the_bookings",
                "insert or update of reservation_id, status on payments",
                f"new.reservation_id is not null and new.status in {RECEIVED}",
            ),
        ),
    ),
    Rule(
        "refuse_a_proposal_without_its_booking",
        OFFERED,
        (
            Fires("proposals_come_as_bookings", "insert on proposals", COMES),
            Fires("proposals_convert_into_bookings", "update of status on proposals", BECOMES),
            Fires(
                "bookings_stay_with_their_proposal",
                "update of proposal_id on bookings",
                LEAVES.format("proposal_id"),
            ),
        ),
    ),
)
