"""A commission to a finished picture: sampling by quality, previews, encoding."""

from __future__ import annotations

import numpy as np
from PIL import Image

from providers.painter import edit, references, words
from providers.painter import plan as plans
from providers.painter.canvas import draw
from providers.painter.commission import Commission, Picture, Preview, Show
from providers.painter.encode import Pixels, encode, preview
from providers.painter.plan import Plan, Shader
from providers.painter.scenes import SCENES

SHRINKS = {0: (), 1: (8,), 2: (8, 2), 3: (8, 4, 2)}


def paint(commission: Commission, show: Show) -> Picture:
    """The picture, after as many previews as it asks for: an eighth, a quarter, half of its size, in this order.

    Raises Refusal for references, sources or masks that cannot be used.
    """
    if commission.source is not None:
        pixels, read_as = edit.paint(commission)
        _preview_pixels(pixels, commission.previews, show)
    else:
        pixels, read_as = _compose(commission, show)
    data, mime = encode(pixels, commission.format, commission.compression, exact=commission.mask is not None)
    return Picture(data, mime, read_as)


def _compose(commission: Commission, show: Show) -> tuple[Pixels, str]:
    prompt = f"{commission.prompt} {commission.style}".strip()
    reading = words.read(prompt, commission.negative)
    aspect = commission.width / commission.height
    plan = plans.make(reading, commission.seed, aspect, references.hints(commission.references))
    shader = SCENES[reading.scene](plan)
    shrinks = SHRINKS[min(commission.previews, 3)]
    for step, shrink in enumerate(shrinks):
        small = draw(
            plan, shader, max(commission.width // shrink, 16), max(commission.height // shrink, 16), 1, False
        )
        show(Preview(*preview(small), step + 1, len(shrinks)))
    return _full(commission, plan, shader), reading.summary()


def _full(commission: Commission, plan: Plan, shader: Shader) -> Pixels:
    """The picture at its size: low is painted at a quarter of the pixels, high with four samples for each."""
    width, height, clear = commission.width, commission.height, commission.transparent
    if plan.reading.style == "pixel":
        block = max(min(width, height) // 96, 2)
        small = draw(plan, shader, max(width // block, 8), max(height // block, 8), 2, clear)
        return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.NEAREST))
    if commission.quality == "low":
        small = draw(plan, shader, max(width // 2, 16), max(height // 2, 16), 1, clear)
        return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
    return draw(plan, shader, width, height, 2 if commission.quality == "high" else 1, clear)


def _preview_pixels(pixels: Pixels, wanted: int, show: Show) -> None:
    picture = Image.fromarray(pixels)
    shrinks = SHRINKS[min(wanted, 3)]
    for step, shrink in enumerate(shrinks):
        size = (max(picture.width // shrink, 16), max(picture.height // shrink, 16))
        show(
            Preview(*preview(np.asarray(picture.resize(size, Image.Resampling.BOX))), step + 1, len(shrinks))
        )
