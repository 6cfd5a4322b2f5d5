"""From our request to Google's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.adapters.google.models import GEMINI, IMAGEN, Model
from providers.base import EDIT, GENERATE, ImageRequest, InputImage
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import encoded

INLINE_BYTES = 20 * 1024 * 1024
"""As much as a request may weigh, pictures and all, in base64."""

OWN: Mapping[str, frozenset[str]] = {
    GEMINI: frozenset(["responseModalities", "imageConfig", "seed", "candidateCount"]),
    IMAGEN: frozenset(
        [
            "sampleCount",
            "aspectRatio",
            "imageSize",
            "sampleImageSize",
            "seed",
            "addWatermark",
            "negativePrompt",
            "outputOptions",
            "storageUri",
        ]
    ),
}
"""The parameters that ``extra`` may not name: they are ours, or they change where the picture goes."""


def refuse_what_it_cannot(request: ImageRequest, model: Model) -> None:
    """Raises InvalidRequest for what no model, or not this one, can do; nothing is dropped in silence."""
    sized, count = bool(request.width or request.height), len(request.references)
    refusals = {
        "This kind of work is not offered by this vendor.": request.kind not in (GENERATE, EDIT),
        "An edit needs a picture.": request.kind == EDIT and not count,
        f"This model makes at most {model.max_n} at a time.": not 1 <= request.n <= model.max_n,
        f"This model takes at most {model.references} references.": count > model.references,
        "The pictures are more than 20 MB together.": _inline_bytes(request) > INLINE_BYTES,
        "A negative prompt is not offered by this model.": bool(request.negative_prompt)
        and not model.negative,
        "This model does not make that shape.": request.aspect_ratio not in ("", *model.ratios),
        "This model does not make that resolution.": request.resolution not in ("", *model.sizes),
        "This vendor takes a shape and a resolution.": bool(request.preset)
        or (sized and not request.aspect_ratio),
        "A quality is not offered by this vendor.": bool(request.quality),
        "This model has no choice of that format.": request.output_format not in model.formats,
        "Only JPEG has a compression.": request.output_compression is not None
        and request.output_format != "jpeg",
        "This vendor has no choice of background.": request.background not in (*AUTO, "opaque"),
        "This vendor has no choice of moderation.": bool(request.moderation),
        "A seed is 0 to 4,294,967,295.": request.seed is not None and not 0 <= request.seed < 2**32,
        "An extra parameter is named like one of the vendor's own.": bool(
            OWN[model.dialect] & set(request.extra)
        ),
    }
    lacks = not_offered(request, "mask", "previews", "style", "strength")
    raise_first(refusals | lacks | half_sized(request))


def _inline_bytes(request: ImageRequest) -> int:
    """What the pictures weigh as base64. Guess [?]: the limit is for the whole request, which is hardly more."""
    return sum(-(-len(picture.data) // 3) * 4 for picture in request.references)


def document_of(request: ImageRequest, model: Model) -> dict[str, Any]:
    """The JSON body in the model's dialect."""
    return _contents(request) if model.dialect == GEMINI else _instances(request)


def _contents(request: ImageRequest) -> dict[str, Any]:
    """``responseModalities`` names pictures alone: where words are allowed, a question is answered in words."""
    config: dict[str, Any] = {"responseModalities": ["IMAGE"]}
    size = {"aspectRatio": request.aspect_ratio, "imageSize": request.resolution}
    if chosen := {name: value for name, value in size.items() if value}:
        config["imageConfig"] = chosen
    if request.seed is not None:
        config["seed"] = _signed(request.seed)
    parts = [{"text": request.prompt}, *map(_inline, request.references)]
    return {
        "contents": [{"role": "user", "parts": parts}],
        "generationConfig": config | dict(request.extra),
    }


def _signed(seed: int) -> int:
    """The same 32 bits as a number with a sign, which is all that the field takes [?]: every seed stays itself."""
    return seed - 2**32 if seed >= 2**31 else seed


def _inline(picture: InputImage) -> dict[str, Any]:
    return {"inlineData": {"mimeType": picture.mime, "data": encoded(picture.data)}}


def _instances(request: ImageRequest) -> dict[str, Any]:
    """The count is always sent, since it is 4 on some surfaces. A seed turns the watermark off: both are refused."""
    output: dict[str, Any] = {"mimeType": f"image/{request.output_format}"}
    if request.output_compression is not None:
        output["compressionQuality"] = request.output_compression
    parameters: dict[str, Any] = {"sampleCount": request.n, "outputOptions": output}
    texts = {
        "aspectRatio": request.aspect_ratio,
        "imageSize": request.resolution,
        "negativePrompt": request.negative_prompt,
    }
    parameters |= {name: value for name, value in texts.items() if value}
    if request.seed is not None:
        parameters |= {"seed": request.seed, "addWatermark": False}
    return {"instances": [{"prompt": request.prompt}], "parameters": parameters | dict(request.extra)}


def is_slow(request: ImageRequest) -> bool:
    """Whether it is a large picture, which comes as a stream: a proxy drops a connection that is silent for long,
    and a picture that came before a break is not lost."""
    return request.resolution == "4K"
