"""A commission to a finished picture: tiles, sampling by quality, previews."""

from __future__ import annotations

import numpy as np
from PIL import Image

from providers.painter import edit, finish, light, references, words
from providers.painter import plan as plans
from providers.painter.commission import Commission, Picture, Preview, Show
from providers.painter.encode import Pixels, encode, preview
from providers.painter.maths import Field, clip
from providers.painter.plan import Plan, Shader
from providers.painter.scenes import SCENES
from providers.painter.tiles import coordinates, tiles


def paint(commission: Commission, show: Show) -> Picture:
    """The picture, after as many previews as it asks for (an eighth, a quarter, half of its size, in this order)."""
    if commission.source is not None:
        pixels, read_as = edit.paint(commission)
        _show_previews_of(pixels, commission.previews, show)
    else:
        pixels, read_as = _compose(commission, show)
    data, mime = encode(pixels, commission.format, commission.compression)
    return Picture(data, mime, read_as)


def _compose(commission: Commission, show: Show) -> tuple[Pixels, str]:
    prompt = f"{commission.prompt} {commission.style}".strip()
    reading = words.read(prompt, commission.negative)
    plan = plans.make(reading, commission.seed, commission.width / commission.height, references.hints(commission.references))
    shader = SCENES[reading.scene](plan)
    steps = min(commission.previews, 3)
    for step in range(steps):
        shrink = 1 << (steps - step if steps == 3 else (3, 1)[step] if steps == 2 else 3)
        small = draw(plan, shader, max(commission.width // shrink, 16), max(commission.height // shrink, 16), 1, False)
        show(Preview(*preview(small), step + 1, steps))
    return _full(commission, plan, shader), reading.summary()


def _full(commission: Commission, plan: Plan, shader: Shader) -> Pixels:
    """The picture at its size: low is painted at a quarter of the pixels, high with four samples for each."""
    width, height, clear = commission.width, commission.height, commission.transparent
    if commission.quality == "low" and not plan.reading.style == "pixel":
        small = draw(plan, shader, max(width // 2, 16), max(height // 2, 16), 1, clear)
        return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
    if plan.reading.style == "pixel":
        block = max(min(width, height) // 96, 2)
        small = draw(plan, shader, max(width // block, 8), max(height // block, 8), 2, clear)
        return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.NEAREST))
    return draw(plan, shader, width, height, 2 if commission.quality == "high" else 1, clear)


def draw(plan: Plan, shader: Shader, width: int, height: int, samples: int, clear: bool) -> Pixels:
    """Paint in tiles of whole rows, ``samples`` squared per pixel; ``clear`` adds the subject's alpha."""
    out = np.empty((height, width, 4 if clear else 3), dtype=np.uint8)
    seed = plan.dice.key("grain")
    for top, count in tiles(width * samples * samples, height):
        x, y = coordinates(width * samples, top * samples, count * samples, height * samples)
        px = 1.0 / (height * samples)
        layer = shader(x, y, px)
        rgb = finish.over(plan, layer.rgb, x, y, px)
        cover = layer.subject
        if samples == 2:
            rgb, cover = _average(light.film(rgb)), _average(np.broadcast_to(cover, rgb.shape[1:])[None])[0]
        out[top:top + count, :, :3] = light.to_bytes(rgb, top, finish.grain(plan), seed)
        if clear:
            shape = (count, width)
            out[top:top + count, :, 3] = clip(np.broadcast_to(cover, shape) * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)
    return out


def _average(rgb: Field) -> Field:
    """Each 2 x 2 block as its mean."""
    return np.asarray((rgb[:, ::2, ::2] + rgb[:, 1::2, ::2] + rgb[:, ::2, 1::2] + rgb[:, 1::2, 1::2]) * 0.25, np.float32)


def _show_previews_of(pixels: Pixels, wanted: int, show: Show) -> None:
    picture = Image.fromarray(pixels)
    steps = min(wanted, 3)
    for step in range(steps):
        shrink = 1 << (steps - step)
        size = (max(picture.width // shrink, 16), max(picture.height // shrink, 16))
        show(Preview(*preview(np.asarray(picture.resize(size, Image.Resampling.BOX))), step + 1, steps))
