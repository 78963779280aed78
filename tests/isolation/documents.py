"""Documents made from the schema: every root field, its arguments filled with another's values.

What the generator cannot fill it refuses to leave out: a new argument, or a new kind of value,
fails the tests until somebody says here what a stranger would try there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    StringValueNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
)
from strawberry.utils.str_converters import to_snake_case

from resolvers.nodes import ENTITIES
from schema.global_ids import encode

# How deep a list is asked plainly, and in its variants; and an object with its edges.
DEEPEST = 3
ROWS = 2
OBJECT = 1
Values = Mapping[str, Any]
# What is named in changes and fetched with its owner alone.
OWNED: Mapping[str, str] = {"Stop": "booking_stops"}
# What has an id, and is no entity: a member's sessions, by the mutation that ends one.
NAMED: Mapping[str, tuple[str, str]] = {
    "mutation revokeSession": ("StaffSession", "staff_sessions")
}
# What a stranger writes of a proposal.
PROPOSED: Mapping[str, Any] = {
    **dict.fromkeys(("startsOn", "endsOn", "onDate", "toDate"), ("2031-06-09",)),
    **dict.fromkeys(("discountPercent", "gratuityPercent"), (1.5,)),
    **dict.fromkeys(("position", "toPosition", "quantity"), (1,)),
    **dict.fromkeys(("unitCents", "overrideCents"), (100,)),
    **dict.fromkeys(
        (
            "title",
            "clientNotes",
            "internalNotes",
            "driverNotes",
            "label",
            "dietary",
            "room",
            "body",
            "reason",
            "signatureName",
            "confirmedName",
        ),
        ("A stranger's choice",),
    ),
    "startsAtLocal": ["10:30:00"],
}
BRAND = "{ brand { code } }"
ONE_OF: Mapping[str, frozenset[str]] = {
    "RecordPaymentInput": frozenset({"bookingId", "reservationId", "proposalId"}),
}
"""Fields of which an input names exactly one."""


class Unknown(Exception):
    """Something that the generator has not been taught; the message says what and where."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: teach tests/isolation/documents.py what a stranger tries there")


