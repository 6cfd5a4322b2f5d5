"""Small pictures painted in this process, and what they show."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from providers.base import InputImage
from providers.painter import render
from providers.painter.commission import Commission, Picture, Preview


def commission(prompt: str, **changes: Any) -> Commission:
    """An order for one small picture."""
    given: dict[str, Any] = {"negative": "", "width": 128, "height": 128, "seed": 7, **changes}
    return Commission(prompt=prompt, **given)


def paint(prompt: str, **changes: Any) -> Picture:
    return render.paint(commission(prompt, **changes), lambda preview: None)


def previews(prompt: str, **changes: Any) -> list[Preview]:
    shown: list[Preview] = []
    render.paint(commission(prompt, **changes), shown.append)
    return shown


def pixels(data: bytes) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)))


def shares(prompt: str, **changes: Any) -> tuple[float, float, float]:
    """The mean share of red, green and blue in the light of a picture."""
    totals = pixels(paint(prompt, **changes).data)[:, :, :3].reshape(-1, 3).astype(np.int64).sum(axis=0)
    red, green, blue = (float(v) / float(totals.sum()) for v in totals)
    return red, green, blue


def brightness(prompt: str, **changes: Any) -> float:
    """The mean level, 0..255."""
    return float(pixels(paint(prompt, **changes).data)[:, :, :3].astype(np.int64).mean())


def picture(colour: tuple[int, ...], size: tuple[int, int] = (96, 96), role: str = "subject") -> InputImage:
    """A plain picture as a reference."""
    return as_input(Image.new("RGB" if len(colour) == 3 else "RGBA", size, colour), role)


def as_input(image: Image.Image, role: str = "subject") -> InputImage:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return InputImage(buffer.getvalue(), "image/png", image.width, image.height, role)


def hole(size: tuple[int, int], box: tuple[int, int, int, int]) -> InputImage:
    """A mask that is transparent within ``box``."""
    image = Image.new("RGBA", size, (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), box)
    return as_input(image, "mask")


def source(prompt: str = "sea at noon", size: int = 128) -> InputImage:
    """A painted picture to edit."""
    return InputImage(paint(prompt, width=size, height=size).data, "image/png", size, size, "source")
