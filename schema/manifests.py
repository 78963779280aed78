"""The day sheet in the contract."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import strawberry

from domain.manifests import (
    Sheet,
    SheetParty,
    SheetSharedTour,
    SheetStop,
    SheetTour,
    SheetVehicle,
)
from schema.enums import BookingStatus, StopKind, ThirdPartyStatus, TourType
from schema.global_ids import encode
from schema.scalars import LocalDateTime
from schema.shared_tours import SharedTourStatus
from schema.tickets import TicketStatus

Shown = Callable[[datetime | None], datetime | None]


@strawberry.type(description="A stop on the way.")
class ManifestStop:
    """Where, when, and what the place has said."""

    position: int = strawberry.field(description="Place in the order, from 1.")
    kind: StopKind = strawberry.field(description="What happens there.")
    name: str | None = strawberry.field(description="Name of the place.")
    address: str | None = strawberry.field(description="Where it is.")
    planned_arrival_at: datetime | None = strawberry.field(description="When it is to be reached.")
    minutes: int = strawberry.field(description="How long the stop takes.")
    arrived_at: datetime | None = strawberry.field(description="When it was reached.")
    departed_at: datetime | None = strawberry.field(description="When it was left.")
    third_party_status: ThirdPartyStatus = strawberry.field(description="What the place has said.")

    @classmethod
    def from_domain(cls, stop: SheetStop, shown: Shown) -> "ManifestStop":
        return cls(
            position=stop.position,
            kind=StopKind(stop.kind),
            name=stop.name,
            address=stop.address,
            planned_arrival_at=shown(stop.planned_arrival_at),
            minutes=stop.minutes,
            arrived_at=shown(stop.arrived_at),
            departed_at=shown(stop.departed_at),
            third_party_status=ThirdPartyStatus(stop.third_party_status),
        )


@strawberry.type(description="A van of a tour.")
class ManifestVehicle:
    """Which van, and how many ride in it."""

    vehicle_id: strawberry.ID = strawberry.field(description="The vehicle.")
    name: str = strawberry.field(description="Its name.")
    guests: int = strawberry.field(description="How many of the party ride in it.")

    @classmethod
    def from_domain(cls, vehicle: SheetVehicle) -> "ManifestVehicle":
        id = strawberry.ID(encode("Vehicle", vehicle.id))
        return cls(vehicle_id=id, name=vehicle.name, guests=vehicle.guests)


@strawberry.type(description="A tour of the day, without prices.")
class ManifestTour:
    """What a driver needs on the road."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    number: str = strawberry.field(description="Its human number.")
    status: BookingStatus = strawberry.field(description="Where it is in its life.")
    tour_type: TourType = strawberry.field(description="What kind of tour it is.")
    party_size: int = strawberry.field(description="How many guests come.")
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends.")
    starts_at_local: LocalDateTime = strawberry.field(description="When, on the brand's clock.")
    ends_at_local: LocalDateTime = strawberry.field(description="Until when, on the brand's clock.")
    pickup: str | None = strawberry.field(description="Where the party is picked up.")
    dropoff: str | None = strawberry.field(description="Where it is left.")
    guest_first_name: str | None = strawberry.field(description="For whom to ask.")
    phone: str | None = strawberry.field(
        description="How to reach them; a driver is told on the day and on the day before."
    )
    driver_notes: str | None = strawberry.field(description="From the office, for the driver.")
    special_requests: str | None = strawberry.field(description="What the guests wish for.")
    stops: list[ManifestStop] = strawberry.field(description="The itinerary, in its order.")
    vehicles: list[ManifestVehicle] = strawberry.field(description="The vans, by name.")

    @classmethod
    def from_domain(cls, tour: SheetTour, zone: ZoneInfo) -> "ManifestTour":
        def shown(at: datetime | None) -> datetime | None:
            return None if at is None else at.astimezone(zone)

        starts, ends = tour.starts_at.astimezone(zone), tour.ends_at.astimezone(zone)
        return cls(
            booking_id=strawberry.ID(encode("Booking", tour.id)),
            number=tour.number,
            status=BookingStatus(tour.status),
            tour_type=TourType(tour.tour_type),
            party_size=tour.party_size,
            starts_at=starts,
            ends_at=ends,
            starts_at_local=LocalDateTime(starts.replace(tzinfo=None)),
            ends_at_local=LocalDateTime(ends.replace(tzinfo=None)),
            pickup=tour.pickup,
            dropoff=tour.dropoff,
            guest_first_name=tour.guest_first_name,
            phone=tour.phone,
            driver_notes=tour.driver_notes,
            special_requests=tour.special_requests,
            stops=[ManifestStop.from_domain(each, shown) for each in tour.stops],
            vehicles=[ManifestVehicle.from_domain(each) for each in tour.vehicles],
        )


