"""A shader onto pixels, in tiles of whole rows."""

from __future__ import annotations

import numpy as np

from providers.painter import finish, light
from providers.painter.encode import Pixels
from providers.painter.maths import Field, clip
from providers.painter.plan import Plan, Shader
from providers.painter.tiles import coordinates, tiles


def draw(plan: Plan, shader: Shader, width: int, height: int, samples: int, clear: bool) -> Pixels:
    """``samples`` (1 or 2) squared per pixel; ``clear`` adds the subject's cover as alpha."""
    out = np.empty((height, width, 4 if clear else 3), dtype=np.uint8)
    seed = plan.dice.key("grain")
    for top, count in tiles(width * samples * samples, height):
        x, y = coordinates(width * samples, top * samples, count * samples, height * samples)
        px = 1.0 / (height * samples)
        layer = shader(x, y, px)
        rgb = finish.over(plan, layer.rgb, x, y, px)
        cover = np.broadcast_to(layer.subject, rgb.shape[1:])
        if samples == 2:
            rgb, cover = _average(light.film(rgb)), _average(cover[None])[0]
        out[top : top + count, :, :3] = light.to_bytes(
            rgb, top, finish.grain(plan), seed, filmed=samples == 2
        )
        if clear:
            out[top : top + count, :, 3] = clip(cover * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)
    return out


def _average(rgb: Field) -> Field:
    """Each 2 x 2 block as its mean."""
    return np.asarray(
        (rgb[:, ::2, ::2] + rgb[:, 1::2, ::2] + rgb[:, ::2, 1::2] + rgb[:, 1::2, 1::2]) * 0.25, np.float32
    )
