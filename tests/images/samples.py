"""Small pictures, honest and hostile, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw


def scene(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Red upper left, green upper right, blue lower left, white lower right."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill="red")
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill="lime")
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill="blue")
    return picture.convert(mode)


def file_of(picture: Image.Image, format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, format_, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *chunks: tuple[bytes, bytes], pixels: bytes | None = None) -> bytes:
    """A grey PNG built by hand, so that its header may say anything."""
    rows = zlib.compress(pixels if pixels is not None else b"\0" * (height * (width + 1)), 9)
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    middle = b"".join(png_chunk(kind, body) for kind, body in chunks)
    return b"\x89PNG\r\n\x1a\n" + head + middle + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def hostile() -> dict[str, tuple[bytes, str]]:
    """Files that must not be taken, each with the code of its refusal."""
    good_png, good_jpeg = file_of(scene(), "PNG"), file_of(scene(), "JPEG")
    good_webp, good_avif = file_of(scene(), "WEBP"), file_of(scene(), "AVIF")
    bits = file_of(scene(mode="L"), "PNG")
    frames = [scene(), scene().rotate(180)]
    unsupported, broken = "unsupported_picture", "picture_broken"
    many, animated = "picture_too_many_pixels", "picture_animated"
    return {
        "nothing": (b"", unsupported),
        "one byte": (b"\x89", unsupported),
        "text": (b"hello", unsupported),
        "html": (b"<html><script>alert(1)</script>", unsupported),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', unsupported),
        "svg after an xml head": (b'<?xml version="1.0"?><svg/>', unsupported),
        "pdf": (b"%PDF-1.7\n" + good_jpeg, unsupported),
        "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", unsupported),
        "gif": (file_of(scene(), "GIF"), unsupported),
        "gif that is a script": (b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", unsupported),
        "bmp": (file_of(scene(), "BMP"), unsupported),
        "tiff": (file_of(scene(), "TIFF"), unsupported),
        "ico": (file_of(scene(), "ICO"), unsupported),
        "ppm": (file_of(scene(), "PPM"), unsupported),
        "jpeg 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 40, unsupported),
        "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, unsupported),
        "riff that is sound": (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 24, unsupported),
        "zip": (b"PK\x03\x04" + b"\0" * 30, unsupported),
        "png, its head alone": (good_png[:8], broken),
        "png cut short": (good_png[: len(good_png) // 2], broken),
        "png without its end": (bits[:-30], broken),
        "png with a wrong checksum": (good_png[:29] + b"\0\0\0\0" + good_png[33:], broken),
        "png with damaged pixels": (png(32, 32, pixels=b"\7" * 1000), broken),
        "png of no width": (png(0, 10, pixels=b""), broken),
        "png of 88 megapixels": (png(11_000, 8_000), many),
        "png of 170 megapixels": (png(13_000, 13_000), many),
        "png that claims 4 gigapixels": (png(65_535, 65_535, pixels=b"\0" * 100), many),
        "png with a long side": (png(20_000, 10), many),
        "png whose comment is a bomb": (
            png(8, 8, (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 90_000_000, 9))),
            broken,
        ),
        "png of two frames": (file_of(frames[0], "PNG", save_all=True, append_images=frames[1:]), animated),
        "webp of two frames": (
            file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
            animated,
        ),
        "avif of two frames": (
            file_of(frames[0], "AVIF", save_all=True, append_images=frames[1:]),
            animated,
        ),
        "jpeg cut short": (good_jpeg[: len(good_jpeg) // 2], broken),
        "jpeg, its head alone": (good_jpeg[:3], broken),
        "webp cut short": (good_webp[: len(good_webp) // 2], broken),
        "webp, its head alone": (b"RIFF\x20\0\0\0WEBPVP8 ", broken),
        "avif cut short": (good_avif[: len(good_avif) // 2], broken),
        "avif, its head alone": (good_avif[:32], broken),
    }
