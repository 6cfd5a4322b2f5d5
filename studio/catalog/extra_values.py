"""What somebody wants of a model's own settings: made valid or refused, fitted to another model, and in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from studio.catalog import labels, loader
from studio.catalog.entries import Entry
from studio.catalog.extras import CHOICE, FLAG, INTEGER, PREFIX, TEXT, Extra, Value, written


def read(entry: Entry, data: Mapping[str, str], references: int, wrong: dict[str, str]) -> dict[str, Value]:
    """The model's own settings in ``data``, in the order of its file, as its vendor is sent them.

    What says no more than the vendor does by itself is left out. A sentence goes into ``wrong`` at each field that the
    model does not have, or that it cannot say.
    """
    wanted = _wanted(data)
    for name in wanted:
        if name not in entry.extra:
            text = _("%(model)s has no setting called %(name)s. Leave it out.")
            wrong[PREFIX + name] = text % {"model": entry.label, "name": name[:80]}
    found = {name: extra.value(wanted[name]) for name, extra in entry.extra.items() if name in wanted}
    values: dict[str, Value] = {}
    for name, value in found.items():
        extra = entry.extra[name]
        if value is None:
            wrong[extra.field] = _help(extra)
        elif extra.alone and references and value != extra.default:
            text = _("%(setting)s: it goes with no reference. Set it back, or remove the references.")
            wrong[extra.field] = text % {"setting": _(extra.label)}
        elif value != extra.default:
            values[name] = value
    return values


def nearest(entry: Entry, wanted: Mapping[str, str], notes: list[str]) -> dict[str, Value]:
    """The wanted settings that this model has too, numbers within its bounds, and a note for each that changed.

    A name is of one kind with all models, which the loader sees to.
    """
    asked = _wanted(wanted)
    values: dict[str, Value] = {}
    for name, extra in entry.extra.items():
        if name not in asked:
            continue
        value = extra.value(asked[name])
        if value is None:
            value = _clamped(extra, asked[name])
            notes.append(_changed(extra, value))
        if value is not None and value != extra.default:
            values[name] = value
    notes += [
        _("%(setting)s left out, this model has no such setting") % {"setting": _label(name)}
        for name in asked
        if name not in entry.extra
    ]
    return values


def chosen(entry: Entry, form: Mapping[str, str]) -> dict[str, str]:
    """The form without those settings of this model that say what its vendor does anyway: nobody chose them."""
    usual = {extra.field: written(extra.default) for extra in entry.extra.values()}
    return {name: text for name, text in form.items() if usual.get(name) != text}


def words(entry: Entry | None, name: str, value: Value | None) -> tuple[str, str]:
    """A setting and what it is set to, in words; None is what the vendor does by itself, empty if nobody knows that.

    One that the catalogue no longer knows keeps the vendor's name.
    """
    extra = entry.extra.get(name) if entry else None
    if extra is None:
        return name, _say(value)
    said = extra.default if value is None else value
    return _(extra.label), labels.style(written(said)) if extra.kind == CHOICE else _say(said)


def _wanted(data: Mapping[str, str]) -> dict[str, str]:
    """What is said at all, by the vendor's names."""
    said = (
        (key.removeprefix(PREFIX), str(text).strip()) for key, text in data.items() if key.startswith(PREFIX)
    )
    return {name: text for name, text in said if text}


def _help(extra: Extra) -> str:
    names: dict[str, object] = {"setting": _(extra.label)}
    if extra.kind == CHOICE:
        names["choices"] = ", ".join(map(labels.style, extra.choices))
        return _("%(setting)s: choose one of %(choices)s.") % names
    if extra.kind == FLAG:
        return _("%(setting)s: choose on or off.") % names
    if extra.kind == TEXT:
        names |= {"length": extra.length, "example": extra.example}
        return _("%(setting)s: use a text of at most %(length)s characters, such as %(example)s.") % names
    names |= {"least": written(extra.least), "most": written(extra.most)}
    if extra.kind == INTEGER:
        return _("%(setting)s: use a whole number from %(least)s to %(most)s.") % names
    return _("%(setting)s: use a number from %(least)s to %(most)s.") % names


def _clamped(extra: Extra, text: str) -> Value | None:
    number = extra.number(text) if extra.is_numeric else None
    return None if number is None else type(number)(min(max(number, extra.least), extra.most))


def _changed(extra: Extra, value: Value | None) -> str:
    if value is None:
        return _("%(setting)s left out, this model cannot have it so") % {"setting": _(extra.label)}
    text = _("%(setting)s changed to %(value)s, the closest this model offers")
    return text % {"setting": _(extra.label), "value": written(value)}


def _label(name: str) -> str:
    """What the first model that has such a setting calls it; the vendor's name where none does."""
    declared = (entry.extra[name] for entry in loader.catalog().entries.values() if name in entry.extra)
    extra = next(declared, None)
    return _(extra.label) if extra else name


def _say(value: Value | None) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return written(value)
