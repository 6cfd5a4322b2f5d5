"""The hub inside a web process: one reader, one rendering for all who see the same, bounded queues."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import DatabaseError
from django.template import loader

from studio.accounts.actors import Actor, actor_for
from studio.accounts.models import Role, Team, User
from studio.core import events
from studio.core.events import Notice
from studio.core.models import Event
from studio.jobs import notices, presence
from studio.jobs.models import State
from studio.web.live import messages
from studio.web.live.hub import QUEUE_LENGTH, Hub, Subscription
from tests.factories import make_job, make_run, make_team, person

pytestmark = pytest.mark.django_db(transaction=True)


def echo(notices: list[Notice], listeners: list[Subscription]) -> list[tuple[Subscription, bytes]]:
    """Each listener is told every ref it listens for."""
    return [
        (listener, notice.ref.encode())
        for listener in listeners
        for notice in notices
        if notice.channel in listener.channels and notice.topic != presence.WORKERS
    ]


def in_loop(test: Callable[[Hub], Awaitable[None]], render: Any = echo) -> None:
    """Run ``test`` with a hub of its own, and leave no thread behind."""
    hub = Hub(render)
    try:
        asyncio.run(asyncio.wait_for(_and_rest(test, hub), 20))
    finally:
        hub._thread.shutdown()


async def _and_rest(test: Callable[[Hub], Awaitable[None]], hub: Hub) -> None:
    await test(hub)


async def heard(subscription: Subscription, count: int) -> list[bytes]:
    """The next ``count`` messages."""
    found: list[bytes] = []
    while len(found) < count:
        await subscription.ready.wait()
        subscription.ready.clear()
        while subscription.waiting:
            found.append(subscription.waiting.popleft())
    return found


async def publish(hub: Hub, *refs: str) -> None:
    def all_of_them() -> None:
        for ref in refs:
            events.publish(["all"], "test", ref)

    await hub.in_thread(all_of_them)


def listeners_running() -> int:
    return sum(task.get_name() == "live hub" for task in asyncio.all_tasks())


GUEST_OF_NOBODY = Actor()


def test_browsers_that_come_in_the_same_instant_share_one_reader() -> None:
    async def test(hub: Hub) -> None:
        both = await asyncio.gather(hub.join(GUEST_OF_NOBODY, ""), hub.join(GUEST_OF_NOBODY, ""))
        await publish(hub, "one")
        assert [await heard(each, 1) for each in both] == [[b"one"], [b"one"]]
        assert listeners_running() == 1
        for each in both:
            hub.leave(each)
        await asyncio.sleep(0)
        assert listeners_running() == 0

    in_loop(test)


def test_the_reader_stops_with_the_last_browser_and_starts_with_the_next() -> None:
    async def test(hub: Hub) -> None:
        first = await hub.join(GUEST_OF_NOBODY, "")
        hub.leave(first)
        await publish(hub, "while nobody listens")
        second = await hub.join(GUEST_OF_NOBODY, "")
        await publish(hub, "again")
        assert await heard(second, 1) == [b"again"]
        hub.leave(second)

    in_loop(test)


def test_a_change_that_is_committed_late_under_an_earlier_number_is_told_too() -> None:
    async def test(hub: Hub) -> None:
        browser = await hub.join(GUEST_OF_NOBODY, "")
        await publish(hub, "a", "b", "c")
        assert len(await heard(browser, 3)) == 3
        late = await hub.in_thread(_take_out_the_middle)
        await publish(hub, "d")
        assert await heard(browser, 1) == [b"d"]
        await hub.in_thread(lambda: Event.objects.create(id=late, channel="all", topic="late", ref="late"))
        assert await heard(browser, 1) == [b"late"]
        hub.leave(browser)

    in_loop(test)


def _take_out_the_middle() -> int:
    """An id that no row has, below the latest: a transaction that is still open holds it."""
    reserved = Event.objects.create(channel="nobody", topic="reserved", ref="")
    number = reserved.pk
    Event.objects.create(channel="nobody", topic="after", ref="")
    reserved.delete()
    return number


def test_a_browser_that_does_not_read_loses_its_oldest_messages_and_keeps_the_newest() -> None:
    async def test(hub: Hub) -> None:
        slow = await hub.join(GUEST_OF_NOBODY, "")
        quick = await hub.join(GUEST_OF_NOBODY, "")
        refs = [str(number) for number in range(QUEUE_LENGTH * 3)]
        await publish(hub, *refs)
        await heard(quick, QUEUE_LENGTH)
        assert list(slow.waiting) == [ref.encode() for ref in refs[-QUEUE_LENGTH:]]
        hub.leave(slow)
        hub.leave(quick)

    in_loop(test)


def test_a_database_that_is_away_for_a_moment_does_not_end_the_updates() -> None:
    failures = [DatabaseError("away")]

    def render(*given: Any) -> list[tuple[Subscription, bytes]]:
        if failures:
            raise failures.pop()
        return echo(*given)

    async def test(hub: Hub) -> None:
        browser = await hub.join(GUEST_OF_NOBODY, "")
        await publish(hub, "lost")
        while failures:
            await asyncio.sleep(0.01)
        await publish(hub, "found")
        assert b"found" in await heard(browser, 1)
        hub.leave(browser)

    in_loop(test, render)


def test_closing_the_hub_wakes_and_ends_every_stream() -> None:
    async def test(hub: Hub) -> None:
        browsers = [await hub.join(GUEST_OF_NOBODY, "") for _ in range(3)]
        hub.close()
        for browser in browsers:
            await browser.ready.wait()
            assert browser.closed
            hub.leave(browser)

    in_loop(test)


def test_a_change_is_rendered_once_for_all_who_see_the_same(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    erin, vera = person("Erin"), person("Vera")
    team = make_team("Southwind", {alice: Role.OWNER, bob: Role.EDITOR, erin: Role.EDITOR, vera: Role.VIEWER})
    run = make_run(alice, team)
    make_job(run, state=State.RUNNING)
    rendered = count_renderings(monkeypatch)
    browsers = [browser_of(user) for user in (alice, alice, bob, bob, erin, vera)]
    notices.run_changed(run)
    sent = messages.render(events.since(0), browsers)
    assert {id(browser) for browser, _text in sent} == {id(browser) for browser in browsers}
    assert all(str(run.pk).encode() in text for _browser, text in sent)
    # Three views of the run: its owner's, its editors', its viewers'. Four people have a balance each.
    assert rendered == {"studio/page.html#run_answer": 3, "components/_live_shell.html": 4}


def count_renderings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()
    render = loader.render_to_string

    def counting(name: str, *given: Any, **more: Any) -> str:
        counted[name] += 1
        return str(render(name, *given, **more))

    monkeypatch.setattr(messages, "render_to_string", counting)
    return counted


def browser_of(user: User) -> Subscription:
    actor = actor_for(user)
    teams = [f"team:{team}" for team in actor.roles]
    return Subscription(actor, frozenset([f"user:{user.pk}", *teams]))


def test_a_change_nobody_is_there_for_is_not_rendered(
    alice: User, charlie: User, northwind: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = count_renderings(monkeypatch)
    notices.run_changed(make_run(alice, northwind))
    assert messages.render(events.since(0), [browser_of(charlie)]) == []
    assert rendered == {}
