"""Selecting in a real Chromium, and what is done with a selection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.gallery import selectors
from studio.gallery.models import Collection
from studio.images.models import Image
from tests.gallery.watching import BigShelf, known, told, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def selected(page: Page, words: str) -> None:
    expect(page.get_by_role("region", name="Selection").locator("b")).to_have_text(words)


def in_bin() -> set[str]:
    return {str(pk) for pk in Image.objects.exclude(binned_at=None).values_list("pk", flat=True)}


def test_pictures_are_selected_by_circle_key_click_and_range(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    known(page)
    tiles = page.locator(".shot")
    tiles.nth(2).hover()
    page.keyboard.press("x")
    selected(page, "1 selected")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Selection")).to_be_hidden()
    tiles.nth(1).hover()
    page.get_by_role("button", name="Select", exact=True).click()
    selected(page, "1 selected")
    expect(page.get_by_role("status").filter(has_text="1 selected")).to_be_attached()
    tiles.nth(4).locator(".open").click(modifiers=["Shift"])
    selected(page, "4 selected")
    tiles.nth(6).locator(".open").click()
    selected(page, "5 selected")
    tiles.nth(6).locator(".open").focus()
    page.keyboard.press("x")
    selected(page, "4 selected")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    selected(page, "6 selected")
    page.keyboard.press("Control+a")
    selected(page, "70 selected")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Selection")).to_be_hidden()
    assert page.locator(".shot[data-selected]").count() == 0


def test_a_live_message_leaves_the_selection_and_another_filter_ends_it(
    page: Page, pictures: list[Image]
) -> None:
    page.goto("/gallery/")
    known(page)
    page.locator(".shot").nth(1).locator(".open").focus()
    page.keyboard.press("x")
    selected(page, "1 selected")
    message = '<hx-partial hx-target="#running" hx-swap="innerHTML">1 running</hx-partial>'
    page.evaluate(
        "text => htmx.swap({ text, sourceElement: document.body, swap: 'none' }).then(() => null)", message
    )
    expect(page.locator("#running")).to_have_text("1 running")
    selected(page, "1 selected")
    page.get_by_role("searchbox", name="Search prompts").fill("lighthouse")
    expect(page.get_by_role("region", name="Selection")).to_be_hidden()


def test_a_rectangle_selects_what_it_touches_also_where_the_page_scrolls_meanwhile(
    page: Page, pictures: list[Image]
) -> None:
    page.goto("/gallery/")
    known(page)
    rows = page.locator("ul.shots").bounding_box()
    assert rows
    page.mouse.move(rows["x"] - 10, rows["y"] + 20)
    page.mouse.down()
    page.mouse.move(rows["x"] + rows["width"] - 5, rows["y"] + 60, steps=4)
    first_row = page.locator(".shot[data-selected]").count()
    assert first_row == page.evaluate(
        "() => document.querySelector('justified-grid').shelf.blocks[0].rows[0].end"
    )
    page.mouse.move(rows["x"] + rows["width"] - 5, 895, steps=4)
    until(
        page,
        lambda: page.evaluate("() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1"),
    )
    page.mouse.up()
    selected(page, "70 selected")


def test_all_are_the_newest_thousand_and_it_says_so(page: Page, pictures: list[Image]) -> None:
    shelf = BigShelf(datetime.now(UTC).date() - timedelta(days=1))
    shelf.answer_in(page)
    page.goto("/gallery/")
    known(page)
    page.keyboard.press("Control+a")
    selected(page, "1,000 selected")
    told(page, "The newest 1,000 of 100,000 are selected, the most at once")


def test_the_bin_takes_at_once_and_gives_back_in_place(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    known(page)
    order = page.evaluate("() => [...document.querySelectorAll('.shot')].map((shot) => shot.dataset.image)")
    page.locator(".shot .open").nth(2).focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    selected(page, "2 selected")
    page.keyboard.press("Delete")
    assert page.locator(f'[data-image="{order[2]}"]').count() == 0
    assert page.evaluate("() => document.activeElement.closest('.shot').dataset.image") == order[4]
    expect(page.locator("[data-total]")).to_have_text("68 images")
    until(page, lambda: in_bin() == set(order[2:4]))
    page.get_by_role("button", name="Undo").click()
    until(page, lambda: in_bin() == set())
    again = page.evaluate("() => [...document.querySelectorAll('.shot')].map((shot) => shot.dataset.image)")
    assert again[:6] == order[:6]
    expect(page.locator("[data-total]")).to_have_text("70 images")


def test_what_could_not_be_moved_comes_back_with_a_word(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    known(page)
    page.route("**/gallery/bin", lambda route: route.abort())
    page.locator(".shot .open").first.focus()
    page.keyboard.press("Delete")
    told(page, "Could not move to the bin")
    expect(page.locator(".shot").first).to_have_attribute("data-image", str(pictures[-1].pk))
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_selection_becomes_a_collection_and_favourites(
    page: Page, pictures: list[Image], alice: User
) -> None:
    page.goto("/gallery/")
    known(page)
    for number in (0, 1):
        page.locator(".shot .open").nth(number).focus()
        page.keyboard.press("x")
    bar = page.get_by_role("region", name="Selection")
    bar.get_by_role("button", name="Favourite").click()
    told(page, "2 images in your favourites")
    wanted = {pictures[-1].pk, pictures[-2].pk}
    assert selectors.favourites_of(actor_for(alice), wanted) == wanted
    bar.get_by_role("button", name="Add to collection").click()
    page.get_by_role("textbox", name="Name of a new collection").fill("Stairs")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", name="Stairs", exact=True)).to_be_attached()
    assert set(Collection.objects.get().images.values_list("pk", flat=True)) == wanted
    known(page)
    expect(page.locator(".shot")).to_have_count(2)


def test_from_the_bin_pictures_come_back_or_are_gone_for_good(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    known(page)
    for number in (0, 1):
        page.locator(".shot .open").nth(number).focus()
        page.keyboard.press("x")
    page.keyboard.press("Delete")
    until(page, lambda: len(in_bin()) == 2)
    page.goto("/gallery/?bin=1")
    known(page)
    page.locator(".shot .open").first.focus()
    page.keyboard.press("x")
    page.get_by_role("button", name="Restore").click()
    until(page, lambda: len(in_bin()) == 1)
    page.locator(".shot .open").first.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("heading", name="Delete 1 image for good?")).to_be_visible()
    page.get_by_role("button", name="Delete 1").click()
    told(page, "1 image deleted for good")
    page.goto("/gallery/?bin=1")
    expect(page.get_by_text("The bin is empty.")).to_be_visible()


def test_a_finger_that_rests_begins_to_select_and_taps_go_on(
    chromium: Browser, live_server: LiveServer, page: Page, pictures: list[Image]
) -> None:
    phone = chromium.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    phone.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    held = phone.new_page()
    held.route("**/events", lambda route: route.fulfill(status=204))
    held.goto("/gallery/")
    known(held)
    tile = held.locator(".shot").nth(1)
    at = tile.bounding_box()
    assert at
    touch = phone.new_cdp_session(held)
    finger = {"x": at["x"] + 40, "y": at["y"] + 40}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    selected(held, "1 selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    held.locator(".shot .open").nth(3).tap()
    selected(held, "2 selected")
    held.locator(".shot .open").nth(1).tap()
    selected(held, "1 selected")
    phone.close()
