"""FairStack's dialect (seed 0): every row of its table, its curl, its money, its errors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from studio.accounts.models import ApiKey
from studio.credits import caps
from studio.images.models import Image
from studio.jobs.models import Job, Run, State
from tests.api.curl import sent
from tests.jobs.conftest import START, Desk
from tests.providers.simulators import base
from tests.providers.simulators.base import Fault, Reply
from tests.providers.simulators.fairstack import FairStackSimulator
from tests.providers.web import Website

ADDRESS = "/d/fairstack/v1/generations/image"
SMALL: dict[str, Any] = {"model": "gesso/sketch", "prompt": "a stair", "image_size": "256x256"}

CURL = """curl -X POST https://api.fairstack.ai/v1/generations/image \\
  -H "Authorization: Bearer $FAIRSTACK_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "gpt-image-1.5-t2i",
    "prompt": "A mountain lake at golden hour, photorealistic"
  }'"""
CURL_ESTIMATE = """curl -X POST https://api.fairstack.ai/v1/generations/image \\
  -H "Authorization: Bearer $FAIRSTACK_API_KEY" \\
  -d '{
    "model": "gpt-image-1.5-t2i",
    "prompt": "test",
    "confirm": false
  }'"""


@pytest.fixture
def vendor(settings: Any) -> Any:
    """FairStack itself, simulated, with this server's key for it."""
    with FairStackSimulator() as simulator:
        settings.PROVIDER_KEYS = {"fairstack": "fs_live_test"}
        settings.PROVIDER_URLS = {"fairstack": simulator.url}
        yield simulator


def dry(raw: httpx.Client, **changed: Any) -> httpx.Response:
    return raw.post(ADDRESS, json=SMALL | {"confirm": False} | changed)


