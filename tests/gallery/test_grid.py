"""The gallery's rows in a real Chromium: one exact scroll bar, and only what is near in the page."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from studio.accounts.actors import actor_for
from studio.accounts.models import User
from studio.gallery import keeping
from studio.images.models import Image
from tests.factories import make_image
from tests.gallery.watching import PLACES, SHIFTS, BigShelf, filled, known, settled, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAYOUT = """async ({ width, row, gap, seed }) => {
  const { blockHeight, fullRows, places } = await import("/static/js/grid-layout.js");
  let state = seed;
  const next = () => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
  const shapes = [1, 0.8, 0.667, 1.5, 1.778, 0.5625, 1.333, 0.75];
  return Array.from({ length: 60 }, () => {
    const mix = shapes.slice(0, 1 + Math.floor(next() * shapes.length));
    const ratios = Array.from({ length: 40 + Math.floor(next() * 200) }, () => mix[Math.floor(next() * mix.length)]);
    const sum = ratios.reduce((total, ratio) => total + ratio, 0);
    const frame = { width, row, gap };
    const height = blockHeight(ratios.length, sum, frame);
    const rows = fullRows(ratios, frame, height);
    return { height, count: ratios.length, rows: rows.map(({ start, end, top, height }) => {
      const boxes = places(ratios.slice(start, end), height, frame);
      const crops = boxes.map((box, index) => Math.abs(1 - box.width / height / ratios[start + index]));
      return { start, end, top, height, right: boxes.at(-1).left + boxes.at(-1).width, crop: Math.max(...crops) };
    }) };
  });
}"""


@pytest.fixture
def shelf(alice: User, pictures: list[Image], page: Page) -> BigShelf:
    """A hundred thousand pictures, of which the newest came with the page. The days before are made up."""
    big = BigShelf(datetime.now(UTC).date() - timedelta(days=1))
    big.answer_in(page)
    return big


def test_a_blocks_height_is_known_before_its_pictures_and_its_rows_fill_it(page: Page) -> None:
    page.goto("/gallery/")
    for width, row, gap in ((1184, 262, 6), (382, 172, 4), (900, 200, 6), (2200, 262, 6)):
        blocks = page.evaluate(LAYOUT, {"width": width, "row": row, "gap": gap, "seed": 7})
        assert len(blocks) == 60
        fills_its_height(blocks, width, row, gap)


def fills_its_height(blocks: list[dict[str, Any]], width: int, row: int, gap: int) -> None:
    """In order, to the pixel, with little cut away, and most rows as high as they should be."""
    heights = [each["height"] for block in blocks for each in block["rows"]]
    for block in blocks:
        rows = block["rows"]
        assert rows[0]["start"] == rows[0]["top"] == 0
        assert rows[-1]["end"] == block["count"]
        assert rows[-1]["top"] + rows[-1]["height"] == block["height"]
        assert {each["right"] for each in rows} == {width}
        assert max(each["crop"] for each in rows) <= 0.06
        for above, below in itertools.pairwise(rows):
            assert below["start"] == above["end"]
            assert below["top"] == above["top"] + above["height"] + gap
    near = [height for height in heights if 0.6 * row < height < 1.5 * row]
    assert len(near) > 0.94 * len(heights)


def test_the_first_tiles_stay_where_they_are_and_the_end_is_where_it_was_said_to_be(
    page: Page, pictures: list[Image]
) -> None:
    page.add_init_script(SHIFTS)
    page.goto("/gallery/")
    page.wait_for_selector("justified-grid[data-ready]")
    first = page.evaluate(PLACES)
    known(page)
    assert page.evaluate(PLACES) == first
    left, right = first[0][0], max(box[2] for box in first)
    for above, below in itertools.pairwise(first):
        if below[1] != above[1]:
            assert above[2] == right, "a full row ends at the right edge"
            assert below[0] == left
            assert below[1] == above[3] + 6
        else:
            assert below[0] == above[2] + 6
    height = page.evaluate("() => document.documentElement.scrollHeight")
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 30_000)
    last = page.locator(f'.shot[data-image="{pictures[0].pk}"]')
    expect(last).to_be_in_viewport()
    expect(last.get_by_role("link")).to_be_visible()
    assert last.evaluate("(tile) => [tile.ariaPosInSet, tile.ariaSetSize]") == ["70", "70"]
    assert page.evaluate("() => document.documentElement.scrollHeight") == height
    assert page.evaluate("() => window.shifted") == 0


def test_any_place_of_a_hundred_thousand_pictures_is_reached_at_once_and_stays(
    page: Page, shelf: BigShelf
) -> None:
    page.goto("/gallery/")
    known(page)
    height = page.evaluate("() => document.documentElement.scrollHeight")
    assert height > 2_000_000
    page.evaluate("(y) => scrollTo(0, y)", height // 2)
    until(page, lambda: settled(page, shelf.total // 2))
    assert page.evaluate("() => document.documentElement.scrollHeight") == height
    assert page.evaluate("() => scrollY") == height // 2
    tiles = page.locator(".shot")
    places = [int(tile.get_attribute("aria-posinset") or 0) for tile in tiles.all()]
    assert places == list(range(places[0], places[0] + len(places)))
    assert len(places) < 120
    assert shelf.shapes < 20, "what was passed is not asked for"


def test_the_tile_with_the_focus_stays_wherever_the_view_goes(page: Page, shelf: BigShelf) -> None:
    page.goto("/gallery/")
    known(page)
    link = page.locator(".shot .open").nth(2)
    link.focus()
    name = page.evaluate("() => document.activeElement.href")
    page.evaluate("() => scrollTo(0, 500000)")
    until(page, lambda: page.locator(".shot").nth(1).get_attribute("aria-posinset") != "2" and filled(page))
    assert page.evaluate("() => document.activeElement.href") == name
    page.keyboard.press("ArrowRight")
    expect(page.locator(".shot:focus-within")).to_be_in_viewport()
    assert page.evaluate("() => document.activeElement.closest('.shot').ariaPosInSet") == "4"


def test_arrows_walk_the_rows_and_the_tools(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    known(page)
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
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "More"


def test_a_day_is_jumped_to_and_the_rail_goes_by_months(page: Page, shelf: BigShelf) -> None:
    page.goto("/gallery/")
    known(page)
    day = shelf.newest - timedelta(days=400)
    place = shelf.of_day(day)[0][0]
    field = page.get_by_label("Jump to a date")
    field.fill(day.isoformat())
    tile = page.locator(f'.shot[data-image="{place}"]')
    expect(tile).to_be_in_viewport()
    rail = page.get_by_role("slider", name="Date in view")
    until(page, lambda: rail.get_attribute("aria-valuetext") == f"{day:%-d %b %Y}".replace("Sep", "Sept"))
    before = page.evaluate("() => scrollY")
    rail.press("ArrowDown")
    until(page, lambda: page.evaluate("() => scrollY") > before)
    until(page, lambda: f"{day:%b %Y}" not in (rail.get_attribute("aria-valuetext") or ""))


def test_going_back_and_reloading_return_to_the_same_place(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/?days=30")
    known(page)
    page.evaluate("() => scrollTo(0, 1234)")
    tile = page.locator(f'[data-image="{pictures[30].pk}"]')
    tile.scroll_into_view_if_needed()
    place = page.evaluate("() => scrollY")
    assert place > 800
    tile.locator(".open").click()
    page.wait_for_url(f"**/images/{pictures[30].pk}/?days=30")
    for turned in (29, 28):
        page.wait_for_selector("zoom-stage[data-ready]")
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/images/{pictures[turned].pk}/?days=30")
    page.wait_for_selector("zoom-stage[data-ready]")
    page.keyboard.press("Escape")
    page.wait_for_url("**/gallery/?days=30")
    until(page, lambda: page.evaluate("() => scrollY") == place)
    page.reload()
    until(page, lambda: page.evaluate("() => scrollY") == place)
    page.wait_for_selector("justified-grid[data-ready]")


def test_new_pictures_are_told_and_do_not_push_the_rows(
    page: Page, pictures: list[Image], alice: User
) -> None:
    page.goto("/gallery/")
    known(page)
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


def test_what_somebody_else_moves_to_the_bin_goes_from_the_rows(
    page: Page, pictures: list[Image], alice: User
) -> None:
    page.goto("/gallery/")
    known(page)
    gone, kept = pictures[-2], pictures[-1]
    keeping.move_to_bin(actor=actor_for(alice), ids=[gone.pk])
    page.evaluate(
        """(html) => new BroadcastChannel(`gesso-live-${document.body.dataset.user}`)
        .postMessage({ kind: 'message', data: html })""",
        render_to_string("images/_live_moved.html", {"moved": [{"image": gone}, {"image": kept}]}),
    )
    expect(page.locator(f'[data-image="{gone.pk}"]')).to_have_count(0)
    expect(page.locator(f'[data-image="{kept.pk}"]')).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text("69 images")


def test_the_size_of_the_rows_is_chosen_and_remembered(page: Page, pictures: list[Image]) -> None:
    page.goto("/gallery/")
    known(page)
    slider = page.get_by_role("slider", name="Row height")
    slider.fill("160")
    assert page.evaluate(PLACES)[0][3] - page.evaluate(PLACES)[0][1] < 200
    page.goto("/gallery/?favourites=")
    known(page)
    assert slider.input_value() == "160"
    assert page.evaluate(PLACES)[0][3] - page.evaluate(PLACES)[0][1] < 200
