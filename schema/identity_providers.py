"""Single sign-on in the contract: a tenant's issuer, and whom of the staff it knows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import strawberry
from strawberry import UNSET

from domain.identity import Scope
from domain.identity_providers import NewTerms, Rule, Seats
from schema.errors import UserError
from schema.fields import Node, column, derived, edge, entity, instant
from schema.members import READ, VERSION, WHY, StaffRole
from schema.price_inputs import given, needed
from schema.staff import StaffUser

STAYS: Final = "left out: it stays"
PATH: Final = "names from the outside in: `realm_access`, `roles`"
OTHER: Final = frozenset({"expected_version", "client_secret", "rules", "fallback"})


@strawberry.enum(description="How somebody whom the issuer names becomes a member.")
class Provisioning(StrEnum):
    INVITED = "invited"
    JUST_IN_TIME = "just_in_time"


@strawberry.type(description="A role in brands.")
class Seating:
    """In all brands if none is named."""

    role: StaffRole = strawberry.field(description="What somebody is there.")
    brands: list[str] = strawberry.field(description="Codes of brands; none: in all of them.")


@strawberry.type(description="What a value of the role claim is worth.")
class SeatingRule:
    """Of two rules that give a role in one brand the first counts."""

    value: str = strawberry.field(description="The value, to the letter.")
    seating: Seating = strawberry.field(description="What whoever has it is here.")


def seating(stored: Mapping[str, Any] | None) -> Seating | None:
    if stored is None:
        return None
    return Seating(role=StaffRole(stored["role"]), brands=list(stored["brands"]))


def rules(stored: Sequence[Mapping[str, Any]]) -> list[SeatingRule]:
    return [
        SeatingRule(
            value=each["value"],
            seating=Seating(
                role=StaffRole(each["seats"]["role"]), brands=list(each["seats"]["brands"])
            ),
        )
        for each in stored
    ]


@entity(
    "identity_providers",
    description="An issuer of OpenID Connect that says who the tenant's staff are.",
    scope=Scope.STAFF_READ,
)
class IdentityProvider(Node):
    """One a tenant; those of before stay to be read."""

    issuer: str = column("Its address, as it names itself.")
    client_id: str = column("What it calls this service.")
    has_secret: bool = derived(
        ("secret_id",),
        lambda secret: secret is not None,
        "Is there a secret, or is the client public?",
    )
    scopes: list[str] = column("What is asked of it.")
    role_claim: list[str] = column(f"The claim that the rules are about; {PATH}.")
    rules: list[SeatingRule] = derived(("rules",), rules, "What its values are worth.")
    fallback: Seating | None = derived(
        ("fallback",), seating, "What somebody is whom no rule names; null: they are refused."
    )
    provisioning: Provisioning = column("Only who was invited, or whoever it names.")
    email_domains: list[str] = column("Only addresses of these domains; none: of any.")
    verified_claim: list[str] = column(f"The claim that says the address is verified; {PATH}.")
    strong_acrs: list[str] = column("Values of `acr` that say there was a second factor.")
    enforced: bool = column("Do members sign in by it alone? Owners keep their passwords.")
    created_at: datetime = instant("Since when.")
    removed_at: datetime | None = instant("When it was removed; null while it is in use.")
    version: int = column(VERSION)


@entity(
    "staff_identities",
    description="Whom an issuer means by a subject.",
    scope=Scope.STAFF_READ,
)
class StaffIdentity(Node):
    """Linked when somebody first signs in by the issuer."""

    issuer: str = column("The issuer.")
    subject: str = column("What the issuer calls them, for ever.")
    staff_user: StaffUser = edge("Who it is here.")
    linked_at: datetime = instant("Since when.")
    unlinked_at: datetime | None = instant("Until when; null while it counts.")
    version: int = column(VERSION)


@strawberry.input(description="Which issuers; conditions are joined by AND.")
class IdentityProviderFilter:
    """Every field is a filter of the read model, by the same name."""

    removed: bool | None = given(None, "Only those removed, or the one in use; left out: all.")


@strawberry.input(description="Which identities; conditions are joined by AND.")
class StaffIdentityFilter:
    """Every field is a filter of the read model, by the same name."""

    unlinked: bool | None = given(
        default=False, description="Only those that count no more, or that do; null: all."
    )
    staff_user_id: strawberry.ID | None = given(None, "Of this member.")


@strawberry.input(description="A role in brands.")
class SeatingInput:
    """In all brands if none is named."""

    role: StaffRole = needed("What somebody is there; `OWNER` is given by owners alone.")
    brands: list[str] | None = given(None, "Codes of brands; none: in all of them.")

    def to_domain(self) -> Seats:
        return Seats(self.role.value, tuple(self.brands or ()))


@strawberry.input(description="What a value of the role claim is worth.")
class SeatingRuleInput:
    """Of two rules that give a role in one brand the first counts."""

    value: str = needed("The value, to the letter.")
    seating: SeatingInput = needed("What whoever has it is here.")


@strawberry.input(description="By whom the tenant's staff sign in; a field left out stays.")
class SetIdentityProviderInput:
    """The first time `issuer` and `clientId` are needed."""

    expected_version: int = needed(f"{READ} 0: there is none yet.")
    issuer: str | None = given(UNSET, f"Its address, as it names itself; {STAYS}.")
    client_id: str | None = given(UNSET, f"What it calls this service; {STAYS}.")
    client_secret: str | None = given(
        UNSET, f"Sealed, and never shown again; null: the client is public; {STAYS}."
    )
    scopes: list[str] | None = given(UNSET, f"What is asked of it, `openid` included; {STAYS}.")
    role_claim: list[str] | None = given(UNSET, f"The claim of roles; {PATH}; {STAYS}.")
    rules: list[SeatingRuleInput] | None = given(UNSET, f"What its values are worth; {STAYS}.")
    fallback: SeatingInput | None = given(
        UNSET, f"What somebody is whom no rule names; null: they are refused; {STAYS}."
    )
    provisioning: Provisioning | None = given(UNSET, f"Who becomes a member by it; {STAYS}.")
    email_domains: list[str] | None = given(UNSET, f"Domains of addresses; {STAYS}.")
    verified_claim: list[str] | None = given(
        UNSET, f"The claim that says the address is verified; {PATH}; {STAYS}."
    )
    strong_acrs: list[str] | None = given(
        UNSET, f"Values of `acr` that say there was a second factor; {STAYS}."
    )
    enforced: bool | None = given(
        UNSET, f"Members sign in by it alone, and owners by password too; {STAYS}."
    )

    def to_domain(self) -> NewTerms:
        """A null says nothing, but of what can be absent."""
        named: dict[str, Any] = {}
        for name in self.__class__.__annotations__:
            value = getattr(self, name)
            if name not in OTHER and value is not UNSET and value is not None:
                plain = tuple(value) if isinstance(value, list) else value
                named[name] = plain.value if isinstance(plain, StrEnum) else plain
        if self.rules is not UNSET and self.rules is not None:
            named["rules"] = tuple(
                Rule(each.value, each.seating.to_domain()) for each in self.rules
            )
        if self.fallback is not UNSET:
            named["fallback"] = self.fallback.to_domain() if self.fallback else None
        return NewTerms(self.expected_version, named)


@strawberry.input(description="The end of single sign-on.")
class RemoveIdentityProviderInput:
    """Members sign in by password again."""

    id: strawberry.ID = needed("The issuer.")
    expected_version: int = needed(READ)


@strawberry.input(description="An identity that counts no more.")
class UnlinkStaffIdentityInput:
    """Whoever signs in next with the member's address is linked anew."""

    id: strawberry.ID = needed("The identity.")
    expected_version: int = needed(READ)


@strawberry.type(description="The issuer, or why nothing was changed.")
class IdentityProviderPayload:
    """What setting and removing answer."""

    identity_provider: IdentityProvider | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description=WHY)


@strawberry.type(description="The identity, or why nothing was changed.")
class StaffIdentityPayload:
    """What unlinking answers."""

    staff_identity: StaffIdentity | None = strawberry.field(description="As it is now.")
    errors: list[UserError] = strawberry.field(description=WHY)
