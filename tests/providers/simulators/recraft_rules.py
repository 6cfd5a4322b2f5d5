"""Recraft's models, sizes and fields, and what it says to those that do not fit, after its published pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.providers.simulators.base import Request, form_parts
from tests.providers.simulators.pictures import png_facts

LEAST_SIDE = 256
DEFAULT = "recraftv4_1"
PRICES = {
    "recraftv4_1": 40,
    "recraftv4": 40,
    "recraftv4_vector": 80,
    "recraftv4_pro": 250,
    "recraftv4_pro_vector": 300,
    "recraftv3": 40,
    "recraftv3_vector": 80,
    "recraftv2": 22,
}
"""API units a picture."""
TOOL_PRICES = {"crispUpscale": 4, "creativeUpscale": 250, "removeBackground": 10, "vectorize": 10}
SIZES = {
    "v4": "1024x1024 1536x768 768x1536 1280x832 832x1280 1216x896 896x1216 1152x896 896x1152 832x1344 1280x896 "
    "896x1280 1344x768 768x1344",
    "pro": "2048x2048 3072x1536 1536x3072 2560x1664 1664x2560 2432x1792 1792x2432 2304x1792 1792x2304 1664x2688 "
    "2560x1792 1792x2560 2688x1536 1536x2688",
    "v3": "1024x1024 2048x1024 1024x2048 1536x1024 1024x1536 1365x1024 1024x1365 1280x1024 1024x1280 1024x1707 "
    "1434x1024 1024x1434 1820x1024 1024x1820",
}
SHAPES = [
    "1:1",
    "2:1",
    "1:2",
    "3:2",
    "2:3",
    "4:3",
    "3:4",
    "5:4",
    "4:5",
    "6:10",
    "14:10",
    "10:14",
    "16:9",
    "9:16",
]
"""In the order of the sizes."""
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "prompt": str,
    "model": str,
    "n": int,
    "size": str,
    "style": str,
    "style_id": str,
    "substyle": str,
    "negative_prompt": str,
    "response_format": str,
    "image_format": str,
    "random_seed": int,
    "strength": (int, float),
    "controls": dict,
    "text_layout": list,
}
STYLED = ("style", "style_id", "substyle", "negative_prompt")
OF_A_FORM = frozenset(TYPES) - {"size", "controls", "text_layout"}
NUMBERS = {"n": int, "random_seed": int, "strength": float}


class Refused(Exception):
    """The vendor's own error answer; without a code it is a plain line."""

    def __init__(self, message: str, code: str = "invalid_request", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form carries."""

    fields: dict[str, Any]
    image: bytes = b""
    mask: bytes = b""


def generation_of(request: Request) -> Sent:
    """The fields of a JSON call."""
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused("The body is no JSON object.")
    return Sent(fields)


def form_of(request: Request) -> Sent:
    """The fields and pictures of a multipart call."""
    fields: dict[str, Any] = {}
    files = {"image": b"", "mask": b""}
    parts = form_parts(request)
    if parts is None:
        raise Refused("Expected multipart/form-data.")
    for name, content in parts:
        if name in files:
            files[name] = content
            continue
        text = content.decode()
        try:
            fields[name] = NUMBERS[name](text) if name in NUMBERS else text
        except ValueError as error:
            raise Refused(f"Invalid value for {name}.") from error
    if not files["image"]:
        raise Refused("image is required")
    return Sent(fields, files["image"], files["mask"])


def checked(sent: Sent, path: str) -> dict[str, Any]:
    """The fields with the vendor's defaults. Raises Refused for what this call or model does not take."""
    work = path.rpartition("/")[2]
    fields = {"model": DEFAULT, "n": 1, "response_format": "url", "image_format": "webp", **sent.fields}
    allowed = frozenset(TYPES) - {"strength"} if work == "generations" else OF_A_FORM
    for name, value in sent.fields.items():
        if name not in allowed or not isinstance(value, TYPES[name]):
            raise Refused(f"Invalid field: {name}.")
    if work in TOOL_PRICES:
        _check_picture(sent.image)
        return fields
    if fields["model"] not in PRICES:
        raise Refused(f"Unknown model {fields['model']}.", "model_not_found")
    for refusal, applies in _refusals(fields, work).items():
        if applies:
            raise Refused(refusal)
    if work != "generations":
        _check_picture(sent.image)
    if work == "inpaint":
        _check_mask(sent)
    return fields


def _refusals(fields: Mapping[str, Any], work: str) -> dict[str, bool]:
    model, prompt = fields["model"], fields.get("prompt", "")
    v3 = model.startswith("recraftv3")
    styled = v3 or model == "recraftv2"
    return {
        "prompt is required": not prompt,
        "prompt is too long": len(prompt) > (1_000 if styled else 10_000),
        "n must be between 1 and 6": not 1 <= fields["n"] <= 6,
        "size is not supported": fields.get("size", "1:1") not in sizes_of(model),
        "style is not supported by this model": not styled and bool(set(STYLED) & set(fields)),
        "style and style_id are mutually exclusive": {"style", "style_id"} <= set(fields),
        "text_layout is not supported by this model": not v3 and "text_layout" in fields,
        "model does not support this operation": work != "generations" and not v3,
        "strength is required": work == "imageToImage" and not 0 <= fields.get("strength", -1) <= 1,
        "strength is not supported": work == "inpaint" and "strength" in fields,
        "response_format must be url or b64_json": fields["response_format"] not in ("url", "b64_json"),
        "image_format must be webp or png": fields["image_format"] not in ("webp", "png"),
    }


def _check_picture(data: bytes) -> None:
    facts = png_facts(data)
    if facts and not all(LEAST_SIDE <= side <= 4096 for side in facts[:2]):
        raise Refused("image sides must be between 256 and 4096")


def _check_mask(sent: Sent) -> None:
    """A grey picture without alpha, as large as its image."""
    facts, under = png_facts(sent.mask), png_facts(sent.image)
    if facts is None or sent.mask[25] != 0:
        raise Refused("mask must be a grayscale image")
    if under is not None and facts[:2] != under[:2]:
        raise Refused("mask must have the size of the image")


def is_vector(model: str) -> bool:
    return model.endswith("_vector") or model == "vectorize"


def sizes_of(model: str) -> list[str]:
    """What ``size`` may say: a drawing has a shape alone."""
    return SHAPES if is_vector(model) else [*SHAPES, *SIZES[_family(model)].split()]


def _family(model: str) -> str:
    if model in ("recraftv3", "recraftv2"):
        return "v3"
    return "pro" if "pro" in model else "v4"


def sides_of(fields: Mapping[str, Any], image: bytes) -> tuple[int, int]:
    """Width and height of what comes: a changed picture keeps its own."""
    under = png_facts(image)
    if under is not None:
        return under[0], under[1]
    size, known = fields.get("size", "1:1"), SIZES[_family(fields["model"])].split()
    size = known[SHAPES.index(size)] if size in SHAPES else size
    width, _, height = size.partition("x")
    return int(width), int(height)
