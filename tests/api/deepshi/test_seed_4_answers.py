"""Errors, money, what is kept beside the documented fields, and OpenAI's client with a changed base URL."""

from __future__ import annotations

import asyncio
import base64
from decimal import Decimal
from typing import Any

import openai
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from providers.base import ImageRequest
from studio.accounts import keys
from studio.accounts.models import ApiKey, User
from studio.api.deepshi.fields import Pictures
from studio.images.models import Image
from studio.jobs.models import Job, Run
from studio.jobs.specs import spec_of
from tests.api.deepshi.conftest import BASE, GENERATIONS, Post, read
from tests.jobs.conftest import PAINT, PRESS, SKETCH, START, Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.bfl import BFLSimulator
from tests.providers.simulators.deepshi import DeepshiSimulator

SMALL: dict[str, Any] = {"model": SKETCH, "prompt": "a stair", "width": 256, "height": 256}


def told(answer: Any) -> tuple[int, str, str]:
    """Status, code and type of an error."""
    error = read(answer)["error"]
    assert set(error) == {"message", "type", "code", "param"}
    return answer.status_code, error["code"], error["type"]


@pytest.mark.parametrize(("model", "n"), [(SKETCH, 1), (SKETCH, 3), (PAINT, 2), (PRESS, 1)])
def test_seed_4_trap_2_the_stated_cost_is_what_left_the_balance_to_the_micro(
    post: Post, asked: list[ImageRequest], desk: Desk, model: str, n: int
) -> None:
    answer = read(post({"model": model, "prompt": "a stair", "n": n}))
    cost = answer["usage"]["cost"]["total_cost"]
    assert Decimal(str(cost)) * 1_000_000 == START - desk.balance[0] == Job.objects.get().charged > 0
    assert desk.balance[1] == 0


def test_seed_4_a_priced_sketch_is_a_png_of_the_size_that_the_answer_says(post: Post, desk: Desk) -> None:
    answer = read(post(SMALL))
    assert (
        Pictures.model_validate(answer, strict=True, extra="forbid").model_dump(exclude_unset=True) == answer
    )
    data = base64.b64decode(answer["data"][0]["b64_json"])
    assert (answer["size"], data[16:24]) == ("256x256", (256).to_bytes(4) * 2)
    assert answer["usage"] == {
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "total_tokens": 0,
        "cost": {"total_cost": 0.003},
    }
    assert Image.objects.visible_to(desk.actor).filter(kind=Image.Kind.OUTPUT).count() == 1


def test_seed_4_a_bad_key_is_401_and_a_revoked_one_403(
    post: Post, api: Client, alice: User, desk: Desk
) -> None:
    assert told(post(SMALL, Authorization="Bearer gs_live_no")) == (
        401,
        "invalid_api_key",
        "authentication_error",
    )
    keys.revoke(by=alice, key=ApiKey.objects.get())
    assert told(post(SMALL)) == (403, "key_revoked", "permission_error")
    assert Run.objects.count() == 0


def test_seed_4_a_model_that_the_key_is_not_for_is_403(post: Post, desk: Desk) -> None:
    ApiKey.objects.update(allowed_models=[PAINT])
    assert told(post(SMALL)) == (403, "model_not_allowed", "permission_error")


def test_seed_4_an_empty_balance_is_402(live_server: LiveServer, bob: User) -> None:
    _row, text = keys.make(owner=bob, name="Script")
    patient = openai.OpenAI(api_key=text, base_url=f"{live_server.url}{BASE}", max_retries=2)
    with patient, pytest.raises(openai.APIStatusError) as caught:
        patient.images.generate(model=SKETCH, prompt="a stair")
    assert (caught.value.status_code, caught.value.code) == (402, "insufficient_quota")
    assert Run.objects.count() == 0


