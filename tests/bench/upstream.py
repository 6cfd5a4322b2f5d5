"""An image vendor that costs next to nothing to ask: raw ASGI, a PNG of 1024² that differs each time by a note in it.

No two answers are the same bytes, as no two pictures of a vendor are. ``UPSTREAM_SECONDS`` is how long it thinks.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import struct
import zlib
from typing import Any

from tests.bench.pictures import noise

PICTURE_BYTES = 1_670_612
"""Roughly: a vendor's PNG of 1024², 2.2 MB of JSON."""
SECONDS = float(os.environ.get("UPSTREAM_SECONDS", "0"))
USAGE = {
    "input_tokens": 12,
    "input_tokens_details": {"text_tokens": 12, "image_tokens": 0},
    "output_tokens": 196,
    "total_tokens": 208,
}
SAID = {"created": 1700000000, "output_format": "png", "size": "1024x1024", "quality": "low", "usage": USAGE}


def part(kind: bytes, body: bytes) -> bytes:
    """One part of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


class Vendor:
    """The answer in two halves, between which each answer gets a note of its own."""

    def __init__(self) -> None:
        picture = noise(1024, 1024)
        pixels, self._end = picture[:-12], picture[-12:]
        filling = b"Filling\0" + b"." * (PICTURE_BYTES - len(picture) - 50)
        # The note begins at a whole triple, so that what stands before it is encoded once.
        while (len(pixels) + len(part(b"tEXt", filling))) % 3:
            filling += b"."
        self._head = json.dumps(SAID)[:-1].encode() + b', "data": [{"b64_json": "'
        self._head += base64.b64encode(pixels + part(b"tEXt", filling))
        self._count = itertools.count()

    def answer(self) -> bytes:
        note = part(b"tEXt", b"Comment\0%016d" % next(self._count))
        return self._head + base64.b64encode(note + self._end) + b'"}]}'


vendor = Vendor()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(SECONDS)
    body = vendor.answer()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
