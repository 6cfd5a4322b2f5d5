"""The parts as they come and go: toasts in order, within reach and out of the way; and nothing bars the way."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Window
from tests.journeys.living import Person
from tests.journeys.test_palette import PHONE
from tests.journeys.watching import in_both_themes


def toasts(page: Page) -> Locator:
    return page.get_by_role("region", name="Notifications").locator(".toast")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_nothing_bars_the_way_in_either_theme(window: Window, alice: Person) -> None:
    page = window(alice, reduced_motion="reduce")
    page.goto("/style/")
    assert in_both_themes(page) == []
    press(page, "Toast: error, stays")
    press(page, "Dialog with an error")
    assert in_both_themes(page) == []


def test_three_stand_at_most_and_errors_outlast_the_others(page: Page) -> None:
    page.clock.install()
    page.goto("/style/")
    press(page, "Toast: error, stays")
    for _turn in range(3):
        press(page, "Toast")
    expect(toasts(page)).to_have_count(3)
    expect(toasts(page).first).to_contain_text("Could not save the note")
    page.mouse.move(10, 400)
    page.clock.run_for(6100)
    expect(toasts(page)).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text("Could not save the note")


def test_the_clock_stands_still_while_somebody_is_there(page: Page) -> None:
    page.clock.install()
    page.goto("/style/")
    press(page, "Toast with Undo")
    toasts(page).hover()
    page.clock.run_for(10_000)
    undo = toasts(page).get_by_role("button", name="Undo")
    undo.focus()
    page.mouse.move(10, 400)
    page.clock.run_for(10_000)
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(toasts(page)).to_have_count(1)
    expect(toasts(page)).to_contain_text("3 images are back")


def test_it_is_read_out_once_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/style/")
    opener = page.get_by_role("button", name="Toast with Undo")
    opener.press("Enter")
    expect(page.locator("#announcer")).to_have_text("3 images moved to the bin. Kept for 30 days")
    expect(page.locator(".toast[role=status]")).to_have_count(0)
    opener.focus()
    toasts(page).get_by_role("button", name="Dismiss").press("Enter")
    expect(toasts(page)).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_toast_can_be_pressed_while_a_dialog_is_open(page: Page) -> None:
    page.goto("/style/")
    press(page, "Dialog")
    page.evaluate("import('gesso/toast').then(({ toast }) => toast({ title: 'Within', action: () => {} }))")
    toasts(page).get_by_role("button", name="Undo").click()
    expect(toasts(page)).to_have_count(0)
    press(page, "Move 3")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(toasts(page)).to_contain_text("3 images moved to the bin")


def test_on_a_phone_it_stands_clear_of_what_floats_below(window: Window, alice: Person) -> None:
    page = window(alice, **PHONE)
    page.goto("/style/")
    page.get_by_role("button", name="Toast: error, stays").tap()
    box, bar = toasts(page).bounding_box(), page.locator(".bottom-nav").bounding_box()
    assert box
    assert bar
    assert box["y"] + box["height"] < bar["y"] - 200
    assert re.fullmatch(
        r"\d+(\.\d+)?px", page.locator("#toasts").evaluate("element => getComputedStyle(element).top")
    )
