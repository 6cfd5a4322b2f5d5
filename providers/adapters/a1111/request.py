"""From our request to the server's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from providers.base import EDIT, GENERATE, INPAINT, UPSCALE, ImageRequest
from providers.masks import white_where_clear
from providers.prompts import without_server_options
from providers.refusals import AUTO, half_sized, raise_first
from providers.sending import encoded

CURRENT, UPSCALER = "checkpoint", "extras-upscale"
"""The checkpoint that the server has loaded, and its upscaler; every other name is that of a checkpoint."""

LEAST, MOST, MULTIPLE, MAX_N = 64, 2048, 8, 8
STEPS = 20
"""As many as its page has; the API alone would take 50."""

OPTIONS = frozenset(["steps", "cfg_scale", "distilled_cfg_scale", "sampler_name", "scheduler", "mask_blur"])
UPSCALER_OPTIONS = frozenset(["upscaling_resize", "upscaler_1"])
FACTOR, MOST_FACTOR = 2, 8
CROP = 1
"""Of its ways to fit a picture to another shape the one that cuts off, and neither squeezes nor adds."""
KEEP_WHAT_WAS_THERE = 1
"""Of its ways to begin inside a mask the one that starts from the picture beneath."""


@dataclass(frozen=True, slots=True)
class Call:
    """Where a request goes and with which document; ``checkpoint`` must be one that the server has."""

    path: str
    document: dict[str, Any]
    checkpoint: str = ""


def call_of(request: ImageRequest, task: str) -> Call:
    """The call for this request, known to the server as ``task``. Raises InvalidRequest for what it cannot do."""
    if request.model == UPSCALER:
        return _upscaling(request)
    _refuse_what_it_cannot(request)
    document = _painted(request) | {"force_task_id": task}
    checkpoint = "" if request.model == CURRENT else request.model
    if checkpoint:
        document["override_settings"] = {"sd_model_checkpoint": checkpoint}
    if not request.references:
        return Call("/sdapi/v1/txt2img", document, checkpoint)
    return Call("/sdapi/v1/img2img", document | _begun_from(request), checkpoint)


def _refuse_what_it_cannot(request: ImageRequest) -> None:
    given, sides = len(request.references), (request.width, request.height)
    refusals = {
        "This kind of work is not offered by this model.": request.kind not in (GENERATE, EDIT, INPAINT),
        "An edit needs a picture.": request.kind != GENERATE and not given,
        "An area to repaint needs a mask.": request.kind == INPAINT and request.mask is None,
        "A mask needs a picture beneath it.": request.mask is not None and not given,
        "This server takes one reference.": given > 1,
        "This server makes 1 to 8 pictures at a time.": not 1 <= request.n <= MAX_N,
        "Sides are multiples of 8, from 64 to 2048 pixels.": any(
            side is not None and not (LEAST <= side <= MOST and side % MULTIPLE == 0) for side in sides
        ),
        "An extra parameter is not one of this server's.": not set(request.extra) <= OPTIONS,
    }
    raise_first(refusals | half_sized(request) | _never_offered(request))


def _never_offered(request: ImageRequest) -> dict[str, bool]:
    """What the server cannot be asked for at all. In which format it answers is a setting of its own."""
    return {
        "This server takes a size in pixels.": bool(
            request.aspect_ratio or request.resolution or request.preset
        ),
        "A choice of quality is not offered by this server.": request.quality not in AUTO,
        "A style is not offered by this server.": bool(request.style),
        "A choice of moderation is not offered by this server.": request.moderation not in AUTO,
        "This server makes no transparent background.": request.background not in (*AUTO, "opaque"),
        "A choice of format is not offered by this server.": request.output_format != "png",
        "A compression is not offered by this server.": request.output_compression is not None,
    }


def _painted(request: ImageRequest) -> dict[str, Any]:
    """Pictures are painted one after the other, since several at once need several times the card's memory."""
    document: dict[str, Any] = {
        "prompt": without_server_options(request.prompt),
        "negative_prompt": without_server_options(request.negative_prompt),
        "seed": -1 if request.seed is None else request.seed,
        "steps": STEPS,
        "n_iter": request.n,
        "batch_size": 1,
    }
    if request.width:
        document |= {"width": request.width, "height": request.height}
    return document | dict(request.extra)


def _begun_from(request: ImageRequest) -> dict[str, Any]:
    document: dict[str, Any] = {"init_images": [encoded(request.references[0].data)], "resize_mode": CROP}
    if request.strength is not None:
        document["denoising_strength"] = request.strength
    if request.mask is not None:
        document["mask"] = encoded(white_where_clear(request.mask.data))
        document |= {"inpainting_fill": KEEP_WHAT_WAS_THERE, "inpaint_full_res": False}
    return document


def _upscaling(request: ImageRequest) -> Call:
    factor = request.extra.get("upscaling_resize", FACTOR)
    number = isinstance(factor, int | float) and not isinstance(factor, bool)
    raise_first(
        {
            "This model only enlarges a picture.": request.kind != UPSCALE,
            "Enlarging needs one picture.": len(request.references) != 1,
            "Enlarging takes no mask.": request.mask is not None,
            "Enlarging makes one picture at a time.": request.n != 1,
            "Enlarging takes no seed and no negative prompt.": request.seed is not None
            or bool(request.negative_prompt),
            "Enlarging takes no strength.": request.strength is not None,
            "Enlarging takes a factor from 1 to 8.": not number or not 1 <= factor <= MOST_FACTOR,
            "Enlarging takes a factor, not a size.": (request.width, request.height) != (None, None),
            "An extra parameter is not one of this server's.": not set(request.extra) <= UPSCALER_OPTIONS,
        }
        | _never_offered(request)
    )
    document = {
        "image": encoded(request.references[0].data),
        "upscaling_resize": factor,
        "upscaler_1": request.extra.get("upscaler_1") or _usual_upscaler(),
    }
    return Call("/sdapi/v1/extra-single-image", document)


def _usual_upscaler() -> str:
    """One that both servers bring along [?]."""
    return "R-ESRGAN 4x+"
