"""The gallery and the picture page in a real Chromium."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.gallery import selectors
from studio.images import services
from studio.images.models import Image
from tests.factories import make_image
from tests.gallery.scenes import made_image, stored_image
from tests.images.samples import file_of, scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
]
PLACES = """() => [...document.querySelectorAll('.shot')].map((shot) => {
  const box = shot.getBoundingClientRect();
  return [box.left, box.top + scrollY, box.right, box.bottom + scrollY].map(Math.round);
})"""
PICTURE = """() => {
  const box = document.querySelector('zoom-stage > .picture').getBoundingClientRect();
  return [box.left, box.top, box.width, box.height].map(Math.round);
}"""
SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: 'layout-shift', buffered: true });"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright's own event loop stands in this thread; the database is used beside it, never from it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=OPTIONS
        )
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, alice: User) -> Iterator[Page]:
    """A window in which alice is signed in; what goes wrong in its scripts fails the test."""
    client = Client()
    client.force_login(alice)
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    wrong: list[str] = []
    # The server of the tests has no live stream; this is how it says so.
    page.route("**/events", lambda route: route.fulfill(status=204))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def pictures(alice: User) -> list[Image]:
    """Seventy pictures of three shapes, oldest first."""
    shapes = [
        stored_image(alice, data=file_of(scene(*size), "PNG"))
        for size in ((400, 500), (640, 360), (500, 500))
    ]
    rest = [make_image(alice, blob=shapes[turn % 3].blob) for turn in range(67)]
    return shapes + rest


def until(page: Page, true: Callable[[], bool]) -> None:
    for _turn in range(200):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came to be")


def test_rows_fill_the_width_and_stay_where_they_are_while_more_come(
    page: Page, pictures: list[Image]
) -> None:
    page.add_init_script(SHIFTS)
    page.goto("/gallery/")
    page.wait_for_selector("justified-grid[data-ready]")
    first = page.evaluate(PLACES)
    assert len(first) == 60
    left, right = first[0][0], max(box[2] for box in first)
    for above, below in itertools.pairwise(first):
        if below[1] != above[1]:
            assert above[2] == right, "a full row ends at the right edge"
            assert below[0] == left
            assert below[1] == above[3] + 6
        else:
            assert below[0] == above[2] + 6
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 30_000)
    until(page, lambda: page.locator(".shot").count() == 70)
    last_row = first[-1][1]
    kept = [box for box in first if box[1] != last_row]
    assert page.evaluate(PLACES)[: len(kept)] == kept
    assert page.evaluate("() => window.shifted") == 0
    assert page.url.endswith("?pages=2")


def test_closing_a_picture_returns_to_the_same_place(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/?pages=2")
    page.wait_for_selector("justified-grid[data-ready]")
    tile = page.locator(f'[data-image="{pictures[3].pk}"]')
    tile.scroll_into_view_if_needed()
    place = page.evaluate("() => scrollY")
    assert place > 1000
    tile.locator(".open").click()
    page.wait_for_url(f"**/images/{pictures[3].pk}/")
    page.wait_for_selector("zoom-stage[data-ready]")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/images/{pictures[2].pk}/")
    page.wait_for_selector("zoom-stage[data-ready]")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/images/{pictures[1].pk}/")
    page.wait_for_selector("zoom-stage[data-ready]")
    page.keyboard.press("Escape")
    page.wait_for_url("**/gallery/?pages=2")
    until(page, lambda: page.evaluate("() => scrollY") == place)


def test_a_heart_shows_at_once_and_is_taken_back_when_it_could_not_be_saved(
    page: Page, pictures: list[Image], alice: User
) -> None:
    page.goto("/gallery/")
    page.wait_for_selector("justified-grid[data-ready]")
    tile = page.locator(".shot").first
    heart = tile.get_by_role("button", name="Favourite")
    tile.hover()
    heart.click()
    until(page, lambda: selectors.favourites_of(actor_for(alice), [pictures[-1].pk]) == {pictures[-1].pk})
    assert heart.get_attribute("aria-pressed") == "true"
    page.route("**/favourite", lambda route: route.abort())
    tile.locator(".open").focus()
    page.keyboard.press("f")
    page.get_by_text("Could not save the favourite").wait_for()
    assert heart.get_attribute("aria-pressed") == "true"


def test_new_pictures_are_told_and_do_not_push_the_rows(
    page: Page, pictures: list[Image], alice: User
) -> None:
    page.goto("/gallery/")
    page.wait_for_selector("justified-grid[data-ready]")
    before = page.evaluate(PLACES)
    make_image(alice, blob=pictures[0].blob)
    # What the tab that holds the live stream passes on when a run has changed.
    page.evaluate(
        """() => new BroadcastChannel(`gesso-live-${document.body.dataset.user}`)
        .postMessage({ kind: 'message', data: '' })"""
    )
    told = page.get_by_role("link", name="1 new")
    told.wait_for()
    assert page.evaluate(PLACES) == before
    told.click()
    until(page, lambda: page.locator(".shot").first.get_attribute("data-image") != str(pictures[-1].pk))


def test_arrows_walk_the_rows_and_the_tools(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    page.wait_for_selector("justified-grid[data-ready]")
    page.locator(".shot .open").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    boxes = page.evaluate(PLACES)
    here = page.evaluate(
        "() => [...document.querySelectorAll('.shot')].indexOf(document.activeElement.closest('.shot'))"
    )
    assert boxes[here][1] > boxes[1][1]
    assert boxes[here][0] < (boxes[1][0] + boxes[1][2]) / 2 < boxes[here][2]
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Download"


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
    plain.goto(f"/images/{pictures[-1].pk}/")
    assert plain.locator("zoom-stage > .picture").is_visible()
    plain.get_by_role("button", name="Favourite").click()
    assert selectors.favourites_of(actor_for(alice), [pictures[-1].pk])
    context.close()
