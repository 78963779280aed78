"""The statements that must stay fast, each with the index that it relies on."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import db
from db import statements
from db.printing import PageShape, by_column_statement, children_statement, page_statement
from db.relations import ColumnKind, Relation
from domain import booking_details
from resolvers.root import RELATIONS


def id_of(name: str) -> UUID:
    """The id that `filling.sql` gave the row of that name."""
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


BOOKING = id_of("booking1-7")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SAMPLES: Mapping[ColumnKind, Any] = {
    ColumnKind.UUID: BOOKING,
    ColumnKind.TEXT: "x",
    ColumnKind.INT: 8,
    ColumnKind.INSTANT: NOW,
    ColumnKind.DATE: date(2026, 3, 1),
    ColumnKind.BOOL: True,
    ColumnKind.TIME: time(8),
}
# A wider key that begins with the same columns serves as well as the primary key.
BY_ID: Mapping[str, str] = {
    "brand_settings": "brand_settings_id_key",
    "directory_notes": "directory_notes_place_id_id_idx",
    "directory_terms": "directory_terms_id_key",
    "proposal_days": "proposal_days_id_proposal_id_key",
}
PLACES = ("wineries", "restaurants", "hotels", "own_places")
BY_DRIVER = ("booking_drivers_driver_id_booking_id_idx", "bookings_pkey")
BY_VEHICLE = ("booking_vehicles_vehicle_id_booking_id_idx", "bookings_pkey")
BY_WINERY = ("booking_stops_winery_id_tenant_id_brand_id_idx", "bookings_pkey")
# Filters that an index serves; all others pick from the rows of the page's order.
FILTERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    **{(name, "among"): (f"{name}_pkey",) for name in PLACES},
    ("blocks", "driver_id"): ("blocks_driver_id_starts_at_ends_at_idx",),
    ("blocks", "starts_on_from"): ("blocks_starts_at_id_idx",),
    ("blocks", "starts_on_to"): ("blocks_starts_at_id_idx",),
    ("blocks", "vehicle_id"): ("blocks_vehicle_id_starts_at_ends_at_idx",),
    ("bookings", "customer_id"): ("bookings_customer_id_starts_at_idx",),
    ("bookings", "driver_id"): BY_DRIVER,
    ("bookings", "starts_on_from"): ("bookings_starts_at_id_idx",),
    ("bookings", "starts_on_to"): ("bookings_starts_at_id_idx",),
    ("bookings", "vehicle_id"): BY_VEHICLE,
    ("bookings", "winery_id"): BY_WINERY,
    ("customers", "email"): ("customers_email_key",),
    ("inquiries", "assignee_id"): ("inquiries_assignee_id_created_at_id_idx",),
    ("documents", "driver_id"): ("documents_driver_id_idx",),
    ("documents", "expires_on_from"): ("documents_runs_out_on_id_idx",),
    ("documents", "expires_on_to"): ("documents_runs_out_on_id_idx",),
    ("documents", "vehicle_id"): ("documents_vehicle_id_idx",),
    ("driver_availability", "driver_id"): ("driver_availability_driver_id_weekday_id_idx",),
    ("duty_entries", "driver_id"): ("duty_entries_driver_id_starts_at_idx",),
    ("duty_entries", "starts_on_from"): ("duty_entries_starts_at_id_idx",),
    ("duty_entries", "starts_on_to"): ("duty_entries_starts_at_id_idx",),
    ("customers", "phone"): ("customers_phone_idx",),
    ("inquiries", "created_on_from"): ("inquiries_created_at_id_idx",),
    ("inquiries", "created_on_to"): ("inquiries_created_at_id_idx",),
    ("inspections", "driver_id"): ("inspections_driver_id_idx",),
    ("inspections", "inspected_on_from"): ("inspections_inspected_at_id_idx",),
    ("inspections", "inspected_on_to"): ("inspections_inspected_at_id_idx",),
    ("inspections", "vehicle_id"): ("inspections_vehicle_id_inspected_at_idx",),
    ("payments", "booking_id"): ("payments_booking_id_customer_id_created_at_idx",),
    ("payments", "created_on_from"): ("payments_created_at_id_idx",),
    ("payments", "created_on_to"): ("payments_created_at_id_idx",),
    ("payments", "customer_id"): ("payments_customer_id_idx",),
    ("payments", "reservation_id"): ("payments_reservation_id_customer_id_idx",),
    ("proposals", "customer_id"): ("proposals_customer_id_idx",),
    ("proposal_notes", "proposal_id"): ("proposal_notes_proposal_id_created_at_idx",),
    ("proposal_versions", "proposal_id"): ("proposal_versions_number_key",),
    ("proposals", "starts_on_from"): ("proposals_starts_on_id_idx",),
    ("proposals", "starts_on_to"): ("proposals_starts_on_id_idx",),
    ("brand_settings", "begun_on"): ("brand_settings_effective_from_id_idx",),
    ("price_rules", "promo_code"): ("price_rules_promo_code_effective_from_key",),
    ("rate_cards", "code"): ("rate_cards_code_effective_from_key",),
    ("reservations", "customer_id"): ("reservations_customer_id_idx",),
    ("reservations", "number"): ("reservations_number_key",),
    ("reservations", "preferred_on_from"): ("reservations_preferred_on_id_idx",),
    ("reservations", "preferred_on_to"): ("reservations_preferred_on_id_idx",),
    ("tasks", "assignee_id"): ("tasks_assignee_id_due_at_id_idx",),
    ("tour_offers", "booking_id"): ("tour_offers_booking_id_idx",),
    ("tour_offers", "driver_id"): ("tour_offers_driver_id_created_at_idx",),
    ("shared_tours", "driver_id"): (
        "shared_tour_drivers_driver_id_shared_tour_id_idx",
        "shared_tours_pkey",
    ),
    ("shared_tours", "starts_on_from"): ("shared_tours_starts_at_id_idx",),
    ("shared_tours", "starts_on_to"): ("shared_tours_starts_at_id_idx",),
    ("tasks", "due_on_from"): ("tasks_due_at_id_idx",),
    ("tasks", "due_on_to"): ("tasks_due_at_id_idx",),
    ("tasks", "subject_id"): ("tasks_subject_id_idx",),
    ("tour_packages", "code"): ("tour_packages_code_effective_from_key",),
    ("vehicles", "seats_at_least"): ("vehicles_seats_id_idx",),
}
PICKED: Mapping[str, str] = {
    "text": "a part of a word; not leakproof, bounded by the brand's own rows",
    "status": "several words of few; the page's order comes first and stops at its limit",
    "source": "several words of few; the page's order comes first and stops at its limit",
    "kind": "several words of few; the page's order comes first and stops at its limit",
    "method": "several words of few; the page's order comes first and stops at its limit",
    "in_force_on": "most rows have begun; the page's order comes first and stops at its limit",
    "vip": "yes or no; the page's order comes first and stops at its limit",
    "member": "yes or no; the page's order comes first and stops at its limit",
    "mine": "yes or no; the page's order comes first and stops at its limit",
    "critical": "yes or no; the page's order comes first and stops at its limit",
    "live": "yes or no; the page's order comes first and stops at its limit",
    "running": "yes or no; the page's order comes first and stops at its limit",
    "archived": "yes or no; the page's order comes first and stops at its limit",
    "tag": "a word of a short list; the page's order comes first and stops at its limit",
    "featured": "yes or no; the page's order comes first and stops at its limit",
    "hidden": "yes or no; the page's order comes first and stops at its limit",
    "open": "yes or no; the page's order comes first and stops at its limit",
    "apart": "all but a few that a brand marks; the page's order is walked past them",
    "ava": "a directory of some hundred rows, in the page's order",
    "lunch_partner": "a directory of some hundred rows, in the page's order",
}
# What a picked row is compared with besides itself, by which index.
BESIDE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("proposals", "text"): ("customers_pkey",),
    ("reservations", "text"): ("customers_pkey",),
    ("staff_users", "member"): ("memberships_tenant_id_staff_user_id_idx",),
}
YES_OR_NO = {
    "archived",
    "critical",
    "featured",
    "hidden",
    "live",
    "lunch_partner",
    "member",
    "mine",
    "open",
    "running",
    "vip",
}
ORDER_OF_FILTER = {("vehicles", "seats_at_least"): "SEATS_ASC"}
UNIQUE: Mapping[tuple[str, str], str] = {
    ("bookings", "number"): "bookings_number_key",
    ("customers", "email"): "customers_email_key",
    ("proposals", "number"): "proposals_number_key",
    ("reservations", "number"): "reservations_number_key",
    ("tickets", "number"): "tickets_number_key",
    ("wineries", "slug"): "wineries_slug_key",
    ("directory_notes", "place_id"): "directory_notes_place_id_id_idx",
}
EDGES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("bookings", "payments"): ("payments_booking_id_customer_id_created_at_idx",),
    ("bookings", "stops"): ("booking_stops_position_key",),
    ("bookings", "price_lines"): ("booking_price_lines_position_key",),
    ("bookings", "vehicles"): ("booking_vehicles_pkey", "vehicles_pkey"),
    ("bookings", "drivers"): ("booking_drivers_pkey", "drivers_pkey"),
    ("payments", "refunds"): ("refunds_payment_id_idx",),
    ("proposals", "bookings"): ("bookings_proposal_id_idx",),
    ("proposals", "days"): ("proposal_days_position_key",),
    ("proposals", "guests"): ("proposal_guests_position_key",),
    ("proposals", "inclusions"): ("proposal_inclusions_position_key",),
    ("proposals", "payments"): ("payments_proposal_id_customer_id_idx",),
    ("proposal_days", "stops"): ("proposal_stops_position_key",),
    ("shared_tours", "drivers"): ("shared_tour_drivers_pkey", "drivers_pkey"),
    ("shared_tours", "tickets"): ("tickets_shared_tour_id_idx",),
    ("tickets", "payments"): ("payments_ticket_id_customer_id_idx",),
    ("tickets", "sold_together"): ("tickets_sale_id_created_at_id_idx",),
    ("reservations", "payments"): ("payments_reservation_id_customer_id_idx",),
}
STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "booking_states.extend_hold": ("bookings_pkey",),
    "booking_states.lock_checkout": ("bookings_pkey",),
    "booking_states.state": ("bookings_pkey",),
    "booking_states.extend_blocks": ("blocks_brand_id_booking_id_idx",),
    "booking_states.keep_blocks": ("blocks_brand_id_booking_id_idx",),
    "booking_states.release_blocks": ("blocks_brand_id_booking_id_idx",),
    "buyers.contact_of_customer": ("customers_pkey",),
    "reservations.hand_over_payments": ("payments_reservation_id_customer_id_idx",),
    "reservations.lock_reservation": ("reservations_pkey",),
    "reservations.look_at_reservation": ("reservations_pkey",),
    "reservations.paid_for_reservation": (
        "payments_reservation_id_customer_id_idx",
        "refunds_payment_id_idx",
    ),
    "reservations.receipt_of_reservation": ("reservations_pkey",),
    "reservations.run_out_reservations": ("reservations_consult_by_id_idx",),
    "reservations.look_at_own_reservation": ("reservations_pkey",),
    "reservations.update_internals": ("reservations_pkey",),
    "reservations.update_reservation": ("reservations_pkey",),
    "sales.held_since": ("bookings_pkey", "brand_settings_pkey"),
    "sales.selling_terms": ("brand_settings_pkey", "tenants_pkey"),
    "booking_details.lock_details": ("bookings_pkey",),
    "booking_details.update_details": ("bookings_pkey",),
    "assignments.delete_driver": ("booking_drivers_driver_id_booking_id_idx",),
    "assignments.delete_vehicle": ("booking_vehicles_vehicle_id_booking_id_idx",),
    "assignments.lock_tour": ("bookings_pkey",),
    "assignments.release_block": ("blocks_brand_id_booking_id_idx",),
    "assignments.tour": (
        "bookings_pkey",
        "booking_stops_position_key",
        "booking_vehicles_pkey",
        "booking_drivers_pkey",
    ),
    "assignments.update_state": ("bookings_pkey",),
    "bookings.lock_booking": ("bookings_pkey",),
    "bookings.move_blocks": ("blocks_brand_id_booking_id_idx",),
    "bookings.move_stops": ("booking_stops_position_key", "bookings_pkey"),
    "bookings.resources_of_booking": ("blocks_brand_id_booking_id_idx",),
    "bookings.update_times": ("bookings_pkey",),
    "blocks.find_block": ("blocks_pkey",),
    "blocks.update_block": ("blocks_pkey",),
    "brands.operating_hours": ("brand_settings_pkey", "tenants_pkey"),
    "brands.number_prefix": ("brand_settings_pkey",),
    "conversions.link_booking": ("bookings_pkey",),
    "conversions.link_proposal": ("proposals_pkey",),
    "conversions.link_reservation": ("reservations_pkey",),
    "conversions.lock_converted_booking": ("bookings_pkey",),
    "conversions.lock_converted_proposal": ("proposals_pkey",),
    "conversions.lock_converted_reservation": ("reservations_pkey",),
    "compliance.drivers_facts": (
        "drivers_pkey",
        "documents_driver_id_idx",
        "driver_availability_driver_id_weekday_id_idx",
    ),
    "boarding.boarding_ticket": ("tickets_pkey",),
    "compliance.working_hours": ("driver_availability_driver_id_weekday_id_idx",),
    "compliance.time_off": ("blocks_driver_id_starts_at_ends_at_idx",),
    "compliance.van_of_shared_tour": ("shared_tours_pkey", "vehicles_pkey"),
    "compliance.duty_entries": ("duty_entries_driver_id_starts_at_idx",),
    "compliance.vans_of_tour": (
        "booking_vehicles_pkey",
        "vehicles_pkey",
        "documents_vehicle_id_idx",
    ),
    "compliance.vehicle_facts": ("vehicles_pkey", "documents_vehicle_id_idx"),
    "customer_mails.sent_proposal": ("proposals_pkey", "customers_pkey"),
    "customer_mails.reminder": ("bookings_pkey", "customers_pkey", "booking_stops_position_key"),
    "customer_mails.called_off": ("bookings_pkey", "customers_pkey"),
    "customer_mails.new_time": ("bookings_pkey", "customers_pkey"),
    "customer_merges.move_bookings": ("bookings_customer_id_starts_at_idx",),
    "customer_merges.move_inquiries": ("inquiries_customer_id_idx",),
    "customer_merges.move_payments": ("payments_pkey",),
    "customer_merges.move_proposals": ("proposals_customer_id_idx",),
    "customer_merges.move_reservations": ("reservations_customer_id_idx",),
    "customer_merges.move_tasks": ("tasks_subject_id_idx",),
    "customer_merges.move_tickets": ("tickets_customer_id_idx",),
    "customer_merges.payments_of_customer": ("payments_customer_id_idx",),
    "customers.lifetimes": (
        "bookings_customer_id_starts_at_idx",
        "payments_customer_id_idx",
        "refunds_payment_id_idx",
    ),
    "customers.lock_customers": ("customers_pkey",),
    "customers.unknown_wineries": ("wineries_pkey",),
    "customers.update_customer": ("customers_pkey",),
    "history.changes_after": ("events_entity_id_id_idx", "event_personal_values_pkey"),
    "history.histories": ("events_entity_id_id_idx", "event_personal_values_pkey"),
    "history.changes_since": ("events_entity_id_id_idx", "event_personal_values_pkey"),
    "links.link_of_object": ("links_object_id_created_at_idx",),
    "links.revoke_links": ("links_object_id_created_at_idx",),
    "inquiries.lock_inquiry": ("inquiries_pkey",),
    "inquiries.lock_own_inquiry": ("inquiries_pkey",),
    "inquiries.withdraw_inquiry": ("inquiries_pkey",),
    "inquiries.number_of_inquiry": ("inquiries_pkey",),
    "inquiries.step_inquiry": ("inquiries_pkey",),
    "inquiries.update_inquiry": ("inquiries_pkey",),
    "itineraries.itinerary_changed": ("bookings_pkey",),
    "itineraries.known_places": (
        *("wineries_pkey", "restaurants_pkey", "hotels_pkey"),
        "own_places_pkey",
    ),
    "itineraries.lock_itinerary": ("bookings_pkey",),
    "itineraries.lock_stops": ("booking_stops_position_key",),
    "itineraries.remove_stops": ("booking_stops_position_key",),
    "offers.answer_offer": ("tour_offers_pkey",),
    "offers.drivers_at_work": ("drivers_pkey",),
    "offers.expire_offers": ("tour_offers_expires_at_idx",),
    "offers.lock_offer": ("tour_offers_pkey",),
    "offers.withdraw_offers": ("tour_offers_booking_id_driver_id_key",),
    "brand_settings.settings_row": ("brand_settings_id_key", "brand_settings_pkey"),
    "brand_settings.update_settings": ("brand_settings_id_key",),
    "price_lists.beside_price_rules": ("price_rules_promo_code_effective_from_key",),
    "price_lists.beside_tour_packages": ("tour_packages_code_effective_from_key",),
    "price_lists.end_price_rules": ("price_rules_pkey",),
    "price_lists.end_rate_cards": ("rate_cards_pkey",),
    "price_lists.end_tour_packages": ("tour_packages_pkey",),
    "price_lists.lock_price_rules": ("price_rules_pkey",),
    "price_lists.lock_rate_cards": ("rate_cards_pkey",),
    "price_lists.lock_tour_packages": ("tour_packages_pkey",),
    "price_lists.update_price_rules": ("price_rules_pkey",),
    "price_lists.update_rate_cards": ("rate_cards_pkey",),
    "price_lists.update_tour_packages": ("tour_packages_pkey",),
    "drivers.driver_status": ("drivers_pkey",),
    "drivers.lock_driver": ("drivers_pkey",),
    "drivers.update_driver": ("drivers_pkey",),
    "drivers.update_working_day": ("driver_availability_pkey",),
    "drivers.working_day": ("driver_availability_driver_id_weekday_id_idx",),
    "duty.end_entry": ("duty_entries_pkey",),
    "duty.running_entries": ("duty_entries_driver_id_starts_at_idx",),
    "manifests.names_of_drivers": ("drivers_pkey",),
    "manifests.phones_of_tours": ("bookings_pkey",),
    "manifests.stops_of_tours": ("booking_stops_position_key",),
    "manifests.tours_of_day": ("bookings_starts_at_id_idx", "booking_drivers_pkey"),
    "manifests.shared_tours_of_day": (
        "shared_tours_starts_at_id_idx",
        "shared_tour_drivers_pkey",
        "vehicles_pkey",
    ),
    "manifests.vehicles_of_tours": ("booking_vehicles_pkey", "vehicles_pkey"),
    "places.kind_of_place": (
        *("wineries_pkey", "restaurants_pkey", "hotels_pkey"),
        "own_places_pkey",
    ),
    "places.lock_note": ("directory_notes_place_id_id_idx",),
    "places.lock_place": ("own_places_pkey",),
    "places.lock_terms": ("directory_terms_place_id_id_idx",),
    "places.marks": ("directory_notes_place_id_id_idx",),
    "places.update_note": ("directory_notes_place_id_id_idx",),
    "places.update_place": ("own_places_pkey",),
    "places.update_terms": ("directory_terms_place_id_id_idx",),
    "papers.lock_paper": ("documents_pkey",),
    "papers.renew_paper": ("documents_pkey",),
    "parties.free_vans": ("blocks_brand_id_booking_id_idx",),
    "parties.lock_sold": ("bookings_pkey", "booking_price_lines_position_key"),
    "parties.remove_lines": ("booking_price_lines_position_key",),
    "parties.update_party": ("bookings_pkey",),
    "parties.vans_of_booking": ("booking_vehicles_pkey", "vehicles_pkey", "bookings_pkey"),
    "prices.price_book": (
        "brand_settings_pkey",
        "rate_cards_effective_from_id_idx",
        "tour_packages_code_effective_from_key",
        "price_rules_effective_from_id_idx",
    ),
    "proposal_notes.proposal_is_there": ("proposals_pkey",),
    "proposal_plans.delete_days": ("proposal_days_position_key",),
    "proposal_plans.delete_stops": ("proposal_stops_proposal_id_day_id_idx",),
    "proposal_plans.plan": ("proposal_days_position_key", "proposal_stops_position_key"),
    "proposal_prices.delete_guests": ("proposal_guests_position_key",),
    "proposal_prices.delete_lines": ("proposal_inclusions_position_key",),
    "proposal_prices.guests": ("proposal_guests_position_key",),
    "proposal_prices.lines": ("proposal_inclusions_position_key",),
    "proposal_versions.two_versions": ("proposal_versions_number_key",),
    "payments.lock_proposal_to_pay": ("proposals_pkey",),
    "payments.paid_for_proposal": (
        "payments_proposal_id_customer_id_idx",
        "refunds_payment_id_idx",
    ),
    "proposals.address_of_client": ("proposals_pkey", "customers_pkey"),
    "proposals.known_customer": ("customers_pkey",),
    "proposals.lock_offer": ("proposals_pkey",),
    "proposals.lock_proposal": ("proposals_pkey",),
    "proposals.deposit_received_at": ("payments_proposal_id_customer_id_idx",),
    "proposals.receive_deposits": ("bookings_proposal_id_idx",),
    "proposals.see_offer": ("proposals_pkey",),
    "proposals.run_out": ("proposals_valid_until_id_idx",),
    "proposals.terms_of_drafts": ("brand_settings_pkey",),
    "purges.purge_idempotency_records": ("idempotency_records_expires_at_idx",),
    "shared_tours.fares_by_day": ("tour_packages_code_effective_from_key",),
    "shared_tours.hours_by_day": ("brand_settings_pkey", "tenants_pkey"),
    "shared_tours.lock_tour": ("shared_tours_pkey",),
    "shared_tours.move_block": ("blocks_brand_id_shared_tour_id_idx",),
    "shared_tours.read_tour": ("shared_tours_pkey",),
    "shared_tours.release_block": ("blocks_brand_id_shared_tour_id_idx",),
    "shared_tours.scheduled_at": ("shared_tours_starts_at_id_idx",),
    "shared_tours.seats_of_van": ("vehicles_pkey",),
    "shared_tours.update_tour": ("shared_tours_pkey",),
    "shared_tours.drivers_of_tour": ("shared_tour_drivers_pkey",),
    "shared_tours.resources_of_tour": ("shared_tours_pkey", "shared_tour_drivers_pkey"),
    "shared_tour_drivers.block_driver": ("shared_tours_pkey", "tenants_pkey"),
    "shared_tour_drivers.delete_driver": ("shared_tour_drivers_driver_id_shared_tour_id_idx",),
    "shared_tour_drivers.move_drivers": ("blocks_brand_id_shared_tour_id_idx",),
    "shared_tour_drivers.release_driver": ("blocks_driver_id_starts_at_ends_at_idx",),
    "tickets.customer_is_there": ("customers_pkey",),
    "tickets.expired_tickets": ("tickets_hold_expires_at_idx",),
    "tickets.insert_ticket_payment": ("tickets_pkey",),
    "tickets.lock_live_tickets": ("tickets_shared_tour_id_idx",),
    "tickets.lock_ticket": ("tickets_pkey",),
    "tickets.number_prefix": ("brand_settings_pkey",),
    "tickets.paid_for_ticket": ("payments_ticket_id_customer_id_idx",),
    "tickets.refundable": ("payments_ticket_id_customer_id_idx", "refunds_payment_id_idx"),
    "tickets.tour_of_ticket": ("tickets_pkey",),
    "tickets.update_ticket_status": ("tickets_pkey",),
    "statistics.bookings_by_creation": ("bookings_created_at_id_idx",),
    "statistics.bookings_by_tour_day": ("bookings_starts_at_id_idx",),
    "statistics.inquiries_by_creation": ("inquiries_created_at_id_idx",),
    "statistics.proposals_by_creation": ("proposals_created_at_id_idx",),
    "statistics.proposals_by_tour_day": ("proposals_starts_on_id_idx",),
    "reopening.lock_closed": ("bookings_pkey",),
    "reopening.reopen_booking": ("bookings_pkey",),
    "reopening.assigned_to_booking": ("booking_vehicles_pkey", "booking_drivers_pkey"),
    "schedules.advance_schedule": ("schedules_pkey",),
    "schedules.disable_schedule": ("schedules_pkey",),
    "schedules.lock_due_schedule": ("schedules_pkey",),
    "transfers.allowance_of_guest": ("bookings_pkey",),
    "transfers.lock_owned": ("bookings_pkey",),
    "transfers.sold_tour": ("bookings_pkey",),
    "transfers.spend_move": ("bookings_pkey",),
    "transfers.transfer_booking": ("bookings_pkey",),
    "tasks.is_member": ("memberships_tenant_id_staff_user_id_idx", "staff_users_pkey"),
    "tasks.lock_open_tasks": ("tasks_subject_id_idx",),
    "tasks.lock_task": ("tasks_pkey",),
    "tasks.subject_exists": ("bookings_pkey", "customers_pkey", "reservations_pkey"),
    "tasks.settle_tasks": ("tasks_subject_id_idx",),
    "tasks.update_task": ("tasks_pkey",),
    "tours.lock_stops": ("booking_stops_position_key",),
    "tours.tour_of_the_day": ("bookings_pkey",),
    "tours.update_arrival": ("booking_stops_position_key",),
    "tours.update_departure": ("booking_stops_position_key",),
    "sealed_secrets.forget_secret": ("sealed_secrets_pkey",),
    "sealed_secrets.reseal_secret": ("sealed_secrets_pkey",),
    "guest_sessions.use_code_of_customer": ("customer_codes_id_idx",),
    "guest_sessions.revoke_session_of_customer": ("customer_sessions_id_idx",),
    "guest_sessions.use_code_of_driver": ("driver_codes_id_idx",),
    "guest_sessions.revoke_session_of_driver": ("driver_sessions_id_idx",),
    "sign_in.take_turn": ("staff_sessions_id_idx",),
    "sign_in.revoke_session": ("staff_sessions_id_idx",),
    "sign_in.revoke_sessions_of": ("staff_sessions_staff_user_id_created_at_idx",),
    "sign_in.password_as_seen": ("staff_passwords_pkey",),
    "sign_in.use_codes_of": ("staff_codes_staff_user_id_idx",),
    "sign_in.use_code": ("staff_codes_staff_user_id_idx",),
    "api_keys.lock_app": ("apps_pkey",),
    "api_keys.update_app": ("apps_pkey",),
    "api_keys.lock_key": ("api_keys_pkey",),
    "api_keys.end_key": ("api_keys_pkey",),
    "vehicles.lock_vehicle": ("vehicles_pkey",),
    "vehicles.seen_vehicle": ("vehicles_pkey",),
    "vehicles.update_vehicle": ("vehicles_pkey",),
    # The last, for it is run, and what is confirmed is not pencilled in again.
    "reservations.confirm_converted_booking": ("bookings_pkey",),
}
SLUGS = ("tenants_slug_key", "brands_code_key")
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "callers.brand_by_code": SLUGS,
    "callers.caller_by_customer": (*SLUGS, "customers_pkey"),
    "callers.caller_by_driver": (*SLUGS, "drivers_pkey"),
    "callers.caller_by_key": ("api_keys_key_hash_idx", "tenants_pkey", "apps_pkey"),
    "callers.caller_by_link": ("links_id_idx", "tenants_pkey"),
    "callers.caller_by_member": (*SLUGS, "staff_users_pkey"),
    "sealed_secrets.open_secret": ("sealed_secrets_pkey",),
    "sealed_secrets.sealed_by": ("sealed_secrets_key_id_id_idx",),
    "guest_sessions.customer_by_email": (*SLUGS, "customers_email_key"),
    "guest_sessions.driver_by_email": ("tenants_slug_key", "drivers_email_idx"),
    "guest_sessions.guest_by_code": ("customer_codes_id_idx", "driver_codes_id_idx"),
    "guest_sessions.guest_by_try": (
        "driver_codes_id_idx",
        "driver_codes_driver_id_created_at_idx",
    ),
    "guest_sessions.guest_by_session": ("customer_sessions_id_idx", "driver_sessions_id_idx"),
    "sign_in.member_by_email": ("tenants_slug_key", "staff_users_email_key"),
    "sign_in.member_by_session": ("staff_sessions_id_idx", "staff_users_pkey"),
    "sign_in.member_by_code": ("staff_codes_id_idx", "staff_users_pkey"),
    "callers.origin_is_known": ("websites_origin_idx", "tenants_pkey"),
    "events.claim_outbox": ("outbox_event_id_idx",),
    "events.forget_relayed": ("outbox_event_id_idx",),
    "manifests.phones_on_the_day": ("bookings_pkey",),
    "manifests.parties_of_shared_tours": ("tickets_shared_tour_id_idx", "customers_pkey"),
    "blocks.give_back_time_off": ("blocks_pkey",),
    "inspections.take_in_inspection": ("inspections_pkey", "vehicles_pkey"),
    "fleet.fleet_busy_times": ("blocks_vehicle_busy",),
    "fleet.release_expired_holds": ("blocks_vehicle_busy",),
    "prices.promo_of_booking": ("promo_redemptions_pkey", "price_rules_pkey"),
    "prices.redeem_promo": (
        "promo_redemptions_pkey",
        "price_rules_promo_code_effective_from_key",
    ),
    "tickets.queue_for_seats": ("shared_tours_pkey", "tickets_shared_tour_id_idx"),
    "tickets.seats_left": ("shared_tours_pkey", "tickets_shared_tour_id_idx"),
    "prices.return_promo": ("promo_redemptions_pkey", "price_rules_pkey"),
    "schedules.due_schedules": ("schedules_next_run_at_idx", "brands_pkey", "tenants_pkey"),
    "compliance.planned_duty": (
        "blocks_driver_id_starts_at_ends_at_idx",
        "bookings_pkey",
        "booking_stops_position_key",
        "shared_tours_pkey",
    ),
    "tours.readiness": (
        "booking_vehicles_pkey",
        "booking_drivers_pkey",
        "vehicles_pkey",
        "drivers_pkey",
        "inspections_vehicle_id_inspected_at_idx",
        "duty_entries_driver_id_starts_at_idx",
    ),
    "tours.run_tour": ("bookings_pkey",),
    "busy_periods": (
        "blocks_vehicle_id_starts_at_ends_at_idx",
        "blocks_driver_id_starts_at_ends_at_idx",
    ),
}
BUSY = (
    "select vehicle_id, driver_id, starts_at, ends_at"
    " from busy_periods(%(vehicles)s, %(drivers)s, %(starts_at)s, %(ends_at)s)"
)
COLD: Mapping[str, str] = {
    "booking_states.paid_for_booking": "one booking's payments and its proposal's, each by its key",
    "booking_states.cancel_booking": "one booking by its key, as `extend_hold`; no sample fits",
    "booking_states.confirm_booking": "one booking by its key, as `extend_hold`; no sample fits",
    "booking_states.check_out": "one booking by its key, as `extend_hold`; no sample fits",
    "booking_states.receive_deposit": "one booking by its key, as `extend_hold`; no sample fits",
    "booking_states.set_state": "one booking by its key, as `extend_hold`; no sample fits",
    "payments.insert_payment": "an insert",
    "parties.leave_vans": "the few vans of one booking, by its key or by theirs",
    "purges.purge_sessions": "one operator's sessions, once a night",
    "purges.purge_codes": "one operator's codes, once a night",
    "sealed_secrets.seal_secret": "an insert",
    "sealed_secrets.sealing_keys": "all secrets, counted by an operator's command",
    "purges.purge_customer_sessions": "one brand's sessions, once a night",
    "purges.purge_customer_codes": "one brand's attempts, once a night",
    "purges.purge_driver_sessions": "one operator's sessions, once a night",
    "purges.purge_driver_codes": "one operator's attempts, once a night",
    "sign_in.insert_session": "an insert",
    "guest_sessions.insert_code_of_customer": "an insert",
    "guest_sessions.take_turn_of_customer": "one session by its key, as its owner alone may",
    "guest_sessions.insert_code_of_driver": "an insert",
    "guest_sessions.take_turn_of_driver": "one session by its key, as its owner alone may",
    "guest_sessions.insert_session_of_customer": "an insert",
    "guest_sessions.insert_session_of_driver": "an insert",
    "guest_sessions.code_of_customer_to_mail": "one code by its key, as a worker reads it",
    "guest_sessions.code_of_driver_to_mail": "one code by its key, as a worker reads it",
    "sign_in.code_to_mail": "one code by its key, as a worker reads it",
    "sign_in.insert_code": "an insert",
    "sign_in.set_password": "an insert that finds its conflict by the primary key",
    "sales.insert_booking": "an insert",
    "sales.insert_parts": "inserts, for one booking by its key",
    "assignments.free_vans": "all vans of one operator, with one call for their busy times",
    "assignments.insert_block": "an insert, by the key of its booking",
    "assignments.insert_driver": "an insert",
    "assignments.insert_vehicle": "an insert",
    **dict.fromkeys(
        (
            "proposal_notes.insert_note",
            "proposal_plans.insert_days",
            "proposal_plans.insert_stops",
            "proposal_prices.insert_lines",
            "proposals.insert_proposal",
        ),
        "an insert",
    ),
    **dict.fromkeys(
        (
            "proposals.sign",
            "proposals.update_answer",
            "proposals.update_life",
            "proposals.update_proposal",
        ),
        "one row by primary key, locked by now",
    ),
    "proposal_plans.known_places": "the directory's few rows by primary key, for an edit",
    "proposal_prices.upsert_guests": "an insert that finds its conflict by the primary key",
    "proposal_versions.freeze_version": "one proposal with its children, at each sending",
    "brand_settings.insert_settings": "an insert",
    "brand_settings.lock_brand": "one of the few brands of a tenant",
    "blocks.insert_block": "an insert",
    "blocks.take_time_off": "an insert",
    "brands.brand_facts": "one of the few brands of a tenant",
    "counters.next_number": "an insert that finds its conflict by the primary key",
    "credentials.demo_customer": "the command line, on demo data",
    "credentials.demo_driver": "the command line, on demo data",
    "credentials.demo_owner": "the command line, on demo data",
    "credentials.demo_staff": "the command line, on demo data",
    "credentials.first_app": "the command line, on demo data",
    "credentials.insert_demo_app": "the command line, on demo data",
    "api_keys.insert_app": "an insert",
    "api_keys.insert_key": "an insert",
    "credentials.insert_key": "an insert",
    "credentials.is_development": "a table of one row",
    "buyers.customer_for": "an insert that finds its conflict by the address's key",
    "drivers.insert_driver": "an insert",
    "drivers.working_drivers": "the drivers of one operator, who has a few dozen",
    "drivers.insert_working_day": "an insert",
    "duty.insert_entry": "an insert",
    "customers.insert_customer": "an insert",
    "events.append_alike": "an insert",
    "events.drops_told": "a table of what was changed in the last seconds",
    "events.append_event": "an insert",
    "events.outbox_backlog": "a scraper, at most once in a few seconds",
    "events.pending_drops": "a table of what was changed in the last seconds",
    "fleet.claim_free_vans": "locks, then the few vans of a tenant by their busy times",
    "fleet.lock_resources": "no table: advisory locks",
    "idempotency.begin_once": "one look-up by primary key, behind the lock of the key",
    "idempotency.keep_answer": "an insert that finds its conflict by the primary key",
    "inquiries.insert_inquiry": "an insert",
    "inspections.insert_inspection": "an insert",
    "installation.has_role": "the catalogue of roles",
    "installation.revision": "a table of one row",
    "installation.worker_seen": "the queue's own table, a row a worker",
    "links.insert_link": "an insert",
    "job_queue.dead_jobs": "the queue's own table and indexes, on the command line",
    "job_queue.forget_done": "the queue's own table and indexes, once a day",
    "job_queue.free_name": "the queue's own table and indexes",
    "job_queue.names_of_brand": "one of the few brands of a tenant",
    "job_queue.queue_depth": "a scraper, at most once in a few seconds",
    "job_queue.rescue_stalled": "the queue's own table and indexes",
    "job_queue.retry_job": "the queue's own table and indexes, on the command line",
    "job_queue.working_brand": "one of the few brands of a tenant",
    "itineraries.write_stops": "an insert that finds its conflict by the primary key",
    "shared_tour_drivers.insert_driver": "an insert",
    "shared_tours.insert_block": "an insert",
    "shared_tours.pause": "the one row of a tenant",
    "shared_tours.insert_tour": "an insert",
    "shared_tours.vans_and_their_times": "all vans of one operator, who has a few dozen",
    "shared_tours.vans_in_service": "all vans of one operator, who has a few dozen",
    "tickets.insert_ticket": "an insert",
    "price_lists.beside_rate_cards": "a brand's few hundred rates, when one is edited",
    "price_lists.insert_price_rules": "an insert",
    "price_lists.insert_rate_cards": "an insert",
    "price_lists.insert_tour_packages": "an insert",
    "price_lists.lock_prices": "one of the few brands of a tenant",
    "papers.insert_paper": "an insert",
    "places.insert_note": "an insert that finds its conflict by the primary key",
    "places.insert_place": "an insert",
    "places.insert_terms": "an insert that finds its conflict by the primary key",
    "vehicles.insert_vehicle": "an insert",
    "jobs.enqueue_job": "an insert, by the queue's own function",
    "reservations.insert_reservation": "an insert",
    "reservations.make_reservation": "an insert",
    "tasks.insert_given_task": "an insert",
    "parties.insert_lines": "an insert",
    "parties.seat_guests": "an insert that finds its conflict by the primary key",
    "parties.take_vans": "an insert, of a booking by its primary key",
    "reopening.block_again": "an insert, of a booking by its primary key",
    "tasks.insert_task": "an insert",
    "boarding.board_ticket": "one ticket by its key and version, in a function",
    "compliance.busy_drivers": "busy times of drivers, in a function of its own",
    "offers.ask_for_substitute": "a driver's own function; the drivers of one operator",
    "offers.insert_offers": "an insert, by the key of its booking",
    "offers.offered_tour": "a driver's own function, which reads as `assignments.tour` does",
    "offers.take_offered_tour": "a driver's own function, which writes by primary keys",
}
# Indexes that no statement uses yet: their readers are described in docs/domain.md.
AWAITED: Mapping[str, str] = {
    "blocks_expires_at_idx": "the sweep of holds that ran out",
    "documents_expires_on_id_idx": "the daily warning of papers that run out",
    "events_occurred_at_id_idx": "the purge of events after seven years",
    "invoices_issued_on_id_idx": "the list of invoices",
}
PARAMS: Mapping[str, Any] = {
    "alternate_on": None,
    "key_id": "key1",
    "box": b"sealed",
    "cancel_reason": None,
    "cancelled_at": None,
    "deposit_cents": 25000,
    "preferred_on": date(2026, 3, 1),
    "received_at": NOW,
    "refund_due_cents": None,
    "expires_at": None,
    "contact_email": None,
    "mode": "live",
    "label": "x",
    "prefix": "tbsk_live_abcd",
    "last_four": "abcd",
    "replaced_by": None,
    "revoked_at": None,
    "scopes": None,
    "pickup": None,
    "dropoff": None,
    "special_requests": None,
    "accepted_at": NOW,
    "assignee_id": None,
    "customer_id": id_of("customer1-7"),
    "done_at": None,
    "done_by_id": None,
    "due_at": NOW,
    "inquiry_id": id_of("inquiry1-7"),
    "kind": "x",
    "lost_reason": None,
    "message": "x",
    "party_size": 4,
    "status": "contacted",
    "subject_id": BOOKING,
    "tour_type": "wine_tour",
    "wished_on": date(2026, 3, 1),
    **dict.fromkeys(booking_details.FIELDS),
    "after": None,
    "archived_at": None,
    "at": NOW,
    "batch": 20,
    "subtotal_cents": 57000,
    "discount_cents": 0,
    "tax_cents": 5187,
    "total_cents": 62187,
    "deposit_received_at": None,
    "guest_moves": 1,
    "blocked_until": NOW + timedelta(hours=7),
    "booking_id": BOOKING,
    "ids": [BOOKING],
    "next_status": "pending",
    "no_show": False,
    "position": 1,
    "reason": None,
    "replaces_driver_id": None,
    "resource_id": BOOKING,
    "seen": 1,
    "vehicle_id": BOOKING,
    "brand": "b1",
    "brands": [1],
    "numbers": [1, 2],
    "proposal_id": BOOKING,
    "staying": [BOOKING],
    "day": date(2026, 3, 1),
    "customer": BOOKING,
    "consents": "{}",
    **dict.fromkeys(("contact_name", "contact_email", "contact_phone", "sold_as")),
    "kinds": ["refund"],
    "drivers": [BOOKING],
    "hotels": [BOOKING],
    "own_places": [BOOKING],
    "restaurants": [BOOKING],
    "stops": [BOOKING],
    "wineries": [BOOKING],
    "email": "x@example.com",
    "ends_at": NOW + timedelta(hours=6),
    "events": [BOOKING],
    "gone": id_of("customer1-7"),
    "id": BOOKING,
    "internal_notes": None,
    "kept": id_of("customer1-8"),
    "keys": [id_of("customer1-7")],
    "key_hash": b"x" * 32,
    "session": None,
    "changed_at": NOW,
    "presented": id_of("code"),
    "staff": id_of("staff"),
    "turn": 1,
    "lease": timedelta(minutes=1),
    "link": id_of("linkx"),
    "object_id": BOOKING,
    "merged_into_id": None,
    "most": 301,
    "name": "x",
    "website": None,
    "address": None,
    "note": None,
    "remark": None,
    "hidden": False,
    "featured": True,
    "commission_ppm": 1,
    "place_id": BOOKING,
    "place_kind": "winery",
    "next_run_at": NOW,
    "now": NOW,
    "offset_pair_id": None,
    "offset_pair_side": None,
    "origin": "https://www.example.com",
    "phone": None,
    "code": "code-1",
    "preferences": "{}",
    "promo": "PROMO-1",
    **dict.fromkeys(("reason", "make", "model", "year", "vehicle_type", "mileage", "reference")),
    **dict.fromkeys(("from_local", "to_local", "expires_on")),
    "driver_id": BOOKING,
    "seats": 14,
    "weekday": 1,
    "released_at": NOW,
    "since": NOW,
    "size": 21,
    "today": date(2026, 3, 1),
    "until": NOW + timedelta(days=31),
    "starts_at": NOW,
    "subject": BOOKING,
    "stripe_customer_id": None,
    "tags": [],
    "tenant": "one",
    "tenants": [1],
    "vehicles": [BOOKING],
    "version": 2,
    "starts": [NOW],
    "tickets": [BOOKING],
    "tour": BOOKING,
    "driver": BOOKING,
    "tours": [BOOKING],
    "free_at": NOW + timedelta(hours=7),
    "title": "x",
    "guests_min": 2,
    "guests_max": 14,
    "seat_cents": 9500,
    "seat_with_lunch_cents": 11500,
    "sales_close_at": NOW,
    "cancel_until": NOW,
    "payment": BOOKING,
    "method": "cash",
    "cents": 1,
    "reference": "x",
    "first": date(2026, 3, 1),
    "last": date(2026, 3, 31),
    "codes": ["code-1"],
    "sold": ["completed"],
    "sources": None,
    "tour_types": None,
    "zone": "America/Los_Angeles",
    "amount_cents": None,
    "cancellation_tiers": "[]",
    "card_fee_fixed_cents": 30,
    "card_fee_ppm": 29_000,
    "closes_at": time(22),
    "conditions": "{}",
    "deposit_percent": 50,
    "ends_on": None,
    "excludes": [],
    "gratuity_hint_percent": 15,
    "guest_pays_card_fee": False,
    "hold_minutes": 15,
    "includes": [],
    "miles_included": 0,
    "minutes": 360,
    "minutes_min": 240,
    "number_prefix": "B1",
    "opens_at": time(8),
    "percent_ppm": 1,
    "price_cents": 100,
    "promo_code": "PROMO-1",
    "rate_cents": 100,
    "redemptions_max": None,
    "start_times": [],
    "starts_on": date(2026, 3, 1),
    "tax_ppm": 0,
    "terms": None,
    "weekdays": [0, 1],
    "vip": False,
    "nobody": UUID(int=0),
}


@dataclass(frozen=True, slots=True)
class Hot:
    """A statement, the indexes that its plan must use, and what they must be searched by."""

    label: str
    sql: str
    indexes: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    searched_by: tuple[str, ...] = ()
    may_sort: bool = True


def names() -> list[str]:
    """`file.statement` of everything in `db/*.sql`."""
    return [
        f"{path.stem}.{name}"
        for path in sorted(Path(db.__path__[0]).glob("*.sql"))
        for name in statements.load("db", path.name)
    ]


def text_of(name: str) -> str:
    file, _, statement = name.partition(".")
    return BUSY if name == "busy_periods" else statements.load("db", f"{file}.sql")[statement]


def given(statement: str) -> dict[str, Any]:
    return {name: PARAMS[name] for name in dict.fromkeys(re.findall(r"%\((\w+)\)s", statement))}


def hot_reads() -> Iterator[Hot]:
    """Every page, filter and batch of every read model."""
    for relation in RELATIONS.values():
        for order in relation.orders:
            yield from _pages(relation, order)
        for name in relation.filters:
            if (relation.name, name) in FILTERS:
                yield _filtered(relation, name)
        yield from _batches(relation)


def page_for(kind: str) -> str:
    """The first page of bookings as that kind of caller may read it."""
    shape = PageShape("STARTS_AT_ASC", (), 20, backwards=False, after=False, before=False)
    return page_statement(RELATIONS["bookings"], kind, shape)


def hot_pages_of_picked_rows() -> Iterator[Hot]:
    """The first page of each filter that no index serves: it walks its order and stops."""
    for relation in RELATIONS.values():
        for name in (each for each in relation.filters if each in PICKED):
            order, columns = next(iter(relation.orders.items()))
            shape = PageShape(order, (name,), 20, backwards=False, after=False, before=False)
            sql = page_statement(relation, "staff", shape)
            value: Any = ["x"] if "any(" in relation.filters[name].sql else "x"
            value = SAMPLES[ColumnKind.DATE] if name == "in_force_on" else value
            value = [BOOKING, UUID(int=7)] if name == "apart" else value
            yield Hot(
                f"{relation.name} picked by {name}",
                sql,
                (
                    f"{relation.name}_{'_'.join(columns).replace('-', '')}_idx",
                    *BESIDE.get((relation.name, name), ()),
                ),
                {name: True if name in YES_OR_NO else value},
                may_sort=False,
            )


def hot_writes() -> Iterator[Hot]:
    for name, indexes in STATEMENTS.items():
        yield Hot(name, text_of(name), indexes, given(text_of(name)))


def hot_functions() -> Iterator[Hot]:
    for name, indexes in FUNCTIONS.items():
        yield Hot(name, text_of(name), indexes, given(text_of(name)))


def _pages(relation: Relation, order: str) -> Iterator[Hot]:
    columns = [column.removeprefix("-") for column in relation.orders[order]]
    index = f"{relation.name}_{'_'.join(columns)}_idx"
    values = [SAMPLES[relation.columns[column]] for column in columns]
    for side, backwards in (("", False), ("after", False), ("before", True)):
        shape = PageShape(order, (), 20, backwards, after=side == "after", before=side == "before")
        yield Hot(
            f"{relation.name} {order} {side}".rstrip(),
            page_statement(relation, "staff", shape),
            (index,),
            {f"{side}_{place}": value for place, value in enumerate(values)} if side else {},
            searched_by=(f"ROW({', '.join(columns)})",) if side else (),
            may_sort=False,
        )


def _filtered(relation: Relation, name: str) -> Hot:
    order = ORDER_OF_FILTER.get((relation.name, name), next(iter(relation.orders)))
    if name.rpartition("_")[2] in {"from", "to"}:
        column = re.split(r"\W", relation.filters[name].sql, maxsplit=1)[0]
        order = next(key for key, names in relation.orders.items() if names[0] == column)
    sql = relation.filters[name].sql
    column = re.findall(r"(\w+) (?:=|<|>|<=|>=) (?:any\()?%", sql)[-1]
    kind = relation.columns.get(column, ColumnKind.UUID)
    shape = PageShape(order, (name,), 20, backwards=False, after=False, before=False)
    return Hot(
        f"{relation.name} where {name}",
        page_statement(relation, "staff", shape),
        FILTERS[relation.name, name],
        {name: [BOOKING, UUID(int=7)] if name == "among" else SAMPLES[kind]},
        searched_by=(column,),
    )


def _batches(relation: Relation) -> Iterator[Hot]:
    key = {"keys": [BOOKING, UUID(int=7)]}
    by_id = by_column_statement(relation, "staff")
    index = BY_ID.get(relation.name, f"{relation.name}_pkey")
    yield Hot(f"{relation.name} by id", by_id, (index,), key, ("id",))
    for (name, column), index in UNIQUE.items():
        if name == relation.name:
            sql = by_column_statement(relation, "staff", column)
            yield Hot(
                f"{name} by {column}",
                sql,
                (index,),
                {"keys": [BOOKING if relation.columns[column] is ColumnKind.UUID else "x"]},
                (column,),
            )
    for name, edge in relation.many.items():
        sql = children_statement(RELATIONS[edge.target], "staff", edge)
        indexes = EDGES[relation.name, name]
        yield Hot(f"{relation.name}.{name}", sql, indexes, key, (edge.by,))
