"""More settings in a browser: by keyboard, through a new price, a reload, another model and a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.desk import Desk
from tests.journeys.watching import Watch, in_both_themes
from tests.look.conftest import Scene, Window
from tests.providers.cases import KEY

pytestmark = pytest.mark.browser

PRO = "FLUX.2 [pro]"
WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


@pytest.fixture(params=WINDOWS)
def page(request: pytest.FixtureRequest, window: Window, furnished: Scene, settings: Any) -> Page:
    """The composer with a model that has settings of its own, open on a phone too."""
    settings.PROVIDER_KEYS = {"bfl": KEY}
    page = window(**WINDOWS[request.param]).new_page()
    page.goto("/?model=bfl/flux-2-flex")
    if request.param == "phone":
        page.locator("[data-sheet]").click()
    return page


def part(page: Page) -> Locator:
    return page.locator("#more-settings")


def steps(page: Page) -> Locator:
    return page.locator("#extra-steps")


def changed(page: Page) -> Locator:
    return part(page).locator("[data-more-changed]")


def test_it_is_closed_opens_by_keyboard_and_stays_open_when_the_price_is_renewed(page: Page) -> None:
    expect(steps(page)).to_be_hidden()
    part(page).locator("summary").press("Enter")
    assert in_both_themes(page) == []
    with page.expect_response("**/price"):
        steps(page).press("ArrowLeft")
    expect(page.locator('output[for="extra-steps"]')).to_have_text("49")
    expect(changed(page)).to_have_text("1 changed")
    expect(steps(page)).to_be_visible()
    with page.expect_response("**/price"):
        steps(page).press("ArrowRight")
    expect(changed(page)).to_be_empty()


def test_what_was_set_is_there_after_a_reload_and_follows_to_a_model_that_has_it(page: Page) -> None:
    part(page).locator("summary").click()
    steps(page).fill("30")
    page.get_by_role("slider", name="Safety tolerance").fill("1")
    page.get_by_role("radio", name="On", exact=True).check()
    # The draft is kept a moment after the last change, and when the page is left.
    page.reload()
    expect(changed(page)).to_have_text("3 changed")
    if page.locator("[data-sheet]").is_visible():
        page.locator("[data-sheet]").click()
    part(page).locator("summary").click()
    expect(steps(page)).to_have_value("30")
    Desk(page, "").choose_model(PRO)
    expect(page.get_by_text("Steps left out, this model has no such setting")).to_be_visible()
    expect(page.get_by_role("slider", name="Safety tolerance")).to_have_value("1")
    expect(page.get_by_role("radio", name="On", exact=True)).to_be_checked()
    expect(steps(page)).to_have_count(0)
    Desk(page, "").choose_model("Gesso Sketch")
    expect(part(page)).to_have_count(0)


def test_a_refusal_opens_it_and_stands_at_its_field(page: Page, watch: Watch) -> None:
    expect(Desk(page, "").prompt).not_to_be_empty()
    # A page that was drawn before the vendor lowered its bound, and whose price nobody has asked since.
    steps(page).evaluate("field => { field.max = 90; field.value = 80; }")
    watch.expected.append(r"status of 422 .*/runs")
    Desk(page, "").generate.click()
    said = page.locator("#composer-errors").get_by_text("Steps: use a whole number from 1 to 50.")
    expect(said).to_be_visible()
    expect(steps(page)).to_be_focused()
    expect(steps(page)).to_have_attribute("aria-invalid", "true")
    steps(page).press("ArrowLeft")
    expect(said).to_have_count(0)
