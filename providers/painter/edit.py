"""Editing a picture: it stays, and what the words ask is applied to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from providers.painter import additions, fill, grade, light, references, styles, tiles, weather, words
from providers.painter import mask as masks
from providers.painter import plan as plans
from providers.painter.canvas import draw
from providers.painter.commission import Commission, Refusal
from providers.painter.encode import Pixels
from providers.painter.maths import Field, mix, scalar
from providers.painter.plan import Plan
from providers.painter.references import open_picture
from providers.painter.scenes import SCENES
from providers.painter.words import Reading

MOST_PIXELS = 40_000_000
STANDING = frozenset({"still", "portrait", "planet", "bloom", "glass"})


@dataclass(frozen=True, slots=True)
class Region:
    """The part that is repainted: its weights and the box around it, in pixels."""

    weight: Field
    left: int
    top: int
    right: int
    bottom: int


def paint(commission: Commission) -> tuple[Pixels, str]:
    """The edited picture and how the words were read. Raises Refusal for a picture or mask that does not fit."""
    if commission.source is None:
        raise Refusal("An edit needs a picture to work on.")
    source = open_picture(commission.source)
    if source.width * source.height > MOST_PIXELS:
        raise Refusal("The picture to edit is larger than 40 megapixels.")
    size = (commission.width, commission.height) if commission.width else source.size
    before = _fitted(source, size)
    reading = words.read(f"{commission.prompt} {commission.style}".strip(), commission.negative)
    plan = plans.make(reading, commission.seed, size[0] / size[1], references.hints(commission.references))
    region = (
        _region(masks.weights(commission.mask, size, source.size)) if commission.mask is not None else None
    )
    base, told = _base(before, reading, plan, region, commission.seed)
    after = _apply(base, reading, plan, region, _strength(commission.strength), told)
    if before.shape[2] == 4:
        after = np.dstack((after, before[:, :, 3]))
    if region is not None:
        after = masks.blend(before, after, region.weight)
    return after, "read as: " + ", ".join(dict.fromkeys(told))


def _fitted(source: Image.Image, size: tuple[int, int]) -> Pixels:
    """The picture at ``size``, cut to its shape around the middle; its own bytes when it has that size."""
    if source.size == size:
        return np.asarray(source)
    scale = max(size[0] / source.width, size[1] / source.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (source.width - width) / 2, (source.height - height) / 2
    return np.asarray(
        source.resize(size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height))
    )


def _strength(asked: float | None) -> float:
    return 1.0 if asked is None else min(max(asked, 0.05), 1.0)


def _region(weight: Field) -> Region:
    rows, columns = np.nonzero(weight.max(axis=1) > 0)[0], np.nonzero(weight.max(axis=0) > 0)[0]
    return Region(weight, int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _base(
    before: Pixels, reading: Reading, plan: Plan, region: Region | None, seed: int
) -> tuple[Pixels, list[str]]:
    """The picture before grading: emptied where something goes, or with a new thing within the mask."""
    rgb = np.ascontiguousarray(before[:, :, :3])
    if reading.removes:
        hole = region.weight if region is not None else fill.salient(rgb)
        return fill.around(rgb, hole, plan.dice.key("fill")), ["remove"]
    if region is None or not reading.asked or additions.wanted(plan):
        return rgb, []
    return _with_scene(rgb, reading, plan, region, seed), [
        reading.scene,
        *reading.kinds[:1],
        *reading.objects,
    ]


def _with_scene(rgb: Pixels, reading: Reading, plan: Plan, region: Region, seed: int) -> Pixels:
    """What the words show, painted into the mask's box; standing things keep the ground around them."""
    width, height = region.right - region.left, region.bottom - region.top
    alone = replace(
        reading, lenses=(*reading.lenses, "macro"), banned=reading.banned | {"plinth", "companion"}
    )
    own = plans.make(alone, seed, width / height, plan.hints)
    standing = reading.scene in STANDING
    picture = draw(own, SCENES[reading.scene](own), width, height, 1, standing)
    out = fill.around(rgb, region.weight, plan.dice.key("fill")) if standing else rgb.copy()
    part = out[region.top : region.bottom, region.left : region.right]
    if standing:
        alpha = picture[:, :, 3:].astype(np.int32)
        part[:] = (
            (part.astype(np.int32) * (255 - alpha) + picture[:, :, :3].astype(np.int32) * alpha + 127) // 255
        ).astype(np.uint8)
    else:
        part[:] = picture
    return out


def _apply(
    base: Pixels, reading: Reading, plan: Plan, region: Region | None, strength: float, told: list[str]
) -> Pixels:
    """Colour, light, weather, additions and style over ``base``, in tiles; what was done is added to ``told``."""
    height, width = base.shape[:2]
    quiet = bool(told)
    props = additions.props(plan, _spot(region, height))
    changes = grade.changes(reading, plan, quiet or bool(props) or bool(additions.skies(plan)))
    told.extend((*(name for name, _ in changes), *additions.names(plan), *reading.weather))
    if reading.style:
        told.append(reading.style)
    px, after, night = 1.0 / height, np.empty_like(base), reading.light == "night"
    for top, rows in tiles.tiles(width, height):
        x, y = tiles.coordinates(width, top, rows, height)
        before = light.decode(base[top : top + rows])
        rgb = before
        for _, change in changes:
            rgb = change(rgb, x, y)
        rgb = additions.paint(props, plan, rgb, x, y, px)
        for kind in reading.weather:
            rgb = weather.settle(kind, rgb, x, y, plan.dice.key("settle"))
            rgb = weather.fall(kind, rgb, x, y, px, plan.dice.key("weather"), night)
        rgb = styles.apply(
            reading.style, rgb, x, y, px, plan.dice.key("style"), scalar(0.02).reshape(1, 1, 1)
        )
        if strength < 1.0:
            rgb = mix(before, rgb, strength)
        after[top : top + rows] = light.to_bytes(rgb, top, 0.004, plan.dice.key("grain"), filmed=True)
    return after


def _spot(region: Region | None, height: int) -> additions.Spot | None:
    """Where additions go when a mask says it, in picture heights."""
    if region is None:
        return None
    scale = 1.0 / height
    return additions.Spot(
        region.left * scale, region.right * scale, region.top * scale, region.bottom * scale
    )
