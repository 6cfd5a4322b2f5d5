"""``python -m providers.painter "prompt" out.png``: paint one picture from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from providers.base import Config, ImageRequest
from providers.painter.adapter import Painter


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="providers.painter", description="Paint one picture without a network."
    )
    parser.add_argument("prompt")
    parser.add_argument("out", type=Path)
    parser.add_argument("--negative", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", default="1024x1024")
    parser.add_argument("--model", default="paint")
    parser.add_argument("--quality", default="")
    given = parser.parse_args()
    width, _, height = given.size.partition("x")
    suffix = given.out.suffix.lstrip(".").lower().replace("jpg", "jpeg") or "png"
    request = ImageRequest(
        model=given.model,
        prompt=given.prompt,
        negative_prompt=given.negative,
        seed=given.seed,
        width=int(width),
        height=int(height or width),
        quality=given.quality,
        output_format=suffix,
    )
    finished = Painter(Config()).submit(request, lambda event: None)
    given.out.write_bytes(finished.outputs[0].data)
    sys.stdout.write(finished.outputs[0].revised_prompt + "\n")


if __name__ == "__main__":
    main()
