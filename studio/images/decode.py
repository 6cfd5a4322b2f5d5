"""What a child of the pool does with hostile bytes: the only place that decodes them.

Plain Pillow, no Django: the child that imports this knows no settings, keys or database.
"""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageCms

from studio.images.drawings import drawn
from studio.images.limits import MAX_PIXELS, MAX_SIDE, PLACEHOLDER_SIDE, PREVIEW_SIDE, rendition_widths

LARGE_PIXELS = 4_000_000
THOROUGH_WIDTH = 640
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
EXIF_ERRORS = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    struct.error,
)  # fmt: skip
"""What damaged Exif raises in Pillow; the pixels are as good as before."""
PROFILED = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""The mode of a picture to which a profile of these channels applies."""

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/avif": "AVIF"}
DRAWING = "image/svg+xml"

type Answer = tuple[dict[str, Any], list[bytes]]


class Refused(Exception):
    """The picture is not taken; ``code`` names the cause and ``facts`` its figures."""

    def __init__(self, code: str, **facts: int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def open_checked(data: bytes, mime: str) -> Image.Image:
    """The picture with its header read and its limits checked, not yet decoded; a drawing is drawn first.

    Raises Refused, or ValueError for a drawing that is not drawn.
    """
    if mime == DRAWING:
        data, mime = drawn(data), "image/png"
    try:
        picture = Image.open(io.BytesIO(data), formats=[FORMATS[mime]])
    except Image.DecompressionBombError as error:
        # Pillow's own guard; our limit is far lower, so only the size is not known here.
        raise Refused("too_many_pixels", width=0, height=0) from error
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused("too_many_pixels", width=width, height=height)
    # A JPEG's further frames are a phone's depth or gain map, not an animation.
    if mime != "image/jpeg" and getattr(picture, "n_frames", 1) > 1:
        raise Refused("animated")
    return picture


def normalised(picture: Image.Image) -> Image.Image:
    """Decoded, upright, in sRGB, 8 bits, RGB or RGBA, and nothing of the file but its pixels.

    The picture that is given is used up: a second frame of it is held only while one step needs two.
    """
    profile = picture.info.get("icc_profile")
    picture.load()
    picture = _upright(picture)
    picture, alpha = _eight_bits(picture)
    clean = _plain(_to_srgb(picture, profile))
    if alpha is not None and alpha.getextrema()[0] != 255:
        clean.putalpha(alpha)
    return clean


def _plain(picture: Image.Image) -> Image.Image:
    """The same pixels without a word of the file they came from; not a copy of them, which would double the memory."""
    return Image.Image()._new(picture.im)


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the file says; one that cannot be understood says nothing."""
    try:
        turn = TURNS.get(picture.getexif().get(ORIENTATION, 1))
    except EXIF_ERRORS:
        return picture
    return picture if turn is None else picture.transpose(turn)


def _eight_bits(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """L, RGB or CMYK of eight bits a channel, and the transparency that the file states, if any."""
    key = picture.info.get("transparency")
    if picture.mode in ("I;16", "I;16L", "I;16N", "I;16B", "I"):
        return _upper_byte(picture, key)
    if picture.mode == "RGB" and key is not None:
        # Sixteen bits a channel have lost their lower byte by now, and the colour that is left out has not.
        picture.info["transparency"] = tuple(part >> 8 if part > 255 else part for part in key)
    if picture.mode in ("P", "PA") or (picture.mode in ("1", "L", "RGB") and key is not None):
        # A palette's or grey level's transparency lives in the info that the next steps leave behind.
        picture = picture.convert("RGBA")
    alpha = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else None
    if picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode not in ("L", "RGB", "CMYK"):
        picture = picture.convert("L" if picture.mode == "LA" else "RGB")
    return picture, alpha


def _upper_byte(picture: Image.Image, key: object) -> tuple[Image.Image, Image.Image | None]:
    """16-bit greys by their upper byte; Pillow's own conversion would clip them to white."""
    wide = picture.convert("I")
    alpha = None
    if isinstance(key, int):
        alpha = wide.point([0 if level == key else 255 for level in range(1 << 16)], "L")
    return wide.point([level >> 8 for level in range(1 << 16)], "L"), alpha


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as they were meant; a profile that cannot be used, or is of other channels, counts as none."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = PROFILED.get(source.profile.xcolor_space.strip())
            if mode == "RGB" and picture.mode == "L":
                picture = picture.convert("RGB")
            if mode == picture.mode:
                return _converted(picture, source)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return picture.convert("RGB") if picture.mode != "RGB" else picture


def _converted(picture: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    target = ImageCms.createProfile("sRGB")
    in_place = picture.mode == "RGB"
    made = ImageCms.profileToProfile(picture, source, target, outputMode="RGB", inPlace=in_place)
    return picture if made is None else made


def encoded(picture: Image.Image, format_: str) -> bytes:
    """The file's bytes. JPEG has no transparency: it is laid on white."""
    out = io.BytesIO()
    # More thoroughness on the largest pictures would use up the child's seconds for a few percent.
    large = picture.width * picture.height > LARGE_PIXELS
    if format_ == "JPEG":
        if picture.mode == "RGBA":
            paper = Image.new("RGB", picture.size, "white")
            paper.paste(picture, mask=picture.getchannel("A"))
            picture = paper
        picture.save(out, "JPEG", quality=95, subsampling=0)
    elif format_ == "WEBP":
        picture.save(out, "WEBP", quality=90, method=0 if large else 2)
    else:
        picture.save(out, "PNG", compress_level=1 if large else 6)
    return out.getvalue()


def fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Scaled down; never up.

    Whole steps first (2 or more pixels to one are averaged), the finer filter for what is left: a tenth of the
    time and of the memory that the finer filter alone takes from the full frame.
    """
    size = (max(1, min(width, picture.width)), max(1, min(height, picture.height)))
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.0)


def at_width(picture: Image.Image, step: int) -> Image.Image:
    """As wide as the rendition ``step``, or as the picture itself if that is narrower."""
    width = min(step, picture.width)
    return fitted(picture, width, round(picture.height * width / picture.width))


def renditions(picture: Image.Image, widths: list[int]) -> list[bytes]:
    """The WebP copies at ``widths``, widest first, each made from the one before."""
    copies = []
    for step in reversed(widths):
        picture = at_width(picture, step)
        out = io.BytesIO()
        # The more thorough method would take as long on the largest alone as decoding and everything else.
        picture.save(out, "WEBP", quality=80, method=0 if step > THOROUGH_WIDTH else 2)
        copies.append(out.getvalue())
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
    picture = normalised(open_checked(data, mime))
    copy, copy_mime = b"", mime
    if not keep_original:
        format_ = kept_format(data, mime, picture)
        copy, copy_mime = encoded(picture, format_), f"image/{format_.lower()}"
    (width, height), transparent = picture.size, picture.mode == "RGBA"
    widths = rendition_widths(width)
    # Rebound, so that the full frame is gone before the encoder needs memory of its own.
    picture = at_width(picture, widths[-1])
    copies = renditions(picture, widths)
    small = tiny(Image.open(io.BytesIO(copies[-1]), formats=["WEBP"]))
    facts = {
        "mime": copy_mime,
        "width": width,
        "height": height,
        "transparent": transparent,
        "color": dominant(small),
        "placeholder": placeholder(small),
        "renditions": widths[::-1],
    }
    return facts, [copy, *copies]


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
