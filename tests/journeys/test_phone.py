"""A telephone, held upright, with a finger."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.faults.processes import wait_for
from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.living import Person
from tests.journeys.watching import barriers, shifted

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
FINGER = 44


@pytest.fixture
def phone(window: Window, alice: Person) -> Page:
    return window(alice, **PHONE)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window, once what was on its way is in place."""
    narrow = "document.documentElement.scrollWidth <= innerWidth && innerWidth === 390"
    return bool(wait_for(lambda: page.evaluate(narrow), "a page as wide as its window"))


def test_a_picture_is_made_found_and_opened_with_a_finger(phone: Page) -> None:
    desk = Desk(phone)
    assert fits(phone)
    body = phone.locator("#composer-body")
    desk.prompt.tap()
    expect(phone.locator("#composer[data-open]")).to_be_visible()
    expect(desk.model).to_be_in_viewport()
    desk.model.tap()
    desk.models.get_by_role("option", name="Gesso Sketch").tap()
    expect(desk.models).to_be_hidden()
    phone.get_by_role("radio", name="512 × 512").check()
    desk.write("A harbour in fog")
    button = desk.generate.bounding_box()
    assert button
    assert button["height"] >= FINGER
    assert barriers(phone) == []
    desk.generate.tap()
    expect(phone.locator("#composer[data-open]")).to_have_count(0)
    desk.finished(1, pictures=1)
    expect(desk.pictures(1)).to_be_in_viewport()
    expect(phone.locator("[data-summary]").get_by_role("button")).to_have_text(
        [re.compile("^Gesso Sketch"), "512 × 512", "× 1", ""]
    )
    expect(body.get_by_role("button", name="Start over")).not_to_be_in_viewport()
    assert shifted(phone) <= 0.001
    assert fits(phone)

    phone.get_by_role("navigation", name="Main, at the bottom").get_by_role("link", name="Gallery").tap()
    picture = phone.get_by_role("link", name="Generated image: A harbour in fog")
    expect(picture).to_be_in_viewport()
    assert fits(phone)
    assert barriers(phone) == []
    picture.tap()
    expect(phone.get_by_role("heading", name="A harbour in fog")).to_be_attached()
    expect(phone.get_by_role("link", name="Edit")).to_be_visible()
    assert fits(phone)
    assert barriers(phone) == []
