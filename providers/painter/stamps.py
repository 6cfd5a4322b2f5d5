"""The small things themselves: each is drawn with its foot at (0, 0), about one unit high."""

from __future__ import annotations

import numpy as np

from providers.painter import noise
from providers.painter.maths import Field, clip, length, mix, scalar, smooth
from providers.painter.shapes import Stamp, edge


def bird(colour: Field, flap: float) -> Stamp:
    """Two bowed wings."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        ax = np.abs(x)
        wing = -np.float32(flap) * ax * (1.05 - ax) * 1.1
        thick = 0.10 * np.maximum(1.0 - ax, 0.0) + 0.01
        return colour, edge(np.maximum(np.abs(y - wing) - thick, ax - 1.0), max(px, 0.02))

    return stamp


def block(x: Field, y: Field, left: float, right: float, top: float, bottom: float) -> Field:
    return np.asarray(
        np.maximum(
            np.maximum(np.float32(left) - x, x - np.float32(right)),
            np.maximum(np.float32(top) - y, y - np.float32(bottom)),
        ),
        np.float32,
    )


def castle(stone: Field, window: Field) -> Stamp:
    """A keep between towers with pointed roofs."""
    towers = (
        (-0.42, 0.10, -0.52, 0.20),
        (0.40, 0.11, -0.60, 0.24),
        (-0.10, 0.12, -0.74, 0.28),
        (0.16, 0.09, -0.92, 0.26),
    )

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        shape = block(x, y, -0.52, 0.50, -0.34, 0.16)
        teeth = np.abs(x * 9.0 - np.floor(x * 9.0) - 0.5)
        shape = np.minimum(shape, np.maximum(block(x, y, -0.52, 0.50, -0.40, -0.30), 0.25 - teeth))
        panes = np.full(np.broadcast_shapes(x.shape, y.shape), 9.0, np.float32)
        for cx, half, top, roof in towers:
            dx = np.abs(x - np.float32(cx))
            shape = np.minimum(shape, block(x, y, cx - half, cx + half, top, 0.16))
            cone = np.maximum(
                dx - np.float32(half * 1.25) * (y - np.float32(top - roof)) / np.float32(roof),
                np.maximum(np.float32(top - roof) - y, y - np.float32(top)),
            )
            shape = np.minimum(shape, cone * 0.8)
            panes = np.minimum(panes, np.maximum(dx - 0.016, np.abs(y - np.float32(top + 0.13)) - 0.038))
        side = smooth(-0.1, 0.35, x) * 0.25
        return mix(stone * (1.15 - side), window * 1.1, edge(panes, px)), edge(shape, px)

    return stamp


def pagoda(wood: Field, window: Field) -> Stamp:
    """Five roofs with lifted eaves on narrowing floors."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        ax = np.abs(x)
        shape = block(x, y, -0.36, 0.36, -0.04, 0.2)
        glow = np.full(np.broadcast_shapes(x.shape, y.shape), 9.0, np.float32)
        for floor in range(4):
            foot, half = -0.04 - 0.215 * floor, 0.27 - 0.05 * floor
            shape = np.minimum(shape, block(x, y, -half, half, foot - 0.16, foot))
            eave = half + 0.15
            lift = 0.055 * (ax / np.float32(eave)) * (ax / np.float32(eave))
            ridge = np.float32(foot - 0.235)
            roof = np.maximum(
                np.maximum(y + lift - np.float32(foot - 0.125), ax - np.float32(eave)),
                ridge - y + clip((ax - np.float32(half * 0.55)) * 0.28),
            )
            shape = np.minimum(shape, roof * 0.85)
            cell = x * 13.0 - np.floor(x * 13.0) - 0.5
            glow = np.minimum(
                glow,
                np.maximum(
                    np.abs(cell) * 0.077 - 0.02,
                    block(x, y, -half + 0.03, half - 0.03, foot - 0.11, foot - 0.03),
                ),
            )
        shape = np.minimum(shape, np.maximum(ax - 0.012, np.maximum(-1.12 - y, y + 0.8)))
        return mix(wood, window, edge(glow, px) * 0.9), edge(shape, px)

    return stamp


