"""Why a file was not taken, or not kept: one class per cause, each with its own sentence."""

from __future__ import annotations

import errno

from django.utils.translation import gettext as _

from studio.core.errors import StudioError


class BadPicture(StudioError):
    """The file cannot be used as a picture. ``name`` is how the person calls it, or empty."""

    code = "bad_picture"
    status = 422

    def __init__(self, name: str = "", **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence() % {"name": name or _("This file"), **facts})

    def sentence(self) -> str:
        """What is shown, with ``%(name)s`` and the facts to be filled in."""
        return _("%(name)s is damaged and cannot be read. Save it again as PNG, JPEG, WebP or AVIF.")


class Unsupported(BadPicture):
    """None of the four formats, by its bytes; the name's ending is never asked.

    Facts: ``kind``, one of ``kinds.KINDS``, or empty where nobody knows what it is, and ``limit`` in megabytes.
    """

    code = "unsupported_picture"

    def sentence(self) -> str:
        kind = self.facts.get("kind", "")
        others = {
            "empty": _("%(name)s is empty. Save or download it once more, then add it again."),
            "gif": _("%(name)s is a GIF. Save the frame you want as PNG, then add that."),
            "pdf": _("%(name)s is a PDF document. Export the page as PNG or JPEG, then add that."),
            "html": _("%(name)s is a web page and not a picture. Save the picture itself, then add that."),
            "video": _("%(name)s is a video. Save the frame you want as PNG or JPEG, then add that."),
            "zip": _("%(name)s is an archive. Unpack it, then add the picture from inside."),
            "text": _("%(name)s holds text and no picture. Use PNG, JPEG, WebP or AVIF under %(limit)s MB."),
            "sound": _(
                "%(name)s holds sound and no picture. Use PNG, JPEG, WebP or AVIF under %(limit)s MB."
            ),
        }
        if kind in others:
            return others[str(kind)]
        pictures = {
            "heic": _("a HEIC photo"),
            "tiff": _("a TIFF"),
            "svg": _("an SVG drawing"),
            "bmp": _("a BMP"),
            "ico": _("an icon file"),
            "psd": _("a Photoshop file"),
            "eps": _("a PostScript drawing"),
            "jxl": _("a JPEG XL picture"),
            "jp2": _("a JPEG 2000 picture"),
        }
        if kind in pictures:
            self.facts["words"] = pictures[str(kind)]
            return _("%(name)s is %(words)s. Save it as JPEG or PNG, then add that.")
        return _("%(name)s is not supported. Use PNG, JPEG, WebP or AVIF under %(limit)s MB.")


class TooLarge(BadPicture):
    """More bytes than are taken. Facts: ``megabytes``, ``limit``."""

    code = "picture_too_large"

    def sentence(self) -> str:
        return _("%(name)s is %(megabytes)s MB. Use a file under %(limit)s MB.")


class TooManyPixels(BadPicture):
    """More pixels, or a longer side, than are taken. Facts: ``width``, ``height``; 0 where they are beyond telling."""

    code = "picture_too_many_pixels"

    def sentence(self) -> str:
        if not self.facts["width"]:
            return _(
                "%(name)s says that it has over 170 megapixels. "
                "Use at most 40 megapixels, and no side over 16,383 pixels."
            )
        return _(
            "%(name)s is %(width)s × %(height)s. Use at most 40 megapixels, and no side over 16,383 pixels."
        )


class Animated(BadPicture):
    """More than one frame."""

    code = "picture_animated"

    def sentence(self) -> str:
        return _("%(name)s is an animation. Use a still picture.")


class Broken(BadPicture):
    """It begins as one of the formats and cannot be decoded."""

    code = "picture_broken"


class TimedOut(BadPicture):
    """Decoding took too long, or needed too much memory, and was stopped."""

    code = "picture_timed_out"

    def sentence(self) -> str:
        return _("%(name)s took too much work to read. Save it again as PNG or JPEG, or make it smaller.")


class Busy(StudioError):
    """Every decoder is at work and stayed so for the whole wait, or too many wait already."""

    code = "busy"
    status = 503

    def __init__(self, name: str = "") -> None:
        sentence = _(
            "%(name)s was not read, because many pictures are being read now. Try again in a minute."
        )
        super().__init__(sentence % {"name": name or _("This file")})


class NotKept(StudioError):
    """The picture is good and the store could not write it: ``cause`` is what the disk said."""

    code = "not_kept"
    status = 507

    def __init__(self, cause: OSError) -> None:
        self.full = cause.errno in (errno.ENOSPC, errno.EDQUOT)
        if self.full:
            sentence = _(
                "This server's disk is full, so the picture was not kept. Tell whoever runs the server."
            )
        else:
            sentence = _(
                "This server could not write to its disk, so the picture was not kept. "
                "Tell whoever runs the server."
            )
        super().__init__(sentence)
