"""The thin door for scripts: OpenAI's client and plain HTTP, the studio's models, one ledger and one gallery."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import openai
import pytest

from studio.accounts import keys
from studio.accounts.models import ApiKey, User
from studio.images.models import Image
from studio.jobs import sweeping
from studio.jobs.models import Job, Run, State
from tests.jobs.conftest import PAID, SKETCH, START, Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.openai import OpenAISimulator

SMALL: dict[str, Any] = {"model": SKETCH, "prompt": "a stair", "size": "256x256"}


@pytest.fixture
def vendor(settings: Any) -> Any:
    """The paid vendor's simulator, with this server's key for it."""
    with OpenAISimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"openai": "sk-test"}, {"openai": simulator.url}
        yield simulator


def test_openais_client_gets_pictures_that_cost_what_they_say_and_stand_in_the_gallery(
    sdk: openai.OpenAI, desk: Desk
) -> None:
    answer = sdk.images.generate(**SMALL, n=2)
    assert answer.data is not None
    found = [base64.b64decode(each.b64_json or "") for each in answer.data]
    assert [data[:8] for data in found] == [b"\x89PNG\r\n\x1a\n"] * 2
    assert (answer.size, answer.output_format) == ("256x256", "png")
    job = Job.objects.get()
    assert (job.charged, desk.balance) == (6_000, (START - 6_000, 0))
    assert answer.usage is not None
    assert answer.usage.model_extra == {"cost": {"total_cost": 0.006}}
    assert (job.run.origin, job.run.project.name) == (Run.Origin.API, "Nightly")
    assert Image.objects.visible_to(desk.actor).filter(kind=Image.Kind.OUTPUT).count() == 2


def test_the_list_holds_what_can_be_used_now(sdk: openai.OpenAI, vendor: OpenAISimulator) -> None:
    names = [model.id for model in sdk.models.list()]
    assert SKETCH in names
    assert PAID in names
    assert "openai/dall-e-2" not in names
    assert sdk.models.retrieve("gesso/paint").owned_by == "Gesso"
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("dall-e-2")


def test_a_paid_vendor_is_asked_once_and_its_tokens_are_told(
    sdk: openai.OpenAI, vendor: OpenAISimulator, desk: Desk
) -> None:
    answer = sdk.images.generate(model="gpt-image-2", prompt="a stair", quality="low", size="1024x1024")
    assert len(vendor.bills) == 1
    assert answer.usage is not None
    assert answer.usage.output_tokens > 0
    assert desk.balance == (START - Job.objects.get().charged, 0)


def test_the_dialects_own_address_serves_the_same(raw: httpx.Client) -> None:
    assert raw.post("/d/openai/v1/images/generations", json=SMALL).status_code == 200
    assert raw.get("/d/openai/v1/models").json() == raw.get("/v1/models").json()


def test_a_body_is_read_whatever_it_says_it_is(raw: httpx.Client) -> None:
    body = b'{"model": "gesso/sketch", "prompt": "a stair", "size": "256x256"}'
    answer = raw.post("/v1/images/generations", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(raw: httpx.Client, body: bytes) -> None:
    answer = raw.post("/v1/images/generations", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


def test_an_unknown_model_is_not_found(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.images.generate(model="no-such", prompt="a stair")
    assert caught.value.code == "model_not_found"


def test_an_empty_balance_is_a_quota_that_the_client_does_not_try_again(
    sdk: openai.OpenAI, desk: Desk
) -> None:
    for _ in range(41):
        desk.submit("gesso/paint", n=8)
    patient = sdk.with_options(max_retries=2)
    with pytest.raises(openai.RateLimitError) as caught:
        patient.images.generate(model="gesso/paint", prompt="a stair", n=8)
    assert caught.value.code == "insufficient_quota"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert not Run.objects.filter(origin=Run.Origin.API).exists()


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (Fault(base.MODERATED_INPUT), openai.BadRequestError, "moderation_blocked"),
        (Fault(base.STATUS, 500), openai.InternalServerError, "server_error"),
        (Fault(base.HANG_UP), openai.InternalServerError, "unconfirmed"),
        (Fault(base.NO_MONEY), openai.InternalServerError, "server_error"),
    ],
)
def test_a_vendors_failure_has_the_clients_exception_and_charges_nothing(
    sdk: openai.OpenAI, vendor: OpenAISimulator, desk: Desk, fault: Fault, kind: Any, code: str
) -> None:
    vendor.fault = fault
    with pytest.raises(kind) as caught:
        sdk.images.generate(model="gpt-image-2", prompt="a stair", quality="low", size="1024x1024")
    assert caught.value.code == code
    assert "sk-test" not in str(caught.value)
    assert Job.objects.get().charged == 0
    assert sum(desk.balance) == START


def test_a_vendor_that_is_busy_is_waited_for(sdk: openai.OpenAI, vendor: OpenAISimulator) -> None:
    vendor.fault = Fault(base.STATUS, 429, times=1)
    assert sdk.images.generate(model="gpt-image-2", prompt="a stair", quality="low", size="1024x1024").data
    assert (len(vendor.bills), Job.objects.get().attempts.count()) == (1, 2)


def test_the_same_idempotency_key_brings_the_same_pictures_and_another_body_is_refused(
    raw: httpx.Client, desk: Desk
) -> None:
    once = {"Idempotency-Key": "order-7"}
    first, second = (raw.post("/v1/images/generations", json=SMALL, headers=once) for _ in range(2))
    assert first.json() == second.json()
    assert (Run.objects.count(), desk.balance[0]) == (1, START - 3_000)
    other = raw.post("/v1/images/generations", json=SMALL | {"n": 2}, headers=once)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert "Idempotency-Key" in other.json()["error"]["message"]


def test_a_run_that_this_process_left_is_taken_up_by_the_workers(desk: Desk) -> None:
    """Nothing was published for it: the sweep finds it like a message that was lost."""
    run = desk.submit(SKETCH, hint=False)
    assert sweeping.undispatched(run.jobs.get().due_at) == [run.jobs.get().pk]


@pytest.mark.parametrize("header", ["", "Bearer", "Basic x", "Bearer gs_live_nothing", "Bearer sk-1234"])
def test_without_a_good_key_nothing_is_done(raw: httpx.Client, header: str) -> None:
    answer = raw.post("/v1/images/generations", json=SMALL, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    assert Run.objects.count() == 0


def test_a_key_for_some_models_is_for_no_other(raw: httpx.Client) -> None:
    ApiKey.objects.update(allowed_models=["gesso/paint"])
    answer = raw.post("/v1/images/generations", json=SMALL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "model_not_allowed")
    assert [each["id"] for each in raw.get("/v1/models").json()["data"]] == ["gesso/paint"]
    assert raw.get("/v1/models/gesso/sketch").status_code == 404


def test_a_browsers_session_is_no_key(live_server: Any, as_alice: Any) -> None:
    answer = as_alice.post("/v1/images/generations", SMALL, content_type="application/json")
    assert answer.status_code == 401


def test_a_wrong_method_says_which_are_right(raw: httpx.Client) -> None:
    answer = raw.get("/v1/images/generations")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


def test_a_teams_key_makes_the_teams_pictures_and_its_owner_pays_without_a_pool(
    live_server: Any, desk: Desk, alice: User, northwind: Any
) -> None:
    _row, text = keys.make(owner=alice, name="Team script", team=northwind)
    headers = {"Authorization": f"Bearer {text}"}
    answer = httpx.post(f"{live_server.url}/v1/images/generations", json=SMALL, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    job = Job.objects.get()
    assert (job.run.team, job.state) == (northwind, State.SUCCEEDED)
    assert desk.balance[0] == START - 3_000
