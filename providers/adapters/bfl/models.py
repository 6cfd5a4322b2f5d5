"""What each family of models takes."""

from __future__ import annotations

from dataclasses import dataclass

from providers import errors

PIXELS, RATIO, FOLLOWS = "pixels", "ratio", "follows"
ALWAYS = frozenset(["safety_tolerance", "prompt_upsampling", "webhook_url", "webhook_secret"])


@dataclass(frozen=True, slots=True)
class Family:
    """``sizing``: width and height, an aspect ratio, or the size of the picture that goes in.

    ``pictures`` names the field of the first reference; further ones are numbered from 2. ``options`` are the
    parameters that only ``extra`` can carry. Ratios go from ``1 / max_ratio`` to ``max_ratio``.
    """

    sizing: str
    references: int = 0
    pictures: str = "input_image"
    least: int = 64
    most: int = 65536
    multiple: int = 16
    max_pixels: int = 2048 * 2048
    max_ratio: float = 7 / 3
    formats: tuple[str, ...] = ("jpeg", "png")
    options: frozenset[str] = ALWAYS
    needs_prompt: bool = True
    max_n: int = 1


FLUX_2 = Family(PIXELS, 8, formats=("jpeg", "png", "webp"))
FLEX = Family(PIXELS, 8, formats=FLUX_2.formats, options=ALWAYS | {"steps", "guidance"})
KLEIN = Family(PIXELS, 4, formats=FLUX_2.formats)
KONTEXT = Family(RATIO, 4)
FLUX_1 = Family(PIXELS, least=256, most=1440, multiple=32)
PRO_1_1 = Family(PIXELS, 1, "image_prompt", least=256, most=1440, multiple=32)
ULTRA = Family(RATIO, 1, "image_prompt", options=ALWAYS | {"raw"})
FILL = Family(FOLLOWS, 1, "image", options=ALWAYS | {"steps", "guidance"}, needs_prompt=False)
OUTWARD = Family(FOLLOWS, 1, "image", options=ALWAYS | {"top", "bottom", "left", "right"}, needs_prompt=False)


def _flux_3() -> Family:
    """FLUX.3 [?]: one source names its fields, and none says how references go along."""
    options = (ALWAYS - {"safety_tolerance"}) | {"moderation"}
    return Family(RATIO, formats=FLUX_2.formats, options=options, max_n=10)


FLUX_3 = _flux_3()
FAMILIES = {
    "flux-2-pro": FLUX_2,
    "flux-2-pro-preview": FLUX_2,
    "flux-2-max": FLUX_2,
    "flux-2-flex": FLEX,
    "flux-2-klein-4b": KLEIN,
    "flux-2-klein-9b": KLEIN,
    "flux-3-image": FLUX_3,
    "flux-kontext-pro": KONTEXT,
    "flux-kontext-max": KONTEXT,
    "flux-pro-1.1": PRO_1_1,
    "flux-pro-1.1-ultra": ULTRA,
    "flux-pro": FLUX_1,
    "flux-dev": FLUX_1,
    "flux-pro-1.0-fill": FILL,
    "flux-pro-1.0-expand": OUTWARD,
}


def family(model: str) -> Family:
    """Raises ModelUnavailable: the model's name becomes part of an address, so only known ones are sent."""
    if model not in FAMILIES:
        raise errors.ModelUnavailable("This model is not known.")
    return FAMILIES[model]
