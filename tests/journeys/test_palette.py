"""The command palette by keys, by touch and on a slow line; and what stays when a session ends."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.keys import Keys
from tests.journeys.living import LivingStudio, Person
from tests.journeys.measuring import Measures
from tests.journeys.watching import Watch, in_both_themes

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def painter(living: LivingStudio) -> Person:
    """Somebody with two pictures, for all who do not sign her out."""
    person = living.person("Mara")
    living.painted(person, ["Dunes in amber haze", "A blue door"])
    return person


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search or run a command")


def option(page: Page, name: str) -> Locator:
    return palette(page).get_by_role("option", name=re.compile(f"^{re.escape(name)}"))


def opened(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("combobox")).to_be_focused()
    expect(palette(page).get_by_role("option").first).to_be_visible()  # Its script is there.
    page.keyboard.type(words)


def test_a_picture_is_found_by_words_and_opened_by_enter(window: Window, painter: Person) -> None:
    page = window(painter)
    page.goto("/credits/")
    opened(page, "amber")
    page.keyboard.press("Enter")  # Before the answer is there: it waits for it.
    page.wait_for_url("**/images/*/")
    expect(page.get_by_role("heading", name="Dunes in amber haze")).to_be_attached()


def test_arrows_move_through_all_groups_and_the_command_is_done(window: Window, painter: Person) -> None:
    page = window(painter)
    page.goto("/")
    opened(page, "")
    groups = palette(page).get_by_role("group")
    expect(groups).to_have_count(3)
    assert in_both_themes(page) == []
    field = palette(page).get_by_role("combobox")
    first = field.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowUp")  # From the first to the last.
    expect(option(page, "New project")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", str(first))
    page.keyboard.type(">credits")
    expect(palette(page).get_by_role("option")).to_have_count(1)
    expect(option(page, "Open credits")).to_contain_text("GC")
    page.keyboard.press("Enter")
    page.wait_for_url("**/credits/")


def test_a_project_is_made_from_the_words(window: Window, painter: Person) -> None:
    page = window(painter)
    page.goto("/gallery/")
    opened(page, "Glass study")
    expect(option(page, "New project from “Glass study”")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/*/")
    expect(page).to_have_title("Glass study · Gesso")


def test_a_found_picture_becomes_a_reference_where_one_is(window: Window, painter: Person) -> None:
    page = window(painter)
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    desk.prompt.fill("A ship")
    opened(page, "amber")
    expect(option(page, "Dunes in amber haze")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+Enter")
    expect(desk.references).to_have_count(1)
    expect(desk.prompt).to_have_value("A ship")


def test_a_model_is_chosen_and_what_was_typed_stays(page: Page) -> None:
    desk = Desk(page)
    desk.prompt.fill("A ship")
    page.goto("/credits/")
    opened(page, "gesso press")
    expect(option(page, "Gesso Press")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#model-name")).to_have_text("Gesso Press")
    expect(desk.prompt).to_have_value("A ship")


def test_a_late_answer_does_not_replace_a_newer_one(
    window: Window, painter: Person, measures: Measures
) -> None:
    measures.calm = 0.05  # What is found stands above the commands, also where it comes late.
    page = window(painter)
    page.goto("/credits/")
    held: list[Route] = []
    page.route("**/palette?q=blue", lambda route: held.append(route))
    with page.expect_request("**/palette?q=blue"):
        opened(page, "blue")
    page.keyboard.press("Control+a")
    page.keyboard.type("amber")
    expect(option(page, "Dunes in amber haze")).to_be_visible()
    for route in held:
        route.fulfill(body='<a role="option">A blue door</a>')
    expect(option(page, "A blue door")).to_have_count(0)
    expect(option(page, "Dunes in amber haze")).to_be_visible()


def test_on_a_phone_it_fills_the_window_and_opens_from_the_top_bar(window: Window, painter: Person) -> None:
    page = window(painter, **PHONE)
    page.goto("/gallery/")
    page.get_by_role("button", name="Search or run a command").tap()
    box = palette(page).bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    palette(page).get_by_role("combobox").fill("amber")
    option(page, "Dunes in amber haze").tap()
    page.wait_for_url("**/images/*/")


def test_without_a_connection_the_commands_still_work(window: Window, painter: Person, watch: Watch) -> None:
    watch.expected.append("ERR_FAILED")
    page = window(painter)
    page.goto("/credits/")
    page.route("**/palette?*", lambda route: route.abort())
    opened(page, "gall")
    expect(palette(page).get_by_text("Could not search. Commands still work.")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/")


def test_every_single_key_can_be_switched_off_and_on_again(page: Page) -> None:
    desk, keys = Desk(page), Keys(page)
    keys.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_be_visible()
    shortcuts.get_by_role("checkbox", name="Single-key shortcuts").uncheck()
    keys.press("Escape", "/")
    expect(desk.prompt).not_to_be_focused()
    keys.press("Control+k")
    expect(palette(page)).to_be_visible()
    page.goto("/account/")
    page.get_by_role("checkbox", name="Single-key shortcuts").check()
    keys.press("Tab", "g", "c")
    page.wait_for_url("**/credits/")


def test_a_session_that_ended_is_told_and_nothing_typed_is_lost(page: Page, watch: Watch) -> None:
    watch.expected.append("status of 401")
    desk = Desk(page)
    desk.write("A lighthouse that nobody should have to type twice")
    path = page.url
    page.context.clear_cookies(name="sessionid")
    desk.generate.click()
    notice = page.get_by_role("region", name="Notifications").get_by_role("alert")
    expect(notice).to_contain_text("You were signed out")
    expect(desk.prompt).to_have_value("A lighthouse that nobody should have to type twice")
    way = notice.get_by_role("link", name="Sign in").get_attribute("href")
    assert way
    assert way.startswith("/account/login/?next=")
    assert page.url == path


def test_after_signing_out_the_way_back_shows_no_private_page(
    window: Window, living: LivingStudio, alice: Person
) -> None:
    living.painted(alice, ["A blue door"])
    page = window(alice)
    page.goto("/gallery/")
    expect(page.get_by_role("link", name="Generated image: A blue door")).to_be_visible()
    opened(page, ">sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/login/**")
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("link", name="Generated image: A blue door")).to_have_count(0)
