"""The pictures themselves: repeatable, and changed by a word in the way the word says."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from PIL import Image

from providers.painter import plan as plans
from providers.painter import tiles
from providers.painter.commission import Refusal
from providers.painter.scenes import SCENES
from providers.painter.words import read
from tests.providers.painter.studio import as_input, brightness, paint, picture, pixels, previews, shares

GOLDEN = {
    "crimson ridges over a lake at dusk": "c1043399a0378056",
    "stormy sea with a lighthouse": "885a0a8e32dcb106",
    "perfume bottle on wet basalt, amber backlight": "9e22dd0c959520bb",
    "a red fox reading a newspaper": "0b4b7cb44f278778",
    "neon city in the rain": "fba22930e5c18552",
    "papercut leaves": "bde5957d858c4304",
    "saturn, oil painting": "75f7aa8e0fc4ad8e",
    "marble": "480b06a84b673b10",
}
GOLDEN_VASE = "4a7b4dc0bb95dd86"


def digest(data: bytes) -> str:
    return hashlib.sha256(pixels(data).tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(("prompt", "expected"), GOLDEN.items())
def test_a_prompt_and_its_seed_paint_the_same_pixels_on_every_machine(prompt: str, expected: str) -> None:
    assert digest(paint(prompt).data) == expected


def test_high_quality_transparency_and_odd_sizes_repeat_to_the_pixel() -> None:
    order = {"quality": "high", "transparent": True, "width": 101, "height": 67}
    assert digest(paint("vase", **order).data) == GOLDEN_VASE


def test_another_seed_paints_another_picture() -> None:
    assert digest(paint("sea", seed=1).data) != digest(paint("sea", seed=2).data)


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_every_scene_stays_in_single_precision_and_in_bounds(scene: str) -> None:
    plan = plans.make(read(scene), 3, 1.5, plans.Hints())
    x, y = tiles.coordinates(96, 0, 64, 64)
    layer = SCENES[scene](plan)(x, y, 1 / 64)
    assert layer.rgb.dtype == layer.subject.dtype == np.float32
    assert layer.rgb.shape == (3, 64, 96)
    assert bool(np.isfinite(layer.rgb).all())
    assert layer.subject.shape == (64, 96)
    assert 0.0 <= float(layer.subject.min()) <= float(layer.subject.max()) <= 1.0


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_tiles_join_without_a_seam(scene: str) -> None:
    plan = plans.make(read(scene), 5, 1.0, plans.Hints())
    shader = SCENES[scene](plan)
    whole = shader(*tiles.coordinates(48, 0, 48, 48), 1 / 48).rgb
    parts = [shader(*tiles.coordinates(48, top, 16, 48), 1 / 48).rgb for top in (0, 16, 32)]
    assert float(np.abs(np.concatenate(parts, axis=1) - whole).max()) < 1e-3


@pytest.mark.parametrize("scene", ["mountains", "sea", "vase", "city", "marble", "papercut", "portrait"])
def test_crimson_is_redder_than_teal(scene: str) -> None:
    assert shares(f"crimson {scene}, crimson")[0] > shares(f"teal {scene}, teal")[0] + 0.06


@pytest.mark.parametrize("scene", ["mountains", "sea", "forest", "dunes", "meadow"])
def test_night_is_darker_than_noon(scene: str) -> None:
    assert brightness(f"{scene} at night") < brightness(f"{scene} at noon") - 25


def test_snow_brightens_and_rain_dims() -> None:
    assert brightness("mountains at noon, snow") > brightness("mountains at noon, rain")


def test_monochrome_leaves_no_colour() -> None:
    rgb = pixels(paint("sea at sunset, monochrome").data).astype(int)
    assert float((rgb.max(axis=2) - rgb.min(axis=2)).mean()) < 6


def test_vivid_has_more_colour_than_muted() -> None:
    def colour(prompt: str) -> float:
        rgb = pixels(paint(prompt).data).astype(int)
        return float((rgb.max(axis=2) - rgb.min(axis=2)).mean())

    assert colour("sea at sunset, vivid") > 1.3 * colour("sea at sunset, muted")


def test_a_negative_prompt_takes_the_birds_out_of_the_sky() -> None:
    with_birds = pixels(paint("sea with birds").data).astype(int)
    without = pixels(paint("sea with birds", negative="birds").data).astype(int)
    changed = np.abs(with_birds - without).max(axis=2) > 12
    assert 0 < changed.mean() < 0.1
    assert with_birds[changed].mean() < without[changed].mean()


def test_an_unknown_word_shifts_the_picture_a_little() -> None:
    plain, shifted = (pixels(paint(p).data).astype(int) for p in ("sea at noon", "sea at noon xyzzy"))
    assert 0 < float(np.abs(plain - shifted).mean()) < 60


@pytest.mark.parametrize(
    "style", ["ink", "poster", "watercolour", "oil painting", "pencil sketch", "pixel art", "film"]
)
def test_a_style_word_changes_the_look(style: str) -> None:
    assert digest(paint("mountains").data) != digest(paint(f"mountains, {style}").data)


def test_low_quality_is_the_same_picture_painted_smaller() -> None:
    full, low = (pixels(paint("dunes at noon", quality=q).data).astype(int) for q in ("medium", "low"))
    assert low.shape == full.shape
    assert float(np.abs(full - low).mean()) < 8


def test_previews_grow_and_resemble_the_picture() -> None:
    shown = previews("dunes at noon", width=256, height=192, previews=3)
    assert [pixels(p.data).shape[:2] for p in shown] == [(24, 32), (48, 64), (96, 128)]
    assert [(p.step, p.steps) for p in shown] == [(1, 3), (2, 3), (3, 3)]
    final = pixels(paint("dunes at noon", width=256, height=192).data).astype(int)
    gaps = [abs(float(pixels(p.data).astype(int).mean()) - float(final.mean())) for p in shown]
    assert max(gaps) < 10


@pytest.mark.parametrize("scene", ["perfume bottle", "portrait of a woman", "saturn", "papercut leaves"])
def test_a_transparent_background_leaves_the_subject_alone_opaque(scene: str) -> None:
    alpha = pixels(paint(scene, transparent=True).data)[:, :, 3]
    assert (alpha == 0).mean() > 0.1
    assert (alpha == 255).mean() > 0.03


def test_a_reference_lends_its_palette() -> None:
    plain = shares("mountains at noon")
    green = shares("mountains at noon", references=(picture((30, 160, 60), role="palette"),))
    assert green[1] > plain[1] + 0.04


def test_a_layout_reference_brightens_the_side_that_is_bright_in_it() -> None:
    image = Image.new("RGB", (64, 64), (20, 20, 20))
    image.paste((240, 240, 240), (0, 0, 32, 64))
    lit = pixels(paint("marble", references=(as_input(image, "layout"),)).data).astype(int)
    plain = pixels(paint("marble").data).astype(int)
    assert lit[:, :40].mean() / plain[:, :40].mean() > lit[:, -40:].mean() / plain[:, -40:].mean()


def test_a_reference_that_is_no_picture_is_refused_in_words() -> None:
    broken = picture((1, 2, 3))
    with pytest.raises(Refusal, match="could not be read"):
        paint("sea", references=(type(broken)(b"nonsense", "image/png", 9, 9),))
