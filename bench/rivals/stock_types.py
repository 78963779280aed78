"""The part of the contract that is measured, written as Strawberry's guide writes types."""

from datetime import date, datetime, time
from typing import Final, LiteralString, cast
from uuid import UUID

import strawberry
from psycopg.rows import DictRow

from bench.rivals.stock_loaders import Asked
from domain.money import formatted
from schema.enums import (
    BookingStatus,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Source,
    StopKind,
    TourType,
)
from schema.global_ids import decode_as, encode
from schema.orders import BookingOrder
from schema.scalars import Cents, LocalDateTime

COLUMNS: Final = (
    "id, number, status, tour_type, source, party_size, starts_at, ends_at, time_zone, pickup,"
    " created_at, version, currency, total_cents, deposit_cents, balance_cents, customer_id"
)
ONE: Final = f"select {COLUMNS} from bookings where id = %(id)s"
PAGE: Final = (
    f"select {COLUMNS} from bookings where starts_at >= %(from)s order by starts_at, id limit "
)
Info = strawberry.Info[Asked, None]


@strawberry.type
class Viewer:
    kind: str


@strawberry.type
class Money:
    amount_cents: Cents
    currency: str

    @strawberry.field
    def formatted(self) -> str:
        return formatted(self.amount_cents, self.currency)


@strawberry.type
class Customer:
    id: strawberry.ID
    name: str
    email: str | None
    phone: str | None


@strawberry.type
class Payment:
    id: strawberry.ID
    status: PaymentStatus
    kind: PaymentKind
    method: PaymentMethod
    amount: Money


@strawberry.type
class Winery:
    slug: str
    name: str


@strawberry.type
class Stop:
    position: int
    kind: StopKind
    planned_arrival_at: datetime | None
    minutes: int
    winery_id: strawberry.Private[UUID | None]

    @strawberry.field
    async def winery(self, info: Info) -> Winery | None:
        if self.winery_id is None:
            return None
        row = await info.context.wineries.load(self.winery_id)
        return Winery(slug=row["slug"], name=row["name"]) if row else None


@strawberry.type
class Vehicle:
    name: str
    seats: int


@strawberry.type
class Driver:
    name: str


@strawberry.type
class Booking:
    id: strawberry.ID
    number: str
    status: BookingStatus
    tour_type: TourType
    source: Source | None
    party_size: int
    starts_at: datetime
    ends_at: datetime
    starts_at_local: LocalDateTime
    time_zone: str
    pickup: str | None
    created_at: datetime
    version: int
    total: Money
    deposit: Money
    balance: Money
    key: strawberry.Private[UUID]
    customer_id: strawberry.Private[UUID | None]

    @strawberry.field
    async def customer(self, info: Info) -> Customer | None:
        if self.customer_id is None:
            return None
        row = await info.context.customers.load(self.customer_id)
        return _customer(row) if row else None

    @strawberry.field
    async def payments(self, info: Info) -> list[Payment]:
        rows = await info.context.payments.load(self.key)
        return [_payment(row, self.total.currency) for row in rows]

    @strawberry.field
    async def stops(self, info: Info) -> list[Stop]:
        return [_stop(row) for row in await info.context.stops.load(self.key)]

    @strawberry.field
    async def vehicles(self, info: Info) -> list[Vehicle]:
        return [Vehicle(**row) for row in await info.context.vehicles.load(self.key)]

    @strawberry.field
    async def drivers(self, info: Info) -> list[Driver]:
        return [Driver(**row) for row in await info.context.drivers.load(self.key)]


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class BookingEdge:
    node: Booking


@strawberry.type
class BookingConnection:
    edges: list[BookingEdge]
    page_info: PageInfo


@strawberry.input
class BookingFilter:
    starts_on_from: date


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self) -> Viewer:
        return Viewer(kind="STAFF")

    @strawberry.field
    async def booking(self, info: Info, id: strawberry.ID) -> Booking | None:
        rows = await info.context.rows(ONE, {"id": decode_as("Booking", id)})
        return _booking(rows[0]) if rows else None

    @strawberry.field
    async def bookings(
        self, info: Info, first: int, order_by: BookingOrder, filter: BookingFilter
    ) -> BookingConnection:
        if order_by is not BookingOrder.STARTS_AT_ASC:
            raise ValueError(order_by)
        since = datetime.combine(filter.starts_on_from, time(), info.context.zone)
        # Written out: as a parameter, the read login's generic plans would expect a large page.
        limit = cast("LiteralString", str(first + 1))
        rows = await info.context.rows(PAGE + limit, {"from": since})
        return BookingConnection(
            edges=[BookingEdge(node=_booking(row)) for row in rows[:first]],
            page_info=PageInfo(has_next_page=len(rows) > first),
        )


def _booking(row: DictRow) -> Booking:
    taken = ("number", "party_size", "starts_at", "ends_at", "time_zone", "pickup", "created_at")
    return Booking(
        **{name: row[name] for name in (*taken, "version", "customer_id")},
        id=strawberry.ID(encode("Booking", row["id"])),
        key=row["id"],
        status=BookingStatus(row["status"]),
        tour_type=TourType(row["tour_type"]),
        source=Source(row["source"]) if row["source"] else None,
        starts_at_local=LocalDateTime(row["starts_at"].replace(tzinfo=None)),
        total=_money(row, "total"),
        deposit=_money(row, "deposit"),
        balance=_money(row, "balance"),
    )


def _money(row: DictRow, name: str) -> Money:
    return Money(amount_cents=row[f"{name}_cents"], currency=row["currency"])


def _customer(row: DictRow) -> Customer:
    return Customer(**{**row, "id": strawberry.ID(encode("Customer", row["id"]))})


def _payment(row: DictRow, currency: str) -> Payment:
    return Payment(
        id=strawberry.ID(encode("Payment", row["id"])),
        status=PaymentStatus(row["status"]),
        kind=PaymentKind(row["kind"]),
        method=PaymentMethod(row["method"]),
        amount=Money(amount_cents=row["amount_cents"], currency=currency),
    )


def _stop(row: DictRow) -> Stop:
    return Stop(**{**row, "kind": StopKind(row["kind"])})
