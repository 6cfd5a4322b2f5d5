"""The xAI adapter against the simulator: every parameter, and each trap of the vendor's wire by name.

The traps are numbered in the order in which the notes on the wire tell of them.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import openai
import pytest

from providers import errors
from providers.adapters.xai import XAI
from providers.adapters.xai.answer import micros_of
from providers.base import Config, ImageRequest, InputImage
from studio.jobs.models import State
from tests.jobs.conftest import Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request, sha256
from tests.providers.simulators.pictures import picture, png
from tests.providers.simulators.xai import XAISimulator

NAME = "xai"
ASKED = ImageRequest(model="grok-imagine-image", prompt="an otter", output_format="jpeg", deadline_seconds=20)
SENT = {"model": "grok-imagine-image", "prompt": "an otter", "n": 1, "response_format": "b64_json"}
PICTURE = base64.b64encode(picture(8, 8, (1, 2, 3), "jpeg")).decode()


class Saying(XAISimulator):
    """The simulator, or one answer that the test dictates to all but the fetching of results."""

    told: Reply | None = None

    def answer(self, request: Request) -> Reply:
        fetched = request.path.startswith("/xai-tmp/")
        return super().answer(request) if self.told is None or fetched else self.told


@pytest.fixture
def simulator() -> type[Saying]:
    return Saying


def image(size: int) -> InputImage:
    return InputImage(png(size, size, (size, 0, 0)), "image/png", size, size)


def test_a_plain_request_brings_a_picture_and_its_cost(adapter: XAI, vendor: Saying) -> None:
    finished = adapter.submit(ASKED, silent)
    bill = vendor.bills[0]
    assert (bill.path, bill.key_sha256) == ("/v1/images/generations", sha256(KEY.encode()))
    assert json.loads(vendor.requests[0].body) == SENT
    assert [output.mime for output in finished.outputs] == ["image/jpeg"]
    assert (finished.billed_micros, finished.vendor_ref, finished.usage) == (20_000, "req-1", None)


def test_count_shape_resolution_and_quality_arrive(adapter: XAI, vendor: Saying) -> None:
    request = replace(
        ASKED, model="grok-imagine-image-2.0", n=10, aspect_ratio="19.5:9", resolution="2K", quality="low"
    )
    finished = adapter.submit(replace(request, width=1536, height=704), silent)
    asked = {"n": 10, "aspect_ratio": "19.5:9", "resolution": "2k", "quality": "low"}
    assert json.loads(vendor.requests[0].body) == SENT | asked | {"model": "grok-imagine-image-2.0"}
    assert (len(finished.outputs), finished.billed_micros) == (10, 400_000)


def test_a_shape_can_be_the_vendors_choice_and_a_quality_is_when_none_is_sent(
    adapter: XAI, vendor: Saying
) -> None:
    request = replace(ASKED, model="grok-imagine-image-2.0", aspect_ratio="auto", quality="auto")
    finished = adapter.submit(request, silent)
    assert (vendor.bills[0].fields["aspect_ratio"], finished.billed_micros) == ("auto", 60_000)
    assert "quality" not in vendor.bills[0].fields


def test_what_only_the_model_knows_is_passed_on(adapter: XAI, vendor: Saying) -> None:
    adapter.submit(replace(ASKED, extra={"user": "a hash"}), silent)
    assert vendor.bills[0].fields["user"] == "a hash"


def test_trap_1_an_edit_is_json_with_one_image_or_several_in_order(adapter: XAI, vendor: Saying) -> None:
    adapter.submit(replace(ASKED, kind="edit", references=(image(8),)), silent)
    assert vendor.bills[0].path == "/v1/images/edits"
    assert vendor.requests[0].headers["content-type"] == "application/json"
    sent = json.loads(vendor.requests[0].body)
    data = base64.b64encode(image(8).data).decode()
    assert sent["image"] == {"type": "image_url", "url": f"data:image/png;base64,{data}"}
    many = (image(8), InputImage(picture(9, 9, (9, 9, 9), "jpeg"), "image/jpeg", 9, 9), image(10))
    adapter.submit(replace(ASKED, references=many, aspect_ratio="3:2"), silent)
    assert vendor.bills[1].images == tuple(sha256(each.data) for each in many)
    sent = json.loads(vendor.requests[1].body)
    assert ("image" in sent, len(sent["images"]), sent["aspect_ratio"]) == (False, 3, "3:2")


@pytest.mark.parametrize("resolution", ["1k", "2k", "4K", "1024"])
def test_trap_2_a_resolution_has_a_small_k_on_the_wire_and_ours_alone_are_known(
    adapter: XAI, vendor: Saying, resolution: str
) -> None:
    for ours, theirs in (("1K", "1k"), ("2K", "2k")):
        adapter.submit(replace(ASKED, resolution=ours), silent)
        assert vendor.bills[-1].fields["resolution"] == theirs
    assert type(failed(adapter, replace(ASKED, resolution=resolution))) is errors.InvalidRequest
    assert len(vendor.requests) == 2


def test_trap_3_size_and_style_are_never_sent(
    adapter: XAI, vendor: Saying, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("size", "style"):
        assert type(failed(adapter, replace(ASKED, extra={name: "x"}))) is errors.InvalidRequest
    assert vendor.requests == []
    monkeypatch.setattr(
        "providers.adapters.xai.adapter.document_of", lambda request: SENT | {"size": "1024x1024"}
    )
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.status, vendor.bills) == (errors.InvalidRequest, 400, [])


@pytest.mark.parametrize(
    ("ticks", "micros"),
    [
        (200_000_000, 20_000),
        (0, 0),
        (1, 1),
        (10_000, 1),
        (10_001, 2),
        (10**10, 1_000_000),
        (-1, None),
        (10**16, None),
        (True, None),
        (2.5, None),
        ("200000000", None),
        (None, None),
    ],
)
def test_trap_4_ticks_become_whole_micros(ticks: object, micros: int | None) -> None:
    assert micros_of(ticks) == micros


@pytest.mark.parametrize("empties", [False, True])
def test_trap_5_what_was_declined_comes_with_200(adapter: XAI, vendor: Saying, empties: bool) -> None:
    vendor.declined, vendor.empties = 2, empties
    problem = failed(adapter, replace(ASKED, n=2))
    assert (type(problem), problem.vendor_ref, len(vendor.bills)) == (errors.ModerationOutput, "req-1", 1)


def test_trap_5_pictures_beside_a_declined_one_are_delivered(adapter: XAI, vendor: Saying) -> None:
    vendor.declined = 1
    assert len(adapter.submit(replace(ASKED, n=3), silent).outputs) == 2


def test_trap_5_a_declined_picture_is_not_handed_over_though_it_came(adapter: XAI, vendor: Saying) -> None:
    vendor.told = base.json_reply({"data": [{"b64_json": PICTURE, "respect_moderation": False}]})
    assert type(failed(adapter, ASKED)) is errors.ModerationOutput


REJECTED = "Generated image rejected by content moderation."
SPENT = "Your team has either used all available credits or reached its monthly spending limit."
ERRORS: list[tuple[int, str, type[errors.ProviderError]]] = [
    (400, "Argument not supported: size", errors.InvalidRequest),
    (400, "Incorrect API key provided: na***ys.", errors.AuthError),
    (400, REJECTED, errors.ModerationOutput),
    (400, "The prompt was rejected by content moderation.", errors.ModerationInput),
    (403, "Content violates usage guidelines.", errors.ModerationInput),
    (400, "This model's maximum prompt length is 8000.", errors.PromptTooLong),
    (400, "Model not found: grok-9", errors.ModelUnavailable),
    (401, "no", errors.AuthError),
    (402, "no", errors.BillingError),
    (403, "no", errors.AuthError),
    (403, SPENT, errors.BillingError),
    (403, "You have run out of credits.", errors.BillingError),
    (404, "The model does not exist.", errors.ModelUnavailable),
    (422, "Failed to deserialize the JSON body.", errors.InvalidRequest),
    (429, "Too many requests.", errors.RateLimited),
    (429, SPENT, errors.BillingError),
    (500, "content moderation broke down", errors.UpstreamError),
    (504, "", errors.UpstreamTimeout),
]


@pytest.mark.parametrize(("status", "message", "kind"), ERRORS)
def test_trap_6_an_error_is_read_in_either_shape(
    adapter: XAI, vendor: Saying, status: int, message: str, kind: type[errors.ProviderError]
) -> None:
    for document in ({"code": "odd", "error": message}, {"error": {"code": "odd", "message": message}}):
        vendor.told = base.json_reply(document, status)
        problem = failed(adapter, ASKED)
        assert (type(problem), problem.status, problem.vendor_code) == (kind, status, "odd")
        assert problem.message == (message or f"The vendor answered with status {status}.")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("invalid_api_key", errors.AuthError),
        ("insufficient_quota", errors.BillingError),
        ("model_not_found", errors.ModelUnavailable),
        ("content_policy_violation", errors.ModerationInput),
        ("moderation_blocked", errors.ModerationInput),
    ],
)
def test_trap_6_the_words_of_openais_shape_are_known(
    adapter: XAI, vendor: Saying, code: str, kind: type[errors.ProviderError]
) -> None:
    vendor.told = base.json_reply({"error": {"code": code, "message": "no"}}, 400)
    assert type(failed(adapter, ASKED)) is kind


def test_trap_6_the_simulators_faults_have_the_same_names_in_both_shapes(
    adapter: XAI, vendor: Saying
) -> None:
    vendor.as_openai = True
    for fault, kind in (
        (Fault(base.NO_MONEY), errors.BillingError),
        (Fault(base.MODERATED_INPUT), errors.ModerationInput),
        (Fault(base.STATUS, 429, retry_after="3"), errors.RateLimited),
    ):
        vendor.fault = fault
        assert type(failed(adapter, ASKED)) is kind


def test_trap_7_an_address_that_came_instead_of_bytes_is_fetched_without_the_key(
    adapter: XAI, vendor: Saying
) -> None:
    vendor.urls_only = True
    finished = adapter.submit(replace(ASKED, n=2), silent)
    assert [output.mime for output in finished.outputs] == ["image/jpeg"] * 2
    assert [("authorization" in request.headers) for request in vendor.requests] == [True, False, False]


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x.jpeg", "https://imgen.x.ai.example/x.jpeg", "file:///x", "x"]
)
def test_trap_7_an_address_elsewhere_is_not_fetched(adapter: XAI, vendor: Saying, url: str) -> None:
    vendor.told = base.json_reply({"data": [{"url": url}]})
    assert type(failed(adapter, ASKED)) is errors.AnswerLost
    assert len(vendor.requests) == 1


def test_trap_7_a_picture_beside_an_address_that_is_gone_is_delivered(adapter: XAI, vendor: Saying) -> None:
    gone = {"url": f"{vendor.origin}/xai-tmp/gone.jpeg", "revised_prompt": "x"}
    here = {"b64_json": PICTURE, "revised_prompt": "an otter at dusk"}
    vendor.told = base.json_reply({"data": [gone, here, {"b64_json": "%"}]})
    outputs = adapter.submit(replace(ASKED, n=3), silent).outputs
    assert vendor.requests[-1].path == "/xai-tmp/gone.jpeg"
    assert [output.revised_prompt for output in outputs] == ["an otter at dusk"]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({}, errors.EmptyResult),
        ({"data": None}, errors.EmptyResult),
        ({"data": [{}]}, errors.EmptyResult),
        ({"data": [7]}, errors.AnswerLost),
        ({"data": [{"b64_json": 7}]}, errors.AnswerLost),
        ({"error": "slow down", "code": "odd"}, errors.UpstreamError),
        ({"error": {"message": SPENT}}, errors.BillingError),
        ({"error": {}, "data": []}, errors.ModerationOutput),
        ({"error": True}, errors.UpstreamError),
        ([], errors.AnswerLost),
        (None, errors.AnswerLost),
    ],
)
def test_a_success_without_a_picture_has_its_name(
    adapter: XAI, vendor: Saying, document: Any, kind: type[errors.ProviderError]
) -> None:
    vendor.told = base.json_reply(document)
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.safe_to_resend) == (kind, False)


def test_an_error_without_json_speaks_by_its_status(adapter: XAI, vendor: Saying) -> None:
    vendor.told = Reply(429, b"<html>", {"Retry-After": "7"})
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.retry_after) == (errors.RateLimited, 7.0)


def test_a_vendor_that_quotes_the_key_is_not_repeated(adapter: XAI, vendor: Saying) -> None:
    words = f"Invalid key {KEY}. See https://x.example/?key={KEY}"
    for document in ({"code": KEY, "error": words}, {"error": {"code": KEY, "message": words}}):
        for status in (200, 400):
            vendor.told = base.json_reply(document, status, x_request_id=KEY)
            failed(adapter, ASKED)
            assert KEY not in adapter.check().message


REFUSED: list[dict[str, Any]] = [
    {"kind": "upscale"},
    {"kind": "inpaint", "references": (image(8),)},
    {"kind": "edit"},
    {"n": 0},
    {"n": 11},
    {"references": tuple(image(8) for _ in range(4))},
    {"references": (image(8),), "mask": image(8)},
    {"partials": 1},
    {"negative_prompt": "rain"},
    {"seed": 7},
    {"width": 1024},
    {"width": 1024, "height": 1024},
    {"aspect_ratio": "21:9"},
    {"preset": "square"},
    {"quality": "low"},
    {"model": "grok-imagine-image-2.0", "quality": "high"},
    {"output_format": "png"},
    {"output_compression": 50},
    {"background": "transparent"},
    {"moderation": "low"},
    {"style": "vivid"},
    {"strength": 0.5},
    {"extra": {"n": 4}},
    {"extra": {"image": "x"}},
]


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: ",".join(change))
def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    adapter: XAI, vendor: Saying, change: dict[str, Any]
) -> None:
    assert type(failed(adapter, replace(ASKED, **change))) is errors.InvalidRequest
    assert vendor.requests == []


def test_a_retired_model_is_unavailable(adapter: XAI, vendor: Saying) -> None:
    problem = failed(adapter, replace(ASKED, model="grok-imagine-image-quality"))
    assert (type(problem), problem.status, vendor.bills) == (errors.ModelUnavailable, 404, [])


def test_the_check_counts_the_models_or_says_what_is_wrong(vendor: Saying) -> None:
    health = XAI(Config(key=KEY, url=vendor.url)).check()
    assert (health.ok, health.message) == (True, "It answers and lists 3 models.")
    wrong = XAI(Config(key="wrong-canary", url=vendor.url)).check()
    assert (wrong.ok, "canary" in wrong.message) == (False, False)
    unreadable: list[Any] = [[], {}, {"data": 7}]
    for document in unreadable:
        vendor.told = base.json_reply(document)
        assert not XAI(Config(key=KEY, url=vendor.url)).check().ok


def test_without_an_address_it_speaks_to_xai_itself() -> None:
    assert "https://api.x.ai/v1" in repr(vars(XAI(Config(key=KEY))))


def test_openais_sdk_generates_with_the_simulator_and_cannot_edit_since_it_sends_a_form(
    vendor: Saying,
) -> None:
    with openai.OpenAI(api_key=KEY, base_url=vendor.url, max_retries=0) as sdk:
        answer = sdk.images.generate(
            model="grok-imagine-image", prompt="an otter", n=2, extra_body={"aspect_ratio": "16:9"}
        )
        assert [bool(one.url) for one in answer.data or []] == [True, True]
        with pytest.raises(openai.APIStatusError):
            sdk.images.edit(model="grok-imagine-image", prompt="x", image=("a.png", image(8).data))
    assert len(vendor.bills) == 1


def test_a_job_is_charged_for_what_was_handed_over_whatever_the_vendor_took(
    busy: Desk, vendor: Saying
) -> None:
    vendor.declined = 1
    job = busy.finished("xai/grok-imagine-image-2.0", n=2, parameters={"quality": "low"})
    assert (job.state, job.charged, job.attempts.get().billed) == (State.PARTIAL, 40_000, 80_000)
