"""`make screenshots`: the README's pictures, taken from a studio of its own that has just made some runs."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from scripts import servers, studio

OUT = studio.ROOT / "docs/img"
SIZE: ViewportSize = {"width": 1440, "height": 900}
FINISH_MS = 90_000
SETTLE_MS = 1_500
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
RUNS = [
    ("Ceramics on a plinth, dried branch, soft window light", 4),
    ("A terracotta stair against a quiet sky, late afternoon light", 4),
    ("A terracotta stair against a quiet sky, at dawn, soft mist", 4),
]


def generate(page: Page, prompt: str, images: int) -> None:
    """Fill in the composer, press Generate and wait until every picture of the run has arrived."""
    page.get_by_role("textbox", name="Prompt", exact=True).fill(prompt)
    with page.expect_response(lambda response: "/price" in response.url):
        page.get_by_role("spinbutton", name="Images").fill(str(images))
    runs = page.get_by_role("list", name="Runs").locator("article")
    before = runs.count()
    button = page.get_by_role("button", name=re.compile("^Generate"))
    expect(button).to_be_enabled()
    button.click()
    expect(runs).to_have_count(before + 1, timeout=FINISH_MS)
    newest = page.locator(f'[data-number="{before + 1}"]')
    expect(newest).to_have_attribute("data-state", "succeeded", timeout=FINISH_MS)
    expect(newest.locator("img")).to_have_count(images)


def save(page: Page, name: str) -> None:
    """The window as a small WebP."""
    expect(page.get_by_role("spinbutton", name="Images")).to_be_visible()
    page.wait_for_timeout(SETTLE_MS)
    # Never idle, since the live stream stays open; and the page's policy forbids a waiting function.
    while not page.evaluate("[...document.images].every((image) => image.complete)"):
        page.wait_for_timeout(50)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(OUT / f"{name}.webp", quality=80, method=6)


def take(url: str, session: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=servers.program("chromium"), args=BROWSER_OPTIONS
        )
        context = browser.new_context(viewport=SIZE, color_scheme="dark", reduced_motion="reduce")
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        page = context.new_page()
        page.goto(url)
        for prompt, images in RUNS:
            generate(page, prompt, images)
        for scheme in ("dark", "light"):
            page.goto(url)
            page.evaluate("theme => document.documentElement.dataset.theme = theme", scheme)
            save(page, f"studio-{scheme}")
        browser.close()


def main() -> None:
    servers.require(["chromium"])
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="gesso-screenshots-") as data,
        studio.served(Path(data)) as started,
    ):
        take(started.url, started.visitor("Alice", 1000))


if __name__ == "__main__":
    main()
