"""One picture as it is ordered from the painting process, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from providers.base import InputImage


@dataclass(frozen=True, slots=True)
class Commission:
    """All that one picture depends on. Sizes in pixels; ``quality`` is low, medium or high."""

    prompt: str
    negative: str
    width: int
    height: int
    seed: int
    quality: str = "medium"
    format: str = "png"
    compression: int | None = None
    transparent: bool = False
    references: tuple[InputImage, ...] = ()
    source: InputImage | None = None
    mask: InputImage | None = None
    strength: float | None = None
    style: str = ""
    previews: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The picture at a fraction of its size."""

    data: bytes
    mime: str
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The finished picture, encoded, and the sentence that says how the prompt was read."""

    data: bytes
    mime: str
    read_as: str


class Refusal(Exception):
    """The order cannot be painted; the message is for a person."""


type Show = Callable[[Preview], None]
