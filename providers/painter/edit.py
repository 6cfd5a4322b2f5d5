"""Editing a picture: it stays, and what the words ask is applied to it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from providers.painter import grade, mask as masks, words
from providers.painter.commission import Commission, Refusal
from providers.painter.encode import Pixels
from providers.painter.references import open_picture

MOST_PIXELS = 40_000_000


def paint(commission: Commission) -> tuple[Pixels, str]:
    """The edited picture and how the words were read. Raises Refusal for a picture or mask that does not fit."""
    if commission.source is None:
        raise Refusal("An edit needs a picture to work on.")
    source = open_picture(commission.source)
    original = source.size
    if original[0] * original[1] > MOST_PIXELS:
        raise Refusal("The picture to edit is larger than 40 megapixels.")
    size = (commission.width, commission.height) if commission.width else original
    before = _fitted(source, size)
    reading = words.read(f"{commission.prompt} {commission.style}".strip(), commission.negative)
    weight = masks.weights(commission.mask, size, original) if commission.mask is not None else None
    after, told = grade.apply(before[:, :, :3], reading, commission, weight)
    if before.shape[2] == 4:
        after = np.dstack((after, before[:, :, 3]))
    if weight is not None:
        after = masks.blend(before, after, weight)
    return after, told


def _fitted(source: Image.Image, size: tuple[int, int]) -> Pixels:
    """The picture at ``size``, cut to its shape around the middle; its own bytes when it has that size."""
    if source.size == size:
        return np.asarray(source)
    scale = max(size[0] / source.width, size[1] / source.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (source.width - width) / 2, (source.height - height) / 2
    return np.asarray(source.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height)))
