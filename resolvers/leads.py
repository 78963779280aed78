"""Inquiries and tasks: the lists that staff work from."""

import strawberry

from db.leads import INQUIRIES, TASKS
from domain.identity import Scope
from resolvers.listing import by_id, listed
from schema.leads import Inquiry, InquiryFilter, Task, TaskFilter
from schema.orders import InquiryOrder, TaskOrder
from schema.pagination import Connection


@strawberry.type
class LeadQuery:
    """Root fields that read inquiries and tasks."""

    inquiries: Connection[Inquiry] = listed(
        INQUIRIES,
        filter=InquiryFilter,
        order=InquiryOrder.CREATED_AT_DESC,
        scope=Scope.INQUIRIES_READ,
        description="Inquiries of the brand.",
        guarded={"text": Scope.CUSTOMERS_CONTACT},
    )
    inquiry: Inquiry | None = by_id(Inquiry, INQUIRIES)
    tasks: Connection[Task] = listed(
        TASKS,
        filter=TaskFilter,
        order=TaskOrder.DUE_AT_ASC,
        scope=Scope.TASKS_READ,
        description="Tasks of the brand.",
    )
    task: Task | None = by_id(Task, TASKS)
