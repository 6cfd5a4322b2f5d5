"""Recraft's own failures; those of every vendor are tried in ``test_faults.py``."""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.recraft import Recraft
from providers.base import Config, Event, ImageRequest
from studio.jobs.models import State
from tests.jobs.conftest import Desk, busy
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request
from tests.providers.simulators.pictures import png
from tests.providers.simulators.recraft import RecraftSimulator, plain_reply
from tests.providers.tasks import at_rest

__all__ = ["busy"]

KEY = "canary-key-0123456789"
ASKED = ImageRequest(model="recraftv4", prompt="an otter", deadline_seconds=20)
PICTURE = base64.b64encode(png(8, 8, (1, 2, 3))).decode()


class Saying(RecraftSimulator):
    """The simulator, or one answer that the test dictates."""

    dictated: Reply | None = None

    def answer(self, request: Request) -> Reply:
        return self.dictated or super().answer(request)


@pytest.fixture
def vendor() -> Iterator[Saying]:
    with Saying() as simulator:
        yield simulator


@pytest.fixture
def recraft(vendor: Saying) -> Recraft:
    return Recraft(Config(key=KEY, url=vendor.url))


def silent(event: Event) -> None:
    """For a call whose events do not matter."""


def failed(recraft: Recraft, request: ImageRequest = ASKED) -> errors.ProviderError:
    """What one call raises; its key must be nowhere in it."""
    with pytest.raises(errors.ProviderError) as caught:
        recraft.submit(request, silent)
    assert KEY not in "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert caught.value.message
    return caught.value


ERRORS: list[tuple[int, object, type[errors.ProviderError]]] = [
    (400, {"code": "not_enough_credits", "message": "It says."}, errors.BillingError),
    (400, {"code": "moderation_failed", "message": "It says."}, errors.ModerationInput),
    (400, {"code": "prompt_too_long", "message": "It says."}, errors.PromptTooLong),
    (400, {"code": "model_not_found", "message": "It says."}, errors.ModelUnavailable),
    (400, {"code": "invalid_request", "message": "It says."}, errors.InvalidRequest),
    (400, {"error": {"code": "not_enough_credits", "message": "It says."}}, errors.BillingError),
    (402, {"message": "It says."}, errors.BillingError),
    (429, {"code": "rate_limit", "message": "It says."}, errors.RateLimited),
    (500, {"code": 7, "message": "It says."}, errors.UpstreamError),
    (503, {"message": "It says."}, errors.UpstreamError),
]


@pytest.mark.parametrize(("status", "document", "kind"), ERRORS)
def test_the_vendors_word_decides_and_its_status_where_it_has_none(
    recraft: Recraft, vendor: Saying, status: int, document: object, kind: type[errors.ProviderError]
) -> None:
    vendor.dictated = base.json_reply(document, status)
    problem = failed(recraft)
    assert (type(problem), problem.message, problem.status) == (kind, "It says.", status)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"request unauthorized\n", "request unauthorized"),
        (b"<html>no</html>", "The vendor answered with status 401."),
        (b'{"code": "x", ', "The vendor answered with status 401."),
        (b"[]", "The vendor answered with status 401."),
        (b"\xff\xfe", "��"),
        (b"x" * 9000, "x" * 500),
    ],
)
def test_an_error_may_be_a_plain_line(recraft: Recraft, vendor: Saying, body: bytes, message: str) -> None:
    vendor.dictated = Reply(401, body, {"Content-Type": "text/plain"})
    problem = failed(recraft)
    assert (type(problem), problem.message) == (errors.AuthError, message)


@pytest.mark.parametrize("body", ["[]", "7", "null", '"text"'])
def test_a_success_that_is_no_object_leaves_the_answer_unknown(
    recraft: Recraft, vendor: Saying, body: str
) -> None:
    vendor.dictated = Reply(200, body.encode())
    assert type(failed(recraft)) is errors.AnswerLost


@pytest.mark.parametrize("document", [{}, {"data": "odd"}, {"data": [], "image": None}])
def test_a_success_without_a_picture_is_empty(
    recraft: Recraft, vendor: Saying, document: dict[str, Any]
) -> None:
    vendor.dictated = base.json_reply(document)
    assert type(failed(recraft)) is errors.EmptyResult


def test_a_picture_that_can_be_read_is_delivered_beside_one_that_cannot(
    recraft: Recraft, vendor: Saying
) -> None:
    entries = [
        {"b64_json": "%%%", "image_id": "one"},
        {"b64_json": PICTURE, "revised_prompt": "An otter."},
        {"b64_json": base64.b64encode(b"<html>").decode()},
        {"url": "http://169.254.169.254/"},
        "odd",
        {},
    ]
    vendor.dictated = base.json_reply({"credits": 240, "data": entries})
    found = recraft.submit(replace(ASKED, n=6), silent)
    assert [(output.mime, output.revised_prompt) for output in found.outputs] == [("image/png", "An otter.")]
    assert (found.billed_micros, found.vendor_ref) == (240_000, "one")


@pytest.mark.parametrize(
    ("credits", "micros"), [(40, 40_000), (2.5, 2_500), ("22", 22_000), (None, None), (-1, None)]
)
def test_what_was_charged_is_micros_without_a_rounding_error(
    recraft: Recraft, vendor: Saying, credits: object, micros: int | None
) -> None:
    vendor.dictated = base.json_reply({"credits": credits, "data": [{"b64_json": PICTURE}]})
    assert recraft.submit(ASKED, silent).billed_micros == micros


def test_an_answer_that_quotes_the_key_is_not_repeated(recraft: Recraft, vendor: Saying) -> None:
    for reply in (
        plain_reply(401, f"wrong key {KEY}, see https://x.example/?key={KEY}"),
        base.json_reply({"code": KEY, "message": KEY}, 400),
        base.json_reply({"data": [{"image_id": KEY}]}),
    ):
        vendor.dictated = reply
        failed(recraft)
        assert KEY not in recraft.check().message


def ready(settings: Any, vendor: Saying) -> None:
    settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"recraft": KEY}, {"recraft": vendor.url}


def test_fewer_pictures_than_asked_are_charged_by_what_came(
    busy: Desk, vendor: Saying, settings: Any
) -> None:
    ready(settings, vendor)
    vendor.fault = Fault(base.FEWER)
    job = at_rest(busy, "recraft/recraftv2", Fault("none"), settings, n=3)
    assert (job.state, job.outputs.count(), job.charged) == (State.PARTIAL, 2, 44_000)
    assert job.attempts.get().billed == 44_000


def test_a_negative_prompt_and_a_shape_go_from_the_page_to_the_vendor(
    busy: Desk, vendor: Saying, settings: Any
) -> None:
    ready(settings, vendor)
    asked = {"aspect_ratio": "16:9", "negative_prompt": "rain", "output_format": "webp"}
    job = at_rest(busy, "recraft/recraftv3", Fault("none"), settings, parameters=asked)
    assert (job.state, job.width, job.height) == (State.SUCCEEDED, 1820, 1024)
    fields = json.loads(vendor.requests[0].body)
    assert (fields["size"], fields["negative_prompt"], fields["image_format"]) == (
        "16:9",
        "rain",
        "webp",
    )
