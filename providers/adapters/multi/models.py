"""Which maker stands behind each model, and which of the API's fields that maker takes (seed 2's two tables)."""

from __future__ import annotations

from dataclasses import dataclass

from providers import errors

RATIOS = ("1:1", "3:4", "4:3", "9:16", "16:9")
RESOLUTIONS = ("1K", "2K")
LEAST_SIDE, MOST_SIDE = 256, 2048


@dataclass(frozen=True, slots=True)
class Family:
    """What the models of one maker take. ``edits``: the call changes one picture, and has no size at all.

    ``pixels``: width and height. ``ratios``: one of five shapes. ``resolutions``: 1K or 2K. ``seed``: a seed.
    """

    edits: bool = False
    pixels: bool = False
    ratios: bool = False
    resolutions: bool = False
    seed: bool = False
    max_n: int = 1


GOOGLE = Family(ratios=True, resolutions=True, max_n=4)
FLUX = Family(pixels=True, seed=True)
FAL = Family(pixels=True, ratios=True)
FLUX_EDIT = Family(edits=True, seed=True)
FAL_EDIT = Family(edits=True)

FAMILIES = {
    "imagen-4": GOOGLE,
    "imagen-4-fast": GOOGLE,
    "imagen-4-ultra": GOOGLE,
    "flux-2-pro": FLUX,
    "flux-2-klein": FLUX,
    "flux-1.1-pro": FLUX,
    "recraft-v4": FAL,
    "recraft-v3": FAL,
    "ideogram-v3": FAL,
    "sd-3.5": FAL,
    "qwen-image": FAL,
    "flux-kontext": FLUX_EDIT,
    "qwen-image-edit": FAL_EDIT,
    "seedream-5": FAL_EDIT,
}
"""Both tables of the seed: 14 models, whatever its first sentence counts."""


def family(model: str) -> Family:
    """Raises ModelUnavailable for a model that is in neither table: nobody knows what it takes."""
    if model not in FAMILIES:
        raise errors.ModelUnavailable("This model is not known.")
    return FAMILIES[model]
