from __future__ import annotations

import contextlib
import hashlib
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from studio.images import intake
from studio.images.errors import BadPicture, TooLarge, TooManyPixels, Unsupported
from tests.images.samples import file_of, hostile, opened, png, png_chunk, scene

HOSTILE = hostile()
SECRET = b"49.1938N-meet-me"


def corners(picture: Image.Image) -> list[str]:
    """The nearest of four colours at each corner, by rows."""
    names = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    seen = picture.convert("RGB")
    found = []
    for place in ((4, 4), (seen.width - 5, 4), (4, seen.height - 5), (seen.width - 5, seen.height - 5)):
        pixel = seen.getpixel(place)
        assert isinstance(pixel, tuple)
        found.append(
            min(names, key=lambda name: sum(abs(a - b) for a, b in zip(names[name], pixel, strict=True)))
        )
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_own_cause_and_the_pool_lives_on(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(BadPicture) as caught:
        intake.prepare(data, keep_original=True, name="sketch.png")
    assert caught.value.code == code
    assert caught.value.message.startswith("sketch.png ")
    assert intake.prepare(file_of(scene(), "PNG"), keep_original=True).width == 96


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_the_four_formats_are_taken_and_the_original_is_kept_to_the_byte(format_: str) -> None:
    data = file_of(scene(), format_)
    prepared = intake.prepare(data, keep_original=True)
    assert (prepared.mime, prepared.width, prepared.height) == (f"image/{format_.lower()}", 96, 64)
    assert prepared.data == data
    assert prepared.sha256 == hashlib.sha256(data).hexdigest()
    assert corners(opened(prepared.renditions[320])) == ["red", "green", "blue", "white"]


def test_the_type_is_told_by_the_bytes_and_never_by_the_name() -> None:
    assert intake.prepare(file_of(scene(), "JPEG"), keep_original=True, name="x.png").mime == "image/jpeg"
    with pytest.raises(Unsupported, match=r"^sketch\.png is not supported\. Use PNG, JPEG"):
        intake.prepare(b"<svg/>", keep_original=True, name="sketch.png")


def test_more_bytes_than_allowed_are_refused_before_anything_reads_them() -> None:
    with pytest.raises(TooLarge, match=r"big\.png is 20\.5 MB\. Use a file under 20 MB\."):
        intake.prepare(b"\x89PNG\r\n\x1a\n" + b"\0" * 21_500_000, keep_original=True, name="big.png")


def test_a_refused_size_is_named_in_the_message() -> None:
    with pytest.raises(TooManyPixels, match="11000 × 8000"):
        intake.prepare(png(11_000, 8_000), keep_original=True)


def test_forty_megapixels_are_still_taken() -> None:
    prepared = intake.prepare(png(8_000, 5_000), keep_original=False)
    assert (prepared.width, prepared.height) == (8_000, 5_000)


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


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_stands_upright(orientation: int) -> None:
    turns = {
        1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = scene()
    for turn in turns[orientation]:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    prepared = intake.prepare(file_of(stored, "JPEG", exif=exif, quality=95), keep_original=False)
    assert (prepared.width, prepared.height) == (96, 64)
    assert corners(opened(prepared.data)) == ["red", "green", "blue", "white"]
    assert corners(opened(prepared.renditions[320])) == ["red", "green", "blue", "white"]


def planted() -> dict[str, bytes]:
    """The same secret in every place where a file can carry one."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x9286] = SECRET.decode()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
    plain = file_of(scene(), "PNG")
    texts = b"".join(
        [
            png_chunk(b"tEXt", b"Comment\0" + SECRET),
            png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(SECRET)),
            png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp),
        ]
    )
    return {
        "png texts": plain[:33] + texts + plain[33:],
        "png exif and profile": file_of(scene(), "PNG", exif=exif, icc_profile=profile),
        "png with a tail": plain + SECRET,
        "jpeg exif, profile and comment": file_of(
            scene(), "JPEG", exif=exif, icc_profile=profile, comment=SECRET
        ),
        "jpeg xmp": file_of(scene(), "JPEG", xmp=xmp),
        "jpeg with a tail": file_of(scene(), "JPEG") + SECRET,
        "webp": file_of(scene(), "WEBP", exif=exif, icc_profile=profile, xmp=xmp),
        "webp lossless": file_of(scene(), "WEBP", exif=exif, xmp=xmp, lossless=True),
        "avif": file_of(scene(), "AVIF", exif=exif, xmp=xmp, icc_profile=profile),
    }


@pytest.mark.parametrize("name", planted())
def test_nothing_of_the_file_but_its_pixels_is_left_in_any_copy(name: str) -> None:
    data = planted()[name]
    prepared = intake.prepare(data, keep_original=False)
    for copy in (prepared.data, *prepared.renditions.values(), intake.convert(data, "png")):
        assert SECRET not in copy
        assert not {"exif", "xmp", "icc_profile", "comment", "parameters"} & set(opened(copy).info)
    assert corners(opened(prepared.data)) == ["red", "green", "blue", "white"]


def test_colours_are_converted_from_their_profile_and_not_merely_relabelled() -> None:
    srgb = ImageCms.createProfile("sRGB")
    # A profile whose red and green are swapped: who ignores it shows green where red was meant.
    profile = bytearray(ImageCms.ImageCmsProfile(srgb).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    prepared = intake.prepare(
        file_of(Image.new("RGB", (64, 64), (255, 0, 0)), "PNG", icc_profile=bytes(profile)),
        keep_original=False,
    )
    red_seen, green_seen, _blue = opened(prepared.data).getpixel((32, 32))  # type: ignore[misc]
    assert green_seen > 200 > 100 > red_seen


def test_a_damaged_profile_counts_as_none() -> None:
    data = file_of(scene(), "PNG", icc_profile=b"not a profile")
    assert corners(opened(intake.prepare(data, keep_original=False).data)) == [
        "red",
        "green",
        "blue",
        "white",
    ]


def test_print_colours_become_screen_colours() -> None:
    prepared = intake.prepare(file_of(scene(mode="CMYK"), "JPEG", quality=95), keep_original=False)
    assert opened(prepared.data).mode == "RGB"
    assert corners(opened(prepared.data)) == ["red", "green", "blue", "white"]


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
    assert corners(converted) == ["red", "green", "blue", "white"]


def test_transparent_pictures_are_laid_on_white_for_jpeg() -> None:
    data = file_of(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), "PNG")
    assert opened(intake.convert(data, "jpeg")).getpixel((20, 20)) == (255, 255, 255)


def test_previews_are_small_webp_and_small_webp_passes() -> None:
    made = intake.preview(file_of(scene(1600, 800), "PNG"))
    assert (opened(made).format, opened(made).size) == ("WEBP", (640, 320))
    small = file_of(scene(), "WEBP")
    assert intake.preview(small) is small


def test_flipped_bits_are_refused_or_survived_and_nothing_else_is_raised() -> None:
    for format_ in ("PNG", "JPEG", "WEBP", "AVIF"):
        whole = file_of(scene(64, 64), format_)
        for wound in range(20):
            place = 12 + (wound * 7919) % (len(whole) - 12)
            damaged = whole[:place] + bytes([whole[place] ^ (1 << wound % 8)]) + whole[place + 1 :]
            with contextlib.suppress(BadPicture):
                intake.prepare(damaged, keep_original=False)
    assert intake.prepare(file_of(scene(), "PNG"), keep_original=True).width == 96
