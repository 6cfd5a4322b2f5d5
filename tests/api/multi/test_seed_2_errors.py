"""Every error of the wire page: status, code and details; and the limits that stand on every answer."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client

from studio.accounts import keys
from studio.accounts.models import ApiKey, User
from studio.api.errors import Kind
from studio.api.multi import DIALECT
from studio.catalog import services as catalog
from studio.credits import caps
from studio.jobs.models import Job, Run, State
from tests.api.multi.conftest import EDIT, GENERATE, Post, poster, read, refusal
from tests.jobs.conftest import START, Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault
from tests.providers.simulators.multi import MultiSimulator

SMALL: dict[str, Any] = {"width": 256, "height": 256}
SKETCH = {"model": "gesso/sketch"} | SMALL
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
DOCUMENTED = {
    "BAD_REQUEST", "MISSING_REQUIRED_FIELD", "INVALID_MODEL", "GUARDRAIL_BLOCKED", "UNAUTHORIZED",
    "INVALID_API_KEY", "FORBIDDEN", "RATE_LIMIT_EXCEEDED", "INTERNAL_ERROR", "MODEL_UNAVAILABLE",
}  # fmt: skip


def sent(address: str = GENERATE, **headers: str) -> Any:
    body = json.dumps({"prompt": "a stair"} | SKETCH)
    return Client().post(address, body, content_type="application/json", headers=headers)


def test_every_kind_of_error_is_told_by_a_code_that_clients_know() -> None:
    codes = {DIALECT.words[kind][1] for kind in Kind}
    assert codes == DOCUMENTED | {"INSUFFICIENT_CREDITS"}


def test_the_key_comes_as_a_bearer_token_or_in_its_own_header(key: str, desk: Desk) -> None:
    assert sent(Authorization=f"Bearer {key}").status_code == 200
    assert sent(**{"X-API-Key": key}).status_code == 200
    assert sent("/api/v1/image/generate", **{"X-API-Key": key}).status_code == 200


def test_no_key_and_a_bad_one_are_told_apart(key: str, alice: User) -> None:
    assert refusal(sent()) == (401, "UNAUTHORIZED", "")
    for header in ({"Authorization": "Bearer gs_live_x"}, {"X-API-Key": "ck_live_x"}):
        assert refusal(sent(**header)) == (401, "INVALID_API_KEY", "")
    keys.revoke(key=ApiKey.objects.get(), by=alice)
    assert refusal(sent(**{"X-API-Key": key})) == (401, "INVALID_API_KEY", "")


def test_a_key_may_only_what_it_says(post: Post) -> None:
    ApiKey.objects.update(allowed_models=["gesso/paint"])
    assert refusal(post(SKETCH)) == (403, "FORBIDDEN", "model")
    ApiKey.objects.update(scopes=["pictures"])
    assert refusal(post(SKETCH)) == (403, "FORBIDDEN", "")


def test_the_limits_stand_on_every_answer_to_a_key(post: Post, settings: Any, desk: Desk) -> None:
    settings.API_PER_MINUTE = 3
    answers = [post(SKETCH), post({"model": "gesso/none"}), post({"seed": "x"}), post(SKETCH)]
    assert [answer.status_code for answer in answers] == [200, 400, 400, 429]
    for answer in answers:
        assert all(answer.headers[name].isdigit() for name in LIMITS)
        assert answer["X-RateLimit-Limit"] == "3"
        assert 0 < int(answer["X-RateLimit-Reset"]) - time.time() <= 60
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    error = read(answers[-1])["error"]
    assert error["code"] == "RATE_LIMIT_EXCEEDED"
    assert set(error["details"]) == {"retryAfter"}
    assert 1 <= error["details"]["retryAfter"] <= 60
    assert answers[-1]["Retry-After"] == str(error["details"]["retryAfter"])


def test_a_mistake_of_our_own_is_an_internal_error_and_tells_the_limits(
    dry: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.api.quotes.priced", lambda *_given: 1 // 0)
    answer = dry(SKETCH)
    assert refusal(answer) == (500, "INTERNAL_ERROR", "")
    assert all(answer.headers[name].isdigit() for name in LIMITS)


def test_want_of_credits_and_a_spent_cap_are_402(post: Post, desk: Desk) -> None:
    caps.set_limit(caps.KEY, str(ApiKey.objects.get().pk), 2_999)
    assert refusal(post(SKETCH))[:2] == (402, "INSUFFICIENT_CREDITS")
    caps.set_limit(caps.KEY, str(ApiKey.objects.get().pk), None)
    for count in [*[8] * 41, 5]:
        desk.submit("gesso/paint", n=count)
    assert refusal(post({"model": "gesso/paint"}))[:2] == (402, "INSUFFICIENT_CREDITS")


FAULTS = [
    (Fault(base.MODERATED_INPUT), 400, "GUARDRAIL_BLOCKED"),
    (Fault(base.STATUS, 500), 500, "INTERNAL_ERROR"),
    (Fault(base.STATUS, 401), 500, "INTERNAL_ERROR"),
    (Fault(base.NO_IMAGE), 500, "INTERNAL_ERROR"),
]


@pytest.mark.parametrize(("fault", "status", "code"), FAULTS, ids=range(len(FAULTS)))
def test_what_a_vendor_does_not_make_costs_nothing_and_says_so(
    post: Post, vendor: MultiSimulator, desk: Desk, fault: Fault, status: int, code: str
) -> None:
    vendor.fault = fault
    answer = post(SMALL)
    assert refusal(answer) == (status, code, "")
    assert "Nothing was charged." in read(answer)["error"]["message"]
    assert (Job.objects.get().state, desk.balance) == (State.FAILED, (START, 0))


def test_trap_5_a_model_that_its_maker_switched_off_is_unavailable(
    post: Post, vendor: MultiSimulator, desk: Desk
) -> None:
    vendor.ended.add("imagen-4")
    answer = post({"model": "imagen-4"})
    assert refusal(answer) == (503, "MODEL_UNAVAILABLE", "model")
    assert desk.balance == (START, 0)


def test_a_model_that_is_paused_or_not_set_up_is_unavailable_and_one_that_nobody_knows_is_invalid(
    dry: Post, configured: None, dana: User
) -> None:
    assert refusal(dry({"model": "flux-2-klein"}))[:2] == (503, "MODEL_UNAVAILABLE")
    assert refusal(dry({"model": "openai/gpt-image-2"}))[:2] == (503, "MODEL_UNAVAILABLE")
    assert refusal(dry({"model": "flux-9"}))[:2] == (400, "INVALID_MODEL")
    catalog.pause(dana, "multi")
    answer = dry({})
    assert refusal(answer)[:2] == (503, "MODEL_UNAVAILABLE")
    assert answer["Retry-After"] == str(read(answer)["error"]["details"]["retryAfter"])


@pytest.mark.parametrize("address", [GENERATE, EDIT])
def test_what_is_no_request_of_this_api_is_told_in_its_words(key: str, address: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert refusal(client.get(address)) == (405, "BAD_REQUEST", "")
    assert refusal(client.post(f"{address}/x", {}, content_type="application/json"))[:2] == (
        404,
        "BAD_REQUEST",
    )
    for body in ("", "[]", "{", '{"prompt": '):
        assert refusal(client.post(address, body, content_type="text/plain"))[:2] == (400, "BAD_REQUEST")
    assert refusal(client.post(address, "{}", content_type="text/plain")) == (
        400,
        "MISSING_REQUIRED_FIELD",
        "prompt",
    )


def test_an_unknown_field_is_refused_by_its_own_name(dry: Post) -> None:
    for name in ("n", "size", "negative_prompt", "stream"):
        answer = dry({name: 1})
        assert refusal(answer) == (400, "BAD_REQUEST", name)
        assert name in read(answer)["error"]["message"]
    assert refusal(dry({"image_url": "data:,", "width": 256})) == (400, "BAD_REQUEST", "width")


def test_an_edit_without_its_picture_names_it(key: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {key}"})
    answer = client.post(EDIT, json.dumps({"prompt": "at dusk"}), content_type="application/json")
    assert refusal(answer) == (400, "MISSING_REQUIRED_FIELD", "image_url")


def test_a_picture_of_somebody_else_is_none(post: Post, bob: User, desk: Desk) -> None:
    made = read(post(SKETCH))["images"][0]["url"]
    other = poster(keys.make(owner=bob, name="Bob")[1])
    assert refusal(other({"model": "gesso/paint", "image_url": made})) == (400, "BAD_REQUEST", "image_url")
    assert Run.objects.count() == 1
