"""A Chromium, and a studio with enough in it that every box of the table is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from pytest_django.live_server_helper import LiveServer

from scripts import servers
from studio.accounts.models import User
from studio.catalog.pricing import Quote
from studio.core.micros import CREDIT_MICROS, Micros
from studio.credits import services as credits
from studio.images import services as images
from studio.images.models import Image
from studio.jobs import presence
from studio.jobs.models import Output, Run, State
from tests.factories import make_image, make_job, make_project, make_run, signed_in
from tests.gallery.scenes import stored_image
from tests.images.samples import file_of, scene
from tests.journeys.watching import Watch

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop stands in this thread; the database is used beside it, never from it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=servers.program("chromium"), args=OPTIONS)
        yield browser
        browser.close()


class Window(Protocol):
    """Opens a window in which dana is signed in; ``options`` are the context's."""

    def __call__(self, **options: Any) -> BrowserContext: ...


@pytest.fixture
def watch(live_server: LiveServer) -> Watch:
    return Watch(live_server.url)


@pytest.fixture
def window(chromium: Browser, live_server: LiveServer, watch: Watch, dana: User) -> Iterator[Window]:
    opened: list[BrowserContext] = []
    session = signed_in(dana).cookies[configured.SESSION_COOKIE_NAME].value

    def open_window(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce", **options)
        opened.append(context)
        watch.over(context)
        context.add_cookies(
            [{"name": configured.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        # The server of the tests has no live stream; this is how it says so.
        context.route("**/events", lambda route: route.fulfill(status=204))
        return context

    yield open_window
    for context in opened:
        context.close()
    assert watch.unexpected() == []


@dataclass(frozen=True, slots=True)
class Scene:
    """What dana has: a picture with a past and a future, among runs that follow one another."""

    picture: Image


def done(run: Run, pictures: list[Image]) -> None:
    """The run has made these."""
    facts = {"aspect_ratio": "4:5", "n": str(len(pictures))}
    job = make_job(run, state=State.SUCCEEDED, n=len(pictures), width=256, height=320, parameters=facts)
    for position, picture in enumerate(pictures):
        Output.objects.create(job=job, position=position, image=picture)


@pytest.fixture
def furnished(live_server: LiveServer, dana: User, settings: Any) -> Scene:
    """Credits, three runs of four pictures each and one that failed; one picture came of another and led to two."""
    settings.WORKER_MISSING_SECONDS = 3600
    presence.beat("look")
    account = credits.account_of(user=dana).pk
    credits.grant(
        account_id=account, amount=1000 * CREDIT_MICROS, key="look", actor=None, reason="To try things"
    )
    blob = stored_image(dana, data=file_of(scene(256, 320), "PNG")).blob
    project, made, before = make_project(dana), [], None
    for prompt in ("A stair at noon", "A terracotta stair at noon", "A terracotta stair at dusk"):
        run = before = make_run(dana, project=project, prompt=prompt, parent=before)
        made += [make_image(dana, blob=blob, prompt=prompt, model="gesso/paint") for _turn in range(4)]
        done(run, made[-4:])
    failed = make_run(dana, project=project, prompt="A stair at night", parent=before)
    make_job(
        failed,
        state=State.FAILED,
        error_code="timeout",
        quote=Quote(Micros(3000), Micros(3000), ()).as_json(),
    )
    first, picture, *others = made[::4][:2] + made[8:10]
    images.link(first, picture, "reference")
    for other in others:
        images.link(picture, other, "vary")
    return Scene(picture)
