"""What each of the vendor's models accepts, as its pages tell, and what it costs in credits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PICTURES = ("input_image", *(f"input_image_{number}" for number in range(2, 9)), "image_prompt", "image")
COMMON = frozenset(
    (
        "prompt",
        "seed",
        "safety_tolerance",
        "output_format",
        "prompt_upsampling",
        "webhook_url",
        "webhook_secret",
    )
)
DRAWN = frozenset(("width", "height"))
EIGHT, FOUR = frozenset(PICTURES[:8]), frozenset(PICTURES[:4])
FLUX_2 = COMMON | DRAWN | EIGHT
KLEIN = COMMON | DRAWN | FOUR
KONTEXT = COMMON | FOUR | {"aspect_ratio"}
REDUX = frozenset(("image_prompt", "image_prompt_strength"))
DETAIL = frozenset(("steps", "guidance"))
MODELS: Mapping[str, frozenset[str]] = {
    "flux-2-pro": FLUX_2,
    "flux-2-pro-preview": FLUX_2,
    "flux-2-max": FLUX_2,
    "flux-2-flex": FLUX_2 | DETAIL,
    "flux-2-klein-4b": KLEIN,
    "flux-2-klein-9b": KLEIN,
    "flux-3-image": (COMMON - {"safety_tolerance"}) | {"aspect_ratio", "resolution", "images", "moderation"},
    "flux-kontext-pro": KONTEXT,
    "flux-kontext-max": KONTEXT,
    "flux-pro-1.1": COMMON | DRAWN | REDUX,
    "flux-pro-1.1-ultra": COMMON | REDUX | {"aspect_ratio", "raw"},
    "flux-pro": COMMON | DRAWN,
    "flux-dev": COMMON | DRAWN,
    "flux-pro-1.0-fill": COMMON | DETAIL | {"image", "mask"},
    "flux-pro-1.0-expand": COMMON | {"image", "top", "bottom", "left", "right"},
}
MEGAPIXEL = {
    "klein-4b": (1.4, 0.1),
    "klein-9b": (1.5, 0.2),
    "pro": (3.0, 1.5),
    "max": (7.0, 3.0),
    "flex": (5.0, 5.0),
}
FLAT = {"kontext-pro": 4.0, "kontext-max": 8.0, "1.1-ultra": 6.0, "1.1": 4.0, "3-image": 4.8, "dev": 2.5}
RANGES = {
    "steps": (1, 50),
    "guidance": (1.5, 10),
    "image_prompt_strength": (0, 1),
    "images": (1, 10),
    "moderation": (0, 4),
    **dict.fromkeys(("top", "bottom", "left", "right"), (0, 2048)),
}


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, status: int, document: Mapping[str, Any]):
        super().__init__(str(document))
        self.status, self.document = status, document


def wrong(field: str, message: str, kind: str = "value_error") -> Refused:
    """As FastAPI writes it."""
    return Refused(422, {"detail": [{"loc": ["body", field], "msg": message, "type": kind}]})


def checked(model: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with the default format filled in; raises Refused as the vendor refuses."""
    given = {name: value for name, value in fields.items() if value is not None}
    for name in given:
        if name not in MODELS[model]:
            raise wrong(name, "Extra inputs are not permitted", "extra_forbidden")
    if not given.get("prompt") and "image" not in MODELS[model]:
        raise wrong("prompt", "Field required", "missing")
    if len(str(given.get("prompt", ""))) > 100_000:
        raise wrong("prompt", "String should have at most 100000 characters", "string_too_long")
    if "safety_tolerance" in given and not 0 <= given["safety_tolerance"] <= (5 if "flux-2" in model else 6):
        raise wrong("safety_tolerance", "Input is out of range")
    for name, (least, most) in RANGES.items():
        if name in given and not least <= given[name] <= most:
            raise wrong(name, "Input is out of range")
    given.setdefault("output_format", "jpeg")
    if given["output_format"] not in ("jpeg", "png", "webp"):
        raise wrong("output_format", "Input should be 'jpeg', 'png' or 'webp'", "enum")
    _check_size(model, given)
    return given


def _check_size(model: str, given: Mapping[str, Any]) -> None:
    sides = [given[name] for name in ("width", "height") if name in given]
    if model.startswith("flux-2"):
        if any(side < 64 or side % 16 for side in sides) or (
            len(sides) == 2 and sides[0] * sides[1] > 4 * 1024 * 1024
        ):
            raise wrong("width", "Input should be a multiple of 16, of at most 4 MP in all")
    elif any(side % 32 or not 256 <= side <= 1440 for side in sides):
        raise wrong("width", "Input should be a multiple of 32 from 256 to 1440")


def size_of(model: str, fields: Mapping[str, Any]) -> tuple[int, int]:
    """Small pictures where the model chooses, so that a test is quick."""
    width, height = (int(part) for part in str(fields.get("aspect_ratio", "1:1")).split(":"))
    return fields.get("width") or 64 * width // height or 64, fields.get("height") or 64


def cost_of(model: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Credits of one cent each, as a float; newer answers tell the megapixels too."""
    name = model.removesuffix("-preview").removeprefix("flux-").removeprefix("2-").removeprefix("pro-")
    output = -(-(fields.get("width", 1024) * fields.get("height", 1024)) // (1024 * 1024))
    inputs = sum(name in fields for name in PICTURES)
    if model.startswith("flux-2"):
        first, extra = MEGAPIXEL[name]
        return {
            "cost": first + (output - 1 + inputs) * extra,
            "input_mp": float(inputs),
            "output_mp": float(output),
        }
    each = FLAT.get(name, 5.0)
    return {"cost": each * fields.get("images", 1), "input_mp": None, "output_mp": None}