def cabin(wall: Field, window: Field, snow: Field) -> Stamp:
    """A hut with a bright roof, a lit window, its glow on the ground and smoke."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        body = block(x, y, -0.62, 0.62, -0.46, 0.06)
        roof = np.maximum(np.abs(x) - 0.60 - (y + 0.92) * 0.42, np.maximum(-0.94 - y, y + 0.42))
        chimney = block(x, y, 0.30, 0.42, -1.08, -0.7)
        panes = np.minimum(
            block(np.abs(x), y, 0.10, 0.26, -0.34, -0.14),
            np.maximum(np.abs(x - 0.45) - 0.07, np.abs(y + 0.13) - 0.19) + 9.0,
        )
        rgb = mix(wall * 1.6, mix(snow, scalar(0.5), 0.3), edge(roof, px))
        rgb = mix(rgb, np.asarray([1.2, 0.72, 0.26], np.float32).reshape(3, 1, 1), edge(panes, px))
        cover = np.maximum(np.maximum(edge(body, px), edge(roof, px)), edge(chimney, px))
        glow = clip(1.0 - length(x * 0.8, (y - 0.1) * 2.4)) * (1.0 - cover)
        smoke = (
            clip(1.0 - np.abs(x - 0.36 - (y + 1.0) * (y + 1.0) * 0.35) * 9.0)
            * smooth(-1.02, -1.12, y)
            * smooth(-1.6, -1.2, y)
        )
        rgb = mix(
            rgb, np.asarray([1.0, 0.6, 0.22], np.float32).reshape(3, 1, 1), (glow > cover).astype(np.float32)
        )
        rgb = mix(rgb, mix(snow, scalar(0.5), 0.5), (smoke > 0.01).astype(np.float32) * (1.0 - cover))
        return rgb, np.maximum(cover, np.maximum(glow * glow * 0.75, smoke * 0.35))

    return stamp


def lighthouse(white: Field, red: Field, dark: Field) -> Stamp:
    """A banded tower with a lamp and its beam's glow."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        ax = np.abs(x)
        tower = np.maximum(ax - 0.075 - (y + 0.8) * 0.055, np.maximum(-0.80 - y, y - 0.03))
        band = y * 5.0 - np.floor(y * 5.0)
        rgb = mix(
            white * (0.9 - 0.5 * smooth(-0.05, 0.1, x)),
            red * 0.9,
            smooth(0.48, 0.52, band) * smooth(1.0, 0.97, band),
        )
        house = np.minimum(
            block(x, y, -0.055, 0.055, -0.90, -0.80),
            np.maximum(ax - 0.085 * (y + 1.0) * 9.0, np.maximum(-1.0 - y, y + 0.895)),
        )
        rail = block(x, y, -0.11, 0.11, -0.815, -0.79)
        rgb = mix(rgb, dark, edge(np.minimum(rail, house), px))
        rgb = mix(rgb, white * 1.6, edge(block(x, y, -0.035, 0.035, -0.885, -0.825), px))
        cover = np.maximum(edge(np.minimum(tower, np.minimum(house, rail)), px), 0.0)
        glow = clip(1.0 - length(x, y + 0.855) * 3.2)
        return mix(rgb, white * 1.3, (glow > cover).astype(np.float32)), np.maximum(cover, glow * glow * 0.7)

    return stamp


