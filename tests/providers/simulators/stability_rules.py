"""What each of the vendor's services accepts, as its reference tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.providers.simulators.pictures import png_facts

RATIOS = ("16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
STYLES = (
    "3d-model",
    "analog-film",
    "anime",
    "cinematic",
    "comic-book",
    "digital-art",
    "enhance",
    "fantasy-art",
    "isometric",
    "line-art",
    "low-poly",
    "modeling-compound",
    "neon-punk",
    "origami",
    "photographic",
    "pixel-art",
    "tile-texture",
)
BOTH = {"prompt", "negative_prompt"}
EVERY = {"seed", "output_format"}
FILES = ("image", "mask")
SERVICES: Mapping[str, set[str]] = {
    "generate/core": EVERY | BOTH | {"aspect_ratio", "style_preset"},
    "generate/ultra": EVERY | BOTH | {"aspect_ratio", "image", "strength"},
    "generate/sd3": EVERY
    | BOTH
    | {"aspect_ratio", "image", "strength", "mode", "model", "style_preset", "cfg_scale"},
    "edit/inpaint": EVERY | BOTH | {"image", "mask", "grow_mask", "style_preset"},
    "edit/erase": EVERY | {"image", "mask", "grow_mask"},
    "edit/outpaint": EVERY | {"image", "prompt", "left", "right", "up", "down", "creativity", "style_preset"},
    "edit/search-and-replace": EVERY | BOTH | {"image", "search_prompt", "grow_mask", "style_preset"},
    "edit/search-and-recolor": EVERY | BOTH | {"image", "select_prompt", "grow_mask", "style_preset"},
    "edit/remove-background": {"image", "output_format"},
    "upscale/fast": {"image", "output_format"},
    "upscale/conservative": EVERY | BOTH | {"image", "creativity"},
    "upscale/creative": EVERY | BOTH | {"image", "creativity", "style_preset"},
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "generate/core": ("prompt",),
    "generate/ultra": ("prompt",),
    "generate/sd3": ("prompt", "model", "mode"),
    "edit/inpaint": ("image", "prompt", "mask"),
    "edit/erase": ("image", "mask"),
    "edit/outpaint": ("image",),
    "edit/search-and-replace": ("image", "prompt", "search_prompt"),
    "edit/search-and-recolor": ("image", "prompt", "select_prompt"),
    "edit/remove-background": ("image",),
    "upscale/fast": ("image",),
    "upscale/conservative": ("image", "prompt"),
    "upscale/creative": ("image", "prompt"),
}
DEFERRED = ("upscale/creative",)
SD3 = ("sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium")
RANGES: Mapping[str, tuple[float, float]] = {
    "seed": (0, 4_294_967_294),
    "strength": (0, 1),
    "creativity": (0, 1),
    "cfg_scale": (1, 10),
    "grow_mask": (0, 100),
    **dict.fromkeys(("left", "right", "up", "down"), (0, 2000)),
}
WORDS: Mapping[str, Sequence[str]] = {
    "aspect_ratio": RATIOS,
    "style_preset": STYLES,
    "output_format": ("png", "jpeg", "webp"),
    "model": SD3,
    "mode": ("text-to-image", "image-to-image"),
}
LARGEST_BYTES = 10 * 1024 * 1024
PROMPT_CHARS = 10_000


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, status: int, name: str, *words: str) -> None:
        super().__init__(name)
        self.status = status
        self.document = {"id": "a" * 32, "name": name, "errors": list(words) or [name]}


def wrong(words: str) -> Refused:
    return Refused(400, "bad_request", words)


def checked(service: str, parts: list[tuple[str, bytes]]) -> dict[str, Any]:
    """The fields, texts as texts and pictures as bytes; raises Refused as the vendor refuses."""
    given: dict[str, Any] = {name: data if name in FILES else data.decode() for name, data in parts}
    if sum(len(data) for _, data in parts) > LARGEST_BYTES:
        raise Refused(413, "payload_too_large", "payload is larger than 10MiB")
    for name in NEEDED[service]:
        if not given.get(name):
            raise wrong(f"{name}: required")
    for name, value in given.items():
        if name not in SERVICES[service]:
            raise wrong(f"{name}: not allowed here")
        _check_value(name, value)
    _check_together(service, given)
    return given


def _check_value(name: str, value: Any) -> None:
    if name in WORDS and value not in WORDS[name]:
        raise wrong(f"{name}: must be one of {', '.join(WORDS[name])}")
    if name in RANGES and not RANGES[name][0] <= float(value) <= RANGES[name][1]:
        raise wrong(f"{name}: is out of range")
    if "prompt" in name and len(value) > PROMPT_CHARS:
        raise wrong(f"{name}: must be at most {PROMPT_CHARS} characters")
    if name == "mask" and png_facts(value) is None:
        raise wrong("mask: is no picture")


def _check_together(service: str, given: Mapping[str, Any]) -> None:
    good = {
        "strength: required with image": "strength" not in SERVICES[service]
        or ("image" in given) == ("strength" in given),
        "aspect_ratio: only for text-to-image": not {"image", "aspect_ratio"} <= set(given),
        "mode: does not go with image": "mode" not in given
        or (given["mode"] == "image-to-image") == ("image" in given),
        "output_format: webp is not offered": service != "generate/sd3"
        or given.get("output_format") != "webp",
        "output_format: jpeg is not offered": service != "edit/remove-background"
        or given.get("output_format") != "jpeg",
        "negative_prompt: not for this model": given.get("model") != "sd3.5-large-turbo"
        or "negative_prompt" not in given,
        "left, right, up, down: one is required": service != "edit/outpaint"
        or any(float(given.get(side, 0)) for side in ("left", "right", "up", "down")),
    }
    for words, holds in good.items():
        if not holds:
            raise wrong(words)


def size_of(given: Mapping[str, Any]) -> tuple[int, int]:
    """As large as the picture that came, or a small one of the right shape, so that a test is quick."""
    if (facts := png_facts(given.get("image", b""))) is not None:
        return facts[:2]
    width, height = (int(part) for part in str(given.get("aspect_ratio", "1:1")).split(":"))
    return 64 * width // height or 64, 64
