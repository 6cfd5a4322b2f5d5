"""What the families of models take: most of a family's models differ in name alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from providers.base import EDIT, GENERATE, INPAINT, UPSCALE

NAMED, WRITTEN, RATIO, FOLLOWS = "named", "written", "ratio", "follows"
IMAGES, MEGAPIXELS = "images", "megapixels"

PRESETS = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")
WIDE_TO_TALL = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")
TEN = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")
LONG = ("4:1", "1:4", "8:1", "1:8")
SCREENS = (
    "2:1", "20:9", "19.5:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:19.5", "9:20", "1:2",
)  # fmt: skip
TIMES = 2
"""How much longer an upscaler makes the sides where nothing else is asked."""

JPEG_PNG, ALL_THREE = ("jpeg", "png"), ("jpeg", "png", "webp")

SYNC, SAFETY, TOLERANCE = "sync_mode", "enable_safety_checker", "safety_tolerance"
BOTH = frozenset([SYNC, SAFETY])
DIFFUSION = BOTH | {"num_inference_steps", "guidance_scale", "acceleration", "loras"}


@dataclass(frozen=True, slots=True)
class Family:
    """``size``: a named ``image_size`` or one with sides, one written ``1024x1024``, a ratio, or none at all.

    ``presets``, ``ratios``, ``resolutions`` and ``sizes`` are what may be chosen; drawn sides lie within ``least``
    and ``most`` pixels and a number of pixels. ``pictures`` names the field of the references, a list where it ends
    in s; ``factor`` and ``quality`` name those of how much larger and how good. ``prompt`` is the most characters,
    None where the model takes no prompt, and 0 where no limit is published. ``options`` are the parameters that only
    ``extra`` can carry. ``jpeg`` is how the model spells that format. ``unit`` is what is counted where the price hangs
    on nothing else.
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
    factor: str = ""
    quality: str = ""
    qualities: tuple[str, ...] = ()
    prompt: int | None = 0
    needs_prompt: bool = True
    options: frozenset[str] = BOTH
    unit: str = ""


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
# Pages disagree on whether eight pictures can be had at a time, or four [?].
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
# The bounds of a size are those of the model's maker [?].
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