def told(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("param", "")


def test_a_picture_is_answered_by_its_address_and_its_cost_in_microdollars(
    raw: httpx.Client, desk: Desk
) -> None:
    answer = raw.post(ADDRESS, json=SMALL | {"seed": 42})
    found = answer.json()
    assert set(found) == {"id", "status", "url", "model", "modality", "cost", "metadata"}
    assert found["id"].startswith("gen_")
    assert (found["status"], found["model"], found["modality"]) == ("completed", "gesso/sketch", "image")
    assert found["cost"] == {
        "credits_used": 3_000,
        "estimated_credits": 3_000,
        "currency": "microdollars",
    }
    assert found["metadata"] == {"width": 256, "height": 256, "seed": 42}
    assert desk.balance == (START - found["cost"]["credits_used"], 0)
    picture = httpx.get(found["url"], trust_env=False)
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")


PRICED: list[tuple[str, dict[str, Any], int]] = [
    ("gesso/sketch", {"image_size": "256x256"}, 3_000),
    ("gesso/paint", {"aspect_ratio": "16:9"}, 30_000),
    ("gesso/studio", {}, 80_000),
]


@pytest.mark.parametrize(("model", "changed", "cost"), [*PRICED, ("gesso/press", {}, None)])
def test_what_a_dry_run_says_is_held_and_what_the_answer_says_leaves_the_balance(
    raw: httpx.Client, desk: Desk, model: str, changed: dict[str, Any], cost: int | None
) -> None:
    body = {"prompt": "a stair", "model": model} | changed
    estimate = raw.post(ADDRESS, json=body | {"confirm": False}).json()
    assert set(estimate) == {"estimated_cost"}
    assert set(estimate["estimated_cost"]) == {"micro", "display"}
    micro = estimate["estimated_cost"]["micro"]
    assert float(estimate["estimated_cost"]["display"].removeprefix("$")) == micro / 1_000_000
    assert Run.objects.count() == 0
    stated = raw.post(ADDRESS, json=body).json()["cost"]
    assert stated["estimated_credits"] == micro >= stated["credits_used"] == START - desk.balance[0]
    # What is priced by the token costs what it took, and all else what was estimated.
    assert cost is None or stated["credits_used"] == cost == micro


def test_seed_0_its_curl_makes_a_picture_with_only_host_and_key_changed(
    live_server: LiveServer, key: str, desk: Desk
) -> None:
    for place in (f"{live_server.url}/d/fairstack", live_server.url):
        found = sent(CURL, base=place, key=key).json()
        assert (found["status"], found["metadata"]["width"]) == ("completed", 1024)
        # No vendor has a key here, so an offline model stands in, for no more than the seed's price.
        assert found["model"].startswith("gesso/")
        assert found["cost"]["credits_used"] <= 9_000
    spent = sum(Job.objects.values_list("charged", flat=True))
    assert desk.balance == (START - spent, 0)


def test_seed_0_its_estimate_curl_which_says_no_content_type_costs_nothing(
    live_server: LiveServer, key: str, desk: Desk
) -> None:
    answer = sent(CURL_ESTIMATE, base=f"{live_server.url}/d/fairstack", key=key)
    estimate = answer.json()["estimated_cost"]
    assert estimate["display"] == f"${estimate['micro'] / 1_000_000:.3f}"
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_seed_0_its_curl_runs_at_the_vendor_itself_where_this_server_has_its_key(
    live_server: LiveServer, key: str, vendor: FairStackSimulator, desk: Desk
) -> None:
    found = sent(CURL, base=f"{live_server.url}/d/fairstack", key=key).json()
    assert found["model"] == "fairstack/gpt-image-1.5-t2i"
    assert len(vendor.bills) == 1
    assert found["cost"]["credits_used"] == START - desk.balance[0]


@pytest.mark.parametrize(
    ("sent", "arrived"),
    [
        ({}, {"aspect_ratio": "1:1"}),
        ({"aspect_ratio": "3:4"}, {"aspect_ratio": "3:4"}),
        ({"aspect_ratio": "3:4", "image_size": "1024x768"}, {"image_size": "1024x768"}),
        ({"negative_prompt": "people", "seed": 7}, {"negative_prompt": "people", "seed": 7}),
    ],
)
def test_each_row_of_the_table_reaches_the_vendor(
    raw: httpx.Client, vendor: FairStackSimulator, sent: dict[str, Any], arrived: dict[str, Any]
) -> None:
    body = {"model": "gpt-image-1.5-t2i", "prompt": "a stair"}
    answer = raw.post(ADDRESS, json=body | sent)
    assert answer.status_code == 200, answer.text
    fields = vendor.bills[0].fields
    assert (body | arrived).items() <= fields.items()
    # Of shape and size one: the vendor would take the size and not say so (trap 5).
    assert len({"aspect_ratio", "image_size"} & set(fields)) == 1


def test_a_seeds_model_takes_any_size_and_so_does_what_stands_in_for_it(raw: httpx.Client) -> None:
    for size in ("1024x1024", "1280x720", "512x512", "1024x768", "1920x1080", "2048x2048"):
        answer = dry(raw, model="gpt-image-1.5-t2i", image_size=size)
        assert answer.json()["estimated_cost"]["micro"] <= 9_000, answer.text


ROWS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"size": "256x256", "n": 1}),
    ({"image_size": None}, {"size": "1024x1024"}),
    ({"image_size": None, "aspect_ratio": None}, {"size": "1024x1024"}),
    ({"image_size": "512x512", "aspect_ratio": "16:9"}, {"size": "512x512"}),
    ({"negative_prompt": "people"}, {"negative_prompt": "people"}),
    ({"negative_prompt": None}, {"negative_prompt": ""}),
    ({"seed": 0}, {"seed": 0}),
    ({"seed": 4294967295}, {"seed": 4294967295}),
]


