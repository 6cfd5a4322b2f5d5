"""Pictures inside an answer, in base 64: a piece at a time, for ten of 30 MB are 400 MB in this alphabet."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from studio.images import services as images
from studio.images.models import Image

PIECE_BYTES = 3 * 256 * 1024
"""Three bytes are four letters, so that pieces of whole threes join without signs that fill up."""


def in_base64(data: bytes) -> Iterator[bytes]:
    """The bytes in base 64, in pieces of a megabyte."""
    for start in range(0, len(data), PIECE_BYTES):
        yield base64.b64encode(data[start : start + PIECE_BYTES])


def picture(image: Image) -> Iterator[bytes]:
    """The picture as its vendor made it, read as it is sent: whoever takes it slowly holds no more of it in memory
    than a piece. Raises FileNotFoundError if the file is missing."""
    for piece in images.original_pieces(image, PIECE_BYTES):
        yield base64.b64encode(piece)


def data_uri(image: Image) -> Iterator[bytes]:
    """The same as ``data:image/png;base64,…``."""
    yield f"data:{image.blob.mime};base64,".encode()
    yield from picture(image)
