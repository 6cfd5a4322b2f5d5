"""HTTP to vendors over real sockets: deadlines, caps, and every failure in our words."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from time import monotonic

import httpx
import pytest

from providers import errors
from providers.http import Answer, Client, Deadline, transport
from providers.http.failures import KINDS, SENTENCES, failure, mapped
from tests.providers.simulators.base import DRIP, HANG_UP, RESET, TIMEOUT, Fault, Reply, Request, Simulator

CANARY = "sk-canary-0123456789"
PATH = "/x?key=" + CANARY


class Scripted(Simulator):
    """Answers whatever the test says."""

    script: Callable[[Request], Reply] = staticmethod(lambda request: Reply(200, b"{}"))

    def answer(self, request: Request) -> Reply:
        return self.script(request)


@pytest.fixture
def vendor() -> Iterator[Scripted]:
    with Scripted() as simulator:
        yield simulator


def says(vendor: Scripted, reply: Reply) -> None:
    vendor.script = lambda request: reply


def client_of(vendor: Scripted) -> Client:
    return Client(vendor.url, secrets=(CANARY,))


@contextmanager
def asked(vendor: Scripted, *, seconds: float = 20.0, cap: int = 1_000_000) -> Iterator[Answer]:
    headers = {"Authorization": f"Bearer {CANARY}"}
    deadline = Deadline(seconds)
    with client_of(vendor).send(
        "POST", PATH, deadline=deadline, headers=headers, document={}, cap=cap
    ) as answer:
        yield answer


def body_of(vendor: Scripted, *, seconds: float = 20.0, cap: int = 1_000_000) -> bytes:
    with asked(vendor, seconds=seconds, cap=cap) as answer:
        return answer.decode(bytes)


def library_exceptions() -> list[type[Exception]]:
    exported = (getattr(httpx, name) for name in dir(httpx))
    found = [item for item in exported if isinstance(item, type) and issubclass(item, Exception)]
    every: set[type[Exception]] = set()
    while found:
        kind = found.pop()
        if kind not in every:
            every.add(kind)
            found.extend(kind.__subclasses__())
    return sorted(
        (kind for kind in every if kind.__module__.partition(".")[0] == "httpx"), key=lambda k: k.__name__
    )


def test_every_exception_of_the_library_has_its_place_in_our_tree() -> None:
    assert set(library_exceptions()) == set(KINDS)
    assert set(KINDS.values()) == set(SENTENCES)


@pytest.mark.parametrize("kind", library_exceptions())
def test_an_exception_of_the_library_is_mapped_and_scrubbed(kind: type[Exception]) -> None:
    original = kind.__new__(kind)
    original.args = (f"it broke at https://host/?key={CANARY}",)
    problem = mapped(original, [CANARY])
    assert type(problem) is KINDS[kind]
    assert problem.message
    assert CANARY not in str(original) + repr(original)


def test_only_failures_before_sending_are_safe_to_send_again() -> None:
    safe = {kind for kind, ours in KINDS.items() if ours.safe_to_resend}
    assert safe == {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError}


def test_a_refused_connection_is_surely_not_sent(vendor: Scripted) -> None:
    vendor.fault = Fault("refused")
    with pytest.raises(errors.NotSent) as caught:
        body_of(vendor)
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


def test_an_unknown_host_is_surely_not_sent() -> None:
    for host in ("does-not-exist.invalid", "a" * 70 + ".invalid"):
        with pytest.raises(errors.NotSent), Client(f"http://{host}").send("GET", "/", deadline=Deadline(20)):
            pass


@pytest.mark.parametrize("kind", [HANG_UP, RESET])
def test_a_connection_that_breaks_after_sending_leaves_the_answer_unknown(
    vendor: Scripted, kind: str
) -> None:
    says(vendor, Reply(200, b"x" * 5000, fault=Fault(kind)))
    with pytest.raises(errors.AnswerLost) as caught:
        body_of(vendor)
    assert caught.value.unknown
    assert caught.value.__cause__ is not None


def test_silence_past_the_deadline_is_a_timeout(vendor: Scripted) -> None:
    says(vendor, Reply(200, b"late", fault=Fault(TIMEOUT, seconds=30)))
    with pytest.raises(errors.UpstreamTimeout):
        body_of(vendor, seconds=0.2)


def test_a_slow_drip_is_cut_at_the_deadline_although_every_byte_came_in_time(vendor: Scripted) -> None:
    says(vendor, Reply(200, b"x" * 1000, fault=Fault(DRIP, seconds=0.02)))
    with pytest.raises(errors.UpstreamTimeout):
        body_of(vendor, seconds=0.2)


def test_a_stall_in_the_middle_of_the_body_is_cut_at_the_deadline(vendor: Scripted) -> None:
    says(vendor, Reply(200, b"x" * 1000, fault=Fault(DRIP, seconds=30)))
    with pytest.raises(errors.UpstreamTimeout):
        body_of(vendor, seconds=0.2)


def test_a_vendor_that_does_not_take_the_request_is_cut_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}")
        form = [("image", ("a.png", bytes(30_000_000), "image/png"))]
        with (
            pytest.raises(errors.UpstreamTimeout),
            client.send("POST", "/", deadline=Deadline(0.3), form=form),
        ):
            pass


def test_headers_that_drip_are_cut_at_the_deadline_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
                    if stop.wait(0.02):
                        return
                    connection.send(bytes([byte]))

        thread = threading.Thread(target=drip)
        thread.start()
        client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(errors.UpstreamTimeout), client.send("GET", "/", deadline=Deadline(0.2)):
            pass
        stop.set()
        thread.join()


def test_a_call_whose_time_is_over_is_not_sent(vendor: Scripted) -> None:
    with pytest.raises(errors.NotSent):
        body_of(vendor, seconds=0)
    assert vendor.requests == []


def test_an_answer_past_the_byte_cap_is_given_up(vendor: Scripted) -> None:
    says(vendor, Reply(200, b"x" * 200_000))
    assert len(body_of(vendor, cap=200_000)) == 200_000
    with pytest.raises(errors.AnswerLost):
        body_of(vendor, cap=199_999)


def test_an_answer_that_unpacks_past_the_cap_is_given_up(vendor: Scripted) -> None:
    says(vendor, Reply(200, gzip.compress(b"x" * 5_000_000), {"Content-Encoding": "gzip"}))
    with pytest.raises(errors.AnswerLost):
        body_of(vendor, cap=1_000_000)
    assert vendor.requests[0].headers["accept-encoding"] == "identity"


def test_what_is_no_json_is_an_answer_lost(vendor: Scripted) -> None:
    for body in (b"", b"<html>", b'{"a": 1', b"\xff\xfe\x00", b"[" * 100_000):
        says(vendor, Reply(200, body))
        with pytest.raises(errors.AnswerLost), asked(vendor) as answer:
            answer.decode_json(lambda document: document)


def test_json_is_read_whatever_its_content_type(vendor: Scripted) -> None:
    says(vendor, Reply(200, b'{"a": 1}', {"Content-Type": "text/html; charset=utf-8"}))
    with asked(vendor) as answer:
        assert answer.decode_json(lambda document: document) == {"a": 1}
        assert answer.media_type() == "text/html"


def test_a_redirect_is_not_followed(vendor: Scripted) -> None:
    says(vendor, Reply(302, b"", {"Location": "http://127.0.0.1:1/elsewhere"}))
    with asked(vendor) as answer:
        assert answer.status == 302
    assert len(vendor.requests) == 1


def test_no_cookie_is_kept(vendor: Scripted) -> None:
    says(vendor, Reply(200, b"{}", {"Set-Cookie": "session=1; Path=/"}))
    client = client_of(vendor)
    for _ in range(2):
        with client.send("GET", "/", deadline=Deadline(20)) as answer:
            answer.decode(bytes)
    assert "cookie" not in vendor.requests[1].headers


def test_no_proxy_is_read_from_the_environment(vendor: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert body_of(vendor) == b"{}"


def test_256_calls_wait_at_once_over_one_client(vendor: Scripted) -> None:
    everyone = threading.Barrier(256)

    def wait_for_the_others(request: Request) -> Reply:
        everyone.wait(timeout=30)
        return Reply(200, b"{}")

    vendor.script = wait_for_the_others
    client, answers = client_of(vendor), []

    def call() -> None:
        with client.send("GET", "/", deadline=Deadline(30)) as answer:
            answers.append(answer.decode(bytes))

    threads = [threading.Thread(target=call) for _ in range(256)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"{}"] * 256
    assert transport.KEEP_ALIVE <= 20


def chain(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("kind", [HANG_UP, RESET, TIMEOUT, "refused"])
def test_no_key_and_no_query_in_any_exception_or_log(
    vendor: Scripted, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if kind == "refused":
        vendor.fault = Fault(kind)
    says(vendor, Reply(200, b"x" * 5000, fault=Fault(kind, seconds=30)))
    with pytest.raises(errors.ProviderError) as caught:
        body_of(vendor, seconds=0.3)
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    for error in chain(caught.value):
        told += f"{error} {error!r} {vars(error)}"
        request = getattr(error, "_request", None)
        if isinstance(request, httpx.Request):
            told += f"{request.url} {request.headers.raw}"
    assert CANARY not in told
    assert "key=" not in told
    assert CANARY not in repr(client_of(vendor))


def test_a_successful_call_writes_no_address_to_the_log(
    vendor: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body_of(vendor)
    assert "key=" not in caplog.text


@pytest.mark.parametrize("key", [f"{CANARY} ", "line\nend", "ключ", "nul\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_quoted(vendor: Scripted, key: str) -> None:
    client = Client(vendor.url, secrets=(key,))
    with (
        pytest.raises(errors.AuthError) as caught,
        client.send("GET", "/", deadline=Deadline(20), headers={"Authorization": f"Bearer {key}"}),
    ):
        pass
    assert key not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url", ["", "ftp://host", "host/v1", "http://", "http://u:p@host", "http://host/?key=1", "http://host/#a"]
)
def test_an_address_that_is_none_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        Client(url)
    assert not url or url not in str(caught.value)


def test_what_cannot_be_written_is_refused_before_sending(vendor: Scripted) -> None:
    client = client_of(vendor)
    for arguments in ({"document": {"a": object()}}, {"document": {"a": float("nan")}}):
        with (
            pytest.raises(errors.InvalidRequest),
            client.send("POST", "/", deadline=Deadline(9), **arguments),
        ):
            pass
    with (
        pytest.raises(errors.InvalidRequest),
        client.send("POST", "/", deadline=Deadline(9), form=[("prompt", "\ud800")]),
    ):
        pass
    assert vendor.requests == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequest),
        (401, errors.AuthError),
        (402, errors.BillingError),
        (403, errors.AuthError),
        (413, errors.InvalidRequest),
        (429, errors.RateLimited),
        (500, errors.UpstreamError),
        (503, errors.UpstreamError),
        (504, errors.UpstreamTimeout),
        (529, errors.UpstreamError),
        (302, errors.InvalidRequest),
    ],
)
def test_a_status_alone_says_as_much_as_it_can(status: int, kind: type[errors.ProviderError]) -> None:
    problem = failure(status, {"retry-after": "7"})
    assert type(problem) is kind
    assert (problem.status, problem.retry_after) == (status, 7.0)


def test_a_result_is_fetched_without_our_key(vendor: Scripted) -> None:
    says(vendor, Reply(200, b"picture", {"Content-Type": "image/png"}))
    found = client_of(vendor).download(f"{vendor.url}/a.png?sig=1", deadline=Deadline(20))
    assert found == (b"picture", "image/png")
    assert "authorization" not in vendor.requests[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://results.example/a.png",
        "https://results.example:8443/a.png",
        "https://user@results.example/a.png",
        "https://results.example.evil/a.png",
        "https://evil/results.example",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//results.example/a.png",
        "",
        "http://[",
    ],
)
def test_a_result_elsewhere_than_at_the_vendor_is_not_fetched(vendor: Scripted, url: str) -> None:
    client = Client(vendor.url, secrets=(CANARY,), result_hosts=("results.example",))
    with pytest.raises(errors.AnswerLost):
        client.download(url, deadline=Deadline(20))
    assert vendor.requests == []


@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.1:{port}"])
def test_a_result_at_a_host_that_the_server_allows_is_fetched(vendor: Scripted, trusted: str) -> None:
    says(vendor, Reply(200, b"picture", {"Content-Type": "image/png"}))
    named = trusted.format(port=vendor.url.split(":")[2].split("/")[0])
    elsewhere = Client("https://vendor.example/v1", trusted_hosts=(named,))
    assert elsewhere.download(f"{vendor.url}/a.png", deadline=Deadline(20)) == (b"picture", "image/png")


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_result_whose_address_no_longer_answers_has_expired(vendor: Scripted, status: int) -> None:
    says(vendor, Reply(status))
    with pytest.raises(errors.ResultExpired):
        client_of(vendor).download(f"{vendor.url}/a.png", deadline=Deadline(20))


@pytest.mark.parametrize(
    "reply", [Reply(429), Reply(500), Reply(302), Reply(200, b"x", fault=Fault(HANG_UP))]
)
def test_a_result_that_fails_to_arrive_is_never_safe_to_pay_for_again(vendor: Scripted, reply: Reply) -> None:
    says(vendor, reply)
    with pytest.raises(errors.AnswerLost) as caught:
        client_of(vendor).download(f"{vendor.url}/a.png", deadline=Deadline(20))
    assert not caught.value.safe_to_resend
    assert not caught.value.retryable


def test_a_deadline_counts_down() -> None:
    deadline = Deadline(5)
    until = monotonic() + 5
    assert 0 < deadline.remaining <= 5
    assert deadline.remaining <= until


def test_numbers_with_a_point_are_exact(vendor: Scripted) -> None:
    says(vendor, Reply(200, b'{"cost": 0.1, "n": 3}'))
    with asked(vendor) as answer:
        told = answer.decode_json(lambda document: document)
    assert told == {"cost": Decimal("0.1"), "n": 3}
    assert isinstance(told["cost"], Decimal)


def test_an_address_that_an_answer_named_is_asked_as_it_stands(vendor: Scripted) -> None:
    says(vendor, Reply(200, b"{}"))
    client = Client(vendor.url + "/v1", secrets=(CANARY,))
    with client.follow(
        vendor.origin + "/a%20b?id=1", deadline=Deadline(20), headers={"x-key": CANARY}
    ) as answer:
        assert answer.status == 200
    assert (vendor.requests[0].path, vendor.requests[0].query) == ("/a%20b", {"id": ["1"]})
    assert vendor.requests[0].headers["x-key"] == CANARY


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://api.vendor.example/x", True),
        ("https://eu.api.vendor.example/x", True),
        ("https://eu.api.vendor.example:443/x", True),
        ("https://vendor.example/x", False),
        ("https://evil-vendor.example/x", False),
        ("https://api.vendor.example.evil.example/x", False),
        ("http://api.vendor.example/x", False),
        ("https://api.vendor.example:8443/x", False),
        ("https://user@api.vendor.example/x", False),
        ("https://files.example/x", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_the_key_follows_to_the_vendors_own_hosts_alone(vendor: Scripted, url: object, own: bool) -> None:
    client = Client(
        vendor.url,
        secrets=(CANARY,),
        api_hosts=("*.vendor.example",),
        result_hosts=("files.example",),
        trusted_hosts=("files.example",),
    )
    assert client.is_own(url) is own
    if not own:
        with (
            pytest.raises(errors.AnswerLost),
            client.follow(str(url), deadline=Deadline(1), headers={"x-key": CANARY}),
        ):
            pass


def test_a_result_may_lie_on_any_host_below_one_that_is_listed(vendor: Scripted) -> None:
    client = Client(vendor.url, result_hosts=("*.vendor.example",))
    assert (
        client._allowed("https://delivery-eu1.vendor.example/x?sig=1").host == "delivery-eu1.vendor.example"
    )
    for url in (
        "https://vendor.example/x",
        "http://a.vendor.example/x",
        "https://a.vendor.example.evil.example/",
    ):
        with pytest.raises(errors.InvalidRequest):
            client._allowed(url)
