"""The studio page as a person knows it: by the names that assistive technology reads."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.sync_api import Locator, Page, expect

NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")


def number_in(words: str) -> Decimal:
    """The first number of a text, as the interface writes numbers."""
    found = NUMBER.search(words)
    assert found, words
    return Decimal(found[0].replace(",", ""))


class Desk:
    """One open studio page."""

    def __init__(self, page: Page, path: str = "/") -> None:
        self.page = page
        if path:
            page.goto(path)

    @property
    def prompt(self) -> Locator:
        return self.page.get_by_role("textbox", name="Prompt", exact=True)

    @property
    def model(self) -> Locator:
        return self.page.get_by_role("button", name="Model", exact=True)

    @property
    def models(self) -> Locator:
        return self.page.get_by_role("dialog", name="Choose a model")

    @property
    def images(self) -> Locator:
        return self.page.get_by_role("spinbutton", name="Images")

    @property
    def cost(self) -> Locator:
        return self.page.get_by_role("region", name="Cost")

    @property
    def generate(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Generate"))

    @property
    def references(self) -> Locator:
        return self.page.get_by_role("list", name="References").get_by_role("listitem")

    @property
    def runs(self) -> Locator:
        return self.page.get_by_role("list", name="Runs").get_by_role("article")

    def run(self, number: int) -> Locator:
        """The run of this number, as an article named by it."""
        return self.page.get_by_role("article", name=f"#{number}", exact=True)

    def state(self, number: int) -> Locator:
        """What holds the run's ``data-state``."""
        return self.page.locator(f'.run[data-number="{number}"]')

    def pictures(self, number: int) -> Locator:
        """The finished pictures of a run, as links that open them."""
        return self.run(number).get_by_role("link", name=re.compile(rf"^Open picture \d of run {number}$"))

    def tool(self, run: int, picture: int, name: str) -> Locator:
        toolbar = self.page.get_by_role("toolbar", name=f"Picture {picture} of run {run}", exact=True)
        return toolbar.get_by_role("button", name=name, exact=True)

    @property
    def project(self) -> str:
        """The id of the project that the next run goes to."""
        return self.page.locator("#project-field").input_value()

    @property
    def balance(self) -> Decimal:
        return number_in(self.page.get_by_role("status", name="Balance").inner_text())

    def priced(self, credits: str) -> None:
        """Wait until the price of what the form says now is shown."""
        expect(self.cost.locator("b").first).to_have_text(re.compile(rf"^{re.escape(credits)} credits?$"))

    def choose_model(self, name: str) -> None:
        """Search for the model by its whole name and pick it; its own settings are there when this returns."""
        self.model.click()
        self.models.get_by_role("searchbox").fill(name)
        self.models.get_by_text(name, exact=True).click()
        expect(self.models).to_be_hidden()
        expect(self.page.locator("#model-name")).to_have_text(name)

    def write(self, prompt: str, images: int = 1) -> None:
        """A prompt and a number of images, and wait until Generate can be pressed for so many."""
        self.prompt.fill(prompt)
        self.images.fill(str(images))
        self.ready(images)

    def ready(self, images: int) -> None:
        expect(self.generate).to_have_accessible_name(re.compile(rf"^Generate {images} image"))
        expect(self.generate).to_be_enabled()

    def finished(self, number: int, pictures: int) -> None:
        """Wait until the run has succeeded and each picture is decoded and shown."""
        expect(self.state(number)).to_have_attribute("data-state", "succeeded")
        expect(self.pictures(number)).to_have_count(pictures)
        self.page.wait_for_function(
            """([number, count]) => {
              const shown = document.querySelectorAll(`.run[data-number="${number}"] live-picture > img:last-child`);
              return [...shown].filter((image) => image.complete && image.naturalWidth > 100).length === count;
            }""",
            arg=[number, pictures],
        )
