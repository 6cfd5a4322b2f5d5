"""Filling a hole from around it, and finding what stands out when no mask says it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from providers.painter import light, noise, tiles
from providers.painter.encode import Pixels
from providers.painter.maths import Field, length, smooth
from providers.painter.references import bilinear

SIDE = 256


def around(rgb: Pixels, hole: Field, seed: int) -> Pixels:
    """``rgb`` with ``hole`` (weights at the same size) replaced by what surrounds it, softly."""
    height, width = hole.shape
    small = np.asarray(Image.fromarray(rgb).resize((SIDE, SIDE), Image.Resampling.BOX))
    weight = (
        Image.fromarray((hole * 255.0).astype(np.uint8))
        .resize((SIDE, SIDE), Image.Resampling.BOX)
        .filter(ImageFilter.MaxFilter(5))
    )
    known = (np.asarray(weight) < 8).astype(np.float32)
    if not known.any():
        known = np.ones_like(known)
    plain = light.decode(small)
    colours = _along_rows(plain, known, _push_pull(plain, known))
    out = rgb.copy()
    for top, rows in tiles.tiles(width, height):
        part = hole[top : top + rows]
        if not part.any():
            continue
        x, y = tiles.coordinates(width, top, rows, height)
        across, down = x * np.float32(height / width) + 0.0 * y, y + 0.0 * x
        smoothed = np.stack([bilinear(plane, across, down) for plane in colours])
        texture = noise.fbm(x * 46.0 + 0.0 * y, y * 46.0 + 0.0 * x, seed, 3) - 0.5
        new = smoothed * (1.0 + texture * 0.12)
        old = light.decode(rgb[top : top + rows])
        blend = old + (new - old) * np.minimum(part * 1.6, 1.0)
        out[top : top + rows] = light.to_bytes(np.asarray(blend, np.float32), top, 0.008, seed, filmed=True)
    return out


def _push_pull(colours: Field, known: Field) -> Field:
    """Unknown cells of a square map filled from ever coarser means of the known ones."""
    levels: list[tuple[Field, Field]] = [(colours * known, known)]
    while levels[-1][1].shape[0] > 1:
        total, weight = levels[-1]
        levels.append((_quarter(total), _quarter(weight)))
    filled = levels[-1][0] / np.maximum(levels[-1][1], np.float32(1e-6))
    for total, weight in reversed(levels[:-1]):
        finer = _enlarge(filled)
        own = total / np.maximum(weight, np.float32(1e-6))
        share = np.minimum(weight, 1.0)
        filled = own * share + finer * (1.0 - share)
    return np.asarray(filled, np.float32)


def _along_rows(colours: Field, known: Field, smooth_fill: Field) -> Field:
    """Unknown cells between the known ones to their left and right, so that horizons run on behind what went."""
    index = np.arange(SIDE)
    left = np.maximum.accumulate(np.where(known > 0, index, -1), axis=1)
    right = np.minimum.accumulate(np.where(known > 0, index, SIDE)[:, ::-1], axis=1)[:, ::-1]
    has_left, has_right = left >= 0, right < SIDE
    rows = np.arange(SIDE)[:, None]
    a, b = (
        _three(colours, rows, np.maximum(left, 0), -1),
        _three(colours, rows, np.minimum(right, SIDE - 1), 1),
    )
    span = np.maximum(right - left, 1).astype(np.float32)
    share = np.where(has_left & has_right, (index - left) / span, np.where(has_left, 0.0, 1.0)).astype(
        np.float32
    )
    between = a + (b - a) * share
    mixed = between * np.float32(0.85) + smooth_fill * np.float32(0.15)
    mixed = np.where(has_left | has_right, mixed, smooth_fill)
    return np.asarray(np.where(known > 0, colours, mixed), np.float32)


def _three(colours: Field, rows: npt.NDArray[np.int64], at: npt.NDArray[np.int64], step: int) -> Field:
    """The mean of three cells from ``at`` away from the hole."""
    total = sum(colours[:, rows, np.clip(at + step * n, 0, SIDE - 1)] for n in range(3))
    return np.asarray(total * np.float32(1.0 / 3.0), np.float32)


def _quarter(field: Field) -> Field:
    return np.asarray(
        (field[..., ::2, ::2] + field[..., 1::2, ::2] + field[..., ::2, 1::2] + field[..., 1::2, 1::2])
        * 0.25,
        np.float32,
    )


def _enlarge(field: Field) -> Field:
    """Twice as large, each new cell leaning towards its neighbours."""
    doubled = np.repeat(np.repeat(field, 2, axis=-2), 2, axis=-1)
    padded = np.pad(doubled, ((0, 0), (1, 1), (1, 1)), mode="edge")
    return np.asarray(
        (padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]) * 0.25,
        np.float32,
    )


def salient(rgb: Pixels) -> Field:
    """Weights over the one thing that differs most from its surroundings: a soft ellipse around it."""
    height, width = rgb.shape[:2]
    grey = Image.fromarray(rgb).resize((64, 64), Image.Resampling.BOX)
    far = grey.filter(ImageFilter.BoxBlur(14))
    gap = np.abs(np.asarray(grey, np.int64) - np.asarray(far, np.int64)).sum(axis=2)
    axis = np.abs(np.arange(64) - 32)
    gap = gap * (64 - np.maximum(axis[:, None], axis[None, :]))
    bar = int(np.sort(gap.reshape(-1))[-260])
    rows, columns = np.nonzero(gap >= max(bar, 1))
    if not len(rows):
        return np.zeros((height, width), np.float32)
    cy, cx = int(np.sort(rows)[len(rows) // 2]), int(np.sort(columns)[len(columns) // 2])
    ry = max(int(np.sort(np.abs(rows - cy))[len(rows) * 3 // 4]) + 3, 5)
    rx = max(int(np.sort(np.abs(columns - cx))[len(columns) * 3 // 4]) + 3, 5)
    x, y = tiles.coordinates(width, 0, height, height)
    u = (x * np.float32(64.0 * height / width) - np.float32(cx + 0.5)) / np.float32(rx)
    v = (y * np.float32(64.0) - np.float32(cy + 0.5)) / np.float32(ry)
    return smooth(1.35, 1.0, length(u + 0.0 * v, v + 0.0 * u))
