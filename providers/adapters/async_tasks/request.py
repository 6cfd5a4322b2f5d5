"""From our request to the seed's parameters."""

from __future__ import annotations

from typing import Any

from providers import errors
from providers.base import EDIT, GENERATE, ImageRequest, InputImage
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import data_uri

MODELS = ("auto", "gpt-image-2")
QUALITIES = ("standard", "hd")
RATIOS = ("auto", "1:1", "16:9", "9:16", "4:3", "3:4", "2:1")
LACKS = (
    "negative prompt",
    "seed",
    "strength",
    "style",
    "moderation",
    "transparency",
    "previews",
    "compression",
)
"""What cannot be asked for."""

MAX_N, MAX_REFERENCES = 4, 16
GENERATIONS, EDITS = "/v1/images/generations", "/v1/images/image-to-image"
FIELDS = frozenset(["model", "prompt", "quality", "aspect_ratio", "n", "image", "extra_images"])


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest or ModelUnavailable before the wallet is debited; nothing is dropped in silence.

    Width and height only say how large a ratio comes out, so they stay here.
    """
    if request.model not in MODELS:
        raise errors.ModelUnavailable("This model is not known.")
    drawn = request.width is not None or request.height is not None
    refusals = {
        "This kind of work is not offered by this vendor.": request.kind not in (GENERATE, EDIT),
        "An edit needs a picture.": request.kind == EDIT and not request.references,
        "At most 16 references.": len(request.references) > MAX_REFERENCES,
        "The number of pictures is 1 to 4.": not 1 <= request.n <= MAX_N,
        "This vendor needs a prompt.": not request.prompt.strip(),
        "The quality is standard or hd.": request.quality not in (*AUTO, *QUALITIES),
        "This vendor does not make this aspect ratio.": request.aspect_ratio not in ("", *RATIOS),
        "In hd the aspect ratio must be chosen.": request.quality == "hd" and request.aspect_ratio in AUTO,
        "This vendor takes an aspect ratio, not a size.": drawn and not request.aspect_ratio,
        "This vendor has no presets and no resolutions.": bool(request.preset or request.resolution),
        "A mask is not offered by this vendor.": request.mask is not None,
        "A choice of format is not offered by this vendor.": request.output_format != "png",
        "An extra parameter is named like one of the vendor's own.": bool(FIELDS & set(request.extra)),
    }
    raise_first(refusals | not_offered(request, *LACKS) | half_sized(request))


def fields_of(request: ImageRequest, images: list[dict[str, str]]) -> dict[str, Any]:
    """The parameters; a quality of ``auto`` is left to the vendor.

    The first reference is ``image``; up to fifteen more go into ``extra_images``.
    """
    fields: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt,
        "aspect_ratio": request.aspect_ratio or "auto",
        "n": request.n,
    }
    if request.quality != "auto":
        fields["quality"] = request.quality or "standard"
    if images:
        fields["image"] = images[0]
        if images[1:]:
            fields["extra_images"] = images[1:]
    return fields | dict(request.extra)


def artifact(number: str) -> dict[str, str]:
    """A picture that the vendor keeps. The shape of the three media kinds is a guess [?]."""
    return {"type": "artifact", "artifact_id": number}


def inline(picture: InputImage) -> dict[str, str]:
    """A picture that goes along as a data URI [?]."""
    return {"type": "data_uri", "data": data_uri(picture)}
