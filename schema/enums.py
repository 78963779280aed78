"""Closed sets of words of the contract; each value is the word that the database stores."""

from enum import IntEnum, StrEnum

import strawberry


@strawberry.enum(description="Where a booking is in its life.")
class BookingStatus(StrEnum):
    HELD = "held"
    DRAFT = "draft"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@strawberry.enum(description="What kind of tour it is.")
class TourType(StrEnum):
    WINE_TOUR = "wine_tour"
    PRIVATE_TRANSPORTATION = "private_transportation"
    AIRPORT_TRANSFER = "airport_transfer"
    LOCAL_TRANSFER = "local_transfer"
    CORPORATE = "corporate"
    WEDDING = "wedding"
    CELEBRATION = "celebration"
    SHARED_TOUR = "shared_tour"
    CUSTOM = "custom"


@strawberry.enum(description="How the business came in.")
class Source(StrEnum):
    WEBSITE = "website"
    CONSOLE = "console"
    PHONE = "phone"
    EMAIL = "email"
    PARTNER = "partner"
    PROPOSAL = "proposal"
    RESERVATION = "reservation"
    ASSISTANT = "assistant"


@strawberry.enum(description="What happens at a stop.")
class StopKind(StrEnum):
    PICKUP = "pickup"
    WINERY = "winery"
    RESTAURANT = "restaurant"
    HOTEL_CHECKIN = "hotel_checkin"
    HOTEL_CHECKOUT = "hotel_checkout"
    ACTIVITY = "activity"
    DROPOFF = "dropoff"
    CUSTOM = "custom"


@strawberry.enum(description="What the winery, restaurant or hotel has said.")
class ThirdPartyStatus(StrEnum):
    NONE = "none"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@strawberry.enum(description="What a price line charges for.")
class PriceLineKind(StrEnum):
    RATE = "rate"
    PACKAGE = "package"
    WAIT = "wait"
    DISCOUNT = "discount"
    FEE = "fee"
    TAX = "tax"


@strawberry.enum(description="Where a reservation is in its life.")
class ReservationStatus(StrEnum):
    PENDING = "pending"
    CONTACTED = "contacted"
    CONFIRMED = "confirmed"
    CONVERTED = "converted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@strawberry.enum(description="How a reservation's deposit is paid.")
class ReservationMethod(StrEnum):
    CARD = "card"
    CHECK = "check"


@strawberry.enum(description="Where a proposal is in its life.")
class ProposalStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    VIEWED = "viewed"
    ACCEPTED = "accepted"
    CONVERTED = "converted"
    DECLINED = "declined"
    EXPIRED = "expired"


@strawberry.enum(description="How far the planning of a proposal is.")
class PlanningPhase(StrEnum):
    PROPOSAL = "proposal"
    ACTIVE_PLANNING = "active_planning"
    FINALIZED = "finalized"


@strawberry.enum(description="What a priced line of a proposal includes.")
class InclusionKind(StrEnum):
    TRANSPORTATION = "transportation"
    CHAUFFEUR = "chauffeur"
    PLANNING_FEE = "planning_fee"
    ARRANGED_TASTING = "arranged_tasting"
    LODGING = "lodging"
    DINING = "dining"
    CUSTOM = "custom"


@strawberry.enum(description="How a line of a proposal is multiplied.")
class InclusionPricing(StrEnum):
    FLAT = "flat"
    PER_PERSON = "per_person"
    PER_DAY = "per_day"


@strawberry.enum(description="A guest's answer.")
class Rsvp(StrEnum):
    PENDING = "pending"
    YES = "yes"
    NO = "no"


@strawberry.enum(description="What a payment is for.")
class PaymentKind(StrEnum):
    DEPOSIT = "deposit"
    BALANCE = "balance"
    FULL = "full"
    GUEST_SHARE = "guest_share"
    TIP = "tip"
    FEE = "fee"


@strawberry.enum(description="How money came in.")
class PaymentMethod(StrEnum):
    CARD = "card"
    CHECK = "check"
    CASH = "cash"
    BANK_TRANSFER = "bank_transfer"
    OTHER = "other"


