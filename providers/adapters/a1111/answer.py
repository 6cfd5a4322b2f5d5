"""What the server answers, in our words."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers import errors
from providers.base import Output

KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
"""By their first bytes: in which format it answers is a setting of the server's, and no answer says it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The pictures of an answer, and when their job began by the server's clock, empty where it does not say."""

    outputs: tuple[Output, ...]
    begun: str = ""


def found_in(document: Any, n: int) -> Found:
    """The ``n`` pictures of an answer. Raises EmptyResult where there are none, AnswerLost where none can be read."""
    told = document if isinstance(document, dict) else {}
    images, info = _images(told), _info(told.get("info"))
    seeds = info.get("all_seeds")
    outputs = []
    for place, text in enumerate(images[_first(info, len(images), n) :][:n]):
        if data := _bytes(text):
            outputs.append(Output(data, _mime(data), _seed(seeds, place)))
    if not outputs:
        if images:
            raise errors.AnswerLost("The vendor's picture cannot be read.")
        raise errors.EmptyResult("The vendor answered without a picture.")
    begun = info.get("job_timestamp")
    return Found(tuple(outputs), begun if isinstance(begun, str) else "")


def _images(told: Mapping[str, Any]) -> list[Any]:
    """txt2img and img2img answer with a list, the upscaler with one ``image``."""
    images = told.get("images")
    if isinstance(images, list):
        return images
    return [told["image"]] if told.get("image") else []


def _info(written: object) -> Mapping[str, Any]:
    """``info`` is JSON inside JSON. stable-diffusion.cpp, which speaks this wire too, leaves it empty."""
    try:
        info = json.loads(written) if isinstance(written, str) else written
    except (ValueError, RecursionError):
        return {}
    return info if isinstance(info, dict) else {}


def _first(info: Mapping[str, Any], there: int, n: int) -> int:
    """Where the pictures begin: a grid of all of them may stand before. Its place is not always told [?]."""
    told = info.get("index_of_first_image")
    extra = max(0, there - n)
    return told if isinstance(told, int) and 0 < told <= extra else min(extra, 1 if n > 1 else 0)


def _seed(seeds: object, place: int) -> int | None:
    seed = seeds[place] if isinstance(seeds, list) and place < len(seeds) else None
    return seed if isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**63 else None


def picture_of(text: object) -> tuple[bytes, str]:
    """The bytes and media type behind base64, with or without ``data:``; empty bytes where it is none."""
    data = _bytes(text)
    return data, _mime(data)


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _mime(data: bytes) -> str:
    return next((kind for start, kind in KINDS.items() if data.startswith(start)), "image/png")


def was_stopped(document: Any, begun: str) -> bool:
    """Whether the job that began then was interrupted or skipped: its answer looks like any other.

    The server tells of its latest job alone. One that began in the same second would be taken for it.
    """
    state = document.get("state") if isinstance(document, dict) else None
    if not begun or not isinstance(state, dict) or state.get("job_timestamp") != begun:
        return False
    return bool(state.get("interrupted") or state.get("skipped"))


def names_of(document: Any) -> frozenset[str]:
    """What checkpoints may be called: ``v1-5.safetensors [6ce0161689]`` and ``v1-5`` are the same one."""
    if not isinstance(document, list):
        raise errors.AnswerLost("The vendor's list of checkpoints cannot be read.")
    rows = [row for row in document if isinstance(row, dict)]
    return frozenset(str(row[key]) for row in rows for key in ("title", "model_name") if row.get(key))


def complaint(document: Any) -> tuple[str, str]:
    """The server's words and its own name for the failure.

    ``{"error": "HTTPException", "detail": "…", "errors": "…"}``, or FastAPI's own ``{"detail": …}``.
    """
    told = document if isinstance(document, dict) else {}
    detail, code = told.get("detail"), told.get("error")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        where = detail[0]["loc"][1:] if isinstance(detail[0].get("loc"), list) else []
        detail = f"{'.'.join(map(str, where))}: {detail[0].get('msg')}"
    words = next((text for text in (detail, told.get("errors")) if isinstance(text, str) and text), "")
    return words, code if isinstance(code, str) else ""


def out_of_memory(words: str, code: str) -> bool:
    """Whether the card's memory was too small: the same request will not fit later either."""
    return "OutOfMemory" in code or "out of memory" in words.lower()
