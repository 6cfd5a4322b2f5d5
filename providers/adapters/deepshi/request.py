"""From our request to Deepshi's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.base import EDIT, GENERATE, ImageRequest, InputImage
from providers.http import Part
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import as_file, as_text

MAX_N = 4
MAX_REFERENCES = 14
ONE_AT_A_TIME = ("deepshi-banana-pro", "deepshi-image-1")
FORMATS = ("png", "jpeg", "webp")
QUALITIES = ("low", "medium", "high")
SLOW_PIXELS = 2048 * 2048
FIELDS = frozenset(
    [
        "model",
        "prompt",
        "n",
        "response_format",
        "output_format",
        "quality",
        "seed",
        "stream",
        "width",
        "height",
        "aspect_ratio",
        "resolution",
        "image_size",
        "image",
        "image[]",
    ]
)


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest for what no model can do; nothing is dropped in silence."""
    single = request.model in ONE_AT_A_TIME
    refusals = {
        "This kind of work is not offered by this vendor.": request.kind not in (GENERATE, EDIT),
        "An edit needs a picture.": request.kind == EDIT and not request.references,
        "The number of pictures is 1 to 4.": not 1 <= request.n <= MAX_N,
        "This model makes one picture at a time.": single and request.n != 1,
        "At most 14 references.": len(request.references) > MAX_REFERENCES,
        "A resolution goes with a shape.": bool(request.resolution) and not request.aspect_ratio,
        "A size has a name or a shape, not both.": bool(request.preset and request.aspect_ratio),
        "This vendor does not make that format.": request.output_format not in FORMATS,
        "This vendor has no choice of compression.": request.output_compression is not None,
        "This vendor does not know that quality.": request.quality not in (*AUTO, *QUALITIES),
        "This vendor has no choice of background.": request.background not in (*AUTO, "opaque"),
        "This vendor has no choice of moderation.": bool(request.moderation),
        "An extra parameter is named like one of the vendor's own.": bool(FIELDS & set(request.extra)),
    }
    lacks = not_offered(request, "mask", "negative prompt", "style", "strength")
    raise_first(refusals | lacks | half_sized(request))


def fields_of(request: ImageRequest) -> dict[str, Any]:
    """The parameters of seed 4's table, and what the model alone may understand.

    The table has no word for a quality that is left to the model: then nothing is said.
    """
    fields: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt,
        "n": request.n,
        "response_format": "b64_json",
        "output_format": request.output_format,
        **_size(request),
    }
    if request.quality not in AUTO:
        fields["quality"] = request.quality
    if request.seed is not None:
        fields["seed"] = request.seed
    if request.partials or _is_slow(fields):
        fields["stream"] = True
    return fields | dict(request.extra)


def _size(request: ImageRequest) -> dict[str, Any]:
    """The fields of one of the four styles: a name, a shape with or without a resolution, or pixels."""
    if request.preset:
        return {"image_size": request.preset}
    if request.aspect_ratio:
        tier = {"resolution": request.resolution} if request.resolution else {}
        return {"aspect_ratio": request.aspect_ratio, **tier}
    if request.width and request.height:
        return {"width": request.width, "height": request.height}
    return {}


def _is_slow(fields: Mapping[str, Any]) -> bool:
    """Whether it is a large picture: the vendor advises a stream for those, at the same price."""
    name = str(fields.get("resolution") or fields.get("image_size") or "")
    return name.endswith("4K") or fields.get("width", 0) * fields.get("height", 0) > SLOW_PIXELS


def form_of(fields: Mapping[str, Any], references: tuple[InputImage, ...]) -> list[Part]:
    """The form of an edit: ``image``, or ``image[]`` once per reference in order."""
    form: list[Part] = [(name, as_text(name, value)) for name, value in fields.items()]
    part = "image" if len(references) == 1 else "image[]"
    for number, picture in enumerate(references, start=1):
        form.append((part, as_file(f"image-{number}", picture)))
    return form
