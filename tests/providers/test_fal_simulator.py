"""The vendor's own client, as it is installed, runs against the simulator: so the simulator speaks its wire."""

from __future__ import annotations

import time
from collections.abc import Iterator

import fal_client
import pytest
from fal_client import client as its_module

from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.fal import FalSimulator

MODEL = "fal-ai/flux-pro/kontext"
WISH = {"prompt": "an otter", "image_url": "data:image/png;base64,aGk=", "safety_tolerance": "2"}


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FalSimulator]:
    with FalSimulator() as simulator:
        # The address alone is ours: the client takes a host from the environment, and would speak TLS to it.
        monkeypatch.setattr(its_module, "QUEUE_URL_FORMAT", f"{simulator.url}/")
        yield simulator


@pytest.fixture
def client() -> Iterator[fal_client.SyncClient]:
    sdk = fal_client.SyncClient(key="id:secret")
    yield sdk
    sdk._client.close()


def test_it_submits_waits_and_reads_the_result(client: fal_client.SyncClient, vendor: FalSimulator) -> None:
    vendor.queued, vendor.seconds = 0.1, 0.1
    handle = client.submit(MODEL, WISH)
    assert handle.status() == fal_client.Queued(position=0)
    seen = [type(event) for event in handle.iter_events(with_logs=True, interval=0.02)]
    assert {fal_client.Queued, fal_client.InProgress} <= set(seen)
    assert seen[-1] is fal_client.Completed
    answer = handle.get()
    assert answer["images"][0]["content_type"] == "image/png"
    assert vendor.bills[0].fields == {"prompt": "an otter", "safety_tolerance": "2"}


def test_it_finds_a_task_by_its_number_without_the_sub_path(
    client: fal_client.SyncClient, vendor: FalSimulator
) -> None:
    handle = client.submit(MODEL, WISH)
    status = client.status(MODEL, handle.request_id, with_logs=True)
    assert isinstance(status, fal_client.Completed)
    assert status.logs
    assert client.result(MODEL, handle.request_id)["seed"] == 42


def test_it_cancels_what_waits_and_hears_that_the_rest_is_over(
    client: fal_client.SyncClient, vendor: FalSimulator
) -> None:
    vendor.queued = 60.0
    handle = client.submit(MODEL, WISH)
    handle.cancel()
    assert (vendor.bills, vendor.requests[-1].method) == ([], "PUT")
    vendor.queued = 0.0
    over = client.submit(MODEL, WISH)
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        client.cancel(MODEL, over.request_id)
    assert caught.value.status_code == 400


def test_it_reads_the_models_errors_and_the_platforms(
    client: fal_client.SyncClient, vendor: FalSimulator
) -> None:
    handle = client.submit(MODEL, WISH | {"safety_tolerance": 2})
    with pytest.raises(fal_client.FalClientHTTPError) as wrong:
        handle.get()
    assert (wrong.value.status_code, wrong.value.response_headers["x-fal-retryable"]) == (422, "false")
    vendor.fault = Fault(base.TASK_FAILED)
    failed = client.submit(MODEL, WISH)
    status = failed.status()
    assert isinstance(status, fal_client.Completed)
    assert status.error_type == "runner_server_error"
    with pytest.raises(fal_client.FalClientHTTPError) as broken:
        failed.get()
    assert broken.value.error_type == "runner_server_error"


def test_it_takes_a_whole_wait_in_one_call(client: fal_client.SyncClient, vendor: FalSimulator) -> None:
    vendor.seconds = 0.05
    started = time.monotonic()
    told: list[fal_client.Status] = []
    answer = client.subscribe(MODEL, WISH, with_logs=True, interval=0.02, on_queue_update=told.append)
    assert time.monotonic() - started < 5
    assert isinstance(told[-1], fal_client.Completed)
    assert answer["has_nsfw_concepts"] == [False]
