"""Seed 2's tables row by row and family by family: what is taken, what reaches the vendor, and one value beyond."""

from __future__ import annotations

import math
from typing import Any

import pytest

from providers.adapters.multi.models import FAMILIES
from studio.api.multi.families import LABELS, MODELS
from studio.catalog import loader
from studio.jobs.models import Job, Run
from tests.api.multi.conftest import PICTURE, Post, read, refusal
from tests.jobs.conftest import START, Desk
from tests.providers.simulators.multi import MultiSimulator

GOOGLE, FLUX, FAL = "Google Imagen", "Flux", "fal.ai"
IMAGEN = ("imagen-4", "imagen-4-fast", "imagen-4-ultra")
FLUXES = ("flux-2-pro", "flux-2-klein", "flux-1.1-pro")
FALS = ("recraft-v4", "recraft-v3", "ideogram-v3", "sd-3.5", "qwen-image")
MAKERS = dict.fromkeys(IMAGEN, GOOGLE) | dict.fromkeys(FLUXES, FLUX) | dict.fromkeys(FALS, FAL)
EDITORS = {"flux-kontext": FLUX, "qwen-image-edit": FAL, "seedream-5": FAL}
ROWS = [
    # the field, a value, and whose it is in the seed's table
    ("width", 512, (FLUX, FAL)),
    ("height", 512, (FLUX, FAL)),
    ("aspect_ratio", "4:3", (GOOGLE, FAL)),
    ("num_images", 2, (GOOGLE,)),
    ("num_images", 1, (GOOGLE,)),
    ("image_size", "2K", (GOOGLE,)),
    ("seed", 7, (FLUX,)),
]


@pytest.mark.parametrize(("field", "value", "takers"), ROWS)
def test_seed_2_each_row_is_taken_by_its_families_and_refused_by_name_for_all_others(
    dry: Post, configured: None, priced: None, field: str, value: Any, takers: tuple[str, ...]
) -> None:
    for model, maker in MAKERS.items():
        answer = dry({"model": model, field: value})
        if maker in takers:
            assert (answer.status_code, read(answer)["model"]) == (200, f"multi/{model}"), read(answer)
            continue
        assert refusal(answer) == (400, "BAD_REQUEST", field)
        message = read(answer)["error"]["message"]
        assert all(word in message for word in (field, model, maker, *takers)), message


def test_seed_2_a_seed_for_an_edit_is_flux_kontexts_alone(dry: Post, configured: None, priced: None) -> None:
    for model, maker in EDITORS.items():
        answer = dry({"model": model, "image_url": PICTURE, "seed": 7})
        if maker == FLUX:
            assert read(answer)["model"] == "multi/flux-kontext"
        else:
            assert refusal(answer) == (400, "BAD_REQUEST", "seed")
            assert FLUX in read(answer)["error"]["message"]


def test_trap_1_all_14_models_of_the_tables_are_known_at_their_own_call(
    dry: Post, configured: None, priced: None
) -> None:
    for model in MAKERS:
        assert read(dry({"model": model}))["model"] == f"multi/{model}"
        assert refusal(dry({"model": model, "image_url": PICTURE})) == (400, "INVALID_MODEL", "model")
    for model in EDITORS:
        assert read(dry({"model": model, "image_url": PICTURE}))["model"] == f"multi/{model}"
        assert refusal(dry({"model": model})) == (400, "INVALID_MODEL", "model")
        assert "/api/v1/image/edit" in read(dry({"model": f"multi/{model}"}))["error"]["message"]
    assert len(MAKERS | EDITORS) == 14


def test_trap_2_the_makers_are_the_same_in_table_catalogue_and_adapter() -> None:
    assert {name: LABELS[known.maker] for name, known in MODELS.items()} == MAKERS | EDITORS
    assert {name: known.edits for name, known in MODELS.items()} == {
        name: known.edits for name, known in FAMILIES.items()
    }
    catalog = loader.catalog().entries
    assert {f"multi/{name}" for name in MODELS} == {each for each in catalog if each.startswith("multi/")}


SHAPES = {"1:1": 1.0, "3:4": 3 / 4, "4:3": 4 / 3, "9:16": 9 / 16, "16:9": 16 / 9}