@strawberry.type(description="The guests of one ticket of a shared tour.")
class ManifestParty:
    """By the first name of who bought it; check them in by the ticket."""

    ticket_id: strawberry.ID = strawberry.field(description="The ticket.")
    number: str = strawberry.field(description="Its human number.")
    first_name: str | None = strawberry.field(description="For whom to ask.")
    guests: int = strawberry.field(description="Seats that they take.")
    with_lunch: bool = strawberry.field(description="Do they have lunch?")
    status: TicketStatus = strawberry.field(description="Paid, here, absent, or not yet paid.")
    version: int = strawberry.field(description="Send it back as `expectedVersion`.")

    @classmethod
    def from_domain(cls, party: SheetParty) -> "ManifestParty":
        return cls(
            ticket_id=strawberry.ID(encode("Ticket", party.ticket_id)),
            number=party.number,
            first_name=party.first_name,
            guests=party.guests,
            with_lunch=party.with_lunch,
            status=TicketStatus(party.status),
            version=party.version,
        )


@strawberry.type(description="A shared tour of the day, without prices.")
class ManifestSharedTour:
    """Which van it takes, and who sits in it."""

    shared_tour_id: strawberry.ID = strawberry.field(description="The tour.")
    title: str = strawberry.field(description="As the guests read it.")
    status: SharedTourStatus = strawberry.field(description="Where it is in its life.")
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends.")
    starts_at_local: LocalDateTime = strawberry.field(description="When, on the brand's clock.")
    ends_at_local: LocalDateTime = strawberry.field(description="Until when, on the brand's clock.")
    guests: int = strawberry.field(description="How many guests come.")
    lunches: int = strawberry.field(description="How many of them have lunch.")
    vehicle: ManifestVehicle | None = strawberry.field(description="The van, with all of them.")
    parties: list[ManifestParty] = strawberry.field(description="Its tickets, by their number.")

    @classmethod
    def from_domain(cls, tour: SheetSharedTour, zone: ZoneInfo) -> "ManifestSharedTour":
        starts, ends = tour.starts_at.astimezone(zone), tour.ends_at.astimezone(zone)
        van = None
        if tour.vehicle_id is not None and tour.vehicle_name is not None:
            van = SheetVehicle(tour.vehicle_id, tour.vehicle_name, tour.guests)
        return cls(
            shared_tour_id=strawberry.ID(encode("SharedTour", tour.id)),
            title=tour.title,
            status=SharedTourStatus(tour.status),
            starts_at=starts,
            ends_at=ends,
            starts_at_local=LocalDateTime(starts.replace(tzinfo=None)),
            ends_at_local=LocalDateTime(ends.replace(tzinfo=None)),
            guests=tour.guests,
            lunches=tour.lunches,
            vehicle=ManifestVehicle.from_domain(van) if van else None,
            parties=[ManifestParty.from_domain(each) for each in tour.parties],
        )


@strawberry.type(description="The day of one driver.")
class ManifestSheet:
    """A sheet without a driver has the tours that nobody drives yet."""

    driver_id: strawberry.ID | None = strawberry.field(description="Whose day it is.")
    driver_name: str | None = strawberry.field(description="How they are called.")
    tours: list[ManifestTour] = strawberry.field(description="The tours by their start.")
    shared_tours: list[ManifestSharedTour] = strawberry.field(
        description="The shared tours by their start."
    )

    @classmethod
    def from_domain(cls, sheet: Sheet, zone: ZoneInfo) -> "ManifestSheet":
        driver = sheet.driver_id
        return cls(
            driver_id=strawberry.ID(encode("Driver", driver)) if driver else None,
            driver_name=sheet.driver_name,
            tours=[ManifestTour.from_domain(each, zone) for each in sheet.tours],
            shared_tours=[
                ManifestSharedTour.from_domain(each, zone) for each in sheet.shared_tours
            ],
        )
