"""Addresses that people type: nothing but the public internet is reached, and nothing holds us up."""

from __future__ import annotations

import gzip
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from time import monotonic, sleep

import pytest

from providers.http import public
from studio.core import safe_fetch
from studio.core.safe_fetch import NotFetched, fetch
from tests.providers.hostile import GOOD, HOSTILE, PUBLIC, system_answer
from tests.providers.simulators.base import DRIP, TIMEOUT, Fault, Reply, Request
from tests.providers.web import Website

CAP = 1024 * 1024
SLACK = 0.5
"""Seconds past the deadline that a cut may take."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Website]:
    with Website() as website:
        monkeypatch.setattr(safe_fetch, "public_web", public.PublicWeb(website.network))
        yield website


def code_of(url: str, *, seconds: float = 10.0, cap: int = CAP) -> str:
    """Why nothing was fetched, or empty where something was."""
    problem, began = None, monotonic()
    try:
        fetch(url, cap=cap, seconds=seconds)
    except NotFetched as error:
        problem = error
    assert monotonic() - began < seconds + SLACK
    if problem is None:
        return ""
    assert problem.message.endswith(".")
    return problem.code


# What is reached --------------------------------------------------------------------------------------------------


def test_the_corpus_is_no_smaller_than_was_promised() -> None:
    assert len(HOSTILE) >= 100
    assert len(GOOD) >= 10


def test_good_addresses_are_fetched(site: Website) -> None:
    for url in GOOD:
        assert fetch(url, cap=CAP).data == b"picture", url
    assert {port for _, port in site.dialled} == {80}


def test_no_hostile_address_is_reached(site: Website) -> None:
    fetched = [url for url in HOSTILE if not code_of(url)]
    assert fetched == []
    assert site.dialled == []


def test_no_hostile_address_is_reached_through_a_redirect(site: Website) -> None:
    reached = []
    for status, url in zip(itertools.cycle(sorted(public.REDIRECTS)), HOSTILE, strict=False):
        if "\0" in url:
            continue  # No header holds it.
        site.forget()
        site.says(Reply(status, b"", {"Location": url.encode().decode("latin-1"), "Connection": "close"}))
        if not code_of("http://pictures.example/") or {address for address, _ in site.dialled} != {PUBLIC}:
            reached.append(url)
        # What is no address to everybody names another page of the same site, and nothing else.
        assert {request.headers["host"] for request in site.requests} == {"pictures.example"}
    assert reached == []


def test_no_hostile_address_is_reached_through_a_name_whose_answer_changes(site: Website) -> None:
    behind = sorted({address for url in HOSTILE for address in system_answer(host_in(url))})
    assert len(behind) > 50
    for address in behind:
        site.forget()
        site.turns = {"pictures.example": [[PUBLIC], [address]]}
        site.says(Reply(200, b"picture", {"Connection": "close"}))
        assert fetch("http://pictures.example/", cap=CAP).data == b"picture"
        assert site.asked["pictures.example"] == 1
        assert code_of("http://pictures.example/") == "address_unreachable"
        assert {host for host, _ in site.dialled} == {PUBLIC}


def test_a_name_whose_answer_changes_between_two_hops_is_checked_again(site: Website) -> None:
    site.turns = {"pictures.example": [[PUBLIC], ["169.254.169.254"]]}
    site.says(Reply(302, b"", {"Location": "/again", "Connection": "close"}))
    assert code_of("http://pictures.example/") == "address_unreachable"
    assert site.dialled == [(PUBLIC, 80)]


def test_without_the_rule_most_of_the_corpus_would_be_reached(
    site: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the empty log above means a refusal, and not a listener that hears nothing."""
    monkeypatch.setattr(public, "is_public", lambda address: True)
    reached = 0
    for url in HOSTILE:
        site.forget()
        code_of(url)
        reached += bool(site.dialled)
    assert reached > 100


def host_in(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].strip("[]").replace("%25", "%")


def test_what_does_not_exist_and_what_is_ours_look_the_same(site: Website) -> None:
    site.lost_addresses = {"203.0.112.1"}
    site.names = {**site.names, "asleep.example": ["203.0.112.1"]}
    told = set()
    for host in ("unknown.example", "db.internal", "metadata.google.internal", "asleep.example", "10.0.0.1"):
        with pytest.raises(NotFetched) as caught:
            fetch(f"http://{host}/", cap=CAP)
        told.add((caught.value.code, caught.value.message))
    assert len(told) == 1


# How far a site may lead, and how long it may take -----------------------------------------------------------------


def test_a_site_may_send_on_three_times_and_no_more(site: Website) -> None:
    def step(request: Request) -> Reply:
        n = int(request.path.strip("/"))
        return Reply(302, b"", {"Location": f"/{n - 1}"}) if n else Reply(200, b"picture")

    site.script = step
    assert fetch("http://pictures.example/3", cap=CAP).url == "http://pictures.example/0"
    assert code_of("http://pictures.example/4") == "address_hops"


def test_a_site_that_sends_in_a_circle_is_left_after_the_third_time(site: Website) -> None:
    site.says(Reply(301, b"x" * 1000, {"Location": "http://pictures.example/"}))
    assert code_of("http://pictures.example/") == "address_hops"
    assert len(site.requests) == 4


def test_hops_that_each_take_their_time_share_one_deadline(site: Website) -> None:
    def late(request: Request) -> Reply:
        sleep(0.2)
        return Reply(302, b"", {"Location": "/"})

    site.script = late
    assert code_of("http://pictures.example/", seconds=0.5) == "address_timed_out"


