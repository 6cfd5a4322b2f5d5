"""No worker is a state of the page, not an end: it says so, takes runs all the same, and goes on by itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio
from tests.journeys.watching import Watch


@pytest.fixture
def worker(living: LivingStudio) -> Iterator[LivingStudio]:
    yield living
    living.start_worker()


def test_runs_wait_for_a_worker_and_go_on_by_themselves(
    page: Page, worker: LivingStudio, watch: Watch
) -> None:
    desk = Desk(page)
    page.evaluate("window.neverLeft = true")
    note = page.get_by_role("status").filter(has_text="Runs are waiting. No worker is running.")
    expect(note).to_be_hidden()
    worker.stop_worker(signal.SIGKILL)
    expect(note).to_be_visible()
    expect(note).to_contain_text("celery -A studio")

    desk.choose_model("Gesso Sketch")
    page.get_by_role("radio", name="512 × 512").check()
    desk.write("A harbour in fog", images=2)
    desk.generate.click()
    expect(desk.state(1)).to_have_attribute("data-state", "queued")
    expect(desk.run(1)).to_contain_text("Queued, next in line")
    expect(note).to_be_visible()

    worker.start_worker()
    desk.finished(1, pictures=2)
    expect(note).to_be_hidden()
    assert page.evaluate("window.neverLeft")
    assert watch.asked_for("/runs/") == []
