"""What a picture's file is called when it leaves the studio."""

from __future__ import annotations

from django.utils.text import slugify

from studio.images.models import Image

WORDS_LENGTH = 60
TAIL_LENGTH = 6


def file_name(image: Image, ending: str, *, prompts: bool = True, tail: int = TAIL_LENGTH) -> str:
    """Words of the prompt, or of the file's own name, and the last ``tail`` digits of the id.

    Without ``prompts`` (for a guest) the name tells nothing of either.
    """
    words = slugify(image.prompt or image.name.rpartition(".")[0]) if prompts else ""
    head = (words or "picture")[:WORDS_LENGTH]
    if len(words) > WORDS_LENGTH:
        head = head.rpartition("-")[0] or head
    return f"{head}-{image.pk.hex[-tail:]}.{ending}"
