"""What the Images API accepts: seed 3's table for generations, OpenAI's published SDK for edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SIZES = {
    "gpt": ("auto", "1024x1024", "1536x1024", "1024x1536"),
    "dall-e-2": ("auto", "256x256", "512x512", "1024x1024"),
    "dall-e-3": ("auto", "1024x1024", "1792x1024", "1024x1792"),
}
QUALITIES = {
    "gpt": ("auto", "low", "medium", "high"),
    "flexible": ("auto", "low", "medium", "high", "xhigh", "max"),
    "dall-e-2": ("auto", "standard"),
    "dall-e-3": ("auto", "standard", "hd"),
}
PROMPT_CHARS = {"dall-e-2": 1000, "dall-e-3": 4000, "gpt": 32000, "flexible": 32000}
MODELS = {
    "dall-e-2": "dall-e-2",
    "dall-e-3": "dall-e-3",
    "gpt-image-1": "gpt",
    "gpt-image-1-mini": "gpt",
    "gpt-image-1.5": "gpt",
    "chatgpt-image-latest": "gpt",
    "gpt-image-2": "flexible",
    "gpt-image-2.5-flare": "flexible",
    "gpt-image-2.5-sunburst": "flexible",
}
GPT_ONLY = frozenset(
    ("background", "output_format", "output_compression", "moderation", "partial_images", "stream")
)
COMMON = frozenset(("prompt", "model", "n", "size", "quality", "user"))
FIXED_TOKENS = {"low": (272, 408, 400), "medium": (1056, 1584, 1568), "high": (4160, 6240, 6208)}
DETAIL = {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96}


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(
        self, message: str, param: str | None = None, code: str = "invalid_value", status: int = 400
    ):
        super().__init__(message)
        self.param, self.code, self.status = param, code, status


def checked(fields: Mapping[str, Any], *, edit: bool = False) -> dict[str, Any]:
    """The parameters with their defaults filled in; raises Refused as the vendor refuses."""
    if not fields.get("prompt") or not isinstance(fields["prompt"], str):
        raise Refused("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter")
    given = {name: value for name, value in fields.items() if value is not None}
    model = given.get("model") or _default_model(given, edit)
    family = MODELS.get(model)
    if family is None:
        raise Refused(f"The model '{model}' does not exist.", "model", "model_not_found", 404)
    if edit and model == "dall-e-3":
        raise Refused("The value 'dall-e-3' is not supported here.", "model")
    allowed = _allowed(family, edit)
    for name in given:
        if name not in allowed:
            raise Refused(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
    filled = {"n": 1, "size": "auto", "quality": "auto", **given, "model": model}
    _check_values(filled, family)
    if family in ("gpt", "flexible"):
        _check_gpt(filled)
    return filled


def _default_model(given: Mapping[str, Any], edit: bool) -> str:
    """dall-e-2, or a GPT model when a GPT-only field is used (seed 3); gpt-image-1.5 for edits."""
    return "gpt-image-1.5" if edit or GPT_ONLY & set(given) else "dall-e-2"


def _allowed(family: str, edit: bool) -> frozenset[str]:
    if family == "dall-e-3":
        return COMMON | {"response_format", "style"}
    if family == "dall-e-2":
        return COMMON | {"response_format"}
    return (COMMON | GPT_ONLY | {"input_fidelity"}) - ({"moderation"} if edit else {"input_fidelity"})


def _check_values(fields: Mapping[str, Any], family: str) -> None:
    if len(fields["prompt"]) > PROMPT_CHARS[family]:
        raise Refused("Invalid 'prompt': string too long.", "prompt", "string_above_max_length")
    most = 1 if family == "dall-e-3" else 10
    _one_of(fields, "n", tuple(range(1, most + 1)))
    if family == "flexible":
        _check_flexible_size(fields["size"])
    else:
        _one_of(fields, "size", SIZES[family])
    _one_of(fields, "quality", QUALITIES[family])
    _one_of(fields, "style", ("vivid", "natural"))
    _one_of(fields, "response_format", ("url", "b64_json"))


def _check_gpt(fields: Mapping[str, Any]) -> None:
    _one_of(fields, "background", ("transparent", "opaque", "auto"))
    _one_of(fields, "output_format", ("png", "jpeg", "webp"))
    _one_of(fields, "moderation", ("low", "auto"))
    _one_of(fields, "output_compression", tuple(range(101)))
    _one_of(fields, "partial_images", (0, 1, 2, 3))
    _one_of(fields, "stream", (True, False))
    _one_of(fields, "input_fidelity", ("high", "low"))
    fmt = fields.get("output_format", "png")
    if fields.get("background") == "transparent" and fmt == "jpeg":
        raise Refused("Transparent background is not supported for JPEG.", "background")
    if "output_compression" in fields and fmt == "png":
        raise Refused("Compression is not supported for PNG.", "output_compression")
    if fields.get("partial_images") and not fields.get("stream"):
        raise Refused("'partial_images' needs 'stream'.", "partial_images")


def _one_of(fields: Mapping[str, Any], name: str, allowed: tuple[Any, ...]) -> None:
    if name in fields and not any(fields[name] is value or fields[name] == value for value in allowed):
        raise Refused(f"Invalid value: '{fields[name]}'.", name)


def _check_flexible_size(size: object) -> None:
    """Sides in multiples of 16, ratio 1:3 to 3:1, at most 3840, 655,360 to 8,294,400 pixels."""
    if size == "auto":
        return
    try:
        width, height = size_of(str(size))
    except ValueError:
        raise Refused(f"Invalid value: '{size}'.", "size") from None
    fits = width % 16 == 0 == height % 16 and max(width, height) <= min(3840, 3 * min(width, height))
    if not fits or not 655_360 <= width * height <= 8_294_400:
        raise Refused(f"Invalid value: '{size}'.", "size")


def size_of(size: str) -> tuple[int, int]:
    """Width and height; "auto" comes out as 1024x1024."""
    if size == "auto":
        return 1024, 1024
    width, _, height = size.partition("x")
    return int(width), int(height)


def output_tokens(model: str, quality: str, width: int, height: int) -> int:
    """Image tokens of one picture, as OpenAI publishes them; "auto" counts as medium."""
    quality = "medium" if quality == "auto" else quality
    if MODELS[model] == "gpt":
        square, portrait, landscape = FIXED_TOKENS[quality]
        return square if width == height else portrait if width < height else landscape
    detail = {"low": 16, "medium": 48, "high": 96}[quality] if model == "gpt-image-2" else DETAIL[quality]
    longer, shorter = max(width, height), min(width, height)
    rows = (2 * detail * shorter + longer) // (2 * longer)
    return -(-detail * rows * (2_000_000 + width * height) // 4_000_000)