@dataclass(frozen=True, slots=True)
class Victim:
    """Whose values are tried: a row of each table, and a text that stands in all of them."""

    rows: Mapping[str, Values]
    mark: str
    cursors: Mapping[str, str] = field(default_factory=dict)

    def id_of(self, type_name: str, path: str) -> str:
        if type_name in OWNED:
            row = self.rows.get(OWNED[type_name], {"id": self.rows["customers"]["id"]})
            return encode(f"Booking{type_name}", row["id"])
        if type_name not in ENTITIES:
            raise Unknown(f"`{path}` is the id of no known type")
        row = self.rows.get(ENTITIES[type_name].relation, {"id": self.rows["customers"]["id"]})
        return encode(type_name, row["id"])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to ask a field: its document and its variables."""

    name: str
    document: str
    variables: Values


def entity_of(output: GraphQLOutputType) -> str | None:
    """The entity that a field, a connection or a payload gives; None if it gives none."""
    named = get_named_type(output)
    if named.name in ENTITIES:
        return named.name
    if not isinstance(named, GraphQLObjectType):
        return None
    inner = named.fields.get("edges") or named.fields.get("node")
    if inner is not None:
        return entity_of(inner.type)
    found = [name for each in named.fields.values() if (name := _direct(each.type))]
    return found[0] if found else None


def _direct(output: GraphQLOutputType) -> str | None:
    name = get_named_type(output).name
    return name if name in ENTITIES else None


def attempts(operation: str, name: str, asked: GraphQLField, victim: Victim) -> Iterator[Attempt]:
    """The field with its required arguments, then with each value of each other one."""
    path = f"{operation} {name}"
    required = {
        argument: next(tried(path, argument, given.type, asked, victim))
        for argument, given in asked.args.items()
        if is_required_argument(given)
    }
    is_list = "first" in asked.args or operation == "subscription"
    yield _attempt(path, asked, required, "plainly", DEEPEST if is_list else OBJECT)
    for other in _other_inputs(path, asked, victim):
        yield _attempt(path, asked, {**required, "input": other}, f"input: {other}", ROWS)
    for argument, given in asked.args.items():
        if argument in required:
            continue
        for value in tried(path, argument, given.type, asked, victim):
            yield _attempt(path, asked, {**required, argument: value}, f"{argument}: {value}", ROWS)


def _other_inputs(path: str, asked: GraphQLField, victim: Victim) -> Iterator[Any]:
    """The further inputs of a mutation that asks for one of several objects."""
    if "input" in asked.args and is_required_argument(asked.args["input"]):
        yield from islice(tried(path, "input", asked.args["input"].type, asked, victim), 1, None)


def _attempt(path: str, asked: GraphQLField, values: Values, label: str, depth: int) -> Attempt:
    operation, _, name = path.partition(" ")
    types = {argument: asked.args[argument].type for argument in values}
    variables = ", ".join(f"${argument}: {kind}" for argument, kind in types.items())
    arguments = ", ".join(f"{argument}: ${argument}" for argument in types)
    document = (
        f"{operation} {f'({variables})' if types else ''} {{ {name}"
        f"{f'({arguments})' if types else ''} {selection(asked.type, depth)} }}"
    )
    return Attempt(label, document, values)


def selection(output: GraphQLOutputType, depth: int) -> str:
    """Every field that needs no argument, as deep as the limit."""
    named = get_named_type(output)
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLInterfaceType):
        return "{ __typename id }"
    if not isinstance(named, GraphQLObjectType):
        raise Unknown(f"the type {named.name}")
    chosen = []
    for name, each in named.fields.items():
        if any(is_required_argument(argument) for argument in each.args.values()):
            raise Unknown(f"an argument of `{named.name}.{name}`")
        if is_leaf_type(get_named_type(each.type)):
            chosen.append(name)
        elif depth > 0:
            chosen.append(f"{name} {selection(each.type, depth - 1)}")
    return f"{{ {' '.join(chosen or ['__typename'])} }}"


def tried(
    path: str, name: str, kind: GraphQLInputType, asked: GraphQLField, victim: Victim
) -> Iterator[Any]:
    """What a stranger would hand to an argument, or to a field of an input."""
    at, named, snake = f"{path}({name})", get_named_type(kind), to_snake_case(name)
    entity = entity_of(asked.type)
    if isinstance(named, GraphQLInputObjectType):
        many = isinstance(get_nullable_type(kind), GraphQLList)
        for value in _inputs(at, name, named, asked, victim):
            yield [value] if many else value
    elif isinstance(named, GraphQLEnumType):
        many = isinstance(get_nullable_type(kind), GraphQLList)
        yield from [list(named.values)] if many else named.values
    elif name in {"id", "ids"}:
        yield from _ids(path, at, name, entity, victim)
    elif name == "mergeId":
        yield encode("Customer", victim.rows["bookings"]["id"])  # Another one than is kept.
    elif snake.endswith("_id") and name != "clientId":
        named_by = {
            "subject_id": "Booking",
            "assignee_id": "StaffUser",
            "actor_id": "StaffUser",
            "staff_user_id": "StaffUser",
            "beside_id": "Block",
            "place_id": "Place",
            "guest_id": "ProposalGuest",
            "keep_id": "Customer",
            "shared_tour_id": "SharedTour",
        }
        yield victim.id_of(named_by.get(snake) or snake.split("_")[-2].capitalize(), at)
    elif snake.endswith("_ids"):
        yield [victim.id_of(snake.split("_")[-2].capitalize(), at)]
    elif name == "into":
        yield victim.id_of("Reservation", at)
    elif name in {"after", "before"}:
        yield victim.cursors[path.partition(" ")[2]]
    else:
        yield from _scalars(at, name, named, entity, victim)


def _ids(path: str, at: str, name: str, entity: str | None, victim: Victim) -> Iterator[Any]:
    mutation = path.partition("(")[0]
    if mutation in NAMED:
        type_name, table = NAMED[mutation]
        yield encode(type_name, victim.rows[table]["id"])
        return
    ids = [victim.id_of(entity, at)] if entity else _all_ids(at, victim)
    yield from [ids] if name == "ids" else ids


def _input_of(asked: GraphQLField) -> Any:
    """The type of a mutation's input."""
    return get_named_type(asked.args["input"].type) if "input" in asked.args else None


