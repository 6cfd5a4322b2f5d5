"""Integer hashes and the noise fields made from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from providers.painter.maths import Field

SIDE = 256
type Ints = npt.NDArray[np.uint32]


def scramble(values: Ints) -> Ints:
    """Each 32-bit integer well mixed; equal inputs give equal outputs everywhere."""
    v = values.copy()
    v ^= v >> np.uint32(16)
    v *= np.uint32(0x7FEB352D)
    v ^= v >> np.uint32(15)
    v *= np.uint32(0x846CA68B)
    v ^= v >> np.uint32(16)
    return v


def number(*parts: object) -> int:
    """A stable 64-bit integer for any words and numbers."""
    text = "\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


@lru_cache(maxsize=1)
def table() -> Field:
    """One 256 x 256 lattice of values in 0..1, shared by all noise so that it stays in the cache."""
    cells = scramble(np.arange(SIDE * SIDE, dtype=np.uint32) + np.uint32(0x9E3779B9))
    return (cells >> np.uint32(8)).astype(np.float32) * np.float32(1.0 / (1 << 24))


def _cell(x: Field, y: Field, seed: int) -> tuple[npt.NDArray[np.int32], Field, Field]:
    """The lattice index of each point and where it lies within its cell."""
    shift = number("lattice", seed)
    fx, fy = np.floor(x), np.floor(y)
    column = (fx.astype(np.int32) + np.int32(shift & 255)) & np.int32(255)
    row = (fy.astype(np.int32) + np.int32((shift >> 8) & 255)) & np.int32(255)
    return row * np.int32(SIDE) + column, x - fx, y - fy


def cell_values(x: Field, y: Field, seed: int) -> Field:
    """One value in 0..1 for the whole unit cell each point lies in."""
    index, _, _ = _cell(x, y, seed)
    return table()[index]


def value(x: Field, y: Field, seed: int) -> Field:
    """Smooth noise in 0..1 with one bump per unit."""
    index, fx, fy = _cell(x, y, seed)
    u = fx * fx * fx * (fx * (fx * 6.0 - 15.0) + 10.0)
    v = fy * fy * fy * (fy * (fy * 6.0 - 15.0) + 10.0)
    lattice = table()
    mask = np.int32(SIDE * SIDE - 1)
    right = (index & np.int32(~255)) | ((index + np.int32(1)) & np.int32(255))
    a, b = lattice[index], lattice[right]
    c, d = lattice[(index + np.int32(SIDE)) & mask], lattice[(right + np.int32(SIDE)) & mask]
    top = a + (b - a) * u
    low = c + (d - c) * u
    return np.asarray(top + (low - top) * v, dtype=np.float32)


def fbm(x: Field, y: Field, seed: int, octaves: int = 5, gain: float = 0.5) -> Field:
    """Fractal noise in 0..1 around 0.5; its octaves are rotated against each other to hide the lattice."""
    total, weight, reach = np.float32(0.0) * x, 1.0, 0.0
    for octave in range(octaves):
        total = total + value(x, y, seed * 31 + octave) * np.float32(weight)
        reach += weight
        weight *= gain
        x, y = x * 1.62 + y * 1.18 + 3.7, y * 1.62 - x * 1.18 + 8.1
    return np.asarray(total * np.float32(1.0 / reach), dtype=np.float32)


def ridged(x: Field, y: Field, seed: int, octaves: int = 5, gain: float = 0.5) -> Field:
    """Fractal noise in 0..1 folded so that it has sharp crests."""
    total, weight, reach = np.float32(0.0) * x, 1.0, 0.0
    for octave in range(octaves):
        crest = 1.0 - np.abs(value(x, y, seed * 37 + octave) * 2.0 - 1.0)
        total = total + crest * crest * np.float32(weight)
        reach += weight
        weight *= gain
        x, y = x * 1.62 + y * 1.18 + 5.3, y * 1.62 - x * 1.18 + 2.9
    return np.asarray(total * np.float32(1.0 / reach), dtype=np.float32)


def grains(rows: int, columns: int, top: int, seed: int) -> Field:
    """White noise in -1..1 per pixel; ``top`` is the first row's number, so that tiles join."""
    across = scramble(np.arange(columns, dtype=np.uint32) + np.uint32(seed & 0xFFFFFFFF))
    down = scramble(np.arange(top, top + rows, dtype=np.uint32) * np.uint32(0x85EBCA6B) + np.uint32(77))
    mixed = scramble(across[None, :] + down[:, None])
    low = (mixed & np.uint32(0xFFFF)).astype(np.float32)
    high = (mixed >> np.uint32(16)).astype(np.float32)
    return (low + high) * np.float32(1.0 / 65536.0) - np.float32(1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """A height over x, sampled finely once and read by interpolation."""

    heights: Field
    start: float
    step: float

    def __call__(self, x: Field) -> Field:
        at = np.minimum(
            np.maximum((x - np.float32(self.start)) * np.float32(1.0 / self.step), 0.0),
            np.float32(len(self.heights) - 2),
        )
        index = at.astype(np.int32)
        low = self.heights[index]
        return np.asarray(low + (self.heights[index + 1] - low) * (at - index.astype(np.float32)), np.float32)


def line_x(aspect: float, samples: int = 4096) -> Field:
    """The x positions a Line is built on: the picture and half its height beyond either side."""
    return np.arange(samples, dtype=np.float32) * np.float32((aspect + 1.0) / (samples - 1)) - np.float32(0.5)


def line(heights: Field, aspect: float) -> Line:
    """A Line from heights at ``line_x(aspect, len(heights))``."""
    return Line(np.ascontiguousarray(heights, np.float32), -0.5, (aspect + 1.0) / (len(heights) - 1))


def wander(x: Field, seed: int, octaves: int = 5, gain: float = 0.5) -> Field:
    """One-dimensional fractal noise in 0..1 along ``x``."""
    total, weight, reach = np.float32(0.0) * x, 1.0, 0.0
    for octave in range(octaves):
        across = np.float32(0.0) * x + np.float32(0.37)
        total = total + value(x, across, seed * 41 + octave) * np.float32(weight)
        reach += weight
        weight *= gain
        x = x * 2.03 + 1.7
    return np.asarray(total * np.float32(1.0 / reach), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Dice:
    """Named throws: the seed decides, the unknown words of the prompt shift gently.

    A throw depends on its own name alone, so adding a throw elsewhere changes no picture's other parts.
    """

    seed: int
    spice: int = 0

    def unit(self, name: str) -> float:
        by_seed = number("seed", self.seed, name) / 2**64
        by_words = number("words", self.spice, name) / 2**64
        return 0.72 * by_seed + 0.28 * by_words if self.spice else by_seed

    def real(self, name: str, low: float, high: float) -> float:
        return low + (high - low) * self.unit(name)

    def whole(self, name: str, low: int, high: int) -> int:
        """An integer from ``low`` to ``high``, both included."""
        return low + number("seed", self.seed, self.spice, name) % (high - low + 1)

    def chance(self, name: str, share: float) -> bool:
        return number("seed", self.seed, self.spice, name) / 2**64 < share

    def pick[T](self, name: str, options: tuple[T, ...]) -> T:
        return options[number("seed", self.seed, self.spice, name) % len(options)]

    def key(self, name: str) -> int:
        """A seed for a noise field."""
        return number("seed", self.seed, name) & 0xFFFFFF
