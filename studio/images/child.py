"""The decoder process: reads tasks from its input, answers on its output, and may be killed at any time."""

from __future__ import annotations

import io
import resource
import sys
import warnings
from typing import Any

from PIL import Image

from studio.images import decode
from studio.images.frames import read_message, write_message

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 10


def limit(kind: int, amount: int) -> None:
    """Set a limit; one that stands already and is lower stays."""
    hard = resource.getrlimit(kind)[1]
    amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    resource.setrlimit(kind, (amount, hard if kind == resource.RLIMIT_CPU else amount))


def confine() -> None:
    """Take away what decoding needs not: memory beyond 1 GB, new files, sockets, processes and core dumps."""
    limit(resource.RLIMIT_AS, MEMORY_BYTES)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 0)
    # Descriptors 0 to 2 are all there will ever be: neither a file nor a socket can be opened.
    limit(resource.RLIMIT_NOFILE, 3)


def warm_up() -> None:
    """Load every plugin and encoder now, for no module can be read once the process is confined."""
    seed = Image.new("RGB", (8, 8), "red")
    for mime, format_ in decode.FORMATS.items():
        out = io.BytesIO()
        seed.save(out, format_)
        decode.prepare(out.getvalue(), mime, keep_original=False)
        decode.convert(out.getvalue(), mime, "PNG")
    # As flat as can be, for every drawing is drawn as wide as pages show it.
    flat = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 999 1'/>"
    decode.prepare(flat, decode.DRAWING, keep_original=True)
    from PIL import MpoImagePlugin  # noqa: F401  (a phone's JPEG asks for it while it is opened)


def allow_cpu(seconds: int) -> None:
    """Let the process use this much more CPU time; past it the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)


def answer(task: str, arguments: dict[str, Any], data: bytes) -> decode.Answer:
    """Run one task; what goes wrong with the picture becomes an error answer."""
    try:
        facts, blobs = decode.TASKS[task](data, **arguments)
    except decode.Refused as refused:
        return {"error": refused.code, "facts": refused.facts}, []
    except MemoryError:
        return {"error": "timed_out", "facts": {}}, []
    except Exception as error:
        # Pillow's decoders raise nearly every built-in exception on damaged files.
        return {"error": "broken", "facts": {}, "cause": f"{type(error).__name__}: {error}"[:200]}, []
    return {"facts": facts}, blobs


def serve() -> None:
    """Answer until the input ends, which it does when the parent goes, however it goes."""
    warnings.simplefilter("ignore")
    warm_up()
    confine()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    write_message(sink, {"ready": True})
    while (message := read_message(source)) is not None:
        head, blobs = message
        allow_cpu(CPU_SECONDS)
        write_message(sink, *answer(head["task"], head["arguments"], blobs[0]))