def _all_ids(at: str, victim: Victim) -> list[str]:
    return [victim.id_of(name, at) for name in ENTITIES]


def _inputs(
    at: str, name: str, named: GraphQLInputObjectType, asked: GraphQLField, victim: Victim
) -> Iterator[dict[str, Any] | None]:
    """A filter field by field; the input of a mutation with all of its fields at once.

    Shape:  none where a customer may be named: beside one, nobody says who they are.
    """
    if name == "contact" and "customerId" in getattr(_input_of(asked), "fields", {}):
        yield None
        return
    fields = {
        each: list(tried(at, each, given.type, asked, victim))
        for each, given in named.fields.items()
    }
    if name == "filter":
        yield from ({each: value} for each, values in fields.items() for value in values)
        return
    either = ONE_OF.get(named.name, frozenset())
    for kept in sorted(either) or [""]:
        yield {
            each: values[0] for each, values in fields.items() if each == kept or each not in either
        }


def _scalars(at: str, name: str, named: Any, entity: str | None, victim: Victim) -> Iterator[Any]:
    row = victim.rows.get(ENTITIES[entity].relation, {}) if entity else {}
    snake = to_snake_case(name)
    known: Mapping[str, Any] = {
        "first": [100],
        "last": [100],
        "text": [BRAND if "pushTrustedDocuments" in at else victim.mark],
        "expectedVersion": [1],
        "seatsAtLeast": [1],
        "name": ["A stranger's choice"],
        "email": ["stranger@example.com" if "contact" in at else row.get("email", victim.mark)],
        "phone": ["+15095550199"],
        "timeZone": ["Europe/Paris"],
        "currency": ["USD"],
        "emailFrom": ["stranger@example.com"],
        "emailSupport": ["stranger@example.com"],
        "legalName": ["A stranger's company"],
        "phoneDisplay": ["0199"],
        "primaryColor": ["#000000"],
        "secondaryColor": ["#ffffff"],
        "tagline": ["A stranger's word"],
        "origin": ["https://stranger.example.com"],
        "value": ["a-stranger"],
        "issuer": ["https://stranger.example.com"],
        "clientSecret": ["a-strangers-secret"],
        "clientId": ["a-stranger"],
        **dict.fromkeys(("roleClaim", "verifiedClaim", "strongAcrs"), (["strange"],)),
        "emailDomains": [["stranger.example.com"]],
        "brands": [["strange"]],
        "enforced": [False],
        "scope": ["notes:read"],
        "confirm": ["nobodys-company"],
        "ava": ["Walla Walla Valley"],
        "slug": ["a-winery"],
        "code": [victim.rows.get("tour_packages", {}).get("code")],
        "promoCode": [victim.rows.get("price_rules", {}).get("promo_code")],
        "partySize": [2],
        "position": [1],
        "keepVersion": [1],
        "version": [1],
        "mergeVersion": [1],
        "tags": [["a stranger's tag"]],
        "tag": ["a stranger's tag"],
        "dietary": [["vegan"]],
        "accessibility": ["a ramp"],
        "source": ["by phone"],
        "at": ["2026-01-01T10:00:00-08:00"],
        "address": ["1 Main Street"],
        "pickup": ["1 Main Street"],
        "dropoff": ["1 Main Street"],
        "driverNotes": ["A stranger's note"],
        "customerName": ["A stranger's choice"],
        "customerEmail": ["stranger@example.com"],
        "customerPhone": ["+15095550199"],
        "guests": [2],
        "guestsMin": [2],
        "guestsMax": [3],
        "holdMinutes": [15],
        "reference": ["A stranger's check"],
        "seatCents": [1],
        "seatWithLunchCents": [1],
        "minutes": [360],
        "miles": [12],
        "endsOn": ["2031-06-10"],
        "effectiveFrom": ["2031-06-09"],
        "effectiveTo": ["2031-07-01"],
        "inForceOn": ["2031-01-01"],
        "begunOn": ["2199-12-31"],
        "startTimes": [["10:00"]],
        "includes": [["A stranger's van"]],
        "excludes": [[]],
        "minutesMin": [240],
        "milesIncluded": [0],
        "rateCents": [1],
        "priceCents": [1],
        "percentPpm": [-100_000],
        "amountCents": [31_094 if "recordPayment" in at else None],
        "quoteToken": ["of-nobody"],
        "quotedRefundCents": [0],
        "waiveDepositReason": ["A stranger's word"],
        "redemptionsMax": [1],
        "taxPpm": [0],
        "depositPercent": [0],
        "gratuityHintPercent": [0],
        "numberPrefix": ["THEIRS"],
        "opensAt": ["08:00"],
        "closesAt": ["20:00"],
        "cardFeePpm": [0],
        "cardFeeFixedCents": [0],
        "terms": ["A stranger's terms"],
        "daysBefore": [0],
        "percent": [0],
        "days": [366],
        "note": ["A stranger's note"],
        "remark": ["A stranger's note"],
        "commissionPpm": [100_000],
        "website": ["https://stranger.example.com"],
        "seats": [14],
        "weekday": [3],
        "make": ["Maker"],
        "model": ["Model"],
        "year": [2020],
        "vehicleType": ["van"],
        "mileage": [120_000],
        "part": ["brakes"],
        "description": ["They squeal"],
        "from": ["2031-06-01"],
        "to": ["2031-06-30"],
        "date": ["2031-06-09"],
        "dueAt": ["2031-06-09T10:00:00-07:00"],
        "kind": ["call_back"],
        "title": ["A stranger's task"],
        "wishedOn": ["2031-06-09"],
        "reason": ["No answer"],
        "message": ["A stranger's wish"],
        **PROPOSED,
        "contactEmail": ["stranger@example.com"],
        "scopes": [None],
        "actorRole": [["owner"]],
        "entity": [["booking"]],
        "overlapHours": [24],
        "expiresOn": ["2031-06-09"],
        "preferredOn": ["2031-06-09"],
        "alternateOn": ["2031-06-10"],
        "specialRequests": ["A stranger's wish"],
        "internalNotes": ["A stranger's note"],
    }
    if not isinstance(named, GraphQLScalarType):
        raise Unknown(at)
    if name in {"from", "to"} and named.name == "Int":
        number = victim.rows["proposal_versions"]["number"]
        yield number if isinstance(number, int) else 1
    elif name in known:
        yield from known[name]
    elif named.name == "Boolean":
        yield from (True, False)
    elif named.name == "Date" and name.endswith(("From", "To")):
        yield "1970-01-01" if name.endswith("From") else "2199-12-31"
    elif named.name == "Time":
        yield "08:00:00" if name.startswith("from") else "18:00:00"
    elif named.name == "DateTime":
        yield f"2031-06-09T{12 if name.startswith('ends') else 10}:00:00-07:00"
    elif snake in row:
        yield row[snake]
    else:
        raise Unknown(at)


def scope_of(asked: GraphQLField) -> str:
    """The scope that the contract prints beside the field."""
    assert asked.ast_node is not None
    for directive in asked.ast_node.directives or ():
        if directive.name.value == "requiresScope" and directive.arguments:
            scope = directive.arguments[0].value
            assert isinstance(scope, StringValueNode)
            return scope.value
    raise Unknown("a root field without a scope")


def roots(sdl: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    kinds = {
        "query": sdl.query_type,
        "mutation": sdl.mutation_type,
        "subscription": sdl.subscription_type,
    }
    for operation, kind in kinds.items():
        for name, asked in (kind.fields if kind else {}).items():
            yield operation, name, asked
