"""Our mask as vendors want it, without an imaging library on the way."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from providers import errors
from providers.masks import white_where_clear
from tests.providers.simulators.pictures import png


def test_a_mask_is_read_whatever_way_its_rows_are_packed() -> None:
    noise = Image.effect_noise((61, 47), 90).point(lambda value: 0 if value < 128 else value)
    for mode in ("RGBA", "LA"):
        picture = Image.new(mode, noise.size)
        picture.putalpha(noise)
        for compress in (0, 1, 9):
            packed = io.BytesIO()
            picture.save(packed, "png", compress_level=compress)
            read = Image.open(io.BytesIO(white_where_clear(packed.getvalue())))
            assert read.tobytes() == noise.point(lambda value: 255 if value == 0 else 0).tobytes()


@pytest.mark.parametrize("mask", [b"", png(8, 8, (1, 1, 1)), png(8, 8, (1, 1, 1), transparent=True)[:60]])
def test_a_mask_without_alpha_is_refused(mask: bytes) -> None:
    with pytest.raises(errors.InvalidRequest):
        white_where_clear(mask)
