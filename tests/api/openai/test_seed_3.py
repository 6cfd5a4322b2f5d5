"""Seed 3 row by row: its own request, each field with its default, its limit and one value beyond."""

from __future__ import annotations

import base64
import json
import re
import shlex
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from studio.jobs.models import Job, Run
from tests.api.openai.conftest import USAGE, Easel, Script, refusal
from tests.jobs.conftest import SKETCH, START, Desk
from tests.providers.simulators.openai import OpenAISimulator

ADDRESS = "/d/openai/v1/images/generations"
EXAMPLE = r"""curl https://api.fastapi.ai/v1/images/generations \
-H "Content-Type: application/json" \
-H "Authorization: Bearer $FAST_API_KEY" \
-d '{
"model": "gpt-image-1.5",
"prompt": "A cute baby sea otter",
"n": 1,
"size": "1024x1024"
}'"""
"""Word for word."""
STUDIO, PAINT = "gesso/studio", "gesso/paint"
GPT15, GPT2, DALLE2, DALLE3 = "gpt-image-1.5", "gpt-image-2", "dall-e-2", "dall-e-3"


@pytest.fixture
def vendor(settings: Any) -> Any:
    with OpenAISimulator() as simulator:
        settings.PROVIDER_KEYS, settings.PROVIDER_URLS = {"openai": "sk-test"}, {"openai": simulator.url}
        yield simulator


@pytest.mark.parametrize("base", ["/d/openai", ""])
def test_seed_3_the_example_works_with_only_host_and_key_changed(
    raw: httpx.Client, key: str, easel: Easel, desk: Desk, base: str
) -> None:
    # A shell goes on with the next line after a backslash.
    words = shlex.split(
        EXAMPLE.replace("\\\n", "").replace("$FAST_API_KEY", key).replace("https://api.fastapi.ai", base)
    )
    headers = dict(re.split(": ", words[at + 1], maxsplit=1) for at, word in enumerate(words) if word == "-H")
    answer = raw.post(words[1], content=words[words.index("-d") + 1], headers=headers)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert set(document) >= {"created", "data", "background", "output_format", "size", "quality", "usage"}
    assert (document["output_format"], document["background"]) == ("png", "opaque")
    assert base64.b64decode(document["data"][0]["b64_json"]).startswith(b"\x89PNG")
    # No key of any vendor is set: an offline model stands in, and the answer names it.
    assert (document["model"], easel.asked[0].prompt) == (SKETCH, "A cute baby sea otter")
    assert desk.balance == (START - Job.objects.get().charged, 0)


def test_seed_3_the_answer_has_usage_and_what_was_charged(
    raw: httpx.Client, easel: Easel, desk: Desk
) -> None:
    told = raw.post(ADDRESS, json={"prompt": "a stair", "model": SKETCH}).json()["usage"]
    assert told == {
        "total_tokens": 113,
        "input_tokens": 12,
        "output_tokens": 101,
        "input_tokens_details": {"text_tokens": USAGE.input_text, "image_tokens": USAGE.input_image},
        "output_tokens_details": {"text_tokens": 0, "image_tokens": USAGE.output_image},
        "cost": {"total_cost": 0.003},
    }
    assert desk.balance == (START - 3_000, 0)


