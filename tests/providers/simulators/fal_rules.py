"""What each of the vendor's models accepts, as its pages tell, and the prices of its list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

PICTURES = ("image_url", "image_urls")
SIZES = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
    "auto": (1024, 1024),
    "auto_1K": (1024, 1024),
    "auto_2K": (2048, 2048),
    "auto_3K": (3072, 3072),
    "auto_4K": (4096, 4096),
}


def _fields(names: str) -> frozenset[str]:
    return frozenset(names.split())


PLAIN = _fields("prompt image_size seed num_images sync_mode enable_safety_checker output_format")
STEPS = _fields("num_inference_steps guidance_scale acceleration loras")
RECRAFT = _fields("prompt image_size enable_safety_checker colors")
IDEOGRAM = _fields(
    "prompt rendering_speed style_codes style_preset color_palette expand_prompt seed num_images sync_mode"
)
SEEDREAM = PLAIN - {"output_format"} | {"max_images"}
KONTEXT = _fields(
    "prompt image_url aspect_ratio seed num_images guidance_scale safety_tolerance output_format sync_mode "
    "enhance_prompt"
)
BANANA = _fields(
    "prompt aspect_ratio seed num_images output_format sync_mode safety_tolerance limit_generations"
)
TIERED = BANANA | {"resolution", "enable_web_search"}
FLUX_2 = PLAIN - {"num_images"} | {"safety_tolerance"}
MODELS: Mapping[str, frozenset[str]] = {
    "fal-ai/recraft/v3/text-to-image": RECRAFT | {"style", "style_id"},
    "fal-ai/recraft/v4/text-to-image": RECRAFT | {"background_color"},
    "fal-ai/recraft/v4/text-to-vector": RECRAFT | {"background_color"},
    "fal-ai/recraft/v4/pro/text-to-image": RECRAFT | {"background_color"},
    "fal-ai/ideogram/v3": IDEOGRAM | {"image_size", "style", "negative_prompt"},
    "fal-ai/ideogram/v3/edit": IDEOGRAM | {"image_url", "mask_url"},
    "fal-ai/qwen-image": PLAIN | STEPS | {"negative_prompt", "use_turbo"},
    "fal-ai/qwen-image-edit": PLAIN | STEPS | {"negative_prompt", "image_url"},
    "fal-ai/qwen-image-edit-2511": PLAIN | STEPS | {"negative_prompt", "image_urls"},
    "fal-ai/qwen-image-2/text-to-image": PLAIN | {"negative_prompt", "enable_prompt_expansion"},
    "fal-ai/bytedance/seedream/v4/text-to-image": SEEDREAM | {"enhance_prompt_mode"},
    "fal-ai/bytedance/seedream/v4/edit": SEEDREAM | {"enhance_prompt_mode", "image_urls"},
    "fal-ai/bytedance/seedream/v4.5/text-to-image": SEEDREAM,
    "fal-ai/bytedance/seedream/v4.5/edit": SEEDREAM | {"image_urls"},
    "fal-ai/bytedance/seedream/v5/lite/text-to-image": SEEDREAM - {"seed"},
    "fal-ai/bytedance/seedream/v5/lite/edit": SEEDREAM - {"seed"} | {"image_urls"},
    "bytedance/seedream/v5/pro/text-to-image": PLAIN,
    "fal-ai/stable-diffusion-v35-large": PLAIN | STEPS | {"negative_prompt", "controlnet", "ip_adapter"},
    "fal-ai/stable-diffusion-v35-medium": PLAIN | STEPS | {"negative_prompt"},
    "fal-ai/flux-pro/kontext": KONTEXT,
    "fal-ai/flux-pro/kontext/max": KONTEXT,
    "fal-ai/flux-kontext/dev": PLAIN - {"image_size"} | STEPS | {"image_url", "resolution_mode"},
    "fal-ai/flux-2-pro": FLUX_2,
    "fal-ai/flux-2-pro/edit": FLUX_2 | {"image_urls"},
    "fal-ai/flux-2/klein/9b": PLAIN | {"num_inference_steps"},
    "fal-ai/flux/schnell": PLAIN | STEPS - {"loras"},
    "fal-ai/flux/dev": PLAIN | STEPS - {"loras"},
    "fal-ai/flux-pro/v1.1": PLAIN | {"safety_tolerance", "enhance_prompt"},
    "fal-ai/flux-pro/v1.1-ultra": PLAIN - {"image_size"}
    | {"aspect_ratio", "safety_tolerance", "raw", "enhance_prompt"},
    "fal-ai/nano-banana": BANANA,
    "fal-ai/nano-banana-pro": TIERED,
    "fal-ai/nano-banana-pro/edit": TIERED | {"image_urls"},
    "fal-ai/nano-banana-2": TIERED,
    "fal-ai/gpt-image-1.5": _fields(
        "prompt image_size quality background num_images output_format sync_mode"
    ),
    "fal-ai/z-image/turbo": PLAIN | _fields("num_inference_steps acceleration enable_prompt_expansion"),
    "xai/grok-imagine-image": _fields("prompt aspect_ratio resolution num_images output_format sync_mode"),
    "fal-ai/esrgan": _fields("image_url scale model face tile output_format"),
    "fal-ai/clarity-upscaler": _fields(
        "image_url prompt negative_prompt upscale_factor creativity resemblance guidance_scale num_inference_steps "
        "seed enable_safety_checker"
    ),
    "fal-ai/seedvr/upscale/image": _fields(
        "image_url upscale_mode upscale_factor target_resolution noise_scale seed output_format sync_mode"
    ),
    "fal-ai/recraft/upscale/crisp": _fields("image_url sync_mode enable_safety_checker"),
    "fal-ai/bria/background/remove": _fields("image_url sync_mode"),
}
SINGLE = (
    "fal-ai/esrgan",
    "fal-ai/clarity-upscaler",
    "fal-ai/seedvr",
    "fal-ai/recraft/upscale",
    "fal-ai/bria",
)
PRICES: Mapping[str, tuple[str, str]] = {
    "fal-ai/flux/schnell": ("0.003", "megapixels"),
    "fal-ai/qwen-image": ("0.02", "megapixels"),
    "fal-ai/flux-pro/kontext": ("0.04", "images"),
    "fal-ai/bytedance/seedream/v4/text-to-image": ("0.03", "image"),
    "fal-ai/nano-banana-pro": ("0.15", "images"),
    "fal-ai/seedvr/upscale/image": ("0.001", "megapixels"),
    "fal-ai/clarity-upscaler": ("0.00017", "compute seconds"),
}
ENUMS = {
    "rendering_speed": ("TURBO", "BALANCED", "QUALITY"),
    "quality": ("low", "medium", "high"),
    "output_format": ("jpeg", "jpg", "png", "webp"),
    "background": ("auto", "transparent", "opaque"),
    "safety_tolerance": ("1", "2", "3", "4", "5", "6"),
}


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, status: int, document: Mapping[str, Any], **headers: str):
        super().__init__(str(document))
        self.status, self.document, self.headers = status, document, headers


def wrong(field: str, message: str, kind: str = "value_error") -> Refused:
    """As the models write it: a list of problems by field."""
    problem = {
        "loc": ["body", field],
        "msg": message,
        "type": kind,
        "url": f"https://docs.fal.ai/errors#{kind}",
    }
    return Refused(422, {"detail": [problem]}, X_Fal_Retryable="false")


def check(model: str, fields: Mapping[str, Any]) -> None:
    """Raises Refused as the model refuses, which is told with the result alone."""
    for name in fields:
        if name not in MODELS[model]:
            raise wrong(name, "Extra inputs are not permitted", "extra_forbidden")
    needed = [name for name in (*PICTURES, "mask_url") if name in MODELS[model]]
    if "prompt" in MODELS[model] and model != "fal-ai/clarity-upscaler":
        needed.append("prompt")
    for name in needed:
        if not fields.get(name):
            raise wrong(name, "Field required", "missing")
    if "recraft/v3" in model and len(fields["prompt"]) > 1000:
        raise wrong("prompt", "String should have at most 1000 characters", "string_too_long")
    for name, allowed in ENUMS.items():
        if name in fields and fields[name] not in allowed:
            raise wrong(name, f"Input should be one of {', '.join(allowed)}", "literal_error")
    if not 1 <= fields.get("num_images", 1) <= (8 if "ideogram" in model else 6):
        raise wrong("num_images", "Input is out of range", "less_than_equal")
    size = fields.get("image_size", {"width": 1, "height": 1})
    if (
        not (isinstance(size, dict) and set(size) == {"width", "height"})
        and size not in SIZES
        and "x" not in size
    ):
        raise wrong("image_size", "Input should be a preset or have sides", "literal_error")


def pictures_of(model: str, fields: Mapping[str, Any]) -> list[bytes]:
    """The references in order; Seedream looks at the last ten alone.

    Raises Refused for what is neither a public address nor a data URI.
    """
    links = [fields["image_url"]] if "image_url" in fields else fields.get("image_urls", [])
    used = links[-10:] if "seedream" in model else links
    return [_loaded(link, "image_url") for link in used]


def mask_of(fields: Mapping[str, Any]) -> bytes:
    """The mask; empty without one."""
    return _loaded(fields["mask_url"], "mask_url") if "mask_url" in fields else b""


def _loaded(link: Any, field: str) -> bytes:
    head, _, body = str(link).partition(";base64,")
    if not head.startswith("data:image/"):
        raise wrong(field, "Failed to download the file", "file_download_error")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise wrong(field, "Failed to load the image", "image_load_error") from None


def size_of(fields: Mapping[str, Any]) -> tuple[int, int]:
    """A sixteenth of a preset, and a small picture where the model chooses, so that a test is quick."""
    size = fields.get("image_size", "square_hd")
    if isinstance(size, dict):
        return size["width"], size["height"]
    width, height = SIZES.get(size, (1024, 1024))
    return width // 16, height // 16


def listed(models: list[str]) -> dict[str, Any]:
    """The price list's rows for these models."""
    rows = [
        {
            "endpoint_id": model,
            "unit_price": float(PRICES[model][0]),
            "unit": PRICES[model][1],
            "currency": "USD",
        }
        for model in models
        if model in PRICES
    ]
    if not rows:
        raise Refused(404, {"error": {"type": "not_found", "message": "Endpoint id(s) not found"}})
    return {"prices": rows, "next_cursor": None, "has_more": False}


def estimated(wish: Mapping[str, Any]) -> dict[str, Any]:
    """Dollars for units at the list's prices."""
    if wish.get("estimate_type") != "unit_price" or not set(wish["endpoints"]) <= set(PRICES):
        raise Refused(400, {"error": {"type": "validation_error", "message": "Unknown estimate"}})
    costs = (Decimal(PRICES[model][0]) * units["unit_quantity"] for model, units in wish["endpoints"].items())
    return {"estimate_type": "unit_price", "total_cost": float(sum(costs)), "currency": "USD"}
