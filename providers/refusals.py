"""Refusing what a model cannot do, before it costs: sentences for people, each with whether it applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from providers import errors
from providers.base import ImageRequest

AUTO = ("", "auto")
"""How a request leaves a choice to the vendor."""

Applies = Callable[[ImageRequest], bool]

NOT_OFFERED: Mapping[str, tuple[str, Applies]] = MappingProxyType(
    {
        "negative prompt": (
            "A negative prompt is not offered by this vendor.",
            lambda request: bool(request.negative_prompt),
        ),
        "seed": ("A seed is not offered by this vendor.", lambda request: request.seed is not None),
        "strength": (
            "Strength is not offered by this vendor.",
            lambda request: request.strength is not None,
        ),
        "mask": ("This vendor takes no mask.", lambda request: request.mask is not None),
        "style": ("A style is not offered by this vendor.", lambda request: bool(request.style)),
        "quality": (
            "A choice of quality is not offered by this vendor.",
            lambda request: request.quality not in AUTO,
        ),
        "moderation": (
            "A choice of moderation is not offered by this vendor.",
            lambda request: request.moderation not in AUTO,
        ),
        "transparency": (
            "This vendor makes no transparent background.",
            lambda request: request.background not in (*AUTO, "opaque"),
        ),
        "compression": (
            "A compression is not offered by this vendor.",
            lambda request: request.output_compression is not None,
        ),
        "previews": ("This vendor sends no previews.", lambda request: request.partials != 0),
        "presets": ("This vendor has no presets.", lambda request: bool(request.preset)),
    }
)
"""What many vendors have no field for, by the name of the wish: how it is refused, and when."""


def not_offered(request: ImageRequest, *wishes: str) -> dict[str, bool]:
    """The refusals of a vendor that has no field for these ``wishes``, each by its name in ``NOT_OFFERED``."""
    return {refusal: applies(request) for refusal, applies in map(NOT_OFFERED.__getitem__, wishes)}


def half_sized(request: ImageRequest) -> dict[str, bool]:
    """The refusal of a width without a height, or the other way round."""
    return {"Width and height go together.": (request.width is None) != (request.height is None)}


def raise_first(refusals: Mapping[str, bool]) -> None:
    """Raises InvalidRequest with the first sentence that applies."""
    for refusal, applies in refusals.items():
        if applies:
            raise errors.InvalidRequest(refusal)
