"""``GET /v1/models``: what each model takes, and that this is the key's list and no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from providers.adapters.deepshi.models import models_of
from studio.accounts.models import ApiKey
from studio.api.deepshi.fields import Model
from studio.catalog import loader
from tests.api.deepshi.conftest import MODELS, Post, read
from tests.jobs.conftest import PAINT, PRESS, SKETCH, Desk
from tests.providers.simulators.deepshi import DeepshiSimulator


def listed(api: Client) -> dict[str, Any]:
    document = read(api.get(MODELS))
    assert document["object"] == "list"
    return {entry["id"]: entry for entry in document["data"]}


def test_seed_4_an_entry_has_its_parameters_with_type_values_and_default(api: Client) -> None:
    entry = listed(api)["gesso/studio"]
    assert (entry["object"], entry["names"]) == ("model", ["studio"])
    assert (entry["input_modalities"], entry["output_modalities"]) == (["text", "image"], ["image"])
    assert (entry["prompt_max_length"], entry["sizing"]) == (32_000, "resolution")
    assert entry["edit"] == {"supported": True, "max_images": 14, "mask": True}
    told = entry["parameters"]
    assert told["resolution"] == {"type": "string", "allowed": ["1K", "2K"], "default": "1K"}
    assert told["quality"] == {"type": "string", "allowed": ["low", "medium", "high"], "default": "medium"}
    assert told["n"] == {"type": "integer", "allowed": [1, 2, 3, 4], "default": 1}
    assert told["seed"] == {"type": "integer", "min": 0, "max": 2**32 - 1, "step": 1, "default": None}


@pytest.mark.parametrize(
    ("model", "sizing", "fields"),
    [
        (SKETCH, "pixels", {"width", "height"}),
        (PAINT, "aspect_ratio", {"aspect_ratio"}),
        ("gesso/studio", "resolution", {"aspect_ratio", "resolution"}),
        (PRESS, "preset", {"image_size"}),
    ],
)
def test_seed_4_every_model_lists_the_fields_of_its_style_of_sizing(
    api: Client, model: str, sizing: str, fields: set[str]
) -> None:
    entry = listed(api)[model]
    known = {"width", "height", "aspect_ratio", "resolution", "image_size", "size", "preset"}
    assert (entry["sizing"], known & set(entry["parameters"])) == (sizing, fields)


def test_seed_4_no_parameter_offers_more_than_this_dialect_takes(
    api: Client, vendor: DeepshiSimulator
) -> None:
    for entry in listed(api).values():
        assert (
            Model.model_validate(entry, strict=True, extra="forbid").model_dump(exclude_unset=True) == entry
        )
        assert max(entry["parameters"]["n"]["allowed"]) <= 4
        assert entry["edit"]["max_images"] <= 14
        assert entry["edit"]["supported"] is (entry["edit"]["max_images"] > 0)
    assert listed(api)["deepshi/deepshi-banana-pro"]["parameters"]["n"]["allowed"] == [1]


def test_seed_4_the_seeds_own_ids_reach_their_models_and_are_listed_with_them(
    api: Client, vendor: DeepshiSimulator
) -> None:
    found = listed(api)
    for name in ("deepshi-banana-pro", "nano-banana-2", "flux-2-pro", "gpt-image-2", "seedream-4.5"):
        assert name in found[f"deepshi/{name}"]["names"]
        assert read(api.get(f"{MODELS}/{name}"))["id"] == f"deepshi/{name}"
    assert read(api.get(f"{MODELS}/deepshi/grok-imagine"))["names"] == ["grok-imagine"]


def test_seed_4_the_vendor_of_this_dialect_comes_before_the_models_maker(
    api: Client, post: Post, desk: Desk, vendor: DeepshiSimulator, settings: Any
) -> None:
    settings.PROVIDER_KEYS |= {"openai": "sk-x"}
    assert "gpt-image-2" in listed(api)["deepshi/gpt-image-2"]["names"]
    assert "gpt-image-2" not in listed(api)["openai/gpt-image-2"]["names"]
    body = {"model": "gpt-image-2", "prompt": "a stair"}
    assert read(post(body, **{"X-Dry-Run": "1"}))["model"] == "deepshi/gpt-image-2"


def test_seed_4_trap_4_a_key_sees_the_models_that_it_may_call_and_no_other(api: Client) -> None:
    assert set(listed(api)) >= {SKETCH, PAINT}
    ApiKey.objects.update(allowed_models=[PAINT])
    assert set(listed(api)) == {PAINT}
    for name in (SKETCH, "sketch", "no-such", "openai/gpt-image-2"):
        answer = api.get(f"{MODELS}/{name}")
        error = read(answer)["error"]
        assert (answer.status_code, error["code"], error["param"]) == (404, "model_not_found", "model")


def test_seed_4_the_list_is_read_by_a_client_of_the_vendors_own(
    api: Client, vendor: DeepshiSimulator
) -> None:
    """The studio's own adapter for this vendor is one."""
    found, entries = models_of(read(api.get(MODELS))), loader.catalog().entries
    for name in (SKETCH, PAINT, "deepshi/nano-banana-2"):
        assert found[name].prompt_limit == entries[name].prompt_limit
        assert found[name].max_references == min(entries[name].max_references, 14)
