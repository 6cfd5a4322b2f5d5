"""From our request to xAI's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers import errors
from providers.base import EDIT, GENERATE, ImageRequest
from providers.refusals import half_sized, not_offered, raise_first
from providers.sending import data_uri

AUTO = "auto"
LACKS = ("mask", "previews", "negative prompt", "seed", "style", "strength")
"""What no model here can be asked for."""

MAX_N = 10
MAX_REFERENCES = 3
RATIOS = (
    AUTO, "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1",
)  # fmt: skip
RESOLUTIONS: Mapping[str, str] = {"1K": "1k", "2K": "2k"}
"""Our names and the vendor's, which have a small k."""

QUALITIES: Mapping[str, tuple[str, ...]] = {
    "grok-imagine-image": (),
    "grok-imagine-image-pro": (),
    "grok-imagine-image-quality": (),
    "grok-imagine-image-2.0": ("low", "medium"),
}
"""The models, and the qualities that each can be asked for."""

FIELDS = frozenset(
    [
        "model",
        "prompt",
        "n",
        "aspect_ratio",
        "resolution",
        "quality",
        "response_format",
        "image",
        "images",
        "mask",
        "size",
        "style",
    ]
)
"""The fields that ``extra`` may not name: ours, and those that the vendor answers with 400."""


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises ModelUnavailable or InvalidRequest for what cannot be done; nothing is dropped in silence."""
    if request.model not in QUALITIES:
        raise errors.ModelUnavailable("This vendor has no such picture model.")
    sized = bool(request.width or request.height)
    refusals = {
        "This kind of work is not offered by this vendor.": request.kind not in (GENERATE, EDIT),
        "An edit needs a picture.": request.kind == EDIT and not request.references,
        "The number of pictures is 1 to 10.": not 1 <= request.n <= MAX_N,
        "At most 3 references.": len(request.references) > MAX_REFERENCES,
        "This vendor takes a shape and a resolution.": bool(request.preset)
        or (sized and not request.aspect_ratio),
        "This vendor does not make that shape.": request.aspect_ratio not in ("", *RATIOS),
        "This vendor does not make that resolution.": request.resolution not in ("", *RESOLUTIONS),
        "This model does not know that quality.": request.quality
        not in ("", AUTO, *QUALITIES[request.model]),
        "This vendor answers in JPEG only.": request.output_format != "jpeg",
        "This vendor has no choice of compression.": request.output_compression is not None,
        "This vendor has no choice of background.": request.background not in ("", "auto", "opaque"),
        "This vendor has no choice of moderation.": bool(request.moderation),
        "An extra parameter is named like one of the vendor's own.": bool(FIELDS & set(request.extra)),
    }
    raise_first(refusals | not_offered(request, *LACKS) | half_sized(request))


def document_of(request: ImageRequest) -> dict[str, Any]:
    """The JSON body of a generation or an edit. The bytes are asked for, since an address lives for minutes alone.

    Guess [?]: an edit of one picture takes a shape as one of several does, of which alone the vendor's page says so.
    """
    fields: dict[str, Any] = {
        "model": request.model,
        "prompt": request.prompt,
        "n": request.n,
        "response_format": "b64_json",
    }
    optional = {
        "aspect_ratio": request.aspect_ratio,
        "resolution": RESOLUTIONS.get(request.resolution),
        "quality": "" if request.quality == AUTO else request.quality,
    }
    fields |= {name: value for name, value in optional.items() if value}
    pictures = [{"type": "image_url", "url": data_uri(picture)} for picture in request.references]
    if pictures:
        fields |= {"image": pictures[0]} if len(pictures) == 1 else {"images": pictures}
    return fields | dict(request.extra)
