"""Statistics in the contract: counts, guests and money of a range of local days."""

from datetime import date
from enum import StrEnum

import strawberry

from domain import statistics
from schema.enums import BookingStatus, ProposalStatus, Source, TourType
from schema.money import Money
from schema.quotes import amount

PPM = "in parts per million, rounded half up; null of nothing"


@strawberry.enum(description="By which day something is counted.")
class StatisticsDay(StrEnum):
    TOUR_DAY = "tour_day"
    CREATION = "creation"


@strawberry.type(description="What was sold. Cancelled, expired, held and drafted is not.")
class BookingFigures:
    """Of one group of bookings."""

    bookings: int = strawberry.field(description="How many are sold.")
    guests: int = strawberry.field(description="Guests of what is sold.")
    gross: Money = strawberry.field(description="Totals of what is sold, tax included.")
    tax: Money = strawberry.field(description="Tax in it.")
    net: Money = strawberry.field(description="Gross less tax.")
    average_party: float | None = strawberry.field(
        description="Guests a booking, rounded half up to hundredths; null if nothing is sold."
    )
    cancelled: int = strawberry.field(description="How many were cancelled.")
    cancellation_ppm: int | None = strawberry.field(
        description=f"The cancelled of the sold and cancelled together, {PPM}."
    )

    @classmethod
    def from_domain(cls, found: statistics.BookingFigures, currency: str) -> "BookingFigures":
        return cls(
            bookings=found.bookings,
            guests=found.guests,
            gross=amount(found.gross_cents, currency),
            tax=amount(found.tax_cents, currency),
            net=amount(found.net_cents, currency),
            average_party=found.average_party,
            cancelled=found.cancelled,
            cancellation_ppm=found.cancellation_ppm,
        )


@strawberry.type(description="Bookings in one state.")
class BookingsOfStatus:
    """States without bookings are left out."""

    status: BookingStatus = strawberry.field(description="The state.")
    bookings: int = strawberry.field(description="How many are in it.")
    guests: int = strawberry.field(description="Their guests.")


@strawberry.type(description="Bookings that came in one way.")
class BookingsOfSource:
    """Ways without bookings are left out."""

    source: Source = strawberry.field(description="How they came in.")
    figures: BookingFigures = strawberry.field(description="What was sold.")


@strawberry.type(description="Bookings of one kind of tour.")
class BookingsOfTourType:
    """Kinds without bookings are left out."""

    tour_type: TourType = strawberry.field(description="The kind of tour.")
    figures: BookingFigures = strawberry.field(description="What was sold.")


@strawberry.type(description="Bookings of one local month, as far as the range has it.")
class BookingsOfMonth:
    """Every month of the range is there."""

    month: date = strawberry.field(description="Its first day.")
    figures: BookingFigures = strawberry.field(description="What was sold.")


@strawberry.type(description="Inquiries of the range's days, and what became of them.")
class InquiryFigures:
    """By the day of the inquiry."""

    inquiries: int = strawberry.field(description="How many came in.")
    booked: int = strawberry.field(description="How many of them came to a booking that is sold.")
    conversion_ppm: int | None = strawberry.field(description=f"The booked of all, {PPM}.")


@strawberry.type(description="Bookings of a range of local days, summed up.")
class BookingStatistics:
    """The same bookings in several groupings."""

    total: BookingFigures = strawberry.field(description="All of them.")
    by_status: list[BookingsOfStatus] = strawberry.field(description="By state.")
    by_source: list[BookingsOfSource] = strawberry.field(description="By how they came in.")
    by_tour_type: list[BookingsOfTourType] = strawberry.field(description="By kind of tour.")
    by_month: list[BookingsOfMonth] = strawberry.field(description="By local month, in order.")
    inquiries: InquiryFigures = strawberry.field(description="Where business began.")

    @classmethod
    def from_domain(cls, found: statistics.BookingStatistics, currency: str) -> "BookingStatistics":
        def shown(figures: statistics.BookingFigures) -> BookingFigures:
            return BookingFigures.from_domain(figures, currency)

        return cls(
            total=shown(found.total),
            by_status=[
                BookingsOfStatus(
                    status=BookingStatus(each.status), bookings=each.count, guests=each.guests
                )
                for each in found.by_status
            ],
            by_source=[
                BookingsOfSource(source=Source(name), figures=shown(each))
                for name, each in found.by_source.items()
            ],
            by_tour_type=[
                BookingsOfTourType(tour_type=TourType(name), figures=shown(each))
                for name, each in found.by_tour_type.items()
            ],
            by_month=[
                BookingsOfMonth(month=month, figures=shown(each))
                for month, each in found.by_month.items()
            ],
            inquiries=InquiryFigures(
                inquiries=found.inquiries.inquiries,
                booked=found.inquiries.booked,
                conversion_ppm=found.inquiries.conversion_ppm,
            ),
        )


