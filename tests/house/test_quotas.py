"""Whatever a publishable key can change is counted by more than its requests."""

from typing import Any

from auth.roles import scopes_of
from domain.identity import Kind
from domain.quotas import Policy
from resolvers.root import Mutation
from resolvers.shapes import POLICY
from schema.permissions import Requires

PAYING = {
    "cancel_booking",
    "cancel_reservation",
    "cancel_ticket",
    "check_out",
    "confirm_ticket",
    "hold_booking",
    "record_payment",
    "sell_tickets",
}


def fields() -> list[Any]:
    definition: Any = Mutation.__strawberry_definition__  # type: ignore[attr-defined]
    return list(definition.fields)


def scope_of(field: Any) -> Any:
    (required,) = (each for each in field.extensions if isinstance(each, Requires))
    return required.scope


def test_what_anybody_with_a_site_key_changes_is_a_payment_or_a_form() -> None:
    public = scopes_of(Kind.SITE, role="site", grants=(), denies=())
    counted = {
        each.name: each.metadata.get(POLICY) for each in fields() if scope_of(each) in public
    }
    assert {name for name, policy in counted.items() if policy is None} == set()
    assert {"create_inquiry", "create_reservation"} <= {
        name for name, policy in counted.items() if policy is Policy.FORMS
    }


def test_what_pays_charges_or_refunds_is_counted_as_such() -> None:
    marked = {each.name for each in fields() if each.metadata.get(POLICY) is Policy.PAYMENTS}
    assert marked == PAYING
