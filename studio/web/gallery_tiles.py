"""The tiles of the gallery: one template, poured once for each picture."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.utils.html import escape
from django.utils.translation import get_language

from studio.accounts.models import User
from studio.gallery.selectors import Page
from studio.gallery.shown import Shown
from studio.images import selectors as images
from studio.web.moulds import Mould, together
from studio.web.run_words import age

EAGER = 6
"""Pictures of the first row, loaded before anything else."""

VALUES = ("id", "href", "src", "srcset", "width", "height", "color", "placeholder", "tint", "liked")
TEXTS = ("alt", "prompt", "caption", "initials")
"""What ``gallery/_tile.html`` is made of, all of it finished."""


class Maker(NamedTuple):
    """Who made a picture, in the three ways that a tile says it."""

    name: str
    initials: str
    tint: str

    @classmethod
    def of(cls, image: Shown) -> Maker:
        user = User(pk=image.owner_id, name=image.owner_name, email=image.owner_email)
        return cls(user.get_short_name(), user.initials, str(user.tint))


def tiles(page: Page, tail: str, *, first: bool) -> str:
    """The HTML of a page's tiles; ``tail`` is the query of their links, ``first`` says that they begin the page."""
    language, tail = get_language() or "", escape(tail)
    makers = {
        image.owner_id: Maker.of(image) for image in {each.owner_id: each for each in page.images}.values()
    }
    pieces = []
    for index, image in enumerate(page.images):
        values = _values(image, tail, liked=image.id in page.favourites)
        maker = makers[image.owner_id]
        values["tint"] = maker.tint
        mould = _mould(language, eager=first and index < EAGER, stand_in=bool(values["placeholder"]))
        pieces.append(mould.pour(values, _texts(image, maker)))
    return together(pieces)


@cache
def _mould(language: str, *, eager: bool, stand_in: bool) -> Mould:
    """One for each language that the words of the template may be in."""
    return Mould("gallery/_tile.html", values=VALUES, texts=TEXTS, eager=eager, stand_in=stand_in)


def _values(image: Shown, tail: str, *, liked: bool) -> dict[str, str]:
    name = str(image.id)
    src, srcset = images.sources(name, image.renditions, image.width)
    return {
        "id": name,
        "href": f"/images/{name}/{tail}",
        "src": src,
        "srcset": srcset,
        "width": str(image.width),
        "height": str(image.height),
        "color": image.color,
        # Behind a transparent picture its stand-in would show through.
        "placeholder": "" if image.transparent else image.placeholder,
        "liked": "true" if liked else "",
    }


def _texts(image: Shown, maker: Maker) -> dict[str, str]:
    caption = (maker.name, image.model_label, age(image.created_at))
    return {
        "alt": images.alt_text(image),
        "prompt": image.prompt,
        "caption": " · ".join([part for part in caption if part]),
        "initials": maker.initials,
    }
