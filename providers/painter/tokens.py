"""What press reports as tokens: by size, quality and how rich the picture is. No clock, no chance."""

from __future__ import annotations

from providers.base import ImageRequest, Usage
from providers.painter.models import QUALITIES, size_of
from providers.painter.noise import number

PER_MEGAPIXEL = {"low": 272, "medium": 1056, "high": 4160}
PATCH = 32


def usage(request: ImageRequest, seed: int) -> Usage:
    """Tokens of the whole request. A picture takes 80 to 100 % of its quality's most, by prompt and seed."""
    pictures = sum(_picture(request, seed + index) for index in range(request.n))
    inputs = sum(_input(given.width, given.height) for given in request.references)
    return Usage(input_text=max((len(request.prompt) + 3) // 4, 1), input_image=inputs, output_image=pictures)


def _picture(request: ImageRequest, seed: int) -> int:
    width, height = size_of(request)
    if request.width is None and request.kind != "generate" and request.references:
        source = next((r for r in request.references if r.role == "source"), request.references[0])
        width, height = source.width, source.height
    most = PER_MEGAPIXEL[QUALITIES[request.quality]] * width * height
    share = 800 + number("tokens", request.prompt, seed) % 201
    return max((most * share) // (1024 * 1024 * 1000), 16)


def _input(width: int, height: int) -> int:
    """One token per patch of 32 pixels, no more than 1,536."""
    across, down = -(-width // PATCH), -(-height // PATCH)
    return min(max(across * down, 1), 1536)
