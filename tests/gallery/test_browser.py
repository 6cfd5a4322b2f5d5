"""The gallery's filters and the picture page in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.gallery import selectors
from studio.images import services
from studio.images.models import Image
from tests.factories import make_image
from tests.gallery.scenes import made_image, stored_image
from tests.gallery.watching import known, told, until
from tests.images.samples import file_of, scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURE = """() => {
  const box = document.querySelector('zoom-stage > .picture').getBoundingClientRect();
  return [box.left, box.top, box.width, box.height].map(Math.round);
}"""


def test_a_heart_shows_at_once_and_is_taken_back_when_it_could_not_be_saved(
    page: Page, pictures: list[Image], alice: User
) -> None:
    page.goto("/gallery/")
    known(page)
    tile = page.locator(".shot").first
    heart = tile.get_by_role("button", name="Favourite")
    tile.hover()
    heart.click()
    until(page, lambda: selectors.favourites_of(actor_for(alice), [pictures[-1].pk]) == {pictures[-1].pk})
    assert heart.get_attribute("aria-pressed") == "true"
    expect(page.locator('[data-count="favourites"]')).to_have_text("1")
    page.route("**/favourite", lambda route: route.abort())
    tile.locator(".open").focus()
    page.keyboard.press("f")
    told(page, "Could not save the favourite")
    assert heart.get_attribute("aria-pressed") == "true"
    expect(page.locator('[data-count="favourites"]')).to_have_text("1")


def test_search_finds_while_it_is_typed_and_keeps_the_focus_and_the_address(
    page: Page, pictures: list[Image], alice: User
) -> None:
    make_image(alice, blob=pictures[0].blob, prompt="a lighthouse in amber light")
    page.goto("/gallery/")
    known(page)
    page.mouse.wheel(0, 2000)
    page.keyboard.press("/")
    page.keyboard.type("lighthouse")
    expect(page.locator(".shot")).to_have_count(1)
    expect(page.locator("[data-total]")).to_have_text("1 image")
    expect(page.get_by_role("searchbox", name="Search prompts")).to_be_focused()
    assert page.url.endswith("/gallery/?q=lighthouse")
    assert page.evaluate("() => scrollY") == 0
    page.keyboard.type("s at sea")
    expect(page.get_by_text("No images match “lighthouses at sea”.")).to_be_visible()
    page.get_by_role("link", name="Clear filters").click()
    page.wait_for_url("**/gallery/")
    known(page)
    page.go_back()
    expect(page.get_by_role("searchbox", name="Search prompts")).to_have_value("lighthouses at sea")


def test_a_filter_is_ticked_in_its_menu_and_taken_off_at_its_chip(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    known(page)
    page.get_by_role("button", name="Rating").click()
    page.get_by_role("radio", name="3 stars or more").check()
    expect(page.get_by_text("No images match these filters.")).to_be_visible()
    expect(page.get_by_role("radio", name="3 stars or more")).to_be_visible()
    assert page.url.endswith("/gallery/?rating=3")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Without “3 stars or more”").click()
    page.wait_for_url("**/gallery/")
    expect(page.locator(".shot").first).to_be_visible()


def test_a_picture_is_looked_at_closely_moved_and_seen_whole_again(page: Page, alice: User) -> None:
    image = stored_image(alice, data=file_of(scene(2000, 1000), "PNG"))
    page.goto(f"/images/{image.pk}/")
    page.wait_for_selector("zoom-stage[data-ready]")
    whole = page.evaluate(PICTURE)
    assert whole[2] == 880
    page.get_by_role("button", name="100%").click()
    full = page.evaluate(PICTURE)
    assert full[2:] == [2000, 1000]
    assert full[0] + full[2] / 2 == pytest.approx(520, abs=2), "it grows about its middle"
    until(page, lambda: str(page.evaluate("() => document.querySelector('.picture').src")).endswith("=webp"))
    page.mouse.move(500, 450)
    page.mouse.down()
    page.mouse.move(560, 470)
    page.mouse.up()
    moved = page.evaluate(PICTURE)
    assert moved[:2] == [full[0] + 60, full[1] + 20]
    page.mouse.dblclick(500, 450)
    assert page.evaluate(PICTURE) == whole
    page.mouse.wheel(0, -300)
    until(page, lambda: page.evaluate(PICTURE)[2] > whole[2])


def test_stars_follow_the_keys_and_go_out_again(page: Page, alice: User) -> None:
    image = made_image(alice, blob=stored_image(alice).blob)
    page.goto(f"/images/{image.pk}/")
    page.wait_for_selector("zoom-stage[data-ready]")
    page.keyboard.press("4")
    until(page, lambda: selectors.stars_of(actor_for(alice), image) == 4)
    page.get_by_role("button", name="4 stars").click()
    until(page, lambda: selectors.stars_of(actor_for(alice), image) == 0)
    assert page.locator('[data-star][aria-pressed="true"]').count() == 0


def test_a_picture_goes_to_the_bin_the_next_one_is_shown_and_undo_leads_back(
    page: Page, pictures: list[Image]
) -> None:
    page.goto(f"/images/{pictures[5].pk}/")
    page.wait_for_selector("zoom-stage[data-ready]")
    page.keyboard.press("Delete")
    page.wait_for_url(f"**/images/{pictures[4].pk}/")
    told(page, "1 image moved to the bin")
    assert Image.objects.get(pk=pictures[5].pk).binned_at
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/images/{pictures[5].pk}/")
    assert Image.objects.get(pk=pictures[5].pk).binned_at is None


def test_a_picture_in_the_bin_says_so_and_comes_back(page: Page, pictures: list[Image]) -> None:
    page.goto(f"/images/{pictures[5].pk}/")
    page.wait_for_selector("zoom-stage[data-ready]")
    page.keyboard.press("Delete")
    page.wait_for_url(f"**/images/{pictures[4].pk}/")
    page.goto(f"/images/{pictures[5].pk}/?bin=1")
    page.get_by_role("button", name="Restore").click()
    until(page, lambda: Image.objects.get(pk=pictures[5].pk).binned_at is None)


def test_both_pages_work_without_script(
    chromium: Browser, live_server: LiveServer, page: Page, pictures: list[Image], alice: User
) -> None:
    services.link(pictures[0], pictures[-1], "edit")
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto("/gallery/")
    assert plain.locator(".shot").count() == 60
    box = plain.locator(".shot").first.bounding_box()
    assert box is not None
    assert box["height"] == pytest.approx(262, abs=1)
    plain.get_by_role("link", name="Load more").click()
    assert plain.locator(".shot").count() == 10
    plain.get_by_role("button", name="Kind").click()
    plain.get_by_role("radio", name="Edited").check()
    plain.locator("#filter-kind").get_by_role("button", name="Apply").click()
    expect(plain.get_by_text("No images match these filters.")).to_be_visible()
    plain.goto(f"/images/{pictures[-1].pk}/")
    assert plain.locator("zoom-stage > .picture").is_visible()
    plain.get_by_role("button", name="Favourite").click()
    assert selectors.favourites_of(actor_for(alice), [pictures[-1].pk])
    plain.get_by_role("button", name="Delete").click()
    assert Image.objects.get(pk=pictures[-1].pk).binned_at
    context.close()
