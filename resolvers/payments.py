"""Payments: the lists and objects that are asked for."""

import strawberry

from db.payments import PAYMENTS
from domain.identity import Scope
from resolvers.listing import by_id, listed
from schema.orders import PaymentOrder
from schema.pagination import Connection
from schema.payments import Payment, PaymentFilter


@strawberry.type
class PaymentQuery:
    """Root fields that read payments."""

    payments: Connection[Payment] = listed(
        PAYMENTS,
        filter=PaymentFilter,
        order=PaymentOrder.CREATED_AT_DESC,
        scope=Scope.PAYMENTS_READ,
        description="Payments that the caller may see.",
    )
    payment: Payment | None = by_id(Payment, PAYMENTS)
