"""What a constraint's name means to a caller: where database errors are translated, once."""

from collections.abc import Callable, Mapping
from typing import Final

from psycopg import errors

from domain.errors import (
    DomainError,
    DriverBusy,
    EmailTaken,
    PartyTooLarge,
    RuleBroken,
    VehicleBusy,
    WrongState,
)

REFUSALS: Final[Mapping[str, Callable[[], DomainError]]] = {
    "blocks_vehicle_busy": VehicleBusy,
    "blocks_driver_busy": DriverBusy,
    "blocks_offset_pair_id_offset_pair_side_vehicle_id_key": VehicleBusy,
    "blocks_offset_pair_id_offset_pair_side_driver_id_key": DriverBusy,
    "customers_email_key": EmailTaken,
    "bookings_party_fits_seats": lambda: PartyTooLarge(
        "The party has more guests than its vehicles have seats.", path="partySize"
    ),
    "bookings_transition": lambda: WrongState("The booking's status does not allow that."),
    "reservations_transition": lambda: WrongState("The reservation's status does not allow that."),
    "proposals_transition": lambda: WrongState("The proposal's status does not allow that."),
    "inquiries_transition": lambda: WrongState("The inquiry's status does not allow that."),
    "bookings_confirmed_needs_deposit": lambda: WrongState(
        "A booking is confirmed by its deposit, or by a waiver with a reason."
    ),
    "refunds_within_payment": lambda: RuleBroken("Refunds would pass what was paid."),
    "tickets_within_seats": lambda: RuleBroken("The tour has not that many seats left."),
    "proposal_guests_overrides_within_total": lambda: RuleBroken(
        "The guests' fixed shares pass the total."
    ),
    "proposal_guests_shares_sum_to_total": lambda: RuleBroken(
        "The guests' shares do not add up to the total."
    ),
}


def refusal(error: errors.IntegrityError) -> DomainError | None:
    """The fact behind a violated constraint; None if it is nobody's fault but ours."""
    make = REFUSALS.get(error.diag.constraint_name or "")
    return make() if make else None
