"""3a: a 1024 px PNG to a 512 px WebP and a stand-in, beside decoding alone and Pillow's defaults; the whole intake."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from studio.images import decode, limits
from tests.bench.pictures import noise
from tests.bench.result import Result, tell

ROUNDS = 25
SIDE = 512
type Picture = tuple[bytes, bytes]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def ours(data: bytes) -> Picture:
    """The steps of ``decode.prepare``, with one copy at the width that is compared."""
    picture = decode.at_width(decode.normalised(decode.open_checked(data, "image/png")), SIDE)
    copy = decode.renditions(picture, [SIDE])[0]
    small = decode.tiny(picture)
    decode.dominant(small)
    return copy, decode.placeholder(small).encode()


def defaults(data: bytes) -> Picture:
    """What one writes after reading Pillow's tutorial."""
    picture = opened(data)
    picture.thumbnail((SIDE, SIDE))
    small = picture.copy()
    small.thumbnail((limits.PLACEHOLDER_SIDE, limits.PLACEHOLDER_SIDE))
    files = []
    for each in (picture, small):
        out = io.BytesIO()
        each.save(out, "WEBP")
        files.append(out.getvalue())
    return files[0], files[1]


def in_turn(*works: Callable[[], object]) -> list[float]:
    """The least CPU time of each in ms, measured in turn so that a slow moment of the machine meets all of them."""
    least = [float("inf")] * len(works)
    for _round in range(ROUNDS):
        for place, work in enumerate(works):
            began = time.process_time()
            work()
            least[place] = min(least[place], (time.process_time() - began) * 1000)
    return least


def likeness(copy: bytes, data: bytes) -> float:
    """Signal to noise in dB against the source scaled down by the finest filter."""
    best = opened(data).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    difference = np.asarray(opened(copy).convert("RGB"), float) - np.asarray(best, float)
    return float(10 * np.log10(255**2 / (difference**2).mean()))


def main() -> None:
    data = noise(1024, 1024)
    floor, own, default, whole = in_turn(
        lambda: opened(data).load(),
        lambda: ours(data),
        lambda: defaults(data),
        lambda: decode.prepare(data, "image/png", keep_original=True),
    )
    mine, theirs = ours(data)[0], defaults(data)[0]
    tell(
        Result(
            "3a",
            "1024 px PNG to 512 WebP and stand-in, CPU",
            "<= 1.5x decode",
            f"{own:.1f} ms",
            f"{floor:.1f} ms decode",
            own / floor,
        )
    )
    tell(
        Result(
            "3a",
            "the same beside Pillow's defaults, CPU",
            "",
            f"{own:.1f} ms",
            f"{default:.1f} ms defaults",
            own / default,
        )
    )
    tell(
        Result(
            "3a",
            "its bytes",
            "<= 1.1x defaults",
            f"{len(mine)}",
            f"{len(theirs)} defaults",
            len(mine) / len(theirs),
        )
    )
    tell(
        Result(
            "3a",
            "its likeness",
            "as good",
            f"{likeness(mine, data):.1f} dB",
            f"{likeness(theirs, data):.1f} dB defaults",
        )
    )
    tell(
        Result(
            "3a",
            "whole intake: 320, 640 and full width",
            "",
            f"{whole:.1f} ms",
            f"{floor:.1f} ms decode",
            whole / floor,
        )
    )


if __name__ == "__main__":
    main()
