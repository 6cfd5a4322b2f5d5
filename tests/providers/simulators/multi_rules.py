"""The fields and models of seed 2's two tables, and what the API says to those that do not fit."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

DEFAULT_GENERATE, DEFAULT_EDIT = "flux-2-pro", "qwen-image-edit"
MAKERS = {
    "imagen-4": ("google", False),
    "imagen-4-fast": ("google", False),
    "imagen-4-ultra": ("google", False),
    "flux-2-pro": ("bfl", False),
    "flux-2-klein": ("bfl", False),
    "flux-1.1-pro": ("bfl", False),
    "recraft-v4": ("fal", False),
    "recraft-v3": ("fal", False),
    "ideogram-v3": ("fal", False),
    "sd-3.5": ("fal", False),
    "qwen-image": ("fal", False),
    "flux-kontext": ("bfl", True),
    "qwen-image-edit": ("fal", True),
    "seedream-5": ("fal", True),
}
"""Each model's maker, and whether it edits."""
SHAPES = {
    "1:1": (1024, 1024),
    "3:4": (896, 1280),
    "4:3": (1280, 896),
    "9:16": (768, 1408),
    "16:9": (1408, 768),
}
TYPES: Mapping[str, type] = {
    "prompt": str,
    "model": str,
    "width": int,
    "height": int,
    "aspect_ratio": str,
    "num_images": int,
    "image_size": str,
    "seed": int,
    "image_url": str,
}
GENERATE = ("prompt", "model", "width", "height", "aspect_ratio", "num_images", "image_size", "seed")
EDIT = ("prompt", "model", "image_url", "seed")


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


def checked(fields: Mapping[str, Any], *, edits: bool) -> None:
    """Raises Refused for what the tables do not allow; a field for another maker is passed over, as the seed leaves
    open that it is refused."""
    known = EDIT if edits else GENERATE
    for name, value in fields.items():
        if name not in known or type(value) is not TYPES[name]:
            raise Refused("BAD_REQUEST", f"Invalid field: {name}.")
    for name in ("prompt", "image_url") if edits else ("prompt",):
        if not fields.get(name):
            raise Refused("MISSING_REQUIRED_FIELD", f"{name} is required.")
    if MAKERS.get(fields["model"], ("", not edits))[1] != edits:
        raise Refused("INVALID_MODEL", f"Unknown model {fields['model']}.")
    within = {
        "width": 256 <= fields.get("width", 256) <= 2048,
        "height": 256 <= fields.get("height", 256) <= 2048,
        "aspect_ratio": fields.get("aspect_ratio", "1:1") in SHAPES,
        "num_images": 1 <= fields.get("num_images", 1) <= 4,
        "image_size": fields.get("image_size", "1K") in ("1K", "2K"),
        "image_url": not edits or bool(source_of(fields["image_url"])),
    }
    for name, holds in within.items():
        if not holds:
            raise Refused("BAD_REQUEST", f"Invalid value for {name}.")


def source_of(address: str) -> bytes:
    """The picture behind a data: URI, or the address itself; empty for neither. That a data: URI will do is a
    guess [?]."""
    if address.startswith("data:image/"):
        try:
            return base64.b64decode(address.partition(",")[2], validate=True)
        except binascii.Error:
            return b""
    return address.encode() if address.startswith(("https://", "http://")) else b""


def made(fields: Mapping[str, Any]) -> int:
    """How many pictures come: as many as asked of Google, one of all others, without a word."""
    google = MAKERS[fields["model"]][0] == "google"
    return int(fields.get("num_images", 1)) if google else 1


def size_of(fields: Mapping[str, Any]) -> tuple[int, int]:
    """The picture's size by what its maker understands; of Flux a shape is passed over."""
    maker = MAKERS[fields["model"]][0]
    if "width" in fields and "height" in fields and maker != "google":
        return fields["width"], fields["height"]
    shape = fields.get("aspect_ratio", "1:1") if maker != "bfl" else "1:1"
    factor = 2 if maker == "google" and fields.get("image_size") == "2K" else 1
    return SHAPES[shape][0] * factor, SHAPES[shape][1] * factor
