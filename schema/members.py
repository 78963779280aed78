"""Members of a brand in the contract: what they are, what they may do, and how that is changed."""

from datetime import datetime
from enum import StrEnum

import strawberry

from domain.identity import Scope
from schema.errors import UserError
from schema.fields import Node, asked, column, derived, edge, entity, instant
from schema.staff import StaffUser

READ = "The version that you read."
WHY = "Refusals; empty if it was done."
AS_IS = "The membership as it is now; null if there is none."
VERSION = "Grows with every change."


@strawberry.enum(description="What a member is in a brand.")
class StaffRole(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    DISPATCHER = "dispatcher"
    SALES = "sales"
    FINANCE = "finance"
    DRIVER = "driver"
    VIEWER = "viewer"
    SUPPORT = "support"


@strawberry.enum(description="Whether a right is given or taken.")
class GrantEffect(StrEnum):
    GRANT = "grant"
    DENY = "deny"


@entity(
    "scope_grants",
    description="A right that a member has besides the role, or has not in spite of it.",
    scope=Scope.STAFF_READ,
)
class ScopeGrant(Node):
    """Counts from when it was given until it ends or is revoked."""

    scope_name: str = derived(("scope",), str, "The right, as `viewer { scopes }` has it.")
    effect: GrantEffect = column("Given or taken; what is taken is stronger.")
    reason: str = column("Why.")
    given_by: StaffUser | None = edge("Who gave it; null for what is older than this record.")
    given_at: datetime = instant("Since when.")
    ends_at: datetime | None = instant("Until when; null: until it is revoked.")
    revoked_at: datetime | None = instant("When it was ended before its time.")
    version: int = column(VERSION)


@entity("memberships", description="What somebody is in this brand.", scope=Scope.STAFF_READ)
class Membership(Node):
    """One a person and brand: who comes back has it again."""

    role: StaffRole = column("What they are.")
    staff_user: StaffUser = edge("Who it is.")
    grants: list[ScopeGrant] = edge("What was ever granted or denied them, oldest first.")
    scopes: list[str] = asked(
        "What they may do now, sorted: of the role, with grants, without what is denied.",
        scope=Scope.STAFF_READ,
    )
    last_sign_in_at: datetime | None = asked(
        "When they last signed in, to whichever brand; kept as long as sessions are.",
        scope=Scope.STAFF_READ,
    )
    created_at: datetime = instant("Since when.")
    ended_at: datetime | None = instant("When it ended; null while it lasts.")
    version: int = column(VERSION)


@strawberry.input(description="Which memberships; conditions are joined by AND.")
class MembershipFilter:
    """Every field is a filter of the read model, by the same name."""

    ended: bool | None = strawberry.field(
        default=False, description="Only those that ended, or that last; null: both."
    )
    role: list[StaffRole] | None = strawberry.field(default=None, description="Any of these roles.")


@strawberry.input(description="Somebody who is to work for this brand.")
class InviteStaffInput:
    """Who is known to the operator by this address joins with the password that they have."""

    email: str = strawberry.field(description="Where they are written to; they sign in with it.")
    name: str = strawberry.field(description="Full name; who is known keeps theirs.")
    role: StaffRole = strawberry.field(description="What they are to be.")


@strawberry.input(description="Another role for a member.")
class ChangeMembershipInput:
    """Not your own."""

    id: strawberry.ID = strawberry.field(description="The membership.")
    expected_version: int = strawberry.field(description=READ)
    role: StaffRole = strawberry.field(description="What they are from now on.")


@strawberry.input(description="The end of a membership.")
class EndMembershipInput:
    """With it ends what was granted or denied them."""

    id: strawberry.ID = strawberry.field(description="The membership.")
    expected_version: int = strawberry.field(description=READ)


@strawberry.input(description="Somebody who is kept from signing in, or let in again.")
class StaffStatusInput:
    """For all brands of the operator."""

    id: strawberry.ID = strawberry.field(description="The staff user.")
    expected_version: int = strawberry.field(description="The staff user's version that you read.")


@strawberry.input(description="A right that a member is given, or that is taken from them.")
class GiveScopeInput:
    """One that you have yourself."""

    membership_id: strawberry.ID = strawberry.field(description="The member.")
    scope: str = strawberry.field(description="The right: `statistics:read`.")
    reason: str = strawberry.field(description="Why; at most 500 characters.")
    ends_at: datetime | None = strawberry.field(
        default=None, description="Until when, with its offset; left out: until it is revoked."
    )


@strawberry.input(description="The end of a grant or a deny.")
class RevokeGrantInput:
    """Before its time."""

    id: strawberry.ID = strawberry.field(description="The grant.")
    expected_version: int = strawberry.field(description=READ)


@strawberry.type(description="The membership, or why nothing was changed.")
class MembershipPayload:
    """What every change of a membership answers."""

    membership: Membership | None = strawberry.field(description=AS_IS)
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The staff user, or why nothing was changed.")
class StaffUserPayload:
    """What suspending and resuming answer."""

    staff_user: StaffUser | None = strawberry.field(description="As they are now.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The grant or deny, or why nothing was changed.")
class ScopeGrantPayload:
    """What giving and revoking answer."""

    scope_grant: ScopeGrant | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description=WHY)
