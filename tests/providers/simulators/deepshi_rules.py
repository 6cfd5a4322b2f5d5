"""Deepshi's models as its list tells of them: seed 4's four ways to ask for a size, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHAPES = ["1:1", "3:4", "4:3", "9:16", "16:9"]
TIERS = {"1K": 1, "2K": 2, "4K": 4}
PIXELS: Mapping[str, Any] = {
    "width": {"type": "integer", "min": 256, "max": 4096, "default": 1024},
    "height": {"type": "integer", "min": 256, "max": 4096, "default": 1024},
}
SHAPE: Mapping[str, Any] = {"aspect_ratio": {"type": "string", "allowed": SHAPES, "default": "1:1"}}
TIER: Mapping[str, Any] = {
    **SHAPE,
    "resolution": {"type": "string", "allowed": list(TIERS), "default": "1K"},
}
NAMED = ["1024x1024", "1536x1024", "1024x1536"]
QUALITY: Mapping[str, Any] = {
    "quality": {"type": "string", "allowed": ["low", "medium", "high"], "default": "medium"}
}


def _preset(*names: str) -> dict[str, Any]:
    return {"image_size": {"type": "string", "allowed": list(names), "default": names[0]}}


def _formats(*names: str) -> dict[str, Any]:
    return {"output_format": {"type": "string", "allowed": list(names), "default": names[0]}}


def _listed(name: str, parameters: Mapping[str, Any], images: int, limit: int, most: int) -> dict[str, Any]:
    """An entry of ``GET /v1/models``; the seed shows no names for the edit block, so these are composed [?]."""
    count = {"type": "integer", "allowed": list(range(1, most + 1)), "default": 1}
    return {
        "id": name,
        "object": "model",
        "input_modalities": ["text", "image"],
        "output_modalities": ["image"],
        "prompt_max_length": limit,
        "parameters": {**parameters, "n": count},
        "edit": {"supported": images > 0, "max_images": images},
    }


SEED: Mapping[str, Any] = {"seed": {"type": "integer"}}
MODELS = {
    entry["id"]: entry
    for entry in (
        _listed("deepshi-banana-pro", {**PIXELS, **_formats("png", "jpeg")}, 1, 8_000, 1),
        _listed("deepshi-image-1", PIXELS, 5, 8_000, 1),
        _listed("flux-2-pro", {**PIXELS, **SEED, **_formats("png", "jpeg")}, 8, 32_000, 4),
        _listed("nano-banana-2", {**TIER, **_formats("png", "jpeg")}, 14, 32_000, 4),
        _listed("nano-banana-pro", {**TIER, **_formats("png", "jpeg")}, 14, 32_000, 4),
        _listed("grok-imagine", {**SHAPE, **_formats("png", "jpeg")}, 1, 8_000, 4),
        _listed("grok-imagine-quality", {**TIER, **_formats("png", "jpeg")}, 1, 8_000, 4),
        _listed("seedream-4.5", {**_preset("auto_2K", "auto_4K", *NAMED), **_formats("png")}, 10, 8_000, 4),
        *(
            _listed(name, {**_preset(*NAMED), **QUALITY, **_formats("png", "jpeg", "webp")}, 10, 32_000, 4)
            for name in ("gpt-image-2", "gpt-image-1.5")
        ),
    )
}
COSTS: Mapping[str, float] = {
    "deepshi-banana-pro": 0.01,
    "deepshi-image-1": 0.01,
    "flux-2-pro": 0.03,
    "nano-banana-2": 0.0672,
    "nano-banana-pro": 0.134,
    "grok-imagine": 0.02,
    "grok-imagine-quality": 0.05,
    "seedream-4.5": 0.04,
    "gpt-image-2": 0.05268,
    "gpt-image-1.5": 0.034,
}
"""Dollars a picture, as JSON numbers."""


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, message: str, code: str, status: int = 400, param: str | None = None) -> None:
        super().__init__(message)
        self.code, self.status, self.param = code, status, param


def known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the model understands of the fields, with its defaults; the rest is ignored (seed 4).

    Raises Refused for what no model takes.
    """
    model, prompt = fields.get("model"), fields.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise Refused("prompt is required", "invalid_request", param="prompt")
    if not isinstance(model, str) or model not in MODELS:
        raise Refused(f"unknown model {model}", "invalid_request", param="model")
    entry = MODELS[model]
    if len(prompt) > entry["prompt_max_length"]:
        raise Refused("The prompt is too long.", "PROMPT_TOO_LONG", param="prompt")
    taken: dict[str, Any] = {"model": model, "prompt": prompt}
    for name in ("response_format", "stream"):
        if name in fields:
            taken[name] = fields[name]
    for name, parameter in entry["parameters"].items():
        value = fields.get(name, parameter.get("default"))
        if "allowed" in parameter and value not in parameter["allowed"]:
            raise Refused(f"Invalid value for {name}.", "invalid_request", param=name)
        if value is not None:
            taken[name] = value
    return taken


def size_of(fields: Mapping[str, Any]) -> tuple[int, int]:
    """The size of the picture that these understood fields stand for."""
    if "width" in fields:
        return fields["width"], fields["height"]
    if "image_size" in fields:
        name = str(fields["image_size"])
        if name.startswith("auto_"):
            return 1024 * int(name[5]), 1024 * int(name[5])
        width, _, height = name.partition("x")
        return int(width), int(height)
    across, _, down = str(fields["aspect_ratio"]).partition(":")
    unit = 1024 * TIERS[fields.get("resolution", "1K")] // max(int(across), int(down))
    return unit * int(across), unit * int(down)