@strawberry.type(description="How far proposals came.")
class ProposalFigures:
    """Of one group of proposals."""

    proposals: int = strawberry.field(description="How many were made.")
    sent: int = strawberry.field(description="How many of them were ever sent.")
    accepted: int = strawberry.field(description="How many of them are accepted or converted.")
    converted: int = strawberry.field(description="How many of them became bookings.")
    guests: int = strawberry.field(description="Guests of the accepted.")
    average_party: float | None = strawberry.field(
        description="Guests an accepted proposal, rounded half up to hundredths."
    )
    open: Money = strawberry.field(description="Totals of what waits for an answer.")
    gross: Money = strawberry.field(description="Totals of the accepted, tax included.")
    tax: Money = strawberry.field(description="Tax in it.")
    net: Money = strawberry.field(description="Gross less tax.")
    acceptance_ppm: int | None = strawberry.field(description=f"The accepted of the sent, {PPM}.")
    conversion_ppm: int | None = strawberry.field(
        description=f"The converted of the accepted, {PPM}."
    )

    @classmethod
    def from_domain(cls, found: statistics.ProposalFigures, currency: str) -> "ProposalFigures":
        return cls(
            proposals=found.proposals,
            sent=found.sent,
            accepted=found.accepted,
            converted=found.converted,
            guests=found.guests,
            average_party=found.average_party,
            open=amount(found.open_cents, currency),
            gross=amount(found.accepted_cents, currency),
            tax=amount(found.accepted_tax_cents, currency),
            net=amount(found.accepted_net_cents, currency),
            acceptance_ppm=found.acceptance_ppm,
            conversion_ppm=found.conversion_ppm,
        )


@strawberry.type(description="Proposals in one state.")
class ProposalsOfStatus:
    """States without proposals are left out."""

    status: ProposalStatus = strawberry.field(description="The state.")
    proposals: int = strawberry.field(description="How many are in it.")
    guests: int = strawberry.field(description="Their guests.")


@strawberry.type(description="Proposals of one local month, as far as the range has it.")
class ProposalsOfMonth:
    """Every month of the range is there."""

    month: date = strawberry.field(description="Its first day.")
    figures: ProposalFigures = strawberry.field(description="How far they came.")


@strawberry.type(description="Proposals of a range of local days, summed up.")
class ProposalStatistics:
    """The same proposals in several groupings."""

    total: ProposalFigures = strawberry.field(description="All of them.")
    by_status: list[ProposalsOfStatus] = strawberry.field(description="By state.")
    by_month: list[ProposalsOfMonth] = strawberry.field(description="By local month, in order.")

    @classmethod
    def from_domain(
        cls, found: statistics.ProposalStatistics, currency: str
    ) -> "ProposalStatistics":
        return cls(
            total=ProposalFigures.from_domain(found.total, currency),
            by_status=[
                ProposalsOfStatus(
                    status=ProposalStatus(each.status), proposals=each.count, guests=each.guests
                )
                for each in found.by_status
            ],
            by_month=[
                ProposalsOfMonth(month=month, figures=ProposalFigures.from_domain(each, currency))
                for month, each in found.by_month.items()
            ],
        )


@strawberry.input(description="Which bookings are counted; conditions are joined by AND.")
class StatisticsFilter:
    """Inquiries are counted by the same conditions."""

    source: list[Source] | None = strawberry.field(
        default=None, description="That came in one of these ways."
    )
    tour_type: list[TourType] | None = strawberry.field(
        default=None, description="Of these kinds of tour."
    )
