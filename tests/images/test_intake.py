from __future__ import annotations

import hashlib
import struct

import pytest
from PIL import Image

from studio.images import intake, pool
from studio.images.errors import Broken, TooLarge, TooManyPixels, Unsupported
from tests.images.samples import corners, file_of, opened, png, scene

SCENE = ("red", "green", "blue", "white")


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_the_four_formats_are_taken_and_the_original_is_kept_to_the_byte(format_: str) -> None:
    data = file_of(scene(), format_)
    prepared = intake.prepare(data, keep_original=True)
    assert (prepared.mime, prepared.width, prepared.height) == (f"image/{format_.lower()}", 96, 64)
    assert prepared.data == data
    assert prepared.sha256 == hashlib.sha256(data).hexdigest()
    assert corners(opened(prepared.renditions[320])) == SCENE


def test_the_type_is_told_by_the_bytes_and_never_by_the_name() -> None:
    assert intake.prepare(file_of(scene(), "JPEG"), keep_original=True, name="x.png").mime == "image/jpeg"
    with pytest.raises(Unsupported, match=r"^sketch\.png is an SVG drawing\. Save it as JPEG or PNG"):
        intake.prepare(b"<svg/>", keep_original=True, name="sketch.png")


def test_more_bytes_than_allowed_are_refused_before_anything_reads_them() -> None:
    with pytest.raises(TooLarge, match=r"big\.png is 20\.5 MB\. Use a file under 20 MB\."):
        intake.prepare(b"\x89PNG\r\n\x1a\n" + b"\0" * 21_500_000, keep_original=True, name="big.png")


def test_a_refused_size_is_named_in_the_message() -> None:
    with pytest.raises(TooManyPixels, match="11000 × 8000"):
        intake.prepare(png(11_000, 8_000), keep_original=True)


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (200, {320: 200}),
        (320, {320: 320}),
        (500, {320: 320, 640: 500}),
        (3000, {320: 320, 640: 640, 1280: 1280}),
    ],
)
def test_renditions_are_those_narrower_than_the_picture_and_one_of_its_own_size(
    width: int, expected: dict[int, int]
) -> None:
    prepared = intake.prepare(file_of(scene(width, 30), "PNG"), keep_original=True)
    assert {step: opened(body).width for step, body in prepared.renditions.items()} == expected
    assert all(opened(body).format == "WEBP" for body in prepared.renditions.values())


def test_sixteen_bit_greys_are_scaled_and_not_clipped() -> None:
    grey = Image.frombytes("I;16", (32, 32), struct.pack("<H", 0x8000) * 1024)
    prepared = intake.prepare(file_of(grey, "PNG"), keep_original=False)
    assert opened(prepared.data).getpixel((3, 3)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA"])
def test_every_png_mode_is_read(mode: str) -> None:
    prepared = intake.prepare(file_of(scene(mode=mode), "PNG"), keep_original=False)
    assert opened(prepared.data).mode == "RGB"
    assert not prepared.transparent


def test_transparency_is_kept_wherever_the_file_says_it() -> None:
    see_through = scene(mode="RGBA")
    see_through.putpixel((5, 5), (0, 0, 0, 0))
    palette = scene(mode="P")
    index = palette.getpixel((5, 5))
    by_key = file_of(palette, "PNG", transparency=index)
    by_colour = file_of(scene(), "PNG", transparency=(255, 0, 0))
    for data in (file_of(see_through, "PNG"), file_of(see_through, "WEBP", lossless=True), by_key, by_colour):
        prepared = intake.prepare(data, keep_original=False)
        assert prepared.transparent
        assert prepared.mime == "image/png"
        assert opened(prepared.data).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
        assert opened(prepared.data).convert("RGBA").getpixel((90, 60)) == (255, 255, 255, 255)


def test_a_phones_second_picture_is_left_out() -> None:
    data = file_of(scene(), "MPO", save_all=True, append_images=[scene(32, 32)])
    assert intake.sniff(data) == intake.JPEG
    assert intake.prepare(data, keep_original=False).width == 96


def test_uploads_stay_exact_where_they_were_exact_and_small_where_they_were_not() -> None:
    files = {
        "image/png": file_of(scene(), "PNG"),
        "image/jpeg": file_of(scene(), "JPEG"),
        "lossless": file_of(scene(), "WEBP", lossless=True),
        "lossy": file_of(scene(), "AVIF"),
    }
    kept = {name: intake.prepare(data, keep_original=False) for name, data in files.items()}
    assert [each.mime for each in kept.values()] == ["image/png", "image/jpeg", "image/png", "image/jpeg"]
    assert opened(kept["image/png"].data).tobytes() == scene().tobytes()


def test_the_stand_in_is_small_and_the_colour_is_the_one_that_covers_most() -> None:
    picture = Image.new("RGB", (300, 200), (200, 40, 10))
    picture.paste((0, 0, 255), (0, 0, 60, 60))
    prepared = intake.prepare(file_of(picture, "PNG"), keep_original=True)
    assert prepared.placeholder.startswith("data:image/webp;base64,")
    assert len(prepared.placeholder) < 500
    red, green, blue = (int(prepared.color[place : place + 2], 16) for place in (1, 3, 5))
    assert abs(red - 200) < 12
    assert abs(green - 40) < 12
    assert abs(blue - 10) < 12


@pytest.mark.parametrize("format_", ["png", "jpeg", "webp"])
def test_a_picture_converts_to_each_format(format_: intake.Format) -> None:
    converted = opened(intake.convert(file_of(scene(), "AVIF"), format_))
    assert converted.format == format_.upper()
    assert corners(converted) == SCENE


def test_transparent_pictures_are_laid_on_white_for_jpeg() -> None:
    data = file_of(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), "PNG")
    assert opened(intake.convert(data, "jpeg")).getpixel((20, 20)) == (255, 255, 255)


def test_previews_are_small_webp_and_small_webp_passes() -> None:
    made = intake.preview(file_of(scene(1600, 800), "PNG"))
    assert (opened(made).format, opened(made).size) == ("WEBP", (640, 320))
    small = file_of(scene(), "WEBP")
    assert intake.preview(small) is small


LIES: list[dict[str, object]] = [
    {"mime": "text/html"}, {"mime": "image/avif"}, {"width": 0}, {"width": 16_384}, {"height": "64"},
    {"width": 16_000, "height": 16_000}, {"color": "red;} body{display:none"}, {"placeholder": "javascript:alert(1)"},
    {"placeholder": "data:image/webp;base64," + "A" * 9_999}, {"transparent": "no"}, {"renditions": [320, 320]},
    {"renditions": [5]}, {"renditions": []},
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: str(lie)[:40])
def test_a_decoder_that_was_taken_over_is_not_believed(
    lie: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    head, blobs = pool.shared().run("prepare", file_of(scene(), "PNG"), mime="image/png", keep_original=False)
    head["facts"] |= lie
    monkeypatch.setattr(pool.Pool, "run", lambda *_task, **_arguments: (head, blobs))
    with pytest.raises(Broken):
        intake.prepare(file_of(scene(), "PNG"), keep_original=False)


@pytest.mark.parametrize("blobs", [[], [b"<html>"]])
def test_what_a_decoder_hands_over_must_be_the_format_that_was_asked_for(
    blobs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool.Pool, "run", lambda *_task, **_arguments: ({"facts": {}}, blobs))
    large = file_of(scene(900, 900), "PNG")
    with pytest.raises(Broken):
        intake.convert(large, "png")
    with pytest.raises(Broken):
        intake.preview(large)