ARRIVES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # What is sent, and what the model is asked for. null is the default.
    ({}, {"n": 1, "width": 1024, "height": 1024, "quality": "", "output_format": "png", "partials": 0}),
    (
        dict.fromkeys(["n", "size", "quality", "output_format"]),
        {"n": 1, "width": 1024, "output_format": "png"},
    ),
    ({"n": 1}, {"n": 1}),
    ({"n": 10}, {"n": 10}),
    ({"model": DALLE2, "n": 10}, {"n": 10}),
    ({"model": GPT15, "n": 10}, {"n": 10}),
    ({"size": "auto"}, {"width": 1024, "height": 1024}),
    ({"size": "256x256"}, {"width": 256, "height": 256}),
    ({"size": "1536x1024"}, {"width": 1536, "height": 1024}),
    ({"size": "1024x1536"}, {"width": 1024, "height": 1536}),
    ({"quality": "auto"}, {"quality": ""}),
    ({"model": DALLE2, "quality": "standard"}, {"model": "sketch"}),
    ({"model": DALLE3, "quality": "standard"}, {"model": "sketch"}),
    ({"model": DALLE3, "style": "vivid"}, {"style": ""}),
    ({"model": GPT15, "quality": "high"}, {"quality": "high"}),
    ({"model": STUDIO, "quality": "auto"}, {"quality": "medium"}),
    ({"model": STUDIO, "quality": "low"}, {"quality": "low"}),
    ({"model": STUDIO, "quality": "high"}, {"quality": "high"}),
    ({"background": "auto"}, {"background": ""}),
    ({"background": "opaque"}, {"background": ""}),
    ({"model": STUDIO, "background": "transparent"}, {"background": "transparent", "output_format": "png"}),
    ({"model": STUDIO, "background": "transparent", "output_format": "webp"}, {"output_format": "webp"}),
    ({"output_format": "png"}, {"output_format": "png"}),
    ({"output_format": "jpeg"}, {"output_format": "jpeg"}),
    ({"output_format": "webp"}, {"output_format": "webp"}),
    ({"output_compression": 100}, {"output_compression": None}),
    ({"output_format": "jpeg", "output_compression": 0}, {"output_compression": 0}),
    ({"output_format": "webp", "output_compression": 99}, {"output_compression": 99}),
    ({"moderation": "auto"}, {"moderation": ""}),
    ({"partial_images": 0}, {}),
    ({"stream": False}, {}),
    ({"prompt": "a" * 32_000}, {"prompt": "a" * 32_000}),
]


@pytest.mark.parametrize(("sent", "arrives"), ARRIVES, ids=lambda each: str(each)[:60])
def test_seed_3_a_field_arrives_at_the_model(
    raw: httpx.Client, easel: Easel, sent: dict[str, Any], arrives: dict[str, Any]
) -> None:
    answer = raw.post(ADDRESS, json={"model": SKETCH, "prompt": "a stair"} | sent)
    assert answer.status_code == 200, answer.text
    asked = easel.asked[0]
    assert {name: getattr(asked, name) for name in arrives} == arrives
    assert len(answer.json()["data"]) == asked.n
    assert answer.json()["output_format"] == asked.output_format
    assert answer.json()["background"] == (asked.background or "opaque")


BEYOND: list[tuple[dict[str, Any], str, str]] = [
    ({"prompt": None}, "invalid_type", "prompt"),
    ({"prompt": ""}, "missing_required_parameter", "prompt"),
    ({"prompt": "a" * 32_001}, "string_above_max_length", "prompt"),
    ({"model": DALLE2, "prompt": "a" * 1_001}, "string_above_max_length", "prompt"),
    ({"model": DALLE3, "prompt": "a" * 4_001}, "string_above_max_length", "prompt"),
    ({"prompt": 7}, "invalid_type", "prompt"),
    ({"prompt": "a\0b"}, "invalid_type", "prompt"),
    ({"n": 0}, "invalid_value", "n"),
    ({"n": True}, "invalid_type", "n"),
    ({"size": 256}, "invalid_type", "size"),
    ({"model": SKETCH, "quality": "high"}, "invalid_value", "quality"),
    ({"model": SKETCH, "background": "transparent"}, "invalid_value", "background"),
    ({"n": 11}, "invalid_value", "n"),
    ({"n": "2"}, "invalid_type", "n"),
    ({"n": 1.5}, "invalid_type", "n"),
    ({"model": DALLE3, "n": 2}, "invalid_value", "n"),
    ({"model": GPT15, "size": "256x256"}, "invalid_value", "size"),
    ({"model": DALLE2, "size": "1536x1024"}, "invalid_value", "size"),
    ({"model": DALLE3, "size": "1024x1536"}, "invalid_value", "size"),
    ({"model": PAINT, "size": "1x1000"}, "invalid_value", "size"),
    ({"model": "gesso/press", "size": "9x9"}, "invalid_value", "size"),
    ({"model": GPT15, "quality": "hd"}, "invalid_value", "quality"),
    ({"model": DALLE3, "quality": "high"}, "invalid_value", "quality"),
    ({"model": DALLE2, "quality": "hd"}, "invalid_value", "quality"),
    ({"model": DALLE3, "style": "odd"}, "invalid_value", "style"),
    ({"model": DALLE2, "style": "vivid"}, "invalid_value", "style"),
    ({"model": GPT15, "style": "vivid"}, "invalid_value", "style"),
    ({"model": DALLE2, "response_format": "file"}, "invalid_value", "response_format"),
    ({"background": "clear"}, "invalid_value", "background"),
    (
        {"model": GPT15, "background": "transparent", "output_format": "jpeg"},
        "invalid_value",
        "output_format",
    ),
    (
        {"model": STUDIO, "background": "transparent", "output_format": "jpeg"},
        "invalid_value",
        "output_format",
    ),
    ({"output_format": "bmp"}, "invalid_value", "output_format"),
    ({"output_format": "jpeg", "output_compression": 101}, "invalid_value", "output_compression"),
    ({"output_format": "jpeg", "output_compression": -1}, "invalid_value", "output_compression"),
    ({"model": GPT15, "output_compression": 50}, "invalid_value", "output_compression"),
    ({"moderation": "none"}, "invalid_value", "moderation"),
    ({"model": PAINT, "moderation": "low"}, "invalid_value", "moderation"),
    ({"partial_images": 4, "stream": True}, "invalid_value", "partial_images"),
    ({"partial_images": -1, "stream": True}, "invalid_value", "partial_images"),
    ({"partial_images": 1}, "invalid_value", "partial_images"),
    ({"stream": "yes"}, "invalid_type", "stream"),
    ({"stream": 1}, "invalid_type", "stream"),
    ({"user": 7}, "invalid_type", "user"),
    ({"colour": "red"}, "unknown_parameter", "colour"),
    ({"input_fidelity": "high"}, "unknown_parameter", "input_fidelity"),
    # An empty text is no default.
    *(({name: ""}, "invalid_value", name) for name in ("model", "size", "quality", "style", "background")),
    *(({name: ""}, "invalid_value", name) for name in ("output_format", "response_format", "moderation")),
]


