"""Every failure of the vendor, what the adapter calls it, and how a job ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from providers import errors
from providers.adapters.fal import Fal
from providers.base import Finished, ImageRequest, Waiting
from studio.jobs import execution, services
from studio.jobs.models import State
from tests.jobs.conftest import START, Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request, json_reply
from tests.providers.simulators.fal import LOCKED, FalSimulator
from tests.providers.tasks import at_rest

NAME = "fal"
MODEL = "fal/flux-schnell"
ASKED = ImageRequest(
    model="fal-ai/flux/schnell", prompt="an otter", width=64, height=64, n=2, deadline_seconds=20
)
SUBMIT, STATUS, RESULT, CANCEL = "submit", "status", "result", "cancel"


class Saying(FalSimulator):
    """The simulator, or what the test dictates for one of its calls."""

    told: dict[str, Reply]

    def __init__(self) -> None:
        super().__init__()
        self.told = {}

    def answer(self, request: Request) -> Reply:
        own = super().answer(request)
        parts = request.path.strip("/").split("/")
        call = SUBMIT if "requests" not in parts else parts[-1] if parts[-1] in (STATUS, CANCEL) else RESULT
        return own if parts[0] in ("files", "v1") else self.told.get(call, own)


@pytest.fixture
def simulator() -> type[Saying]:
    return Saying


def problem(kind: str, *where: str, message: str = "It is wrong") -> dict[str, Any]:
    return {"loc": ["body", *where], "msg": message, "type": kind, "input": "x", "ctx": {}}


REFUSED: list[tuple[int, object, dict[str, str], type[errors.ProviderError], str]] = [
    (400, {"detail": "bad", "error_type": "bad_request"}, {}, errors.InvalidRequest, "bad"),
    (401, {"detail": "no"}, {}, errors.AuthError, "no"),
    (403, {"detail": "Access denied"}, {}, errors.AuthError, "Access denied"),
    (403, {"detail": LOCKED}, {}, errors.BillingError, LOCKED),
    (404, {"detail": "Application not found"}, {}, errors.ModelUnavailable, "Application not found"),
    (422, {"detail": [problem("missing", "prompt")]}, {}, errors.InvalidRequest, "prompt: It is wrong"),
    (422, {"detail": [7]}, {}, errors.InvalidRequest, "The vendor answered with status 422."),
    (429, {"detail": "too many"}, {}, errors.RateLimited, "too many"),
    (429, {"detail": "too many"}, {"X_Fal_Retryable": "false"}, errors.TaskFailed, "too many"),
    (503, {"detail": "busy"}, {"X_Fal_Retryable": "true"}, errors.UpstreamError, "busy"),
    (503, {"detail": "busy"}, {"X_Fal_Needs_Retry": "0"}, errors.TaskFailed, "busy"),
    (504, {"detail": "late"}, {}, errors.UpstreamTimeout, "late"),
    (504, {"detail": "late"}, {"X_Fal_Request_Timeout_Type": "user"}, errors.TaskFailed, "late"),
    (500, {"detail": "oh"}, {"X_Fal_Error_Type": "internal_error"}, errors.TaskFailed, "oh"),
    (502, "no object", {}, errors.UpstreamError, "The vendor answered with status 502."),
]


@pytest.mark.parametrize(("status", "document", "headers", "kind", "words"), REFUSED)
def test_a_submit_that_is_refused_is_called_what_it_is(
    adapter: Fal,
    vendor: Saying,
    status: int,
    document: object,
    headers: dict[str, str],
    kind: type[errors.ProviderError],
    words: str,
) -> None:
    vendor.told[SUBMIT] = json_reply(document, status, **headers)
    found = failed(adapter, ASKED)
    assert (type(found), found.status, found.message) == (kind, status, words)


ENDED: list[tuple[int, object, type[errors.ProviderError], str]] = [
    (422, [problem("content_policy_violation", "prompt")], errors.ModerationInput, "prompt: It is wrong"),
    (
        422,
        [problem("missing", "seed"), problem("content_policy_violation", "image_urls", "1")],
        errors.ModerationInput,
        "image_urls.1: It is wrong",
    ),
    (422, [problem("image_too_large", "image_url")], errors.InvalidRequest, "image_url: It is wrong"),
    (422, [problem("image_too_small", "image_url")], errors.InvalidRequest, "image_url: It is wrong"),
    (422, [problem("image_load_error", "image_url")], errors.InvalidRequest, "image_url: It is wrong"),
    (422, [problem("file_download_error", "mask_url")], errors.InvalidRequest, "mask_url: It is wrong"),
    (422, [problem("string_too_long", "prompt")], errors.PromptTooLong, "prompt: It is wrong"),
    (422, [problem("sequence_too_long", "image_urls")], errors.InvalidRequest, "image_urls: It is wrong"),
    (422, [problem("no_media_generated")], errors.EmptyResult, "It is wrong"),
    (422, [problem("a_new_one", "prompt")], errors.InvalidRequest, "prompt: It is wrong"),
    (422, [{"loc": 7, "msg": None, "type": 7}], errors.InvalidRequest, "The vendor's work on this failed."),
    (422, "a text", errors.InvalidRequest, "a text"),
    (500, [problem("internal_server_error")], errors.TaskFailed, "It is wrong"),
    (500, "no type at all", errors.TaskFailed, "no type at all"),
    (503, [problem("downstream_service_unavailable")], errors.TaskFailed, "It is wrong"),
    (504, [problem("generation_timeout")], errors.TaskFailed, "It is wrong"),
    (429, [problem("downstream_service_error")], errors.TaskFailed, "It is wrong"),
    (401, "a key that is gone", errors.AuthError, "a key that is gone"),
]


@pytest.mark.parametrize(("status", "detail", "kind", "words"), ENDED)
def test_trap_7_a_task_that_ended_badly_is_over_whatever_its_status(
    adapter: Fal, vendor: Saying, status: int, detail: object, kind: type[errors.ProviderError], words: str
) -> None:
    vendor.told[RESULT] = json_reply({"detail": detail}, status)
    found = failed(adapter, ASKED)
    assert (type(found), found.status, found.message) == (kind, status, words)
    assert (found.retryable, found.unknown) == (False, False)


def test_a_models_own_breakdown_in_plain_words_is_the_end_of_its_task(adapter: Fal, vendor: Saying) -> None:
    vendor.told[RESULT] = Reply(500, b"Internal Server Error")
    assert type(failed(adapter, ASKED)) is errors.TaskFailed
    vendor.told[RESULT] = Reply(503, b"<html>", {"X-Fal-Retryable": "true"})
    assert type(failed(adapter, ASKED)) is errors.TaskFailed


def test_a_refusal_keeps_the_vendors_number_for_it(adapter: Fal, vendor: Saying) -> None:
    vendor.told[SUBMIT] = json_reply({"detail": "no"}, 401, X_Fal_Request_Id="r-1")
    assert failed(adapter, ASKED).vendor_ref == "r-1"


@pytest.mark.parametrize("status", [408, 409, 429, 502, 503, 504])
def test_a_result_that_only_the_way_to_it_refused_is_asked_for_again(
    adapter: Fal, vendor: Saying, status: int
) -> None:
    ticket = adapter.submit(ASKED, silent)
    for body in (b"<html>nginx</html>", b'{"detail": "later"}'):
        vendor.told[RESULT] = Reply(status, body, {"Retry-After": "3"})
        with pytest.raises(errors.ProviderError) as caught:
            adapter.poll(ticket)
        assert caught.value.retryable or caught.value.unknown
        assert caught.value.retry_after == 3.0
    vendor.told.clear()
    assert isinstance(adapter.poll(ticket), Finished)


def test_trap_3_a_status_that_tells_of_an_error_is_one_even_where_the_result_answers(
    adapter: Fal, vendor: Saying
) -> None:
    ticket = adapter.submit(ASKED, silent)
    told = {"status": "COMPLETED", "error": "Request timed out", "error_type": "request_timeout"}
    vendor.told[STATUS] = json_reply(told)
    answers = (
        None,
        Reply(503, b"<html>nginx</html>"),
        json_reply({"detail": "Request timed out"}, 504),
        json_reply({"detail": "x", "error_type": "startup_timeout"}, 504),
    )
    for answer in answers:
        vendor.told[RESULT] = answer or json_reply({"images": []})
        with pytest.raises(errors.TaskFailed) as caught:
            adapter.poll(ticket)
        assert caught.value.message in ("Request timed out", "x")
        assert caught.value.vendor_code in ("request_timeout", "startup_timeout")


@pytest.mark.parametrize("status", [404, 410])
def test_trap_4_a_result_that_is_no_longer_kept_has_expired(
    adapter: Fal, vendor: Saying, status: int
) -> None:
    vendor.told[RESULT] = json_reply({"detail": "Request not found"}, status)
    assert type(failed(adapter, ASKED)) is errors.ResultExpired


@pytest.mark.parametrize("body", ["[]", "7", "null", "{}", '{"request_id": 7}', '{"request_id": ""}'])
def test_a_submit_that_names_no_task_leaves_the_answer_unknown(
    adapter: Fal, vendor: Saying, body: str
) -> None:
    vendor.told[SUBMIT] = Reply(200, body.encode())
    assert type(failed(adapter, ASKED)) is errors.AnswerLost


@pytest.mark.parametrize("answer", [{}, [], None, {"images": None}, {"images": [7, {}]}, {"image": None}])
def test_a_success_without_a_picture_is_an_empty_result(adapter: Fal, vendor: Saying, answer: object) -> None:
    vendor.told[RESULT] = json_reply(answer)
    assert type(failed(adapter, ASKED)) is errors.EmptyResult


def test_a_picture_that_was_painted_over_is_not_handed_on(adapter: Fal, vendor: Saying) -> None:
    vendor.fault = Fault(base.MODERATED_OUTPUT)
    assert type(failed(adapter, ASKED)) is errors.ModerationOutput
    vendor.fault = None
    good = {"url": "data:image/png;base64,aGk=", "width": None, "height": None}
    vendor.told[RESULT] = json_reply({"images": [good, good], "has_nsfw_concepts": [True, False]})
    answer = adapter.poll(adapter.submit(ASKED, silent))
    assert isinstance(answer, Finished)
    assert [output.data for output in answer.outputs] == [b"hi"]


@pytest.mark.parametrize("url", ["data:image/png;base64,not base64", "data:image/png,plain", "data:"])
def test_a_picture_in_the_answer_that_cannot_be_read_is_none(adapter: Fal, vendor: Saying, url: str) -> None:
    vendor.told[RESULT] = json_reply({"images": [{"url": url}]})
    assert type(failed(adapter, ASKED)) is errors.EmptyResult


@pytest.mark.parametrize(
    ("told", "waiting"),
    [
        ({"status": "IN_QUEUE", "queue_position": 0}, Waiting(0.75)),
        ({"status": "IN_QUEUE", "queue_position": 1}, Waiting(1.5)),
        ({"status": "IN_QUEUE", "queue_position": 900}, Waiting(3.0)),
        ({"status": "IN_QUEUE", "queue_position": "many"}, Waiting(0.75)),
        ({"status": "IN_PROGRESS"}, Waiting(0.75)),
        (
            {"status": "IN_PROGRESS", "logs": [{"message": " 50%|##  | 5/10"}, {"message": "ok"}]},
            Waiting(0.75, 0.5),
        ),
        ({"status": "IN_PROGRESS", "logs": [{"message": "999%|"}, 7]}, Waiting(0.75, 1.0)),
        ({"status": "IN_PROGRESS", "logs": "none"}, Waiting(0.75)),
        ({"status": "A_NEW_ONE"}, Waiting(0.75)),
        ({}, Waiting(0.75)),
    ],
)
def test_a_task_that_is_not_over_is_asked_for_again(
    adapter: Fal, vendor: Saying, told: dict[str, Any], waiting: Waiting
) -> None:
    vendor.told[STATUS] = json_reply(told, 202)
    assert adapter.poll(adapter.submit(ASKED, silent)) == waiting


@pytest.mark.parametrize("body", ["[]", "7", "null", "{"])
def test_a_status_that_is_none_is_asked_for_again(adapter: Fal, vendor: Saying, body: str) -> None:
    vendor.told[STATUS] = Reply(200, body.encode())
    assert type(failed(adapter, ASKED)) is errors.AnswerLost


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"status": "ALREADY_COMPLETED"}, 400),
        json_reply({"status": "NOT_FOUND"}, 404),
        json_reply([]),
        Reply(503, b"<html>"),
    ],
)
def test_a_wish_to_stop_that_was_not_taken_stops_nothing(adapter: Fal, vendor: Saying, reply: Reply) -> None:
    ticket = adapter.submit(ASKED, silent)
    vendor.told[CANCEL] = reply
    assert adapter.cancel(ticket) is False


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: Fal, vendor: Saying) -> None:
    words = f"Incorrect key: {KEY}. See https://x.example/?key={KEY}\n\n<script>"
    vendor.told[SUBMIT] = json_reply({"detail": words, "error_type": KEY}, 401)
    found = failed(adapter, ASKED)
    assert "\n" not in found.message
    vendor.told = {RESULT: json_reply({"detail": [problem(KEY, KEY, message=words)]}, 422)}
    failed(adapter, ASKED)


def test_a_submit_at_the_limit_waits_and_is_paid_once(busy: Desk, vendor: Saying, settings: Any) -> None:
    vendor.fault = Fault(base.STATUS, 429, times=2)
    job = at_rest(busy, MODEL, vendor.fault, settings, n=2)
    assert (job.state, len(vendor.bills), job.outputs.count()) == (State.SUCCEEDED, 1, 2)
    assert (job.charged, busy.balance) == (6_000, (START - 6_000, 0))


def test_a_drawing_is_shown_as_pixels_and_kept_as_it_came(busy: Desk, vendor: Saying, settings: Any) -> None:
    job = at_rest(busy, "fal/recraft-v3-vector", Fault("none"), settings)
    assert (job.state, job.charged) == (State.SUCCEEDED, 80_000), job.error_detail
    assert vendor.bills[0].fields["style"] == "vector_illustration"
    image = job.outputs.get().image
    assert image is not None
    assert (image.blob.mime, image.blob.width) == ("image/svg+xml", image.blob.height)


def test_a_job_that_is_cancelled_in_the_queue_costs_nothing(
    busy: Desk, vendor: Saying, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.queued = 60.0
    job = busy.job(MODEL, n=2)
    told = Saying.accepted

    def pressed(self: Saying, number: str, task: Any) -> dict[str, Any]:
        services.cancel(job=job)
        connection.close()
        return told(self, number, task)

    monkeypatch.setattr(Saying, "accepted", pressed)
    execution.work()
    job.refresh_from_db()
    assert (job.state, vendor.bills, busy.balance) == (State.CANCELLED, [], (START, 0))
    assert [request.method for request in vendor.requests] == ["POST", "GET", "PUT"]
