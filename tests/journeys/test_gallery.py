"""The gallery with pictures that were really painted: thrown away, brought back, and open to everybody's hands."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Window
from tests.journeys.living import LivingStudio, Person
from tests.journeys.watching import Watch, barriers, in_both_themes

CALM: dict[str, Any] = {"reduced_motion": "reduce"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def gallery(living: LivingStudio, window: Window, alice: Person) -> Page:
    """Alice's, with two pictures."""
    living.painted(alice, ["A terracotta stair", "A blue door"])
    page = window(alice, **CALM)
    page.goto("/gallery/")
    page.wait_for_selector("justified-grid[data-ready]")
    return page


def test_nothing_bars_the_way_to_a_selection_and_the_filters(
    gallery: Page, window: Window, alice: Person
) -> None:
    gallery.get_by_role("link", name="Generated image: A blue door").focus()
    gallery.keyboard.press("x")
    expect(gallery.get_by_role("region", name="Selection")).to_be_visible()
    assert in_both_themes(gallery) == []
    gallery.get_by_role("button", name="Date").click()
    expect(gallery.get_by_role("radio", name="Last 7 days")).to_be_visible()
    assert barriers(gallery) == []
    phone = window(alice, **CALM, **PHONE)
    phone.goto("/gallery/")
    phone.get_by_role("button", name="Filters").tap()
    expect(phone.get_by_role("dialog", name="Filters")).to_be_visible()
    assert barriers(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_windows_of_one_gallery_agree_on_what_is_in_the_bin(
    gallery: Page, window: Window, alice: Person, watch: Watch
) -> None:
    other = window(alice)
    # Too busy for the first copies that are asked for, as a server is whose pictures went on by their header.
    watch.expected.append("status of 503")
    other.route("**/media/*/*", lambda route: route.fulfill(status=503), times=2)
    other.goto("/gallery/")
    door = "Generated image: A blue door"
    expect(other.get_by_role("link", name=door)).to_be_visible()
    other.wait_for_function("() => [...document.images].every((image) => image.naturalWidth)")
    expect(other.get_by_text("File missing")).to_have_count(0)
    gallery.get_by_role("link", name=door).focus()
    gallery.keyboard.press("Delete")
    expect(gallery.get_by_role("link", name=door)).to_have_count(0)
    expect(other.get_by_role("link", name=door)).to_have_count(0)
    gallery.get_by_role("button", name="Undo").click()
    expect(gallery.get_by_role("link", name=door)).to_be_visible()
