"""What each model takes: every one has a schema of its own."""

from __future__ import annotations

from dataclasses import dataclass

from providers import errors
from providers.base import EDIT, GENERATE

RATIOS = ("1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3")
WIDE = (*RATIOS, "21:9", "9:21")
EVERY = ("webp", "png", "jpeg")


@dataclass(frozen=True, slots=True)
class Model:
    """``references`` is how many pictures go in, ``options`` what only ``extra`` can carry.

    More than one picture comes of one call where ``max_n`` says so.
    """

    ratios: tuple[str, ...]
    works: tuple[str, ...] = (GENERATE,)
    references: int = 0
    max_n: int = 1
    resolutions: tuple[str, ...] = ()
    formats: tuple[str, ...] = EVERY
    options: frozenset[str] = frozenset()


def _models() -> dict[str, Model]:
    """The models' public schemas, not read again for this [?]: ratios, resolutions, formats and options."""
    served = frozenset(["output_quality", "disable_safety_checker", "go_fast", "megapixels"])
    return {
        "black-forest-labs/flux-2-pro": Model(
            RATIOS,
            (GENERATE, EDIT),
            references=8,
            resolutions=("0.5 MP", "1 MP", "2 MP", "4 MP"),
            options=frozenset(["safety_tolerance", "output_quality"]),
        ),
        "black-forest-labs/flux-schnell": Model(WIDE, max_n=4, options=served | {"num_inference_steps"}),
        "black-forest-labs/flux-dev": Model(
            WIDE, max_n=4, options=served | {"num_inference_steps", "guidance"}
        ),
        "black-forest-labs/flux-kontext-pro": Model(
            (*WIDE, "2:1", "1:2"),
            (EDIT,),
            references=1,
            formats=("png", "jpeg"),
            options=frozenset(["safety_tolerance", "prompt_upsampling"]),
        ),
    }


MODELS = _models()


def model_of(name: str) -> Model:
    """Raises ModelUnavailable: the name becomes part of an address, so only known ones are sent."""
    if name not in MODELS:
        raise errors.ModelUnavailable("This model is not known.")
    return MODELS[name]
