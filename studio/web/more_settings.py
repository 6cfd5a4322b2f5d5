"""The settings that one model has of its own, as the composer shows them under "More settings"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from studio.catalog import labels
from studio.catalog.cards import Option
from studio.catalog.entries import Entry
from studio.catalog.extras import CHOICE, FLAG, TEXT, Extra, written
from studio.catalog.fields import Parameters

SEGMENTS = 3
"""As many choices stand side by side; more go into a list."""


@dataclass(frozen=True, slots=True)
class Control:
    """One setting. ``look`` is slider, number, segments, list or text; ``usual`` is what it opens with."""

    field: str
    id: str
    label: str
    look: str
    value: str
    usual: str
    options: tuple[Option, ...] = ()
    least: str = ""
    most: str = ""
    step: str = ""
    hint: str = ""
    length: int = 12


def controls(entry: Entry, parameters: Parameters) -> dict[str, Any]:
    """The controls of this model, set to ``parameters``; those that are not shown keep a value that they have."""
    shown = [_control(extra, parameters) for extra in entry.extra.values() if extra.shown]
    kept = [
        (extra.field, written(parameters.extra[name]))
        for name, extra in entry.extra.items()
        if not extra.shown and name in parameters.extra
    ]
    changed = sum(each.value != each.usual for each in shown)
    # What says how large a tool's picture is stands open: it is what the tool is for.
    return {"shown": shown, "kept": kept, "changed": changed, "open": any(_sizes(entry))}


def _sizes(entry: Entry) -> Iterable[str]:
    return (extra.role for extra in entry.extra.values())


def _control(extra: Extra, parameters: Parameters) -> Control:
    value = written(parameters.extra.get(extra.name, extra.default))
    options = tuple(_options(extra, value))
    return Control(
        field=extra.field,
        id=extra.field.replace(".", "-"),
        label=_(extra.label),
        look=_look(extra, len(options)),
        value=value,
        usual=written(extra.default),
        options=options,
        least=written(extra.least),
        most=written(extra.most),
        step=written(extra.step),
        hint=_hint(extra),
        length=extra.length or 12,
    )


def _look(extra: Extra, choices: int) -> str:
    """A slider says a number from the start, so it is for those whose usual one is known."""
    if choices:
        return "segments" if choices <= SEGMENTS else "list"
    if extra.kind == TEXT:
        return "text"
    return "number" if extra.default is None else "slider"


def _options(extra: Extra, value: str) -> Iterable[Option]:
    """Off and on, or the vendor's choices; before them nothing at all, where nobody knows what that comes to."""
    if extra.kind not in (CHOICE, FLAG):
        return
    if extra.default is None:
        yield Option("", _("Model's own"), not value)
    if extra.kind == FLAG:
        yield Option("false", _("Off"), value == "false")
        yield Option("true", _("On"), value == "true")
    for choice in extra.choices:
        yield Option(choice, labels.style(choice), value == choice)


def _hint(extra: Extra) -> str:
    if extra.kind == TEXT:
        return extra.example
    bounds = {"least": written(extra.least), "most": written(extra.most)}
    return _("Model's own, or %(least)s to %(most)s") % bounds
