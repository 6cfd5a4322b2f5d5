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
    """The next message, or None at the end of the stream. Raises ValueError on what is no message, or too long."""
    start = pipe.read(4)
    if len(start) < 4:
        return None
    (length,) = struct.unpack(">I", start)
    if length > HEAD_LIMIT:
        raise ValueError("head too long")
    match _parsed(_exactly(pipe, length)):
        case {"head": dict() as head, "sizes": list() as sizes}:
            return head, [_exactly(pipe, size) for size in _checked(sizes)]
    raise ValueError("no message")


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _checked(sizes: list[Any]) -> list[int]:
    if not all(type(size) is int and size >= 0 for size in sizes) or sum(sizes) > BLOB_LIMIT:
        raise ValueError("blobs too long")
    return sizes


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise ValueError("cut short")
    return data
