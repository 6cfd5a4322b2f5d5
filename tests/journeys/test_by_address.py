"""A reference by its address: typed, pasted, refused at the field; by keyboard, on a phone, in both themes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.images.samples import file_of, scene
from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio, Person
from tests.journeys.measuring import Measures
from tests.journeys.test_mishaps import kept
from tests.journeys.watching import Watch, in_both_themes
from tests.providers.simulators.base import Reply
from tests.providers.web import Website

AT = "http://pictures.example/plan.png"
CLOSED = "No public website answers at this address. Check it, or add the picture as a file."
PASTE = """([target, words]) => {
  const data = new DataTransfer();
  data.setData('text/plain', words);
  document.querySelector(target).dispatchEvent(
    new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def pictures(website: Website) -> Iterator[Website]:
    """A picture at every address."""
    website.says(Reply(200, file_of(scene(), "PNG")))
    website.forget()
    yield website
    website.says(Reply(404))


@pytest.fixture(autouse=True)
def takes_room(measures: Measures) -> None:
    measures.calm = 0.05  # A pasted address opens its field by itself, and a refusal stands below it.


def toggle(page: Page) -> Locator:
    return page.get_by_role("button", name="By address")


def address(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Address of a picture")


def refusal(page: Page) -> Locator:
    return page.locator("#composer").get_by_role("alert").filter(has_text=".")


def test_by_keyboard_an_address_is_refused_in_words_or_becomes_a_reference(
    page: Page, pictures: Website, watch: Watch
) -> None:
    watch.expected += ["status of 422", "status of 404"]
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    desk.prompt.fill("A lighthouse before the storm")
    toggle(page).press("Enter")
    expect(toggle(page)).to_have_attribute("aria-expanded", "true")
    expect(address(page)).to_be_focused()

    page.keyboard.type("http://169.254.169.254/latest/meta-data/")
    page.keyboard.press("Enter")
    expect(refusal(page)).to_have_text(CLOSED)
    expect(address(page)).to_be_focused()
    expect(address(page)).to_have_attribute("aria-invalid", "true")
    expect(address(page)).to_have_accessible_description(CLOSED)
    expect(address(page)).to_have_value("http://169.254.169.254/latest/meta-data/")
    expect(desk.references).to_have_count(0)
    assert pictures.requests == []

    address(page).fill(AT)
    expect(address(page)).not_to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Enter")
    expect(desk.references).to_have_count(1)
    expect(page.locator("#announcer")).to_have_text("Added as reference 1")
    expect(address(page)).to_have_value("")
    expect(desk.references.get_by_role("img")).to_have_attribute("alt", "plan.png")
    assert (
        page.locator("#references img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        > 90
    )
    page.keyboard.press("Escape")
    expect(address(page)).to_be_hidden()
    expect(toggle(page)).to_be_focused()
    assert desk.balance == 1000
    page.reload()
    expect(desk.references).to_have_count(1)


def test_an_address_that_is_pasted_beside_the_fields_is_fetched_and_inside_one_it_is_text(
    page: Page, pictures: Website, living: LivingStudio, alice: Person
) -> None:
    living.painted(alice, ["A harbour in fog"])
    page.goto("/gallery/")
    page.get_by_role("link", name="Generated image: A harbour in fog").click()
    page.wait_for_url("**/images/*/**")
    own = page.url

    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    page.evaluate(PASTE, ["#prompt", AT])
    page.evaluate(PASTE, ["body", "a lighthouse"])
    expect(address(page)).to_be_hidden()
    page.evaluate(PASTE, ["body", AT])
    expect(desk.references).to_have_count(1)
    expect(address(page)).to_have_value("")
    assert len(pictures.requests) == 1

    # One of our own is the picture itself, once, and nothing is fetched.
    for _ in range(2):
        page.evaluate(PASTE, ["body", own])
        expect(address(page)).to_have_value("")
        expect(desk.references).to_have_count(2)
    expect(desk.references.last.get_by_role("img")).to_have_attribute(
        "alt", "Generated image: A harbour in fog"
    )
    assert len(pictures.requests) == 1
    kept(page, "by-address")


def test_on_a_phone_an_address_finds_its_place(
    window: Window, alice: Person, pictures: Website, watch: Watch
) -> None:
    watch.expected += ["status of 422"]
    page = window(alice, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    desk = Desk(page)
    page.get_by_role("button", name="All settings").first.tap()
    toggle(page).tap()
    address(page).fill(
        "http://user:secret@pictures.example/a-picture-with-a-very-long-name-that-goes-on-and-on.png"
    )
    page.get_by_role("button", name="Add picture").tap()
    expect(refusal(page)).to_have_text("Take the user name and password out of the address, then try again.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in (address(page), page.get_by_role("button", name="Add picture")):
        box = part.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= 390
    assert in_both_themes(page) == []
    kept(page, "by-address-phone")
    address(page).fill(AT)
    page.get_by_role("button", name="Add picture").tap()
    expect(desk.references).to_have_count(1)
