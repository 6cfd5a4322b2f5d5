"""Every failure of Deepshi, what the adapter calls it, what was billed by then, and what becomes of the job."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.deepshi import Deepshi
from providers.base import Event, ImageRequest, InputImage, Partial
from studio.jobs.models import State
from tests.jobs.conftest import Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request
from tests.providers.simulators.deepshi import DeepshiSimulator, sse

NAME = "deepshi"
ASKED = ImageRequest(model="flux-2-pro", prompt="an otter", deadline_seconds=20)
PICTURE = "iVBORw0KGgo="


class Saying(DeepshiSimulator):
    """The simulator, or one answer that the test dictates, to paid calls or (``listed``) to looks at the list."""

    told: Reply | None = None
    listed: Reply | None = None

    def answer(self, request: Request) -> Reply:
        told = self.listed if request.method == "GET" else self.told
        return told or super().answer(request)


@pytest.fixture
def simulator() -> type[Saying]:
    return Saying


def posts(vendor: Saying) -> int:
    return sum(request.method == "POST" for request in vendor.requests)


def test_fewer_pictures_than_asked_are_delivered(adapter: Deepshi, vendor: Saying) -> None:
    vendor.fault = Fault(base.FEWER)
    for partials in (0, 1):
        finished = adapter.submit(replace(ASKED, n=3, partials=partials), silent)
        assert (len(finished.outputs), finished.billed_micros) == (2, 60_000)


LISTS: list[tuple[Reply, type[errors.ProviderError]]] = [
    (Reply(500, b"{}"), errors.NotSent),
    (Reply(200, b"<html>"), errors.NotSent),
    (Reply(200, b"[]"), errors.NotSent),
    (Reply(200, b'{"data": [7, {"id": 7}]}'), errors.ModelUnavailable),
    (Reply(429, b"{}"), errors.RateLimited),
    (Reply(401, b"{}"), errors.AuthError),
]


@pytest.mark.parametrize(("reply", "kind"), LISTS)
def test_a_list_that_cannot_be_read_ends_the_call_before_it_costs(
    adapter: Deepshi, vendor: Saying, reply: Reply, kind: type[errors.ProviderError]
) -> None:
    vendor.listed = reply
    problem = failed(adapter, ASKED)
    assert (type(problem), posts(vendor), problem.unknown) == (kind, 0, False)
    vendor.listed = None
    assert adapter.submit(ASKED, silent).outputs


ENTRIES: list[dict[str, Any]] = [
    {"parameters": ["width"], "edit": True, "prompt_max_length": "long"},
    {"parameters": {"width": "integer", "height": None, "output_format": {}}, "edit": {}},
    {"parameters": {"width": {"min": "1"}, "height": {"enum": [1024]}, "output_format": {}}},
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_list_with_other_names_than_guessed_forbids_nothing(
    adapter: Deepshi, vendor: Saying, entry: dict[str, Any]
) -> None:
    vendor.listed = base.json_reply({"data": [{"id": "flux-2-pro", **entry}]})
    assert adapter.submit(replace(ASKED, width=1024, height=1024), silent).outputs


def test_references_are_refused_where_the_list_says_that_a_model_edits_nothing(
    adapter: Deepshi, vendor: Saying
) -> None:
    vendor.listed = base.json_reply({"data": [{"id": "flux-2-pro", "edit": {"supported": False}}]})
    picture = InputImage(b"picture", "image/png", 8, 8)
    assert type(failed(adapter, replace(ASKED, references=(picture,)))) is errors.InvalidRequest
    assert posts(vendor) == 0


@pytest.mark.parametrize("kind", [base.RESET, base.HANG_UP, base.BROKEN_PICTURE])
def test_a_stream_that_breaks_before_its_picture_leaves_the_answer_unknown(
    adapter: Deepshi, vendor: Saying, kind: str
) -> None:
    vendor.fault = Fault(kind)
    assert type(failed(adapter, replace(ASKED, partials=1))) is errors.AnswerLost


def test_a_moderated_stream_says_so_after_its_previews(adapter: Deepshi, vendor: Saying) -> None:
    vendor.fault, vendor.previews = Fault(base.MODERATED_OUTPUT), 2
    events: list[Event] = []
    with pytest.raises(errors.ModerationOutput):
        adapter.submit(replace(ASKED, partials=2), events.append)
    assert [type(event) for event in events] == [Partial, Partial]


def streamed(*events: bytes) -> Reply:
    return Reply(200, list(events), {"Content-Type": "text/event-stream"})


def completed(**fields: object) -> bytes:
    return sse("image_generation.completed", {"b64_json": PICTURE, **fields})


def test_pictures_that_came_before_a_stream_broke_are_delivered(adapter: Deepshi, vendor: Saying) -> None:
    broken = sse("error", {"error": {"message": "it broke", "code": "server_error"}})
    vendor.told = streamed(completed(), broken)
    assert len(adapter.submit(replace(ASKED, n=2, partials=1), silent).outputs) == 1


def test_the_cost_may_come_alone_after_the_pictures(adapter: Deepshi, vendor: Saying) -> None:
    cost = b'data: {"usage": {"prompt_tokens": 3, "cost": {"total_cost": 0.03}}}\n\n'
    vendor.told = streamed(completed(), cost, b"data: [DONE]\n\n")
    assert adapter.submit(replace(ASKED, partials=1), silent).billed_micros == 30_000


def test_a_limit_that_is_told_after_the_beginning_is_no_leave_to_pay_again(
    adapter: Deepshi, vendor: Saying
) -> None:
    error = {"error": {"message": "slow down", "type": "x", "code": "x"}}
    for reply in (streamed(sse("error", error)), base.json_reply(error)):
        vendor.told = reply
        problem = failed(adapter, replace(ASKED, partials=1))
        assert (type(problem), problem.safe_to_resend) == (errors.UpstreamError, False)


def test_a_stream_without_any_picture_leaves_the_answer_unknown(adapter: Deepshi, vendor: Saying) -> None:
    for event in (b"data: [DONE]\n\n", b"data: 7\n\n", b"data: {\n\n"):
        vendor.told = streamed(event)
        assert type(failed(adapter, replace(ASKED, partials=1))) is errors.AnswerLost


ERRORS: list[tuple[int, Any, type[errors.ProviderError]]] = [
    (400, {"code": "PROMPT_TOO_LONG"}, errors.PromptTooLong),
    (400, {"type": "PROMPT_TOO_LONG", "code": None}, errors.PromptTooLong),
    (400, {"code": "invalid_request", "param": "model"}, errors.ModelUnavailable),
    (400, {"code": "invalid_request", "param": "n"}, errors.InvalidRequest),
    (402, {"code": "402"}, errors.BillingError),
    (402, {"code": "insufficient_quota"}, errors.BillingError),
    (403, {"code": "forbidden"}, errors.AuthError),
    (413, None, errors.InvalidRequest),
    (429, "slow down", errors.RateLimited),
    (500, {"code": 7, "message": ["odd"]}, errors.UpstreamError),
    (504, {}, errors.UpstreamTimeout),
    (200, {"code": "insufficient_quota"}, errors.BillingError),
]


@pytest.mark.parametrize(("status", "error", "kind"), ERRORS)
def test_the_vendors_word_decides_and_its_status_where_it_has_none(
    adapter: Deepshi, vendor: Saying, status: int, error: Any, kind: type[errors.ProviderError]
) -> None:
    body = json.dumps({"error": error}).encode() if error is not None else b"<html>too large</html>"
    vendor.told = Reply(status, body)
    assert type(failed(adapter, ASKED)) is kind


def test_a_picture_that_can_be_read_is_delivered_beside_one_that_cannot(
    adapter: Deepshi, vendor: Saying
) -> None:
    entries = [{"b64_json": "%%%"}, {"b64_json": PICTURE}, {"url": "http://169.254.169.254/"}, "odd", {}]
    vendor.told = base.json_reply({"data": entries, "usage": {"cost": 7}})
    finished = adapter.submit(replace(ASKED, n=4), silent)
    assert [output.data for output in finished.outputs] == [b"\x89PNG\r\n\x1a\n"]
    assert finished.billed_micros is None


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: Deepshi, vendor: Saying) -> None:
    error = {"code": KEY, "message": f"Invalid key {KEY}. See https://x.example/?key={KEY}"}
    for status in (200, 401):
        vendor.told = vendor.listed = base.json_reply({"error": error}, status)
        failed(adapter, ASKED)
        assert KEY not in adapter.check().message


def test_a_job_is_charged_its_price_and_keeps_what_the_vendor_took(busy: Desk, vendor: Saying) -> None:
    job = busy.finished("deepshi/flux-2-pro", n=2)
    assert (job.state, job.charged, job.attempts.get().billed) == (State.SUCCEEDED, 60_000, 60_000)
