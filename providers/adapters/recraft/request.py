"""From our request to Recraft's fields: JSON for a new picture, a form for one that is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors
from providers.adapters.recraft import models
from providers.adapters.recraft.models import RATIOS, TOOLS, Family, Tool, family
from providers.adapters.recraft.options import refuse_wrong_options
from providers.base import EDIT, GENERATE, INPAINT, ImageRequest
from providers.http import Part
from providers.masks import white_where_clear
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import as_file

MAX_N = 6
MAX_SEED = 2**32 - 1
KINDS = ("image/png", "image/jpeg", "image/webp")
PATHS = {GENERATE: "/images/generations", EDIT: "/images/imageToImage", INPAINT: "/images/inpaint"}


def path_of(request: ImageRequest) -> str:
    return f"/images/{request.model}" if request.model in TOOLS else PATHS[work_of(request)]


def work_of(request: ImageRequest) -> str:
    """A picture that goes along is changed, whatever part it was to play: the vendor has no other use for one."""
    return EDIT if request.kind == GENERATE and request.references else request.kind


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest, PromptTooLong or ModelUnavailable before it costs; nothing is dropped in silence.

    A size stays here where a picture is changed, since that of the picture is kept, and a strength where none is
    changed as a whole: a form always names both, and the vendor has no field for either. The prompt of a tool stays
    here too: none reads one, and the catalogue says so.
    """
    tool = TOOLS.get(request.model)
    if tool is not None:
        raise_first(_of_every_call(request, tool.formats) | _of_tools(request, tool))
        return
    model = family(request.model)
    raise_first(
        _of_every_call(request, model.formats) | _of_models(request, model) | _of_sizes(request, model)
    )
    refuse_wrong_options(request, model)
    if max(len(request.prompt), len(request.negative_prompt)) > model.prompt_limit:
        raise errors.PromptTooLong(f"This model takes a prompt of {model.prompt_limit:,} characters at most.")


def _of_every_call(request: ImageRequest, formats: tuple[str, ...]) -> dict[str, bool]:
    pictures = request.references
    return {
        "This does not answer in this format.": request.output_format not in formats,
        "This vendor takes one picture at a time.": len(pictures) > 1,
        "This kind of work needs a picture.": request.kind != GENERATE and not pictures,
        "A picture that goes in is a PNG, JPEG or WebP.": any(
            picture.mime not in KINDS for picture in pictures
        ),
        "A picture that goes in has sides of 256 to 4,096 pixels.": any(
            not models.LEAST_SIDE <= side <= models.MOST_SIDE
            for picture in pictures
            for side in (picture.width, picture.height)
        ),
        "A picture that goes in has 16 megapixels and 10 MB at most.": any(
            picture.width * picture.height > models.MOST_PIXELS or len(picture.data) > models.MOST_BYTES
            for picture in pictures
        ),
        "A choice of background is not offered by this vendor.": request.background not in (*AUTO, "opaque"),
        "This vendor has no presets and no resolutions.": bool(request.preset or request.resolution),
        **not_offered(request, "quality", "moderation", "compression", "previews"),
        **half_sized(request),
    }


def _of_tools(request: ImageRequest, tool: Tool) -> dict[str, bool]:
    return {
        "This tool does another kind of work.": request.kind != tool.kind,
        "This tool makes one picture.": request.n != 1,
        "This tool takes a picture and nothing else.": bool(
            request.negative_prompt or request.style or request.extra or request.aspect_ratio or request.width
        )
        or (request.mask, request.seed, request.strength) != (None, None, None),
    }


def _of_models(request: ImageRequest, model: Family) -> dict[str, bool]:
    mask, under = request.mask, request.references[:1]
    return {
        "This kind of work is not offered by this vendor.": request.kind not in PATHS,
        "This model changes no pictures.": not model.edits and (request.kind != GENERATE or bool(under)),
        "An area to repaint needs a mask.": request.kind == INPAINT and mask is None,
        "A mask belongs to an area to repaint.": request.kind != INPAINT and mask is not None,
        "The mask is as large as its picture.": mask is not None
        and any((mask.width, mask.height) != (picture.width, picture.height) for picture in under),
        "The number of pictures is 1 to 6.": not 1 <= request.n <= MAX_N,
        "This vendor needs a prompt.": not request.prompt.strip(),
        "This model takes no negative prompt.": bool(request.negative_prompt) and not model.styled,
        "This model has no strength.": request.strength is not None and not model.edits,
        "Strength is a number from 0 to 1.": not 0 <= (request.strength or 0) <= 1,
        "The seed is 0 to 4,294,967,295.": not 0 <= (request.seed or 0) <= MAX_SEED,
    }


def _of_sizes(request: ImageRequest, model: Family) -> dict[str, bool]:
    shaped, drawn = request.aspect_ratio not in AUTO, bool(request.width or request.height)
    sides = (request.width, request.height)
    return {
        "This vendor does not make this shape.": shaped and request.aspect_ratio not in RATIOS,
        "A drawing has a shape, not a size in pixels.": drawn and not shaped and not model.sizes,
        "This model does not make this size.": drawn
        and not shaped
        and bool(model.sizes)
        and sides not in model.sizes.values(),
    }


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The fields beside the pictures. The answer is to hold the pictures, which spares addresses that may be gone."""
    fields: dict[str, Any] = {"response_format": "b64_json"}
    if request.output_format != "svg":
        fields["image_format"] = request.output_format
    if request.model in TOOLS:
        return fields
    fields |= {"model": request.model, "prompt": request.prompt, "n": request.n}
    work = work_of(request)
    if work == GENERATE and (size := _size(request)):
        fields["size"] = size
    if work == EDIT:
        fields["strength"] = _strength(request)
    if request.negative_prompt:
        fields["negative_prompt"] = request.negative_prompt
    if request.style:
        fields["style"] = request.style
    return fields | _seed(request) | dict(request.extra)


def _size(request: ImageRequest) -> str:
    """``w:h`` where a shape was asked for, else ``WxH``; empty leaves the vendor's own, a square."""
    if request.aspect_ratio not in AUTO:
        return request.aspect_ratio
    return f"{request.width}x{request.height}" if request.width else ""


def _strength(request: ImageRequest) -> float:
    """How far a change goes, 0 to 1. The vendor demands one; where nobody asked for any, half is a guess [?]."""
    return 0.5 if request.strength is None else request.strength


def _seed(request: ImageRequest) -> dict[str, int]:
    """``random_seed`` stands in the vendor's API description, but not on its pages: that it works is a guess [?]."""
    return {} if request.seed is None else {"random_seed": request.seed}


def form_of(fields: Mapping[str, Any], request: ImageRequest) -> list[Part]:
    """The form of a call with a picture; its mask is a grey PNG of pure white, which is repainted, and pure black."""
    form: list[Part] = [(name, str(value)) for name, value in fields.items()]
    form += [("image", as_file("image", picture)) for picture in request.references]
    if request.mask is not None:
        form.append(("mask", ("mask.png", white_where_clear(request.mask.data), "image/png")))
    return form
