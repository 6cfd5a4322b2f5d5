"""Pixels to files."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

type Pixels = npt.NDArray[np.uint8]

MIMES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


def encode(
    pixels: Pixels, kind: str, compression: int | None = None, exact: bool = False
) -> tuple[bytes, str]:
    """(rows, columns, 3 or 4) bytes as a file, with its MIME type.

    ``compression`` is the quality of JPEG and WebP; ``exact`` keeps every byte where the format can (not JPEG).
    """
    picture = Image.fromarray(pixels)
    buffer = io.BytesIO()
    if kind == "jpeg":
        picture.convert("RGB").save(buffer, "JPEG", quality=_quality(compression, 93), subsampling=0)
    elif kind == "webp":
        picture.save(buffer, "WEBP", quality=_quality(compression, 92), method=2, exact=True, lossless=exact)
    else:
        picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue(), MIMES[kind]


def preview(pixels: Pixels) -> tuple[bytes, str]:
    """A small, quick file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(buffer, "JPEG", quality=82)
    return buffer.getvalue(), MIMES["jpeg"]


def _quality(compression: int | None, usual: int) -> int:
    return usual if compression is None else min(max(compression, 1), 100)