@pytest.mark.parametrize(("sent", "code", "param"), BEYOND, ids=lambda each: str(each)[:60])
def test_seed_3_what_is_beyond_a_limit_is_refused_at_its_field_and_costs_nothing(
    script: Script, sent: dict[str, Any], code: str, param: str
) -> None:
    assert refusal(script.post(sent)) == (400, code, param)
    assert (Run.objects.count(), script.desk.balance) == (0, (START, 0))


GPT_ONLY: list[dict[str, Any]] = [
    {"background": "opaque"},
    {"output_format": "png"},
    {"output_compression": 100},
    {"moderation": "auto"},
    {"stream": True},
    {"stream": True, "partial_images": 1},
]


@pytest.mark.parametrize("sent", GPT_ONLY, ids=str)
def test_seed_3_a_field_of_the_gpt_image_models_is_none_of_dall_e(
    script: Script, sent: dict[str, Any]
) -> None:
    status, code, param = refusal(script.post({"model": DALLE2} | sent))
    assert (status, code) == (400, "unknown_parameter")
    assert param in sent


def test_seed_3_less_restrictive_filtering_is_what_a_model_without_a_filter_does(script: Script) -> None:
    assert script.dry(model=GPT15, moderation="low").status_code == 200


@pytest.mark.parametrize("sent", [{"stream": False}, {"partial_images": 0}, {"background": None}], ids=str)
def test_seed_3_a_field_that_says_no_more_than_its_default_may_come_along(
    script: Script, sent: dict[str, Any]
) -> None:
    assert script.dry(model=DALLE2, **sent).status_code == 200


@pytest.mark.parametrize(
    "name", [GPT15, "gpt-image-1", "gpt-image-1-mini", "gpt-image-2", "openai/gpt-image-2"]
)
@pytest.mark.parametrize("format_", ["url", "b64_json"])
def test_trap_1_a_gpt_image_model_takes_no_response_format(script: Script, name: str, format_: str) -> None:
    answer = script.post({"model": name, "response_format": format_})
    assert refusal(answer) == (400, "unknown_parameter", "response_format")


