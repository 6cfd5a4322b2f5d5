"""What each of the four models can do, and its refusals in a person's words."""

from __future__ import annotations

from dataclasses import dataclass

from providers.base import EDIT, GENERATE, INPAINT, ImageRequest
from providers.errors import InvalidRequest, ModelUnavailable, PromptTooLong

PROMPT_LIMIT = 32_000
FORMATS = ("png", "jpeg", "webp")
QUALITIES = {
    "": "medium",
    "auto": "medium",
    "low": "low",
    "draft": "low",
    "medium": "medium",
    "standard": "medium",
    "high": "high",
}
PRESETS = {
    "": (1024, 1024),
    "auto": (1024, 1024),
    "square": (1024, 1024),
    "landscape": (1536, 1024),
    "portrait": (1024, 1536),
    "square_hd": (1024, 1024),
    "landscape_4_3": (1280, 960),
    "landscape_16_9": (1536, 864),
    "portrait_4_3": (960, 1280),
    "portrait_16_9": (864, 1536),
}


@dataclass(frozen=True, slots=True)
class Model:
    """``least`` and ``most`` bound each side in pixels."""

    name: str
    kinds: tuple[str, ...] = (GENERATE,)
    references: int = 0
    mask: bool = False
    transparent: bool = False
    quality: bool = False
    partials: bool = False
    seed: bool = True
    negative: bool = True
    tokens: bool = False
    least: int = 64
    most: int = 2560


MODELS = {
    "sketch": Model("sketch", least=256, most=2048),
    "paint": Model("paint", kinds=(GENERATE, EDIT), references=16, partials=True),
    "studio": Model(
        "studio",
        kinds=(GENERATE, EDIT, INPAINT),
        references=16,
        mask=True,
        transparent=True,
        quality=True,
        partials=True,
    ),
    "press": Model(
        "press",
        kinds=(GENERATE, EDIT),
        references=16,
        quality=True,
        partials=True,
        negative=False,
        tokens=True,
    ),
}


def model_of(request: ImageRequest) -> Model:
    """Raises ModelUnavailable for an unknown name."""
    model = MODELS.get(request.model)
    if model is None:
        raise ModelUnavailable(f"There is no offline model called {request.model or 'nothing'}.")
    return model


def check(model: Model, request: ImageRequest) -> None:
    """Raises InvalidRequest, with a sentence a person understands, for what the model cannot do."""
    if len(request.prompt) > PROMPT_LIMIT:
        raise PromptTooLong(
            f"The prompt has {len(request.prompt):,} characters; {PROMPT_LIMIT:,} is the most."
        )
    if request.kind not in model.kinds:
        raise InvalidRequest(f"{model.name} cannot do this kind of work ({request.kind}).")
    if not 1 <= request.n <= 16:
        raise InvalidRequest("Between 1 and 16 pictures can be asked for at once.")
    if request.output_format not in FORMATS:
        raise InvalidRequest(f"{model.name} writes PNG, JPEG or WebP, not {request.output_format}.")
    if request.negative_prompt and not model.negative:
        raise InvalidRequest(f"{model.name} takes no negative prompt.")
    if request.quality not in QUALITIES or (not model.quality and QUALITIES[request.quality] == "low"):
        raise InvalidRequest(f"{model.name} does not know the quality {request.quality}.")
    if request.kind != GENERATE and not request.references:
        raise InvalidRequest("An edit needs a picture to work on.")
    _check_inputs(model, request)
    _check_size(model, request)


def _check_inputs(model: Model, request: ImageRequest) -> None:
    if len(request.references) > model.references:
        most = "no references" if not model.references else f"at most {model.references} references"
        raise InvalidRequest(f"{model.name} takes {most}; {len(request.references)} were sent.")
    if request.mask is not None and not model.mask:
        raise InvalidRequest(f"{model.name} cannot take a mask; studio can.")
    if request.kind == INPAINT and request.mask is None:
        raise InvalidRequest("Inpainting needs a mask that marks what to repaint.")
    if request.mask is not None and not request.references:
        raise InvalidRequest("A mask needs the picture it belongs to.")
    if request.background == "transparent":
        if not model.transparent:
            raise InvalidRequest(f"{model.name} cannot leave the background transparent; studio can.")
        if request.output_format == "jpeg":
            raise InvalidRequest("JPEG has no transparency; ask for PNG or WebP.")


def _check_size(model: Model, request: ImageRequest) -> None:
    for side in (request.width, request.height):
        if side is not None and not model.least <= side <= model.most:
            raise InvalidRequest(
                f"{model.name} paints sides of {model.least} to {model.most} pixels; {side} was asked for."
            )
    if (request.width is None) != (request.height is None):
        raise InvalidRequest("A size needs both its width and its height.")
    if request.width is None and request.preset not in PRESETS and _numbers(request.preset) is None:
        raise InvalidRequest(f"{model.name} does not know the size {request.preset}.")


def size_of(request: ImageRequest) -> tuple[int, int]:
    """Width and height in pixels of a picture that is not an edit."""
    if request.width is not None and request.height is not None:
        return request.width, request.height
    return PRESETS.get(request.preset) or _numbers(request.preset) or PRESETS[""]


def _numbers(preset: str) -> tuple[int, int] | None:
    """``1536x1024`` as two sides, None when it is not that or out of bounds."""
    width, _, height = preset.partition("x")
    if not (width.isascii() and height.isascii() and width.isdigit() and height.isdigit()):
        return None
    sides = int(width[:6]), int(height[:6])
    return sides if all(64 <= side <= 2560 for side in sides) else None
