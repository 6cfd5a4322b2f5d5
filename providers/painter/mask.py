"""Masks: where the repainting goes, feathered inside their own edge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from providers.base import InputImage
from providers.painter.commission import Refusal
from providers.painter.maths import Field
from providers.painter.references import open_picture


def weights(mask: InputImage, size: tuple[int, int], source: tuple[int, int]) -> Field:
    """How much of each pixel is repainted, 0..1, at ``size``; exactly 0 wherever the mask is opaque.

    ``source`` is the size of the picture the mask belongs to. Raises Refusal when the mask has another size,
    has no transparency at all, or cannot be read.
    """
    picture = open_picture(mask)
    if picture.size != source:
        raise Refusal(
            f"The mask is {picture.width} × {picture.height}; its picture is {source[0]} × {source[1]}."
        )
    if picture.mode != "RGBA":
        raise Refusal("The mask has no transparent part, so there is nothing to repaint.")
    alpha = picture.getchannel("A")
    if picture.size != size:
        alpha = alpha.resize(size, Image.Resampling.BOX)
    clear = 255 - np.asarray(alpha, dtype=np.uint8)
    if not clear.any():
        raise Refusal("The mask has no transparent part, so there is nothing to repaint.")
    return _feather(clear)


def _feather(clear: npt.NDArray[np.uint8]) -> Field:
    """Soft towards the edge from within, as wide as the masked part allows."""
    radius = max(2.0, min(clear.shape) * 0.012)
    whole = clear.astype(np.float32) * np.float32(1.0 / 255.0)
    while radius >= 1.0:
        blurred = (
            Image.fromarray(clear).filter(ImageFilter.BoxBlur(radius)).filter(ImageFilter.BoxBlur(radius))
        )
        inner = np.maximum(np.asarray(blurred, dtype=np.float32) * np.float32(2.0 / 255.0) - 1.0, 0.0)
        if float(inner.max()) > 0.85:
            return np.asarray(np.minimum(whole, inner * inner * (3.0 - 2.0 * inner)), np.float32)
        radius *= 0.5
    return whole


def blend(
    before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8], weight: Field
) -> npt.NDArray[np.uint8]:
    """``after`` over ``before`` by ``weight``; where it is 0 the bytes of ``before`` stay."""
    w = (weight * 256.0 + 0.5).astype(np.int32)[:, :, None]
    mixed = (before.astype(np.int32) * (256 - w) + after.astype(np.int32) * w + 128) >> 8
    return np.where(w > 0, mixed, before).astype(np.uint8)
