"""What programs are told of a model is what the validation accepts: each value listed, and not one beyond."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studio.catalog import automatic, described, loader, sizes
from studio.catalog.described import BOOLEAN, INTEGER, NUMBER, Description, Parameter
from studio.catalog.entries import Entry, Limits
from studio.catalog.extras import Value, written
from studio.catalog.validation import validate
from studio.core.errors import Invalid

ENTRIES = [*loader.catalog().entries.values(), automatic.ENTRY]
BEYOND = "none-such"


def accepts(entry: Entry, form: dict[str, str]) -> bool:
    references = 0 if "generate" in entry.kinds else 1
    try:
        validate(entry, form, references, False, "a stair")
    except Invalid:
        return False
    return True


def form_of(parameter: Parameter, value: Value) -> dict[str, str]:
    """The value with what it goes with, and nothing else said."""
    beside = {name: values[0] for name, values in parameter.goes_with.items()}
    return beside | {parameter.key: written(value)}


def inside(parameter: Parameter) -> Iterator[Value]:
    yield from parameter.allowed
    if parameter.least is not None and parameter.most is not None:
        yield from (parameter.least, parameter.most)
    if parameter.length and not parameter.pattern:
        yield "a" * parameter.length
    if parameter.default is not None:
        yield parameter.default


def outside(parameter: Parameter) -> Iterator[Value]:
    step = 1 if parameter.type == INTEGER else 0.01
    if parameter.least is not None and parameter.most is not None:
        yield from (parameter.least - step, parameter.most + step)
    if parameter.type in (INTEGER, NUMBER, BOOLEAN) or parameter.allowed:
        yield BEYOND
    if parameter.length:
        yield "a" * (parameter.length + 1)


def told(entry: Entry) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in described.of(entry).parameters}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_value_that_is_listed_is_accepted_and_one_beyond_is_refused(entry: Entry) -> None:
    for name, parameter in told(entry).items():
        if name in ("width", "height"):
            continue
        for value in inside(parameter):
            assert accepts(entry, form_of(parameter, value)), (name, value)
        for value in outside(parameter):
            assert not accepts(entry, form_of(parameter, value)), (name, value)


FREE = [entry for entry in ENTRIES if entry.sizing.limits]


@pytest.mark.parametrize("entry", FREE, ids=lambda entry: entry.id)
def test_sides_within_the_bounds_make_some_picture_and_those_beyond_none(entry: Entry) -> None:
    width = told(entry)["width"]
    assert width.least is not None
    assert width.most is not None
    step = int(width.step or 1)
    least, most = int(width.least), int(width.most)
    others = range(step, most + 1, step)

    def fits(side: int) -> bool:
        assert entry.sizing.limits is not None
        other = next((each for each in others if entry.sizing.limits.allow(side, each)), None)
        return other is not None and accepts(entry, {"width": str(side), "height": str(other)})

    assert fits(least)
    assert fits(most)
    assert not fits(least - step)
    assert not fits(most + step)
    assert not accepts(entry, {"width": str(most + step), "height": str(most + step)})
    assert {"width", "height"} <= set(told(entry))


SHARED = {
    "n": {"n": "99"},
    "quality": {"quality": "high"},
    "seed": {"seed": "7"},
    "strength": {"strength": "0.5"},
    "negative_prompt": {"negative_prompt": "fog"},
    "style": {"style": "vivid"},
    "background": {"background": "transparent"},
    "moderation": {"moderation": "low"},
    "output_compression": {"output_compression": "50"},
}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_what_is_not_listed_is_refused(entry: Entry) -> None:
    assert ("resolution" in told(entry)) == (entry.sizing.style == "resolution")
    for name in set(SHARED) - set(told(entry)):
        assert not accepts(entry, SHARED[name]), name
    assert not accepts(entry, {"extra.none_such": "1"})


def description(model_id: str) -> Description:
    return described.of(loader.catalog().entries[model_id])


def test_a_model_is_told_with_its_bounds_and_how_it_edits() -> None:
    found = description("deepshi/nano-banana-2")
    assert (found.sizing, found.prompt_max_length, found.max_n) == ("resolution", 8_000, 4)
    assert found.editing == described.Editing(supported=True, max_images=14, mask=False)
    assert (found.input_modalities, found.output_modalities) == (("text", "image"), ("image",))
    resolution = next(each for each in found.parameters if each.name == "resolution")
    assert (resolution.type, resolution.allowed, resolution.default) == ("string", ("1K", "2K", "4K"), "1K")
    assert description("gesso/sketch").input_modalities == ("text",)
    assert description("openai/dall-e-2").editing == described.Editing(
        supported=True, max_images=1, mask=True
    )
    assert description("bfl/flux-pro-1.1").editing == described.Editing(False, 0, False)
    assert description("gesso/studio").partial_images == 3


def test_a_models_own_settings_bear_the_vendors_names() -> None:
    found = {each.name: each for each in description("a1111/checkpoint").parameters}
    steps = found["steps"]
    assert (steps.type, steps.key, steps.least, steps.most, steps.default) == (
        "integer",
        "extra.steps",
        1,
        150,
        20,
    )
    assert found["sampler_name"].allowed == ("Euler", "Euler a", "DPM++ 2M")
    flag = next(each for each in description("bfl/flux-pro-1.1-ultra").parameters if each.name == "raw")
    assert (flag.type, flag.allowed, flag.default) == ("boolean", (True, False), False)


def test_the_bounds_of_a_side_heed_area_and_shape() -> None:
    assert sizes.bounds(Limits(least=64, most=256, multiple=64)) == (64, 256)
    assert sizes.bounds(Limits(least=1, most=300, multiple=100, max_ratio=2, min_pixels=40_000)) == (200, 300)
