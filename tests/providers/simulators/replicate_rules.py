"""What each of the vendor's models accepts, after their public schemas."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

RATIOS = {"1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3"}
WIDE = RATIOS | {"21:9", "9:21"}
PICTURES = ("input_image", *(f"input_image_{number}" for number in range(2, 9)))
COMMON = {"prompt", "seed", "aspect_ratio", "output_format"}
SERVED = COMMON | {
    "num_outputs",
    "num_inference_steps",
    "output_quality",
    "disable_safety_checker",
    "go_fast",
    "megapixels",
}
MODELS: Mapping[str, set[str]] = {
    "black-forest-labs/flux-2-pro": COMMON
    | {"resolution", "safety_tolerance", "output_quality"}
    | set(PICTURES),
    "black-forest-labs/flux-schnell": SERVED,
    "black-forest-labs/flux-dev": SERVED | {"guidance"},
    "black-forest-labs/flux-kontext-pro": COMMON | {"safety_tolerance", "prompt_upsampling", "input_image"},
}
VERSIONS = {name: f"{number:064x}" for number, name in enumerate(MODELS, start=1)}
"""Made up: the id of each model's version."""

CHOICES: Mapping[str, Mapping[str, set[Any]]] = {
    "black-forest-labs/flux-2-pro": {
        "aspect_ratio": RATIOS | {"match_input_image"},
        "resolution": {"match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"},
        "safety_tolerance": {1, 2, 3, 4, 5},
    },
    "black-forest-labs/flux-schnell": {"aspect_ratio": WIDE, "num_inference_steps": {1, 2, 3, 4}},
    "black-forest-labs/flux-dev": {"aspect_ratio": WIDE, "num_inference_steps": set(range(1, 51))},
    "black-forest-labs/flux-kontext-pro": {
        "aspect_ratio": WIDE | {"match_input_image", "2:1", "1:2"},
        "output_format": {"png", "jpg"},
        "safety_tolerance": set(range(7)),
    },
}
EVERYWHERE: Mapping[str, set[Any]] = {
    "output_format": {"webp", "jpg", "png"},
    "num_outputs": {1, 2, 3, 4},
    "output_quality": set(range(101)),
    "megapixels": {"1", "0.25"},
}
SINGLE = ("black-forest-labs/flux-2-pro", "black-forest-labs/flux-kontext-pro")
"""Models whose output is one address and no list."""


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, status: int, detail: str, title: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.document = {"detail": detail, "status": status} | ({"title": title} if title else {})


def checked(model: str, given: object) -> dict[str, Any]:
    """The input with its defaults filled in; raises Refused as the vendor refuses."""
    if not isinstance(given, dict):
        raise wrong("input is required")
    for name, value in given.items():
        if name not in MODELS[model]:
            raise wrong(f"input: Additional property {name} is not allowed")
        known = CHOICES[model].get(name) or EVERYWHERE.get(name)
        if known is not None and (isinstance(value, bool) or value not in known):
            raise wrong(f"input.{name} must be one of the allowed values")
    if not isinstance(given.get("prompt"), str) or not given["prompt"]:
        raise wrong("input.prompt is required")
    if given.get("aspect_ratio") == "match_input_image" and "input_image" not in given:
        raise wrong("input.aspect_ratio needs an input image")
    return {"output_format": "png" if "kontext" in model else "webp", "num_outputs": 1, **given}


def wrong(detail: str) -> Refused:
    return Refused(422, f"- {detail}\n", "Input validation failed")


def pictures_of(given: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The pictures that came along as data: URIs, in the order of their names. Raises Refused for what is none."""
    names = [name for name in PICTURES if name in given]
    if names != list(PICTURES[: len(names)]):
        raise wrong("input: a picture is missing before another")
    return tuple(_decoded(name, given[name]) for name in names)


def _decoded(name: str, address: object) -> bytes:
    found = re.fullmatch(r"data:image/(?:png|jpeg|webp);base64,(.*)", str(address), re.DOTALL)
    try:
        return base64.b64decode(found[1], validate=True) if found else _unreachable(name)
    except binascii.Error as error:
        raise wrong(f"input.{name} cannot be read") from error


def _unreachable(name: str) -> bytes:
    raise wrong(f"input.{name} cannot be fetched")


def size_of(given: Mapping[str, Any]) -> tuple[int, int]:
    """Small pictures of the right shape, so that a test is quick."""
    ratio = str(given.get("aspect_ratio", "1:1"))
    width, height = (int(part) for part in (ratio if ":" in ratio else "1:1").split(":"))
    return 64 * width // height or 64, 64


def seconds_of(duration: str) -> float:
    """``1h30m45s`` in seconds."""
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", duration)
    if not duration or not found:
        raise Refused(400, "Cancel-After is no duration", "Bad request")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600.0 + minutes * 60 + seconds
