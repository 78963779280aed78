"""A proposal's life: sent in versions, opened, signed or declined by its client, run out, planned."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bootstrap.settings import Settings
from db import proposal_versions
from db.database import Database, Transaction
from domain.errors import DomainError, InvalidInput, NotFound, StaleVersion, WrongState
from domain.identity import Brand, Kind, Principal
from domain.pricing import ShareWithoutPayer
from domain.proposal_lives import (
    ChangedSinceSent,
    NoAddress,
    ProposalIsEmpty,
    Sending,
    TermsNotAccepted,
)
from domain.proposal_notes import Note
from domain.proposal_plans import Day, Stop
from domain.proposal_versions import Difference
from domain.proposals import ProposalExpired
from services.proposal_lives import (
    decline_proposal,
    expire_proposals,
    reopen_proposal,
    resend_proposal,
    send_proposal,
    set_proposal_phase,
    view_proposal,
)
from services.proposal_notes import add_proposal_note
from services.proposal_versions import compare_versions
from services.proposals import set_proposal_inclusions
from tests.builders import a_principal, new_id, write
from tests.db.refusals import stored
from tests.services.drafts import (
    FIRST,
    HEAD,
    IDS,
    LINES,
    NOW,
    TRANSPORT,
    a_draft,
    a_guest,
    a_priced_draft,
    a_sent_one,
    accepted_by_link,
    behind,
    link_to,
    looked_at,
    shares,
    signing,
    with_guests,
    with_lines,
    with_plan,
)
from tests.services.trail import trail_of

Work = Callable[[Transaction], Awaitable[Any]]
MONTH = timedelta(days=30)


def sending(proposal: UUID, version: int, **values: Any) -> Work:
    wish = Sending(proposal, version, **values)
    return partial(send_proposal, wish=wish, now=NOW, ids=IDS)


def reading(statement: Any) -> Work:
    return lambda tx: tx.rows(statement)


async def _refused(
    database: Database,
    settings: Settings,
    brand: Brand,
    work: Work,
    by: type[Exception],
    who: Principal | None = None,
) -> BaseException:
    before, told = await stored(database, brand), await trail_of(settings, brand)
    with pytest.raises(by) as refused:
        await database.session(who or a_principal(brand)).write(work)
    assert await stored(database, brand) == before
    assert await trail_of(settings, brand) == told
    return refused.value


async def test_sending_makes_it_valid_for_thirty_days_and_keeps_what_the_client_sees(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_priced_draft)
    stops = (Stop("custom", name="River", driver_notes="Gate 7"),)
    await write(database, brand, lambda tx: with_plan(tx, proposal, (Day(FIRST, "One", stops),)))
    await write(database, brand, sending(proposal, 3))
    sent = await looked_at(database, brand, proposal)
    assert (sent.status, sent.valid_until, sent.version) == ("sent", NOW + MONTH, 4)
    found = await write(
        database, brand, lambda tx: proposal_versions.two(tx, proposal, numbers=(1, 1))
    )
    shown = found[1]
    assert [line["label"] for line in shown["inclusions"]] == ["Private coach", "Tastings"]
    assert (shown["subtotal_cents"], shown["total_cents"]) == (120_000, 132_390)
    assert shown["days"] == [
        {
            "on_date": "2026-06-08",
            "title": "One",
            "stops": [{"kind": "custom", "place": "River", "starts_at_local": None, "minutes": 60}],
        }
    ]
    event = (await trail_of(settings, brand)).events[-1]
    assert (event[1], event[8]["status"], event[8]["sent_as"]) == (
        "ProposalSent",
        ["draft", "sent"],
        [None, 1],
    )


async def test_a_draft_that_lacks_something_is_not_sent(
    database: Database, settings: Settings, brand: Brand
) -> None:
    empty = await write(database, brand, a_draft)
    await _refused(database, settings, brand, sending(empty, 1), ProposalIsEmpty)
    silent = await write(database, brand, lambda tx: a_draft(tx, email=None))
    await write(database, brand, lambda tx: with_lines(tx, silent))
    await _refused(database, settings, brand, sending(silent, 2), NoAddress)
    billed = replace(HEAD, individual_billing=True)
    unpaid = await write(database, brand, lambda tx: a_priced_draft(tx, billed))
    guest = a_guest("Ada", sponsored=True)
    await write(database, brand, lambda tx: with_guests(tx, unpaid, guest))
    await _refused(database, settings, brand, sending(unpaid, 3), ShareWithoutPayer)
    await _refused(database, settings, brand, sending(unpaid, 2), StaleVersion)


async def test_what_begins_on_a_day_that_is_over_is_not_sent_to_anybody(
    database: Database, settings: Settings, brand: Brand
) -> None:
    night = datetime(2026, 6, 9, 6, 59, tzinfo=UTC)  # Still the 8th where the brand is.
    proposal = await write(database, brand, a_priced_draft)
    over = night + timedelta(minutes=1)
    for use_case in (send_proposal, resend_proposal):
        late = partial(use_case, wish=Sending(proposal, 2), now=over, ids=IDS)
        await _refused(database, settings, brand, late, WrongState)
    in_time = partial(send_proposal, wish=Sending(proposal, 2), now=night, ids=IDS)
    await write(database, brand, in_time)
    again = partial(resend_proposal, wish=Sending(proposal, 3), now=over, ids=IDS)
    await _refused(database, settings, brand, again, WrongState)
    past = partial(resend_proposal, wish=Sending(proposal, 3, night), now=night, ids=IDS)
    with pytest.raises(InvalidInput, match="later than now"):
        await write(database, brand, past)


async def test_each_sending_is_a_version_and_two_are_compared_line_by_line(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    cheaper = [replace(TRANSPORT, unit_cents=80_000), *LINES[1:]]
    await write(database, brand, lambda tx: with_lines(tx, proposal, cheaper))
    again = partial(resend_proposal, wish=Sending(proposal, 4), now=NOW, ids=IDS)
    await write(database, brand, again)
    work: Work = partial(compare_versions, proposal_id=proposal, numbers=(1, 2))
    found = await database.session(link_to(brand, proposal)).write(work)
    coach = "transportation: Private coach"
    assert found == [
        Difference("changed", "proposal", "", "deposit_cents", "66195", "60611"),
        Difference("changed", "proposal", "", "discount_cents", "12000", "11000"),
        Difference("changed", "proposal", "", "gratuity_cents", "16200", "14850"),
        Difference("changed", "proposal", "", "subtotal_cents", "120000", "110000"),
        Difference("changed", "proposal", "", "tax_cents", "8190", "7371"),
        Difference("changed", "proposal", "", "total_cents", "132390", "121221"),
        Difference("changed", "inclusion", coach, "line_cents", "90000", "80000"),
        Difference("changed", "inclusion", coach, "unit_cents", "90000", "80000"),
    ]
    with pytest.raises(NotFound):
        await write(
            database, brand, partial(compare_versions, proposal_id=proposal, numbers=(1, 3))
        )


async def test_the_first_opening_by_the_link_is_remembered_and_a_second_changes_nothing(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    link = database.session(link_to(brand, proposal))
    await link.write(partial(view_proposal, proposal_id=proposal, now=NOW, ids=IDS))
    seen = await looked_at(database, brand, proposal)
    assert (seen.status, seen.version) == ("viewed", 4)
    before, told = await stored(database, brand), await trail_of(settings, brand)
    assert told.events[-1][1:7] == (
        "ProposalViewed",
        "proposal",
        proposal,
        4,
        "link",
        told.events[-1][6],
    )
    later = NOW + timedelta(days=1)
    await link.write(partial(view_proposal, proposal_id=proposal, now=later, ids=IDS))
    assert await stored(database, brand) == before


async def test_a_client_signs_by_the_link_though_lines_are_hidden_from_them(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    await accepted_by_link(database, brand, proposal)
    row = await write(
        database,
        brand,
        lambda tx: tx.row(
            "select status, accepted_at, signature_name, terms_accepted_at, total_cents, version"
            " from proposals"
        ),
    )
    assert row == ("accepted", NOW, "Ada Guest", NOW, 132_390, 4)
    trail = await trail_of(settings, brand)
    event = trail.events[-1]
    assert event[8] == {
        "status": ["sent", "accepted"],
        "accepted_at": [None, NOW.isoformat()],
        "terms_accepted_at": [None, NOW.isoformat()],
        "version": [3, 4],
    }
    assert [each[1:] for each in trail.personal if each[0] == event[0]] == [
        ("signature_name", None, "Ada Guest")
    ]


async def test_accepting_fixes_shares_that_sum_to_the_total(
    database: Database, brand: Brand
) -> None:
    billed = replace(HEAD, individual_billing=True)
    proposal = await write(database, brand, lambda tx: a_priced_draft(tx, billed))
    guests = [
        a_guest("Ada", override_cents=40_000),
        a_guest("Bob", sponsored=True),
        a_guest("Eve"),
        a_guest("Dan"),
    ]
    await write(database, brand, lambda tx: with_guests(tx, proposal, *guests))
    await write(database, brand, sending(proposal, 3))
    await accepted_by_link(database, brand, proposal)
    assert await shares(database, brand, proposal) == [40_000, 0, 46_195, 46_195]


@pytest.mark.parametrize(
    ("version", "values", "by"),
    [
        (2, {}, StaleVersion),
        (3, {"terms_accepted": False}, TermsNotAccepted),
        (3, {"signature_name": "  "}, DomainError),
    ],
)
async def test_an_acceptance_that_lacks_something_changes_nothing(
    database: Database,
    settings: Settings,
    brand: Brand,
    version: int,
    values: dict[str, Any],
    by: type[DomainError],
) -> None:
    proposal = await write(database, brand, a_sent_one)
    work, link = signing(proposal, version, **values), link_to(brand, proposal)
    await _refused(database, settings, brand, work, by, link)


async def test_what_was_edited_after_it_was_sent_is_not_signed_until_it_is_sent_again(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    await write(database, brand, lambda tx: with_lines(tx, proposal, [TRANSPORT]))
    link = link_to(brand, proposal)
    await _refused(database, settings, brand, signing(proposal, 4), ChangedSinceSent, link)
    again = partial(resend_proposal, wish=Sending(proposal, 4), now=NOW, ids=IDS)
    await write(database, brand, again)
    await accepted_by_link(database, brand, proposal)
    assert (await looked_at(database, brand, proposal)).status == "accepted"


async def test_an_expired_proposal_is_neither_signed_nor_declined_though_nobody_swept_it(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal, link = await write(database, brand, a_sent_one), None
    link = link_to(brand, proposal)
    late = NOW + MONTH
    signed = partial(signing(proposal, 3).func, wish=signing(proposal, 3).keywords["wish"])
    for work in (
        partial(signed, now=late, ids=IDS),
        partial(
            decline_proposal,
            proposal_id=proposal,
            reason=None,
            expected_version=3,
            now=late,
            ids=IDS,
        ),
    ):
        await _refused(database, settings, brand, work, ProposalExpired, link)


async def test_the_sweep_says_what_has_run_out_and_leaves_the_rest(
    database: Database, settings: Settings, brand: Brand
) -> None:
    old = await write(database, brand, a_sent_one)
    signed = await write(database, brand, a_sent_one)
    await accepted_by_link(database, brand, signed)
    await write(database, brand, a_priced_draft)
    sweep = partial(expire_proposals, now=NOW + MONTH, batch=10, ids=IDS)
    worker = database.session(a_principal(brand, Kind.WORKER))
    assert (await worker.write(sweep), await worker.write(sweep)) == (1, 0)
    assert (await looked_at(database, brand, old)).status == "expired"
    assert (await looked_at(database, brand, signed)).status == "accepted"
    assert (await trail_of(settings, brand)).events[-1][1] == "ProposalExpired"


async def test_what_was_declined_is_opened_again_as_a_draft_with_a_new_validity(
    database: Database, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    decline = partial(
        decline_proposal,
        proposal_id=proposal,
        reason=" Too dear ",
        expected_version=3,
        now=NOW,
        ids=IDS,
    )
    await database.session(link_to(brand, proposal)).write(decline)
    statement = "select status, declined_at, decline_reason from proposals"
    assert await write(database, brand, lambda tx: tx.row(statement)) == (
        "declined",
        NOW,
        "Too dear",
    )
    later = NOW + timedelta(days=5)
    await write(
        database,
        brand,
        partial(reopen_proposal, wish=Sending(proposal, 4), now=later, ids=IDS),
    )
    assert await write(database, brand, lambda tx: tx.row(statement)) == ("draft", None, None)
    assert (await looked_at(database, brand, proposal)).valid_until == later + MONTH


async def test_what_ran_out_unswept_is_opened_again_in_one_step_and_both_are_told(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    reopen = partial(reopen_proposal, wish=Sending(proposal, 3), now=NOW + MONTH, ids=IDS)
    await write(database, brand, reopen)
    found = await looked_at(database, brand, proposal)
    assert (found.status, found.version) == ("draft", 5)
    kinds = [event[1] for event in (await trail_of(settings, brand)).events[-2:]]
    assert kinds == ["ProposalExpired", "ProposalReopened"]


async def test_planning_goes_on_to_a_plan_that_is_final(
    database: Database, settings: Settings, brand: Brand
) -> None:
    proposal = await write(database, brand, a_sent_one)
    await accepted_by_link(database, brand, proposal)
    for version, phase in ((4, "active_planning"), (5, "finalized")):
        step = partial(
            set_proposal_phase,
            proposal_id=proposal,
            phase=phase,
            expected_version=version,
            now=NOW,
            ids=IDS,
        )
        await write(database, brand, step)

    async def work(tx: Transaction) -> Any:
        return await with_plan(tx, proposal, (Day(FIRST),))

    await _refused(database, settings, brand, work, WrongState)


@pytest.mark.parametrize("signs_first", [True, False])
async def test_of_a_signature_and_a_change_of_a_line_at_once_the_second_is_stale(
    database: Database, brand: Brand, *, signs_first: bool
) -> None:
    proposal = await write(database, brand, a_sent_one)
    dearer = partial(
        set_proposal_inclusions,
        proposal_id=proposal,
        lines=[TRANSPORT],
        expected_version=3,
        now=NOW,
        ids=IDS,
    )
    link = (database.session(link_to(brand, proposal)), signing(proposal, 3))
    staff = (database.session(a_principal(brand)), dearer)
    (first, work), (second, late) = (link, staff) if signs_first else (staff, link)
    assert isinstance(await behind(first, work, partial(second.write, late)), StaleVersion)
    found = await looked_at(database, brand, proposal)
    outcome = (found.status, found.sums.total_cents)
    assert outcome == (("accepted", 132_390) if signs_first else ("sent", 100_521))


async def test_of_two_signatures_at_once_the_first_counts(database: Database, brand: Brand) -> None:
    proposal = await write(database, brand, a_sent_one)
    link = database.session(link_to(brand, proposal))
    first, second = (signing(proposal, 3, signature_name=name) for name in ("Ada", "Bob"))
    assert isinstance(await behind(link, first, partial(link.write, second)), StaleVersion)
    names = await write(database, brand, reading("select signature_name, version from proposals"))
    assert names == [("Ada", 4)]


async def test_an_anonymous_key_reads_no_sent_proposal(database: Database, brand: Brand) -> None:
    """Failure 9: the brand was an optional filter, and a website's key read every sent proposal."""
    await write(database, brand, a_sent_one)
    for table in ("proposals", "proposal_versions", "proposal_notes", "links"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await write(database, brand, reading(f"table {table}"), kind=Kind.SITE)


async def test_a_link_opens_its_own_proposal_and_no_number_leads_to_another(
    database: Database, settings: Settings, brand: Brand
) -> None:
    """Failure 10: the pages of proposals could be counted through."""
    mine = await write(database, brand, a_sent_one)
    other = await write(database, brand, a_sent_one)
    link = link_to(brand, mine)
    statement = "select id from proposals"
    seen = await database.session(link).write(lambda tx: tx.rows(statement))
    assert seen == [(mine,)]
    for work in (
        signing(other, 3),
        partial(view_proposal, proposal_id=other, now=NOW, ids=IDS),
        partial(add_proposal_note, wish=Note(other, "client", "Hi"), now=NOW, ids=IDS),
    ):
        await _refused(database, settings, brand, work, NotFound, link)
    assert (await looked_at(database, brand, other)).status == "sent"


async def test_internal_and_driver_notes_never_leave(database: Database, brand: Brand) -> None:
    head = replace(HEAD, internal_notes="Likes Syrah")
    proposal = await write(database, brand, lambda tx: a_priced_draft(tx, head))
    await write(database, brand, sending(proposal, 2))
    for body, internal in (("For us", True), ("For you", False)):
        note = Note(proposal, "staff", body, internal)
        await write(database, brand, partial(add_proposal_note, wish=note, now=NOW, ids=IDS))
    link = database.session(link_to(brand, proposal))
    reply = Note(proposal, "client", " Thank you ", internal=True)
    await link.write(partial(add_proposal_note, wish=reply, now=NOW, ids=IDS))
    notes = await link.write(
        lambda tx: tx.rows("select author_kind, body from proposal_notes order by id")
    )
    assert notes == [("staff", "For you"), ("client", "Thank you")]
    for hidden in (
        "select internal_notes from proposals",
        "select driver_notes from proposal_stops",
        "select author_id from proposal_notes",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await link.write(reading(hidden))


@pytest.mark.parametrize(
    "statement",
    [
        "update proposals set status = 'expired'",
        "insert into proposal_notes (id, proposal_id, author_kind, internal, body, created_at)"
        " select %(fresh)s, id, 'staff', false, 'We agree', now() from proposals",
    ],
)
async def test_a_link_answers_and_says_no_more_whatever_it_writes(
    database: Database, settings: Settings, brand: Brand, statement: Any
) -> None:
    proposal = await write(database, brand, a_sent_one)

    async def work(tx: Transaction) -> Any:
        return await tx.run(statement, {"fresh": new_id()})

    who = link_to(brand, proposal)
    refused = await _refused(database, settings, brand, work, psycopg.IntegrityError, who)
    assert isinstance(refused, psycopg.IntegrityError)
    assert refused.diag.constraint_name == "proposals_guests_word"
