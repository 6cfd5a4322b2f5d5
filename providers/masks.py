"""Our mask (a PNG whose clear pixels are repainted) as many vendors want it: a grey PNG, white there and else black."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from providers import errors

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {4: 2, 6: 4}  # grey with alpha, colour with alpha
MAX_PIXELS = 40_000_000

Bytes = NDArray[np.uint8]


def white_where_clear(png: bytes) -> bytes:
    """Raises InvalidRequest for what is no PNG with 8 bits of alpha that is stored row by row."""
    try:
        width, height, packed, channels = _read(png)
        alpha = _alpha(packed, width, height, channels)
    except (ValueError, KeyError, struct.error, zlib.error) as error:
        raise errors.InvalidRequest("The mask is no PNG with an alpha channel.") from error
    return _written(np.where(alpha == 0, 255, 0).astype(np.uint8))


def _read(png: bytes) -> tuple[int, int, bytes, int]:
    """Width, height, packed rows and channels."""
    if not png.startswith(SIGNATURE):
        raise ValueError("no PNG")
    width, height, depth, kind, _, _, interlaced = struct.unpack_from(">IIBBBBB", png, 16)
    if depth != 8 or interlaced or not 0 < width * height <= MAX_PIXELS:
        raise ValueError("not a kind of PNG that is read here")
    packed, position = b"", 8
    while position < len(png):
        size, name = struct.unpack_from(">I4s", png, position)
        if name == b"IDAT":
            packed += png[position + 8 : position + 8 + size]
        position += size + 12
    return width, height, packed, CHANNELS[kind]


def _alpha(packed: bytes, width: int, height: int, channels: int) -> Bytes:
    """The alpha channel alone: a PNG's filters look at the same channel of neighbouring pixels only."""
    stride = width * channels + 1
    size = height * stride
    rows = np.frombuffer(zlib.decompressobj().decompress(packed, size), np.uint8)
    if rows.size != size:
        raise ValueError("rows are missing")
    table = rows.reshape(height, stride)
    alpha = np.zeros((height + 1, width), np.uint8)
    for number, row in enumerate(table):
        alpha[number + 1] = _unfiltered(int(row[0]), row[channels::channels], alpha[number])
    return alpha[1:]


def _unfiltered(kind: int, row: Bytes, above: Bytes) -> Bytes:
    if kind == 0:
        return row
    if kind == 1:
        return np.cumsum(row, dtype=np.uint8)
    if kind == 2:
        return row + above
    if kind not in (3, 4):
        raise ValueError("no such filter")
    return np.frombuffer(_one_by_one(kind, row.tobytes(), above.tobytes()), np.uint8)


def _one_by_one(kind: int, row: bytes, above: bytes) -> bytes:
    """Average and Paeth: each pixel needs the one before it."""
    done = bytearray(len(row))
    left = corner = 0
    for place, (value, up) in enumerate(zip(row, above, strict=True)):
        if kind == 3:
            guess = (left + up) // 2
        else:
            far = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = left if far[0] <= far[1] and far[0] <= far[2] else up if far[1] <= far[2] else corner
        left = done[place] = (value + guess) & 255
        corner = up
    return bytes(done)


def _written(grey: Bytes) -> bytes:
    height, width = grey.shape
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = grey
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 6)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
