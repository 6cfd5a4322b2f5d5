"""Recraft's own failures; those of every vendor are tried in ``test_faults.py``."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.recraft import Recraft
from providers.base import ImageRequest
from studio.jobs.models import State
from tests.jobs.conftest import Desk
from tests.providers.calls import failed, silent
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.pictures import png
from tests.providers.simulators.recraft import RecraftSimulator, plain_reply
from tests.providers.tasks import at_rest

NAME = "recraft"
ASKED = ImageRequest(model="recraftv4", prompt="an otter", deadline_seconds=20)
PICTURE = base64.b64encode(png(8, 8, (1, 2, 3))).decode()


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
    adapter: Recraft,
    vendor: RecraftSimulator,
    status: int,
    document: object,
    kind: type[errors.ProviderError],
) -> None:
    vendor.dictated = base.json_reply(document, status)
    problem = failed(adapter, ASKED)
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
def test_an_error_may_be_a_plain_line(
    adapter: Recraft, vendor: RecraftSimulator, body: bytes, message: str
) -> None:
    vendor.dictated = Reply(401, body, {"Content-Type": "text/plain"})
    problem = failed(adapter, ASKED)
    assert (type(problem), problem.message) == (errors.AuthError, message)


@pytest.mark.parametrize("document", [{}, {"data": "odd"}, {"data": [], "image": None}])
def test_a_success_without_a_picture_is_empty(
    adapter: Recraft, vendor: RecraftSimulator, document: dict[str, Any]
) -> None:
    vendor.dictated = base.json_reply(document)
    assert type(failed(adapter, ASKED)) is errors.EmptyResult


def test_a_picture_that_can_be_read_is_delivered_beside_one_that_cannot(
    adapter: Recraft, vendor: RecraftSimulator
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
    found = adapter.submit(replace(ASKED, n=6), silent)
    assert [(output.mime, output.revised_prompt) for output in found.outputs] == [("image/png", "An otter.")]
    assert (found.billed_micros, found.vendor_ref) == (240_000, "one")


@pytest.mark.parametrize(
    ("credits", "micros"), [(40, 40_000), (2.5, 2_500), ("22", 22_000), (None, None), (-1, None)]
)
def test_what_was_charged_is_micros_without_a_rounding_error(
    adapter: Recraft, vendor: RecraftSimulator, credits: object, micros: int | None
) -> None:
    vendor.dictated = base.json_reply({"credits": credits, "data": [{"b64_json": PICTURE}]})
    assert adapter.submit(ASKED, silent).billed_micros == micros


def test_an_answer_that_quotes_the_key_is_not_repeated(adapter: Recraft, vendor: RecraftSimulator) -> None:
    for reply in (
        plain_reply(401, f"wrong key {KEY}, see https://x.example/?key={KEY}"),
        base.json_reply({"code": KEY, "message": KEY}, 400),
        base.json_reply({"data": [{"image_id": KEY}]}),
    ):
        vendor.dictated = reply
        failed(adapter, ASKED)
        assert KEY not in adapter.check().message


def test_fewer_pictures_than_asked_are_charged_by_what_came(
    busy: Desk, vendor: RecraftSimulator, settings: Any
) -> None:
    vendor.fault = Fault(base.FEWER)
    job = at_rest(busy, "recraft/recraftv2", Fault("none"), settings, n=3)
    assert (job.state, job.outputs.count(), job.charged) == (State.PARTIAL, 2, 44_000)
    assert job.attempts.get().billed == 44_000


def test_a_negative_prompt_and_a_shape_go_from_the_page_to_the_vendor(
    busy: Desk, vendor: RecraftSimulator, settings: Any
) -> None:
    asked = {"aspect_ratio": "16:9", "negative_prompt": "rain", "output_format": "webp"}
    job = at_rest(busy, "recraft/recraftv3", Fault("none"), settings, parameters=asked)
    assert (job.state, job.width, job.height) == (State.SUCCEEDED, 1820, 1024)
    fields = json.loads(vendor.requests[0].body)
    assert (fields["size"], fields["negative_prompt"], fields["image_format"]) == (
        "16:9",
        "rain",
        "webp",
    )
