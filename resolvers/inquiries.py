"""Inquiries: taken in, answered, converted or lost."""

from enum import Enum
from typing import Any

import strawberry
from strawberry import Info

from db import inquiries as numbers
from db import links
from db.leads import INQUIRIES
from domain.conversions import Conversion, TargetKind
from domain.errors import InvalidInput
from domain.identity import Kind, Scope
from domain.inquiries import CHANGEABLE, InquiryChange, InquiryMove, NewInquiry
from domain.quotas import Policy
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.global_ids import decode, decode_as, encode
from schema.lead_changes import (
    AssignInquiryInput,
    ConvertInquiryInput,
    CreateInquiryInput,
    CreateInquiryPayload,
    InquiryPayload,
    MoveInquiryInput,
    UpdateInquiryInput,
    WithdrawInquiryInput,
)
from services import inquiries

SOURCE_OF = {Kind.PARTNER: "partner"}
TARGETS: dict[str, TargetKind] = {
    "Reservation": "reservation",
    "Proposal": "proposal",
    "Booking": "booking",
}


@strawberry.type
class InquiryMutation:
    """Root fields that change inquiries."""

    @mutation(
        CreateInquiryPayload,
        scope=Scope.INQUIRIES_MAKE,
        description="Take in an inquiry; staff are told to answer it within a day.",
        policy=Policy.FORMS,
    )
    async def create_inquiry(self, info: Info, input: CreateInquiryInput) -> CreateInquiryPayload:
        context, now, ids = info.context, info.context.world.now(), info.context.world.ids
        id, kind = ids.new(), context.principal.kind
        wish = NewInquiry(
            name=input.name,
            email=input.email,
            phone=input.phone,
            source=input.source.value if kind is Kind.STAFF else SOURCE_OF.get(kind, "website"),
            wished_on=input.wished_on,
            party_size=input.party_size,
            tour_type=input.tour_type.value if input.tour_type else None,
            message=input.message,
        )
        session = context.opening(id)
        await context.write(
            lambda tx: inquiries.create_inquiry(tx, wish, id=id, now=now, ids=ids),
            session=session,
        )
        async with session.read() as tx:
            number, link = await numbers.number(tx, id), await links.of_object(tx, id)
        shown = context.principal.may(Scope.INQUIRIES_READ)
        return CreateInquiryPayload(
            inquiry=await one(info, INQUIRIES, id) if shown else None,
            id=strawberry.ID(encode("Inquiry", id)),
            number=number,
            checkout_token=context.world.links.token_of(link) if link else None,
            errors=[],
        )

    @mutation(
        InquiryPayload,
        scope=Scope.INQUIRIES_WRITE,
        description="Correct the contact data and the wishes of an inquiry.",
    )
    async def update_inquiry(self, info: Info, input: UpdateInquiryInput) -> InquiryPayload:
        context, now = info.context, info.context.world.now()
        named = {
            name: value.value if isinstance(value, Enum) else value
            for name in CHANGEABLE
            if (value := getattr(input, name)) is not strawberry.UNSET
        }
        wish = InquiryChange(decode_as("Inquiry", input.id), input.expected_version, named)
        changed = await context.write(
            lambda tx: inquiries.update_inquiry(tx, wish, now=now, ids=context.world.ids)
        )
        return await _answer(info, changed)

    @mutation(
        InquiryPayload,
        scope=Scope.INQUIRIES_WRITE,
        description="Bring an inquiry to its next state, or say why it is lost.",
    )
    async def move_inquiry(self, info: Info, input: MoveInquiryInput) -> InquiryPayload:
        context, now = info.context, info.context.world.now()
        wish = InquiryMove(
            decode_as("Inquiry", input.id),
            input.expected_version,
            input.status.value,
            input.reason,
        )
        moved = await context.write(
            lambda tx: inquiries.move_inquiry(tx, wish, now=now, ids=context.world.ids)
        )
        return await _answer(info, moved)

    @mutation(
        InquiryPayload,
        scope=Scope.INQUIRIES_WITHDRAW,
        description="Take back what one has asked: the inquiry is lost, and nobody answers it. For"
        " whoever holds its token; staff say that it is lost by `moveInquiry`.",
    )
    async def withdraw_inquiry(self, info: Info, input: WithdrawInquiryInput) -> InquiryPayload:
        context, now = info.context, info.context.world.now()
        inquiry = decode_as("Inquiry", input.id)
        withdrawn = await context.write(
            lambda tx: inquiries.withdraw_inquiry(
                tx,
                inquiry,
                input.reason,
                expected_version=input.expected_version,
                now=now,
                ids=context.world.ids,
            )
        )
        return await _answer(info, withdrawn)

    @mutation(
        InquiryPayload, scope=Scope.INQUIRIES_WRITE, description="Say who answers an inquiry."
    )
    async def assign_inquiry(self, info: Info, input: AssignInquiryInput) -> InquiryPayload:
        context, now = info.context, info.context.world.now()
        inquiry, assignee = decode_as("Inquiry", input.id), staff_user(input.assignee_id)
        assigned = await context.write(
            lambda tx: inquiries.assign_inquiry(
                tx,
                inquiry,
                assignee,
                expected_version=input.expected_version,
                now=now,
                ids=context.world.ids,
            )
        )
        return await _answer(info, assigned)

    @mutation(
        InquiryPayload,
        scope=Scope.INQUIRIES_WRITE,
        description="Say which reservation, proposal or booking an inquiry became; it is won.",
    )
    async def convert_inquiry(self, info: Info, input: ConvertInquiryInput) -> InquiryPayload:
        context, now = info.context, info.context.world.now()
        name, target = decode(input.into, path="into")
        if name not in TARGETS:
            raise InvalidInput(
                "An inquiry becomes a reservation, a proposal or a booking.", path="into"
            )
        inquiry = decode_as("Inquiry", input.id)
        wish = Conversion(inquiry, input.expected_version, TARGETS[name], target)
        won = await context.write(
            lambda tx: inquiries.convert_inquiry(tx, wish, now=now, ids=context.world.ids)
        )
        return await _answer(info, won)


def staff_user(global_id: str | None) -> Any:
    """The id of an assignee; None for nobody."""
    return None if global_id is None else decode_as("StaffUser", global_id, path="assigneeId")


async def _answer(info: Info, id: Any) -> InquiryPayload:
    return InquiryPayload(inquiry=await one(info, INQUIRIES, id), errors=[])
