"""What each model takes, and in which of the two dialects it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from providers import errors

GEMINI, IMAGEN = "generateContent", "predict"
TEN = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
FOURTEEN = (*TEN, "1:4", "4:1", "1:8", "8:1")
FIVE = ("1:1", "3:4", "4:3", "9:16", "16:9")


@dataclass(frozen=True, slots=True)
class Model:
    """``sizes`` are the values of imageSize, with a capital K; a model without any has one size and is told none."""

    dialect: str
    ratios: tuple[str, ...]
    sizes: tuple[str, ...] = ()
    references: int = 0
    max_n: int = 1
    formats: tuple[str, ...] = ("png",)
    negative: bool = False


def _imagen(*sizes: str, negative: bool = False) -> Model:
    return Model(IMAGEN, FIVE, sizes, max_n=4, formats=("png", "jpeg"), negative=negative)


MODELS: Mapping[str, Model] = {
    "gemini-2.5-flash-image": Model(GEMINI, TEN, references=3),
    "gemini-3-pro-image": Model(GEMINI, TEN, ("1K", "2K", "4K"), references=14),
    "gemini-3.1-flash-image": Model(GEMINI, FOURTEEN, ("512", "1K", "2K", "4K"), references=14),
    "gemini-3.1-flash-lite-image": Model(GEMINI, TEN, references=14),
    "gemini-nano-banana-2.1": Model(GEMINI, FOURTEEN, ("1K", "2K", "4K"), references=14),
    "imagen-4.0-generate-001": _imagen("1K", "2K"),
    "imagen-4.0-fast-generate-001": _imagen(),
    "imagen-4.0-ultra-generate-001": _imagen("1K", "2K"),
    "imagen-3.0-generate-002": _imagen(negative=True),
    "imagen-3.0-fast-generate-001": _imagen(negative=True),
}
"""Imagen was shut down on 2026-08-17 and is answered with 404. Its editing model was Vertex's alone."""


def model_of(name: str) -> Model:
    """Raises ModelUnavailable for a model that is not known here."""
    if name not in MODELS:
        raise errors.ModelUnavailable("This vendor's API has no such picture model.")
    return MODELS[name]
