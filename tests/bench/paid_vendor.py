"""A paid vendor as a process of its own: OpenAI's simulator, with pictures of 64 pixels and without previews.

What is measured beside it is the studio's work for a job, not the decoding of large pictures.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from scripts.studio import ROOT
from tests.providers.simulators import openai, serving

KEY = "sk-bench"
MODEL = "openai/gpt-image-2"
_painted = openai._painted


def tiny(fields: Mapping[str, Any], index: int) -> bytes:
    """The simulator's picture of these fields, small whatever size was asked."""
    return _painted({**fields, "size": "64x64"}, index)


@contextmanager
def vendor(seconds: float) -> Iterator[str]:
    """The base URL of a vendor that works ``seconds`` on each picture; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.paid_vendor", "--seconds", str(seconds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    openai._painted = tiny
    simulator = openai.OpenAISimulator(seconds=parser.parse_args().seconds)
    simulator.early = 0
    serving.serve(simulator)


if __name__ == "__main__":
    main()
