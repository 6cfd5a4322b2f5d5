"""The words that people see for values of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from studio.catalog.entries import AUTO

_TIERS: Mapping[str, Promise] = {
    "budget": gettext_lazy("Budget"),
    "standard": gettext_lazy("Standard"),
    "premium": gettext_lazy("Premium"),
}
_QUALITIES: Mapping[str, Promise] = {
    "auto": gettext_lazy("Auto"),
    "low": pgettext_lazy("quality", "Low"),
    "medium": pgettext_lazy("quality", "Medium"),
    "high": pgettext_lazy("quality", "High"),
    "xhigh": pgettext_lazy("quality", "Extra high"),
    "max": pgettext_lazy("quality", "Maximum"),
    "standard": pgettext_lazy("quality", "Standard"),
    "hd": pgettext_lazy("quality", "HD"),
}
_BACKGROUNDS: Mapping[str, Promise] = {
    "opaque": gettext_lazy("Opaque"),
    "transparent": gettext_lazy("Transparent"),
}
_MODERATIONS: Mapping[str, Promise] = {
    "auto": pgettext_lazy("moderation", "Standard"),
    "low": pgettext_lazy("moderation", "Less strict"),
}
_FORMATS = {"webp": "WebP"}


def tier(value: str) -> str:
    """``Premium`` for ``premium``; nothing for what has no tier."""
    return str(_TIERS[value]) if value else ""


def quality(value: str) -> str:
    """A vendor's word for quality; one we have no word for stays as it is, with a capital."""
    return str(_QUALITIES.get(value) or value.capitalize())


def background(value: str) -> str:
    """``Opaque`` or ``Transparent``."""
    return str(_BACKGROUNDS[value])


def moderation(value: str) -> str:
    """``Standard`` or ``Less strict``."""
    return str(_MODERATIONS[value])


def style(value: str) -> str:
    """A vendor's name for a way to paint, with a capital."""
    return value.replace("_", " ").capitalize()


def image_format(value: str) -> str:
    """``PNG``, ``WebP``."""
    return _FORMATS.get(value, value.upper())


def shape(width: int, height: int) -> str:
    """Square, Landscape or Portrait."""
    if width == height:
        return _("Square")
    return _("Landscape") if width > height else _("Portrait")


def ratio(width: int, height: int) -> str:
    """``2:3`` for 1024 × 1536."""
    common = gcd(width, height)
    return f"{width // common}:{height // common}"


def pixels(width: int | None, height: int | None) -> str:
    """``1024 × 1280``, or that the model decides."""
    if width is None or height is None:
        return _("Model decides")
    return f"{width} × {height}"


def size(value: str) -> str:
    """A size, ratio or ``auto`` as people write it."""
    return _("Auto") if value == AUTO else value.replace("x", " × ")
