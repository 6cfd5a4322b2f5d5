"""The live stream, which Django's URLconf does not know: who may open it, and how."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from studio import asgi
from studio.accounts import keys, services, teams
from studio.accounts.actors import Actor
from studio.accounts.models import Team, User
from studio.web.live import stream
from studio.web.live.hub import Subscription
from tests.access.trying import METHODS
from tests.factories import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

Message = MutableMapping[str, Any]


def opened(method: str = "GET", cookie: str = "", **headers: str) -> tuple[int, bytes]:
    """Open the stream and go away as soon as it has said who one is; its status and what it said."""
    sent: list[Message] = []
    told = asyncio.Event()

    async def receive() -> Message:
        await told.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body", b"").startswith(b"id:"):
            told.set()

    given = {"cookie": f"sessionid={cookie}"} | headers
    lines = [(name.lower().encode(), value.encode()) for name, value in given.items()]
    scope = {"type": "http", "path": stream.PATH, "method": method, "headers": lines}
    asyncio.run(asyncio.wait_for(asgi.application(scope, receive, send), 20))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize("cookie", ["", "nothing", "'; --"])
def test_a_stranger_and_a_script_hear_nothing(alice: User, cookie: str) -> None:
    _row, text = keys.make(owner=alice, name="Script")
    assert opened(cookie=cookie, authorization=f"Bearer {text}") == (204, b"")


def test_who_is_suspended_hears_nothing(alice: User, dana: User) -> None:
    session = signed_in(alice).cookies["sessionid"].value
    services.set_active(by=dana, user=alice, active=False)
    assert opened(cookie=session) == (204, b"")


@pytest.mark.parametrize("method", [method for method in METHODS if method != "GET"])
def test_it_is_only_to_be_listened_to(alice: User, method: str) -> None:
    assert opened(method, signed_in(alice).cookies["sessionid"].value) == (405, b"")


def test_who_is_removed_while_the_stream_opens_is_told_nothing_by_their_old_roles(
    alice: User, bob: User, northwind: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = signed_in(bob).cookies["sessionid"].value
    assert b"id:" in opened(cookie=session)[1]
    join = stream.hub.join

    async def removed_first(actor: Actor, wanted: str) -> Subscription:
        await stream.hub.in_thread(lambda: teams.remove(by=alice, team=northwind, user=bob))
        return await join(actor, wanted)

    monkeypatch.setattr(stream.hub, "join", removed_first)
    assert opened(cookie=session) == (200, b"retry: 2000\n\n")
