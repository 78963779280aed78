"""What a constraint's name means to a caller: where database errors are translated, once."""

from collections.abc import Callable, Mapping
from typing import Final

from psycopg import errors

from domain.brands import BrandCodeTaken
from domain.errors import (
    ConflictingChange,
    DomainError,
    DriverBusy,
    EmailTaken,
    NotFound,
    PartyTooLarge,
    RuleBroken,
    VehicleBusy,
    WrongState,
)
from domain.members import BeyondOwnRights, LastOwner
from domain.offers import AlreadyOffered, OfferClosed
from domain.price_lists import CodeTaken
from domain.vehicles import NameTaken

NOT_HELD: Final = "The booking does not hold its vehicles and drivers any more. Assign them anew."

REFUSALS: Final[Mapping[str, Callable[[], DomainError]]] = {
    "blocks_vehicle_busy": VehicleBusy,
    "blocks_driver_busy": DriverBusy,
    "blocks_offset_pair_id_offset_pair_side_vehicle_id_key": VehicleBusy,
    "blocks_offset_pair_id_offset_pair_side_driver_id_key": DriverBusy,
    "blocks_pair_is_the_owners": lambda: RuleBroken("Only an owner lets two tours share a time."),
    "customers_email_key": EmailTaken,
    "customers_stay_erased": lambda: WrongState(
        "The customer was erased: nothing is known of them any more.", path="id"
    ),
    "api_keys_fit_their_apps": lambda: RuleBroken("A key is of the kind of its app, or `ci`."),
    "bookings_inquiry_id_fkey": lambda: NotFound(path="inquiryId"),
    "booking_stops_winery_id_fkey": lambda: NotFound(path="stops"),
    "booking_stops_restaurant_id_fkey": lambda: NotFound(path="stops"),
    "booking_stops_hotel_id_fkey": lambda: NotFound(path="stops"),
    "booking_stops_own_place_id_fkey": lambda: NotFound(path="stops"),
    "proposal_stops_own_place_id_fkey": lambda: NotFound(path="stops"),
    "tour_offers_booking_id_driver_id_key": AlreadyOffered,
    "tour_offers_one_search": lambda: WrongState(
        "A substitute is sought already. Wait for an answer.", path="bookingId"
    ),
    "tour_offers_transition": lambda: OfferClosed("The offer was answered already.", path="id"),
    "rate_cards_code_effective_from_key": CodeTaken,
    "tour_packages_code_effective_from_key": CodeTaken,
    "price_rules_promo_code_effective_from_key": lambda: CodeTaken("promoCode"),
    "price_rules_redemptions_left": lambda: RuleBroken(
        "More than that were redeemed already.", path="redemptionsMax"
    ),
    "bookings_party_fits_seats": lambda: PartyTooLarge(
        "The party has more guests than its vehicles have seats.", path="partySize"
    ),
    "bookings_transition": lambda: WrongState("The booking's status does not allow that."),
    "reservations_transition": lambda: WrongState("The reservation's status does not allow that."),
    "proposals_transition": lambda: WrongState("The proposal's status does not allow that."),
    "shared_tours_transition": lambda: WrongState("The tour's status does not allow that."),
    "tickets_transition": lambda: WrongState("The ticket's status does not allow that."),
    "inquiries_transition": lambda: WrongState("The inquiry's status does not allow that."),
    "bookings_confirmed_needs_deposit": lambda: WrongState(
        "A booking is confirmed by its deposit, or by a waiver with a reason."
    ),
    "bookings_block_what_they_have": lambda: WrongState(NOT_HELD),
    "bookings_come_back_with_a_van": lambda: WrongState(NOT_HELD),
    "bookings_come_back_paid": lambda: WrongState("An expired booking comes back by a payment."),
    "bookings_deposit_is_paid": lambda: RuleBroken(
        "The deposit was not paid. Record its payment, or waive it with a reason."
    ),
    "booking_vehicles_are_in_service": lambda: WrongState(
        "The vehicle is out of service. Assign another."
    ),
    "booking_stops_within_the_tour": lambda: RuleBroken(
        "A stop would be reached before the tour starts, or when it is over."
    ),
    "booking_price_lines_sum_to_total": lambda: RuleBroken(
        "The price lines do not add up to the total."
    ),
    "proposal_inclusions_line_adds_up": lambda: RuleBroken(
        "A line is not its unit times guests, days or quantity."
    ),
    "proposal_inclusions_sum_to_subtotal": lambda: RuleBroken(
        "The lines do not add up to the subtotal."
    ),
    "proposal_days_within_proposal": lambda: RuleBroken(
        "A day would lie outside of the proposal's dates."
    ),
    "proposals_phase_goes_on": lambda: WrongState("The planning does not go back."),
    "proposals_plan_is_final": lambda: WrongState("The plan is final."),
    "payments_card_is_paid_by_stripe": lambda: WrongState(
        "A card payment becomes paid by what the card network says, and by nobody's hand."
    ),
    "tickets_are_sold_in_time": lambda: WrongState("The sale of this tour has ended."),
    "tickets_are_paid_in_full": lambda: WrongState("A ticket is confirmed when it is paid."),
    "duty_entries_one_at_a_time": lambda: WrongState(
        "The driver was on duty, or at the wheel, at that time already."
    ),
    "drivers_transition": lambda: WrongState("The driver's status does not allow that."),
    "brands_code_key": BrandCodeTaken,
    "brands_are_made_by_owners": lambda: BeyondOwnRights("Only an owner makes a brand."),
    "memberships_keep_an_owner": LastOwner,
    "tenants_are_left_by_owners": lambda: BeyondOwnRights(
        "Only who owns every brand ends the company."
    ),
    "memberships_pkey": ConflictingChange,
    "staff_users_email_key": ConflictingChange,
    "identity_providers_one_key": ConflictingChange,
    "vehicles_name_key": NameTaken,
    "vehicles_transition": lambda: WrongState("The vehicle's status does not allow that."),
    "vehicles_mileage_rises": lambda: RuleBroken("A vehicle's mileage does not fall."),
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
