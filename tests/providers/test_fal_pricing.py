"""fal's price list: what a request will take, and whether the key is good."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from providers.adapters.fal import Fal
from providers.base import Config, ImageRequest, InputImage
from tests.providers.cases import KEY
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply, Request
from tests.providers.simulators.fal import FalSimulator

NAME = "fal"
ASKED = ImageRequest(model="fal-ai/flux/schnell", prompt="an otter", width=64, height=64)
PLAIN = replace(ASKED, width=None, height=None)
PHOTO = InputImage(b"x", "image/png", 1024, 1024)
SHARPER = replace(PLAIN, model="fal-ai/seedvr/upscale/image", kind="upscale", prompt="", references=(PHOTO,))


class Saying(FalSimulator):
    """The simulator, or what the test dictates for one of its paths."""

    told: tuple[str, Reply] | None = None

    def answer(self, request: Request) -> Reply:
        path, reply = self.told or ("", Reply())
        return reply if request.path == path else super().answer(request)


@pytest.fixture
def simulator() -> type[Saying]:
    return Saying


def test_staff_see_whether_the_key_is_good(adapter: Fal, vendor: Saying) -> None:
    assert adapter.check().message == "It answers."
    assert vendor.requests[0].path == "/v1/models/pricing"
    assert not Fal(Config(key="wrong", url=vendor.url)).check().ok


ESTIMATES: list[tuple[ImageRequest, int | None]] = [
    (replace(ASKED, n=4), 12_000),
    (replace(ASKED, width=2048, height=1024, n=1), 6_000),
    (replace(PLAIN, preset="square_hd"), None),
    (replace(PLAIN, preset="square_hd", width=1024, height=1024), 3_000),
    (replace(PLAIN, model="fal-ai/flux-pro/kontext", kind="edit", references=(PHOTO,), n=3), 120_000),
    (replace(PLAIN, model="fal-ai/bytedance/seedream/v4/text-to-image", preset="auto_4K"), 30_000),
    (replace(PLAIN, model="fal-ai/nano-banana-pro", aspect_ratio="1:1", resolution="4K"), None),
    (replace(PLAIN, model="fal-ai/ideogram/v3"), None),
    (replace(ASKED, model="fal-ai/flux/dev"), None),
    (replace(SHARPER, model="fal-ai/clarity-upscaler"), None),
    (replace(SHARPER, extra={"upscale_factor": 3}), 9_000),
    (replace(SHARPER, extra={"upscale_mode": "target", "target_resolution": "1080p"}), None),
    (replace(ASKED, n=9), None),
    (replace(ASKED, model="no-such-model"), None),
]


@pytest.mark.parametrize(("request_", "micros"), ESTIMATES)
def test_an_estimate_is_the_vendors_own_or_none(
    adapter: Fal, vendor: Saying, request_: ImageRequest, micros: int | None
) -> None:
    assert adapter.estimate(request_) == micros
    assert vendor.bills == []


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "7",
        "{}",
        '{"total_cost": 0.003}',
        '{"total_cost": 0.003, "currency": "EUR"}',
        '{"total_cost": -1, "currency": "USD"}',
        '{"total_cost": "NaN", "currency": "USD"}',
        '{"total_cost": 1e99, "currency": "USD"}',
        "{",
    ],
)
def test_a_total_that_is_none_is_no_estimate(adapter: Fal, vendor: Saying, body: str) -> None:
    vendor.told = ("/v1/models/pricing/estimate", Reply(200, body.encode()))
    assert adapter.estimate(ASKED) is None


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"endpoint_id": "fal-ai/flux/dev", "unit": "megapixels", "currency": "USD"},
        {"endpoint_id": ASKED.model, "unit": "megapixels", "currency": "EUR"},
        {"endpoint_id": ASKED.model, "unit": "images", "currency": "USD"},
        {"endpoint_id": ASKED.model, "unit": None, "currency": "USD"},
        7,
    ],
)
def test_a_price_that_counts_otherwise_is_not_multiplied(adapter: Fal, vendor: Saying, row: object) -> None:
    vendor.told = ("/v1/models/pricing", Reply(200, json.dumps({"prices": [row]}).encode()))
    assert adapter.estimate(ASKED) is None
    assert [request.method for request in vendor.requests] == ["GET"]


def test_an_estimate_is_rounded_up_to_a_micro(adapter: Fal, vendor: Saying) -> None:
    told = b'{"total_cost": 0.0000015, "currency": "USD"}'
    vendor.told = ("/v1/models/pricing/estimate", Reply(200, told))
    assert adapter.estimate(ASKED) == 2


def test_an_estimate_takes_no_longer_than_its_asker_waits(adapter: Fal, vendor: Saying) -> None:
    slow = Reply(200, b"{}", fault=Fault(base.TIMEOUT, seconds=5))
    vendor.told = ("/v1/models/pricing", slow)
    started = time.monotonic()
    assert adapter.estimate(replace(ASKED, deadline_seconds=0.2)) is None
    assert time.monotonic() - started < 3


def test_a_vendor_that_is_not_there_gives_no_estimate() -> None:
    with FalSimulator() as gone:
        url = gone.url
    assert Fal(Config(key=KEY, url=url)).estimate(ASKED) is None
    assert Fal(Config()).estimate(ASKED) is None


def test_the_price_list_lies_at_an_address_of_its_own() -> None:
    fal = Fal(Config(key=KEY))
    assert "queue.fal.run" in repr(fal._client)
    assert "api.fal.ai" in repr(fal._prices._client)
