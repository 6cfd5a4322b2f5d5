"""What goes wrong first, and how little is lost by it. A folder named by JOURNEY_PICTURES gets a picture of each."""

from __future__ import annotations

import base64
import os
import re
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.images.samples import file_of, scene
from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio, Person
from tests.journeys.measuring import Measures
from tests.journeys.watching import STILL_COLOURS, Watch

LONG = "A lighthouse before the storm, " * 323
OTHER_WRITING = "🌊🏮 منارة قبل العاصفة، 灯台 before the storm 👩🏽‍🚀"
DROP = """([target, files]) => {
  const data = new DataTransfer();
  for (const [name, bytes, size] of files) {
    const parts = size ? [new Uint8Array(size)] : [Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0))];
    data.items.add(new File(parts, name));
  }
  const how = { dataTransfer: data, bubbles: true, cancelable: true };
  for (const kind of ['dragenter', 'dragover', 'drop'])
    document.querySelector(target).dispatchEvent(new DragEvent(kind, how));
}"""


def kept(page: Page, name: str) -> None:
    """The page as it is, in both themes, where somebody wants to look at it."""
    if folder := os.environ.get("JOURNEY_PICTURES"):
        before = page.locator("html").get_attribute("data-theme")
        for theme in ("dark", "light", before):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
            page.wait_for_function(STILL_COLOURS)
            if theme != before or theme == "dark":
                page.screenshot(path=Path(folder, f"{name}-{theme}.png"))


def alert(page: Page) -> Locator:
    return page.get_by_role("region", name="Notifications").get_by_role("alert")


@pytest.fixture
def worker(living: LivingStudio) -> Iterator[LivingStudio]:
    yield living
    living.start_worker()


def test_before_the_first_picture(window: Window, living: LivingStudio, watch: Watch) -> None:
    page = window()
    poor = living.person("Poor", granted=0)
    page.goto("/account/login/")
    page.get_by_label("Email").fill(poor.email)
    page.get_by_label("Password", exact=True).fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("That email and password do not match.")
    expect(page.get_by_label("Email")).to_have_value(poor.email)
    kept(page, "wrong-password")

    page = window(poor)
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    desk.prompt.fill("A lighthouse before the storm")
    expect(desk.generate).to_have_accessible_description("Not enough credits")
    expect(desk.cost).to_contain_text("3 short")
    desk.generate.click(force=True)
    expect(desk.generate).to_be_focused()
    expect(desk.prompt).to_have_value("A lighthouse before the storm")
    expect(desk.runs).to_have_count(0)
    kept(page, "no-credits")


def test_without_a_connection_and_without_a_session(page: Page, watch: Watch, measures: Measures) -> None:
    measures.calm = (
        0.05  # The bar of a lost connection takes room; the prompt grows with what it is filled with.
    )
    watch.expected += ["ERR_INTERNET_DISCONNECTED", "Failed to fetch", "status of 401"]
    desk = Desk(page)
    desk.choose_model("Gesso Sketch")
    page.get_by_role("radio", name="512 × 512").check()
    desk.write(OTHER_WRITING)
    page.context.set_offline(True)
    paused = page.get_by_role("alert").filter(has_text="Live updates paused.")
    expect(paused).to_be_visible()
    desk.generate.click()
    expect(alert(page)).to_have_text(re.compile("No connection to the server"))
    expect(desk.prompt).to_have_value(OTHER_WRITING)
    kept(page, "offline")
    page.context.set_offline(False)
    expect(paused).to_be_hidden()
    desk.ready(1)
    desk.generate.click()
    desk.finished(1, pictures=1)
    expect(desk.run(1)).to_contain_text(OTHER_WRITING)
    for words in (desk.prompt, desk.run(1).locator(".run-prompt")):
        assert words.evaluate("element => getComputedStyle(element).direction") == "rtl"
    expect(desk.runs).to_have_count(1)
    expect(alert(page)).to_have_count(0)
    kept(page, "other-writing")

    desk.write(LONG)
    session = next(each for each in page.context.cookies() if each["name"] == "sessionid")
    page.context.clear_cookies(name="sessionid")
    desk.generate.click()
    expect(alert(page).filter(has_text="You were signed out")).to_be_visible()
    kept(page, "signed-out")
    page.context.add_cookies([{"name": "sessionid", "value": session["value"], "url": page.url}])
    page.reload()
    expect(desk.prompt).to_have_value(LONG)
    desk.ready(1)
    desk.generate.dblclick()
    desk.finished(2, pictures=1)
    expect(desk.runs).to_have_count(2)
    expect(desk.run(2).locator(".run-prompt")).to_be_in_viewport()
    kept(page, "long-prompt")


