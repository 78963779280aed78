"""Plans of proposals: the whole of one, and the single moves of a day or a stop."""

import strawberry
from strawberry import Info

from domain.identity import Scope
from domain.proposal_plans import (
    arranged,
    moved_day,
    moved_stop,
    with_day,
    with_stop,
    without_day,
    without_stop,
)
from resolvers.proposals import changed
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.proposal_plans import (
    AddProposalDayInput,
    AddProposalStopInput,
    MoveProposalDayInput,
    MoveProposalStopInput,
    RemoveProposalDayInput,
    RemoveProposalStopInput,
    SetProposalDaysInput,
)
from schema.proposals import ProposalPayload
from services.proposals import Replan, change_proposal_plan


async def _replanned(info: Info, id: strawberry.ID, version: int, plan: Replan) -> ProposalPayload:
    proposal_id = decode_as("Proposal", id)
    now, ids = info.context.world.now(), info.context.world.ids
    return await changed(
        info,
        lambda tx: change_proposal_plan(
            tx, proposal_id, plan, expected_version=version, now=now, ids=ids
        ),
    )


@strawberry.type
class ProposalPlanMutation:
    """Root fields that write days and stops."""

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Replace the whole plan of a proposal: all days with all stops.",
    )
    async def set_proposal_days(self, info: Info, input: SetProposalDaysInput) -> ProposalPayload:
        days = [day.to_domain() for day in input.days]
        return await _replanned(
            info, input.id, input.expected_version, lambda _, head: arranged(days, head)
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Add a day with its stops to the plan of a proposal.",
    )
    async def add_proposal_day(self, info: Info, input: AddProposalDayInput) -> ProposalPayload:
        day = input.day.to_domain()
        return await _replanned(
            info, input.id, input.expected_version, lambda plan, head: with_day(plan, day, head)
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Move a day of a plan to another date; two days trade theirs.",
    )
    async def move_proposal_day(self, info: Info, input: MoveProposalDayInput) -> ProposalPayload:
        on, to = input.on_date, input.to_date
        return await _replanned(
            info, input.id, input.expected_version, lambda plan, head: moved_day(plan, on, to, head)
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Take a day with its stops out of the plan of a proposal.",
    )
    async def remove_proposal_day(
        self, info: Info, input: RemoveProposalDayInput
    ) -> ProposalPayload:
        on = input.on_date
        return await _replanned(
            info, input.id, input.expected_version, lambda plan, _: without_day(plan, on)
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Add a stop to a day of the plan, at its end or at a position.",
    )
    async def add_proposal_stop(self, info: Info, input: AddProposalStopInput) -> ProposalPayload:
        on, stop, position = input.on_date, input.stop.to_domain(), input.position
        return await _replanned(
            info,
            input.id,
            input.expected_version,
            lambda plan, _: with_stop(plan, on, stop, position),
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Move a stop to another place of its day, or of another day.",
    )
    async def move_proposal_stop(self, info: Info, input: MoveProposalStopInput) -> ProposalPayload:
        wish = input
        return await _replanned(
            info,
            wish.id,
            wish.expected_version,
            lambda plan, _: moved_stop(
                plan,
                wish.on_date,
                wish.position,
                to_date=wish.to_date,
                to_position=wish.to_position,
            ),
        )

    @mutation(
        ProposalPayload,
        scope=Scope.PROPOSALS_WRITE,
        description="Take a stop out of a day of the plan.",
    )
    async def remove_proposal_stop(
        self, info: Info, input: RemoveProposalStopInput
    ) -> ProposalPayload:
        on, position = input.on_date, input.position
        return await _replanned(
            info,
            input.id,
            input.expected_version,
            lambda plan, _: without_stop(plan, on, position)[0],
        )