@strawberry.enum(description="Where a payment is in its life.")
class PaymentStatus(StrEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"


@strawberry.enum(description="Where a refund is in its life.")
class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@strawberry.enum(description="Where an inquiry is in its life.")
class InquiryStatus(StrEnum):
    NEW = "new"
    CONTACTED = "contacted"
    QUOTED = "quoted"
    WON = "won"
    LOST = "lost"


@strawberry.enum(description="What a task is about.")
class SubjectKind(StrEnum):
    INQUIRY = "inquiry"
    CUSTOMER = "customer"
    RESERVATION = "reservation"
    BOOKING = "booking"
    PROPOSAL = "proposal"
    PAYMENT = "payment"
    VEHICLE = "vehicle"
    DRIVER = "driver"


@strawberry.enum(description="May the vehicle go on the road?")
class VehicleStatus(StrEnum):
    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    OUT_OF_SERVICE = "out_of_service"
    RETIRED = "retired"


@strawberry.enum(description="Does the driver work here?")
class DriverStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


@strawberry.enum(description="Where an offer of a tour to a driver is.")
class TourOfferStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@strawberry.enum(description="How a package is priced.")
class PackagePricing(StrEnum):
    PER_PERSON = "per_person"
    FLAT = "flat"
    FLAT_PLUS_MILE = "flat_plus_mile"


@strawberry.enum(description="What a rate card charges for.")
class RateKind(StrEnum):
    HOURLY = "hourly"
    WAIT = "wait"
    TRANSFER_FLAT = "transfer_flat"
    TRANSFER_MILE = "transfer_mile"
    RESERVATION_DEPOSIT = "reservation_deposit"


@strawberry.enum(description="Why a rule raises or lowers prices.")
class PriceRuleKind(StrEnum):
    SEASON = "season"
    HOLIDAY = "holiday"
    WEEKDAY = "weekday"
    PARTY_SIZE = "party_size"
    PROMO_CODE = "promo_code"
    TAX = "tax"


@strawberry.enum(description="A day of the week, in the brand's zone.")
class Weekday(IntEnum):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@strawberry.enum(description="The kind of a caller.")
class PrincipalKind(StrEnum):
    SITE = "site"
    LINK = "link"
    CUSTOMER = "customer"
    PARTNER = "partner"
    DRIVER = "driver"
    STAFF = "staff"
    WORKER = "worker"


@strawberry.enum(description="Why no tour can begin then.")
class UnavailableReason(StrEnum):
    PAST = "past"
    CLOSED = "closed"
    TOO_MANY_GUESTS = "too_many_guests"
    ALL_BUSY = "all_busy"


@strawberry.enum(description="May a member of staff sign in?")
class StaffStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


@strawberry.enum(description="Where an inquiry can be moved; it is won by `convertInquiry`.")
class InquiryStep(StrEnum):
    CONTACTED = "contacted"
    QUOTED = "quoted"
    LOST = "lost"


@strawberry.enum(description="Who wrote a note about a proposal.")
class NoteAuthor(StrEnum):
    STAFF = "staff"
    CLIENT = "client"


@strawberry.enum(description="How a line of two versions differs.")
class DifferenceKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@strawberry.enum(description="What kind of paper it is.")
class DocumentKind(StrEnum):
    INSURANCE = "insurance"
    REGISTRATION = "registration"
    INSPECTION = "inspection"
    LICENCE = "licence"
    MEDICAL_CERTIFICATE = "medical_certificate"
    ROAD_TEST = "road_test"
    MVR = "mvr"
    ANNUAL_REVIEW = "annual_review"


@strawberry.enum(description="Why a vehicle or driver is taken.")
class BlockKind(StrEnum):
    BOOKING = "booking"
    HOLD = "hold"
    MAINTENANCE = "maintenance"
    BLACKOUT = "blackout"
    TIME_OFF = "time_off"


@strawberry.enum(description="Why a vehicle is taken out for a time.")
class VehicleBlockKind(StrEnum):
    MAINTENANCE = "maintenance"
    BLACKOUT = "blackout"


@strawberry.enum(description="Why a driver is taken out for a time.")
class DriverBlockKind(StrEnum):
    TIME_OFF = "time_off"
    BLACKOUT = "blackout"


@strawberry.enum(description="What the duty clock counts.")
class DutyKind(StrEnum):
    ON_DUTY = "on_duty"
    DRIVING = "driving"


@strawberry.enum(description="When a vehicle is inspected.")
class InspectionKind(StrEnum):
    PRE_TRIP = "pre_trip"
    POST_TRIP = "post_trip"


@strawberry.enum(description="A way to write to a customer.")
class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"


@strawberry.enum(description="What a place is.")
class PlaceKind(StrEnum):
    WINERY = "winery"
    RESTAURANT = "restaurant"
    HOTEL = "hotel"


@strawberry.enum(description="What an app is.")
class AppKind(StrEnum):
    SITE = "site"
    PARTNER = "partner"


@strawberry.enum(description="May the keys of an app be used?")
class AppStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


@strawberry.enum(description="What a key is for: a website, a partner, or a build server.")
class ApiKeyKind(StrEnum):
    SITE = "site"
    PARTNER = "partner"
    CI = "ci"


@strawberry.enum(description="Whether a key is for trying out or for use.")
class ApiKeyMode(StrEnum):
    LIVE = "live"
    TEST = "test"


@strawberry.enum(description="What a key is worth now.")
class ApiKeyStatus(StrEnum):
    ACTIVE = "active"
    REPLACED = "replaced"
    EXPIRED = "expired"
    REVOKED = "revoked"


@strawberry.enum(description="What the live keys of an app may send.")
class DocumentLock(StrEnum):
    TRUSTED = "trusted"
    OPEN = "open"
