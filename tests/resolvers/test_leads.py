"""Inquiries and tasks over GraphQL: what staff do with them, and who may not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.database import Database
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import a_member, a_principal, write
from tests.db.rows import a_reservation, a_task, an_inquiry
from tests.resolvers.conftest import Ask, told

FIELDS = "inquiry { id number status lostReason version assignee { name } } errors { code path }"
CHANGES = {
    "createInquiry": "CreateInquiryInput",
    "updateInquiry": "UpdateInquiryInput",
    "moveInquiry": "MoveInquiryInput",
    "assignInquiry": "AssignInquiryInput",
    "convertInquiry": "ConvertInquiryInput",
}
TASK = (
    "task { id kind dueAt doneAt version assignee { name } doneBy { name } } errors { code path }"
)
WORK = {
    "createTask": "CreateTaskInput",
    "assignTask": "AssignTaskInput",
    "postponeTask": "PostponeTaskInput",
    "completeTask": "CompleteTaskInput",
    "reopenTask": "ReopenTaskInput",
}


async def _do(ask: Ask, principal: Any, field: str, /, **given: Any) -> Any:
    kind, fields = (CHANGES[field], FIELDS) if field in CHANGES else (WORK[field], TASK)
    document = f"mutation ($input: {kind}!) {{ {field}(input: $input) {{ {fields} }} }}"
    result = await ask(document, principal, input=given)
    assert result.errors is None, result.errors
    return result.data[field]  # type: ignore[index]


async def test_a_lead_is_taken_in_given_to_somebody_answered_and_won(
    database: Database, brand: Brand, ask: Ask
) -> None:
    sam = await a_member(database, brand, "sales")
    staff = a_principal(brand, actor=sam, role="sales")
    made = await _do(ask, staff, "createInquiry", name="Ada", phone="+1 509 555 0142")
    inquiry = made["inquiry"]["id"]
    assert (made["inquiry"]["status"], made["errors"]) == ("NEW", [])
    to = {"id": inquiry, "expectedVersion": 1, "assigneeId": encode("StaffUser", sam)}
    given = await _do(ask, staff, "assignInquiry", **to)
    assert given["inquiry"]["assignee"] == {"name": "Sam Staff"}
    corrected = {"id": inquiry, "expectedVersion": 2, "tourType": "WEDDING", "partySize": 12}
    assert (await _do(ask, staff, "updateInquiry", **corrected))["inquiry"]["version"] == 3
    moved = {"id": inquiry, "expectedVersion": 3, "status": "CONTACTED"}
    assert (await _do(ask, staff, "moveInquiry", **moved))["inquiry"]["status"] == "CONTACTED"
    reservation = encode("Reservation", await write(database, brand, a_reservation))
    into = {"id": inquiry, "expectedVersion": 4, "into": reservation}
    won = await _do(ask, staff, "convertInquiry", **into)
    assert (won["inquiry"]["status"], won["inquiry"]["version"]) == ("WON", 5)
    again = await _do(ask, staff, "convertInquiry", **into)
    assert again["errors"] == [{"code": "STALE_VERSION", "path": "expectedVersion"}]
    assert again["inquiry"] == won["inquiry"]


@pytest.mark.parametrize("name", ["Customer", "Vehicle"])
async def test_an_inquiry_does_not_become_a_thing_of_another_kind(
    database: Database, brand: Brand, ask: Ask, name: str
) -> None:
    inquiry = await write(database, brand, an_inquiry)
    given = {"id": encode("Inquiry", inquiry), "expectedVersion": 1}
    refused = await _do(ask, None, "convertInquiry", **given, into=encode(name, inquiry))
    assert refused["errors"] == [{"code": "BAD_USER_INPUT", "path": "into"}]


async def test_a_task_is_made_put_off_done_and_opened_again(
    database: Database, brand: Brand, ask: Ask
) -> None:
    sam = await a_member(database, brand, "finance")
    staff = a_principal(brand, actor=sam, role="finance")
    subject = encode("Inquiry", await write(database, brand, an_inquiry))
    due = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    given = {"kind": "call_back", "title": "Call", "subjectId": subject, "dueAt": due.isoformat()}
    task = (await _do(ask, staff, "createTask", **given))["task"]["id"]
    to = {"id": task, "expectedVersion": 1, "assigneeId": encode("StaffUser", sam)}
    assert (await _do(ask, staff, "assignTask", **to))["task"]["assignee"]["name"] == "Sam Staff"
    later = (due + timedelta(hours=3)).isoformat()
    put_off = {"id": task, "expectedVersion": 2, "dueAt": later}
    answer = await _do(ask, staff, "postponeTask", **put_off)
    assert datetime.fromisoformat(answer["task"]["dueAt"]) == due + timedelta(hours=3)
    done = await _do(ask, staff, "completeTask", id=task, expectedVersion=3)
    assert done["task"]["doneBy"] == {"name": "Sam Staff"}
    opened = await _do(ask, staff, "reopenTask", id=task, expectedVersion=4)
    assert (opened["task"]["doneAt"], opened["task"]["doneBy"]) == (None, None)


async def test_tasks_are_found_by_assignee_by_what_is_mine_and_by_kind(
    database: Database, brand: Brand, ask: Ask
) -> None:
    sam, kim = [await a_member(database, brand) for _ in range(2)]
    inquiry = await write(database, brand, an_inquiry)
    for assignee, kind in ((sam, "call"), (sam, "mail"), (kim, "call"), (None, "call")):

        async def work(tx: Any, assignee: Any = assignee, kind: str = kind) -> Any:
            return await a_task(tx, assignee_id=assignee, kind=kind, subject_id=inquiry)

        await write(database, brand, work)

    async def found(filter: dict[str, Any]) -> list[tuple[str, bool]]:
        document = (
            "query ($f: TaskFilter) { tasks(filter: $f) { edges { node { kind assignee { id } }"
            " } } }"
        )
        result = await ask(document, a_principal(brand, actor=sam), f=filter)
        assert result.errors is None, result.errors
        nodes = [edge["node"] for edge in result.data["tasks"]["edges"]]  # type: ignore[index]
        mine = encode("StaffUser", sam)
        return sorted((n["kind"], n["assignee"] == {"id": mine}) for n in nodes)

    assert await found({"mine": True}) == [("call", True), ("mail", True)]
    assert await found({"mine": False}) == [("call", False), ("call", False)]
    assert await found({"assigneeId": encode("StaffUser", kim)}) == [("call", False)]
    assert await found({"kind": ["mail"], "open": True}) == [("mail", True)]


async def test_staff_are_listed_by_name_with_those_of_the_brand_told_apart(
    database: Database, brand: Brand, ask: Ask
) -> None:
    from_here = await a_member(database, brand)
    document = "query ($f: StaffUserFilter) { staffUsers(filter: $f) { edges { node { id } } } }"
    answers = {}
    for member in (True, False):
        result = await ask(document, f={"member": member, "text": "sam"})
        assert result.errors is None, result.errors
        edges = result.data["staffUsers"]["edges"]  # type: ignore[index]
        answers[member] = [edge["node"]["id"] for edge in edges]
    assert answers == {True: [encode("StaffUser", from_here)], False: []}


@pytest.mark.parametrize("caller", ["viewer", Kind.SITE, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER])
async def test_nobody_but_staff_who_may_changes_leads_and_tasks(
    brand: Brand, ask: Ask, caller: Any
) -> None:
    kinds = isinstance(caller, Kind)
    principal = a_principal(brand, caller) if kinds else a_principal(brand, role=caller)
    given = {
        "id": "x",
        "expectedVersion": 1,
        "name": "Ada",
        "kind": "call",
        "title": "Call",
        "subjectId": "x",
        "dueAt": "2031-06-09T10:00:00Z",
        "into": "x",
        "status": "LOST",
    }
    wanted = {
        "CreateInquiryInput": {"name"},
        "ConvertInquiryInput": {"id", "expectedVersion", "into"},
        "MoveInquiryInput": {"id", "expectedVersion", "status"},
        "CreateTaskInput": {"kind", "title", "subjectId", "dueAt"},
        "PostponeTaskInput": {"id", "expectedVersion", "dueAt"},
    }
    asked = {**CHANGES, **WORK}
    if caller in {Kind.SITE, Kind.CUSTOMER, Kind.PARTNER}:
        del asked["createInquiry"]
    for name, kind in asked.items():
        named = wanted.get(kind, {"id", "expectedVersion"})
        document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code }} }} }}"
        result = await ask(document, principal, input={key: given[key] for key in named})
        assert told(result) == [(name, "FORBIDDEN")]
