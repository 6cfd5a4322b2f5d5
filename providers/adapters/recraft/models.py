"""What each model takes, and the tools that stand beside the models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from providers import errors
from providers.base import CUTOUT, EDIT, UPSCALE

Sides = Mapping[str, tuple[int, int]]

V4_SIZES: Sides = {
    "1:1": (1024, 1024),
    "2:1": (1536, 768),
    "1:2": (768, 1536),
    "3:2": (1280, 832),
    "2:3": (832, 1280),
    "4:3": (1216, 896),
    "3:4": (896, 1216),
    "5:4": (1152, 896),
    "4:5": (896, 1152),
    "6:10": (832, 1344),
    "14:10": (1280, 896),
    "10:14": (896, 1280),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
}
PRO_SIZES: Sides = {ratio: (2 * width, 2 * height) for ratio, (width, height) in V4_SIZES.items()}
V3_SIZES: Sides = {
    "1:1": (1024, 1024),
    "2:1": (2048, 1024),
    "1:2": (1024, 2048),
    "3:2": (1536, 1024),
    "2:3": (1024, 1536),
    "4:3": (1365, 1024),
    "3:4": (1024, 1365),
    "5:4": (1280, 1024),
    "4:5": (1024, 1280),
    "6:10": (1024, 1707),
    "14:10": (1434, 1024),
    "10:14": (1024, 1434),
    "16:9": (1820, 1024),
    "9:16": (1024, 1820),
}
RATIOS = tuple(V4_SIZES)
"""Every model makes the same fourteen shapes; a drawing has a shape and no pixels."""

LEAST_SIDE, MOST_SIDE, MOST_PIXELS, MOST_BYTES = 256, 4096, 16_000_000, 10_000_000
"""A picture that goes in, in pixels and bytes."""
RASTER, VECTOR = ("png", "webp"), ("svg",)


def _v4_controls() -> frozenset[str]:
    """Which controls V4 takes. The vendor says "partially" and not which [?]; resellers offer the two of colour."""
    return frozenset(["colors", "background_color"])


ALL_CONTROLS = frozenset(["colors", "background_color", "no_text", "artistic_level"])


@dataclass(frozen=True, slots=True)
class Family:
    """``sizes`` are empty for drawings. ``styled``: a style, a substyle and a negative prompt. ``layout``: texts with
    their places. ``edits``: a picture with a prompt, and an area of it. ``prompt_limit`` is in characters."""

    sizes: Sides
    controls: frozenset[str]
    prompt_limit: int = 10_000
    styled: bool = False
    layout: bool = False
    edits: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """What it can answer in."""
        return RASTER if self.sizes else VECTOR


V4 = Family(V4_SIZES, _v4_controls())
V4_PRO = Family(PRO_SIZES, _v4_controls())
V4_VECTOR = Family({}, _v4_controls())
V3 = Family(V3_SIZES, ALL_CONTROLS, 1_000, styled=True, layout=True, edits=True)
V3_VECTOR = Family({}, ALL_CONTROLS, 1_000, styled=True, layout=True, edits=True)
V2 = Family(V3_SIZES, ALL_CONTROLS, 1_000, styled=True)

FAMILIES = {
    "recraftv4_1": V4,
    "recraftv4": V4,
    "recraftv4_vector": V4_VECTOR,
    "recraftv4_pro": V4_PRO,
    "recraftv4_pro_vector": V4_VECTOR,
    "recraftv3": V3,
    "recraftv3_vector": V3_VECTOR,
    "recraftv2": V2,
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A call that takes one picture and reads no prompt; ``kind`` is the work it does."""

    kind: str
    formats: tuple[str, ...] = RASTER


TOOLS = {
    "crispUpscale": Tool(UPSCALE),
    "creativeUpscale": Tool(UPSCALE),
    "removeBackground": Tool(CUTOUT),
    "vectorize": Tool(EDIT, VECTOR),
}
"""They are asked for as models are, by the name of their address."""


def family(model: str) -> Family:
    """Raises ModelUnavailable for a model that is not known here: nobody could say what it takes."""
    if model not in FAMILIES:
        raise errors.ModelUnavailable("This model is not known.")
    return FAMILIES[model]