def test_seed_2_every_aspect_ratio_and_both_sizes_are_taken(dry: Post, configured: None) -> None:
    for shape in SHAPES:
        assert dry({"model": "imagen-4", "aspect_ratio": shape, "image_size": "1K"}).status_code == 200
        assert dry({"model": "recraft-v4", "aspect_ratio": shape}).status_code == 200


ARRIVES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("flux-2-pro", {"width": 256, "height": 512}, {"width": 256, "height": 512}),
    ("flux-2-pro", {"width": 256.0, "seed": 7.0}, {"width": 256, "height": 1024, "seed": 7}),
    ("flux-1.1-pro", {"height": 256, "seed": 0}, {"width": 1024, "height": 256, "seed": 0}),
    ("sd-3.5", {"width": 257, "height": 257}, {"width": 257, "height": 257}),
    ("qwen-image", {"width": 512, "height": 512, "aspect_ratio": "1:1"}, {"width": 512, "height": 512}),
    ("recraft-v3", {"aspect_ratio": "16:9"}, {"width": 1280, "height": 720}),
    ("imagen-4-fast", {"aspect_ratio": "9:16"}, {"aspect_ratio": "9:16", "num_images": 1}),
    ("imagen-4", {"num_images": 2.0}, {"num_images": 2, "image_size": "1K", "aspect_ratio": "1:1"}),
]


@pytest.mark.parametrize(("model", "sent", "arrived"), ARRIVES)
def test_seed_2_what_is_sent_arrives_at_the_vendor(
    post: Post, vendor: MultiSimulator, model: str, sent: dict[str, Any], arrived: dict[str, Any]
) -> None:
    answer = post({"model": model} | sent)
    assert answer.status_code == 200, read(answer)
    assert len(read(answer)["images"]) == sent.get("num_images", 1)
    [bill] = vendor.bills
    assert bill.path == "/api/v1/image/generate"
    assert {"model": model, "prompt": "a stair", **arrived}.items() <= bill.fields.items()


def test_seed_2_an_edit_arrives_at_the_vendor_with_its_picture(
    post: Post, vendor: MultiSimulator, priced: None
) -> None:
    answer = post({"model": "flux-kontext", "image_url": PICTURE, "seed": 4_294_967_295})
    assert answer.status_code == 200, read(answer)
    [bill] = vendor.bills
    assert (bill.path, bill.fields["seed"], len(bill.images)) == ("/api/v1/image/edit", 4_294_967_295, 1)


AT_THE_LIMIT = [
    ("flux-2-pro", {"width": 256, "height": 2048}),
    ("ideogram-v3", {"width": 2048, "height": 256}),
    ("imagen-4-ultra", {"num_images": 4, "image_size": "2K"}),
    ("flux-2-pro", {"seed": 4_294_967_295}),
    ("flux-2-pro", {"prompt": "a" * 32_000}),
    ("flux-2-pro", dict.fromkeys(("width", "height", "aspect_ratio", "num_images", "image_size", "seed"))),
    (None, {}),
]


@pytest.mark.parametrize(("model", "sent"), AT_THE_LIMIT)
def test_seed_2_each_limit_is_within(
    dry: Post, configured: None, model: str | None, sent: dict[str, Any]
) -> None:
    answer = dry({"model": model} | sent)
    assert answer.status_code == 200, read(answer)
    assert read(answer)["model"] == f"multi/{model or 'flux-2-pro'}"