@pytest.mark.parametrize(("changed", "kept"), ROWS)
def test_each_row_of_the_table_reaches_the_job(
    raw: httpx.Client, changed: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert raw.post(ADDRESS, json=SMALL | changed).status_code == 200
    job = Job.objects.get()
    assert kept.items() <= job.parameters.items()
    assert job.n == 1


@pytest.mark.parametrize("shape", ["1:1", "16:9", "9:16", "4:3", "3:4"])
def test_each_aspect_ratio_of_the_table_is_taken(raw: httpx.Client, shape: str) -> None:
    assert dry(raw, model="gesso/paint", image_size=None, aspect_ratio=shape).status_code == 200


@pytest.mark.parametrize("shape", ["16:9", "9:16", "4:3", "3:4"])
def test_a_model_that_is_sized_by_pixels_paints_the_shape_that_was_asked_for(
    raw: httpx.Client, shape: str
) -> None:
    made = raw.post(ADDRESS, json=SMALL | {"image_size": None, "aspect_ratio": shape}).json()["metadata"]
    across, down = (int(side) for side in shape.split(":"))
    assert made["width"] / made["height"] == pytest.approx(across / down, rel=0.01)


def test_a_shape_that_the_model_lacks_is_refused_and_not_painted_square(raw: httpx.Client) -> None:
    answer = dry(raw, model="gesso/press", image_size=None, aspect_ratio="4:3")
    assert told(answer) == (400, "invalid_value", "aspect_ratio")


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({"model": None}, 400, "invalid_type", "model"),
    ({"model": ""}, 400, "missing_required_parameter", "model"),
    ({"model": "no-such"}, 400, "unknown_model", "model"),
    ({"prompt": ""}, 400, "missing_required_parameter", "prompt"),
    ({"prompt": 7}, 400, "invalid_type", "prompt"),
    ({"prompt": "a" * 40_000}, 400, "prompt_too_long", "prompt"),
    ({"negative_prompt": 7}, 400, "invalid_type", "negative_prompt"),
    ({"aspect_ratio": "2:1"}, 400, "invalid_value", "aspect_ratio"),
    ({"image_size": "wide"}, 400, "invalid_value", "image_size"),
    ({"image_size": ""}, 400, "invalid_value", "image_size"),
    ({"image_size": "٢٥٦x٢٥٦"}, 400, "invalid_value", "image_size"),
    ({"image_size": "99999x99999"}, 400, "invalid_value", "image_size"),
    ({"image_size": "1000x1000", "model": "gesso/paint"}, 400, "invalid_value", "image_size"),
    ({"image_size": "1000x1000", "model": "gesso/press"}, 400, "invalid_value", "image_size"),
    ({"seed": -1}, 400, "invalid_value", "seed"),
    ({"seed": 2**32}, 400, "invalid_value", "seed"),
    ({"seed": "7"}, 400, "invalid_type", "seed"),
    ({"image": 7}, 400, "invalid_type", "image"),
    ({"image": ""}, 400, "invalid_value", "image"),
    ({"image": "ftp://pictures.example/a.png"}, 400, "address_scheme", "image"),
    ({"confirm": "false"}, 400, "invalid_type", "confirm"),  # trap 6
    ({"n": 2}, 400, "unknown_parameter", "n"),
]


@pytest.mark.parametrize(("changed", "status", "code", "param"), REFUSED)
def test_one_value_beyond_each_row_is_refused_at_its_field_and_costs_nothing(
    raw: httpx.Client, desk: Desk, changed: dict[str, Any], status: int, code: str, param: str
) -> None:
    answer = raw.post(ADDRESS, json=SMALL | changed)
    assert told(answer) == (status, code, param), answer.text
    assert answer.json()["error"]["status"] == status
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


def test_a_required_field_that_is_missing_is_named(raw: httpx.Client) -> None:
    assert told(raw.post(ADDRESS, json={"prompt": "a stair"})) == (400, "missing_required_parameter", "model")
    assert told(raw.post(ADDRESS, json={"model": "gesso/sketch"}))[2] == "prompt"


def test_an_address_is_edited_and_so_is_what_came_of_it(raw: httpx.Client, site: Website, desk: Desk) -> None:
    made = raw.post(ADDRESS, json=SMALL | {"image": None}).json()
    edited = raw.post(ADDRESS, json={"model": "gesso/paint", "prompt": "at dusk", "image": made["url"]})
    assert edited.status_code == 200, edited.text
    assert site.requests == []
    source = Job.objects.get(model="gesso/paint").references.get()
    assert source.image == Image.objects.get(model="gesso/sketch")
    again = raw.post(
        ADDRESS,
        json={"model": "gesso/paint", "prompt": "at noon", "image": "http://pictures.example/plan.png"},
    )
    assert again.status_code == 200, again.text


