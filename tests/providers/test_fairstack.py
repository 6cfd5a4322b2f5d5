"""The FairStack adapter against the simulator: every parameter, and each trap of the vendor's wire by name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.fairstack import FairStack
from providers.base import Config, ImageRequest, InputImage
from tests.providers.calls import silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import EXPIRED_URL, Fault, Reply, Request, Simulator, sha256
from tests.providers.simulators.fairstack import FairStackSimulator
from tests.providers.simulators.pictures import png, png_facts

NAME = "fairstack"
ASKED = ImageRequest(model="z-image-turbo", prompt="an otter", client_ref="attempt-7", deadline_seconds=20)
SOURCE = InputImage(png(64, 64, (9, 9, 9)), "image/png", 64, 64, "source")


class Saying(FairStackSimulator):
    """The simulator, or one answer that the test dictates to paid calls."""

    told: Any = None

    def answer(self, request: Request) -> Reply:
        if self.told is not None and request.method == "POST":
            return Reply(200, json.dumps(self.told).encode())
        return super().answer(request)


@pytest.fixture
def simulator() -> type[Saying]:
    return Saying


def test_a_plain_request_sends_the_least_and_brings_a_picture(adapter: FairStack, vendor: Saying) -> None:
    finished = adapter.submit(ASKED, silent)
    bill = vendor.bills[0]
    assert (bill.path, bill.key_sha256) == ("/v1/generations/image", sha256(KEY.encode()))
    assert dict(bill.fields) == {"model": "z-image-turbo", "prompt": "an otter"}
    assert png_facts(finished.outputs[0].data) == (1024, 1024, False)
    assert (finished.outputs[0].mime, finished.outputs[0].seed) == ("image/png", 42)
    assert finished.billed_micros == 3_000
    assert finished.vendor_ref.startswith("gen_")


def test_every_parameter_arrives_as_it_was_asked(adapter: FairStack, vendor: Saying) -> None:
    request = replace(
        ASKED,
        model="flux-kontext-dev",
        kind="edit",
        negative_prompt="rain",
        seed=0,
        width=1024,
        height=768,
        references=(SOURCE,),
    )
    finished = adapter.submit(request, silent)
    assert dict(vendor.bills[0].fields) == {
        "model": "flux-kontext-dev",
        "prompt": "an otter",
        "negative_prompt": "rain",
        "image_size": "1024x768",
        "seed": 0,
    }
    assert vendor.bills[0].images == (sha256(SOURCE.data),)
    assert vendor.bills[0].client_ref == "attempt-7"
    assert finished.outputs[0].seed == 0
    assert png_facts(finished.outputs[0].data) == (1024, 768, False)


@pytest.mark.parametrize("ratio", ["1:1", "16:9", "9:16", "4:3", "3:4"])
def test_a_shape_arrives_as_it_was_asked(adapter: FairStack, vendor: Saying, ratio: str) -> None:
    adapter.submit(replace(ASKED, aspect_ratio=ratio), silent)
    assert vendor.bills[0].fields["aspect_ratio"] == ratio


def test_a_vendor_that_wants_a_public_address_says_so_and_bills_nothing(
    adapter: FairStack, vendor: Saying
) -> None:
    vendor.takes_data = False
    with pytest.raises(errors.InvalidRequest, match="image must be a URL"):
        adapter.submit(replace(ASKED, references=(SOURCE,)), silent)
    assert vendor.bills == []


def test_the_same_reference_is_billed_once_and_brings_the_same_picture(
    adapter: FairStack, vendor: Saying
) -> None:
    first, again = adapter.submit(ASKED, silent), adapter.submit(ASKED, silent)
    assert (first, len(vendor.bills)) == (again, 1)
    adapter.submit(replace(ASKED, client_ref="attempt-8"), silent)
    assert len(vendor.bills) == 2


def test_a_call_without_a_reference_is_a_call_of_its_own(adapter: FairStack, vendor: Saying) -> None:
    for _call in range(2):
        adapter.submit(replace(ASKED, client_ref=""), silent)
    assert len({bill.client_ref for bill in vendor.bills} - {""}) == 2


def test_the_key_stays_with_the_vendor_and_its_results_are_fetched_without(vendor: Saying) -> None:
    class Elsewhere(Simulator):
        def answer(self, request: Request) -> Reply:
            return Reply(200, SOURCE.data, {"Content-Type": "application/octet-stream"})

    with Elsewhere() as host:
        vendor.told = {"id": "gen_1", "status": "completed", "url": f"{host.origin}/output.png"}
        named = host.origin.removeprefix("http://")
        finished = FairStack(Config(key=KEY, url=vendor.url, hosts=(named,))).submit(ASKED, silent)
        assert (finished.outputs[0].data, finished.outputs[0].mime) == (SOURCE.data, "image/png")
        with pytest.raises(errors.AnswerLost):
            FairStack(Config(key=KEY, url=vendor.url)).submit(ASKED, silent)
        assert len(host.requests) == 1
        assert KEY not in str(host.requests)


@pytest.mark.parametrize(
    "url", ["http://media.fairstack.ai/a.png", "https://fairstack.ai.evil.example/a.png"]
)
def test_results_are_fetched_from_the_vendors_own_host_alone(
    adapter: FairStack, vendor: Saying, url: str
) -> None:
    vendor.told = {"id": "gen_1", "status": "completed", "url": url}
    with pytest.raises(errors.AnswerLost):
        adapter.submit(ASKED, silent)
    assert FairStack.facts.result_hosts == ("media.fairstack.ai",)


def test_an_address_that_no_longer_answers_is_named(adapter: FairStack, vendor: Saying) -> None:
    vendor.fault = Fault(EXPIRED_URL)
    with pytest.raises(errors.ResultExpired) as caught:
        adapter.submit(ASKED, silent)
    assert caught.value.vendor_ref.startswith("gen_")


def test_the_estimate_is_the_vendors_own_and_costs_nothing(adapter: FairStack, vendor: Saying) -> None:
    assert adapter.estimate(ASKED) == 3_000
    assert adapter.estimate(replace(ASKED, model="gpt-image-1.5-t2i", aspect_ratio="16:9")) == 9_000
    assert json.loads(vendor.requests[1].body) == {
        "model": "gpt-image-1.5-t2i",
        "prompt": "an otter",
        "aspect_ratio": "16:9",
        "confirm": False,
    }
    assert vendor.bills == []


def test_an_estimate_never_stands_in_for_the_paid_call(adapter: FairStack, vendor: Saying) -> None:
    adapter.estimate(ASKED)
    assert "idempotency-key" not in vendor.requests[0].headers
    assert adapter.submit(ASKED, silent).outputs
    assert len(vendor.bills) == 1


def test_trap_1_credits_used_are_microdollars(adapter: FairStack) -> None:
    assert adapter.submit(replace(ASKED, model="gpt-image-1.5-t2i"), silent).billed_micros == 9_000


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "gen_1", "status": "completed", "cost": {"credits_used": 9000, "currency": "microdollars"}},
        {"estimated_cost": {"credits_used": 9000}},
        {"estimated_cost": {"micro": 9000.5}},
        {"estimated_cost": {"micro": True}},
        {"estimated_cost": {"micro": -1}},
        {"estimated_cost": 9000},
    ],
)
def test_trap_2_an_estimate_has_a_shape_of_its_own(
    adapter: FairStack, vendor: Saying, answer: object
) -> None:
    vendor.told = answer
    with pytest.raises(errors.UpstreamError):
        adapter.estimate(ASKED)


@pytest.mark.parametrize(
    ("cost", "billed"),
    [
        ({"micro": 9000, "display": "$0.009"}, 9_000),
        ({"micro": 1, "credits_used": 9000, "currency": "microdollars"}, 9_000),
        ({"credits_used": 9000, "currency": "EUR"}, None),
        ({"micro": 9000, "currency": "EUR"}, None),
        ({"credits_used": 9000}, None),
        ({"credits_used": 0.009, "currency": "microdollars"}, None),
        ({"credits_used": -9000, "currency": "microdollars"}, None),
        (9000, None),
        (None, None),
    ],
)
def test_trap_3_costs_come_in_two_shapes_and_an_unknown_currency_is_not_guessed_at(
    adapter: FairStack, vendor: Saying, cost: object, billed: int | None
) -> None:
    adapter.submit(ASKED, silent)
    url = f"{vendor.origin}/image/{next(iter(vendor._results))}/output.png"
    vendor.told = {"id": "gen_1", "status": "completed", "url": url, "cost": cost}
    finished = adapter.submit(ASKED, silent)
    assert (finished.billed_micros, len(finished.outputs)) == (billed, 1)


def test_trap_3_the_other_shape_is_read_from_the_vendor_too(adapter: FairStack, vendor: Saying) -> None:
    vendor.other_costs = True
    assert adapter.submit(ASKED, silent).billed_micros == 3_000


def test_trap_5_a_size_would_override_a_shape_so_one_of_them_is_sent(
    adapter: FairStack, vendor: Saying
) -> None:
    finished = adapter.submit(replace(ASKED, aspect_ratio="9:16", width=1024, height=1024), silent)
    assert "image_size" not in vendor.bills[0].fields
    assert png_facts(finished.outputs[0].data) == (720, 1280, False)


def test_trap_6_confirm_is_a_boolean_and_the_vendor_takes_no_text_for_one(
    adapter: FairStack, vendor: Saying
) -> None:
    adapter.estimate(ASKED)
    assert b'"confirm":false' in vendor.requests[0].body
    wrong = replace(vendor.requests[0], body=vendor.requests[0].body.replace(b"false", b'"false"'))
    assert vendor.answer(wrong).status == 400


@pytest.mark.parametrize("status", ["completed", "succeeded", "partial"])
def test_trap_7_an_image_is_finished_when_it_has_an_address(
    adapter: FairStack, vendor: Saying, status: str
) -> None:
    adapter.submit(ASKED, silent)
    url = f"{vendor.origin}/image/{next(iter(vendor._results))}/output.png"
    vendor.told = {"id": "gen_1", "status": status, "url": url}
    assert adapter.submit(ASKED, silent).vendor_ref == "gen_1"


@pytest.mark.parametrize("status", ["queued", "processing", "running"])
def test_trap_7_an_image_that_is_still_in_work_may_have_been_paid(
    adapter: FairStack, vendor: Saying, status: str
) -> None:
    vendor.told = {"id": "gen_1", "status": status}
    with pytest.raises(errors.AnswerLost):
        adapter.submit(ASKED, silent)


REFUSED: list[dict[str, Any]] = [
    {"kind": "upscale"},
    {"kind": "edit"},
    {"n": 2},
    {"references": (SOURCE, SOURCE)},
    {"kind": "inpaint", "references": (SOURCE,), "mask": SOURCE},
    {"mask": SOURCE},
    {"width": 1024},
    {"height": 1024},
    {"aspect_ratio": "21:9"},
    {"resolution": "2K"},
    {"preset": "square"},
    {"quality": "high"},
    {"output_format": "webp"},
    {"output_compression": 50},
    {"background": "transparent"},
    {"moderation": "low"},
    {"style": "vivid"},
    {"strength": 0.5},
    {"partials": 1},
    {"extra": {"confirm": False}},
]


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: ",".join(change))
def test_what_the_vendor_has_no_field_for_is_refused_before_anything_is_sent(
    adapter: FairStack, vendor: Saying, change: dict[str, Any]
) -> None:
    for call in (adapter.estimate, lambda request: adapter.submit(request, silent)):
        with pytest.raises(errors.InvalidRequest):
            call(replace(ASKED, **change))
    assert vendor.requests == []


def test_the_check_tells_the_balance_or_what_is_wrong(vendor: Saying) -> None:
    health = FairStack(Config(key=KEY, url=vendor.url)).check()
    assert (health.ok, health.message) == (True, "It answers; $12.34 are left.")
    wrong = FairStack(Config(key="fs_wrong_canary", url=vendor.url)).check()
    assert not wrong.ok
    assert "canary" not in wrong.message
    assert vendor.bills == []


def test_without_an_address_it_speaks_to_fairstack_itself() -> None:
    assert "https://api.fairstack.ai" in repr(vars(FairStack(Config(key=KEY))))
