"""Replicate's own SDK, unmodified, against the simulator: proof that it speaks the vendor's wire."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ReplicateError

from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, sha256
from tests.providers.simulators.pictures import png
from tests.providers.simulators.replicate import ReplicateSimulator
from tests.providers.simulators.replicate_rules import VERSIONS

NAME = "replicate"

SCHNELL, FLUX_2 = "black-forest-labs/flux-schnell", "black-forest-labs/flux-2-pro"


@pytest.fixture
def sdk(vendor: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """It ends its connections with its process; a test has to do so itself."""
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.01")
    client = Client(api_token="r8_test", base_url=vendor.origin)
    yield client
    client._client.close()


def opened(link: str) -> Image.Image:
    image = Image.open(io.BytesIO(httpx.get(link, trust_env=False).content))
    image.load()
    return image


def test_the_sdk_makes_a_prediction_waits_for_it_and_reads_its_list(
    sdk: Client, vendor: ReplicateSimulator
) -> None:
    vendor.seconds = 0.1
    made = sdk.predictions.create(model=SCHNELL, input={"prompt": "an otter", "num_outputs": 2})
    assert (made.status, made.output, made.error) == ("processing", None, None)
    made.wait()
    assert made.status == "succeeded"
    assert made.metrics == {"predict_time": 0.1}
    assert made.output is not None
    assert [opened(link).format for link in made.output] == ["WEBP", "WEBP"]
    assert len(vendor.bills) == 1


def test_the_sdk_reads_one_address_where_a_model_makes_one_picture(
    sdk: Client, vendor: ReplicateSimulator
) -> None:
    made = sdk.predictions.create(model=FLUX_2, input={"prompt": "an otter", "output_format": "jpg"})
    made.reload()
    assert isinstance(made.output, str)
    assert opened(made.output).format == "JPEG"
    assert made.urls == {
        "get": f"{vendor.url}/predictions/{made.id}",
        "cancel": f"{vendor.url}/predictions/{made.id}/cancel",
    }


def test_the_sdk_asks_for_a_version_by_its_id(sdk: Client) -> None:
    made = sdk.predictions.create(version=VERSIONS[SCHNELL], input={"prompt": "an otter"})
    assert (made.model, made.version) == (SCHNELL, VERSIONS[SCHNELL])


def test_the_sdk_cancels_a_prediction_and_it_stays_canceled(sdk: Client, vendor: ReplicateSimulator) -> None:
    vendor.seconds = 60.0
    made = sdk.predictions.create(model=SCHNELL, input={"prompt": "an otter"})
    made.cancel()
    assert made.status == "canceled"
    made.reload()
    assert (made.status, made.output) == ("canceled", None)


def test_the_sdk_may_wait_for_the_answer_and_gets_202_when_the_wait_ran_out(
    sdk: Client, vendor: ReplicateSimulator
) -> None:
    asked = {"prompt": "an otter"}
    assert sdk.predictions.create(model=SCHNELL, input=asked, wait=True).status == "succeeded"
    vendor.seconds = 60.0
    # The vendor counts whole seconds; a test need not wait for one.
    for prefer, status in (("wait=0.05", 202), ("", 201)):
        answer = sdk._client.post(
            f"/v1/models/{SCHNELL}/predictions", json={"input": asked}, headers={"Prefer": prefer}
        )
        assert (answer.status_code, answer.json()["status"]) == (status, "processing")


def test_the_sdk_sends_a_picture_as_a_data_uri(sdk: Client, vendor: ReplicateSimulator) -> None:
    picture = png(32, 32, (9, 99, 9))
    file = io.BytesIO(picture)
    file.name = "otter.png"
    encoded = {"prompt": "make it night", "input_image": file}
    sdk.models.predictions.create(FLUX_2, encoded, file_encoding_strategy="base64")
    assert vendor.bills[0].images == (sha256(picture),)


@pytest.mark.parametrize(
    ("fault", "status", "detail"),
    [
        (Fault(base.STATUS, 500), 500, "The simulator was told to fail."),
        (Fault(base.NO_MONEY), 402, "Add credit to run this model."),
    ],
)
def test_the_sdk_raises_what_the_vendor_refuses(
    sdk: Client, vendor: ReplicateSimulator, fault: Fault, status: int, detail: str
) -> None:
    vendor.fault = fault
    with pytest.raises(ReplicateError) as caught:
        sdk.predictions.create(model=SCHNELL, input={"prompt": "an otter"})
    assert (caught.value.status, caught.value.detail) == (status, detail)


def test_the_sdk_is_told_what_is_wrong_with_an_input(sdk: Client) -> None:
    for wrong in ({}, {"prompt": "x", "aspect_ratio": "5:2"}, {"prompt": "x", "num_outputs": 5}, {"size": 1}):
        with pytest.raises(ReplicateError) as caught:
            sdk.predictions.create(model=SCHNELL, input=wrong)
        assert (caught.value.status, caught.value.title) == (422, "Input validation failed")


def test_the_sdk_reads_why_a_prediction_failed(sdk: Client, vendor: ReplicateSimulator) -> None:
    vendor.fault = Fault(base.MODERATED_OUTPUT)
    made = sdk.predictions.create(model=SCHNELL, input={"prompt": "an otter"})
    made.wait()
    assert made.status == "failed"
    assert made.error == "NSFW content detected. Try running it again, or try a different prompt."
    assert sdk.accounts.current().username == "acme"
