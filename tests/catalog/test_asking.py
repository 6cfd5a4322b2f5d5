"""A shape and a level, which can be asked of every model, in each model's own settings."""

from __future__ import annotations

import math

import pytest

from studio.catalog import loader
from studio.catalog.asking import own_words
from studio.catalog.entries import Entry
from studio.catalog.fields import defaults
from studio.catalog.parameters import validate
from studio.core.errors import Invalid

CATALOG = loader.catalog().entries
ENTRIES = list(CATALOG.values())
SHAPES = {"1:1": 1.0, "16:9": 16 / 9, "9:16": 9 / 16, "4:3": 4 / 3, "3:4": 3 / 4, "2:1": 2.0}

LEVELS = [
    ("gesso/studio", {"quality": "high"}),
    ("gesso/press", {"quality": "high"}),
    ("async_tasks/gpt-image-2", {"quality": "hd"}),
    ("openai/dall-e-3", {"quality": "hd"}),
    ("openai/gpt-image-2", {"quality": "high"}),
    ("openai/gpt-image-2.5-flare", {"quality": "max"}),
    ("fal/ideogram-v3", {"quality": "quality"}),
    # Its quality goes no higher than what it opens with.
    ("xai/grok-imagine-image-2.0", {"resolution": "2K"}),
    ("google/gemini-3-pro-image", {"resolution": "4K"}),
]


@pytest.mark.parametrize(("model", "own"), LEVELS)
def test_hd_is_the_highest_quality_or_else_the_largest_resolution(model: str, own: dict[str, str]) -> None:
    assert own_words(CATALOG[model], {"level": "hd"}) == own
    assert own_words(CATALOG[model], {"level": "standard"}) == {}


@pytest.mark.parametrize("model", ["gesso/sketch", "gesso/paint", "bfl/flux-2-pro", "multi/flux-kontext"])
def test_a_model_of_one_level_refuses_hd(model: str) -> None:
    with pytest.raises(Invalid) as caught:
        own_words(CATALOG[model], {"level": "hd"})
    assert list(caught.value.fields) == ["level"]
    assert own_words(CATALOG[model], {"level": "standard"}) == {}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_model_makes_each_shape_as_it_is_or_refuses_it(entry: Entry) -> None:
    """Nothing comes out in another shape in silence; what is said is valid for the model as it stands."""
    references = 0 if "generate" in entry.kinds else 1
    for shape, ratio in SHAPES.items():
        try:
            own = own_words(entry, {"shape": shape})
        except Invalid:
            continue
        checked = validate(entry, own, references, False, "a stair")
        assert checked.width
        assert checked.height
        # Under the shape's own name a vendor rounds the sides as it likes.
        near = abs(math.log(checked.width / checked.height / ratio)) <= 0.03
        assert near or checked.aspect_ratio == shape


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_auto_is_the_vendors_choice_where_it_has_one_and_else_what_the_model_opens_with(entry: Entry) -> None:
    references = 0 if "generate" in entry.kinds else 1
    checked = validate(entry, own_words(entry, {"shape": "auto"}), references, False, "a stair")
    assert "auto" in (checked.size, checked.aspect_ratio, checked.preset) or checked == defaults(entry)


@pytest.mark.parametrize(
    ("model", "shape"),
    [("gesso/paint", "2:1"), ("openai/gpt-image-1.5", "4:3"), ("multi/flux-kontext", "1:1")],
)
def test_a_shape_that_a_model_lacks_is_refused(model: str, shape: str) -> None:
    with pytest.raises(Invalid) as caught:
        own_words(CATALOG[model], {"shape": shape})
    assert list(caught.value.fields) == ["shape"]
    assert shape in caught.value.fields["shape"]


def test_a_free_size_keeps_about_as_many_pixels_as_the_model_opens_with() -> None:
    sketch = CATALOG["gesso/sketch"]
    for shape in SHAPES:
        width, height = (int(side) for side in own_words(sketch, {"shape": shape})["size"].split("x"))
        assert 0.9 < width * height / 1024**2 < 1.1


def test_all_other_settings_stay_as_they_are() -> None:
    form = {"n": "2", "seed": "7", "shape": "16:9", "level": "hd"}
    assert own_words(CATALOG["gesso/studio"], form) == {
        "n": "2",
        "seed": "7",
        "aspect_ratio": "16:9",
        "quality": "high",
    }
