"""What a child of the pool does with hostile bytes: the only place that decodes them.

Plain Pillow, no Django: the child that imports this knows no settings, keys or database.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageCms, ImageOps

from studio.images.limits import MAX_PIXELS, MAX_SIDE, PLACEHOLDER_SIDE, PREVIEW_SIDE, RENDITIONS

LARGE_PIXELS = 4_000_000

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/avif": "AVIF"}

type Answer = tuple[dict[str, Any], list[bytes]]


class Refused(Exception):
    """The picture is not taken; ``code`` names the cause and ``facts`` its figures."""

    def __init__(self, code: str, **facts: int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def open_checked(data: bytes, mime: str) -> Image.Image:
    """The picture with its header read and its limits checked, not yet decoded. Raises Refused."""
    try:
        picture = Image.open(io.BytesIO(data), formats=[FORMATS[mime]])
    except Image.DecompressionBombError as error:
        # Pillow's own guard; our limit is far lower, so only the size is not known here.
        raise Refused("too_many_pixels", width=MAX_SIDE + 1, height=MAX_SIDE + 1) from error
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused("too_many_pixels", width=width, height=height)
    # A JPEG's further frames are a phone's depth or gain map, not an animation.
    if mime != "image/jpeg" and getattr(picture, "n_frames", 1) > 1:
        raise Refused("animated")
    return picture


def normalised(picture: Image.Image) -> Image.Image:
    """Decoded, upright, in sRGB, 8 bits, RGB or RGBA, and nothing of the file but its pixels."""
    profile = picture.info.get("icc_profile")
    picture.load()
    # A palette's or grey level's transparency lives in the info that the next steps leave behind.
    keyed = picture.mode in ("1", "L", "RGB", "P") and "transparency" in picture.info
    picture = ImageOps.exif_transpose(picture)
    picture = picture.convert("RGBA") if keyed else _eight_bits(picture)
    alpha = picture.getchannel("A") if picture.mode in ("RGBA", "LA", "PA") else None
    if picture.mode in ("LA", "PA", "P", "RGBA"):
        picture = picture.convert("RGB")
    picture = _to_srgb(picture, profile)
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    if alpha is not None and alpha.getextrema()[0] != 255:
        clean.putalpha(alpha)
    return clean


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16-bit greys keep their upper byte; Pillow's own conversion would clip them to white."""
    if picture.mode in ("I;16", "I;16L", "I;16N", "I;16B"):
        raw = picture.tobytes()
        upper = raw[0::2] if picture.mode == "I;16B" else raw[1::2]
        return Image.frombytes("L", picture.size, upper)
    if picture.mode in ("I", "F"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return picture.convert("L") if picture.mode == "1" else picture


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as they were meant; a profile that cannot be used counts as none."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return picture.convert("RGB")


def encoded(picture: Image.Image, format_: str) -> bytes:
    """The file's bytes. JPEG has no transparency: it is laid on white."""
    out = io.BytesIO()
    if format_ == "JPEG":
        if picture.mode == "RGBA":
            paper = Image.new("RGB", picture.size, "white")
            paper.paste(picture, mask=picture.getchannel("A"))
            picture = paper
        picture.save(out, "JPEG", quality=95, subsampling=0)
    elif format_ == "WEBP":
        picture.save(out, "WEBP", quality=90, method=2)
    else:
        # Level 6 on the largest pictures would use up the child's seconds for a few percent.
        large = picture.width * picture.height > LARGE_PIXELS
        picture.save(out, "PNG", compress_level=1 if large else 6)
    return out.getvalue()


def fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Scaled down; never up."""
    size = (max(1, min(width, picture.width)), max(1, min(height, picture.height)))
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def rendition_widths(width: int) -> list[int]:
    """Every rendition narrower than the picture, and the next one, which then has the picture's own size."""
    narrower = [step for step in RENDITIONS if step < width]
    return narrower + [step for step in RENDITIONS if step >= width][:1]


def renditions(picture: Image.Image) -> list[tuple[int, bytes]]:
    """The WebP copies, widest first, each made from the one before."""
    copies = []
    current = picture
    for step in reversed(rendition_widths(picture.width)):
        current = fitted(current, step, round(picture.height * min(step, picture.width) / picture.width))
        out = io.BytesIO()
        current.save(out, "WEBP", quality=82, method=2)
        copies.append((step, out.getvalue()))
    return copies


def tiny(picture: Image.Image) -> Image.Image:
    scale = PLACEHOLDER_SIDE / max(picture.size)
    return fitted(picture, round(picture.width * scale) or 1, round(picture.height * scale) or 1)


def placeholder(small: Image.Image) -> str:
    """A blurred stand-in as a data URI of a few hundred bytes."""
    out = io.BytesIO()
    small.save(out, "WEBP", quality=40, method=4)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()


def dominant(small: Image.Image) -> str:
    """The colour that covers most of the picture, as ``#rrggbb``."""
    flat = Image.new("RGB", small.size, (127, 127, 127))
    flat.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    few = flat.quantize(colors=6, method=Image.Quantize.MEDIANCUT)
    counts = few.getcolors() or [(1, 0)]
    index = max(counts)[1]
    red, green, blue = (few.getpalette() or [127, 127, 127])[index * 3 : index * 3 + 3]  # type: ignore[operator]
    return f"#{red:02x}{green:02x}{blue:02x}"


def kept_format(data: bytes, mime: str, picture: Image.Image) -> str:
    """A lossy source without transparency stays small as JPEG; everything else is kept exactly, as PNG."""
    lossless = mime == "image/png" or data[12:16] == b"VP8L"
    return "PNG" if lossless or picture.mode == "RGBA" else "JPEG"


def prepare(data: bytes, mime: str, keep_original: bool) -> Answer:
    """Facts, then the sanitised copy (empty when the original is kept) and the renditions, in that order."""
    opened = open_checked(data, mime)
    picture = normalised(opened)
    copies = renditions(picture)
    copy, copy_mime = b"", mime
    if not keep_original:
        format_ = kept_format(data, mime, picture)
        copy, copy_mime = encoded(picture, format_), f"image/{format_.lower()}"
    small = tiny(Image.open(io.BytesIO(copies[-1][1]), formats=["WEBP"]))
    facts = {
        "mime": copy_mime,
        "width": picture.width,
        "height": picture.height,
        "transparent": picture.mode == "RGBA",
        "color": dominant(small),
        "placeholder": placeholder(small),
        "renditions": [width for width, _ in copies],
    }
    return facts, [copy, *(body for _, body in copies)]


def convert(data: bytes, mime: str, format_: str) -> Answer:
    """The picture in another format, metadata left behind."""
    picture = normalised(open_checked(data, mime))
    return {"width": picture.width, "height": picture.height}, [encoded(picture, format_)]


def preview(data: bytes, mime: str) -> Answer:
    """A WebP of at most 640 pixels a side."""
    picture = normalised(open_checked(data, mime))
    scale = min(1.0, PREVIEW_SIDE / max(picture.size))
    small = fitted(picture, round(picture.width * scale), round(picture.height * scale))
    out = io.BytesIO()
    small.save(out, "WEBP", quality=70, method=0)
    return {"width": small.width, "height": small.height}, [out.getvalue()]


TASKS: dict[str, Callable[..., Answer]] = {"prepare": prepare, "convert": convert, "preview": preview}
