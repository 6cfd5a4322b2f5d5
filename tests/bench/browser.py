"""A Chromium on a studio of its own, as rows 7a and 7c need it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from scripts import servers, studio
from scripts.screenshots import BROWSER_OPTIONS, SIZE


@contextlib.contextmanager
def signed_in() -> Iterator[tuple[BrowserContext, str]]:
    """A fresh browser context of somebody with credits, and the studio's address."""
    with studio.served(Path(os.environ["DATA_DIR"])) as started, sync_playwright() as playwright:
        session = started.visitor("Alice", 1000)
        browser = playwright.chromium.launch(
            executable_path=servers.program("chromium"), args=BROWSER_OPTIONS
        )
        context = browser.new_context(viewport=SIZE)
        context.add_cookies([{"name": "sessionid", "value": session, "url": started.url}])
        yield context, started.url
        browser.close()
