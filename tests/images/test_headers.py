"""What is believed of a picture by its header is what a decoder finds, and where that is not sure nothing is."""

from __future__ import annotations

import time
from typing import Any

import pytest

from studio.images import unseen
from studio.images.headers import MOST_PARTS, Header, header
from studio.images.limits import MAX_BYTES
from tests.images.corpus import corpus
from tests.images.corpus.case import BROKEN, Case, Refused, Taken
from tests.images.samples import file_of, png, png_chunk, scene

USUAL: dict[str, list[dict[str, Any]]] = {
    "PNG": [{}, {"optimize": True}],
    "JPEG": [{}, {"progressive": True}, {"quality": 30, "restart_marker_rows": 1}],
    "WEBP": [{}, {"lossless": True}, {"quality": 50, "icc_profile": b"x" * 200}],
}
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "LA", "I;16"])
@pytest.mark.parametrize(("width", "height"), [(2, 2), (97, 64), (1300, 3)])
def test_the_header_of_a_vendors_usual_file_says_what_it_is(mode: str, width: int, height: int) -> None:
    for format_, options in USUAL.items():
        if format_ != "PNG" and mode not in ("RGB", "RGBA", "L"):
            continue
        picture = scene(width, height, "RGB" if (format_, mode) == ("JPEG", "RGBA") else mode)
        for each in options:
            found = unseen.sure(file_of(picture, format_, **each))
            assert found == Header(MIMES[format_], width, height), (format_, each)


@pytest.mark.parametrize("case", corpus(), ids=str)
def test_of_a_hostile_picture_it_says_the_truth_or_nothing(case: Case) -> None:
    found = unseen.sure(case.make())
    match case.expected:
        case Taken(width, height):
            assert found is None or (found.width, found.height) == (width, height)
        case Refused(code):
            assert found is None or code == BROKEN, "only broken pixels are behind a header that is sure"


@pytest.mark.parametrize("format_", list(USUAL))
def test_a_file_that_was_cut_or_has_something_behind_its_end_is_not_sure(format_: str) -> None:
    whole = file_of(scene(), format_)
    assert unseen.sure(whole)
    assert [length for length in range(len(whole)) if unseen.sure(whole[:length])] == []
    assert unseen.sure(whole + b"\0") is None


def test_what_needs_a_decoder_to_be_understood_is_not_sure() -> None:
    exif = scene().getexif()
    exif[0x0112] = 6
    frames = [scene(), scene().rotate(90)]
    turned = [file_of(scene(), format_, exif=exif) for format_ in ("PNG", "JPEG", "WEBP")]
    moving = [file_of(scene(), format_, save_all=True, append_images=frames) for format_ in ("PNG", "WEBP")]
    print_colours = file_of(scene(mode="CMYK"), "JPEG")
    for data in (*turned, *moving, print_colours, file_of(scene(), "AVIF"), b"<svg/>", b"", b"\x89PNG"):
        assert unseen.sure(data) is None


def test_what_is_too_large_is_left_to_the_intake_which_says_so() -> None:
    assert unseen.sure(png(8_000, 5_000))
    for width, height in ((8_000, 5_001), (16_384, 1), (0, 5), (2**31, 2**31)):
        assert header(png(width, height, pixels=b""), "image/png") is None
    assert unseen.sure(png(8, 8, (b"tEXt", b"x" * MAX_BYTES))) is None


def test_a_file_of_endless_parts_is_given_up_soon() -> None:
    whole = png(8, 8)
    many = whole[:-12] + png_chunk(b"tEXt", b"") * 1_000_000 + whole[-12:]
    few = whole[:-12] + png_chunk(b"tEXt", b"") * (MOST_PARTS - 10) + whole[-12:]
    began = time.process_time()
    assert (unseen.sure(few), unseen.sure(many)) == (Header("image/png", 8, 8), None)
    assert time.process_time() - began < 0.5
