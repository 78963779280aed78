"""Proposals over GraphQL: written by staff, answered by whoever holds the link, and by nobody else."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from bootstrap.settings import Settings
from bootstrap.wiring import now
from db.database import Database, Transaction
from domain.identity import Brand, Kind, Principal
from domain.proposal_lives import Acceptance, Sending
from domain.proposal_plans import Day, Stop
from domain.proposals import Head
from schema.global_ids import encode
from services.proposal_lives import accept_proposal, send_proposal
from tests.builders import a_customer, a_principal, a_vehicle, a_winery, write
from tests.db.rows import a_proposal
from tests.resolvers.conftest import Ask, told
from tests.services import drafts
from tests.services.drafts import IDS, a_priced_draft, link_to, looked_at, with_plan

ON = date(2031, 6, 9)
# Days that are always ahead.
HEAD_OF_A_DAY = replace(drafts.HEAD, starts_on=date(2031, 6, 9), ends_on=date(2031, 6, 11))
HEAD = "number status title partySize discountPercent gratuityPercent version"
SUMS = " ".join(
    f"{name} {{ amountCents }}"
    for name in ("subtotal", "discount", "tax", "gratuity", "total", "deposit")
)
PLAN = (
    "days { onDate stops { position kind name startsAtLocal minutes driverNotes winery { name } } }"
)
GUESTS = "guests { id name rsvp room override { amountCents } owed { amountCents } }"


def changing(field: str, wish: str, wanted: str = f"id {HEAD}") -> str:
    return (
        f"mutation ($input: {wish}!) {{ {field}(input: $input)"
        f" {{ proposal {{ {wanted} }} errors {{ code path }} }} }}"
    )


async def done(ask: Ask, field: str, wanted: str, who: Any = None, **given: Any) -> dict[str, Any]:
    """The proposal that a change answers with; there must be no refusal."""
    wish = f"{field[0].upper()}{field[1:]}Input"
    result = await ask(changing(field, wish, wanted), who, input=given)
    assert result.errors is None, result.errors
    payload: dict[str, Any] = result.data[field]  # type: ignore[index]
    assert payload["errors"] == []
    found: dict[str, Any] = payload["proposal"]
    return found


async def a_sent_today(tx: Transaction, head: Head = HEAD_OF_A_DAY) -> Any:
    """A proposal of 1323.90 that may still be accepted by the clock on the wall."""
    proposal = await a_priced_draft(tx, head)
    return await send_proposal(tx, Sending(proposal, 2), now=now(), ids=IDS)


async def test_a_proposal_is_written_from_the_first_line_to_the_last(
    database: Database, brand: Brand, ask: Ask
) -> None:
    customer = encode("Customer", await write(database, brand, a_customer))
    made = await done(
        ask,
        "createProposal",
        f"id {HEAD}",
        customerId=customer,
        title="Three days",
        partySize=8,
        startsOn="2031-06-09",
        endsOn="2031-06-11",
        discountPercent=10,
        gratuityPercent=15.0,
        individualBilling=True,
    )
    year = now().year
    assert made["number"] in {f"WWT-TP-{each}-00001" for each in (year - 1, year)}
    assert (made["status"], made["discountPercent"], made["version"]) == ("DRAFT", 10.0, 1)
    lines = [
        {"kind": kind, "label": kind, "pricing": pricing, "unitCents": cents, "taxable": taxable}
        for kind, pricing, cents, taxable in (
            ("TRANSPORTATION", "FLAT", 90_000, True),
            ("ARRANGED_TASTING", "PER_PERSON", 2_500, False),
            ("PLANNING_FEE", "FLAT", 10_000, True),
        )
    ]
    sums = await done(
        ask, "setProposalInclusions", SUMS, id=made["id"], expectedVersion=1, inclusions=lines
    )
    cents = [each["amountCents"] for each in sums.values()]
    assert cents == [120_000, 12_000, 8_190, 16_200, 132_390, 66_195]
    guests = [{"name": "Ada"}, {"name": "Bob", "sponsored": True}, {"name": "Eve"}]
    split = await done(
        ask, "setProposalGuests", GUESTS, id=made["id"], expectedVersion=2, guests=guests
    )
    assert [each["owed"]["amountCents"] for each in split["guests"]] == [66_195, 0, 66_195]
    ada = {"guestId": split["guests"][0]["id"], "name": "Ada", "overrideCents": 100_000}
    split = await done(
        ask, "setProposalGuests", GUESTS, id=made["id"], expectedVersion=3, guests=[ada, guests[2]]
    )
    assert split["guests"][0]["id"] == ada["guestId"]
    assert [each["owed"]["amountCents"] for each in split["guests"]] == [100_000, 32_390]


async def test_a_plan_is_written_as_a_whole_and_by_single_moves(
    settings: Settings, database: Database, brand: Brand, ask: Ask
) -> None:
    winery = encode("Winery", await a_winery(settings))
    proposal = await write(database, brand, a_priced_draft)
    target = {"id": encode("Proposal", proposal)}
    monday, tuesday = "2026-06-08", "2026-06-09"
    visit = {
        "kind": "WINERY",
        "wineryId": winery,
        "startsAtLocal": "10:30:00",
        "minutes": 90,
        "driverNotes": "Gate 7",
    }
    days = [{"onDate": tuesday}, {"onDate": monday, "stops": [visit]}]
    found = await done(ask, "setProposalDays", PLAN, **target, expectedVersion=2, days=days)
    assert [day["onDate"] for day in found["days"]] == [monday, tuesday]
    assert found["days"][0]["stops"] == [
        {
            "position": 1,
            "kind": "WINERY",
            "name": None,
            "startsAtLocal": "10:30:00",
            "minutes": 90,
            "driverNotes": "Gate 7",
            "winery": {"name": "A Winery"},
        }
    ]
    river = {"kind": "CUSTOM", "name": "River"}
    moves: list[tuple[str, dict[str, Any]]] = [
        ("addProposalStop", {"onDate": monday, "stop": river, "position": 1}),
        ("moveProposalStop", {"onDate": monday, "position": 2, "toDate": tuesday, "toPosition": 1}),
        ("moveProposalDay", {"onDate": tuesday, "toDate": monday}),
        ("addProposalDay", {"day": {"onDate": "2026-06-10"}}),
        ("removeProposalStop", {"onDate": tuesday, "position": 1}),
        ("removeProposalDay", {"onDate": "2026-06-10"}),
    ]
    for version, (field, given) in enumerate(moves, start=3):
        found = await done(ask, field, PLAN, **target, expectedVersion=version, **given)
    plan = [(day["onDate"], [stop["kind"] for stop in day["stops"]]) for day in found["days"]]
    assert plan == [(monday, ["WINERY"]), (tuesday, [])]


async def test_a_link_opens_answers_and_signs_and_sees_no_line_that_is_hidden(
    database: Database, brand: Brand, ask: Ask
) -> None:
    proposal = await write(database, brand, a_sent_today)
    target, link = {"id": encode("Proposal", proposal)}, link_to(brand, proposal)
    seen = await done(ask, "viewProposal", "status version inclusions { label }", link, **target)
    assert (seen["status"], seen["version"]) == ("VIEWED", 4)
    assert [line["label"] for line in seen["inclusions"]] == ["Private coach", "Tastings"]
    document = changing("acceptProposal", "AcceptProposalInput", "status")
    keyed = document.replace("acceptProposal(", "accepted: acceptProposal(").replace(
        "input: $input) {", 'input: $input) @idempotent(key: "once") {'
    )
    signature = {"expectedVersion": 4, "signatureName": "Ada Guest", "termsAccepted": True}
    answers = [await ask(keyed, link, input=target | signature) for _ in range(2)]
    assert [each.errors for each in answers] == [None, None]
    for each in answers:
        assert each.data["accepted"]["errors"] == []  # type: ignore[index]
        assert each.data["accepted"]["proposal"]["status"] == "ACCEPTED"  # type: ignore[index]
    assert (await looked_at(database, brand, proposal)).version == 5
    without = await ask(document, link, input=target | signature)
    assert without.data["acceptProposal"]["errors"] == [  # type: ignore[index]
        {"code": "IDEMPOTENCY_KEY_REQUIRED", "path": None}
    ]


async def test_a_signed_in_customer_answers_their_own_proposal_and_no_other(
    database: Database, brand: Brand, ask: Ask
) -> None:
    mine = await write(database, brand, a_sent_today)
    other = await write(database, brand, a_sent_today)
    row = await write(
        database,
        brand,
        lambda tx: tx.row("select customer_id from proposals where id = %(id)s", {"id": mine}),
    )
    customer = a_principal(brand, Kind.CUSTOMER, actor=row[0])
    declined = await done(
        ask,
        "declineProposal",
        "status declineReason",
        customer,
        id=encode("Proposal", mine),
        expectedVersion=3,
        reason="Too far",
    )
    assert declined == {"status": "DECLINED", "declineReason": "Too far"}
    document = changing("viewProposal", "ViewProposalInput")
    for who in (customer, link_to(brand, mine)):
        result = await ask(document, who, input={"id": encode("Proposal", other)})
        assert result.data["viewProposal"] == {  # type: ignore[index]
            "proposal": None,
            "errors": [{"code": "NOT_FOUND", "path": "id"}],
        }
    assert (await looked_at(database, brand, other)).status == "sent"


async def test_staff_do_not_sign_for_a_client_and_a_client_does_not_write(
    database: Database, brand: Brand, ask: Ask
) -> None:
    proposal = await write(database, brand, a_sent_today)
    target = {"id": encode("Proposal", proposal)}
    decline = changing("declineProposal", "DeclineProposalInput")
    send = changing("resendProposal", "ResendProposalInput")
    given = {"input": target | {"expectedVersion": 3}}
    assert told(await ask(decline, None, **given)) == [("declineProposal", "FORBIDDEN")]
    who = link_to(brand, proposal)
    assert told(await ask(send, who, **given)) == [("resendProposal", "FORBIDDEN")]
    assert (await looked_at(database, brand, proposal)).version == 3


async def test_a_number_opens_nothing_for_whoever_holds_another_link(
    database: Database, brand: Brand, ask: Ask
) -> None:
    """Failure 10: the pages of proposals could be counted through."""
    mine = await write(database, brand, a_sent_today)
    other = await looked_at(database, brand, await write(database, brand, a_sent_today))
    document = "query ($number: String!) { proposalByNumber(number: $number) { id } }"
    result = await ask(document, link_to(brand, mine), number=other.number)
    assert told(result) == [("proposalByNumber", "NOT_FOUND")]
    assert told(await ask(document, Kind.SITE, number=other.number)) == [
        ("proposalByNumber", "FORBIDDEN")
    ]


async def test_an_open_proposal_whose_time_is_over_is_shown_and_found_as_expired(
    database: Database, brand: Brand, ask: Ask
) -> None:
    over = {"valid_until": now() - timedelta(minutes=1), "accepted_at": None}
    proposal = await write(database, brand, lambda tx: a_proposal(tx, status="sent", **over))
    document = "{{ proposals(filter: {{ status: [{}] }}) {{ edges {{ node {{ id status }} }} }} }}"
    shown = {"id": encode("Proposal", proposal), "status": "EXPIRED"}
    for status, found in (("EXPIRED", [shown]), ("SENT", [])):
        result = await ask(document.format(status))
        edges = result.data["proposals"]["edges"]  # type: ignore[index]
        assert [edge["node"] for edge in edges] == found


async def test_versions_are_listed_and_compared(database: Database, brand: Brand, ask: Ask) -> None:
    proposal = await write(database, brand, a_sent_today)
    target = encode("Proposal", proposal)
    await done(ask, "updateProposal", HEAD, id=target, expectedVersion=3, title="Four days")
    await done(ask, "resendProposal", HEAD, id=target, expectedVersion=4)
    link = link_to(brand, proposal)
    listed = await ask(
        "query ($id: ID!) { proposalVersions(filter: { proposalId: $id }, orderBy: SENT_AT_ASC)"
        " { edges { node { number title total { amountCents } inclusions { label line"
        " { amountCents } } days { onDate } } } }"
        " compareVersions(proposalId: $id, from: 1, to: 2)"
        " { differences { kind part field before after } } }",
        link,
        id=target,
    )
    assert listed.errors is None
    nodes = [edge["node"] for edge in listed.data["proposalVersions"]["edges"]]  # type: ignore[index]
    assert [(node["number"], node["title"]) for node in nodes] == [
        (1, "Three days of Syrah"),
        (2, "Four days"),
    ]
    assert [line["line"]["amountCents"] for line in nodes[0]["inclusions"]] == [90_000, 20_000]
    assert listed.data["compareVersions"]["differences"] == [  # type: ignore[index]
        {
            "kind": "CHANGED",
            "part": "proposal",
            "field": "title",
            "before": "Three days of Syrah",
            "after": "Four days",
        }
    ]


async def test_client_and_staff_write_one_thread_and_each_reads_what_is_theirs(
    database: Database, brand: Brand, ask: Ask
) -> None:
    proposal = await write(database, brand, a_sent_today)
    target, link = encode("Proposal", proposal), link_to(brand, proposal)

    async def say(field: str, who: Principal | None, **given: Any) -> None:
        wish = f"{field[0].upper()}{field[1:]}Input"
        document = (
            f"mutation ($input: {wish}!) {{ {field}(input: $input)"
            " { note { body } errors { code } } }"
        )
        result = await ask(document, who, input={"proposalId": target, **given})
        assert result.errors is None
        assert result.data[field]["errors"] == []  # type: ignore[index]

    await say("addProposalNote", None, body="Margin is thin")
    await say("addProposalNote", None, body="A question", internal=False)
    await say("replyToProposal", link, body="An answer")
    thread = (
        "query ($id: ID!) { proposalNotes(filter: { proposalId: $id })"
        " { edges { node { authorKind internal body } } } }"
    )
    for who, said in ((link, 2), (None, 3)):
        result = await ask(thread, who, id=target)
        edges = result.data["proposalNotes"]["edges"]  # type: ignore[index]
        assert len(edges) == said
        assert edges[-1]["node"] == {
            "authorKind": "CLIENT",
            "internal": False,
            "body": "An answer",
        }


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"discountPercent": 100.5}, "discountPercent"),
        ({"gratuityPercent": 1.234567}, "gratuityPercent"),
        ({"title": None}, "title"),
    ],
)
async def test_a_head_in_no_form_is_refused_with_its_field(
    database: Database, brand: Brand, ask: Ask, given: dict[str, Any], path: str
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    document = changing("updateProposal", "UpdateProposalInput")
    target = {"id": encode("Proposal", proposal), "expectedVersion": 2}
    result = await ask(document, input=target | given)
    payload = result.data["updateProposal"]  # type: ignore[index]
    assert payload["errors"] == [{"code": "BAD_USER_INPUT", "path": path}]
    assert (await looked_at(database, brand, proposal)).version == 2


async def test_an_accepted_proposal_is_converted_once_under_its_key(
    database: Database, brand: Brand, ask: Ask
) -> None:
    head = replace(HEAD_OF_A_DAY, starts_on=ON, ends_on=ON)
    await write(database, brand, a_vehicle)
    proposal = await write(database, brand, partial(a_sent_today, head=head))
    await database.session(link_to(brand, proposal)).write(
        partial(
            accept_proposal,
            wish=Acceptance(proposal, 3, "Ada", terms_accepted=True),
            now=now(),
            ids=IDS,
        )
    )
    day = Day(ON, None, (Stop("custom", name="River"),))
    await write(database, brand, lambda tx: with_plan(tx, proposal, (day,)))
    document = (
        "mutation ($input: ConvertProposalInput!) {"
        ' convertProposal(input: $input) @idempotent(key: "once") { proposal { status'
        " bookings { startsAtLocal total { amountCents } } } errors { code path } } }"
    )
    times = {"onDate": ON.isoformat(), "startsAtLocal": "10:00:00", "endsAtLocal": "16:00:00"}
    target = {"id": encode("Proposal", proposal), "expectedVersion": 5}
    staff = a_principal(brand)
    bare = await ask(document, staff, input=target)
    assert bare.data["convertProposal"]["errors"] == [  # type: ignore[index]
        {"code": "NO_TOUR_TIME", "path": "days"}
    ]
    for _ in range(2):
        result = await ask(document, staff, input={**target, "days": [times]})
        assert result.errors is None
        assert result.data["convertProposal"] == {  # type: ignore[index]
            "proposal": {
                "status": "CONVERTED",
                "bookings": [
                    {"startsAtLocal": f"{ON}T10:00:00", "total": {"amountCents": 132_390}}
                ],
            },
            "errors": [],
        }


async def test_an_earlier_head_and_its_lines_come_back_priced_and_under_the_rules_of_an_edit(
    database: Database, brand: Brand, ask: Ask
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    id = encode("Proposal", proposal)
    lunch = {"kind": "DINING", "label": "Lunch", "pricing": "FLAT", "unitCents": 100}
    await done(
        ask, "updateProposal", "id", id=id, expectedVersion=2, title="Other", discountPercent=0
    )
    await done(
        ask,
        "setProposalInclusions",
        "id",
        id=id,
        expectedVersion=3,
        inclusions=[{**lunch, "taxable": True}],
    )
    wanted = "title discountPercent version total { amountCents } inclusions { label }"

    async def refused(version: int, expected: int) -> list[dict[str, str]]:
        document = changing("restoreProposalVersion", "RestoreProposalVersionInput", "id")
        given = {"id": id, "version": version, "expectedVersion": expected}
        result = await ask(document, None, input=given)
        errors: list[dict[str, str]] = result.data["restoreProposalVersion"]["errors"]  # type: ignore[index]
        return errors

    stale = await refused(2, 3)
    ahead = await refused(4, 4)
    back = await done(ask, "restoreProposalVersion", wanted, id=id, version=2, expectedVersion=4)

    assert stale == [{"code": "STALE_VERSION", "path": "expectedVersion"}]
    assert ahead == [{"code": "BAD_USER_INPUT", "path": "version"}]
    assert (back["title"], back["discountPercent"]) == ("Three days of Syrah", 10.0)
    assert (back["total"]["amountCents"], len(back["inclusions"])) == (132_390, 3)
    assert back["version"] == 5
