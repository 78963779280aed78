"""Inquiries and tasks in the contract."""

from datetime import date, datetime

import strawberry

from domain.identity import Scope
from schema.customers import Customer
from schema.enums import InquiryStatus, Source, SubjectKind, TourType
from schema.fields import Node, column, derived, edge, entity, instant
from schema.global_ids import encode_by_kind
from schema.staff import StaffUser


@entity("inquiries", description="An unpaid lead.", scope=Scope.INQUIRIES_READ)
class Inquiry(Node):
    """Somebody asked; staff answer."""

    number: str = column("Human number, unique in the brand: `WWT-EXP-2026-00007`.")
    status: InquiryStatus = column("Where the inquiry is in its life.")
    name: str = column("Who asked.")
    email: str | None = column("E-mail address.", scope=Scope.CUSTOMERS_CONTACT)
    phone: str | None = column("E.164.", scope=Scope.CUSTOMERS_CONTACT)
    wished_on: date | None = column("The wished day.")
    party_size: int | None = column("Guests.")
    tour_type: TourType | None = column("What kind of tour is wished.")
    message: str | None = column("What they wrote.")
    source: Source = column("How it came in.")
    lost_reason: str | None = column("Why it was lost.")
    created_at: datetime = instant("When it came in.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    customer: Customer | None = edge("The customer it became.", scope=Scope.CUSTOMERS_READ)
    assignee: StaffUser | None = edge("Who answers it.", scope=Scope.TASKS_READ)


@entity("tasks", description="Something that staff are told to do.", scope=Scope.TASKS_READ)
class Task(Node):
    """Open until somebody has done it."""

    kind: str = column("What kind of work: `consultation`.")
    title: str = column("What is to be done.")
    subject_kind: SubjectKind = column("What it is about.")
    subject_id: strawberry.ID = derived(
        ("subject_kind", "subject_id"),
        encode_by_kind,
        "The object it is about: hand it to `node(id:)`.",
    )
    due_at: datetime = instant("To be done before this.")
    done_at: datetime | None = instant("When it was done, or settled.")
    settled: bool = column("Did nobody have to do it any more? Then it is done by nobody.")
    created_at: datetime = instant("When it was made.")
    version: int = column("Grows with every change; send it back as `expectedVersion`.")
    assignee: StaffUser | None = edge("Who is to do it.")
    done_by: StaffUser | None = edge("Who has done it.")


@strawberry.input(description="Which inquiries; conditions are joined by AND.")
class InquiryFilter:
    """Every field is a filter of the read model, by the same name."""

    status: list[InquiryStatus] | None = strawberry.field(
        default=None, description="Any of these states."
    )
    source: list[Source] | None = strawberry.field(
        default=None, description="That came in one of these ways."
    )
    created_on_from: date | None = strawberry.field(
        default=None, description="Asked from this local day on."
    )
    created_on_to: date | None = strawberry.field(
        default=None, description="Asked up to and including this local day."
    )
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="Answered by this member of staff."
    )
    text: str | None = strawberry.field(
        default=None, description="Part of a number, name, e-mail address or phone number."
    )


@strawberry.input(description="Which tasks; conditions are joined by AND.")
class TaskFilter:
    """Every field is a filter of the read model, by the same name."""

    open: bool | None = strawberry.field(
        default=None, description="Only tasks to be done, or only those done."
    )
    due_on_from: date | None = strawberry.field(
        default=None, description="Due from this local day on."
    )
    due_on_to: date | None = strawberry.field(
        default=None, description="Due up to and including this local day."
    )
    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="About this object."
    )
    kind: list[str] | None = strawberry.field(default=None, description="Any of these kinds.")
    assignee_id: strawberry.ID | None = strawberry.field(
        default=None, description="To be done by this member of staff."
    )
    mine: bool | None = strawberry.field(
        default=None, description="Only those given to the caller, or only the others."
    )