BEYOND: list[tuple[str, dict[str, Any], str, str]] = [
    ("flux-2-pro", {"width": 255}, "BAD_REQUEST", "width"),
    ("flux-2-pro", {"width": 2049}, "BAD_REQUEST", "width"),
    ("flux-2-pro", {"height": 255}, "BAD_REQUEST", "height"),
    ("sd-3.5", {"height": 2049}, "BAD_REQUEST", "height"),
    ("flux-2-pro", {"width": 512.5}, "BAD_REQUEST", "width"),
    ("flux-2-pro", {"width": "512"}, "BAD_REQUEST", "width"),
    ("flux-2-pro", {"width": True}, "BAD_REQUEST", "width"),
    ("flux-2-pro", {"width": math.inf}, "BAD_REQUEST", "width"),
    ("flux-2-pro", {"width": 1e300}, "BAD_REQUEST", "width"),
    ("flux-2-pro", {"seed": math.nan}, "BAD_REQUEST", "seed"),
    ("imagen-4", {"aspect_ratio": "2:1"}, "BAD_REQUEST", "aspect_ratio"),
    ("sd-3.5", {"aspect_ratio": "4:5"}, "BAD_REQUEST", "aspect_ratio"),
    ("sd-3.5", {"aspect_ratio": "16:9", "width": 512}, "BAD_REQUEST", "aspect_ratio"),
    ("imagen-4", {"num_images": 0}, "BAD_REQUEST", "num_images"),
    ("imagen-4", {"num_images": 5}, "BAD_REQUEST", "num_images"),
    ("imagen-4", {"num_images": 1.5}, "BAD_REQUEST", "num_images"),
    ("imagen-4", {"image_size": "4K"}, "BAD_REQUEST", "image_size"),
    ("imagen-4", {"image_size": "1k"}, "BAD_REQUEST", "image_size"),
    ("flux-2-pro", {"seed": -1}, "BAD_REQUEST", "seed"),
    ("flux-2-pro", {"seed": 4_294_967_296}, "BAD_REQUEST", "seed"),
    ("flux-2-pro", {"prompt": ""}, "MISSING_REQUIRED_FIELD", "prompt"),
    ("flux-2-pro", {"prompt": None}, "BAD_REQUEST", "prompt"),
    ("flux-2-pro", {"prompt": "a" * 32_001}, "BAD_REQUEST", "prompt"),
    ("no-such-model", {}, "INVALID_MODEL", "model"),
    ("flux-2-pro", {"negative_prompt": "people"}, "BAD_REQUEST", "negative_prompt"),
    ("flux-2-pro", {"n": 1}, "BAD_REQUEST", "n"),
    ("qwen-image-edit", {"image_url": ""}, "MISSING_REQUIRED_FIELD", "image_url"),
    ("qwen-image-edit", {"image_url": [PICTURE]}, "BAD_REQUEST", "image_url"),
    ("qwen-image-edit", {"image_url": "ftp://pictures.example/a.png"}, "BAD_REQUEST", "image_url"),
    ("qwen-image-edit", {"image_url": "data:image/png;base64,AAAA"}, "BAD_REQUEST", "image_url"),
    ("flux-kontext", {"image_url": PICTURE, "seed": -1}, "BAD_REQUEST", "seed"),
    ("qwen-image-edit", {"image_url": PICTURE, "width": 512}, "BAD_REQUEST", "width"),
]


