"""A wish to one model in the words of another, of which nothing may be lost: nobody is asked."""

from __future__ import annotations

import pytest

from studio.catalog import loader
from studio.catalog.entries import Entry
from studio.catalog.switching import faithful

ENTRIES = loader.catalog().entries
SKETCH, PAINT = ENTRIES["gesso/sketch"], ENTRIES["gesso/paint"]
SUNBURST, GPT15 = ENTRIES["openai/gpt-image-2.5-sunburst"], ENTRIES["openai/gpt-image-1.5"]
DALLE3 = ENTRIES["openai/dall-e-3"]
CORE, EXTRAS = ENTRIES["stability/core"], ENTRIES["a1111/extras-upscale"]

TOLD_ANEW: list[tuple[Entry, dict[str, str], dict[str, str]]] = [
    (SUNBURST, {"quality": "standard"}, {"quality": "medium"}),
    (SUNBURST, {"quality": "hd"}, {"quality": "high"}),
    (SUNBURST, {"aspect_ratio": "3:2", "width": "1536", "height": "1024"}, {"size": "1536x1024"}),
    (SKETCH, {"quality": "medium", "style": ""}, {"quality": ""}),
    (PAINT, {"aspect_ratio": "16:9"}, {"aspect_ratio": "16:9"}),
    (DALLE3, {"style": "natural"}, {"style": "natural"}),
    (SKETCH, {"moderation": "low"}, {"moderation": ""}),
    (SKETCH, {"aspect_ratio": "16:9", "width": "1408", "height": "768"}, {"size": "1384x776"}),
]


@pytest.mark.parametrize(("entry", "wish", "told"), TOLD_ANEW)
def test_a_wish_to_one_model_is_told_to_another_in_its_words(
    entry: Entry, wish: dict[str, str], told: dict[str, str]
) -> None:
    found = faithful(entry, wish)
    assert found is not None
    assert {name: found.as_form()[name] for name in told} == told


LOST: list[tuple[Entry, dict[str, str]]] = [
    (PAINT, {"quality": "high"}),
    (PAINT, {"quality": "ultra"}),
    (SUNBURST, {"quality": "draft-plus"}),
    (PAINT, {"style": "vivid"}),
    (PAINT, {"strength": "0.5"}),
    (DALLE3, {"seed": "7"}),
    (DALLE3, {"n": "2"}),
    (DALLE3, {"negative_prompt": "fog"}),
    (GPT15, {"size": "2048x2048"}),
    (PAINT, {"size": "1408x768"}),
    (PAINT, {"aspect_ratio": "16:9", "width": "2560", "height": "1440"}),
    (CORE, {"aspect_ratio": "3:1"}),
    (EXTRAS, {"size": "1024x1024"}),
    (PAINT, {"background": "transparent"}),
    (ENTRIES["bfl/flux-2-pro"], {"moderation": "low"}),
    (PAINT, {"extra.steps": "30"}),
]


@pytest.mark.parametrize(("entry", "wish"), LOST)
def test_a_wish_of_which_anything_would_be_lost_is_not_told_at_all(
    entry: Entry, wish: dict[str, str]
) -> None:
    assert faithful(entry, wish) is None