class DrippingBody:
    def __iter__(self) -> Iterator[bytes]:
        while True:
            sleep(0.02)
            yield b"x"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"x" * 10_000, fault=Fault(DRIP, seconds=0.02)),
        Reply(200, b"x" * 10_000, fault=Fault(DRIP, seconds=30)),
        Reply(200, b"", fault=Fault(TIMEOUT, seconds=30)),
        Reply(200, DrippingBody()),
    ],
    ids=["a byte at a time", "one byte and no more", "silence", "an endless drip"],
)
def test_a_slow_answer_is_cut_at_the_deadline(site: Website, reply: Reply) -> None:
    site.says(reply)
    assert code_of("http://pictures.example/", seconds=0.3) == "address_timed_out"


def dripping_head() -> Iterator[bytes]:
    yield HEAD
    for _ in range(500):
        sleep(0.02)
        yield b"X: y\r\n"


def endless_head() -> Iterator[bytes]:
    yield HEAD
    yield from itertools.repeat(b"X: " + b"y" * 1000 + b"\r\n", 10_000)


def endless_body() -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    yield from itertools.repeat(bytes(65536), 10_000)


def endless_chunks() -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from itertools.repeat(b"10000\r\n" + bytes(65536) + b"\r\n", 10_000)


def with_length(length: bytes, body: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: [HEAD + b"Content-Length: " + length + b"\r\n\r\n" + body]


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        (dripping_head, "address_timed_out"),
        (endless_head, "address_broken"),
        (endless_body, "address_too_large"),
        (endless_chunks, "address_too_large"),
        (with_length(b"1048577", b""), "address_too_large"),
        (with_length(b"9" * 18, b""), "address_too_large"),
        (with_length(b"9" * 5000, b"x"), "address_broken"),
        (with_length(b"-1", b"x"), "address_broken"),
        (with_length(b"1000", b"picture"), "address_broken"),
        (with_length(b"5\r\nContent-Length: 6", b"picture"), "address_broken"),
        (lambda: [b"SSH-2.0-OpenSSH_9.2\r\n"], "address_broken"),
        (list, "address_broken"),
    ],
)
def test_an_answer_without_measure_is_given_up(
    site: Website, pieces: Callable[[], Iterable[bytes]], code: str
) -> None:
    with site.speaking(pieces):
        assert code_of("http://pictures.example/", seconds=1.0) == code


def test_more_than_was_promised_is_not_read(site: Website) -> None:
    with site.speaking(with_length(b"5", b"x" * 1_000_000)):
        assert fetch("http://pictures.example/", cap=CAP).data == b"xxxxx"


def test_a_body_may_be_as_large_as_the_cap_and_not_a_byte_larger(site: Website) -> None:
    for promised in (True, False):
        body: bytes | Iterable[bytes] = bytes(CAP)
        site.says(Reply(200, body if promised else [bytes(CAP)]))
        assert len(fetch("http://pictures.example/", cap=CAP).data) == CAP
        site.says(Reply(200, bytes(CAP + 1) if promised else [bytes(CAP), b"x"]))
        assert code_of("http://pictures.example/") == "address_too_large"


@pytest.mark.parametrize(
    "encoding", ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip"]
)
def test_nothing_is_unpacked(site: Website, encoding: str) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    site.says(Reply(200, bomb, {"Content-Encoding": encoding}))
    assert code_of("http://pictures.example/") == "address_compressed"
    assert site.requests[0].headers["accept-encoding"] == "identity"


def test_a_packed_file_is_handed_over_as_it_lies_there(site: Website) -> None:
    packed = gzip.compress(bytes(1000))
    site.says(Reply(200, packed, {"Content-Encoding": "identity", "Content-Type": "application/gzip"}))
    assert fetch("http://pictures.example/", cap=CAP).data == packed


def test_a_name_server_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = threading.Event()

    def never(host: str, port: int) -> list[str]:
        waiting.wait(30)
        return []

    monkeypatch.setattr(safe_fetch, "public_web", public.PublicWeb(public.Network(never)))
    assert code_of("http://slow.example/", seconds=0.2) == "address_timed_out"
    waiting.set()


def test_only_so_many_are_fetched_at_once(site: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_fetch, "_places", threading.BoundedSemaphore(1))
    asked, go_on = threading.Event(), threading.Event()

    def held(request: Request) -> Reply:
        asked.set()
        go_on.wait(10)
        return Reply(200, b"picture")

    site.script = held
    first = threading.Thread(target=fetch, args=("http://pictures.example/",), kwargs={"cap": CAP})
    first.start()
    assert asked.wait(10)
    assert code_of("http://pictures.example/") == "address_busy"
    go_on.set()
    first.join()
    assert code_of("http://pictures.example/") == ""


# What is told ------------------------------------------------------------------------------------------------------


def test_nothing_of_ours_goes_along(site: Website, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    site.says(Reply(200, b"picture", {"Set-Cookie": "seen=1; Path=/"}))
    for _ in range(2):
        fetch("http://pictures.example/a.png", cap=CAP)
    for request in site.requests:
        assert set(request.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "address_closed"),
        (403, "address_closed"),
        (404, "address_empty"),
        (410, "address_empty"),
        (204, "address_status"),
        (206, "address_status"),
        (304, "address_status"),
        (429, "address_status"),
        (500, "address_status"),
    ],
)
def test_a_status_other_than_200_is_told_in_words(site: Website, status: int, code: str) -> None:
    site.says(Reply(status))
    assert code_of("http://pictures.example/") == code


def test_a_redirect_that_names_no_place_is_a_status_like_others(site: Website) -> None:
    site.says(Reply(302))
    assert code_of("http://pictures.example/") == "address_status"
