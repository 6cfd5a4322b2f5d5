"""The pages of the API in a browser: a guest reads and copies, on a telephone and without a script too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Window
from tests.journeys.living import Person
from tests.journeys.test_phone import PHONE, fits
from tests.journeys.watching import barriers


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")


def test_a_program_is_copied_in_the_language_that_was_chosen_by_keyboard(page: Page) -> None:
    page.goto("/api/docs/openai")
    example = page.locator("#generations .example")
    example.get_by_role("radio", name="curl").focus()
    page.keyboard.press("ArrowRight")
    expect(example.get_by_text("import httpx")).to_be_visible()
    expect(example.get_by_text("curl http")).to_be_hidden()
    example.get_by_role("button", name="Copy Python").click()
    expect(example.get_by_role("button", name="Copied")).to_be_visible()


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/openai", "/api/docs/gesso"])
def test_the_pages_fit_a_telephone_and_have_no_barriers(window: Window, alice: Person, path: str) -> None:
    page = window(alice, **PHONE)
    page.goto(path)
    assert fits(page)
    open_all(page)
    assert fits(page)
    # The longest page is drawn by the same templates, and takes axe half a minute.
    assert path == "/api/docs/gesso" or barriers(page) == []


def test_the_pages_are_read_without_a_script(window: Window, alice: Person) -> None:
    page = window(alice, java_script_enabled=False)
    page.goto("/api/docs")
    page.get_by_role("navigation", name="The API").get_by_role("link", name="Tasks").click()
    page.locator("#generations").get_by_text("Errors").click()
    expect(page.locator("#generations").get_by_text("insufficient_credits")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
