"""A job told event by event: what comes when, to whom, and what is said where it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from providers.base import Emit, Finished, ImageRequest, Output, Partial
from providers.errors import ModerationInput
from providers.painter.adapter import Painter
from studio.accounts import keys
from studio.accounts.actors import actor_for_key
from studio.accounts.models import User
from studio.api import encoded, openai, running, sse
from studio.api.errors import Refused
from studio.api.http import ApiRequest
from studio.api.running import Wish, Work
from studio.images.models import Image
from studio.jobs.listening import Preview
from studio.jobs.models import Job
from studio.jobs.specs import JobSpec
from tests.jobs.conftest import PAINT, Desk
from tests.providers.simulators.pictures import picture

DATA = picture(64, 64, (9, 9, 9))


def told_preview(preview: Preview, number: int) -> sse.Event:
    document = {"of": preview.index, "number": number}
    return sse.Event("preview", document, "b64", encoded.in_base64(preview.data))


def told_picture(job: Job, image: Image, place: int, is_last: bool) -> sse.Event:
    return sse.Event("picture", {"place": place, "last": is_last}, "b64", encoded.picture(image))


def telling(previews: int) -> sse.Telling:
    return sse.Telling(told_preview, told_picture, previews, b"data: end\n\n")


def events_of(response: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and document of each event of the stream."""
    body = b"".join(cast("Iterator[bytes]", cast(StreamingHttpResponse, response).streaming_content)).decode()
    for part in body.split("\n\n"):
        if part.startswith("event: "):
            name, _, data = part.removeprefix("event: ").partition("\ndata: ")
            yield name, json.loads(data)
        elif part and not part.startswith(":"):
            yield "", {"text": part}


@pytest.fixture
def request_of_key(desk: Desk, alice: User) -> ApiRequest:
    request = cast(ApiRequest, RequestFactory().post("/v1/images/generations"))
    request.key = keys.make(owner=alice, name="Script")[0]
    request.actor, request.dialect = actor_for_key(request.key), openai.DIALECT
    request.wish = "a stair"
    return request


def painted(monkeypatch: pytest.MonkeyPatch, *, previews: int, fails: bool = False) -> None:
    def paint(self: Painter, request: ImageRequest, emit: Emit) -> Finished:
        for index in range(request.n):
            for step in range(previews):
                emit(Partial(index, DATA, "image/png", step + 1, previews))
        if fails:
            raise ModerationInput("The vendor declined.")
        return Finished(tuple(Output(DATA, "image/png") for _ in range(request.n)))

    monkeypatch.setattr(Painter, "submit", paint)


def work(request: ApiRequest, n: int = 1) -> Work:
    return Work(
        running.submitted(request, lambda: Wish(JobSpec(PAINT, "a stair", {"n": str(n)}))), previews=3
    )


def test_previews_come_first_as_many_as_were_asked_for_and_then_each_picture(
    request_of_key: ApiRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted(monkeypatch, previews=3)
    found = list(events_of(sse.followed(request_of_key, work(request_of_key, n=2), telling(2))))
    previews = [(document["of"], document["number"]) for name, document in found if name == "preview"]
    assert previews == [(0, 0), (0, 1), (1, 0), (1, 1)]
    pictures = [(document["place"], document["last"]) for name, document in found if name == "picture"]
    assert pictures == [(0, False), (1, True)]
    assert found[-1] == ("", {"text": "data: end"})


def test_what_fails_before_anything_was_told_is_refused_by_its_status(
    request_of_key: ApiRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted(monkeypatch, previews=3, fails=True)
    with pytest.raises(Refused, match="Nothing was charged"):
        sse.followed(request_of_key, work(request_of_key), telling(0))


def test_what_fails_later_is_told_in_the_stream_which_then_ends(
    request_of_key: ApiRequest, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.API_QUIET_SECONDS = 0.0
    painted(monkeypatch, previews=1, fails=True)
    *_before, (name, document) = events_of(sse.followed(request_of_key, work(request_of_key), telling(1)))
    assert (name, document["type"], document["error"]["code"]) == ("error", "error", "moderation_blocked")


def test_a_picture_in_pieces_is_the_same_base_64_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded, "PIECE_BYTES", 3)
    pieces = list(encoded.in_base64(b"12345678"))
    assert pieces == [b"MTIz", b"NDU2", b"Nzg="]


def test_a_stream_holds_no_connection_of_the_pool_while_it_is_quiet(
    request_of_key: ApiRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted(monkeypatch, previews=0)
    order, over = list[str](), Work.over

    def waits(self: Work, seconds: float = 0.0) -> bool:
        order.append("waits")
        return over(self, seconds)

    monkeypatch.setattr(sse, "give_back", lambda _request: order.append("gives back"))
    monkeypatch.setattr(Work, "over", waits)
    sse.followed(request_of_key, work(request_of_key), telling(0))
    assert order[:2] == ["gives back", "waits"]
