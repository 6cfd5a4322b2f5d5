"""Reading reference pictures: their dominant colours and where their light falls."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from providers.base import InputImage
from providers.painter.commission import Refusal
from providers.painter.maths import Field
from providers.painter.palette import Lch, decode, lch
from providers.painter.plan import Hints

PALETTE_SHARE = {"palette": 1.0, "style": 0.8, "subject": 0.65, "layout": 0.0, "pose": 0.0}
LAYOUT_SHARE = {"palette": 0.0, "style": 0.25, "subject": 0.5, "layout": 1.0, "pose": 0.7}
CELLS = 16


def open_picture(given: InputImage) -> Image.Image:
    """The picture upright, as RGB or RGBA. Raises Refusal when it cannot be read."""
    try:
        with Image.open(io.BytesIO(given.data)) as opened:
            upright = ImageOps.exif_transpose(opened)
            return upright.convert(
                "RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB"
            )
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refusal("A reference picture could not be read. Send it as PNG, JPEG or WebP.") from error


def hints(references: tuple[InputImage, ...]) -> Hints:
    """What the references lend together, by their roles."""
    colours: list[Lch] = []
    share, reach = 0.0, 0.0
    layout = np.zeros((CELLS, CELLS), dtype=np.float32)
    for given in references:
        picture = open_picture(given).convert("RGB")
        weight = PALETTE_SHARE.get(given.role, 0.65)
        if weight:
            colours.extend(dominant(picture))
            share = max(share, weight)
        pull = LAYOUT_SHARE.get(given.role, 0.5)
        if pull:
            layout += _luminance_map(picture) * np.float32(pull)
            reach += pull
    if not reach:
        return Hints(tuple(colours), share)
    field = layout * np.float32(1.0 / reach)
    columns = [int(v) for v in (field * 4096.0).astype(np.int64).sum(axis=0)]
    bright = max(range(CELLS), key=lambda at: columns[at])
    return Hints(tuple(colours), share, _around_one(field, min(reach, 1.0)), (bright + 0.5) / CELLS)


def dominant(picture: Image.Image, most: int = 6) -> list[Lch]:
    """The most frequent colours, as the means of coarse bins, by integer sums only."""
    pixels = np.asarray(picture.resize((48, 48), Image.Resampling.BOX), dtype=np.int64).reshape(-1, 3)
    bins = (pixels[:, 0] >> 6) * 16 + (pixels[:, 1] >> 6) * 4 + (pixels[:, 2] >> 6)
    counts = np.bincount(bins, minlength=64)
    order = sorted(range(64), key=lambda at: (-int(counts[at]), at))[:most]
    found: list[Lch] = []
    for at in order:
        if counts[at] >= 24:
            mean = pixels[bins == at].sum(axis=0)
            red, green, blue = (decode(int(v) / (255.0 * int(counts[at]))) for v in mean)
            found.append(lch(red, green, blue))
    return found


def _luminance_map(picture: Image.Image) -> Field:
    grey = picture.convert("L").resize((CELLS * 4, CELLS * 4), Image.Resampling.BOX)
    small = np.asarray(grey.resize((CELLS, CELLS), Image.Resampling.BILINEAR), dtype=np.float32)
    return small * np.float32(1.0 / 255.0)


def _around_one(field: Field, pull: float) -> Field:
    """A factor per cell, brighter where the reference is brighter than its own mean."""
    mean = float(int((field * 65536.0).astype(np.int64).sum())) / (65536.0 * CELLS * CELLS)
    factor = 1.0 + (field - np.float32(mean)) * np.float32(1.5 * pull)
    return np.asarray(np.minimum(np.maximum(factor, np.float32(0.35)), np.float32(1.9)), np.float32)


def bilinear(grid: Field, across: Field, down: Field) -> Field:
    """``grid`` read at ``across`` and ``down`` in 0..1, smoothly."""
    rows, columns = grid.shape
    gx = np.minimum(np.maximum(across * np.float32(columns) - 0.5, 0.0), np.float32(columns - 1.001))
    gy = np.minimum(np.maximum(down * np.float32(rows) - 0.5, 0.0), np.float32(rows - 1.001))
    ix, iy = gx.astype(np.int32), gy.astype(np.int32)
    fx, fy = gx - ix.astype(np.float32), gy - iy.astype(np.float32)
    flat: npt.NDArray[np.float32] = grid.reshape(-1)
    at = iy * np.int32(columns) + ix
    top = flat[at] + (flat[at + 1] - flat[at]) * fx
    low = flat[at + columns] + (flat[at + columns + 1] - flat[at + columns]) * fx
    return np.asarray(top + (low - top) * fy, dtype=np.float32)
