"""What each model takes, by its id at the vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from providers import errors
from providers.base import CUTOUT, EDIT, GENERATE, INPAINT, UPSCALE

NAMED, WRITTEN, RATIO, FOLLOWS = "named", "written", "ratio", "follows"
IMAGES, MEGAPIXELS = "images", "megapixels"

PRESETS = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")
WIDE_TO_TALL = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")
TEN = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")
LONG = ("4:1", "1:4", "8:1", "1:8")
SCREENS = (
    "2:1",
    "20:9",
    "19.5:9",
    "16:9",
    "4:3",
    "3:2",
    "1:1",
    "2:3",
    "3:4",
    "9:16",
    "9:19.5",
    "9:20",
    "1:2",
)
JPEG_PNG, ALL_THREE = ("jpeg", "png"), ("jpeg", "png", "webp")

SYNC, SAFETY, TOLERANCE = "sync_mode", "enable_safety_checker", "safety_tolerance"
BOTH = frozenset([SYNC, SAFETY])
DIFFUSION = BOTH | {"num_inference_steps", "guidance_scale", "acceleration", "loras"}


@dataclass(frozen=True, slots=True)
class Family:
    """``size``: a named ``image_size`` or one with sides, one written ``1024x1024``, a ratio, or none at all.

    ``presets``, ``ratios``, ``resolutions`` and ``sizes`` are what may be chosen; drawn sides lie within ``least``
    and ``most`` pixels and a number of pixels. ``pictures`` names the field of the references, a list where it ends
    in s. ``quality`` names the field of a quality. ``prompt`` is the most characters, None where the model takes
    no prompt, and 0 where no limit is published. ``options`` are the parameters that only ``extra`` can carry.
    ``jpeg`` is how the model spells that format. ``unit`` is what is counted where the price hangs on nothing else.
    """

    kind: str = GENERATE
    size: str = NAMED
    presets: tuple[str, ...] = PRESETS
    ratios: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    least: int = 64
    most: int = 14142
    multiple: int = 1
    min_pixels: int = 0
    max_pixels: int = 14142 * 14142
    max_n: int = 4
    references: int = 0
    pictures: str = ""
    formats: tuple[str, ...] = JPEG_PNG
    says_format: bool = True
    jpeg: str = "jpeg"
    seed: bool = True
    negative: bool = False
    transparency: bool = False
    styled: bool = False
    quality: str = ""
    qualities: tuple[str, ...] = ()
    prompt: int | None = 0
    needs_prompt: bool = True
    options: frozenset[str] = BOTH
    unit: str = ""

    @property
    def draws(self) -> bool:
        """Whether SVG is one of its formats."""
        return "svg" in self.formats


RECRAFT_3 = Family(
    max_n=1,
    formats=("webp", "svg"),
    says_format=False,
    seed=False,
    styled=True,
    prompt=1000,
    options=frozenset([SAFETY, "colors", "style_id"]),
)
RECRAFT_4 = replace(
    RECRAFT_3,
    formats=("webp",),
    styled=False,
    prompt=10000,
    options=frozenset([SAFETY, "colors", "background_color"]),
    unit=IMAGES,
)
IDEOGRAM = Family(
    max_n=8,
    formats=("png",),
    says_format=False,
    negative=True,
    styled=True,
    quality="rendering_speed",
    qualities=("turbo", "balanced", "quality"),
    options=frozenset([SYNC, "style_codes", "style_preset", "color_palette", "expand_prompt"]),
)
IDEOGRAM_EDIT = replace(
    IDEOGRAM,
    kind=INPAINT,
    size=FOLLOWS,
    max_n=4,
    references=1,
    pictures="image_url",
    negative=False,
    styled=False,
)
QWEN = Family(negative=True, options=DIFFUSION | {"use_turbo"}, unit=MEGAPIXELS)
QWEN_EDIT = replace(QWEN, kind=EDIT, references=1, pictures="image_url", options=DIFFUSION)
QWEN_2 = Family(
    formats=ALL_THREE,
    negative=True,
    min_pixels=512 * 512,
    max_pixels=2048 * 2048,
    options=BOTH | {"enable_prompt_expansion"},
    unit=IMAGES,
)
SEEDREAM_4 = Family(
    presets=(*PRESETS, "auto", "auto_2K", "auto_4K"),
    min_pixels=960 * 960,
    max_pixels=4096 * 4096,
    max_n=6,
    formats=("png",),
    says_format=False,
    options=BOTH | {"max_images", "enhance_prompt_mode"},
    unit=IMAGES,
)
SEEDREAM_45 = replace(
    SEEDREAM_4,
    presets=(*PRESETS, "auto_2K", "auto_4K"),
    min_pixels=2560 * 1440,
    options=BOTH | {"max_images"},
)
SEEDREAM_5 = replace(SEEDREAM_45, presets=(*PRESETS, "auto_2K", "auto_3K", "auto_4K"), seed=False)
SEEDREAM_5_PRO = Family(
    presets=(*PRESETS, "auto_1K", "auto_2K"),
    min_pixels=1024 * 1024,
    max_pixels=2048 * 2048,
)
SD_35 = Family(negative=True, options=DIFFUSION | {"controlnet", "ip_adapter"}, unit=MEGAPIXELS)
KONTEXT = Family(
    kind=EDIT,
    size=RATIO,
    ratios=WIDE_TO_TALL,
    references=1,
    pictures="image_url",
    options=frozenset([SYNC, TOLERANCE, "guidance_scale", "enhance_prompt"]),
    unit=IMAGES,
)
FLUX_2_PRO = Family(
    least=64,
    most=8192,
    multiple=16,
    max_pixels=2048 * 2048,
    max_n=1,
    options=BOTH | {TOLERANCE},
)
FLUX_1 = Family(options=DIFFUSION, unit=MEGAPIXELS)
BANANA = Family(
    size=RATIO,
    ratios=TEN,
    formats=ALL_THREE,
    options=frozenset([SYNC, TOLERANCE, "limit_generations"]),
    unit=IMAGES,
)
BANANA_PRO = replace(
    BANANA, resolutions=("1K", "2K", "4K"), options=BANANA.options | {"enable_web_search"}, unit=""
)
UPSCALER = Family(
    kind=UPSCALE,
    size=FOLLOWS,
    max_n=1,
    references=1,
    pictures="image_url",
    formats=("png",),
    says_format=False,
    seed=False,
    prompt=None,
    needs_prompt=False,
    options=frozenset([SYNC]),
)


def edit_of(family: Family, references: int) -> Family:
    """The same model's editing end point, which takes a list of pictures."""
    return replace(family, kind=EDIT, references=references, pictures="image_urls")


FAMILIES: Mapping[str, Family] = {
    "fal-ai/recraft/v3/text-to-image": RECRAFT_3,
    "fal-ai/recraft/v4/text-to-image": RECRAFT_4,
    "fal-ai/recraft/v4/text-to-vector": replace(RECRAFT_4, formats=("svg",)),
    "fal-ai/recraft/v4/pro/text-to-image": RECRAFT_4,
    "fal-ai/ideogram/v3": IDEOGRAM,
    "fal-ai/ideogram/v3/edit": IDEOGRAM_EDIT,
    "fal-ai/qwen-image": QWEN,
    "fal-ai/qwen-image-edit": QWEN_EDIT,
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
        options=frozenset(["scale", "model", "face", "tile"]),
    ),
    "fal-ai/clarity-upscaler": replace(
        UPSCALER,
        seed=True,
        negative=True,
        prompt=0,
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
