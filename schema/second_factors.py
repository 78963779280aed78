"""A member's own account in the contract: the second factor, and the sessions."""

from datetime import datetime

import strawberry

from schema.errors import UserError
from schema.staff import StaffUser

WHY = "Refusals; empty if it was done."


@strawberry.type(description="The second factor of the member who asks.")
class SecondFactor:
    """What is besides the password."""

    confirmed_at: datetime | None = strawberry.field(
        description="Since when it is asked for at sign-in; null if there is none."
    )
    recovery_codes_left: int = strawberry.field(description="Recovery codes that were not used.")
    required: bool = strawberry.field(description="Does the operator ask it of all members?")
    rule_version: int = strawberry.field(
        description="Send it as `expectedVersion` to `requireSecondFactor`; 0 if never said."
    )


@strawberry.type(description="A session that goes on.")
class StaffSession:
    """From a sign-in until it is ended, or for 30 days."""

    id: strawberry.ID = strawberry.field(description="Opaque; what `revokeSession` takes.")
    brand_code: str = strawberry.field(description="The brand that it began with.")
    user_agent: str | None = strawberry.field(description="What the program called itself.")
    address: str = strawberry.field(description="Where it began from.")
    began_at: datetime = strawberry.field(description="When it began.")
    refreshed_at: datetime = strawberry.field(description="When it last got a token.")
    proved_at: datetime = strawberry.field(description="When it last proved who is asking.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    current: bool = strawberry.field(description="Is it the one that asks?")


@strawberry.type(description="What an authenticator is told, or why it is not.")
class BeginTotpPayload:
    """Shown once; it counts when `confirmTotp` has shown a code of it."""

    secret: str | None = strawberry.field(description="The secret, to be typed: base32.")
    uri: str | None = strawberry.field(description="The same as an `otpauth` address.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.input(description="A code of the authenticator that was begun.")
class ConfirmTotpInput:
    """Six digits."""

    code: str = strawberry.field(description="The six digits that it shows now.")


@strawberry.type(description="The second factor with its recovery codes, or why there is none.")
class ConfirmTotpPayload:
    """The codes are shown once: they stand in for a lost authenticator."""

    second_factor: SecondFactor | None = strawberry.field(description="As it is now.")
    recovery_codes: list[str] | None = strawberry.field(
        description="Ten codes, each good once; they are never shown again."
    )
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="New recovery codes, or why there are none.")
class RenewRecoveryCodesPayload:
    """Those of before are worth nothing any more."""

    recovery_codes: list[str] | None = strawberry.field(
        description="Ten codes, each good once; they are never shown again."
    )
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The account without a second factor, or why it keeps it.")
class RemoveTotpPayload:
    """Secret and codes are deleted."""

    second_factor: SecondFactor | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.input(description="Somebody who works for this brand.")
class StaffUserInput:
    """Named by their id."""

    staff_user_id: strawberry.ID = strawberry.field(description="The member.")


@strawberry.type(description="The member without a second factor, or why it was not reset.")
class ResetSecondFactorPayload:
    """They are mailed, and their sessions are over."""

    staff_user: StaffUser | None = strawberry.field(description="The member.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.input(description="Whether all members need a second factor.")
class RequireSecondFactorInput:
    """Whoever has none can do nothing but enrol one."""

    required: bool = strawberry.field(description="Is it asked of everybody?")
    expected_version: int = strawberry.field(
        description="`ruleVersion` as you read it; 0 if it was never said."
    )


@strawberry.type(description="What is asked now, or why it stays as it was.")
class RequireSecondFactorPayload:
    """Beside a stale version it is as it is now."""

    second_factor: SecondFactor | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.input(description="One of your own sessions.")
class RevokeSessionInput:
    """The one that asks can be ended as well."""

    id: strawberry.ID = strawberry.field(description="The session.")


@strawberry.type(description="The session that is over, or why it is not.")
class RevokeSessionPayload:
    """It opens nothing from the next request on."""

    session: StaffSession | None = strawberry.field(description="As it was last.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="How many sessions are over, or why none is.")
class RevokeSessionsPayload:
    """They open nothing from the next request on."""

    ended: int | None = strawberry.field(description="So many were open.")
    errors: list[UserError] = strawberry.field(description=WHY)
