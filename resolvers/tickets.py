"""Tickets: one by its id or number, how they are sold, paid and given back, and who came."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry
from strawberry import Info

from db import links
from db.database import Transaction
from db.reading import children
from db.tickets import TICKETS
from domain.customers import Contact
from domain.identity import Principal, Scope
from domain.quotas import Policy
from domain.texts import storable
from domain.ticket_sales import NewSale, TicketWish
from domain.tickets import HandPayment
from resolvers.context import OperationContext
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
from services.boarding import check_in_ticket, mark_ticket_no_show
from services.ticket_sales import sell_tickets
from services.tickets import cancel_ticket, confirm_ticket


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
        scope=Scope.TICKETS_SELL,
        description="Sell seats of a shared tour; they wait for their payment.",
        keyed=True,
        policy=Policy.PAYMENTS,
    )
    async def sell_tickets(self, info: Info, input: SellTicketsInput) -> SellTicketsPayload:
        context, now = info.context, info.context.world.now()
        wish, fresh = _sale(context.principal, input), context.world.ids.new()
        sale = await context.write(
            lambda tx: sell_tickets(tx, wish, id=fresh, now=now, ids=context.world.ids),
            key=key_of(info),
            session=context.opening(fresh),
        )
        return await _sold(context, sale)

    @mutation(
        TicketPayload,
        scope=Scope.TICKETS_WRITE,
        description="Confirm a ticket that is paid in full.",
        keyed=True,
        policy=Policy.PAYMENTS,
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
        scope=Scope.TICKETS_CHECK_IN,
        description="Say that a ticket's guests are here, on the day of the tour; a driver says it"
        " of their own tours.",
    )
    async def check_in_ticket(self, info: Info, input: TicketInputOfTheDay) -> TicketPayload:
        return await _changed(info, input, check_in_ticket)

    @mutation(
        TicketPayload,
        scope=Scope.TICKETS_CHECK_IN,
        description="Say that a ticket's guests did not come; nothing goes back. A driver says it"
        " of their own tours.",
    )
    async def mark_ticket_no_show(self, info: Info, input: TicketInputOfTheDay) -> TicketPayload:
        return await _changed(info, input, mark_ticket_no_show)

    @mutation(
        TicketPayload,
        scope=Scope.TICKETS_WRITE,
        description="Give a ticket back until the tour's cutoff; staff is told what to pay back.",
        policy=Policy.PAYMENTS,
        fresh=True,
    )
    async def cancel_ticket(self, info: Info, input: CancelTicketInput) -> TicketPayload:
        return await _changed(info, input, cancel_ticket, reason=input.reason)


def _sale(principal: Principal, input: SellTicketsInput) -> NewSale:
    given, customer_id = input.contact, input.customer_id
    return NewSale(
        tour_id=decode_as("SharedTour", input.shared_tour_id, path="sharedTourId"),
        tickets=[TicketWish(each.guests, each.with_lunch) for each in input.tickets],
        seller=principal.kind,
        actor_id=principal.actor_id,
        customer_id=None
        if customer_id is None
        else decode_as("Customer", customer_id, path="customerId"),
        contact=None if given is None else Contact.of(given.name, given.email, given.phone),
        hold_minutes=input.hold_minutes,
    )


async def _sold(context: OperationContext, sale: UUID) -> SellTicketsPayload:
    """The sale as whoever holds its token sees it: a website has no right to any ticket."""
    async with context.opening(sale).read() as tx:
        found = await children(tx, TICKETS, TICKETS.many["sold_together"], [sale])
        link = await links.of_object(tx, sale)
    rows: list[Any] = list(found[0])
    total = sum(row.total_cents for row in rows)
    return SellTicketsPayload(
        tickets=rows,
        total=Money.of(total, context.brand.currency),
        checkout_token=context.world.links.token_of(link) if link else None,
        errors=[],
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