@pytest.mark.parametrize(("model", "sent", "code", "field"), BEYOND, ids=range(len(BEYOND)))
def test_seed_2_one_value_beyond_is_refused_at_its_field(
    dry: Post, configured: None, model: str, sent: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(dry({"model": model} | sent)) == (400, code, field)


def test_what_is_refused_costs_nothing(post: Post, desk: Desk) -> None:
    for model, sent in (("imagen-4", {"seed": 7}), ("gesso/sketch", {"width": 255}), ("gesso/none", {})):
        assert post({"model": model} | sent).status_code == 400
    assert (Run.objects.count(), desk.balance) == (0, (START, 0))


OTHERS: list[tuple[str, dict[str, Any], str]] = [
    # Models that the seed does not have take what the catalogue says, and are refused at this dialect's names.
    ("gesso/sketch", {"width": 512, "height": 256, "seed": 7, "num_images": 4}, ""),
    ("gesso/sketch", {"aspect_ratio": "16:9"}, ""),
    ("gesso/sketch", {"width": 300}, "width"),
    ("gesso/sketch", {"height": 300}, "height"),
    ("gesso/sketch", {"image_size": "2K"}, "image_size"),
    ("gesso/paint", {"aspect_ratio": "9:16", "seed": 1}, ""),
    ("gesso/paint", {"width": 300}, "width"),
    ("gesso/press", {"height": 300}, "height"),
    ("gesso/studio", {"aspect_ratio": "4:3", "image_size": "2K"}, ""),
    ("gesso/press", {"aspect_ratio": "1:1"}, ""),
    ("gesso/press", {"aspect_ratio": "4:3"}, "aspect_ratio"),
    ("openai/gpt-image-2", {"seed": 7}, "seed"),
    ("xai/grok-imagine-image", {"num_images": 4, "aspect_ratio": "16:9"}, ""),
    ("bfl/flux-2-pro", {"num_images": 2}, "num_images"),
]


@pytest.mark.parametrize(("model", "sent", "field"), OTHERS)
def test_another_model_takes_what_the_catalogue_says(
    dry: Post, settings: Any, model: str, sent: dict[str, Any], field: str
) -> None:
    settings.PROVIDER_KEYS = {"openai": "sk-x", "xai": "x", "bfl": "b"}
    answer = dry({"model": model} | sent)
    if field:
        assert refusal(answer) == (400, "BAD_REQUEST", field)
    else:
        assert (answer.status_code, read(answer)["n"]) == (200, sent.get("num_images", 1)), read(answer)


def test_another_model_is_sent_to_the_call_that_it_can_do(dry: Post, settings: Any) -> None:
    settings.PROVIDER_KEYS = {"fal": "f"}
    assert refusal(dry({"model": "gesso/sketch", "image_url": PICTURE})) == (400, "INVALID_MODEL", "model")
    assert refusal(dry({"model": "fal/qwen-image-edit-2511"})) == (400, "INVALID_MODEL", "model")


def test_the_name_that_was_asked_for_decides_whose_rules_hold(dry: Post, settings: Any) -> None:
    """Another vendor has the name: it is still Flux's, and what that vendor takes beside it is not asked."""
    settings.PROVIDER_KEYS = {"bfl": "b"}
    assert read(dry({"model": "flux-2-pro", "width": 512, "height": 512}))["model"] == "bfl/flux-2-pro"
    assert refusal(dry({"model": "flux-2-pro", "aspect_ratio": "1:1"})) == (
        400,
        "BAD_REQUEST",
        "aspect_ratio",
    )


def test_a_name_means_the_vendor_of_this_dialect_where_several_have_it(dry: Post, settings: Any) -> None:
    settings.PROVIDER_KEYS = {"bfl": "b", "multi": "ck_x"}
    settings.PROVIDER_URLS = {"multi": "http://127.0.0.1:9"}
    assert read(dry({"model": "flux-2-pro"}))["model"] == "multi/flux-2-pro"


def test_an_alias_stands_in_for_a_name_whose_vendor_has_no_key_and_keeps_its_rules(
    dry: Post, settings: Any
) -> None:
    settings.PROVIDER_KEYS = {"recraft": "r"}
    assert read(dry({"model": "recraft-v3"}))["model"] == "recraft/recraftv3"
    assert refusal(dry({"model": "recraft-v3", "seed": 1})) == (400, "BAD_REQUEST", "seed")


@pytest.mark.parametrize(
    ("model", "sent"),
    [(model, {}) for model in MAKERS]
    + [(model, {"image_url": PICTURE}) for model in EDITORS]
    + [("recraft-v4", {"aspect_ratio": shape}) for shape in SHAPES]
    + [("imagen-4", {"aspect_ratio": shape, "num_images": 4}) for shape in SHAPES]
    + [("imagen-4-ultra", {"image_size": "2K"}), ("flux-2-pro", {"seed": 7, "width": 512})],
)
def test_without_any_vendor_an_offline_model_stands_in(dry: Post, model: str, sent: dict[str, Any]) -> None:
    answer = dry({"model": model} | sent)
    assert answer.status_code == 200, read(answer)
    assert read(answer)["model"].startswith("gesso/")


def test_a_stand_in_that_cannot_say_a_setting_is_refused(dry: Post) -> None:
    answer = dry({"width": 257})
    assert refusal(answer) == (503, "MODEL_UNAVAILABLE", "model")
    assert "cannot be used on this server" in read(answer)["error"]["message"]
    assert answer["x-should-retry"] == "false"


@pytest.mark.parametrize("resolution", ["1K", "2K"])
@pytest.mark.parametrize("shape", ["1:1", "3:4", "4:3", "9:16", "16:9"])
def test_a_stand_in_paints_every_shape_of_imagen_in_pixels_of_its_own_for_no_more(
    dry: Post, shape: str, resolution: str
) -> None:
    answer = dry({"model": "imagen-4-fast", "aspect_ratio": shape, "image_size": resolution})
    assert answer.status_code == 200, answer.content
    assert read(answer)["estimated_cost"]["micros"] <= 20_000


def test_the_job_keeps_what_was_asked_for(post: Post, vendor: MultiSimulator) -> None:
    post({"width": 256, "height": 320, "seed": 9})
    job = Job.objects.get()
    assert (job.model, job.parameters["size"], job.parameters["seed"]) == ("multi/flux-2-pro", "256x320", 9)
