"""From our request to a service's form."""

from __future__ import annotations

from typing import Any

from providers import errors
from providers.adapters.stability.models import Model, model_of
from providers.base import CUTOUT, GENERATE, UPSCALE, ImageRequest, InputImage
from providers.http import Part
from providers.masks import white_where_clear
from providers.refusals import AUTO, half_sized, not_offered, raise_first
from providers.sending import as_file, as_text

RATIOS = ("16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
LACKS = ("quality", "moderation", "compression", "previews", "presets")
"""What no model here can be asked for."""

PROMPT_CHARS = 10_000
MAX_SEED = 4_294_967_294
STRENGTH = 0.6
"""How far to leave a picture where nobody said so: the vendor needs a figure, and the composer opens with this."""

OURS = frozenset(
    [
        "prompt",
        "negative_prompt",
        "aspect_ratio",
        "seed",
        "strength",
        "output_format",
        "image",
        "mask",
        "mode",
        "model",
    ]
)
"""Fields that stand for something in our request; ``extra`` may carry the others."""

NOT_TAKEN = {
    "prompt": "This model takes no prompt.",
    "negative_prompt": "This model takes no negative prompt.",
    "aspect_ratio": "This model keeps the shape of the picture.",
    "seed": "This model takes no seed.",
    "style_preset": "A style is not offered by this model.",
    "strength": "This model has no strength.",
    "image": "This model takes no references.",
    "mask": "This model takes no mask.",
}
MISSING = {
    "prompt": "This model needs a prompt.",
    "image": "This model needs a picture.",
    "mask": "An area to repaint needs a mask.",
}


def refuse_what_it_cannot(request: ImageRequest) -> None:
    """Raises InvalidRequest, PromptTooLong or ModelUnavailable; nothing is dropped in silence.

    Width and height only say how large a ratio comes out, so they stay here.
    """
    model = model_of(request.model)
    given = _given(request, model)
    if len(request.prompt) > PROMPT_CHARS:
        raise errors.PromptTooLong("This vendor takes 10,000 characters of prompt.")
    refusals = {
        "This kind of work is not offered by this model.": request.kind not in model.works,
        "This kind of work needs a picture.": request.kind != GENERATE and not request.references,
        "This vendor makes one picture at a time.": request.n != 1,
        "This vendor takes one picture at a time.": len(request.references) > 1,
        "This vendor takes 10,000 characters of negative prompt.": len(request.negative_prompt)
        > PROMPT_CHARS,
        "This vendor's seeds go from 1 to 4,294,967,294; at 0 it draws one itself.": request.seed is not None
        and not 1 <= request.seed <= MAX_SEED,
        "A strength goes from 0 to 1.": not 0 <= (request.strength or 0) <= 1,
        "A choice of background is not offered by this vendor.": request.background not in (*AUTO, "opaque"),
        "This model does not answer in this format.": request.output_format not in model.formats,
        "An extra parameter is not one of this model's.": not set(request.extra) <= model.takes - OURS,
        "A style is named once.": bool(request.style) and "style_preset" in request.extra,
        "An extra parameter cannot be part of a form.": not all(
            isinstance(value, str | int | float) for value in request.extra.values()
        ),
    }
    refusals |= {words: name in given and name not in model.takes for name, words in NOT_TAKEN.items()}
    refusals |= {MISSING.get(name, f"This model needs {name}."): name not in given for name in model.needs}
    raise_first(refusals | not_offered(request, *LACKS) | half_sized(request) | _sizes_refused(request))


def _sizes_refused(request: ImageRequest) -> dict[str, bool]:
    shaped = request.aspect_ratio not in AUTO
    return {
        "This vendor has no resolution to choose.": bool(request.resolution),
        "This vendor takes an aspect ratio, not a size in pixels.": bool(request.width) and not shaped,
        "This vendor does not make this aspect ratio.": shaped and request.aspect_ratio not in RATIOS,
        "A picture keeps its shape here: leave the aspect ratio to the vendor.": shaped
        and bool(request.references)
        and not _has_shape(request.references[0], request.aspect_ratio),
    }


def _has_shape(picture: InputImage, ratio: str) -> bool:
    """Whether a picture has this shape already, to within a hundredth: then nothing is lost if it keeps it."""
    width, _, height = ratio.partition(":")
    if not (width.isdigit() and height.isdigit()):
        return False
    wanted, had = int(width) * picture.height, int(height) * picture.width
    return abs(wanted - had) * 100 <= had


def _given(request: ImageRequest, model: Model) -> dict[str, Any]:
    """What was asked for, under the vendor's names. A strength is about a picture, and a ratio about none.

    The words of a tool that reads none, as the catalogue says of it, stay here.
    """
    picture = next(iter(request.references), None)
    strength = request.strength
    if strength is None and "strength" in model.takes:
        strength = STRENGTH
    unread = request.kind in (UPSCALE, CUTOUT) and "prompt" not in model.takes
    wishes = {
        "prompt": request.prompt if request.prompt.strip() and not unread else None,
        "negative_prompt": request.negative_prompt or None,
        "aspect_ratio": None if picture or request.aspect_ratio in AUTO else request.aspect_ratio,
        "seed": request.seed,
        "style_preset": request.style or None,
        "strength": strength if picture else None,
        "image": picture,
        "mask": request.mask,
    }
    return {name: value for name, value in wishes.items() if value is not None} | dict(request.extra)


def form_of(request: ImageRequest) -> list[Part]:
    """The form, which is multipart with a picture and without one. The format is always sent."""
    model = model_of(request.model)
    given = _given(request, model) | {"output_format": request.output_format}
    if "mode" in model.takes:
        given |= {"model": request.model, "mode": f"{'image' if request.references else 'text'}-to-image"}
    return [(name, _part(name, value)) for name, value in given.items()]


def _part(name: str, value: Any) -> str | tuple[str, bytes, str]:
    """A text, or a picture as a file. A mask is white where it is repainted."""
    if isinstance(value, InputImage) and name == "mask":
        return "mask.png", white_where_clear(value.data), "image/png"
    if isinstance(value, InputImage):
        return as_file(name, value)
    return as_text(name, value)
