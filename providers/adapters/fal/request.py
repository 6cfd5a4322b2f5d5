"""From our request to a model's parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from providers import errors
from providers.adapters.fal.families import FOLLOWS, NAMED, RATIO, TIMES, TOLERANCE, WRITTEN, Family
from providers.adapters.fal.models import family
from providers.base import INPAINT, ImageRequest, InputImage
from providers.masks import white_where_clear
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import data_uri

VECTOR = "vector_illustration"
TOLERANCES = ("1", "2", "3", "4", "5", "6")


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest or ModelUnavailable; nothing is dropped in silence.

    What the vendor itself would refuse is refused here, since it says so with the result, which may be billed. The
    width and height beside a ratio or a preset only say how large it comes out, so they stay here.
    """
    model, given = family(request.model), len(request.references)
    refusals = {
        "This kind of work is not offered by this model.": request.kind != model.kind,
        "This model needs a picture.": bool(model.references) and not given,
        "An area to repaint needs a mask.": model.kind == INPAINT and request.mask is None,
        "This model takes no mask.": model.kind != INPAINT and request.mask is not None,
        "This model takes fewer references.": given > model.references,
        "This model makes fewer pictures at a time.": not 1 <= request.n <= model.max_n,
        "This model needs a prompt.": model.needs_prompt and not request.prompt.strip(),
        "A negative prompt is not offered by this model.": bool(request.negative_prompt)
        and not model.negative,
        "A seed is not offered by this model.": request.seed is not None and not model.seed,
        "This model has no such quality.": request.quality not in (*AUTO, *model.qualities),
        "This model has no such background.": not _paints_on(request.background, model),
        "This model does not answer in this format.": request.output_format not in model.formats,
        "A style is not offered by this model.": bool(request.style) and not model.styled,
        "A style of vectors goes with SVG, and no other does.": not _drawn_alike(request, model),
    }
    lacks = not_offered(request, "moderation", "previews", "compression", "strength")
    sizes = half_sized(request) | _sizes_refused(request, model)
    raise_first(refusals | lacks | sizes | _extras_refused(request, model))
    if model.prompt and len(request.prompt) > model.prompt:
        raise errors.PromptTooLong(f"This model takes a prompt of {model.prompt:,} characters.")


def _sizes_refused(request: ImageRequest, model: Family) -> dict[str, bool]:
    drawn, ratio = bool(request.width and request.height), request.aspect_ratio not in AUTO
    alone = drawn and not request.preset and not request.aspect_ratio
    return {
        "This model has no such preset.": request.preset
        not in ("", *(model.presets if model.size == NAMED else ())),
        "This model has no such resolution.": request.resolution not in ("", *model.resolutions),
        "This model does not make this aspect ratio.": ratio and request.aspect_ratio not in model.ratios,
        "This model takes an aspect ratio, not a size in pixels.": model.size == RATIO and alone,
        "This model keeps the size of the picture.": model.size == FOLLOWS and alone,
        "This model does not make this size.": alone
        and (
            (model.size == WRITTEN and _written(request) not in model.sizes)
            or (model.size == NAMED and not _fits(request, model))
        ),
    }


def _extras_refused(request: ImageRequest, model: Family) -> dict[str, bool]:
    told = request.extra.get(TOLERANCE)
    return {
        "An extra parameter is not one of this model's.": not set(request.extra) <= model.options,
        "The safety tolerance is 1 to 6.": told is not None and str(told) not in TOLERANCES,
    }


def _paints_on(background: str, model: Family) -> bool:
    return background in (*AUTO, "opaque") or (background == "transparent" and model.transparency)


def _drawn_alike(request: ImageRequest, model: Family) -> bool:
    """Vectors cost twice what pixels do, so the format and the style must say the same."""
    vectors = request.style.startswith(VECTOR)
    return not model.styled or not request.style or vectors == (request.output_format == "svg")


def _fits(request: ImageRequest, model: Family) -> bool:
    sides = request.width or 0, request.height or 0
    within = all(model.least <= side <= model.most and side % model.multiple == 0 for side in sides)
    return within and model.min_pixels <= sides[0] * sides[1] <= model.max_pixels


def _written(request: ImageRequest) -> str:
    return f"{request.width}x{request.height}"


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The parameters as this model names them. A format that can be chosen is always said.

    The words of a tool that reads none, as the catalogue says of it, stay here.
    """
    model = family(request.model)
    said = bool(request.prompt) and model.prompt is not None
    fields: dict[str, Any] = {"prompt": request.prompt} if said else {}
    if model.max_n > 1:
        fields["num_images"] = request.n
    if model.says_format:
        fields["output_format"] = model.jpeg if request.output_format == "jpeg" else request.output_format
    if request.seed is not None:
        fields["seed"] = request.seed
    if request.negative_prompt:
        fields["negative_prompt"] = request.negative_prompt
    if request.quality not in AUTO:
        fields[model.quality] = request.quality if model.quality == "quality" else request.quality.upper()
    if request.background not in AUTO and model.size == WRITTEN:
        fields["background"] = request.background
    if model.factor and "target_resolution" not in request.extra:
        fields[model.factor] = TIMES
    return (
        fields | _style(request, model) | _size(request, model) | _pictures(request, model) | _extras(request)
    )


def _style(request: ImageRequest, model: Family) -> dict[str, Any]:
    """A model that draws and paints does the one or the other by its style."""
    if model.styled and request.output_format == "svg":
        return {"style": request.style or VECTOR}
    return {"style": request.style} if request.style else {}


def _size(request: ImageRequest, model: Family) -> dict[str, Any]:
    """What is left out is the vendor's choice."""
    fields: dict[str, Any] = {}
    if model.size == NAMED and request.preset:
        fields["image_size"] = request.preset
    elif model.size == NAMED and request.width:
        fields["image_size"] = {"width": request.width, "height": request.height}
    elif model.size == WRITTEN and request.width:
        fields["image_size"] = _written(request)
    elif model.size == RATIO and request.aspect_ratio not in AUTO:
        fields["aspect_ratio"] = request.aspect_ratio
    if request.resolution:
        fields["resolution"] = request.resolution
    return fields


def _pictures(request: ImageRequest, model: Family) -> dict[str, Any]:
    """References and mask as data URIs: the vendor cannot fetch what lies on this server."""
    links = [data_uri(picture) for picture in request.references]
    fields: dict[str, Any] = {}
    if links:
        fields[model.pictures] = links if model.pictures.endswith("s") else links[0]
    if request.mask is not None:
        fields["mask_url"] = data_uri(_grey(request.mask))
    return fields


def _grey(mask: InputImage) -> InputImage:
    """That white is what is repainted, as in most models, is a guess [?]: the pages ask for the same size alone."""
    return replace(mask, data=white_where_clear(mask.data), mime="image/png")


def _extras(request: ImageRequest) -> dict[str, Any]:
    """As they are, but that a tolerance is a text."""
    return {name: str(value) if name == TOLERANCE else value for name, value in request.extra.items()}
