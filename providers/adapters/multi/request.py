"""From our request to the fields of seed 2."""

from __future__ import annotations

import math
from typing import Any

from providers.adapters.multi.models import (
    LEAST_SIDE,
    MOST_SIDE,
    RATIOS,
    RESOLUTIONS,
    Family,
    family,
)
from providers.base import EDIT, GENERATE, ImageRequest, InputImage
from providers.refusals import AUTO, half_sized, raise_first
from providers.sending import data_uri

GENERATE_PATH, EDIT_PATH = "/api/v1/image/generate", "/api/v1/image/edit"
USUAL_PIXELS = 1024 * 1024
STEP = 16


def path_of(request: ImageRequest) -> str:
    """Where this model is asked: the two calls take different models."""
    return EDIT_PATH if family(request.model).edits else GENERATE_PATH


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest or ModelUnavailable before it costs; a field for another maker is never sent.

    The API itself promises no error there: asked for four pictures, Flux makes one.
    """
    model, given = family(request.model), len(request.references)
    refusals = {
        "This model changes a picture.": model.edits and request.kind != EDIT,
        "This model does not change pictures.": not model.edits and (request.kind != GENERATE or given > 0),
        "An edit needs one picture, and no more.": model.edits and given != 1,
        "This API needs a prompt.": not request.prompt.strip(),
        "This model makes one picture at a time.": model.max_n == 1 and request.n != 1,
        "The number of pictures is 1 to 4.": not 1 <= request.n <= max(model.max_n, 1),
        "This model takes no seed.": request.seed is not None and not model.seed,
        "This API takes no mask.": request.mask is not None,
        "This API takes no negative prompt.": bool(request.negative_prompt),
        "This API has no choice of quality.": request.quality not in AUTO,
        "This API has no choice of format.": request.output_format != "png",
        "This API has no choice of compression.": request.output_compression is not None,
        "This API has no choice of background.": request.background not in (*AUTO, "opaque"),
        "This API has no choice of moderation.": request.moderation not in AUTO,
        "This API takes no style.": bool(request.style),
        "This API takes no strength.": request.strength is not None,
        "This API sends no previews.": request.partials != 0,
        "This API takes no extra parameters.": bool(request.extra),
    }
    raise_first(refusals | half_sized(request) | _sizes_refused(request, model))


def _sizes_refused(request: ImageRequest, model: Family) -> dict[str, bool]:
    """A shape may come with the pixels that it stands for; then one of the two is sent."""
    sides = [side for side in (request.width, request.height) if side is not None]
    shaped = request.aspect_ratio not in AUTO
    within = all(LEAST_SIDE <= side <= MOST_SIDE for side in sides)
    return {
        "This API has no named sizes.": bool(request.preset),
        "An edit keeps the size of its picture.": model.edits and bool(sides or shaped),
        "This API does not make this shape.": shaped and request.aspect_ratio not in RATIOS,
        "This model takes a shape, not a size in pixels.": not model.pixels
        and not model.edits
        and bool(sides)
        and not shaped,
        "The sides are 256 to 2,048 pixels.": model.pixels and not within,
        "This model has no resolution to choose.": bool(request.resolution) and not model.resolutions,
        "The resolution is 1K or 2K.": request.resolution not in ("", *RESOLUTIONS),
    }


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The fields that this model's maker takes, and no other."""
    model = family(request.model)
    fields: dict[str, Any] = {"model": request.model, "prompt": request.prompt, **_size(request, model)}
    if model.max_n > 1:
        fields["num_images"] = request.n
    if request.resolution:
        fields["image_size"] = request.resolution
    if request.seed is not None:
        fields["seed"] = request.seed
    if model.edits:
        fields["image_url"] = address_of(request.references[0])
    return fields


def _size(request: ImageRequest, model: Family) -> dict[str, Any]:
    if model.ratios and request.aspect_ratio not in AUTO:
        return {"aspect_ratio": request.aspect_ratio}
    if request.width and request.height and model.pixels:
        return {"width": request.width, "height": request.height}
    if request.aspect_ratio not in AUTO:
        width, height = pixels_of(request.aspect_ratio)
        return {"width": width, "height": height}
    return {}


def pixels_of(ratio: str) -> tuple[int, int]:
    """Width and height of a shape for makers that take pixels alone: about a megapixel, in steps of 16."""
    across, _, down = ratio.partition(":")
    share = int(across) / int(down)
    width, height = math.sqrt(USUAL_PIXELS * share), math.sqrt(USUAL_PIXELS / share)
    return round(width / STEP) * STEP, round(height / STEP) * STEP


def address_of(picture: InputImage) -> str:
    """The picture as the one URL that an edit takes. Guess [?]: a data: URI is one, since the API has no uploads."""
    return data_uri(picture)
