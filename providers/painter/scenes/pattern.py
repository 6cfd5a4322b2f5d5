"""Cut paper: leaves, petals and blobs on a jittered lattice, each with one soft shadow."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, atan2, clip, cos, length, mix, scalar, sin, smooth
from providers.painter.palette import linear, spread
from providers.painter.plan import Paint, Plan, Shader
from providers.painter.shapes import edge


def build(plan: Plan) -> Shader:
    dice = plan.dice
    key = dice.key("lattice")
    geometric = plan.may("geometric", 0.0 if plan.reading.asked else 0.22)
    cells = dice.real("cells", 2.2, 3.4) * (
        0.7 if "macro" in plan.reading.lenses else 1.35 if "wide" in plan.reading.lenses else 1.0
    )
    ground = plan.rgb("top")
    tones = [linear(*tone) for tone in spread(plan.palette)]
    turn_all = dice.real("turn", -0.3, 0.3)
    fibre = dice.key("fibre")

    def shade(x: Field, y: Field, px: float) -> Paint:
        c, s = cos(scalar(turn_all)), sin(scalar(turn_all))
        u = (x * c + y * s) * np.float32(cells)
        v = (y * c - x * s) * np.float32(cells)
        p = px * cells
        paper = noise.fbm(x * 60.0 + 0.0 * y, y * 60.0 + 0.0 * x, fibre, 3) - 0.5
        rgb = ground * (1.0 + paper * 0.06)
        cover = np.zeros(u.shape, np.float32)
        for layer in range(3):
            ou, ov = u + np.float32((0.0, 0.5, 0.27)[layer]), v + np.float32((0.0, 0.5, 0.77)[layer])
            size = (0.40, 0.36, 0.13)[layer]
            distance, tone = _shape(ou, ov, layer, size)
            shadow, _ = _shape(ou - 0.022, ov - 0.034, layer, size)
            rgb = rgb * (1.0 - 0.42 * smooth(0.045, -0.02, shadow))
            fill = tone * (1.0 + paper * 0.12)
            lip = smooth(0.010, 0.0, np.abs(distance + 0.006)) * 0.10
            inside = edge(distance, p)
            rgb = mix(rgb, fill * (1.0 + lip), inside)
            cover = np.maximum(cover, inside)
        return Paint(rgb, cover)

    def _shape(u: Field, v: Field, layer: int, size: float) -> tuple[Field, Field]:
        """Distance to the shape of the cell and its colour."""
        seed = key + layer * 23
        fu, fv = np.floor(u), np.floor(v)
        du = u - fu - 0.5 - (noise.cell_values(fu, fv, seed) - 0.5) * 0.16
        dv = v - fv - 0.5 - (noise.cell_values(fu, fv, seed + 1) - 0.5) * 0.16
        spin = noise.cell_values(fu, fv, seed + 2) * 6.2832
        kind = noise.cell_values(fu, fv, seed + 3)
        c, s = cos(spin), sin(spin)
        a, b = du * c + dv * s, dv * c - du * s
        scale = np.float32(size) * (0.86 + 0.3 * noise.cell_values(fu, fv, seed + 4))
        distance = (
            _geometric(a / scale, b / scale, kind)
            if geometric
            else _organic(a / scale, b / scale, kind, layer)
        )
        pick = noise.cell_values(fu, fv, seed + 5) * np.float32(len(tones))
        tone: Field = tones[0] + 0.0 * pick
        for n in range(1, len(tones)):
            tone = np.where(pick >= n, tones[n], tone)
        return np.asarray(distance * scale, np.float32), np.asarray(tone, np.float32)

    return shade


def _organic(a: Field, b: Field, kind: Field, layer: int) -> Field:
    """A serrated leaf, a plain leaf, a lobed blob or a flower, by ``kind``."""
    if layer == 2:
        return np.asarray(length(a * 0.9, b) - 0.8, np.float32)
    r, theta = length(a, b), atan2(b, a)
    along = clip(a * 0.5 + 0.5, 0.001, 0.999)
    belly = np.sqrt(along * (1.0 - along)) * (1.30 - 0.7 * along)
    teeth = np.abs(along * 7.0 - np.floor(along * 7.0) - 0.5) * 0.22
    leaf = np.maximum(np.abs(b) - belly * 0.95, np.abs(a) - 1.0) * 0.8
    serrated = np.maximum(np.abs(b) - belly * (0.78 + teeth * 1.6), np.abs(a) - 1.0) * 0.7
    vein = np.maximum(np.abs(b) - 0.020 * (1.2 - along), a - 0.75)
    leaf, serrated = np.maximum(leaf, -vein), np.maximum(serrated, -vein * 0.9)
    blob = (r - 0.74 - 0.20 * cos(theta * 3.0) - 0.05 * cos(theta * 2.0 + 1.0)) * 0.75
    flower = np.maximum((r - 0.66 - 0.26 * np.abs(cos(theta * 2.5))) * 0.8, 0.16 - r)
    out = np.where(kind < 0.36, serrated, np.where(kind < 0.58, leaf, np.where(kind < 0.84, blob, flower)))
    return np.asarray(out, np.float32)


def _geometric(a: Field, b: Field, kind: Field) -> Field:
    """A disc, a half disc, an arch, a square, a triangle or a ring."""
    r = length(a, b)
    square = np.maximum(np.abs(a), np.abs(b)) - 0.78
    half = np.maximum(r - 0.98, -b)
    triangle = np.maximum(np.abs(a) * 0.866 + b * 0.5, -b) - 0.46
    ring = np.abs(r - 0.68) - 0.22
    arch = np.maximum(np.abs(length(a, np.minimum(b, 0.0)) - 0.66) - 0.26, b - 0.7)
    out = np.where(
        kind < 0.22,
        r - 0.86,
        np.where(
            kind < 0.42,
            half,
            np.where(kind < 0.57, square, np.where(kind < 0.72, triangle, np.where(kind < 0.86, ring, arch))),
        ),
    )
    return np.asarray(out, np.float32)