def boat(hull: Field, sail: Field) -> Stamp:
    """A small hull under two sails, with a broken reflection."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        sheer = y + 0.11 - x * x * 0.16
        body = np.maximum(np.maximum(-sheer, y - 0.01), np.abs(x + 0.02) - 0.44 + (y + 0.05) * 0.9)
        main = np.maximum(np.maximum(0.01 - x, x - 0.36 * (y + 1.0) * 1.15), np.maximum(-1.0 - y, y + 0.15))
        jib = np.maximum(np.maximum(x + 0.02, -x - 0.30 * (y + 0.88) * 1.4), np.maximum(-0.88 - y, y + 0.17))
        mast = np.maximum(np.abs(x) - 0.008, np.maximum(-1.03 - y, y + 0.05))
        rgb = mix(sail * (0.82 + 0.25 * smooth(0.3, -0.1, x)), sail * 0.72, edge(jib, px))
        rgb = mix(rgb, hull, edge(np.minimum(body, mast), px))
        cover = edge(np.minimum(np.minimum(body, mast), np.minimum(main, jib) * 0.9), px)
        dash = np.abs(y * 16.0 - np.floor(y * 16.0) - 0.5)
        under = (
            smooth(0.36, 0.22, np.abs(x) + (y - 0.02) * 0.5)
            * smooth(0.0, 0.02, y)
            * smooth(0.5, 0.05, y)
            * smooth(0.18, 0.34, dash)
            * 0.6
        )
        return mix(rgb, hull, (under > cover).astype(np.float32)), np.maximum(cover, under)

    return stamp


def island(rock: Field) -> Stamp:
    """A low rocky shape on the waterline."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        lump = (noise.wander(x * 2.3 + 7.0, 91, 4) - 0.15) * np.maximum(1.0 - x * x * 0.36, 0.0) * 0.55
        return rock * (1.0 + 0.3 * smooth(0.3, -0.6, x)), edge(np.maximum(-y - lump, y - 0.0), px)

    return stamp


def tree(trunk: Field, crown: Field, lit: Field, seed: int) -> Stamp:
    """A broad crown of clumps on a forked stem."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        ragged = noise.fbm(x * 7.0 + 0.0 * y, y * 7.0 + 0.0 * x, seed, 3) - 0.5
        clumps = np.minimum(
            length(x, (y + 0.66) * 1.1) - 0.30,
            np.minimum(length(x + 0.25, (y + 0.50) * 1.2) - 0.20, length(x - 0.26, (y + 0.52) * 1.2) - 0.21),
        )
        leaf = edge(clumps + ragged * 0.16, max(px, 0.008))
        stem = np.maximum(
            np.abs(x + 0.03 * y) - 0.032 - 0.03 * smooth(-0.12, 0.02, y), np.maximum(-0.6 - y, y - 0.02)
        )
        light = smooth(-0.2, 0.5, -y - 0.55 - x * 0.5 + ragged * 0.9)
        return mix(trunk, mix(crown, lit, light * 0.7), leaf), np.maximum(leaf, edge(stem, px))

    return stamp


def balloon(silk: Field, stripe: Field, basket: Field) -> Stamp:
    """An envelope in gores over a basket."""

    def stamp(x: Field, y: Field, px: float) -> tuple[Field, Field]:
        bag = length(x * (1.0 + 0.55 * smooth(-0.55, -0.1, y)), (y + 0.62)) - 0.38
        q = clip(x / np.sqrt(np.maximum(0.1444 - (y + 0.62) * (y + 0.62), 0.002)), -1.0, 1.0)
        gore = q * (1.0 + 0.35 * q * q) * 2.6
        rgb = mix(silk, stripe, smooth(0.18, 0.22, np.abs(gore - np.floor(gore) - 0.5))) * (
            1.05 - 0.5 * smooth(-0.5, 1.0, q + (y + 0.62))
        )
        box = block(x, y, -0.055, 0.055, -0.08, 0.0)
        ropes = np.maximum(
            np.abs(np.abs(x) - 0.05 - (-y - 0.08) * 0.35) - 0.006, block(x, y, -0.2, 0.2, -0.26, -0.06)
        )
        return mix(rgb, basket, edge(np.minimum(box, ropes), px)), edge(
            np.minimum(bag, np.minimum(box, ropes)), px
        )

    return stamp
