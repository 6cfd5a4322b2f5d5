"""Colours of a wide gamut against figures worked out by hand, in CIE Lab."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from studio.images import intake
from tests.images.corpus.icc import ADOBE, D50, DISPLAY_P3, SRGB, matrix
from tests.images.samples import file_of, opened

PATCHES = [(200, 120, 80), (100, 150, 100), (60, 90, 150), (230, 200, 190), (128, 128, 128), (40, 30, 35)]
"""All of them inside sRGB whichever of the two spaces they are read in."""

type Vector = np.ndarray[tuple[int], np.dtype[np.float64]]


def lab(xyz: Vector) -> Vector:
    share = xyz / np.array(D50)
    root = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def meant(patch: tuple[int, ...], primaries: tuple[tuple[float, ...], ...]) -> Vector:
    """The patch as Lab, read with these primaries and a plain 2.2 curve."""
    linear = (np.array(patch) / 255) ** 2.2
    return lab(np.array(primaries).T @ linear)


def shown(patch: tuple[int, ...]) -> Vector:
    """The patch as Lab, read as every browser reads a picture without a profile."""
    share = np.array(patch) / 255
    linear = np.where(share > 0.04045, ((share + 0.055) / 1.055) ** 2.4, share / 12.92)
    return lab(np.array(SRGB).T @ linear)


def seen(data: bytes) -> tuple[int, ...]:
    pixel = opened(data).convert("RGB").getpixel((32, 32))
    assert isinstance(pixel, tuple)
    return pixel


@pytest.mark.parametrize("patch", PATCHES, ids=str)
@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE], ids=["Display P3", "Adobe RGB"])
@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_wide_colour_is_shown_as_it_was_meant(
    format_: str, primaries: tuple[tuple[float, ...], ...], patch: tuple[int, ...]
) -> None:
    exact = {"PNG": {}, "WEBP": {"lossless": True}}.get(format_, {"quality": 100, "subsampling": "4:4:4"})
    data = file_of(Image.new("RGB", (64, 64), patch), format_, icc_profile=matrix(primaries), **exact)
    prepared = intake.prepare(data, keep_original=False)
    for copy in (prepared.data, intake.convert(data, "png"), prepared.renditions[320]):
        assert np.linalg.norm(shown(seen(copy)) - meant(patch, primaries)) < 2


def test_who_only_relabelled_the_colours_would_be_found_out() -> None:
    patch = (200, 120, 80)
    assert np.linalg.norm(shown(patch) - meant(patch, DISPLAY_P3)) > 5
