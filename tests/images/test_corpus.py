"""Every hostile picture through the intake: the parent lives, and each gets the answer that is written beside it."""

from __future__ import annotations

import contextlib
import os
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.images import decode, intake
from studio.images.errors import BadPicture
from studio.images.pool import Child, Pool
from tests.images.corpus import corpus
from tests.images.corpus.case import CORNERS, Case, Refused, Taken
from tests.images.corpus.exif import turned
from tests.images.corpus.icc import DISPLAY_P3, matrix
from tests.images.corpus.pngs import COLOUR_ALPHA, joined
from tests.images.samples import corners, file_of, opened, scene

GOOD = file_of(scene(), "PNG")
MUTATIONS = 20_000 if os.environ.get("SOAK") else 300
KEPT = {"image/png", "image/jpeg"}
GIGABYTE_KB = 1 << 20


class Watched(Pool):
    """A pool of one that remembers the most memory that any of its children ever held."""

    def __init__(self) -> None:
        super().__init__(1)
        self.died = 0
        self.peak_kb = 0

    def _give_back(self, child: Child, *, alive: bool) -> None:
        with contextlib.suppress(OSError, StopIteration):
            self.peak_kb = max(self.peak_kb, peak_kb(child.process.pid))
        self.died += not alive
        super()._give_back(child, alive=alive)


def peak_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    pool = Watched()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "shared", lambda: pool)
        yield pool
    pool.close()


def what_became(data: bytes) -> Taken | BadPicture:
    try:
        prepared = intake.prepare(data, keep_original=False, name="sketch.png")
    except BadPicture as error:
        return error
    kept = opened(prepared.data)
    assert prepared.mime in KEPT
    assert (kept.size, kept.mode) == (
        (prepared.width, prepared.height),
        "RGBA" if prepared.transparent else "RGB",
    )
    assert max(prepared.width, prepared.height) <= 16_383
    smallest = opened(prepared.renditions[min(prepared.renditions)])
    assert (smallest.format, getattr(smallest, "n_frames", 1)) == ("WEBP", 1)
    looks = corners(kept) if min(kept.size) > 10 else ()
    assert looks != CORNERS or corners(smallest) == looks
    return Taken(prepared.width, prepared.height, prepared.transparent, looks)


@pytest.mark.parametrize("case", corpus(), ids=str)
def test_each_picture_gets_the_answer_written_beside_it(case: Case, watched: Watched) -> None:
    found = what_became(case.make())
    match case.expected:
        case Refused(code, words):
            assert isinstance(found, BadPicture), "it was taken"
            assert (found.code, found.message.startswith("sketch.png ")) == (code, True)
            assert words in found.message
        case Taken(width, height, transparent, looks):
            assert isinstance(found, Taken), found
            assert (found.width, found.height, found.transparent) == (width, height, transparent)
            assert not looks or found.corners == looks
    assert intake.prepare(GOOD, keep_original=True).width == 96, (
        "the parent or its pool does not work any more"
    )
    assert watched.died == 0
    assert watched.peak_kb < GIGABYTE_KB


def test_the_corpus_is_large_and_no_two_are_called_alike() -> None:
    names = [case.name for case in corpus()]
    assert len(names) == len(set(names)) >= 400


def test_the_largest_picture_is_taken_within_a_gigabyte(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    """Turned, half seen and of another colour space: each of the three needs a second frame for a while."""
    head = struct.pack(">IIBBBBB", 8_000, 5_000, 8, COLOUR_ALPHA, 0, 0, 0)
    notes = [
        (b"iCCP", b"a\0\0" + zlib.compress(matrix(DISPLAY_P3))),
        (b"eXIf", turned(6).tobytes().removeprefix(b"Exif\0\0")),
    ]
    rows = zlib.compress(bytes(5_000 * (8_000 * 4 + 1)), 1)
    data = joined((b"IHDR", head), *notes, (b"IDAT", rows), (b"IEND", b""))
    prepared = intake.prepare(data, keep_original=True)
    assert (prepared.width, prepared.height, prepared.transparent) == (5_000, 8_000, True)
    assert watched.died == 0
    assert watched.peak_kb < GIGABYTE_KB
    with capsys.disabled():
        print(f" [most memory of a decoder: {watched.peak_kb // 1024} MB] ", end="")


def test_flipped_bits_are_refused_or_survived_and_nothing_else_is_raised(watched: Watched) -> None:
    chance = random.Random(20)
    whole = {format_: bytes(file_of(scene(64, 64), format_)) for format_ in decode.FORMATS.values()}
    for turn in range(MUTATIONS):
        wounded = bytearray(whole[chance.choice(list(whole))])
        for _wound in range(chance.choice((1, 1, 2, 8))):
            wounded[chance.randrange(len(wounded))] = chance.randrange(256)
        if turn % 5 == 0:
            del wounded[chance.randrange(len(wounded)) :]
        with contextlib.suppress(BadPicture):
            intake.prepare(bytes(wounded), keep_original=turn % 2 == 0)
    assert intake.prepare(GOOD, keep_original=True).width == 96
    assert watched.peak_kb < GIGABYTE_KB
