"""Seed 1's tables of parameters, row by row: what arrives at the job, its default, its limit and one value beyond.

Nothing is painted here: a task is begun, or refused before anything is held.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from studio.api import ids
from studio.api.endpoints import Endpoint
from studio.api.tasks import ENDPOINTS
from studio.jobs.models import Reference
from tests.api.tasks.asking import IMAGE, LEAST, TEXT, Asker
from tests.api.tasks.conftest import VENDOR
from tests.jobs.conftest import PAINT, SKETCH, START

STUDIO = "gesso/studio"


# model -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", [{}, {"model": "auto"}], ids=["default", "auto"])
def test_seed_1_model_auto_is_the_default_and_routes_to_the_best_available_model(
    asker: Asker, wish: dict[str, Any]
) -> None:
    job = asker.job(**wish)
    assert job.route
    assert job.model == VENDOR


def test_seed_1_model_gpt_image_2_is_found_without_its_vendor(asker: Asker) -> None:
    assert asker.job(model="gpt-image-2").model == VENDOR


@pytest.mark.parametrize("model", [SKETCH, VENDOR])
def test_seed_1_model_takes_a_concrete_id(asker: Asker, model: str) -> None:
    assert asker.job(model=model).model == model


@pytest.mark.parametrize("field", ["model", "quality", "aspect_ratio", "n"])
def test_null_means_the_default(asker: Asker, field: str) -> None:
    job = asker.job(TEXT, **{field: None})
    assert (job.model, job.n, job.parameters["quality"]) == (VENDOR, 1, "standard")


@pytest.mark.parametrize("model", ["", 7])
def test_an_empty_model_is_not_taken_for_the_default(asker: Asker, model: Any) -> None:
    assert asker.refusal(model=model)[0] == 400


def test_seed_1_model_beyond_those_that_there_are_is_refused(asker: Asker) -> None:
    assert asker.refusal(model="gpt-image-9") == (404, "model_not_found")


# prompt ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", ["a stair", "ж" * 32_000], ids=["short", "as long as the model takes"])
def test_seed_1_prompt_arrives_as_it_was_sent(asker: Asker, prompt: str) -> None:
    assert asker.job(prompt=prompt).prompt == prompt


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        (..., "missing_required_parameter"),
        ("", "missing_required_parameter"),
        ("  ", "invalid_value"),
        ("a" * 32_001, "prompt_too_long"),
        (7, "invalid_type"),
        (None, "invalid_type"),
        ("a\0b", "invalid_type"),
    ],
    ids=["missing", "empty", "blank", "too long", "number", "null", "NUL"],
)
def test_seed_1_prompt_is_required_and_has_its_models_limit(asker: Asker, prompt: Any, code: str) -> None:
    assert asker.refusal(prompt=prompt, model=VENDOR) == (400, code)


# quality ---------------------------------------------------------------------------------------------------------

QUALITIES = [
    (VENDOR, {}, "standard", 50_000),
    (VENDOR, {"quality": "standard"}, "standard", 50_000),
    (VENDOR, {"quality": "hd"}, "hd", 300_000),
    (STUDIO, {}, "medium", 80_000),
    (STUDIO, {"quality": "standard"}, "medium", 80_000),
    (STUDIO, {"quality": "hd"}, "high", 100_000),
    ("auto", {"quality": "hd"}, "hd", 300_000),
]


@pytest.mark.parametrize(("model", "wish", "own", "micros"), QUALITIES)
def test_seed_1_quality_is_the_models_default_or_its_highest(
    asker: Asker, model: str, wish: dict[str, Any], own: str, micros: int
) -> None:
    job = asker.job(model=model, **wish)
    assert (job.parameters["quality"], job.parameters["resolution"]) == (
        own,
        "1K" if model == STUDIO else "",
    )
    assert asker.desk.balance == (START - micros, micros)


def test_seed_1_four_in_hd_on_a_model_of_the_studio_are_debited_at_once(asker: Asker) -> None:
    answer = asker.post(LEAST | {"model": STUDIO, "quality": "hd", "n": 4})
    assert answer.json()["billing"] == {"charged_credits": "400.0000"}
    assert asker.desk.balance == (START - 400_000, 400_000)


@pytest.mark.parametrize("model", [SKETCH, PAINT])
def test_a_model_of_one_level_refuses_hd(asker: Asker, model: str) -> None:
    assert asker.refusal(model=model, quality="hd") == (400, "invalid_value")


@pytest.mark.parametrize("quality", ["low", "medium", "high", "HD", "", 1])
def test_trap_6_the_words_are_standard_and_hd_and_no_others(asker: Asker, quality: Any) -> None:
    assert asker.refusal(quality=quality) == (400, "invalid_value")


# aspect_ratio ----------------------------------------------------------------------------------------------------

RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "2:1"]


@pytest.mark.parametrize("quality", ["standard", "hd"])
@pytest.mark.parametrize("ratio", RATIOS)
def test_seed_1_each_aspect_ratio_arrives_at_either_quality(asker: Asker, ratio: str, quality: str) -> None:
    job = asker.job(model=VENDOR, aspect_ratio=ratio, quality=quality)
    assert job.parameters["aspect_ratio"] == ratio


def test_seed_1_aspect_ratio_auto_leaves_it_to_the_vendor_at_standard(asker: Asker) -> None:
    assert asker.job(model=VENDOR, aspect_ratio="auto").parameters["aspect_ratio"] == "auto"


def test_seed_1_aspect_ratio_is_the_models_own_without_a_word(asker: Asker) -> None:
    job = asker.job(model=VENDOR, quality="hd")
    assert job.parameters["aspect_ratio"] == "1:1"


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_model_with_free_sizes_makes_every_shape(asker: Asker, ratio: str) -> None:
    job = asker.job(model=SKETCH, aspect_ratio=ratio)
    across, down = (int(side) for side in ratio.split(":"))
    assert job.width
    assert job.height
    assert job.width / job.height == pytest.approx(across / down, rel=0.02)


def test_auto_finds_a_model_for_a_shape_that_few_have(asker: Asker) -> None:
    assert asker.job(aspect_ratio="2:1", quality="hd").model == VENDOR


def test_a_shape_that_the_model_lacks_is_refused(asker: Asker) -> None:
    assert asker.refusal(model=PAINT, aspect_ratio="2:1") == (400, "invalid_value")


@pytest.mark.parametrize("model", ["auto", VENDOR, STUDIO])
@pytest.mark.parametrize("path", [TEXT, IMAGE])
def test_trap_1_auto_with_hd_is_refused_before_anything_is_held(asker: Asker, model: str, path: str) -> None:
    image = {"image": asker.artifact()} if path == IMAGE else {}
    answer = asker.refusal(path, model=model, quality="hd", aspect_ratio="auto", **image)
    assert answer == (400, "invalid_value")


@pytest.mark.parametrize("ratio", ["3:2", "16x9", "AUTO", "", 1])
def test_seed_1_aspect_ratio_beyond_the_seven_is_refused(asker: Asker, ratio: Any) -> None:
    assert asker.refusal(aspect_ratio=ratio) == (400, "invalid_value")


# n ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wish", "n"), [({}, 1), ({"n": 1}, 1), ({"n": 4}, 4)])
def test_seed_1_n_is_1_to_4_and_1_without_a_word(asker: Asker, wish: dict[str, Any], n: int) -> None:
    assert asker.job(model=VENDOR, **wish).n == n
    assert asker.desk.balance == (START - n * 50_000, n * 50_000)


@pytest.mark.parametrize(
    ("n", "code"),
    [
        (0, "invalid_value"),
        (5, "invalid_value"),
        (-1, "invalid_value"),
        (2.5, "invalid_type"),
        ("2", "invalid_type"),
        (True, "invalid_type"),
    ],
)
def test_seed_1_n_beyond_is_refused_even_where_a_model_makes_more(asker: Asker, n: Any, code: str) -> None:
    assert asker.refusal(model=SKETCH, n=n) == (400, code)


# image and extra_images ------------------------------------------------------------------------------------------


def test_seed_1_image_is_what_is_worked_on(asker: Asker) -> None:
    job = asker.job(IMAGE, model=VENDOR, image=asker.artifact())
    assert job.kind == "edit"
    assert [reference.role for reference in job.references.all()] == [Reference.Role.SOURCE]


def test_seed_1_image_is_required(asker: Asker) -> None:
    assert asker.refusal(IMAGE) == (400, "missing_required_parameter")
    assert asker.refusal(IMAGE, image=None) == (400, "invalid_type")
    assert asker.refusal(IMAGE, extra_images=[asker.artifact()]) == (400, "missing_required_parameter")


@pytest.mark.parametrize("field", ["image", "extra_images"])
def test_seed_1_images_are_for_image_to_image_alone(asker: Asker, field: str) -> None:
    value = asker.artifact() if field == "image" else [asker.artifact()]
    assert asker.refusal(TEXT, **{field: value}) == (400, "unknown_parameter")


def test_trap_3_fifteen_extra_images_beside_the_first_and_not_sixteen(asker: Asker) -> None:
    first, *more = [asker.artifact() for _each in range(17)]
    assert asker.refusal(IMAGE, model=VENDOR, image=first, extra_images=more) == (400, "invalid_value")
    job = asker.job(IMAGE, model=VENDOR, image=first, extra_images=more[:15])
    sent = [ids.shown("art", reference.image_id) for reference in job.references.all()]
    assert sent == [each["artifact_id"] for each in (first, *more[:15])]
    # However many there are, the price is that of one edit.
    assert asker.desk.balance == (START - 60_000, 60_000)


def test_trap_3_too_many_are_refused_before_one_of_them_is_looked_at(asker: Asker) -> None:
    nothing = {"type": "artifact", "artifact_id": "art_nothing"}
    assert asker.refusal(IMAGE, image=nothing, extra_images=[nothing] * 16) == (400, "invalid_value")
    assert asker.refusal(IMAGE, image=nothing, extra_images=[nothing] * 15) == (404, "artifact_not_found")


def test_a_model_that_edits_nothing_refuses_a_picture(asker: Asker) -> None:
    assert asker.refusal(IMAGE, model=SKETCH, image=asker.artifact()) == (400, "invalid_value")


def test_an_unknown_field_is_refused_by_its_name(asker: Asker) -> None:
    assert asker.refusal(negative_prompt="fog") == (400, "unknown_parameter")


def _models(endpoint: Endpoint) -> list[type[BaseModel]]:
    return [model for model in (endpoint.body, endpoint.form) if model]


def test_every_field_says_what_it_is_for() -> None:
    for endpoint in ENDPOINTS:
        for model in _models(endpoint):
            assert all(field.description for field in model.model_fields.values()), model
