"""6c: a thousand browsers on one process's live stream: memory each, and one event to all of them."""

from __future__ import annotations

import os
import select
import socket
import time
import uuid

from scripts.visitor import account
from tests.bench.ground import collect, prepare
from tests.bench.result import Result, tell
from tests.bench.web import Web, serving

STREAMS = 1000
EVENTS = 5
FIRST_SECONDS = 60.0
EVENT_SECONDS = 10.0


def opened(web: Web, cookie: str) -> list[socket.socket]:
    """Streams that have each been answered."""
    request = f"GET /events HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n".encode()
    made = []
    for _ in range(STREAMS):
        stream = socket.create_connection(("127.0.0.1", web.port))
        stream.sendall(request)
        made.append(stream)
    if left := unread(made, b"\n\n", FIRST_SECONDS):
        raise TimeoutError(f"{left} streams did not begin")
    return made


def unread(streams: list[socket.socket], what: bytes, seconds: float) -> int:
    """Read until every stream has said ``what``; how many have not in time."""
    waiting = {stream.fileno(): stream for stream in streams}
    heard = dict.fromkeys(waiting, b"")
    poll = select.poll()
    for fd in waiting:
        poll.register(fd, select.POLLIN)
    ends = time.monotonic() + seconds
    while waiting and time.monotonic() < ends:
        for fd, _event in poll.poll(100):
            heard[fd] += waiting[fd].recv(65536)
            if what in heard[fd]:
                poll.unregister(fd)
                del waiting[fd]
    return len(waiting)


def drained(streams: list[socket.socket]) -> None:
    while ready := select_readable(streams):
        for stream in ready:
            stream.recv(65536)


def select_readable(streams: list[socket.socket]) -> list[socket.socket]:
    poll = select.poll()
    by_fd = {stream.fileno(): stream for stream in streams}
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    return [by_fd[fd] for fd, _event in poll.poll(300)]


def grant_one() -> None:
    from studio.accounts.models import User
    from studio.credits import services as credits

    user = User.objects.get(email="alice@northwind.test")
    credits.grant(
        account_id=credits.account_of(user=user).pk,
        amount=10_000,
        key=uuid.uuid4().hex,
        actor=None,
        reason="event",
    )


def kilobytes_each(web: Web, cookie: str) -> tuple[float, list[socket.socket]]:
    before = web.memory()
    streams = opened(web, cookie)
    return (web.memory() - before) / STREAMS / 1024, streams


def main() -> None:
    prepare()
    collect()
    cookie = f"Cookie: sessionid={account('Alice', 100)}\r\n"
    os.environ["LOG_LEVEL"] = "ERROR"
    with serving("tests.bench.hello:application") as bare:
        floor, streams = kilobytes_each(bare, "")
        for stream in streams:
            stream.close()
    with serving("studio.asgi:application") as web:
        ours, streams = kilobytes_each(web, cookie)
        times = []
        for _ in range(EVENTS):
            drained(streams)
            began = time.monotonic()
            grant_one()
            missing = unread(streams, b"balance", EVENT_SECONDS)
            times.append(time.monotonic() - began)
        for stream in streams:
            stream.close()
    goal = "1,000 within 40 MB (41 KB)"
    tell(
        Result(
            "6c", "memory of an open stream", goal, f"{ours:.1f} KB", f"{floor:.1f} KB raw ASGI", ours / floor
        )
    )
    said = f"{sorted(times)[EVENTS // 2] * 1000:.0f} ms, {missing} missed"
    tell(Result("6c", f"one event to all {STREAMS}, median of {EVENTS}", "<= 250 ms", said))


if __name__ == "__main__":
    main()
