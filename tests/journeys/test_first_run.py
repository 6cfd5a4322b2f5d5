"""From the press to the receipt: one person, one run, one picture sent back, every credit accounted for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.desk import Desk, number_in
from tests.journeys.watching import Watch, shifted, streamed

STILL = 0.001


def sizes(tiles: Locator) -> set[tuple[int, int]]:
    boxes = [tile.bounding_box() for tile in tiles.all()]
    return {(round(box["width"]), round(box["height"])) for box in boxes if box}


def test_from_the_press_to_the_receipt(page: Page, watch: Watch) -> None:
    desk = Desk(page)
    granted = desk.balance

    desk.choose_model("Gesso Paint")
    page.get_by_label("4:5", exact=True).check()
    desk.write("A terracotta stair against a quiet sky", images=2)
    desk.priced("6")
    desk.generate.click()

    run = desk.run(1)
    tiles = run.locator(".tile")
    expect(tiles).to_have_count(2)
    shape = sizes(tiles)
    assert len(shape) == 1
    width, height = next(iter(shape))
    assert width / height == pytest.approx(4 / 5, abs=0.01)
    desk.finished(1, pictures=2)
    assert sizes(tiles) == shape
    assert desk.balance == granted - 6
    arrived_by_stream(page, watch)
    assert shifted(page) <= STILL

    used_as_reference(desk)
    edited(desk)
    receipt_of_the_edited_picture(page, desk, granted)
    statement_adds_up(page, granted)


def arrived_by_stream(page: Page, watch: Watch) -> None:
    """Previews came over the one stream, for pictures that were still being made; nothing was asked for again."""
    previews = [message for message in streamed(page) if "/media/preview/" in message]
    assert previews
    assert any('data-state="running"' in message for message in previews)
    assert watch.asked_for("/media/preview/")
    assert watch.asked_for("/runs/") == []
    assert watch.asked_for("/events") == ["/events"]


def used_as_reference(desk: Desk) -> None:
    desk.run(1).locator(".tile").first.hover()
    desk.tool(1, 1, "Use as reference").click()
    expect(desk.references).to_have_count(1)
    reference = desk.references.get_by_role("button", name="Reference 1: Style")
    reference.click()
    desk.page.get_by_role("menuitemradio", name="Palette").click()
    expect(desk.references.get_by_role("button", name="Reference 1: Palette")).to_be_focused()


def edited(desk: Desk) -> None:
    desk.run(1).locator(".tile").nth(1).hover()
    desk.tool(1, 2, "Edit").click()
    expect(desk.references.get_by_role("button", name="Reference 2: Source")).to_be_visible()
    expect(desk.page.get_by_role("radio", name="Edit")).to_be_checked()
    desk.write("Make it night", images=1)
    desk.priced("3")
    desk.generate.click()
    desk.finished(2, pictures=1)


def receipt_of_the_edited_picture(page: Page, desk: Desk, granted: Decimal) -> None:
    parent = desk.pictures(1).nth(1).get_attribute("href")
    assert desk.balance == granted - 9
    desk.pictures(2).click()
    expect(page.get_by_role("heading", name="Make it night")).to_be_attached()
    lineage = page.locator(".lineage .parents").get_by_role("link")
    assert parent in [link.get_attribute("href") for link in lineage.all()]
    cost = page.locator(".facts div", has_text="Cost").locator("dd")
    assert number_in(cost.inner_text()) == 3


def statement_adds_up(page: Page, granted: Decimal) -> None:
    page.goto("/credits/")
    header = number_in(page.get_by_role("status", name="Balance").inner_text())
    rows = page.get_by_role("list", name="Ledger").locator("> li")
    expect(rows).to_have_count(3)
    charged = rows.filter(has=page.locator('.entry [data-word="charged"]'))
    expect(charged).to_have_count(2)
    amounts = [number_in(amount.inner_text()) for amount in charged.locator(".entry .amount").all()]
    assert sorted(amounts) == [3, 6]
    charged.first.locator("summary").click()
    expect(charged.first.locator(".line")).to_contain_text(["Held", "Charged"])
    newest = number_in(charged.first.locator(".entry .after").inner_text())
    assert newest == header == granted - sum(amounts)
