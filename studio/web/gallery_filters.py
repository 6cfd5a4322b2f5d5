"""The gallery's filters as finished texts and links: what is on, what it can be narrowed to, and what found nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.catalog.selectors import label
from studio.gallery.badges import Choices
from studio.gallery.shelves import CREATED, EDITED, UPLOADS
from studio.web.shelves import DAYS, MOST_STARS, Address


@dataclass(frozen=True, slots=True)
class Filter:
    """A chip: ``label`` says what is on, or what it would narrow; ``off`` is the address without it."""

    name: str
    label: str
    on: bool
    off: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a filter's menu; people have initials and a tint."""

    value: str
    label: str
    on: bool
    initials: str = ""
    tint: int = 0


def filters(address: Address, found: Choices) -> list[Filter]:
    """The chips in their order, each with its way back."""
    people = [user.get_short_name() for user in found.people if user.pk in address.people]
    made_by = _("Made by %(names)s") % {"names": ", ".join(people)} if people else ""
    return [
        _chip(address, "model", _("Model"), ", ".join(map(label, address.models)), models=()),
        _chip(address, "by", _("Made by"), made_by, people=()),
        _chip(address, "date", _("Date"), when(address), days=0, first=None, last=None),
        _chip(address, "rating", _("Rating"), rating(address.stars) if address.stars else "", stars=0),
        _chip(address, "kind", _("Kind"), kinds().get(address.kind, ""), kind=""),
    ]


def _chip(address: Address, name: str, title: str, said: str, **without: Any) -> Filter:
    return Filter(name=name, label=said or title, on=bool(said), off=address.link(**without))


def choices(address: Address, found: Choices) -> dict[str, Any]:
    """What each menu offers, with what is chosen now."""
    return {
        "model": sorted(
            (Choice(model, label(model), model in address.models) for model in found.models),
            key=lambda choice: choice.label.casefold(),
        ),
        "by": [
            Choice(str(user.pk), user.get_short_name(), user.pk in address.people, user.initials, user.tint)
            for user in found.people
        ],
        "days": [Choice(str(days), last_days(days), days == address.days) for days in DAYS],
        "since": address.first.isoformat() if address.first else "",
        "until": address.last.isoformat() if address.last else "",
        "rating": [
            Choice(str(stars), rating(stars), stars == address.stars) for stars in range(1, MOST_STARS + 1)
        ],
        "kind": [Choice(value, label, value == address.kind) for value, label in kinds().items()],
    }


def kinds() -> dict[str, str]:
    return {CREATED: _("Created"), EDITED: _("Edited"), UPLOADS: _("Uploads")}


def rating(stars: int) -> str:
    if stars == MOST_STARS:
        return _("5 stars")
    return ngettext("%(stars)d star or more", "%(stars)d stars or more", stars) % {"stars": stars}


def last_days(days: int) -> str:
    if days == DAYS[-1]:
        return _("Last 12 months")
    return _("Last %(days)d days") % {"days": days}


def when(address: Address) -> str:
    """The dates that are on, in words; nothing where none are."""
    first, last = address.first, address.last
    if address.days:
        return last_days(address.days)
    if first and last:
        if first == last:
            return _date(first)
        return _("%(first)s to %(last)s") % {"first": _date(first), "last": _date(last)}
    if first:
        return _("Since %(day)s") % {"day": _date(first)}
    return _("Until %(day)s") % {"day": _date(last)} if last else ""


def _date(day: date) -> str:
    return date_format(day, "j M Y")


def no_match(address: Address) -> str:
    """Why the page is empty: ``No images match “amber” in the last 30 days.``"""
    wanted = _("match “%(text)s”") % {"text": address.text} if address.text else _("match these filters")
    dates = when(address)
    if (
        not dates
        or replace(address.cleared(), days=address.days, first=address.first, last=address.last) == address
    ):
        return (
            _("No images %(wanted)s.") % {"wanted": wanted} if not dates else _("No images from these dates.")
        )
    return _("No images %(wanted)s (%(dates)s).") % {"wanted": wanted, "dates": dates[0].lower() + dates[1:]}
