"""The whole way from a prompt to the receipt with the keyboard alone, and what it may do on the way."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Window
from tests.journeys.desk import Desk, number_in
from tests.journeys.keys import Keys
from tests.journeys.living import LivingStudio
from tests.journeys.measuring import Measures
from tests.journeys.watching import in_both_themes


def test_from_the_prompt_to_the_receipt_without_a_mouse(page: Page) -> None:
    desk, keys = Desk(page), Keys(page)
    keys.tab_to(desk.prompt)
    keys.write("A sailboat on a calm sea")
    keys.tab_to(desk.model)
    keys.press("Enter")
    keys.write("gesso paint")
    expect(desk.models.get_by_role("option")).to_have_count(1)
    keys.press("Enter")
    expect(desk.model).to_be_focused()
    expect(page.locator("#model-name")).to_have_text("Gesso Paint")

    keys.tab_to(page.get_by_role("radio", name="1:1", exact=True))
    keys.press("ArrowRight")
    expect(page.get_by_role("radio", name="4:5", exact=True)).to_be_checked()
    keys.tab_to(desk.images)
    keys.press("ArrowUp")
    desk.ready(images=2)
    desk.priced("6")
    keys.press("Control+Enter")
    desk.finished(1, pictures=2)

    sent_back_as_a_reference(desk, keys)
    edited(desk, keys)
    receipt(page, desk, keys)


def sent_back_as_a_reference(desk: Desk, keys: Keys) -> None:
    """The toolbar is one stop of Tab; arrows move inside it, and it is left and found again where one was."""
    tools = desk.page.get_by_role("toolbar", name="Picture 1 of run 1", exact=True).get_by_role("button")
    keys.tab_to(desk.pictures(1).first)
    keys.press("Tab")
    expect(desk.tool(1, 1, "Favourite")).to_be_focused()
    keys.press("ArrowRight")
    expect(desk.tool(1, 1, "Use as reference")).to_be_focused()
    assert [tool.get_attribute("tabindex") for tool in tools.all()].count("0") == 1
    keys.press("Tab")
    expect(desk.pictures(1).nth(1)).to_be_focused()
    keys.press("Shift+Tab")
    expect(desk.tool(1, 1, "Use as reference")).to_be_focused()
    keys.press("Enter")
    expect(desk.references).to_have_count(1)


def edited(desk: Desk, keys: Keys) -> None:
    keys.press("ArrowRight")
    expect(desk.tool(1, 1, "Edit")).to_be_focused()
    keys.press("Enter")
    expect(desk.prompt).to_be_focused()
    expect(desk.references.get_by_role("button", name="Reference 1: Source")).to_be_visible()
    keys.write("make it night")
    keys.tab_to(desk.images)
    keys.press("ArrowDown")
    desk.ready(images=1)
    desk.priced("3")
    keys.press("Control+Enter")
    desk.finished(2, pictures=1)


def receipt(page: Page, desk: Desk, keys: Keys) -> None:
    assert desk.balance == 1000 - 9
    keys.tab_to(desk.pictures(2))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="make it night")).to_be_attached()
    keys.tab_to(page.locator(".lineage .parents").get_by_role("link").first)
    keys.press("Escape")
    expect(desk.runs).to_have_count(2)
    keys.tab_to(page.get_by_role("link", name="Credits", exact=True).first)
    keys.press("Enter")
    newest = page.get_by_role("list", name="Ledger").locator("> li").first
    keys.tab_to(newest.locator("summary"))
    keys.press("Enter")
    expect(newest.locator(".line")).to_contain_text(["Held", "Charged"])
    assert number_in(newest.locator(".entry .after").inner_text()) == 1000 - 9


def test_the_model_picker_is_searched_walked_and_left_by_keys(page: Page) -> None:
    desk, keys = Desk(page), Keys(page)
    chosen = desk.page.locator("#model-name").inner_text()
    keys.tab_to(desk.model)
    keys.press("Enter")
    search = desk.models.get_by_role("searchbox")
    expect(search).to_be_focused()
    keys.write("gesso/")
    expect(desk.models.get_by_role("option")).to_have_count(4)
    first = search.get_attribute("aria-activedescendant")
    keys.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant") != first
    keys.press("Escape")
    expect(desk.models).to_be_hidden()
    expect(desk.model).to_be_focused()
    expect(desk.page.locator("#model-name")).to_have_text(chosen)

    keys.press("Enter")
    keys.write("sketch")
    expect(desk.models.get_by_role("option")).to_have_count(1)
    keys.tab_to(desk.models.get_by_role("listbox"))
    keys.press("Enter")
    expect(desk.models).to_be_hidden()
    expect(desk.page.locator("#model-name")).to_have_text("Gesso Sketch")
    expect(desk.model).to_be_focused()


def test_letters_are_letters_in_the_prompt_and_commands_outside_it(page: Page) -> None:
    desk, keys = Desk(page), Keys(page)
    keys.press("/")
    expect(desk.prompt).to_be_focused()
    keys.write("gc?")
    expect(desk.prompt).to_have_value("gc?")
    keys.tab_to(desk.model)
    keys.press("g", "c")
    page.wait_for_url("**/credits/")


def test_staff_put_the_vendors_in_order_where_the_focus_stays_on_what_was_pressed(
    window: Window, living: LivingStudio, measures: Measures
) -> None:
    measures.calm = 0.05  # The vendors change places, also where the answer to a press comes late.
    dana = living.person("Dana", staff=True)
    page = window(dana)
    page.goto("/models/?view=list")
    keys, vendors = Keys(page), page.locator("#vendor-order li")
    page.locator(".naming > summary").focus()
    keys.press("Enter")
    usual = [vendor.get_attribute("id") for vendor in vendors.all()]
    second = page.locator(f"#{usual[1]}").get_by_role("button", name="up")
    keys.tab_to(second)
    keys.press("Enter")
    expect(page.locator("#vendor-order").get_by_role("status")).to_contain_text("is number 1 now")
    expect(vendors.first).to_have_id(usual[1] or "")
    expect(second).to_be_focused()
    expect(second).to_have_attribute("aria-disabled", "true")
    keys.press("Tab")
    keys.press("Enter")
    expect(vendors.nth(1)).to_have_id(usual[1] or "")
    expect(page.locator("#results .model").first).to_be_visible()
    assert in_both_themes(page) == []
    living.ask("leave_staff", user_id=dana.id)
