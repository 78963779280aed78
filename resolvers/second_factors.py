"""The second factor of the member who asks, and what owners ask of everybody."""

from functools import partial
from typing import Any

import strawberry
from strawberry import Info

from auth.second_factors import SecondFactors
from db import second_factors
from db.staff import STAFF_USERS
from domain.identity import Scope
from resolvers.listing import one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.permissions import requires
from schema.second_factors import (
    BeginTotpPayload,
    ConfirmTotpInput,
    ConfirmTotpPayload,
    RemoveTotpPayload,
    RenewRecoveryCodesPayload,
    RequireSecondFactorInput,
    RequireSecondFactorPayload,
    ResetSecondFactorPayload,
    SecondFactor,
    StaffUserInput,
)
from services.second_factors import (
    begin_totp,
    confirm_totp,
    remove_totp,
    renew_recovery_codes,
    require_second_factor,
    reset_second_factor,
)


async def own_factor(info: Info) -> SecondFactor:
    """Of the member who asks, as it is now."""
    context = info.context
    tx = await context.snapshot.transaction()
    state = await second_factors.state(tx, context.principal.actor_id)
    at = state.confirmed_at
    return SecondFactor(
        confirmed_at=at.astimezone(context.zone) if at else None,
        recovery_codes_left=state.codes_left,
        required=state.required,
        rule_version=state.rule_version,
    )


@strawberry.type
class SecondFactorQuery:
    """Root fields that read the caller's own account."""

    @strawberry.field(
        extensions=[requires(Scope.ACCOUNT_WRITE)],
        description="Your second factor, and whether the operator asks for one.",
    )
    async def second_factor(self, info: Info) -> SecondFactor:
        return await own_factor(info)


@strawberry.type
class SecondFactorMutation:
    """Root fields that change what members prove themselves with."""

    @mutation(
        BeginTotpPayload,
        scope=Scope.ACCOUNT_WRITE,
        description="Draw the secret of an authenticator (RFC 6238), to be confirmed by a code.",
        fresh=True,
    )
    async def begin_totp(self, info: Info) -> BeginTotpPayload:
        begun = await _write(info, begin_totp, _factors(info))
        return BeginTotpPayload(secret=begun.secret, uri=begun.address, errors=[])

    @mutation(
        ConfirmTotpPayload,
        scope=Scope.ACCOUNT_WRITE,
        description="Show a code of the new authenticator: from now on sign-in asks for one."
        " Your other sessions are over.",
        fresh=True,
    )
    async def confirm_totp(self, info: Info, input: ConfirmTotpInput) -> ConfirmTotpPayload:
        codes = await _write(info, confirm_totp, _factors(info), input.code)
        factor = await own_factor(info)
        return ConfirmTotpPayload(second_factor=factor, recovery_codes=codes, errors=[])

    @mutation(
        RenewRecoveryCodesPayload,
        scope=Scope.ACCOUNT_WRITE,
        description="Get ten new recovery codes in place of those of before.",
        fresh=True,
    )
    async def renew_recovery_codes(self, info: Info) -> RenewRecoveryCodesPayload:
        codes = await _write(info, renew_recovery_codes, _factors(info))
        return RenewRecoveryCodesPayload(recovery_codes=codes, errors=[])

    @mutation(
        RemoveTotpPayload,
        scope=Scope.ACCOUNT_WRITE,
        description="Have no second factor any more.",
        fresh=True,
    )
    async def remove_totp(self, info: Info) -> RemoveTotpPayload:
        await _write(info, remove_totp)
        return RemoveTotpPayload(second_factor=await own_factor(info), errors=[])

    @mutation(
        ResetSecondFactorPayload,
        scope=Scope.SECURITY_WRITE,
        description="Take the second factor of a member who has lost it; they are mailed.",
        fresh=True,
    )
    async def reset_second_factor(
        self, info: Info, input: StaffUserInput
    ) -> ResetSecondFactorPayload:
        staff_id = decode_as("StaffUser", input.staff_user_id, path="staffUserId")
        await _write(info, reset_second_factor, staff_id)
        member = await one(info, STAFF_USERS, staff_id)
        return ResetSecondFactorPayload(staff_user=member, errors=[])

    @mutation(
        RequireSecondFactorPayload,
        scope=Scope.SECURITY_WRITE,
        description="Ask all members of the operator for a second factor, or no more.",
        fresh=True,
    )
    async def require_second_factor(
        self, info: Info, input: RequireSecondFactorInput
    ) -> RequireSecondFactorPayload:
        work = partial(
            require_second_factor,
            required=input.required,
            expected_version=input.expected_version,
        )
        await _write(info, work)
        return RequireSecondFactorPayload(second_factor=await own_factor(info), errors=[])


def _factors(info: Info) -> SecondFactors:
    factors: SecondFactors | None = info.context.world.factors
    if factors is None:
        raise LookupError("a world without second factors")
    return factors


async def _write(info: Info, use_case: Any, *given: Any) -> Any:
    context, now = info.context, info.context.world.now()
    return await context.write(lambda tx: use_case(tx, *given, now=now, ids=context.world.ids))
