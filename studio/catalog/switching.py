"""What becomes of the settings when another model is picked: the nearest it offers, with a note for each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.catalog import extra_values, labels, sizes
from studio.catalog.entries import Entry
from studio.catalog.fields import (
    COMPRESSED,
    LOW,
    MAX_COMPRESSION,
    MAX_SEED,
    QUALITY_RANKS,
    TRANSPARENT,
    Parameters,
    defaults,
    is_auto,
    sizing_of,
)
from studio.catalog.rules import sides

SAME_SHAPE = 0.03
SAME_AREA = (0.5, 2.0)


def nearest(entry: Entry, wanted: Mapping[str, str]) -> tuple[Parameters, list[str]]:
    """Valid settings as close to ``wanted`` as the model allows, and a sentence for each that had to change.

    ``wanted`` is a form's texts, or another model's ``Parameters.as_form()``: with its width and height a
    preset that this model does not know still finds the closest shape. What cannot be read takes its default.
    """
    return _nearest(entry, wanted, by_shape=False)


def _nearest(entry: Entry, wanted: Mapping[str, str], *, by_shape: bool) -> tuple[Parameters, list[str]]:
    """With ``by_shape`` a shape that was said is the same in every model's pixels, and no change to tell of."""
    notes: list[str] = []
    chosen: dict[str, Any] = {
        **_size(entry, wanted, notes, by_shape=by_shape),
        "n": _n(entry, wanted, notes),
        "quality": _quality(entry, wanted, notes),
        "seed": _seed(entry, wanted, notes),
        "background": _background(entry, wanted, notes),
        "style": _style(entry, wanted),
        "moderation": _moderation(entry, wanted, notes),
        "strength": _strength(entry, wanted),
        "negative_prompt": _negative(entry, wanted, notes),
        "extra": extra_values.nearest(entry, wanted, notes),
    }
    field = sizes.FIELDS[entry.sizing.style]
    if not sizes.goes_with(entry.sizing, chosen.get(field, ""), chosen["quality"]):
        chosen |= sizing_of(entry, entry.sizing.default, chosen["resolution"])
        notes.append(_changed(labels.size(entry.sizing.default)))
    chosen["output_format"] = _format(entry, wanted, chosen["background"], notes)
    chosen["output_compression"] = _compression(entry, wanted, chosen["output_format"], notes)
    return Parameters(**chosen), notes


def faithful(entry: Entry, wanted: Mapping[str, str]) -> Parameters | None:
    """The settings as this model says them, or None where any of them would change or be left out.

    For whoever did not pick this model, and is not asked. A quality is the same by its rank, a size by its shape and
    about as many pixels.
    """
    if entry.stand_in:
        # Nothing filters what the studio paints itself: it is as little strict as anybody can ask for.
        wanted = {**wanted, "moderation": ""}
    chosen, notes = _nearest(entry, wanted, by_shape=True)
    quality, style, strength = (wanted.get(name, "") for name in ("quality", "style", "strength"))
    sized = wish_of(wanted) is not None
    lost = (
        (style and style != chosen.style)
        or (strength and chosen.strength is None)
        or (not is_auto(quality) and not _same_quality(entry, quality))
        or (sized and entry.sizing.style == "none")
        or not same_size(chosen, wanted)
    )
    return None if notes or lost else chosen


def _same_quality(entry: Entry, quality: str) -> bool:
    """A model of one level paints what others call medium."""
    rank = QUALITY_RANKS.get(quality)
    return quality in entry.qualities or (
        rank is not None and rank in {QUALITY_RANKS.get(name) for name in entry.qualities or ("medium",)}
    )


def same_size(parameters: Parameters, wanted: Mapping[str, str]) -> bool:
    """Whether the picture has the shape that was asked for and, where pixels were, at most twice or half of them."""
    wish = wish_of(wanted)
    if wish is None or not (parameters.width and parameters.height):
        return True
    ratio, area = parameters.width / parameters.height, parameters.width * parameters.height
    if abs(math.log(ratio / wish.ratio)) > SAME_SHAPE:
        return False
    return wish.area is None or SAME_AREA[0] <= area / wish.area <= SAME_AREA[1]


def _size(entry: Entry, wanted: Mapping[str, str], notes: list[str], *, by_shape: bool) -> dict[str, Any]:
    sizing = entry.sizing
    if sizing.style == "none":
        return {}
    resolution = _resolution(entry, wanted)
    own = wanted.get(sizes.FIELDS[sizing.style], "")
    if own and sizes.is_valid(sizing, own):
        return sizing_of(entry, own, resolution)
    wish = wish_of(wanted)
    choice = sizes.nearest(sizing, wish, resolution) if wish else None
    if choice is None:
        return sizing_of(entry, sizing.default, resolution)
    if not _says_the_same(choice, wanted) and not (by_shape and _has_the_shape(choice, wanted)):
        notes.append(_changed(_name(entry, choice)))
    return sizing_of(entry, choice.value, resolution)


def _changed(size: str) -> str:
    return _("Size changed to %(size)s, the closest this model offers") % {"size": size}


