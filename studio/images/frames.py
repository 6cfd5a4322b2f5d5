"""Messages between the pool and its children: a JSON head and blobs of bytes.

Never pickle: what a child answers is data to the parent even if a decoder's bug took the child over.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

HEAD_LIMIT = 1 << 20
BLOB_LIMIT = 1 << 28

type Message = tuple[dict[str, Any], list[bytes]]


def write_message(pipe: BinaryIO, head: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send one message. Raises OSError when the other side is gone."""
    text = json.dumps({"head": head, "sizes": [len(blob) for blob in blobs]}).encode()
    pipe.write(struct.pack(">I", len(text)) + text)
    pipe.writelines(blobs)
    pipe.flush()


def read_message(pipe: BinaryIO) -> Message | None:
    """The next message, or None at the end of the stream. Raises ValueError on sizes beyond the limits."""
    start = pipe.read(4)
    if len(start) < 4:
        return None
    (length,) = struct.unpack(">I", start)
    if length > HEAD_LIMIT:
        raise ValueError("head too long")
    frame = json.loads(_exactly(pipe, length))
    sizes = [int(size) for size in frame["sizes"]]
    if any(size < 0 for size in sizes) or sum(sizes) > BLOB_LIMIT:
        raise ValueError("blobs too long")
    return frame["head"], [_exactly(pipe, size) for size in sizes]


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise ValueError("cut short")
    return data
