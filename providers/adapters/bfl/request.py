"""From our request to a model's parameters."""

from __future__ import annotations

from typing import Any

from providers.adapters.bfl.models import FILL, FLUX_3, FOLLOWS, OUTWARD, PIXELS, RATIO, Family, family
from providers.base import EDIT, EXPAND, GENERATE, INPAINT, ImageRequest, InputImage
from providers.masks import white_where_clear
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import encoded

LACKS = (
    "negative prompt",
    "quality",
    "style",
    "moderation",
    "previews",
    "transparency",
    "compression",
    "presets",
)
"""What no model here can be asked for."""


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest or ModelUnavailable; nothing is dropped in silence.

    The width and height of a model that takes a ratio only say how large that ratio comes out, so they stay here.
    """
    model, given = family(request.model), len(request.references)
    works = (INPAINT,) if model is FILL else (EXPAND,) if model is OUTWARD else (GENERATE, EDIT)
    refusals = {
        "This kind of work is not offered by this model.": request.kind not in works,
        "An edit needs a picture.": request.kind != GENERATE and not given,
        "An area to repaint needs a mask.": request.kind == INPAINT and request.mask is None,
        "This model takes no mask.": model is not FILL and request.mask is not None,
        "This model takes fewer references.": given > model.references,
        "This model makes fewer pictures at a time.": not 1 <= request.n <= model.max_n,
        "This model needs a prompt.": model.needs_prompt and not request.prompt.strip(),
        "This model does not answer in this format.": request.output_format not in model.formats,
        "This model has no strength.": request.strength is not None and model.pictures != "image_prompt",
        "This model has no resolution to choose.": bool(request.resolution) and model is not FLUX_3,
        "An extra parameter is not one of this model's.": not set(request.extra) <= model.options,
    }
    raise_first(
        refusals | not_offered(request, *LACKS) | half_sized(request) | _sizes_refused(request, model)
    )


def _sizes_refused(request: ImageRequest, model: Family) -> dict[str, bool]:
    drawn, ratio = bool(request.width and request.height), request.aspect_ratio not in AUTO
    follows = model.sizing == FOLLOWS
    return {
        "This model takes a size in pixels.": model.sizing == PIXELS and ratio,
        "This model takes an aspect ratio, not a size in pixels.": model.sizing == RATIO
        and drawn
        and not ratio,
        "This model keeps the size of the picture.": follows and (drawn or ratio),
        "This model does not make this size.": model.sizing == PIXELS and drawn and not _fits(request, model),
        "This model does not make this aspect ratio.": ratio and not _in_range(request.aspect_ratio, model),
    }


def _fits(request: ImageRequest, model: Family) -> bool:
    sides = request.width or 0, request.height or 0
    within = all(model.least <= side <= model.most and side % model.multiple == 0 for side in sides)
    return within and sides[0] * sides[1] <= model.max_pixels


def _in_range(ratio: str, model: Family) -> bool:
    width, _, height = ratio.partition(":")
    if not (width.isascii() and height.isascii() and width.isdigit() and height.isdigit()):
        return False
    sides = sorted((int(width[:6]), int(height[:6])))
    return sides[0] > 0 and sides[1] <= model.max_ratio * sides[0]


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The parameters as this model names them. The format is always sent: left out, it would be JPEG."""
    model = family(request.model)
    fields: dict[str, Any] = {"output_format": request.output_format}
    if request.prompt or model.needs_prompt:
        fields["prompt"] = request.prompt
    if request.seed is not None:
        fields["seed"] = request.seed
    if model.sizing == PIXELS and request.width:
        fields |= {"width": request.width, "height": request.height}
    elif request.aspect_ratio not in AUTO:
        fields["aspect_ratio"] = request.aspect_ratio
    for number, picture in enumerate(request.references, start=1):
        name = model.pictures if number == 1 else f"{model.pictures}_{number}"
        fields[name] = encoded(picture.data)
    if request.mask is not None:
        fields["mask"] = _mask(request.mask)
    if request.strength is not None:
        fields["image_prompt_strength"] = request.strength
    return fields | _fields_of_flux_3(request, model) | dict(request.extra)


def _fields_of_flux_3(request: ImageRequest, model: Family) -> dict[str, Any]:
    """What only FLUX.3 is said to take [?]: several pictures at once and a resolution, written ``1k``."""
    if model is not FLUX_3:
        return {}
    fields: dict[str, Any] = {"images": request.n}
    if request.resolution:
        fields["resolution"] = request.resolution.lower()
    return fields


def _mask(mask: InputImage) -> str:
    """The mask as this vendor reads it. That white is repainted is a guess [?]."""
    return encoded(white_where_clear(mask.data))
