"""One living studio and one Chromium for the whole folder; a fresh person and a fresh window for every test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scripts import servers
from tests.journeys.living import LivingStudio, Person
from tests.journeys.measuring import Measures
from tests.journeys.vendor import GatedOpenAI
from tests.journeys.watching import Watch
from tests.providers.web import Website

PATIENCE_MS = 60_000
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            # One studio and one browser for all of them, also where tests are spread over processes.
            item.add_marker(pytest.mark.xdist_group("journeys"))


class Window(Protocol):
    """Opens a window of its own in which ``person``, or nobody, is signed in; ``options`` are the context's."""

    def __call__(self, person: Person | None = None, **options: Any) -> Page: ...


@pytest.fixture(scope="package")
def openai() -> Iterator[GatedOpenAI]:
    """A vendor on this machine, with which the living studio is configured."""
    with GatedOpenAI() as simulator:
        yield simulator


@pytest.fixture(scope="package")
def website() -> Iterator[Website]:
    """The public internet of the living studio."""
    with Website() as site:
        yield site


@pytest.fixture(scope="package")
def living(
    tmp_path_factory: pytest.TempPathFactory, openai: GatedOpenAI, website: Website
) -> Iterator[LivingStudio]:
    vendor = {"PROVIDER_OPENAI_URL": openai.url, "PROVIDER_OPENAI_KEY": "sk-canary"}
    short = {"JOB_LEASE_SECONDS": "8", "SWEEP_SECONDS": "1"}
    outside = {"OUTSIDE_PORT": str(website.port)}
    studio = LivingStudio(tmp_path_factory.mktemp("living"), vendor | short | outside)
    yield studio
    studio.stop()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Ended with the folder: until then Playwright's event loop stands in this thread.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.program("chromium"), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def watch(living: LivingStudio) -> Watch:
    return Watch(living.url)


@pytest.fixture
def measures() -> Measures:
    """What the windows of this test told of their calm and quickness."""
    return Measures()


@pytest.fixture
def window(living: LivingStudio, chromium: Browser, watch: Watch, measures: Measures) -> Iterator[Window]:
    """Windows of this test. What went wrong in any of them and was not provoked fails it, as does what moved."""
    with ExitStack() as open_windows:

        def open_window(person: Person | None = None, **options: Any) -> Page:
            context = chromium.new_context(base_url=living.url, **(DESKTOP | options))
            open_windows.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            watch.over(context)
            measures.over(context)
            open_windows.callback(measures.end, context)
            if person:
                context.add_cookies([{"name": "sessionid", "value": person.session, "url": living.url}])
            return context.new_page()

        yield open_window
    print(measures.report())
    assert watch.unexpected() == []
    assert measures.unasked <= measures.calm


@pytest.fixture
def alice(living: LivingStudio) -> Person:
    """Somebody new with 1,000 credits; the folder's own cast lives in the living studio's data."""
    return living.person("Alice")


@pytest.fixture
def page(window: Window, alice: Person) -> Page:
    """A window in which alice is signed in."""
    return window(alice)
