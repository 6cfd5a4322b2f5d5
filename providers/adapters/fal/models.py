"""Each model by its id at the vendor, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from providers import errors
from providers.adapters.fal.families import (
    ALL_THREE,
    BANANA,
    BANANA_PRO,
    BOTH,
    DIFFUSION,
    FLUX_1,
    FLUX_2_PRO,
    FOLLOWS,
    IDEOGRAM,
    IDEOGRAM_EDIT,
    IMAGES,
    JPEG_PNG,
    KONTEXT,
    LONG,
    MEGAPIXELS,
    PRESETS,
    QWEN,
    QWEN_2,
    QWEN_EDIT,
    RATIO,
    RECRAFT_3,
    RECRAFT_4,
    SAFETY,
    SCREENS,
    SD_35,
    SEEDREAM_4,
    SEEDREAM_5,
    SEEDREAM_5_PRO,
    SEEDREAM_45,
    SYNC,
    TEN,
    TOLERANCE,
    UPSCALER,
    WRITTEN,
    Family,
    edit_of,
)
from providers.base import CUTOUT, GENERATE

FAMILIES: Mapping[str, Family] = {
    "fal-ai/recraft/v3/text-to-image": RECRAFT_3,
    "fal-ai/recraft/v4/text-to-image": RECRAFT_4,
    "fal-ai/recraft/v4/text-to-vector": replace(RECRAFT_4, formats=("svg",)),
    "fal-ai/recraft/v4/pro/text-to-image": RECRAFT_4,
    "fal-ai/ideogram/v3": IDEOGRAM,
    "fal-ai/ideogram/v3/edit": IDEOGRAM_EDIT,
    "fal-ai/qwen-image": QWEN,
    "fal-ai/qwen-image-edit": QWEN_EDIT,
    # How many references it takes is not published; three are what its makers name [?].
    "fal-ai/qwen-image-edit-2511": replace(QWEN_EDIT, references=3, pictures="image_urls", formats=ALL_THREE),
    "fal-ai/qwen-image-2/text-to-image": QWEN_2,
    "fal-ai/bytedance/seedream/v4/text-to-image": SEEDREAM_4,
    "fal-ai/bytedance/seedream/v4/edit": edit_of(SEEDREAM_4, 10),
    "fal-ai/bytedance/seedream/v4.5/text-to-image": SEEDREAM_45,
    "fal-ai/bytedance/seedream/v4.5/edit": edit_of(SEEDREAM_45, 10),
    "fal-ai/bytedance/seedream/v5/lite/text-to-image": SEEDREAM_5,
    "fal-ai/bytedance/seedream/v5/lite/edit": edit_of(SEEDREAM_5, 10),
    "bytedance/seedream/v5/pro/text-to-image": SEEDREAM_5_PRO,
    "fal-ai/stable-diffusion-v35-large": SD_35,
    "fal-ai/stable-diffusion-v35-medium": replace(SD_35, options=DIFFUSION, unit=IMAGES),
    "fal-ai/flux-pro/kontext": KONTEXT,
    "fal-ai/flux-pro/kontext/max": KONTEXT,
    "fal-ai/flux-kontext/dev": replace(
        KONTEXT, size=FOLLOWS, ratios=(), options=DIFFUSION | {"resolution_mode"}, unit=""
    ),
    "fal-ai/flux-2-pro": FLUX_2_PRO,
    "fal-ai/flux-2-pro/edit": replace(edit_of(FLUX_2_PRO, 9), presets=(*PRESETS, "auto")),
    "fal-ai/flux-2/klein/9b": Family(
        formats=ALL_THREE, options=BOTH | {"num_inference_steps"}, unit=MEGAPIXELS
    ),
    "fal-ai/flux/schnell": replace(FLUX_1, options=DIFFUSION - {"loras"}),
    "fal-ai/flux/dev": replace(FLUX_1, options=DIFFUSION - {"loras"}),
    "fal-ai/flux-pro/v1.1": replace(FLUX_1, options=BOTH | {TOLERANCE, "enhance_prompt"}),
    "fal-ai/flux-pro/v1.1-ultra": replace(
        KONTEXT,
        kind=GENERATE,
        references=0,
        pictures="",
        options=BOTH | {TOLERANCE, "raw", "enhance_prompt"},
    ),
    "fal-ai/nano-banana": BANANA,
    "fal-ai/nano-banana-pro": BANANA_PRO,
    "fal-ai/nano-banana-pro/edit": edit_of(BANANA_PRO, 14),
    "fal-ai/nano-banana-2": replace(BANANA_PRO, ratios=(*TEN, *LONG), resolutions=("0.5K", "1K", "2K", "4K")),
    "fal-ai/gpt-image-1.5": Family(
        size=WRITTEN,
        sizes=("1024x1024", "1536x1024", "1024x1536"),
        formats=ALL_THREE,
        seed=False,
        transparency=True,
        quality="quality",
        qualities=("low", "medium", "high"),
        options=frozenset([SYNC]),
    ),
    "fal-ai/z-image/turbo": Family(
        formats=ALL_THREE,
        options=BOTH | {"num_inference_steps", "acceleration", "enable_prompt_expansion"},
        unit=MEGAPIXELS,
    ),
    "xai/grok-imagine-image": Family(
        size=RATIO,
        ratios=SCREENS,
        resolutions=("1k", "2k"),
        seed=False,
        options=frozenset([SYNC]),
        unit=IMAGES,
    ),
    "fal-ai/esrgan": replace(
        UPSCALER,
        formats=JPEG_PNG,
        says_format=True,
        factor="scale",
        options=frozenset(["scale", "model", "face", "tile"]),
    ),
    "fal-ai/clarity-upscaler": replace(
        UPSCALER,
        seed=True,
        negative=True,
        prompt=0,
        factor="upscale_factor",
        unit=MEGAPIXELS,
        options=frozenset(
            [SAFETY, "upscale_factor", "creativity", "resemblance", "guidance_scale", "num_inference_steps"]
        ),
    ),
    "fal-ai/seedvr/upscale/image": replace(
        UPSCALER,
        formats=JPEG_PNG,
        says_format=True,
        jpeg="jpg",
        seed=True,
        factor="upscale_factor",
        unit=MEGAPIXELS,
        options=frozenset([SYNC, "upscale_mode", "upscale_factor", "target_resolution", "noise_scale"]),
    ),
    "fal-ai/recraft/upscale/crisp": replace(UPSCALER, options=BOTH, unit=IMAGES),
    "fal-ai/bria/background/remove": replace(UPSCALER, kind=CUTOUT, transparency=True, unit=IMAGES),
}


def family(model: str) -> Family:
    """Raises ModelUnavailable: the model's name becomes part of an address, so only known ones are sent."""
    if model not in FAMILIES:
        raise errors.ModelUnavailable("This model is not known.")
    return FAMILIES[model]


def app_of(model: str) -> str:
    """Owner and application: a task is asked for without the rest of its model's path."""
    return "/".join(model.split("/")[:2])
