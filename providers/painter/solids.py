"""Round and boxy things seen from the front: their normals, materials and the place they take in a tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, clip, length, mix, power, scalar, smooth
from providers.painter.noise import Line
from providers.painter.shapes import edge

type Box = tuple[float, float, float, float]
"""Left, right, top, bottom."""

type Draw = Callable[[Field, Field, float], tuple[Field, Field]]
"""Scene x and y and a pixel's size, to colour (3, rows, columns) and cover."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that stands on the table: ``base`` is the y of its foot, ``wide`` half its foot's width."""

    box: Box
    draw: Draw
    x: float
    base: float
    wide: float
    tall: float


@dataclass(frozen=True, slots=True)
class Lamp:
    """Where light comes from (x right, y down, z to the viewer), its colour, the air's and the table's."""

    x: float
    y: float
    z: float
    key: Field
    air: Field
    bounce: Field
    rim: float = 0.25


def place(rgb: Field, box: Box, draw: Draw, x: Field, y: Field, px: float) -> None:
    """Draw onto the part of ``rgb`` that ``box`` touches; x is (1, columns) and y (rows, 1)."""
    columns = _span(x[0], box[0] - 2 * px, box[1] + 2 * px)
    rows = _span(y[:, 0], box[2] - 2 * px, box[3] + 2 * px)
    if columns.start >= columns.stop or rows.start >= rows.stop:
        return
    colour, cover = draw(x[:, columns], y[rows], px)
    part = rgb[:, rows, columns]
    rgb[:, rows, columns] = part + (colour - part) * cover


def _span(line: Field, low: float, high: float) -> slice:
    return slice(int(np.searchsorted(line, np.float32(low))), int(np.searchsorted(line, np.float32(high))))


def matte(
    nx: Field, ny: Field, nz: Field, albedo: Field, lamp: Lamp, gloss: float = 0.25, sharp: float = 26.0
) -> Field:
    """Diffuse light with a soft terminator, light from the table below, a highlight and a rim."""
    facing = nx * np.float32(lamp.x) + ny * np.float32(lamp.y) + nz * np.float32(lamp.z)
    diffuse = clip(facing * 0.86 + 0.14)
    up = clip(0.5 - 0.5 * ny)
    rgb = albedo * (
        lamp.key * diffuse * 1.12 + lamp.air * (0.16 + 0.20 * up) + lamp.bounce * (1.0 - up) * 0.32
    )
    half = clip(
        nx * np.float32(lamp.x * 0.72)
        + ny * np.float32(lamp.y * 0.72)
        + nz * np.float32(0.72 * lamp.z + 0.62)
    )
    rgb = rgb + lamp.key * power(half, sharp) * np.float32(gloss)
    rim = power(clip(1.0 - nz), 3.0) * np.float32(lamp.rim) * clip(0.7 - 0.5 * ny)
    return np.asarray(rgb + lamp.key * rim, np.float32)


def sphere(
    x0: float,
    base: float,
    radius: float,
    albedo: Field,
    lamp: Lamp,
    skin: int = 0,
    bumps: float = 0.0,
    gloss: float = 0.3,
) -> Thing:
    """A ball that rests on ``base``; ``bumps`` roughens its skin."""
    cy = base - radius

    def draw(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        nx, ny = (x - np.float32(x0)) / np.float32(radius), (y - np.float32(cy)) / np.float32(radius)
        r = length(nx, ny)
        nz = np.sqrt(np.maximum(1.0 - r * r, 0.0))
        colour = albedo
        if bumps:
            pores = noise.value(nx * 17.0 + 0.0 * ny, ny * 17.0 + 0.0 * nx, skin) - 0.5
            blotch = noise.fbm(nx * 1.6 + nz, ny * 1.6 + nz, skin + 1, 3) - 0.5
            nx, ny = nx + pores * np.float32(bumps), ny + pores * np.float32(bumps)
            colour = albedo * (1.0 + blotch * 0.5)
        rgb = matte(nx, ny, nz, colour, lamp, gloss)
        shade = 1.0 - 0.5 * smooth(0.35, 1.0, ny)
        return rgb * shade, edge((r - 1.0) * np.float32(radius), px)

    return Thing((x0 - radius, x0 + radius, cy - radius, base), draw, x0, base, radius * 0.62, radius * 2)


def profile(points: tuple[tuple[float, float], ...], softness: int = 160) -> Line:
    """Radius over height 0..1 through ``points``, its corners rounded by ``softness`` passes."""
    size = 513
    radii = np.zeros(size, np.float32)
    for (t0, r0), (t1, r1) in pairwise(points):
        low, high = int(t0 * (size - 1)), int(t1 * (size - 1))
        steps = max(high - low, 1)
        radii[low : high + 1] = [r0 + (r1 - r0) * n / steps for n in range(high - low + 1)]
    for _ in range(softness):
        radii[1:-1] = (radii[:-2] + radii[1:-1] * 2.0 + radii[2:]) * np.float32(0.25)
    return Line(radii, 0.0, 1.0 / (size - 1))


@dataclass(frozen=True, slots=True)
class Turned:
    """Local geometry of a turned body: height 0..1 from the foot, side -1..1, and its normal."""

    t: Field
    side: Field
    nx: Field
    ny: Field
    nz: Field
    cover: Field


def turned(
    shape: Line, x0: float, base: float, tall: float, tilt: float
) -> Callable[[Field, Field, float], Turned]:
    """Geometry of a body of revolution ``tall`` high; ``tilt`` bows its level lines as if seen from above."""
    foot = float(shape.heights[4]) * tall

    def at(x: Field, y: Field, px: float) -> Turned:
        dx = x - np.float32(x0)
        q = np.minimum(np.abs(dx) / np.float32(max(foot, 1e-4)), 1.0)
        bow = np.sqrt(1.0 - q * q) * np.float32(tilt * foot) - np.float32(tilt * foot * 0.5)
        t = (np.float32(base) + bow - y) / np.float32(tall)
        r = np.maximum(shape(clip(t, 0.0, 1.0)) * np.float32(tall), 1e-4)
        slope = (shape(clip(t + 0.012)) - shape(clip(t - 0.012))) * np.float32(1.0 / 0.024)
        side = dx / r
        nz = np.sqrt(np.maximum(1.0 - side * side, 0.0))
        norm = 1.0 / np.sqrt(1.0 + slope * slope)
        outside = np.maximum(np.abs(dx) - r, np.maximum(-t, t - 1.0) * np.float32(tall))
        return Turned(t, side, side * norm, -slope * norm * 0.9, nz * norm, edge(outside * norm, px))

    return at


def pot(
    shape: Line,
    x0: float,
    base: float,
    tall: float,
    albedo: Field,
    lamp: Lamp,
    *,
    grain: int = 0,
    rough: float = 0.0,
    gloss: float = 0.15,
    hollow: bool = True,
    tilt: float = 0.16,
) -> Thing:
    """A matte turned vessel, open at the top when ``hollow``."""
    geometry = turned(shape, x0, base, tall, tilt)
    rim = float(shape.heights[-1]) * tall
    top = base - tall - tilt * float(shape.heights[4]) * tall * 0.5
    widest = float(np.max(shape.heights)) * tall

    def draw(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        g = geometry(x, y, px)
        colour = albedo
        if rough:
            clay = noise.fbm(g.side * 2.2 + 9.0, g.t * 6.0, grain, 4) - 0.5
            ring = noise.wander(g.t * 60.0 + 0.0 * g.side, grain + 3, 2) - 0.5
            colour = albedo * (1.0 + (clay * 1.1 + ring * 0.35) * np.float32(rough))
        rgb = matte(g.nx, g.ny, g.nz, colour, lamp, gloss)
        rgb = rgb * (0.55 + 0.45 * smooth(-0.02, 0.16, g.t))
        cover = g.cover
        if hollow:
            ex, ey = (
                (x - np.float32(x0)) / np.float32(rim),
                (y - np.float32(top)) / np.float32(max(rim * tilt * 1.6, 1e-4)),
            )
            mouth = length(ex, ey)
            inner = albedo * (
                lamp.air * 0.22 + lamp.key * 0.3 * smooth(-0.6, 1.0, ex) * smooth(0.6, -0.6, ey)
            )
            rgb = mix(rgb, inner, edge((mouth - 0.92) * np.float32(rim * 0.3), px))
            cover = np.maximum(cover, edge((mouth - 1.0) * np.float32(rim * 0.3), px))
        return rgb, cover

    return Thing(
        (x0 - widest, x0 + widest, top - rim * 0.4, base + foot_drop(shape, tall, tilt)),
        draw,
        x0,
        base,
        float(shape.heights[4]) * tall,
        tall,
    )


def foot_drop(shape: Line, tall: float, tilt: float) -> float:
    """How far the front of a foot lies below its middle."""
    return abs(float(shape.heights[4]) * tall * tilt) + 0.004


def metal(side: Field, t: Field, tone: Field, lamp: Lamp) -> Field:
    """Polished bands that run along a turned body."""
    band = (
        smooth(-0.95, -0.45, side) * smooth(-0.05, -0.42, side) * 1.25
        + smooth(0.35, 0.62, side) * smooth(0.9, 0.7, side) * 0.7
    )
    base = 0.10 + 0.22 * clip(1.0 - np.abs(side)) + 0.10 * t
    return np.asarray(tone * (base + band * 0.75) + lamp.key * band * 0.42, np.float32)


def rounded(dx: Field, dy: Field, half_w: float, half_h: float, corner: float) -> Field:
    """Signed distance to a rounded rectangle."""
    qx, qy = np.abs(dx) - np.float32(half_w - corner), np.abs(dy) - np.float32(half_h - corner)
    outer = length(np.maximum(qx, 0.0), np.maximum(qy, 0.0))
    return np.asarray(outer + np.minimum(np.maximum(qx, qy), 0.0) - np.float32(corner), np.float32)


def white(value: float) -> Field:
    return scalar(value).reshape(1, 1, 1)
