"""``/events``: a plain ASGI application beside Django's, a fifth of its memory per open stream."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from functools import cache, partial
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from studio.accounts.actors import GUEST, Actor, actor_for
from studio.accounts.models import User
from studio.web import workspace
from studio.web.live import messages
from studio.web.live.hub import Hub, Subscription
from studio.web.numbers import whole

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/events"
KEEP_ALIVE_SECONDS = 20.0
LIFE_SECONDS = 300.0
"""A stream ends after this long and the browser opens another, so that who signed out elsewhere hears no more.

Who left a team or was switched off hears no more at once (see ``Hub``).
"""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]

hub = Hub(messages.render)


@cache
def end_streams_with_the_server() -> None:
    """A server that is told to stop waits for its open connections: end the streams when the signal comes.

    Chains to the server's own handlers; without any, or outside the main thread, there is nothing to chain to.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if callable(before := signal.getsignal(number)):
            signal.signal(number, partial(_close_then, loop, before))


def _close_then(
    loop: asyncio.AbstractEventLoop, before: Callable[[int, Any], Any], number: int, frame: Any
) -> None:
    loop.call_soon_threadsafe(hub.close)
    before(number, frame)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """One browser's stream: first the present state, then every change, until it goes away."""
    if scope["method"] != "GET":
        await _answer(send, 405, [(b"allow", b"GET")])
        return
    cookies = _header(scope, b"cookie")
    actor, wanted = await hub.in_thread(lambda: _viewer(cookies))
    if actor.user is None:
        # 204 tells an EventSource to stop trying; a signed-out page must not knock for ever.
        await _answer(send, 204)
        return
    end_streams_with_the_server()
    subscription = await hub.join(actor, wanted)
    try:
        # Asked once more, now that changes are heard: nobody told this stream of one that came in between.
        if await hub.in_thread(lambda: _viewer(cookies)) != (actor, wanted):
            subscription.end()
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        last_seen = _last_seen(scope)
        await _body(send, b"retry: 2000\n\n")
        if not subscription.closed:
            await _body(send, await hub.in_thread(lambda: messages.present_state(actor, wanted, last_seen)))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await _pump(subscription, send, gone)
        finally:
            gone.cancel()
    finally:
        hub.leave(subscription)


async def _pump(subscription: Subscription, send: Send, gone: asyncio.Future[None]) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + LIFE_SECONDS
    while not gone.done() and not subscription.closed and loop.time() < ends:
        ready = asyncio.ensure_future(subscription.ready.wait())
        either: set[asyncio.Future[Any]] = {ready, gone}
        await asyncio.wait(either, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if gone.done():
            return
        subscription.ready.clear()
        if not subscription.waiting:
            await _body(send, b": still here\n\n")
        while subscription.waiting:
            await _body(send, subscription.waiting.popleft())
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _answer(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """One without a body."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _last_seen(scope: Scope) -> int | None:
    return whole(_header(scope, b"last-event-id"))


def _viewer(cookies: str) -> tuple[Actor, str]:
    """Who the session cookie belongs to, and the workspace that it names.

    A guest when the session is missing, over, or of before a new password.
    """
    morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return GUEST, ""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    user = get_user(request)
    actor = actor_for(user) if isinstance(user, User) else GUEST
    return actor, str(request.session.get(workspace.SESSION_KEY) or "")
