"""How long records are kept, in the contract."""

from enum import StrEnum

import strawberry

from schema.errors import UserError


@strawberry.enum(description="A kind of record that is kept for a time.")
class RetentionKind(StrEnum):
    PERSONAL_VALUES = "personal_values"
    ADDRESSES = "addresses"
    SESSIONS = "sessions"


@strawberry.type(description="How long one kind of record is kept.")
class RetentionRule:
    """The same for all brands."""

    kind: RetentionKind = strawberry.field(description="What is kept.")
    days: int = strawberry.field(description="For how many days.")
    least_days: int = strawberry.field(description="The least that can be chosen.")
    most_days: int = strawberry.field(description="The most that can be chosen.")
    version: int = strawberry.field(description="Send it back as `expectedVersion`.")


@strawberry.input(description="Keep one kind of record longer or shorter.")
class SetRetentionInput:
    """It counts from the next night on."""

    kind: RetentionKind = strawberry.field(description="What is kept.")
    days: int = strawberry.field(description="For how many days.")
    expected_version: int = strawberry.field(description="The version that you read.")


@strawberry.type(description="The rules, or why none was changed.")
class SetRetentionPayload:
    """Every rule as it is now."""

    rules: list[RetentionRule] | None = strawberry.field(description="Every rule.")
    errors: list[UserError] = strawberry.field(description="Refusals; empty if it was changed.")
