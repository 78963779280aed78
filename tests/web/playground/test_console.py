"""The console as members of the staff use it in production, in a real Chromium."""

from datetime import timedelta

import httpx
import pytest
from playwright.async_api import Page, expect

from bootstrap.wiring import Parts, now
from db import credentials, sign_in
from domain.identity import NOBODY, Brand
from tests.builders import a_member, a_principal
from tests.web.playground.seats import KEPT, Seat, listeners
from tests.web.test_sign_in import CHEAP, PASSWORD, Member, in_full

JOINS = "insert into memberships (staff_user_id, role) values (%(id)s, 'viewer')"
NARROW = {"width": 390, "height": 760}


async def brands_of_demo(made: Parts) -> dict[str, Brand]:
    async with made.database.session(NOBODY).read() as tx:
        return {each.code: each for each in await credentials.demo_brands(tx)}


@pytest.fixture
async def member(demo: Parts) -> Member:
    """A manager of one brand of the demo, who looks at the one that is the default."""
    brands = await brands_of_demo(demo)
    staff = await a_member(demo.database, brands["nwtc"], "manager")
    owner = demo.database.session(a_principal(brands["wwt"]))
    await owner.write(lambda tx: tx.run(JOINS, {"id": staff}))
    own = demo.database.session(a_principal(brands["nwtc"], actor=staff))
    hashed = CHEAP.hash(PASSWORD)
    await own.write(lambda tx: sign_in.set_password(tx, staff, hashed, now=now()))
    (email,) = await in_full(demo.settings, "select email from staff_users where id = %s", staff)
    return Member(staff, brands["nwtc"], email)


@pytest.fixture
def address(production: httpx.AsyncClient) -> str:
    return str(production.base_url).rstrip("/")


async def fill(page: Page, member: Member, password: str) -> None:
    await page.get_by_label("Company").fill(member.brand.tenant_slug)
    await page.get_by_label("E-mail").fill(member.email)
    await page.locator("input[name=password]").fill(password)
    await page.locator("input[name=password]").press("Enter")


async def enter(seat: Seat, address: str, member: Member) -> None:
    await seat.page.goto(f"{address}/graphql")
    await fill(seat.page, member, PASSWORD)
    editor = seat.page.get_by_role("region", name="Operation Editor").get_by_role("textbox")
    await expect(editor).to_be_attached()
    await expect(seat.page.get_by_label("Brand")).to_be_visible()


async def test_who_has_no_session_sees_a_sign_in_and_a_wrong_password_is_read_out(
    seat: Seat, address: str, member: Member
) -> None:
    page = seat.page
    await page.goto(f"{address}/graphql")
    await expect(page.get_by_label("Company")).to_be_focused()
    await fill(page, member, "wrong password")

    alert = page.get_by_role("alert")
    await expect(alert).to_have_text("The tenant, the address or the password is wrong.")
    await expect(page.get_by_role("region", name="Operation Editor")).to_have_count(0)
    assert [url for url in seat.asked if "Editor" in url or url.endswith("/graphql")] == [
        f"{address}/graphql"
    ]
    assert await page.context.cookies() == []
    assert seat.strangers(address) == []


async def test_a_member_signs_in_asks_switches_the_brand_and_signs_out(
    seat: Seat, demo: Parts, address: str, member: Member
) -> None:
    page = seat.page
    await enter(seat, address, member)
    await seat.run()
    await seat.see('"code": "wwt"')
    await page.get_by_role("button", name="Sam Staff, viewer").click()
    await expect(page.get_by_text("this one")).to_be_visible()
    await expect(page.get_by_text("bookings:read", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")

    await seat.take("BookingChanged")
    booking = "query { bookings(first: 1) { edges { node { id } } } }"
    id = await page.evaluate(
        """async (query) => {
          const ours = { method: "POST", headers: { "Content-Type": "application/json" } };
          const session = await fetch("/auth/console/session", { ...ours, body: "{}" });
          const headers = { ...ours.headers, "X-CSRF-Token": (await session.json()).proof };
          const answer = await fetch("/graphql", { ...ours, headers, body: JSON.stringify({ query }) });
          return (await answer.json()).data.bookings.edges[0].node.id;
        }""",
        booking,
    )
    await seat.give(id=id)
    await seat.run()
    await listeners(demo, 1)
    async with seat.speaking_anew():
        await page.get_by_label("Brand").select_option("nwtc")
    await listeners(demo, 0)
    await expect(page.get_by_text("The subscription has ended")).to_be_visible()
    await seat.take("WhoAmI")
    await seat.run()
    await seat.see('"code": "nwtc"')

    [cookie] = await page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"]) == (
        "__Host-tourbase",
        True,
        True,
    )
    assert cookie["value"] not in str(await page.evaluate(KEPT))
    assert await page.evaluate("document.cookie") == ""
    assert seat.complaints == []
    assert seat.strangers(address) == []

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("status")).to_have_text("You are signed out.")
    assert await page.context.cookies() == []
    assert "WhoAmI" not in str(await page.evaluate(KEPT))
    await page.reload()
    await expect(page.get_by_label("Company")).to_be_visible()


async def test_a_mutation_that_asks_for_a_fresh_proof_is_run_once_it_is_given(
    seat: Seat, demo: Parts, address: str, member: Member
) -> None:
    page = seat.page
    await enter(seat, address, member)
    old = (
        "update staff_sessions set created_at = created_at - interval '11 minutes',"
        " proved_at = proved_at - interval '11 minutes' where staff_user_id = %s"
    )
    await in_full(demo.settings, old, member.id)
    # Under the name that stood there: the editor finds out another only after a pause.
    await seat.write("mutation WhoAmI { beginTotp { uri errors { code } } }")
    await seat.run()

    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Password").fill("wrong")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text("The password is wrong.")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await seat.see('"uri": "otpauth://')
    await expect(dialog).to_have_count(0)


async def test_on_a_narrow_screen_nothing_is_cut_and_a_mailed_code_is_taken_from_the_link(
    seat: Seat, demo: Parts, address: str, member: Member
) -> None:
    page, id = seat.page, demo.ids.new()
    own = demo.database.session(a_principal(member.brand, actor=member.id))
    ends = now() + timedelta(minutes=30)
    await own.write(
        lambda tx: sign_in.insert_code(tx, id, member.id, "reset", now=now(), expires_at=ends)
    )
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await page.goto(f"{address}/graphql#code={demo.gate.codes.token_of(id)}")
    await expect(page.locator("input[name=password]")).to_be_focused()
    assert page.url == f"{address}/graphql"
    await page.locator("input[name=password]").fill("a new long password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("The password is set. Sign in with it.")
    await fill(page, member, "a new long password")
    await expect(page.get_by_role("region", name="Result Window")).to_be_attached()
    for name in ("Operation Editor", "Result Window"):
        box = await page.get_by_role("region", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW["width"]
        assert box["width"] > NARROW["width"] / 2
    await page.get_by_role("button", name="Execute query").click()
    result = page.get_by_role("region", name="Result Window")
    await result.scroll_into_view_if_needed()
    await expect(result).to_be_in_viewport()
    await seat.see('"code": "wwt"')
