"""Settings as somebody sent them, made valid or refused with what to do about each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.catalog import extra_values, labels, sizes
from studio.catalog.entries import AUTO, NEEDED, Entry
from studio.catalog.fields import (
    BACKGROUNDS,
    COMPRESSED,
    LOW,
    MAX_COMPRESSION,
    MAX_SEED,
    MODERATIONS,
    OPAQUE,
    TRANSPARENT,
    Parameters,
    defaults,
    is_auto,
    sizing_of,
)
from studio.catalog.rules import sides
from studio.core.errors import Invalid

TOO_LONG = "prompt_too_long"


def validate(
    entry: Entry, data: Mapping[str, str], references: int, has_mask: bool, prompt: str
) -> Parameters:
    """The settings in ``data``, complete and valid for this model; what is not said takes its default.

    Raises Invalid with a sentence per field, and with the code TOO_LONG where the prompt is. Nothing is bent to fit:
    what a model cannot do is refused.
    """
    return _Reader(entry, data).read(references, has_mask, prompt)


def refused_kind(entry: Entry, kind: str) -> str:
    """What to do where this model does not do this kind of work; empty where it does."""
    if entry.does(kind) in entry.kinds:
        return ""
    if entry.kinds == ("inpaint",):
        text = _("%(model)s repaints what a mask marks. Add a mask, or pick another model.")
    else:
        text = _("%(model)s does not edit pictures. Change the reference's role, or pick another model.")
    return text % {"model": entry.label}


class _Reader:
    def __init__(self, entry: Entry, data: Mapping[str, str]) -> None:
        self.entry = entry
        self.data = data
        self.wrong: dict[str, str] = {}
        self.code = ""

    def read(self, references: int, has_mask: bool, prompt: str) -> Parameters:
        self._prompt(prompt)
        self._references(references, has_mask)
        chosen: dict[str, Any] = {
            **self._size(),
            "n": self._n(),
            "quality": self._quality(),
            "seed": self._seed(),
            "output_format": self._format(),
            "background": self._background(),
            "style": self._style(),
            "moderation": self._moderation(references),
            "strength": self._strength(),
            "negative_prompt": self._negative(),
            "extra": extra_values.read(self.entry, self.data, references, self.wrong),
        }
        chosen["output_compression"] = self._compression(chosen["output_format"])
        self._check_auto(chosen)
        if chosen["background"] == TRANSPARENT and chosen["output_format"] not in ("png", "webp"):
            self.wrong["output_format"] = _("Choose PNG or WebP: %(format)s has no transparency.") % {
                "format": labels.image_format(chosen["output_format"])
            }
        if self.wrong:
            raise Invalid(_summary(self.wrong), fields=self.wrong, code=self.code)
        return Parameters(**chosen)

    def _text(self, name: str) -> str:
        return str(self.data.get(name) or "").strip()

    def _prompt(self, prompt: str) -> None:
        limit, length = self.entry.prompt_limit, len(prompt)
        if not prompt.strip():
            if self.entry.prompt == NEEDED:
                self.wrong["prompt"] = _("Write a prompt to generate")
        elif length > limit:
            self.code = TOO_LONG
            self.wrong["prompt"] = _("Shorten the prompt to %(limit)s characters; it has %(length)s.") % {
                "limit": _count(limit),
                "length": _count(length),
            }

    def _references(self, references: int, has_mask: bool) -> None:
        most = self.entry.max_references
        if references > most:
            self.wrong["references"] = (
                ngettext(
                    "This model takes %(most)s reference; remove %(extra)s.",
                    "This model takes %(most)s references; remove %(extra)s.",
                    most,
                )
                % {"most": most, "extra": references - most}
                if most
                else _("This model takes no references. Remove them, or pick another model.")
            )
        elif not references and "generate" not in self.entry.kinds:
            self.wrong["references"] = _("Add the picture that is to be edited.")
        if has_mask and not self.entry.supports.mask:
            self.wrong["mask"] = _("This model takes no mask. Remove it, or pick a model that can.")
        elif has_mask and not references:
            self.wrong["mask"] = _("Add the picture that the mask belongs to.")

    def _n(self) -> int:
        text, most = self._text("n") or "1", self.entry.max_n
        if _is_digits(text) and 1 <= int(text) <= most:
            return int(text)
        self.wrong["n"] = (
            _("Choose 1 to %(most)s images.") % {"most": most}
            if most > 1
            else _("This model makes 1 image at a time.")
        )
        return 1

    def _size(self) -> dict[str, Any]:
        sizing = self.entry.sizing
        if sizing.style == "none":
            return {}
        field = sizes.FIELDS[sizing.style]
        value = self._text(field) or self._drawn_size()
        if is_auto(value) and not sizes.is_valid(sizing, AUTO):
            # Whoever leaves the choice to the model gets what it opens with.
            value = sizing.default
        asked, resolution = value or sizing.default, self._resolution()
        value = asked if sizes.is_valid(sizing, asked) else self._same_pixels(asked, resolution)
        if not value:
            self.wrong[field] = self._size_help(asked, resolution)
            value = sizing.default
        return sizing_of(self.entry, value, resolution)

    def _check_auto(self, chosen: Mapping[str, Any]) -> None:
        sizing, field = self.entry.sizing, sizes.FIELDS[self.entry.sizing.style]
        if not sizes.goes_with(sizing, chosen.get(field, ""), chosen["quality"]):
            self.wrong[field] = _("Choose a shape: Auto goes with the quality %(qualities)s alone.") % {
                "qualities": ", ".join(labels.quality(name) for name in sizing.auto_qualities)
            }

    def _drawn_size(self) -> str:
        width, height = self._text("width"), self._text("height")
        if width and height:
            return f"{width}x{height}"
        return self._text("size")

    def _same_pixels(self, value: str, resolution: str) -> str:
        """The choice that has exactly the pixels that were asked for."""
        known = sizes.choices(self.entry.sizing, resolution)
        return next((c.value for c in known if c.width and value == f"{c.width}x{c.height}"), "")

    def _size_help(self, asked: str, resolution: str) -> str:
        """What there is to choose from, in pixels for whoever asked in pixels."""
        limits, in_pixels = self.entry.sizing.limits, sides(asked) is not None
        if limits is None:
            known = sizes.choices(self.entry.sizing, resolution)
            offered = [f"{c.width}x{c.height}" if in_pixels and c.width else c.value for c in known]
            return _("Choose one of %(sizes)s.") % {"sizes": ", ".join(offered)}
        return _(
            "Choose sides from %(least)s to %(most)s pixels in steps of %(multiple)s, and no larger or "
            "longer than this model paints."
        ) % {"least": max(limits.least, limits.multiple), "most": limits.most, "multiple": limits.multiple}

    def _resolution(self) -> str:
        offered, text = self.entry.sizing.resolutions, self._text("resolution")
        if not text or not offered:
            if text:
                self.wrong["resolution"] = _("This model has one resolution. Clear this setting.")
            return self.entry.sizing.default_resolution
        if text in offered:
            return text
        self.wrong["resolution"] = _("Choose one of %(sizes)s.") % {"sizes": ", ".join(offered)}
        return self.entry.sizing.default_resolution

    def _quality(self) -> str:
        text, offered = self._text("quality"), self.entry.qualities
        if not text:
            return self.entry.default_quality
        if text == AUTO:
            return AUTO if offered else ""
        if text not in offered:
            self.wrong["quality"] = (
                _("Choose one of %(qualities)s.") % {"qualities": ", ".join(offered)}
                if offered
                else _("This model has one level of quality. Clear this setting.")
            )
        return text

    def _seed(self) -> int | None:
        text = self._text("seed")
        if not text:
            return None
        if not self.entry.supports.seed:
            self.wrong["seed"] = _("This model takes no seed. Clear it.")
        elif not _is_digits(text) or int(text) > MAX_SEED:
            self.wrong["seed"] = _("Use a whole number from 0 to %(most)s, or leave it empty.") % {
                "most": _count(MAX_SEED)
            }
        else:
            return int(text)
        return None

    def _format(self) -> str:
        text = self._text("output_format").lower() or self.entry.formats[0]
        text = "jpeg" if text == "jpg" else text
        if text not in self.entry.formats:
            self.wrong["output_format"] = _("Choose one of %(formats)s.") % {
                "formats": ", ".join(labels.image_format(name) for name in self.entry.formats)
            }
        return text

    def _background(self) -> str:
        text = self._text("background")
        if not self.entry.supports.transparency:
            if text not in ("", AUTO, OPAQUE):
                self.wrong["background"] = _("This model makes no transparent background. Choose Opaque.")
            return ""
        if is_auto(text):
            return text or defaults(self.entry).background
        if text not in BACKGROUNDS:
            self.wrong["background"] = _("Choose Opaque or Transparent.")
        return text

    def _style(self) -> str:
        text, offered = self._text("style"), self.entry.styles
        if text and text not in offered:
            self.wrong["style"] = (
                _("Choose one of %(styles)s.") % {"styles": ", ".join(map(labels.style, offered))}
                if offered
                else _("This model has no styles. Clear this setting.")
            )
        return text or defaults(self.entry).style

    def _moderation(self, references: int) -> str:
        text = self._text("moderation")
        if not self.entry.supports.moderation:
            if not is_auto(text):
                self.wrong["moderation"] = _("This model's moderation cannot be chosen. Clear this setting.")
            return ""
        if text and text not in MODERATIONS:
            self.wrong["moderation"] = _("Choose Standard or Less strict.")
        elif text == LOW and references:
            self.wrong["moderation"] = _("Choose Standard: with references there is no other.")
        return text or AUTO

    def _compression(self, output_format: str) -> int | None:
        text = self._text("output_compression")
        if not text:
            return None
        if not self.entry.supports.compression:
            self.wrong["output_compression"] = _("This model has no compression. Clear this setting.")
        elif output_format not in COMPRESSED:
            self.wrong["output_compression"] = _("Choose JPEG or WebP, or clear the compression.")
        elif not _is_digits(text) or int(text) > MAX_COMPRESSION:
            self.wrong["output_compression"] = _("Use a whole number from 0 to 100, or leave it empty.")
        else:
            return int(text)
        return None

    def _strength(self) -> float | None:
        text = self._text("strength")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not self.entry.supports.strength:
            self.wrong["strength"] = _("This model has no strength. Clear this setting.")
        elif not 0.0 <= value <= 1.0:
            self.wrong["strength"] = _("Use a number from 0 to 1.")
        else:
            return value
        return None

    def _negative(self) -> str:
        text = self._text("negative_prompt")
        if text and not self.entry.supports.negative:
            self.wrong["negative_prompt"] = _("This model takes no negative prompt. Clear it.")
        elif len(text) > self.entry.prompt_limit:
            self.wrong["negative_prompt"] = _("Shorten the negative prompt to %(limit)s characters.") % {
                "limit": _count(self.entry.prompt_limit)
            }
        return text


def _summary(wrong: Mapping[str, str]) -> str:
    if len(wrong) == 1 and "prompt" in wrong:
        return wrong["prompt"]
    return ngettext("Fix %(count)s setting", "Fix %(count)s settings", len(wrong)) % {"count": len(wrong)}


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _count(number: int) -> str:
    return str(number_format(number, force_grouping=True))