def test_odd_files_and_a_full_disk(page: Page, alice: Person, living: LivingStudio, watch: Watch) -> None:
    watch.expected.append("status of (4|5)")
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    desk.write("A lighthouse before the storm")
    good = file_of(scene(), "PNG")
    drop(
        page,
        {
            "sketch.heic": b"\0\0\0\x18ftypheic",
            "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "huge.png": 40 << 20,
            "torn.png": good[: len(good) // 2],
            "good.png": good,
        },
    )
    refusal = alert(page)
    for said in ("sketch.heic is a HEIC photo.", "logo.svg is an SVG", "huge.png is 40.0 MB.", "torn.png"):
        expect(refusal).to_contain_text(said)
    expect(refusal).to_have_count(1)
    expect(desk.references).to_have_count(1)
    desk.ready(1)
    kept(page, "odd-files")
    refusal.get_by_role("button", name="Dismiss").click()
    page.route("**/uploads/", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    drop(page, {"good.png": good})
    expect(alert(page)).to_contain_text("The server could not do that")
    page.unroute("**/uploads/")
    refusal.get_by_role("button", name="Dismiss").click()

    with living.full_disk():
        desk.generate.click()
        drop(page, {"other.png": file_of(scene(300, 200), "PNG")})
        expect(alert(page)).to_contain_text("This server's disk is full, so the picture was not kept.")
        expect(desk.references).to_have_count(1)
        kept(page, "full-disk-upload")
        alert(page).get_by_role("button", name="Dismiss").click()
        reflows(page, desk)
        expect(desk.state(1)).to_have_attribute("data-state", "running")
    desk.finished(1, pictures=1)
    assert desk.balance == 1000 - 3
    assert living.ask("open_holds", user_id=alice.id) == 0


def drop(page: Page, files: dict[str, bytes | int]) -> None:
    """Let files fall onto the page; a number stands for so many bytes of nothing."""
    given = [
        [name, "", data] if isinstance(data, int) else [name, base64.b64encode(data).decode(), 0]
        for name, data in files.items()
    ]
    page.evaluate(DROP, ["#stream", given])


def reflows(page: Page, desk: Desk) -> None:
    """At 200% and 400% of the browser's zoom nothing is cut off, and both Generate and the run can be reached."""
    for percent in (200, 400):
        page.set_viewport_size({"width": 1440 * 100 // percent, "height": 900 * 100 // percent})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for reached in (desk.generate, desk.run(1).locator(".run-prompt")):
            reached.click(trial=True)
        kept(page, f"zoom-{percent}")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_worker_that_dies_in_the_middle_of_a_run(
    page: Page, alice: Person, worker: LivingStudio, watch: Watch, measures: Measures
) -> None:
    measures.calm = 0.05  # The note stands above the runs while it is there.
    desk = Desk(page)
    page.evaluate("window.neverLeft = true")
    desk.choose_model("Gesso Paint")
    desk.write("A lighthouse before the storm", images=4)
    desk.generate.click()
    expect(desk.state(1)).to_have_attribute("data-state", "running")
    worker.stop_worker(signal.SIGKILL)
    desk.choose_model("Gesso Sketch")
    page.get_by_role("radio", name="512 × 512").check()
    desk.write("A harbour in fog", images=2)
    desk.generate.click()
    expect(desk.state(2)).to_have_attribute("data-state", "queued")
    expect(desk.run(2)).to_contain_text("Queued, next in line")
    note = page.get_by_role("status").filter(has_text="Runs are waiting. No worker is running.")
    expect(note).to_be_visible()
    expect(note).to_contain_text("celery -A studio")
    kept(page, "worker-dead")

    worker.start_worker()
    desk.finished(2, pictures=2)
    desk.finished(1, pictures=4)
    expect(note).to_be_hidden()
    assert desk.balance == Decimal(1000) - 12 - Decimal("0.6")
    assert worker.ask("open_holds", user_id=alice.id) == 0
    assert page.evaluate("window.neverLeft")
    assert watch.asked_for("/runs/") == []
