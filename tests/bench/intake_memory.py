"""3b: what one intake of a 4K PNG holds above what its process held before, in frames of four bytes a pixel."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.pictures import noise
from tests.bench.result import Result, tell

WIDTH, HEIGHT = 3840, 2160
FRAME_MB = WIDTH * HEIGHT * 4 / 1e6
# A process of its own each time: what was once the most stays the most. Warmed up as the pool's children are.
MEASURE = """
import io, pathlib, sys
from PIL import Image
from studio.images import child, decode
from tests.bench.intake import defaults
def peak():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
child.warm_up()
data = pathlib.Path(sys.argv[1]).read_bytes()
pathlib.Path("/proc/self/clear_refs").write_text("5")
before = peak()
if sys.argv[2] == "decode":
    Image.open(io.BytesIO(data)).load()
elif sys.argv[2] == "defaults":
    defaults(data)
else:
    decode.prepare(data, "image/png", keep_original=sys.argv[2] == "output")
print((peak() - before) * 1024 / 1e6)
"""


def grown(path: Path, what: str) -> float:
    """MB of resident memory that ``what`` needed at its most."""
    command = [sys.executable, "-c", MEASURE, str(path), what]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def main() -> None:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(noise(WIDTH, HEIGHT))
        file.flush()
        decode, defaults, output, upload = (
            min(grown(Path(file.name), what) for _round in range(3))
            for what in ("decode", "defaults", "output", "upload")
        )
    tell(
        Result(
            "3b",
            "intake of a 4K output, peak memory",
            f"<= 1.3 frames ({1.3 * FRAME_MB:.0f} MB)",
            f"{output:.1f} MB",
            f"{decode:.1f} MB decode",
            output / decode,
        )
    )
    tell(
        Result(
            "3b",
            "the same in frames",
            "<= 1.3",
            f"{output / FRAME_MB:.2f}",
            f"{defaults / FRAME_MB:.2f} defaults",
        )
    )
    tell(
        Result(
            "3b",
            "intake of a 4K upload, with its copy",
            "",
            f"{upload:.1f} MB",
            f"{decode:.1f} MB decode",
            upload / decode,
        )
    )


if __name__ == "__main__":
    main()
