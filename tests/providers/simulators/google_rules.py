"""What the Gemini API accepts: its models, their shapes and sizes, and the fields of both dialects."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEN = {
    "1:1": (1024, 1024), "2:3": (848, 1264), "3:2": (1264, 848), "3:4": (896, 1200), "4:3": (1200, 896),
    "4:5": (928, 1152), "5:4": (1152, 928), "9:16": (768, 1376), "16:9": (1376, 768), "21:9": (1584, 672),
}  # fmt: skip
FOURTEEN = TEN | {"1:4": (512, 2064), "4:1": (2064, 512), "1:8": (352, 2928), "8:1": (2928, 352)}
OF_2_5 = {
    "1:1": (1024, 1024), "2:3": (832, 1248), "3:2": (1248, 832), "3:4": (864, 1184), "4:3": (1184, 864),
    "4:5": (896, 1152), "5:4": (1152, 896), "9:16": (768, 1344), "16:9": (1344, 768), "21:9": (1536, 672),
}  # fmt: skip
OF_IMAGEN = {
    "1:1": (1024, 1024), "3:4": (896, 1280), "4:3": (1280, 896), "9:16": (768, 1408), "16:9": (1408, 768),
}  # fmt: skip
REQUEST_BYTES = 20 * 1024 * 1024
WHOLE, PEOPLE = 2**31, ("dont_allow", "allow_adult", "allow_all")


@dataclass(frozen=True, slots=True)
class Model:
    """``tokens`` of a picture by imageSize; the first is the default, and one called "" cannot be asked for."""

    shapes: Mapping[str, tuple[int, int]]
    tokens: Mapping[str, int]
    references: int = 0
    negative: bool = False


MODELS: Mapping[str, Model] = {
    "gemini-2.5-flash-image": Model(OF_2_5, {"": 1290}, 3),
    "gemini-3-pro-image": Model(TEN, {"1K": 1120, "2K": 1120, "4K": 2000}, 14),
    "gemini-3.1-flash-image": Model(FOURTEEN, {"1K": 1120, "512": 747, "2K": 1680, "4K": 2520}, 14),
    "gemini-3.1-flash-lite-image": Model(TEN, {"": 1120}, 14),
    "gemini-nano-banana-2.1": Model(FOURTEEN, {"1K": 1120, "2K": 1680, "4K": 2520}, 14),
}
IMAGEN: Mapping[str, Model] = {
    "imagen-4.0-generate-001": Model(OF_IMAGEN, {"1K": 0, "2K": 0}),
    "imagen-4.0-fast-generate-001": Model(OF_IMAGEN, {"": 0}),
    "imagen-4.0-ultra-generate-001": Model(OF_IMAGEN, {"1K": 0, "2K": 0}),
    "imagen-3.0-generate-002": Model(OF_IMAGEN, {"": 0}, negative=True),
    "imagen-3.0-fast-generate-001": Model(OF_IMAGEN, {"": 0}, negative=True),
}
SCALES = {"": 1.0, "512": 0.5, "1K": 1.0, "2K": 2.0, "4K": 4.0}


class Refused(Exception):
    """The vendor's own error answer."""

    def __init__(self, message: str, word: str = "INVALID_ARGUMENT", status: int = 400) -> None:
        super().__init__(message)
        self.word, self.status = word, status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the vendor understands it."""

    model: str
    prompt: str
    width: int
    height: int
    tokens: int
    n: int = 1
    mime: str = "image/png"
    images: tuple[bytes, ...] = ()
    words: bool = False


def camel(value: Any) -> Any:
    """The same with snake_case names in camelCase: protocol buffers read both."""
    if isinstance(value, dict):
        return {_camel(str(name)): camel(inner) for name, inner in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def decoded(text: object) -> bytes:
    """Base64 in either alphabet, as the vendor's own SDK sends the URL-safe one."""
    try:
        return base64.b64decode(str(text).translate(str.maketrans("-_", "+/")), validate=True)
    except binascii.Error as error:
        raise Refused("Base64 decoding failed.") from error