def test_seed_4_a_request_too_many_is_429_with_the_time_to_wait(post: Post, settings: Any) -> None:
    settings.API_PER_MINUTE = 0
    answer = post(SMALL)
    assert told(answer) == (429, "rate_limit_exceeded", "rate_limit_error")
    assert 1 <= int(answer["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (base.MODERATED_INPUT, 400, "moderation_blocked"),
        (base.NO_MONEY, 502, "server_error"),
        (base.HANG_UP, 504, "unconfirmed"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_seed_4_a_vendors_failure_is_told_by_its_status_and_charges_nothing(
    post: Post, vendor: DeepshiSimulator, desk: Desk, fault: str, status: int, code: str, stream: bool
) -> None:
    vendor.fault = Fault(fault)
    answer = post({"model": "grok-imagine", "prompt": "a stair", "stream": stream})
    assert told(answer)[:2] == (status, code)
    assert (Job.objects.get().charged, sum(desk.balance)) == (0, START)
    assert "sk-bf-x" not in answer.getvalue().decode()


def test_seed_4_openais_client_works_with_a_changed_base_url(client: openai.OpenAI, desk: Desk) -> None:
    size = {"width": 256, "height": 256}
    answer = client.images.generate(model=SKETCH, prompt="a stair", n=2, extra_body=size)
    assert answer.data is not None
    assert [base64.b64decode(each.b64_json or "")[:4] for each in answer.data] == [b"\x89PNG"] * 2
    assert answer.usage is not None
    assert answer.usage.to_dict()["cost"] == {"total_cost": 0.006}
    assert SKETCH in [model.id for model in client.models.list()]
    assert client.models.retrieve("sketch").id == SKETCH


def test_seed_4_openais_client_streams_and_hears_the_cost_in_the_last_event(
    client: openai.OpenAI, desk: Desk
) -> None:
    size = {"width": 256, "height": 256}
    with client.images.generate(model=SKETCH, prompt="a stair", stream=True, extra_body=size) as stream:
        found = list(stream)
    assert [event.type for event in found] == ["image_generation.completed"]
    assert found[-1].to_dict()["usage"]["cost"] == {"total_cost": 0.003}  # type: ignore[index]


def test_seed_4_openais_asynchronous_client_has_its_exceptions(live_server: LiveServer, key: str) -> None:
    async def caught(**fields: Any) -> openai.APIStatusError:
        async with openai.AsyncOpenAI(
            api_key=key, base_url=f"{live_server.url}{BASE}", max_retries=0
        ) as client:
            with pytest.raises(openai.APIStatusError) as found:
                await client.images.generate(**{"model": SKETCH, "prompt": "a stair"} | fields)
            return found.value

    too_long, unknown = (
        asyncio.run(caught(**fields)) for fields in ({"prompt": "a" * 32_001}, {"model": "no-such"})
    )
    assert isinstance(too_long, openai.BadRequestError)
    assert (too_long.code, too_long.param) == ("PROMPT_TOO_LONG", "prompt")
    assert isinstance(unknown, openai.BadRequestError)
    assert (unknown.code, unknown.param) == ("model_not_found", "model")


def test_seed_4_without_its_base_the_dialect_is_that_of_the_key(
    post: Post, asked: list[ImageRequest], desk: Desk
) -> None:
    fields = SMALL | {"mood": "calm"}
    answer = post(fields, "/v1/images/generations")
    assert told(answer)[:2] == (400, "unknown_parameter")
    ApiKey.objects.update(dialect="deepshi")
    assert post(fields, "/v1/images/generations").status_code == 200
    assert read(post(SMALL, "/v1/images/edits"))["error"]["param"] == "image"


def test_a_program_that_prefers_not_to_wait_gets_a_task_without_the_base_and_a_stream_wins(
    post: Post, asked: list[ImageRequest], desk: Desk
) -> None:
    ApiKey.objects.update(dialect="deepshi")
    begun = post(SMALL, "/v1/images/generations", Prefer="respond-async")
    assert (begun.status_code, begun["Preference-Applied"], asked) == (202, "respond-async", [])
    assert read(begun)["billing"] == {"charged_credits": "3.0000"}
    streamed = post(SMALL | {"stream": True}, "/v1/images/generations", Prefer="respond-async")
    assert (streamed.status_code, streamed["Content-Type"]) == (200, "text/event-stream")
    assert post(SMALL, Prefer="respond-async").status_code == 200


def test_seed_4_a_stand_in_keeps_to_the_named_models_rules_and_price(
    post: Post, asked: list[ImageRequest], desk: Desk
) -> None:
    """Without any vendor's key the seed's own example works on the offline models."""
    answer = read(post({"model": "deepshi-banana-pro", "prompt": "a stair", "mood": "calm"}))
    assert answer["model"].startswith("gesso/")
    assert answer["usage"]["cost"]["total_cost"] <= 0.01
    assert Job.objects.get().parameters["unused"] == {"mood": "calm"}


def test_seed_4_what_no_model_knows_is_kept_shown_as_sent_and_goes_nowhere(
    post: Post, vendor: DeepshiSimulator, desk: Desk, as_alice: Client
) -> None:
    sent = {"model": "grok-imagine", "prompt": "a stair"}
    others = {"mood": "calm", "camera": {"fixed": True, "path": [1, 2]}, "extra": None, "n.n": 3}
    assert post(sent | others).status_code == 200
    kept = {"mood": "calm", "camera.fixed": "true", "camera.path": "[1, 2]", "n.n": "3"}
    job = Job.objects.get()
    assert (job.parameters["unused"], job.parameters["extra"], job.n) == (kept, {}, 1)
    assert not {"mood", "camera", "camera.fixed", "n.n"} & set(vendor.bills[0].fields)
    image = Image.objects.get(kind=Image.Kind.OUTPUT)
    for address in (reverse("run", args=[job.run_id]), reverse("image", args=[image.pk])):
        page = as_alice.get(address, follow=True).content.decode()
        assert "mood calm · camera.fixed true" in page
        assert "Sent" in page
        # What Reuse takes over is what the model has settings for.
        assert "mood&quot;" not in page
    assert spec_of(job, n=1).unused == kept


def test_seed_4_what_a_model_has_of_its_own_goes_on_and_is_held_to_its_limits(
    post: Post, desk: Desk, settings: Any
) -> None:
    with BFLSimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"bfl": "k"}, {"bfl": simulator.url}
        sent = {"model": "flux-pro-1.1", "prompt": "a stair", "steering": 5, "extra.seed": 3, "seed": 1}
        assert told(post(sent | {"safety_tolerance": 9}))[:2] == (400, "invalid_value")
        assert read(post(sent | {"safety_tolerance": "x"}))["error"]["param"] == "safety_tolerance"
        assert post(sent | {"safety_tolerance": 1, "prompt_upsampling": True}).status_code == 200
        fields = simulator.bills[0].fields
    assert (fields["safety_tolerance"], fields["prompt_upsampling"], fields["seed"]) == (1, True, 1)
    assert Job.objects.get().parameters["unused"] == {"steering": "5", "extra.seed": "3"}


def test_seed_4_of_what_is_unused_no_more_is_kept_than_can_be_shown(
    post: Post, asked: list[ImageRequest], desk: Desk
) -> None:
    others = {f"{number}" * 40: "x\n\0\ud800" * 5_000 for number in range(40)}
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    assert post({"deep": deep} | SMALL | others).status_code == 200
    kept = Job.objects.get().parameters["unused"]
    assert len(kept) == 16
    assert max(map(len, kept)) <= 64
    assert max(map(len, kept.values())) == 200
    assert all(text.isprintable() for text in kept.values())


@pytest.mark.parametrize("stream", [False, True])
def test_seed_4_the_same_idempotency_key_brings_the_same_answer_whatever_the_name_means_by_then(
    post: Post, vendor: DeepshiSimulator, desk: Desk, settings: Any, stream: bool
) -> None:
    once = {"Idempotency-Key": "order-7"}
    body = {"model": "grok-imagine", "prompt": "a stair", "seed": 7, "mood": "calm", "stream": stream}
    first = post(body, **once).getvalue()
    settings.PROVIDER_KEYS = {}
    assert post(body, **once).getvalue() == first
    assert told(post(body | {"mood": "wild"}, **once))[:2] == (422, "idempotency_key_reused")
    assert (Run.objects.count(), len(vendor.bills), desk.balance) == (1, 1, (START - 20_000, 0))


def test_seed_4_whom_a_program_names_as_its_user_is_kept_as_a_hash(
    post: Post, asked: list[ImageRequest], desk: Desk
) -> None:
    post(SMALL | {"user": "joe@example.org"})
    run = Run.objects.get()
    assert len(run.end_user) == 64
    assert "joe" not in str(Job.objects.get().parameters)


def test_seed_4_a_wrong_method_and_a_wrong_address_are_told_in_the_dialects_envelope(api: Client) -> None:
    assert told(api.get(GENERATIONS))[:2] == (405, "method_not_allowed")
    assert told(api.get(f"{BASE}/images/variations"))[:2] == (404, "not_found")
