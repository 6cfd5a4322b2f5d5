"""A real Chromium in which alice is signed in, and enough pictures to fill more than a page."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from studio.accounts.models import User
from studio.images.models import Image
from tests.factories import make_image
from tests.gallery.scenes import stored_image
from tests.images.samples import file_of, scene

OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
]


@pytest.fixture(scope="package")
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
