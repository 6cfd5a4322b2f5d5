from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from studio import asgi
from studio.images.limits import MAX_BYTES
from studio.web import bodies

MEGABYTE = b"x" * 1024 * 1024
LARGE = 40


class Client:
    """Sends ``pieces`` of a body to the whole application, and remembers what was asked of it and answered."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.sent: list[dict[str, Any]] = []

    def post(self, path: str = "/uploads/", **headers: str) -> Client:
        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http", "path": path, "raw_path": path.encode(), "method": "POST", "headers": named,
            "query_string": b"", "http_version": "1.1", "scheme": "http",
        }  # fmt: skip
        asyncio.run(asgi.application(scope, self.receive, self.send))
        return self

    async def receive(self) -> dict[str, Any]:
        if not self.pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": self.pieces.pop(0), "more_body": bool(self.pieces)}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    @property
    def answer(self) -> tuple[int, bytes]:
        return self.sent[0]["status"], self.sent[1]["body"]


def test_an_upload_that_says_it_is_too_large_is_refused_with_the_sentence_and_kept_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_request: object) -> None:
        raise AssertionError("the application saw it")

    monkeypatch.setattr(asgi, "django_application", never)
    client = Client(*[MEGABYTE] * LARGE).post(content_length=str(LARGE * len(MEGABYTE)))
    status, body = client.answer
    assert (status, json.loads(body)["error"]) == (413, "This file is 40.0 MB. Use a file under 20 MB.")
    assert not client.pieces, "a browser that cannot send to the end hears no answer"


def test_an_upload_that_says_nothing_of_its_size_is_stopped_on_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = 0

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal seen
        while (message := await receive())["type"] == "http.request":
            seen += len(message["body"])

    monkeypatch.setattr(asgi, "django_application", application)
    status, body = Client(*[MEGABYTE] * LARGE).post(transfer_encoding="chunked").answer
    assert (status, json.loads(body)["error"]) == (413, "This file is 40.0 MB. Use a file under 20 MB.")
    assert seen <= MAX_BYTES + bodies.FORM_BYTES


def test_django_itself_forgets_a_request_that_is_stopped_on_the_way() -> None:
    client = Client(*[MEGABYTE] * LARGE).post(transfer_encoding="chunked")
    assert (client.answer[0], len(client.sent)) == (413, 2)


def test_a_client_that_waits_to_be_asked_is_not_asked_for_its_body() -> None:
    client = Client(MEGABYTE).post(content_length=str(LARGE * len(MEGABYTE)), expect="100-continue")
    assert (client.answer[0], len(client.pieces)) == (413, 1)


@pytest.mark.parametrize("path", ["/uploads/", "/runs", "/anything", "/v1/images/edits"])
def test_a_body_beyond_every_limit_is_refused_unread(path: str) -> None:
    client = Client(MEGABYTE).post(path, content_length="99999999999")
    assert (client.answer[0], len(client.pieces)) == (413, 1)


def test_other_forms_may_be_larger_than_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal taken
        while (message := await receive())["type"] == "http.request":
            taken += len(message["body"])

    monkeypatch.setattr(asgi, "django_application", application)
    client = Client(*[MEGABYTE] * LARGE).post("/api", content_length=str(LARGE * len(MEGABYTE)))
    assert (taken, client.sent) == (LARGE * len(MEGABYTE), [])


def test_a_program_may_send_a_picture_of_50_mb_in_base_64(monkeypatch: pytest.MonkeyPatch) -> None:
    length, taken = 70, 0

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal taken
        while (message := await receive())["type"] == "http.request":
            taken += len(message["body"])

    monkeypatch.setattr(asgi, "django_application", application)
    Client(*[MEGABYTE] * length).post("/v1/images/edits", content_length=str(length * len(MEGABYTE)))
    assert taken == length * len(MEGABYTE)


PROGRAMS = {
    "/d/deepshi/v1/images/edits": ("invalid_request_error", "type"),
    "/d/async/v1/uploads": ("request_too_large", "code"),
    "/v1/images/edits": ("invalid_request_error", "type"),
}


@pytest.mark.parametrize("path", PROGRAMS)
def test_a_program_that_sends_too_much_is_told_in_the_words_of_its_dialect(path: str) -> None:
    status, body = Client(MEGABYTE).post(path, content_length="99999999999").answer
    said, name = PROGRAMS[path]
    assert (status, json.loads(body)["error"][name]) == (413, said)


@pytest.mark.parametrize(("said", "length"), [(b"12", 12), (b"", 0), (b"-5", 0), (b"many", 0)])
def test_a_length_that_cannot_be_read_counts_as_none(said: bytes, length: int) -> None:
    assert bodies.body_length({"headers": [(b"content-length", said)]}) == length
