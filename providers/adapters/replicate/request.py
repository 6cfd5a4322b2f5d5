"""From our request to a model's input."""

from __future__ import annotations

import math
from typing import Any

from providers.adapters.replicate.models import Model, model_of
from providers.base import EDIT, ImageRequest
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import data_uri

LONGEST_SECONDS = 30 * 60
LACKS = (
    "negative prompt",
    "quality",
    "style",
    "moderation",
    "strength",
    "previews",
    "transparency",
    "compression",
    "presets",
)
"""What no model here can be asked for."""


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest or ModelUnavailable; nothing is dropped in silence.

    Width and height only say how large a ratio comes out, so they stay here.
    """
    model, given = model_of(request.model), len(request.references)
    refusals = {
        "This kind of work is not offered by this model.": request.kind not in model.works,
        "An edit needs a picture.": request.kind == EDIT and not given,
        "This model takes fewer references.": given > model.references,
        "This model takes no mask.": request.mask is not None,
        "This model makes fewer pictures at a time.": not 1 <= request.n <= model.max_n,
        "This model needs a prompt.": not request.prompt.strip(),
        "This model does not answer in this format.": request.output_format not in model.formats,
        "An extra parameter is not one of this model's.": not set(request.extra) <= model.options,
    }
    raise_first(
        refusals | not_offered(request, *LACKS) | half_sized(request) | _sizes_refused(request, model)
    )


def _sizes_refused(request: ImageRequest, model: Model) -> dict[str, bool]:
    drawn, shaped = bool(request.width and request.height), request.aspect_ratio not in AUTO
    return {
        "This model takes an aspect ratio, not a size in pixels.": drawn and not shaped,
        "This model does not make this aspect ratio.": shaped and request.aspect_ratio not in model.ratios,
        "This model does not make this resolution.": bool(request.resolution)
        and request.resolution not in model.resolutions,
    }


def input_of(request: ImageRequest) -> dict[str, Any]:
    """The input as this model names it. The format is always sent: left out, it would be WebP."""
    model = model_of(request.model)
    fields: dict[str, Any] = {"prompt": request.prompt, "output_format": _format(request.output_format)}
    if request.aspect_ratio not in AUTO:
        fields["aspect_ratio"] = request.aspect_ratio
    if model.max_n > 1:
        fields["num_outputs"] = request.n
    if request.resolution:
        fields["resolution"] = request.resolution
    if request.seed is not None:
        fields["seed"] = request.seed
    return fields | pictures_of(request) | dict(request.extra)


def pictures_of(request: ImageRequest) -> dict[str, Any]:
    """The references, and the shape of the first where none is chosen.

    Guess [?]: ``input_image``, then ``input_image_2`` and so on; a newer schema is said to take a list. A shape
    that follows the picture is asked for as ``match_input_image``.
    """
    names = ["input_image", *(f"input_image_{number}" for number in range(2, len(request.references) + 1))]
    fields = {name: data_uri(picture) for name, picture in zip(names, request.references, strict=False)}
    if request.references and request.aspect_ratio in AUTO:
        fields["aspect_ratio"] = "match_input_image"
    return fields


def _format(name: str) -> str:
    """JPEG is called ``jpg`` here."""
    return "jpg" if name == "jpeg" else name


def cancel_after(seconds: float) -> str:
    """Our deadline as the vendor's: past it the task is stopped there too. A prediction ends after 30 minutes anyway.

    That whole seconds, and no fewer than five, may be written is a guess [?].
    """
    return f"{min(max(math.ceil(seconds), 5), LONGEST_SECONDS)}s"
