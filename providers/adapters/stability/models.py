"""What each service takes. A model's id is the last part of its address, or the name that ``generate/sd3`` asks for."""

from __future__ import annotations

from dataclasses import dataclass

from providers import errors
from providers.base import CUTOUT, EDIT, EXPAND, GENERATE, INPAINT, UPSCALE

EVERY = ("png", "jpeg", "webp")
TEXT = frozenset(["prompt", "negative_prompt"])
ALWAYS = frozenset(["output_format", "seed"])
RATIO = frozenset(["aspect_ratio"])
STYLE = frozenset(["style_preset"])
START = frozenset(["image", "strength"])
IMAGE = frozenset(["image"])
GROW = frozenset(["mask", "grow_mask"])
MARGINS = frozenset(["left", "right", "up", "down"])


@dataclass(frozen=True, slots=True)
class Model:
    """``takes`` are the fields of its form, ``needs`` those without which it refuses.

    One that is ``deferred`` answers with a number to ask with, and not with a picture.
    """

    path: str
    works: tuple[str, ...]
    takes: frozenset[str]
    needs: frozenset[str] = frozenset(["prompt"])
    formats: tuple[str, ...] = EVERY
    deferred: bool = False


def _sd3(*, negative: bool = True) -> Model:
    """SD 3.5 [?]: its turbo takes no negative prompt, none writes WebP, and all take a style."""
    takes = (
        ALWAYS | RATIO | START | STYLE | (TEXT if negative else {"prompt"}) | {"mode", "model", "cfg_scale"}
    )
    return Model("generate/sd3", (GENERATE, EDIT), takes, formats=("png", "jpeg"))


def _edits() -> dict[str, Model]:
    """The services that change a picture. What each takes beyond a picture and a prompt is not proven [?]."""
    both = IMAGE | {"prompt"}
    return {
        "inpaint": Model(
            "edit/inpaint", (INPAINT,), ALWAYS | TEXT | IMAGE | GROW | STYLE, needs=both | {"mask"}
        ),
        "erase": Model("edit/erase", (INPAINT,), ALWAYS | IMAGE | GROW, needs=IMAGE | {"mask"}),
        "outpaint": Model(
            "edit/outpaint", (EXPAND,), ALWAYS | both | MARGINS | STYLE | {"creativity"}, needs=IMAGE
        ),
        "search-and-replace": Model(
            "edit/search-and-replace",
            (EDIT,),
            ALWAYS | TEXT | IMAGE | STYLE | {"search_prompt", "grow_mask"},
            needs=both | {"search_prompt"},
        ),
        "search-and-recolor": Model(
            "edit/search-and-recolor",
            (EDIT,),
            ALWAYS | TEXT | IMAGE | STYLE | {"select_prompt", "grow_mask"},
            needs=both | {"select_prompt"},
        ),
        "remove-background": Model(
            "edit/remove-background",
            (CUTOUT,),
            IMAGE | {"output_format"},
            needs=IMAGE,
            formats=("png", "webp"),
        ),
        "fast": Model("upscale/fast", (UPSCALE,), IMAGE | {"output_format"}, needs=IMAGE),
        "conservative": Model(
            "upscale/conservative", (UPSCALE,), ALWAYS | TEXT | IMAGE | {"creativity"}, needs=both
        ),
        "creative": Model(
            "upscale/creative",
            (UPSCALE,),
            ALWAYS | TEXT | IMAGE | STYLE | {"creativity"},
            needs=both,
            deferred=True,
        ),
    }


MODELS = {
    "core": Model("generate/core", (GENERATE,), ALWAYS | TEXT | RATIO | STYLE),
    "ultra": Model("generate/ultra", (GENERATE, EDIT), ALWAYS | TEXT | RATIO | START),
    "sd3.5-large": _sd3(),
    "sd3.5-large-turbo": _sd3(negative=False),
    "sd3.5-medium": _sd3(),
    **_edits(),
}


def model_of(name: str) -> Model:
    """Raises ModelUnavailable: the name becomes part of an address, so only known ones are sent."""
    if name not in MODELS:
        raise errors.ModelUnavailable("This model is not known.")
    return MODELS[name]
