"""One stream for all tabs of a browser, and pictures that stay where they are while one scrolls."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.faults.processes import wait_for
from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio, Person
from tests.journeys.vendor import MODEL, GatedOpenAI
from tests.journeys.watching import Watch, shifted, streamed

STILL = 0.001


def test_two_tabs_share_one_stream_and_the_second_takes_it_over(
    page: Page, openai: GatedOpenAI, watch: Watch
) -> None:
    first = Desk(page)
    expect(first.prompt).to_be_visible()
    with openai.shut():
        first.choose_model(MODEL)
        first.write("A terracotta stair")
        first.generate.click()
        expect(first.state(1)).to_have_attribute("data-state", "running")
        second = Desk(page.context.new_page())
        expect(second.state(1)).to_have_attribute("data-state", "running")
    second.finished(1, pictures=1)
    first.finished(1, pictures=1)
    assert watch.asked_for("/events") == ["/events"]
    assert streamed(second.page) == []

    page.close()
    second.page.wait_for_function("() => window.seen.events.length > 0")
    assert watch.asked_for("/events") == ["/events", "/events"]
    second.choose_model("Gesso Sketch")
    second.page.get_by_role("radio", name="512 × 512").check()
    second.write("A blue door")
    second.generate.click()
    second.finished(2, pictures=1)


def test_a_run_that_is_over_before_its_press_is_answered_is_shown_as_it_is_then(page: Page) -> None:
    desk = Desk(page)
    held: list[Route] = []
    page.route("**/runs", lambda route: held.append(route))
    desk.choose_model("Gesso Sketch")
    page.get_by_role("radio", name="512 × 512").check()
    desk.write("A blue door")
    desk.generate.click()
    wait_for(lambda: page.title() and held, "the press at the server's door")
    answer = held[0].fetch()
    assert 'data-state="succeeded"' not in answer.text()
    page.wait_for_function(
        "() => window.seen.events.some((told) => told.includes('data-state=\"succeeded\"'))"
    )
    held[0].fulfill(response=answer)
    desk.finished(1, pictures=1)
    expect(desk.runs).to_have_count(1)


def test_a_preview_that_is_gone_is_no_missing_picture(page: Page) -> None:
    desk = Desk(page)
    page.route("**/media/preview/**", lambda route: route.fulfill(status=404))
    page.evaluate("""() => {
      window.missed = 0;
      const count = () => { window.missed += document.querySelectorAll('.tile.missing').length; };
      new MutationObserver(count).observe(document.body, { subtree: true, attributeFilter: ['class'] });
    }""")
    desk.choose_model("Gesso Paint")
    desk.write("A lighthouse before the storm", images=2)
    with page.expect_response("**/media/preview/**"):
        desk.generate.click()
    desk.finished(1, pictures=2)
    assert page.evaluate("window.missed") == 0


@pytest.fixture
def full_gallery(window: Window, living: LivingStudio, alice: Person) -> Page:
    """More pictures than the gallery sends at once."""
    sizes = ("256x256", "256x320", "384x256", "256x384")
    for size in sizes:
        prompts = [f"A hill of size {size}, {number}" for number in range(2)]
        living.painted(alice, prompts, parameters={"n": "8", "size": size})
    return window(alice)


def test_nothing_moves_in_the_gallery_while_it_is_scrolled_to_its_end(full_gallery: Page) -> None:
    page = full_gallery
    page.goto("/gallery/")
    shots = page.locator(".shot")
    expect(shots.last).to_have_attribute("aria-setsize", "64")
    page.mouse.move(800, 500)
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 2"):
        at = page.evaluate("scrollY")
        page.mouse.wheel(0, 500)
        page.wait_for_function("before => scrollY !== before", arg=at)
    expect(shots.last).to_have_attribute("aria-posinset", "64")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.shot .open img')].every((image) => image.complete)"
    )
    assert shifted(page) <= STILL