def wish_of(wanted: Mapping[str, str]) -> sizes.Wish | None:
    """The shape that a form's settings ask for, and its area where they say pixels; None where they say nothing."""
    width, height = wanted.get("width", ""), wanted.get("height", "")
    pair = sides(wanted.get("size", "")) or sides(f"{width}x{height}")
    ratio = sizes.ratio_of(wanted.get("aspect_ratio", ""))
    if ratio is not None:
        return sizes.Wish(ratio, pair[0] * pair[1] if pair else None)
    return sizes.Wish(pair[0] / pair[1], pair[0] * pair[1]) if pair else None


def _says_the_same(choice: sizes.Choice, wanted: Mapping[str, str]) -> bool:
    pixels = f"{choice.width}x{choice.height}"
    drawn = f"{wanted.get('width', '')}x{wanted.get('height', '')}"
    return choice.value == wanted.get("aspect_ratio") or pixels in (drawn, wanted.get("size"))


def _has_the_shape(choice: sizes.Choice, wanted: Mapping[str, str]) -> bool:
    ratio = sizes.ratio_of(wanted.get("aspect_ratio", ""))
    return bool(
        ratio
        and choice.width
        and choice.height
        and abs(math.log(choice.width / choice.height / ratio)) <= SAME_SHAPE
    )


def _name(entry: Entry, choice: sizes.Choice) -> str:
    if entry.sizing.style == "preset":
        return next(_(preset.label) for preset in entry.sizing.presets if preset.value == choice.value)
    return labels.size(choice.value)


def _resolution(entry: Entry, wanted: Mapping[str, str]) -> str:
    resolution = wanted.get("resolution", "")
    return resolution if resolution in entry.sizing.resolutions else entry.sizing.default_resolution


def _n(entry: Entry, wanted: Mapping[str, str], notes: list[str]) -> int:
    count = _number(wanted.get("n", ""))
    if count is None or count < 1:
        return 1
    if count > entry.max_n:
        notes.append(
            ngettext(
                "Images changed to %(most)s, all this model makes at once",
                "Images changed to %(most)s, the most this model makes at once",
                entry.max_n,
            )
            % {"most": entry.max_n}
        )
    return min(count, entry.max_n)


def _quality(entry: Entry, wanted: Mapping[str, str], notes: list[str]) -> str:
    quality, offered = wanted.get("quality", ""), entry.qualities
    if not offered or is_auto(quality):
        return entry.default_quality
    if quality in offered:
        return quality
    rank = QUALITY_RANKS.get(quality)
    if rank is None:
        return entry.default_quality
    chosen = min(offered, key=lambda name: abs(QUALITY_RANKS.get(name, 1) - rank))
    if QUALITY_RANKS.get(chosen) != rank:
        notes.append(
            _("Quality changed to %(quality)s, the closest this model offers")
            % {"quality": labels.quality(chosen)}
        )
    return chosen


def _seed(entry: Entry, wanted: Mapping[str, str], notes: list[str]) -> int | None:
    seed = _number(wanted.get("seed", ""))
    if seed is None or seed > MAX_SEED:
        return None
    if not entry.supports.seed:
        notes.append(_("Seed left out, this model takes none"))
        return None
    return seed


def _background(entry: Entry, wanted: Mapping[str, str], notes: list[str]) -> str:
    if wanted.get("background") != TRANSPARENT:
        return defaults(entry).background
    if entry.supports.transparency:
        return TRANSPARENT
    notes.append(_("Background changed to opaque, this model makes no transparency"))
    return ""


def _format(entry: Entry, wanted: Mapping[str, str], background: str, notes: list[str]) -> str:
    wish = wanted.get("output_format", "")
    clear = [name for name in entry.formats if background != TRANSPARENT or name in ("png", "webp")]
    if wish in clear:
        return wish
    if wish:
        notes.append(_("Format changed to %(format)s") % {"format": labels.image_format(clear[0])})
    return clear[0]


def _style(entry: Entry, wanted: Mapping[str, str]) -> str:
    """Without a note: most often it is what the other model opened with, and nobody chose it."""
    style = wanted.get("style", "")
    return style if style in entry.styles else defaults(entry).style


def _moderation(entry: Entry, wanted: Mapping[str, str], notes: list[str]) -> str:
    if wanted.get("moderation") != LOW:
        return defaults(entry).moderation
    if entry.supports.moderation:
        return LOW
    notes.append(_("Moderation changed to standard, this model has no other"))
    return ""


def _compression(entry: Entry, wanted: Mapping[str, str], output_format: str, notes: list[str]) -> int | None:
    level = _number(wanted.get("output_compression", ""))
    if level is None or level > MAX_COMPRESSION:
        return None
    if entry.supports.compression and output_format in COMPRESSED:
        return level
    notes.append(_("Compression left out, it is for JPEG and WebP with models that have it"))
    return None


def _strength(entry: Entry, wanted: Mapping[str, str]) -> float | None:
    try:
        strength = float(wanted.get("strength", ""))
    except ValueError:
        return None
    return strength if entry.supports.strength and 0.0 <= strength <= 1.0 else None


def _negative(entry: Entry, wanted: Mapping[str, str], notes: list[str]) -> str:
    text = wanted.get("negative_prompt", "")
    if text and not entry.supports.negative:
        notes.append(_("Negative prompt left out, this model takes none"))
        return ""
    return text[: entry.prompt_limit]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
