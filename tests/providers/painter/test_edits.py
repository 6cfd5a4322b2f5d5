"""Edits: the picture stays, and what the words ask is done to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from providers.painter.commission import Refusal
from tests.providers.painter.studio import as_input, hole, paint, picture, pixels, source

BOX = (30, 40, 90, 100)


def edit(prompt: str, given: object = None, **changes: object) -> Any:
    return pixels(paint(prompt, width=0, height=0, source=given or source(), **changes).data).astype(int)


@pytest.mark.parametrize(
    "prompt", ["crimson", "night", "snow", "remove", "a boat", "a vase", "ink", "xyzzy", "mountains"]
)
def test_nothing_outside_the_mask_changes_and_something_inside_does(prompt: str) -> None:
    given = source()
    before = pixels(given.data).astype(int)
    after = edit(prompt, given, mask=hole((128, 128), BOX))
    outside = np.ones((128, 128), bool)
    outside[BOX[1] : BOX[3], BOX[0] : BOX[2]] = False
    assert (after[outside] == before[outside]).all()
    assert np.abs(after - before).max() > 8


def test_the_feather_lies_inside_the_mask() -> None:
    given = source(size=256)
    before = pixels(given.data).astype(int)
    after = edit("crimson", given, mask=hole((256, 256), (60, 60, 200, 200)))
    gap = np.abs(after - before).sum(axis=2)
    assert gap[60:200, 60:200][70, 0] < gap[60:200, 60:200][70, 20]


def test_a_half_transparent_mask_repaints_by_half() -> None:
    given = picture((90, 90, 90), (64, 64), "source")
    full = edit("crimson", given, mask=as_input(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "mask"))
    half = edit("crimson", given, mask=as_input(Image.new("RGBA", (64, 64), (0, 0, 0, 128)), "mask"))
    middle = (32, 32, 0)
    assert 90 < half[middle] < full[middle]


def test_a_single_masked_pixel_is_still_repainted() -> None:
    given = picture((120, 120, 120), (64, 64), "source")
    after = edit("crimson", given, mask=hole((64, 64), (30, 30, 31, 31)))
    changed = np.abs(after - 120).max(axis=2) > 0
    assert changed.sum() == 1
    assert changed[30, 30]


def test_webp_keeps_the_pixels_outside_the_mask_too() -> None:
    given = source()
    after = edit("crimson", given, mask=hole((128, 128), BOX), format="webp")
    assert (after[:30] == pixels(given.data).astype(int)[:30]).all()


def test_transparency_of_the_source_is_kept() -> None:
    given = picture((200, 40, 40, 90), (64, 64), "source")
    assert (edit("night", given)[:, :, 3] == 90).all()


def test_night_darkens_and_noon_brightens_the_same_picture() -> None:
    given = source("sea at dusk")
    assert edit("night", given).mean() < pixels(given.data).mean() < edit("noon", given).mean()


def test_an_edit_keeps_what_the_picture_shows() -> None:
    given = source("city at night")
    before = pixels(given.data).astype(float).mean(axis=2).ravel()
    after = edit("crimson", given).astype(float).mean(axis=2).ravel()
    assert float(np.corrcoef(before, after)[0, 1]) > 0.8


def test_words_nobody_understands_change_the_picture_gently() -> None:
    given = source()
    gap = np.abs(edit("xyzzy plugh", given) - pixels(given.data).astype(int))
    assert 3 < gap.mean() < 70


def test_removing_fills_the_hole_from_around_it() -> None:
    image = Image.new("RGB", (128, 128), (40, 90, 160))
    image.paste((250, 240, 40), (50, 50, 80, 80))
    after = edit("remove", as_input(image, "source"), mask=hole((128, 128), (44, 44, 86, 86)))
    assert np.abs(after[65, 65] - np.array([40, 90, 160])).max() < 30


def test_removing_without_a_mask_takes_what_stands_out() -> None:
    image = Image.new("RGB", (128, 128), (40, 90, 160))
    image.paste((250, 240, 40), (54, 54, 76, 76))
    after = edit("remove the box", as_input(image, "source"))
    assert np.abs(after[65, 65] - np.array([40, 90, 160])).max() < 40


def test_a_weaker_strength_changes_less() -> None:
    given = source()
    before = pixels(given.data).astype(int)
    weak, full = (np.abs(edit("crimson", given, strength=s) - before).mean() for s in (0.2, 1.0))
    assert weak < 0.5 * full


def test_an_edit_without_a_size_is_as_large_as_its_source() -> None:
    assert edit("night", picture((90, 90, 90), (70, 50), "source")).shape == (50, 70, 3)


def test_a_mask_of_another_size_is_refused_in_words() -> None:
    with pytest.raises(Refusal, match="mask is 64 × 64"):
        edit("night", mask=hole((64, 64), (1, 1, 9, 9)))


@pytest.mark.parametrize(
    "mask", [picture((0, 0, 0), (128, 128), "mask"), picture((0, 0, 0, 255), (128, 128), "mask")]
)
def test_a_mask_that_marks_nothing_is_refused_in_words(mask: object) -> None:
    with pytest.raises(Refusal, match="nothing to repaint"):
        edit("night", mask=mask)
