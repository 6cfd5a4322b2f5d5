"""What the server answers, in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers import errors, wire
from providers.base import Output
from providers.http import Complaint

TOO_LARGE = "The server's card has too little memory for this. Choose a smaller size."


@dataclass(frozen=True, slots=True)
class Found:
    """The pictures of an answer, and when their job began by the server's clock, empty where it does not say."""

    outputs: tuple[Output, ...]
    begun: str = ""


def found_in(document: Any, n: int) -> Found:
    """The ``n`` pictures of an answer. Raises EmptyResult where there are none, AnswerLost where none can be read."""
    told = document if isinstance(document, dict) else {}
    images, info = _images(told), _info(told.get("info"))
    told_seeds = info.get("all_seeds")
    seeds = told_seeds if isinstance(told_seeds, list) else []
    outputs = []
    for place, text in enumerate(images[_first(info, len(images), n) :][:n]):
        if data := _bytes(text):
            outputs.append(Output(data, _mime(data), wire.seed(seeds[place]) if place < len(seeds) else None))
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


def picture_of(text: object) -> tuple[bytes, str]:
    """The bytes and media type behind base64, with or without ``data:``; empty bytes where it is none."""
    data = _bytes(text)
    return data, _mime(data)


def _bytes(text: object) -> bytes:
    inline = wire.inlined(text) if isinstance(text, str) else None
    return inline[0] if inline else wire.decoded(text)


def _mime(data: bytes) -> str:
    """By the first bytes: in which format it answers is a setting of the server's, and no answer says it."""
    return wire.picture_type(data) or "image/png"


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


def complaint(document: Any) -> Complaint:
    """The server's words and its own name for the failure.

    ``{"error": "HTTPException", "detail": "…", "errors": "…"}``, or FastAPI's own ``{"detail": …}``.
    """
    told = document if isinstance(document, dict) else {}
    detail, code = told.get("detail"), wire.text(told.get("error"))
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        where = detail[0]["loc"][1:] if isinstance(detail[0].get("loc"), list) else []
        detail = f"{'.'.join(map(str, where))}: {detail[0].get('msg')}"
    words = wire.text(detail) or wire.text(told.get("errors"))
    if _out_of_memory(words, code):
        return Complaint(TOO_LARGE, code, kind=errors.InvalidRequest)
    return Complaint(words, code)


def _out_of_memory(words: str, code: str) -> bool:
    """Whether the card's memory was too small: the same request will not fit later either."""
    return "OutOfMemory" in code or "out of memory" in words.lower()
