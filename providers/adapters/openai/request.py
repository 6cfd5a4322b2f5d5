"""From our request to the Images API's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.base import EDIT, GENERATE, INPAINT, ImageRequest
from providers.http import Part
from providers.refusals import half_sized, not_offered, raise_first
from providers.sending import as_file, as_text

MAX_N = 10
MAX_REFERENCES = 16
MAX_PARTIALS = 3
FIELDS = frozenset(
    [
        "prompt",
        "model",
        "n",
        "size",
        "quality",
        "style",
        "response_format",
        "background",
        "output_format",
        "output_compression",
        "moderation",
        "partial_images",
        "stream",
        "user",
        "image",
        "image[]",
        "images",
        "mask",
    ]
)


@dataclass(frozen=True, slots=True)
class Call:
    """Where a request goes, and its JSON ``document`` or its multipart ``form``."""

    path: str
    document: Mapping[str, Any] | None = None
    form: Sequence[Part] | None = None


def is_dalle(model: str) -> bool:
    """dall-e models take other parameters than all the later ones (seed 3)."""
    return model.startswith("dall-e")


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest for what no model, or not this one, can do; nothing is dropped in silence."""
    dalle, edit = is_dalle(request.model), bool(request.references)
    refusals = {
        "This kind of work is not offered by this vendor.": request.kind not in (GENERATE, EDIT, INPAINT),
        "An edit needs a picture.": request.kind == EDIT and not edit,
        "This vendor takes a size in pixels.": bool(
            request.aspect_ratio or request.resolution or request.preset
        ),
        "The number of pictures is 1 to 10.": not 1 <= request.n <= MAX_N,
        "dall-e-3 makes one picture at a time.": request.model == "dall-e-3" and request.n != 1,
        "dall-e-3 takes no references.": request.model == "dall-e-3" and edit,
        "At most 16 references.": len(request.references) > MAX_REFERENCES,
        "An area to repaint needs a mask.": request.kind == INPAINT and request.mask is None,
        "A mask needs a picture beneath it.": request.mask is not None and not edit,
        "At most 3 previews.": not 0 <= request.partials <= MAX_PARTIALS,
        "This model sends no previews.": dalle and request.partials > 0,
        "This model answers in PNG only.": dalle and request.output_format != "png",
        "This model has no choice of background.": dalle and bool(request.background),
        "This model has no choice of moderation.": dalle and bool(request.moderation),
        "An edit has no choice of moderation.": edit and request.moderation not in ("", "auto"),
        "A style is for dall-e-3 only.": bool(request.style) and request.model != "dall-e-3",
        "JPEG cannot be transparent.": (request.background, request.output_format) == ("transparent", "jpeg"),
        "An extra parameter is named like one of the vendor's own.": bool(FIELDS & set(request.extra)),
    }
    lacks = not_offered(request, "negative prompt", "seed", "strength")
    raise_first(refusals | lacks | half_sized(request))


def call_of(request: ImageRequest) -> Call:
    """The call of the Images API for this request. Raises InvalidRequest for what its model cannot do."""
    refuse_what_it_cannot(request)
    fields = fields_of(request)
    if request.references:
        return Call("/images/edits", form=form_of(fields, request))
    return Call("/images/generations", document=fields)


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The parameters of seed 3's table that this model knows; the others would be answered with 400.

    ``model`` is always sent, since the default is dall-e-2. The compression is for JPEG and WebP alone.
    """
    fields: dict[str, Any] = {"model": request.model, "prompt": request.prompt, "n": request.n}
    if request.width and request.height:
        fields["size"] = f"{request.width}x{request.height}"
    if is_dalle(request.model):
        fields["response_format"] = "b64_json"
    else:
        fields.setdefault("size", "auto")
        fields["output_format"] = request.output_format
        if request.output_format in ("jpeg", "webp") and request.output_compression is not None:
            fields["output_compression"] = request.output_compression
        if request.moderation and not request.references:
            fields["moderation"] = request.moderation
        if request.partials:
            fields |= {"stream": True, "partial_images": request.partials}
    optional = {name: getattr(request, name) for name in ("quality", "style", "background", "user")}
    return fields | {name: value for name, value in optional.items() if value} | dict(request.extra)


def form_of(fields: Mapping[str, Any], request: ImageRequest) -> list[Part]:
    """The multipart form of an edit: ``image``, or ``image[]`` once per reference in order, then the mask.

    A repeated part called ``image`` is answered with 400 (OpenAI's SDK writes ``image[]`` for that reason).
    """
    form: list[Part] = [(name, as_text(name, value)) for name, value in fields.items()]
    part = "image" if len(request.references) == 1 else "image[]"
    for number, picture in enumerate(request.references, start=1):
        form.append((part, as_file(f"image-{number}", picture)))
    if request.mask is not None:
        form.append(("mask", as_file("mask", request.mask)))
    return form
