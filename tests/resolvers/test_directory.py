"""The directory over GraphQL as a brand shows it: featured first, hidden left out, remarked on."""

from typing import Any
from uuid import UUID

import pytest

from bootstrap.settings import Settings
from db.database import Database, Transaction
from domain.identity import Brand, Kind
from schema.global_ids import encode
from tests.builders import (
    a_booking,
    a_brand,
    a_principal,
    a_stop,
    a_winery,
    as_owner,
    insert,
    new_id,
    write,
)
from tests.resolvers.conftest import Ask, told

NAMES = ("A", "B", "C", "D", "E", "F", "G", "H", "I")
FEATURED, HIDDEN = "CFI", "BH"
SHOWN = {"NAME_ASC": list("CFIADEG"), "NAME_DESC": list("IFCGEDA")}
OUTSIDERS = (Kind.SITE, Kind.LINK, Kind.CUSTOMER, Kind.PARTNER, Kind.DRIVER)
PAGE = """
query ($ava: String!, $order: NameOrder!, $first: Int, $after: String, $last: Int, $before: String)
{
  wineries(filter: {ava: $ava}, orderBy: $order, first: $first, after: $after, last: $last,
    before: $before) {
    totalCount
    edges { cursor node { name featured } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
LIST = """
query ($ava: String!, $featured: Boolean, $hidden: Boolean! = false) {
  wineries(filter: {ava: $ava}, featured: $featured, includeHidden: $hidden) {
    totalCount edges { node { name hidden } }
  }
}
"""


async def a_note(tx: Transaction, place: UUID, kind: str = "winery", **said: Any) -> UUID:
    return await insert(tx, "directory_notes", place_kind=kind, place_id=place, **said)


@pytest.fixture
async def ava(settings: Settings, database: Database, brand: Brand) -> str:
    """Nine wineries of an area of their own; the brand features three and hides two."""
    area = f"Area {new_id().hex}"
    wineries = {name: await a_winery(settings, name=name, ava=area) for name in NAMES}

    async def noted(tx: Transaction) -> None:
        for name in FEATURED:
            await a_note(tx, wineries[name], featured=True)
        for name in HIDDEN:
            await a_note(tx, wineries[name], hidden=True)

    await write(database, brand, noted)
    return area


def listed(answer: Any) -> list[str]:
    assert answer.errors is None
    return [edge["node"]["name"] for edge in answer.data["wineries"]["edges"]]


async def walked(ask: Ask, ava: str, order: str, size: int, *, backwards: bool) -> list[str]:
    """The names of all pages; each is full and says rightly whether there is another."""
    front, cursor, more, end = (
        ("last", "before", "hasPreviousPage", "startCursor")
        if backwards
        else ("first", "after", "hasNextPage", "endCursor")
    )
    seen: list[str] = []
    at, goes_on = None, True
    while goes_on:
        answer = await ask(PAGE, Kind.SITE, ava=ava, order=order, **{front: size, cursor: at})
        names, page = listed(answer), answer.data["wineries"]["pageInfo"]  # type: ignore[index]
        left = len(SHOWN[order]) - len(seen)
        assert (len(names), page[more]) == (min(size, left), left > size)
        seen = names + seen if backwards else seen + names
        goes_on, at = page[more], page[end]
    return seen


@pytest.mark.parametrize("order", SHOWN)
async def test_pages_go_on_from_what_is_featured_to_the_rest_without_gap_or_repetition(
    ask: Ask, ava: str, order: str
) -> None:
    for size in (1, 2, 3, 4, 7):
        for backwards in (False, True):
            names = await walked(ask, ava, order, size, backwards=backwards)
            assert names == SHOWN[order], (size, backwards)


async def test_a_page_that_ends_with_its_part_knows_of_a_single_row_behind_and_of_none(
    settings: Settings, database: Database, brand: Brand, ask: Ask
) -> None:
    area = f"Area {new_id().hex}"
    last = await a_winery(settings, name="Z", ava=area)
    await write(database, brand, lambda tx: a_note(tx, last, featured=True))
    for more in (False, True):
        front = await ask(PAGE, Kind.SITE, ava=area, order="NAME_ASC", first=1)
        page = front.data["wineries"]["pageInfo"]  # type: ignore[index]
        assert (listed(front), page["hasNextPage"]) == (["Z"], more)
        await a_winery(settings, name="A", ava=area)
    end = await ask(PAGE, Kind.SITE, ava=area, order="NAME_ASC", last=2)
    assert end.data["wineries"]["pageInfo"]["hasPreviousPage"] is True  # type: ignore[index]
    assert listed(end) == ["A", "A"]


async def test_between_two_cursors_lies_what_lies_between_them_in_both_parts(
    ask: Ask, ava: str
) -> None:
    whole = await ask(PAGE, Kind.SITE, ava=ava, order="NAME_ASC", first=100)
    edges = whole.data["wineries"]["edges"]  # type: ignore[index]
    at = {edge["node"]["name"]: edge["cursor"] for edge in edges}
    assert [edge["node"]["featured"] for edge in edges] == [True] * 3 + [False] * 4
    for front in ("first", "last"):
        for after, before in (("C", "E"), ("C", "I"), ("A", "G"), ("I", "A")):
            between = {"after": at[after], "before": at[before], front: 5}
            answer = await ask(PAGE, Kind.SITE, ava=ava, order="NAME_ASC", **between)
            order = "".join(SHOWN["NAME_ASC"])
            assert "".join(listed(answer)) == order[order.index(after) + 1 : order.index(before)]


async def test_what_is_hidden_is_listed_and_counted_for_staff_alone_who_ask_for_it(
    ask: Ask, ava: str
) -> None:
    for kind in (*OUTSIDERS, Kind.STAFF):
        answer = await ask(LIST, kind, ava=ava)
        assert (listed(answer), answer.data["wineries"]["totalCount"]) == (  # type: ignore[index]
            SHOWN["NAME_ASC"],
            7,
        )
    for kind in OUTSIDERS:
        refused = await ask(LIST, kind, ava=ava, hidden=True)
        assert told(refused) == [("wineries", "FORBIDDEN")]
    whole = await ask(LIST, Kind.STAFF, ava=ava, hidden=True)
    assert listed(whole) == list("CFIABDEGH")
    nodes = [edge["node"] for edge in whole.data["wineries"]["edges"]]  # type: ignore[index]
    assert "".join(each["name"] for each in nodes if each["hidden"]) == HIDDEN
    assert whole.data["wineries"]["totalCount"] == 9  # type: ignore[index]


async def test_a_list_is_of_what_is_featured_alone_or_of_the_others(ask: Ask, ava: str) -> None:
    for featured, names in ((True, "CFI"), (False, "ADEG")):
        answer = await ask(LIST, Kind.SITE, ava=ava, featured=featured)
        assert "".join(listed(answer)) == names
        assert answer.data["wineries"]["totalCount"] == len(names)  # type: ignore[index]


async def test_another_brands_list_is_as_if_nothing_was_said(
    settings: Settings, brand: Brand, ask: Ask, ava: str, statements: list[str]
) -> None:
    for other in (await a_brand(settings, tenant=brand, code="nwtc"), await a_brand(settings)):
        statements.clear()
        answer = await ask(LIST, a_principal(other, Kind.SITE), ava=ava)
        assert "".join(listed(answer)) == "".join(NAMES)
        assert not any(edge["node"]["hidden"] for edge in answer.data["wineries"]["edges"])  # type: ignore[index]
        assert [each.split("from ")[1].split()[0] for each in statements] == [
            "directory_notes",
            "wineries",
            "wineries",
        ]


async def test_a_hidden_winery_has_no_page_of_its_own_and_stays_where_a_tour_names_it(
    settings: Settings, database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    slug = f"winery-{new_id().hex}"
    winery = await a_winery(settings, slug=slug, name="Shy Cellars")

    async def a_tour(tx: Transaction) -> None:
        booking = await a_booking(tx)
        await a_stop(tx, booking, 1, kind="winery", winery_id=winery, name=None)

    await write(database, brand, a_tour)
    page = "query ($slug: String!) { winery(slug: $slug) { name hidden } }"
    assert told(await ask(page, Kind.SITE, slug=slug)) == []
    await write(database, brand, lambda tx: a_note(tx, winery, hidden=True))

    for kind in OUTSIDERS:
        assert told(await ask(page, kind, slug=slug)) == [("winery", "NOT_FOUND")]
    assert (await ask(page, Kind.STAFF, slug=slug)).data == {
        "winery": {"name": "Shy Cellars", "hidden": True}
    }
    again = """query ($id: ID!) {
      node(id: $id) { ... on Winery { name } } nodes(ids: [$id]) { ... on Winery { hidden } } }"""
    for kind in OUTSIDERS:
        gone = await ask(again, kind, id=encode("Winery", winery))
        assert told(gone) == [("node", "NOT_FOUND"), ("nodes.0", "NOT_FOUND")]
    node = await ask(again, Kind.STAFF, id=encode("Winery", winery))
    assert node.data == {"node": {"name": "Shy Cellars"}, "nodes": [{"hidden": True}]}
    statements.clear()
    tours = await ask("{ bookings { edges { node { stops { winery { name } } } } } }")
    assert tours.data == {
        "bookings": {"edges": [{"node": {"stops": [{"winery": {"name": "Shy Cellars"}}]}}]}
    }
    assert [each for each in statements if "directory_notes" in each] == []


async def test_a_remark_is_for_everybody_and_a_note_for_those_who_write_them(
    settings: Settings, database: Database, brand: Brand, ask: Ask, statements: list[str]
) -> None:
    area = f"Area {new_id().hex}"
    place = await a_winery(settings, name="A", ava=area)
    await a_winery(settings, name="B", ava=area)
    said: dict[str, Any] = {"remark": "Ask for the **rosé**", "note": "Owes us", "version": 3}
    await write(database, brand, lambda tx: a_note(tx, place, **said))
    public = (
        "query ($ava: String!) { wineries(filter: {ava: $ava})"
        " { edges { node { remark featured hidden } } } }"
    )
    inner = public.replace("remark", "remark directoryNote { note version }")
    bare = {"remark": None, "featured": False, "hidden": False}

    statements.clear()
    shown = await ask(public, Kind.SITE, ava=area)
    assert len([each for each in statements if "directory_notes" in each]) == 2
    of_staff = await ask(inner, Kind.STAFF, ava=area)
    refused = await ask(inner, Kind.SITE, ava=area)

    assert [edge["node"] for edge in shown.data["wineries"]["edges"]] == [  # type: ignore[index]
        {**bare, "remark": "Ask for the **rosé**"},
        bare,
    ]
    nodes = [edge["node"] for edge in of_staff.data["wineries"]["edges"]]  # type: ignore[index]
    assert [each["directoryNote"] for each in nodes] == [{"note": "Owes us", "version": 3}, None]
    field = "wineries.edges.{}.node.directoryNote"
    assert told(refused) == [(field.format(each), "FORBIDDEN") for each in (0, 1)]


@pytest.mark.parametrize(("root", "kind"), [("restaurants", "restaurant"), ("hotels", "hotel")])
async def test_restaurants_and_hotels_are_shown_as_the_brand_says_too(
    settings: Settings, database: Database, brand: Brand, ask: Ask, root: str, kind: str
) -> None:
    mark = new_id().hex
    places = dict(zip("ABC", (new_id() for _ in range(3)), strict=True))
    for name, id in places.items():
        given = {"id": id, "slug": f"place-{id.hex}", "name": f"{name} {mark}"}
        sql = f"insert into {root} (id, slug, name) values (%(id)s, %(slug)s, %(name)s)"  # noqa: S608
        await as_owner(settings, sql, given)
    await write(database, brand, lambda tx: a_note(tx, places["A"], kind, hidden=True))
    await write(database, brand, lambda tx: a_note(tx, places["C"], kind, featured=True))
    asked = f'{{ {root}(filter: {{text: "{mark}"}}) {{ edges {{ node {{ name featured }} }} }} }}'

    answer = await ask(asked, Kind.SITE)

    assert [edge["node"] for edge in answer.data[root]["edges"]] == [  # type: ignore[index]
        {"name": f"C {mark}", "featured": True},
        {"name": f"B {mark}", "featured": False},
    ]


async def test_own_places_are_shown_as_each_brand_says(
    settings: Settings, database: Database, brand: Brand, ask: Ask
) -> None:
    sister = await a_brand(settings, tenant=brand, code="nwtc")

    places = {}

    async def own(tx: Transaction) -> None:
        given = {"created_at": "2026-01-01T00:00:00Z"}
        for name, kind, said in (
            ("A", "winery", {"hidden": True}),
            ("B", "hotel", {}),
            ("C", "restaurant", {"featured": True, "remark": "Ours"}),
        ):
            places[name] = place = await insert(tx, "own_places", name=name, kind=kind, **given)
            if said:
                await a_note(tx, place, kind, **said)

    await write(database, brand, own)
    page = "query ($id: ID!) { node(id: $id) { id } }"
    shy = encode("Place", places["A"])
    for of, errors in ((brand, [("node", "NOT_FOUND")]), (sister, [])):
        assert told(await ask(page, a_principal(of, Kind.SITE), id=shy)) == errors
    asked = "{ ownPlaces { totalCount edges { node { name featured hidden remark } } } }"
    fields = ("name", "featured", "hidden", "remark")
    for of, rows in (
        (brand, [("C", True, False, "Ours"), ("B", False, False, None)]),
        (sister, [(name, False, False, None) for name in "ABC"]),
    ):
        answer = await ask(asked, a_principal(of, Kind.SITE))
        edges = [{"node": dict(zip(fields, row, strict=True))} for row in rows]
        assert answer.data == {"ownPlaces": {"totalCount": len(rows), "edges": edges}}