def test_a_repeat_under_one_key_fetches_nothing_and_pays_nothing_even_when_the_source_has_gone(
    raw: httpx.Client, site: Website, desk: Desk
) -> None:
    body = {"model": "gesso/paint", "prompt": "at dusk", "image": "http://pictures.example/plan.png"}
    once = {"Idempotency-Key": "order-1"}
    first = raw.post(ADDRESS, json=body, headers=once).json()
    fetched, spent = len(site.requests), desk.balance
    site.says(Reply(404, b""))
    again = raw.post(ADDRESS, json=body, headers=once).json()
    assert (again["id"], again["cost"]) == (first["id"], first["cost"])
    assert (len(site.requests), desk.balance) == (fetched, spent)
    other = raw.post(ADDRESS, json=body | {"prompt": "at noon"}, headers=once)
    assert told(other)[:2] == (422, "idempotency_key_reused")


def test_no_credits_and_a_spent_cap_are_402_and_say_which(raw: httpx.Client, desk: Desk) -> None:
    caps.set_limit(caps.KEY, str(ApiKey.objects.get().pk), 2_999)
    capped = raw.post(ADDRESS, json=SMALL)
    assert told(capped)[:2] == (402, "spending_cap_reached")
    assert "0.2999 credits are left of it, this needs 0.3." in capped.json()["error"]["message"]
    caps.set_limit(caps.KEY, str(ApiKey.objects.get().pk), None)
    for count in [*[8] * 41, 5]:
        desk.submit("gesso/paint", n=count)
    answer = raw.post(ADDRESS, json={"model": "gesso/paint", "prompt": "a stair"})
    assert told(answer)[:2] == (402, "insufficient_credits")


def test_a_failure_is_no_picture_and_costs_nothing(
    raw: httpx.Client, vendor: FairStackSimulator, desk: Desk
) -> None:
    vendor.fault = Fault(base.MODERATED_INPUT)
    answer = raw.post(ADDRESS, json={"model": "gpt-image-1.5-t2i", "prompt": "a stair"})
    assert told(answer)[:2] == (400, "moderation_blocked")
    assert Job.objects.get().state == State.FAILED
    assert desk.balance == (START, 0)


def test_the_list_needs_no_key_and_can_be_narrowed(live_server: LiveServer, transactional_db: None) -> None:
    def keys(**query: str) -> list[str]:
        answer = httpx.get(f"{live_server.url}/d/fairstack/v1/models", params=query, trust_env=False)
        return [model["key"] for model in answer.json()["models"]]

    offline = ["gesso/sketch", "gesso/paint", "gesso/studio", "gesso/press"]
    assert keys() == keys(modality="image") == keys(type="t2i") == keys(provider="gesso") == offline
    assert keys(tier="budget") == ["gesso/sketch"]
    assert keys(type="edit") == offline[1:]
    assert keys(provider="nobody") == keys(type="upscale") == []
    first = httpx.get(f"{live_server.url}/d/fairstack/v1/models", trust_env=False).json()["models"][0]
    assert first["price"] == {"micro": 3_000, "display": "$0.003", "unit": "image"}
    refused = httpx.get(f"{live_server.url}/d/fairstack/v1/models?type=film", trust_env=False)
    assert told(refused) == (400, "invalid_value", "type")


def test_credits_tell_the_balance_and_what_the_key_may_still_spend(raw: httpx.Client) -> None:
    found = raw.get("/d/fairstack/v1/credits").json()
    assert found == {
        "balance": {"micro": START, "display": "$10.00", "currency": "USD"},
        "caps": {"organization": None, "project": None, "key": None},
    }
    caps.set_limit(caps.KEY, str(ApiKey.objects.get().pk), 50_000)
    raw.post(ADDRESS, json=SMALL)
    assert raw.get("/v1/credits").json()["caps"]["key"] == {"micro": 47_000, "display": "$0.047"}
    ApiKey.objects.update(scopes=["generate"])
    assert told(raw.get("/v1/credits"))[:2] == (403, "missing_scope")
    ApiKey.objects.update(expires_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    over = raw.get("/v1/credits")
    assert told(over)[:2] == (401, "unauthorized")
    assert "worked until 2026-03-01 12:00 UTC" in over.json()["error"]["message"]
