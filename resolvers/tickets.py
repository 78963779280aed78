"""Tickets: one by its id or number, how they are sold, paid and given back, and who came."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry
from strawberry import Info

from db.database import Transaction
from db.tickets import TICKETS
from domain.identity import Scope
from domain.texts import storable
from domain.tickets import HandPayment, TicketWish
from resolvers.keys import key_of
from resolvers.listing import by_column, by_id, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.money import Money
from schema.permissions import check
from schema.tickets import (
    CancelTicketInput,
    ConfirmTicketInput,
    SellTicketsInput,
    SellTicketsPayload,
    Ticket,
    TicketInputOfTheDay,
    TicketPayload,
    TicketPaymentInput,
)
from services.tickets import (
    NewSale,
    cancel_ticket,
    check_in_ticket,
    confirm_ticket,
    mark_ticket_no_show,
    sell_tickets,
)


@strawberry.type
class TicketQuery:
    """Root fields that read tickets."""

    ticket: Ticket | None = by_id(Ticket, TICKETS)
    ticket_by_number: Ticket | None = by_column(
        Ticket, TICKETS, "number", "One ticket by its human number."
    )


@strawberry.type
class TicketMutation:
    """Root fields that change tickets."""

    @mutation(
        SellTicketsPayload,
        scope=Scope.TICKETS_WRITE,
        description="Sell seats of a shared tour; they wait for their payment.",
        keyed=True,
    )
    async def sell_tickets(self, info: Info, input: SellTicketsInput) -> SellTicketsPayload:
        context, now = info.context, info.context.world.now()
        wish = NewSale(
            tour_id=decode_as("SharedTour", input.shared_tour_id, path="sharedTourId"),
            customer_id=decode_as("Customer", input.customer_id, path="customerId"),
            tickets=[TicketWish(each.guests, each.with_lunch) for each in input.tickets],
            hold_minutes=input.hold_minutes,
        )
        sale = await context.write(
            lambda tx: sell_tickets(tx, wish, now=now, ids=context.world.ids), key=key_of(info)
        )
        rows = await context.edge(await one(info, TICKETS, sale), "sold_together")
        total = Money.of(sum(row.total_cents for row in rows), context.brand.currency)
        return SellTicketsPayload(tickets=rows, total=total, errors=[])

    @mutation(
        TicketPayload,
        scope=Scope.TICKETS_WRITE,
        description="Confirm a ticket that is paid in full.",
        keyed=True,
    )
    async def confirm_ticket(self, info: Info, input: ConfirmTicketInput) -> TicketPayload:
        context, now = info.context, info.context.world.now()
        if input.payment is not None:
            check(context.principal, Scope.PAYMENTS_WRITE)
        ticket_id, by_hand = decode_as("Ticket", input.id), _by_hand(input.payment)
        confirmed = await context.write(
            lambda tx: confirm_ticket(
                tx,
                ticket_id,
                expected_version=input.expected_version,
                by_hand=by_hand,
                now=now,
                ids=context.world.ids,
            ),
            key=key_of(info),
        )
        return TicketPayload(ticket=await one(info, TICKETS, confirmed), errors=[])

    @mutation(
        TicketPayload,
        scope=Scope.TICKETS_WRITE,
        description="Say that a ticket's guests are here, on the day of the tour.",
    )
    async def check_in_ticket(self, info: Info, input: TicketInputOfTheDay) -> TicketPayload:
        return await _changed(info, input, check_in_ticket)

    @mutation(
        TicketPayload,
        scope=Scope.TICKETS_WRITE,
        description="Say that a ticket's guests did not come; nothing goes back.",
    )
    async def mark_ticket_no_show(self, info: Info, input: TicketInputOfTheDay) -> TicketPayload:
        return await _changed(info, input, mark_ticket_no_show)

    @mutation(
        TicketPayload,
        scope=Scope.TICKETS_WRITE,
        description="Give a ticket back until the tour's cutoff; staff is told what to pay back.",
    )
    async def cancel_ticket(self, info: Info, input: CancelTicketInput) -> TicketPayload:
        return await _changed(
            info, input, cancel_ticket, reason=storable(input.reason, path="reason")
        )


async def _changed(
    info: Info,
    input: TicketInputOfTheDay | CancelTicketInput,
    use_case: Callable[..., Awaitable[UUID]],
    **more: Any,
) -> TicketPayload:
    """The ticket as it is behind the use case."""
    context, now = info.context, info.context.world.now()
    ticket_id, version = decode_as("Ticket", input.id), input.expected_version

    async def work(tx: Transaction) -> UUID:
        return await use_case(
            tx, ticket_id, expected_version=version, now=now, ids=context.world.ids, **more
        )

    return TicketPayload(ticket=await one(info, TICKETS, await context.write(work)), errors=[])


def _by_hand(given: TicketPaymentInput | None) -> HandPayment | None:
    if given is None:
        return None
    reference = given.reference
    text = None if reference is None else storable(reference, path="reference")
    return HandPayment(given.method.value, text)
