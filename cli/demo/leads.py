"""What has not been sold yet: inquiries, reservations of a date, and the staff's tasks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cli.demo.chance import Chance
from cli.demo.numbers import Numbers
from cli.demo.payments import Payment, Refund, payment_rows, refund_rows
from cli.demo.people import Person, Staff
from cli.demo.plan import BrandPlan, Clock
from cli.demo.prices import PriceList
from cli.demo.wishes import Wish
from db.loading import Rows, rows_of
from domain.pricing import reservation_deposit

INQUIRY_STATUSES = ("new", "contacted", "quoted", "won", "lost")
INQUIRIES = 30
RESERVATION_STATUSES = ("pending", "contacted", "confirmed", "cancelled", "expired")
RESERVATIONS_A_STATUS = 4
CONSULT_WITHIN = timedelta(hours=24)
TOURS = ("wine_tour", "private_transportation", "corporate", "wedding", "celebration")
MESSAGES = (
    "We would love a relaxed day with good views.",
    "Is lunch included?",
    "Two of us do not drink; is that all right?",
)
TASKS = (
    ("call_back", "Call back about the inquiry", "inquiry"),
    ("consultation", "Hold the consultation", "reservation"),
)
TASKS_A_KIND = 8


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reserved date, and the booking it became if it was converted."""

    id: str
    status: str
    customer: Person
    party: int
    preferred_on: date
    created_at: datetime


def inquiries(
    plan: BrandPlan, *, people: Sequence[Person], numbers: Numbers, chance: Chance, clock: Clock
) -> list[dict[str, object]]:
    times = sorted(chance.moment(clock.back(200), clock.now) for _ in range(INQUIRIES))
    rows: list[dict[str, object]] = []
    for index, at in enumerate(times):
        status = INQUIRY_STATUSES[index % len(INQUIRY_STATUSES)]
        who = people[index % len(people)]
        rows.append(
            {
                "id": chance.id(at),
                "number": numbers.next("inquiry", at),
                "status": status,
                "customer_id": who.id if status == "won" else None,
                "name": who.name,
                "email": who.email,
                "phone": who.phone,
                "wished_on": at.astimezone(plan.zone).date() + timedelta(days=chance.among(20, 90)),
                "party_size": chance.among(2, 12),
                "tour_type": chance.one(TOURS),
                "message": chance.one(MESSAGES),
                "source": chance.one(("website", "phone", "email")),
                "created_at": at,
            }
        )
    return rows


def reservations(
    converted: Sequence[Reservation], *, people: Sequence[Person], chance: Chance, clock: Clock
) -> list[Reservation]:
    """Four of each status in order of creation, with the converted ones among them."""
    made = [
        Reservation(
            id=chance.id(at),
            status=status,
            customer=chance.one(people),
            party=chance.among(2, 14),
            preferred_on=clock.today + timedelta(days=chance.among(20, 150)),
            created_at=at,
        )
        for status in RESERVATION_STATUSES
        for at in _times(status, chance, clock)
    ]
    return sorted([*made, *converted], key=lambda reservation: reservation.created_at)


def _times(status: str, chance: Chance, clock: Clock) -> Iterator[datetime]:
    since = clock.back(1 if status == "pending" else 60)
    for _ in range(RESERVATIONS_A_STATUS):
        yield chance.moment(since, clock.now)


def converted_reservation(wish: Wish, chance: Chance) -> Reservation:
    """The reservation that became a given booking."""
    if wish.customer is None:
        raise ValueError("A converted reservation has a customer.")
    at = wish.created_at - timedelta(days=3)
    return Reservation(chance.id(at), "converted", wish.customer, wish.party, wish.on, at)


def reservation_rows(
    made: Sequence[Reservation],
    *,
    plan: BrandPlan,
    prices: PriceList,
    numbers: Numbers,
    chance: Chance,
) -> Rows:
    return rows_of(
        "reservations",
        [
            {
                "id": each.id,
                "number": numbers.next("reservation", each.created_at),
                "status": "confirmed" if each.status == "converted" else each.status,
                "customer_id": each.customer.id,
                "preferred_on": each.preferred_on,
                "alternate_on": each.preferred_on + timedelta(days=7) if chance.hit(50) else None,
                "party_size": each.party,
                "tour_type": "wine_tour",
                "method": "card",
                "currency": plan.currency,
                "deposit_cents": _deposit_cents(each, prices),
                "consult_by": each.created_at + CONSULT_WITHIN,
                "created_at": each.created_at,
            }
            for each in made
        ],
    )


def reservation_payments(
    made: Sequence[Reservation], *, currency: str, prices: PriceList, chance: Chance, clock: Clock
) -> tuple[Rows, Rows]:
    """Each deposit by card; a cancelled date has its deposit back, a converted one passed it on."""
    payments, refunds = [], []
    for each in made:
        if each.status == "converted":
            continue
        amount, gone = _deposit_cents(each, prices), each.status == "cancelled"
        identity = chance.id(each.created_at)
        payments.append(
            Payment(
                id=identity,
                subject="reservation_id",
                subject_id=each.id,
                customer_id=each.customer.id,
                kind="deposit",
                method="card",
                status="refunded" if gone else "succeeded",
                amount_cents=amount,
                at=each.created_at,
            )
        )
        if gone:
            refunds.append(Refund(identity, amount, clock.now, "Reservation cancelled"))
    rows = payment_rows("reservation_id", payments, currency)
    return rows, refund_rows(refunds, chance)


def tasks(
    subjects: Mapping[str, Sequence[str]], *, staff: Staff, code: str, chance: Chance, clock: Clock
) -> Rows:
    """Tasks about inquiries and reservations, every other one done."""
    rows: list[dict[str, object]] = []
    for kind, title, subject_kind in TASKS:
        for index, subject in enumerate(subjects[subject_kind][-TASKS_A_KIND:]):
            at = chance.moment(clock.back(20), clock.back(2))
            done = index % 2 == 1
            rows.append(
                {
                    "id": chance.id(at),
                    "kind": kind,
                    "title": title,
                    "subject_kind": subject_kind,
                    "subject_id": subject,
                    "assignee_id": staff.managers[code] if chance.hit(70) else None,
                    "due_at": at + timedelta(days=chance.among(1, 10)),
                    "done_at": at + timedelta(hours=20) if done else None,
                    "done_by_id": staff.managers[code] if done else None,
                    "created_at": at,
                }
            )
    return rows_of("tasks", rows)


def _deposit_cents(reservation: Reservation, prices: PriceList) -> int:
    return reservation_deposit(prices.reservation_deposits, party=reservation.party)
