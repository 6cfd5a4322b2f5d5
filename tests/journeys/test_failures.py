"""A run that was stopped or that failed: what became of it and of its credits, and the way on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio, Person
from tests.journeys.vendor import MODEL, GatedOpenAI
from tests.providers.simulators.base import MODERATED_INPUT, Fault


def test_a_cancelled_run_says_what_came_back_and_its_retry_shows_the_price_first(
    page: Page, living: LivingStudio, alice: Person
) -> None:
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    desk.write("A lighthouse before the storm", images=4)
    desk.generate.click()
    expect(desk.state(1)).to_have_attribute("data-state", "running")
    desk.run(1).get_by_role("button", name="Cancel").click()
    expect(desk.state(1)).to_have_attribute("data-state", re.compile("cancelled|partial"))
    delivered = desk.pictures(1).count()
    missing = 4 - delivered
    assert missing > 0
    expect(desk.run(1)).to_contain_text(f"{3 * missing} credits returned")
    expect(page.get_by_role("status", name="Balance")).to_contain_text(f"{1000 - 3 * delivered:,}")

    desk.run(1).get_by_role("button", name="Retry").click()
    dialog = page.get_by_role("dialog", name="Retry Gesso Paint")
    expect(dialog).to_contain_text(re.compile(rf"Held now\s*{3 * missing} credits"))
    expect(dialog).to_contain_text(f"{1000 - 12:,}")
    assert desk.balance == 1000 - 3 * delivered  # seeing the price spends nothing
    dialog.get_by_role("button", name=re.compile("^Retry")).click()
    expect(dialog).to_be_hidden()
    desk.finished(2, pictures=missing)
    assert desk.balance == 1000 - 12
    assert living.ask("open_holds", user_id=alice.id) == 0


def test_a_vendor_that_declines_is_named_with_the_way_on_and_nothing_is_charged(
    page: Page, openai: GatedOpenAI
) -> None:
    before = len(openai.bills)
    openai.fault = Fault(MODERATED_INPUT, times=1)
    desk = Desk(page)
    desk.choose_model(MODEL)
    desk.write("Something that it does not like")
    desk.generate.click()
    expect(desk.state(1)).to_have_attribute("data-state", "failed")
    card = desk.run(1)
    expect(card).to_contain_text("GPT Image 2 declined this prompt or a reference.")
    expect(card).to_contain_text("Change the wording, or switch to another model.")
    expect(card).to_contain_text("Nothing was charged.")
    expect(page.get_by_role("status", name="Balance")).to_contain_text("1,000")
    assert len(openai.bills) == before

    card.get_by_role("button", name="Edit prompt").click()
    expect(desk.prompt).to_be_focused()
    expect(desk.prompt).to_have_value("Something that it does not like")
    card.get_by_role("button", name="Try elsewhere").click()
    dialog = page.get_by_role("dialog", name="Try elsewhere")
    choice = dialog.get_by_role("listitem").filter(has_text="Gesso Sketch")
    expect(choice).to_contain_text(re.compile("not run here yet|delivered"))
    choice.get_by_role("button", name="Run for 0.3").click()
    expect(dialog).to_be_hidden()
    desk.finished(2, pictures=1)
    expect(desk.run(2)).to_contain_text("Gesso Sketch")
    assert len(openai.bills) == before
