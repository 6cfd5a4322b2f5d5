"""Paints the story's pictures ahead of their rows, two runs at a time, outside any transaction."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from providers.base import Finished, ImageRequest, InputImage
from studio.catalog import providers as vendors
from studio.images import intake
from studio.images import services as images
from studio.jobs.models import Reference
from studio.jobs.quoting import Priced
from studio.sample.story import Given, Told

TOGETHER = 2
"""As many as the painter has processes."""

MASK_MIME = intake.PNG


@dataclass(frozen=True, slots=True)
class Painted:
    """What one job of a run gave: the vendor's answer, the pictures' files, and how long it took in seconds."""

    stored: tuple[images.Stored, ...]
    finished: Finished
    seconds: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of one run: each job's pictures, and the mask that went along, if one did."""

    jobs: tuple[Painted, ...]
    mask: images.Stored | None = None


type Read = Callable[[Given], InputImage]
"""Finds the bytes of a picture that an earlier run made."""

type Known = Mapping[Given, InputImage]


class Studio:
    """The pictures in the making. ``read`` finds those of runs that were told before this process began."""

    def __init__(self, pool: ThreadPoolExecutor, read: Read) -> None:
        self._pool = pool
        self._read = read
        self._sheets: dict[str, Future[Sheet]] = {}
        self._bytes: dict[tuple[str, int], bytes] = {}

    def begin(self, told: Told, priced: Sequence[Priced], wanted: int, keep: bool) -> None:
        """Paint ``wanted`` pictures of a run as soon as there is a free hand. Later ones may be made from those
        begun earlier, whose bytes are kept where ``keep`` says so."""
        # Read here, in the caller's thread, so that no hand needs the database.
        known = {given: self._read(given) for given in told.given if given.of not in self._sheets}
        task = partial(self._sheet, told, priced, wanted, keep, known)
        self._sheets[told.name] = self._pool.submit(task)

    def finish(self, told: Told) -> Sheet:
        """What came of a run that was begun, waiting for it. Raises what the painter or the intake raised."""
        return self._sheets[told.name].result()

    def _sheet(self, told: Told, priced: Sequence[Priced], wanted: int, keep: bool, known: Known) -> Sheet:
        inputs = [
            known.get(given) or self._input(given)
            for given in told.given
            if given.role != Reference.Role.MASK
        ]
        mask, mask_stored = None, None
        if any(given.role == Reference.Role.MASK for given in told.given):
            mask, mask_stored = _mask_for(inputs[0])
        painted: list[Painted] = []
        for item in priced:
            count = min(item.parameters.n, wanted)
            painted.append(_paint(item, count, inputs, mask))
            wanted -= count
        if keep:
            for index, output in enumerate(painted[0].finished.outputs):
                self._bytes[told.name, index] = output.data
        return Sheet(tuple(painted), mask_stored)

    def _input(self, given: Given) -> InputImage:
        """A picture to work from, as the vendor gets it."""
        stored = self._sheets[given.of].result().jobs[0].stored[given.index]
        return InputImage(
            self._bytes[given.of, given.index], stored.mime, stored.width, stored.height, given.role
        )


@contextmanager
def studio(read: Read) -> Iterator[Studio]:
    """A place to paint in; what was begun and not yet taken up is dropped at the end."""
    pool = ThreadPoolExecutor(TOGETHER, thread_name_prefix="sample")
    try:
        yield Studio(pool, read)
    finally:
        pool.shutdown(cancel_futures=True)


def _paint(item: Priced, count: int, inputs: Sequence[InputImage], mask: InputImage | None) -> Painted:
    """The first ``count`` pictures of a job, without previews, which nobody would see."""
    if not count:
        return Painted((), Finished(()), 0.0)
    began = time.monotonic()
    finished = vendors.adapter(item.entry.provider).submit(
        _request(item, count, inputs, mask), lambda _event: None
    )
    assert isinstance(finished, Finished)
    seconds = time.monotonic() - began
    stored = [
        images.store(intake.prepare(output.data, keep_original=True), durable=False)
        for output in finished.outputs
    ]
    return Painted(tuple(stored), finished, seconds)


def _request(item: Priced, count: int, inputs: Sequence[InputImage], mask: InputImage | None) -> ImageRequest:
    given = item.parameters
    return ImageRequest(
        model=item.entry.upstream,
        prompt=item.spec.prompt,
        kind=item.spec.kind,
        n=count,
        width=given.width,
        height=given.height,
        quality=given.quality or "",
        seed=given.seed,
        references=tuple(inputs),
        mask=mask,
    )


def _mask_for(source: InputImage) -> tuple[InputImage, images.Stored]:
    """A spot at the lower left of the picture, through the intake like any mask that somebody drew."""
    prepared = intake.prepare(_spot(source.width, source.height), keep_original=False)
    mask = InputImage(prepared.data, prepared.mime, prepared.width, prepared.height, "mask")
    return mask, images.store(prepared, durable=False)


def _spot(width: int, height: int) -> bytes:
    """A PNG of this size: black, with a see-through ellipse where the picture is to be painted anew."""
    across, down = width * 0.17, height * 0.1
    left, top = width * 0.11, height * 0.77
    rows = []
    for y in range(height):
        reach = 1 - ((y - top) / down) ** 2
        half = int(across * reach**0.5) if reach > 0 else 0
        start, end = max(0, int(left) - half), min(width, int(left) + half)
        solid = b"\x00\x00\x00\xff"
        rows.append(b"\x00" + solid * start + b"\x00" * 4 * (end - start) + solid * (width - end))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