def test_trap_2_what_the_vendor_chooses_is_held_at_its_dearest_and_charged_as_it_came(
    raw: httpx.Client, vendor: OpenAISimulator, desk: Desk
) -> None:
    body = {"prompt": "a stair", "model": GPT2}
    open_, closed = (
        raw.post(ADDRESS, json=body | more, headers={"X-Dry-Run": "1"}).json()["estimated_cost"]
        for more in ({}, {"quality": "low", "size": "1024x1024"})
    )
    assert open_["micros_low"] < open_["micros"]
    assert closed["micros"] < open_["micros"]
    cost = raw.post(ADDRESS, json=body).json()["usage"]["cost"]["total_cost"]
    assert (vendor.bills[0].fields["size"], vendor.bills[0].fields["quality"]) == ("auto", "auto")
    assert round(cost * 1_000_000) == START - desk.balance[0] < open_["micros"]


def test_trap_4_dall_e_2_is_meant_where_no_model_is_named(
    raw: httpx.Client, easel: Easel, desk: Desk
) -> None:
    assert refusal(raw.post(ADDRESS, json={"prompt": "a" * 1_001})) == (
        400,
        "string_above_max_length",
        "prompt",
    )
    answer = raw.post(ADDRESS, json={"prompt": "a stair", "size": "512x512"}).json()
    assert "url" in answer["data"][0]
    assert START - desk.balance[0] <= 20_000


def test_seed_3_a_gpt_image_model_is_meant_where_only_those_take_a_field(
    raw: httpx.Client, easel: Easel
) -> None:
    answer = raw.post(ADDRESS, json={"prompt": "a" * 1_001, "output_format": "webp"}).json()
    assert "b64_json" in answer["data"][0]
    assert answer["output_format"] == "webp"
    both = raw.post(ADDRESS, json={"prompt": "a stair", "output_format": "webp", "response_format": "url"})
    assert refusal(both) == (400, "unknown_parameter", "response_format")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"model": DALLE2}, "url"),
        ({"model": DALLE2, "response_format": None}, "url"),
        ({"model": DALLE2, "response_format": "url"}, "url"),
        ({"model": DALLE2, "response_format": "b64_json"}, "b64_json"),
        ({"model": GPT15}, "b64_json"),
        ({"model": SKETCH}, "b64_json"),
        ({"model": SKETCH, "response_format": "url"}, "url"),
        ({"model": SKETCH, "response_format": "b64_json"}, "b64_json"),
    ],
    ids=str,
)
def test_seed_3_pictures_come_as_addresses_or_in_base_64(
    raw: httpx.Client, easel: Easel, sent: dict[str, Any], field: str
) -> None:
    answer = raw.post(ADDRESS, json={"prompt": "a stair"} | sent)
    assert answer.status_code == 200, answer.text
    (entry,) = answer.json()["data"]
    assert set(entry) == {"artifact_id", "revised_prompt", field}


def test_seed_3_an_address_needs_no_key_and_is_good_for_60_minutes(
    raw: httpx.Client, easel: Easel, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = raw.post(ADDRESS, json={"prompt": "a stair"}).json()["data"][0]["url"]
    assert httpx.get(url, trust_env=False).content.startswith(b"\x89PNG")
    now = timezone.now
    for minutes, status in ((59, 200), (61, 410)):
        monkeypatch.setattr(timezone, "now", lambda m=minutes: now() + timedelta(minutes=m))
        assert httpx.get(url, trust_env=False).status_code == status


def test_seed_3_where_nothing_stands_in_for_the_usual_model_the_studio_chooses(
    script: Script, settings: Any
) -> None:
    """A server with a vendor whose models do not stand in for dall-e-2."""
    settings.PROVIDER_KEYS = {"recraft": "key"}
    answer = script.dry(size="1024x1024")
    assert answer.status_code == 200, answer.content
    named = script.dry(model=DALLE2)
    error = named.json()["error"]
    assert (named.status_code, error["code"], error["param"]) == (404, "model_not_found", "model")


def test_seed_3_the_user_is_kept_as_a_hash(raw: httpx.Client, easel: Easel) -> None:
    assert raw.post(ADDRESS, json={"prompt": "a stair", "model": SKETCH, "user": "eve"}).status_code == 200
    kept = Run.objects.get().end_user
    assert re.fullmatch("[0-9a-f]{64}", kept)
    assert "eve" not in json.dumps(list(Job.objects.values("parameters", "prompt")))
