"""Why a file was not taken: one class per cause, each with its own sentence."""

from __future__ import annotations

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
    """None of the four formats, by its bytes; the name's ending is never asked."""

    code = "unsupported_picture"

    def sentence(self) -> str:
        return _("%(name)s is not supported. Use PNG, JPEG, WebP or AVIF under 20 MB.")


class TooLarge(BadPicture):
    """More bytes than are taken. Facts: ``megabytes``, ``limit``."""

    code = "picture_too_large"

    def sentence(self) -> str:
        return _("%(name)s is %(megabytes)s MB. Use a file under %(limit)s MB.")


class TooManyPixels(BadPicture):
    """More pixels, or a longer side, than are taken. Facts: ``width``, ``height``."""

    code = "picture_too_many_pixels"

    def sentence(self) -> str:
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
    """Every decoder is at work and stayed so for the whole wait."""

    code = "busy"
    status = 503

    def __init__(self) -> None:
        super().__init__(_("Many pictures are being read. Try again in a minute."))