def asked_of_gemini(name: str, body: Mapping[str, Any]) -> Asked:
    """Raises Refused for what ``generateContent`` does not take."""
    model = _model(MODELS, name)
    _known(body, "contents", "generationConfig", "safetySettings", "systemInstruction")
    config = _table(body.get("generationConfig"))
    _known(
        config,
        "responseModalities",
        "imageConfig",
        "seed",
        "candidateCount",
        "temperature",
        "topP",
        "maxOutputTokens",
        "thinkingConfig",
    )
    seed = config.get("seed", 0)
    if not isinstance(seed, int) or not -WHOLE <= seed < WHOLE:
        raise Refused("Invalid value at 'generation_config.seed' (TYPE_INT32)")
    if config.get("candidateCount", 1) != 1:
        raise Refused("Multiple candidates is not enabled for this model")
    image = _table(config.get("imageConfig"))
    _known(image, "aspectRatio", "imageSize")
    modalities = config.get("responseModalities", ["TEXT", "IMAGE"])
    prompt, images = _parts(body, model)
    size = image.get("imageSize", next(iter(model.tokens)))
    return Asked(
        name,
        prompt,
        *_extent(model, image.get("aspectRatio", "1:1"), size),
        model.tokens[size],
        images=images,
        words="TEXT" in modalities,
    )


def _parts(body: Mapping[str, Any], model: Model) -> tuple[str, tuple[bytes, ...]]:
    prompt, images = "", []
    for content in body.get("contents") or ():
        for part in content.get("parts") or ():
            _known(part, "text", "inlineData")
            prompt += part.get("text", "")
            if "inlineData" in part:
                images.append(decoded(part["inlineData"].get("data")))
    if not prompt:
        raise Refused("Unable to submit request because it must have a text parameter.")
    if len(images) > model.references:
        raise Refused(f"At most {model.references} images can be sent to this model.")
    return prompt, tuple(images)


def asked_of_imagen(name: str, body: Mapping[str, Any]) -> Asked:
    """Raises Refused for what ``predict`` does not take. The SDK calls the size ``sampleImageSize``."""
    model = _model(IMAGEN, name)
    _known(body, "instances", "parameters")
    given = dict(_table(body.get("parameters")))
    _known(
        given,
        "sampleCount",
        "aspectRatio",
        "imageSize",
        "sampleImageSize",
        "personGeneration",
        "seed",
        "addWatermark",
        "negativePrompt",
        "outputOptions",
        "language",
        "guidanceScale",
        "includeRaiReason",
    )
    count = given.get("sampleCount", 4)
    if not isinstance(count, int) or not 1 <= count <= 4:
        raise Refused("sampleCount must be between 1 and 4.")
    if "seed" in given and given.get("addWatermark", True):
        raise Refused("seed is not supported when addWatermark is enabled.")
    if "negativePrompt" in given and not model.negative:
        raise Refused("negativePrompt is not supported by this model.")
    if given.get("personGeneration", "allow_adult").lower() not in PEOPLE:
        raise Refused("Invalid personGeneration.")
    size = given.get("imageSize") or given.get("sampleImageSize") or next(iter(model.tokens))
    mime = _table(given.get("outputOptions")).get("mimeType", "image/png")
    if mime not in ("image/png", "image/jpeg"):
        raise Refused("Invalid mimeType.")
    prompt = str((body.get("instances") or [{}])[0].get("prompt") or "")
    if not prompt:
        raise Refused("Prompt is required.")
    if len(prompt) > 4 * 480:
        raise Refused("The prompt exceeds the maximum number of tokens allowed (480).")
    extent = _extent(model, given.get("aspectRatio", "1:1"), size)
    return Asked(name, prompt, *extent, 0, n=count, mime=mime)


def _model(known: Mapping[str, Model], name: str) -> Model:
    if name not in known:
        message = f"models/{name} is not found for API version v1beta, or is not supported."
        raise Refused(message, "NOT_FOUND", 404)
    return known[name]


def _extent(model: Model, ratio: str, size: str) -> tuple[int, int]:
    if size not in model.tokens:
        raise Refused(f"Invalid value for imageSize: {size}.")
    if ratio not in model.shapes:
        raise Refused(f"Invalid value for aspectRatio: {ratio}.")
    width, height = model.shapes[ratio]
    return int(width * SCALES[size]), int(height * SCALES[size])


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _known(table: Mapping[str, Any], *names: str) -> None:
    for name in table:
        if name not in names:
            raise Refused(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
