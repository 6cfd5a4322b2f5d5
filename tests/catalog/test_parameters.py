from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.catalog import loader
from studio.catalog.entries import Entry
from studio.catalog.parameters import Parameters, defaults, kind_of, nearest, validate
from studio.core.errors import Invalid
from tests.catalog import samples

ENTRIES = list(loader.catalog().entries.values())
SKETCH, PAINT, STUDIO, PRESS = (
    loader.catalog().entries[f"gesso/{name}"] for name in ("sketch", "paint", "studio", "press")
)
SUNBURST = loader.catalog().entries["openai/gpt-image-2.5-sunburst"]
GPT15 = loader.catalog().entries["openai/gpt-image-1.5"]
DALLE3 = loader.catalog().entries["openai/dall-e-3"]
every_entry = st.sampled_from(ENTRIES)


def read(
    entry: Entry, references: int = 0, has_mask: bool = False, prompt: str = "a stair", **data: str
) -> Parameters:
    return validate(entry, data, references, has_mask, prompt)


def refused(entry: Entry, *args: Any, **kwargs: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        read(entry, *args, **kwargs)
    return caught.value.fields


def needed(entry: Entry) -> int:
    """How many references the model cannot do without."""
    return 0 if "generate" in entry.kinds else 1


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_defaults_of_a_model_are_valid_and_need_no_note(entry: Entry) -> None:
    opened = defaults(entry)
    assert validate(entry, opened.as_form(), needed(entry), False, "a stair") == opened
    assert validate(entry, {}, needed(entry), False, "a stair") == opened
    assert nearest(entry, opened.as_form()) == (opened, [])


@given(every_entry, every_entry, st.data())
def test_settings_that_follow_to_another_model_are_valid_there(
    old: Entry, new: Entry, data: st.DataObject
) -> None:
    wanted = {
        "n": data.draw(st.sampled_from(["", "0", "1", "7", "99", "x"])),
        "size": data.draw(st.sampled_from(["", "auto", "640x480", "99999x1", "wide"])),
        "aspect_ratio": data.draw(st.sampled_from(["", "5:7", "21:9", "1:0", "a:b"])),
        "resolution": data.draw(st.sampled_from(["", "2K", "8K"])),
        "quality": data.draw(st.sampled_from(["", "auto", "draft", "high", "max", "odd"])),
        "seed": data.draw(st.sampled_from(["", "7", "-1", "99999999999"])),
        "output_format": data.draw(st.sampled_from(["", "png", "jpeg", "avif"])),
        "background": data.draw(st.sampled_from(["", "transparent", "opaque", "pink"])),
        "strength": data.draw(st.sampled_from(["", "0.5", "nan"])),
        "style": data.draw(st.sampled_from(["", "vivid", "natural", "odd"])),
        "moderation": data.draw(st.sampled_from(["", "auto", "low", "odd"])),
        "output_compression": data.draw(st.sampled_from(["", "0", "100", "101", "x"])),
        "negative_prompt": data.draw(st.sampled_from(["", "text"])),
    }
    there, _notes = nearest(new, nearest(old, wanted)[0].as_form())
    assert validate(new, there.as_form(), needed(new), False, "a stair") == there


def test_a_ratio_becomes_pixels() -> None:
    chosen = read(PAINT, aspect_ratio="4:5")
    assert (chosen.width, chosen.height) == (1024, 1280)


def test_a_resolution_scales_the_pixels_of_a_ratio() -> None:
    chosen = read(STUDIO, aspect_ratio="4:5", resolution="2K")
    assert (chosen.width, chosen.height, chosen.resolution) == (2048, 2560, "2K")


def test_a_preset_has_its_own_pixels() -> None:
    chosen = read(PRESS, preset="poster")
    assert (chosen.width, chosen.height, chosen.preset) == (1024, 1536, "poster")


def test_any_size_within_the_limits_can_be_typed() -> None:
    assert read(SKETCH, size="264x2048").width == 264
    assert read(SKETCH, width="264", height="2048").size == "264x2048"


def test_a_size_that_is_exactly_that_of_a_ratio_is_that_ratio() -> None:
    assert read(PAINT, size="1024x1280").aspect_ratio == "4:5"


def test_auto_leaves_the_size_to_the_vendor() -> None:
    chosen = read(GPT15, size="auto")
    assert (chosen.width, chosen.height, chosen.size) == (None, None, "auto")


@pytest.mark.parametrize("entry", [SKETCH, PAINT, STUDIO, PRESS, DALLE3], ids=lambda entry: entry.id)
def test_a_model_that_does_not_know_auto_opens_with_its_own_size(entry: Entry) -> None:
    assert read(entry, size="auto") == read(entry)


@pytest.mark.parametrize(
    ("entry", "size"),
    [
        (SKETCH, "255x1024"),
        (SKETCH, "1024x2056"),
        (SKETCH, "1021x1024"),
        (SKETCH, "big"),
        (SUNBURST, "3840x1264"),
        (SUNBURST, "512x512"),
        (SUNBURST, "3840x3840"),
        (GPT15, "1024x1025"),
    ],
)
def test_a_size_that_the_model_does_not_take_is_refused_with_what_to_choose(entry: Entry, size: str) -> None:
    assert refused(entry, size=size)["size"].startswith("Choose ")


@pytest.mark.parametrize(
    ("entry", "field", "value", "sentence"),
    [
        (PAINT, "n", "11", "Choose 1 to 10 images."),
        (PAINT, "n", "0", "Choose 1 to 10 images."),
        (PAINT, "n", "two", "Choose 1 to 10 images."),
        (PAINT, "n", "٢", "Choose 1 to 10 images."),
        (PAINT, "aspect_ratio", "7:5", "Choose one of 1:1, 4:5, 3:4, 2:3, 3:2, 16:9, 21:9, 5:4, 4:3, 9:16."),
        (STUDIO, "resolution", "4K", "Choose one of 1K, 2K."),
        (PAINT, "resolution", "2K", "This model has one resolution. Clear this setting."),
        (PRESS, "preset", "stamp", "Choose one of square, poster, cover, banner."),
        (STUDIO, "quality", "max", "Choose one of low, medium, high."),
        (PAINT, "quality", "high", "This model has one level of quality. Clear this setting."),
        (GPT15, "seed", "7", "This model takes no seed. Clear it."),
        (PAINT, "seed", "-1", "Use a whole number from 0 to 4,294,967,295, or leave it empty."),
        (PAINT, "seed", "4294967296", "Use a whole number from 0 to 4,294,967,295, or leave it empty."),
        (PAINT, "output_format", "avif", "Choose one of PNG, WebP, JPEG."),
        (PAINT, "background", "transparent", "This model makes no transparent background. Choose Opaque."),
        (STUDIO, "background", "pink", "Choose Opaque or Transparent."),
        (PAINT, "strength", "0.5", "This model has no strength. Clear this setting."),
        (PRESS, "negative_prompt", "text", "This model takes no negative prompt. Clear it."),
        (PAINT, "style", "vivid", "This model has no styles. Clear this setting."),
        (DALLE3, "style", "odd", "Choose one of Vivid, Natural."),
        (PAINT, "moderation", "low", "This model's moderation cannot be chosen. Clear this setting."),
        (GPT15, "moderation", "none", "Choose Standard or Less strict."),
        (DALLE3, "output_compression", "50", "This model has no compression. Clear this setting."),
        (GPT15, "output_compression", "50", "Choose JPEG or WebP, or clear the compression."),
    ],
)
def test_a_setting_is_refused_with_what_to_do(entry: Entry, field: str, value: str, sentence: str) -> None:
    assert refused(entry, **{field: value}) == {field: sentence}


@pytest.mark.parametrize("level", ["101", "-1", "7.5", "much"])
def test_compression_is_from_none_to_all(level: str) -> None:
    chosen = read(GPT15, output_compression="0", output_format="webp")
    assert (chosen.output_compression, chosen.as_form()["output_compression"]) == (0, "0")
    assert refused(GPT15, output_compression=level, output_format="jpeg") == {
        "output_compression": "Use a whole number from 0 to 100, or leave it empty."
    }


def test_moderation_is_less_strict_only_for_pictures_made_from_words_alone() -> None:
    assert read(GPT15, moderation="low").moderation == "low"
    assert read(GPT15, references=1, moderation="auto").moderation == "auto"
    assert refused(GPT15, references=1, moderation="low") == {
        "moderation": "Choose Standard: with references there is no other."
    }


@pytest.mark.parametrize("strength", ["-0.1", "1.1", "nan", "much"])
def test_strength_is_from_none_to_all(strength: str) -> None:
    entry = samples.model(supports={"strength": True})
    assert read(entry, strength="0.25").strength == 0.25
    assert refused(entry, strength=strength) == {"strength": "Use a number from 0 to 1."}


def test_transparency_needs_a_format_that_has_it() -> None:
    assert read(STUDIO, background="transparent").background == "transparent"
    assert refused(STUDIO, background="transparent", output_format="jpg") == {
        "output_format": "Choose PNG or WebP: JPEG has no transparency."
    }


@pytest.mark.parametrize("prompt", ["", "  \n "])
def test_an_empty_prompt_asks_for_one(prompt: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(PAINT, prompt=prompt)
    assert caught.value.message == caught.value.fields["prompt"] == "Write a prompt to generate"


def test_a_prompt_that_is_too_long_is_counted() -> None:
    assert read(PAINT, prompt="x" * 32_000)
    assert refused(PAINT, prompt="x" * 32_001) == {
        "prompt": "Shorten the prompt to 32,000 characters; it has 32,001."
    }


def test_too_many_references_are_counted() -> None:
    assert read(PAINT, references=16)
    assert refused(PAINT, references=18) == {"references": "This model takes 16 references; remove 2."}
    assert refused(SKETCH, references=1) == {
        "references": "This model takes no references. Remove them, or pick another model."
    }


def test_a_mask_needs_a_model_that_takes_one_and_its_picture() -> None:
    assert read(STUDIO, references=1, has_mask=True)
    assert refused(STUDIO, has_mask=True) == {"mask": "Add the picture that the mask belongs to."}
    assert "mask" in refused(PAINT, references=1, has_mask=True)


def test_whoever_asks_in_pixels_is_told_the_pixels_there_are() -> None:
    told = refused(PRESS, size="1000x1000")
    assert told == {"preset": "Choose one of 1024x1024, 1024x1536, 1536x1024, 1536x864."}


def test_an_edit_model_asks_for_the_picture() -> None:
    entry = samples.model(kinds=["edit"], max_references=1, sizing={"style": "none"})
    assert refused(entry) == {"references": "Add the picture that is to be edited."}
    assert read(entry, references=1).width is None


def test_every_wrong_setting_is_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read(PAINT, n="99", seed="x", prompt="")
    assert set(caught.value.fields) == {"n", "seed", "prompt"}
    assert caught.value.message == "Fix 3 settings"


@pytest.mark.parametrize(
    ("entry", "wanted", "field", "value", "note"),
    [
        (
            PAINT,
            {"size": "768x1024"},
            "aspect_ratio",
            "3:4",
            "Size changed to 3:4, the closest this model offers",
        ),
        (
            GPT15,
            {"aspect_ratio": "16:9"},
            "size",
            "1536x1024",
            "Size changed to 1536 × 1024, the closest this model offers",
        ),
        (
            STUDIO,
            {"width": "1536", "height": "864"},
            "aspect_ratio",
            "16:9",
            "Size changed to 16:9, the closest this model offers",
        ),
        (
            PRESS,
            {"aspect_ratio": "4:5"},
            "preset",
            "poster",
            "Size changed to Poster, the closest this model offers",
        ),
        (
            SKETCH,
            {"size": "4096x2048"},
            "size",
            "2048x1024",
            "Size changed to 2048 × 1024, the closest this model offers",
        ),
        (
            STUDIO,
            {"quality": "max"},
            "quality",
            "high",
            "Quality changed to High, the closest this model offers",
        ),
        (PAINT, {"n": "20"}, "n", 10, "Images changed to 10, the most this model makes at once"),
        (GPT15, {"seed": "7"}, "seed", None, "Seed left out, this model takes none"),
        (
            PAINT,
            {"background": "transparent"},
            "background",
            "",
            "Background changed to opaque, this model makes no transparency",
        ),
        (PAINT, {"output_format": "avif"}, "output_format", "png", "Format changed to PNG"),
        (
            PRESS,
            {"negative_prompt": "text"},
            "negative_prompt",
            "",
            "Negative prompt left out, this model takes none",
        ),
        (
            PAINT,
            {"moderation": "low"},
            "moderation",
            "",
            "Moderation changed to standard, this model has no other",
        ),
        (
            GPT15,
            {"output_compression": "50", "output_format": "png"},
            "output_compression",
            None,
            "Compression left out, it is for JPEG and WebP with models that have it",
        ),
    ],
)
def test_what_another_model_does_not_offer_becomes_the_nearest_with_a_note(
    entry: Entry, wanted: dict[str, str], field: str, value: object, note: str
) -> None:
    found, notes = nearest(entry, wanted)
    assert getattr(found, field) == value
    assert notes == [note]


@pytest.mark.parametrize(
    ("entry", "wanted", "field", "value"),
    [
        (STUDIO, {"aspect_ratio": "4:5"}, "aspect_ratio", "4:5"),
        (PAINT, {"size": "1024x1280"}, "aspect_ratio", "4:5"),
        (GPT15, {"width": "1024", "height": "1536"}, "size", "1024x1536"),
        (STUDIO, {"quality": "hd"}, "quality", "high"),
        (STUDIO, {"quality": "odd"}, "quality", "medium"),
        (PAINT, {"quality": "high"}, "quality", ""),
        (STUDIO, {"resolution": "2K"}, "width", 2048),
        (STUDIO, {"background": "transparent"}, "background", "transparent"),
        (PAINT, {"style": "vivid"}, "style", ""),
        (DALLE3, {"style": "natural"}, "style", "natural"),
        (GPT15, {"moderation": "low"}, "moderation", "low"),
        (GPT15, {"output_compression": "0", "output_format": "webp"}, "output_compression", 0),
        (GPT15, {"output_compression": "many"}, "output_compression", None),
    ],
)
def test_what_another_model_offers_too_stays_without_a_note(
    entry: Entry, wanted: dict[str, str], field: str, value: object
) -> None:
    found, notes = nearest(entry, wanted)
    assert getattr(found, field) == value
    assert notes == []


def test_shapes_that_look_the_same_are_told_apart_by_their_area() -> None:
    entry = samples.model(
        sizing={"style": "pixels", "default": "848x1280", "sizes": ["848x1280", "1688x2552"]}
    )
    assert nearest(entry, {"size": "1696x2560"})[0].size == "1688x2552"


def test_transparency_moves_to_a_format_that_has_it() -> None:
    found, notes = nearest(STUDIO, {"background": "transparent", "output_format": "jpeg"})
    assert (found.output_format, notes) == ("png", ["Format changed to PNG"])


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_any_shape_finds_a_size_within_the_limits(width: int, height: int) -> None:
    for entry in (SKETCH, SUNBURST):
        found, _notes = nearest(entry, {"width": str(width), "height": str(height)})
        assert found.width is not None
        assert found.height is not None
        assert entry.sizing.limits is not None
        assert entry.sizing.limits.allow(found.width, found.height)
        if max(width, height) <= 3 * min(width, height):
            assert abs(math.log(found.width / found.height * height / width)) < 0.05


@pytest.mark.parametrize(
    ("references", "has_mask", "kind"), [(0, False, "generate"), (2, False, "edit"), (1, True, "inpaint")]
)
def test_references_and_a_mask_say_what_sort_of_work_it_is(
    references: int, has_mask: bool, kind: str
) -> None:
    assert kind_of(references, has_mask) == kind


def test_parameters_survive_their_snapshot() -> None:
    chosen = read(STUDIO, seed="7", aspect_ratio="3:2", resolution="2K", background="transparent")
    assert Parameters.from_json(json.loads(json.dumps(chosen.as_json()))) == chosen
    assert Parameters.from_json({"n": 2, "gone": True}) == Parameters(n=2)


def test_the_price_depends_on_the_parameters_and_what_goes_along() -> None:
    ask = read(STUDIO, n="3", resolution="2K", quality="high").ask(
        prompt="stair", references=2, has_mask=True
    )
    assert (ask.n, ask.width, ask.quality, ask.resolution) == (3, 2048, "high", "2K")
    assert (ask.prompt_length, ask.references, ask.mask) == (5, 2, True)
