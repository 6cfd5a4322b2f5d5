"""The parameters that only ``extra`` can carry: styles of one's own, controls, and texts with their places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from providers.adapters.recraft.models import Family
from providers.base import ImageRequest
from providers.refusals import raise_first

CORNERS = 4
MOST_LEVEL = 5


def refuse_wrong_options(request: ImageRequest, model: Family) -> None:
    """Raises InvalidRequest for an option that this model does not take, or that is not written as it must be."""
    given = request.extra
    nested = {"controls", "text_layout"} & set(given)
    controls = given.get("controls", {})
    refusals = {
        "An extra parameter is not one of this vendor's.": not set(given)
        <= {"style_id", "substyle", "controls", "text_layout"},
        "This model takes no style.": not model.styled
        and (bool(request.style) or bool({"style_id", "substyle"} & set(given))),
        "A style has a name or an id, not both.": bool(request.style) and "style_id" in given,
        "A substyle belongs to a style.": "substyle" in given and not request.style,
        "The style's id is not one.": "style_id" in given and not _is_uuid(given["style_id"]),
        "The substyle is a name.": not isinstance(given.get("substyle", ""), str),
        # The forms that carry a picture have flat fields alone.
        "Controls and a text layout go with a new picture alone.": bool(nested) and bool(request.references),
        "This model takes no text layout.": "text_layout" in given and not model.layout,
        "The text layout is not written as this vendor reads it.": "text_layout" in given
        and not _is_layout(given["text_layout"]),
        "The controls are not written as this vendor reads them.": not _are_controls(controls),
        "This model does not take these controls.": isinstance(controls, Mapping)
        and not set(controls) <= model.controls,
    }
    raise_first(refusals)


def _is_uuid(told: Any) -> bool:
    try:
        return bool(isinstance(told, str) and UUID(told))
    except ValueError:
        return False


def _are_controls(told: Any) -> bool:
    """``{colors: [{rgb}], background_color: {rgb}, no_text, artistic_level}``, each of them optional."""
    if not isinstance(told, Mapping):
        return False
    colours = told.get("colors", [])
    level = told.get("artistic_level", 0)
    return (
        isinstance(colours, list)
        and all(_is_colour(colour) for colour in colours)
        and ("background_color" not in told or _is_colour(told["background_color"]))
        and isinstance(told.get("no_text", False), bool)
        and isinstance(level, int)
        and 0 <= level <= MOST_LEVEL
    )


def _is_colour(told: Any) -> bool:
    """``{"rgb": [255, 142, 60]}``."""
    rgb = told.get("rgb") if isinstance(told, Mapping) else None
    return (
        isinstance(rgb, list)
        and len(rgb) == 3
        and all(isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= 255 for part in rgb)
    )


def _is_layout(told: Any) -> bool:
    """``[{"text": "SALE", "bbox": [[x, y] × 4]}]``, the corners as shares of the picture's sides."""
    return isinstance(told, list) and all(
        isinstance(item, Mapping)
        and isinstance(item.get("text"), str)
        and isinstance(item.get("bbox"), list)
        and len(item["bbox"]) == CORNERS
        and all(_is_point(point) for point in item["bbox"])
        for item in told
    )


def _is_point(told: Any) -> bool:
    return (
        isinstance(told, list)
        and len(told) == 2
        and all(isinstance(share, int | float) and 0 <= share <= 1 for share in told)
    )
