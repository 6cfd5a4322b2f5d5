"""Settings that one model has beside those that many share, under the vendor's own names, as its file declares them.

Only what moves no price beyond the model's rule is declared, and nothing that says where a result goes or how many
there are. How large one is, is said by what enlarges or expands a picture, in a role. In a form such a setting is
called ``extra.`` and its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from providers.base import ImageRequest
from studio.catalog.reading import Table

CHOICE, INTEGER, NUMBER, FLAG, TEXT = "choice", "integer", "number", "flag", "text"
KINDS = (CHOICE, INTEGER, NUMBER, FLAG, TEXT)
FACTOR, WIDER, TALLER = "factor", "wider", "taller"
ROLES = ("", FACTOR, WIDER, TALLER)
"""What a number does to the size of a picture: its sides become that many times as long, or it grows by so many pixels
in width or height."""

PREFIX = "extra."
OF = "extra_of"
"""The field of a form that names the model whose settings it was drawn for."""

OURS = frozenset(each.name for each in fields(ImageRequest))
"""What every vendor is asked in our own terms; no setting of a model may stand in for one of these."""

FLAGS = {"true": True, "false": False}
MOST = 1_000_000
MAX_LENGTH = 500

KEPT, KEPT_NAME, KEPT_TEXT = 16, 64, 200
"""How many unused settings are kept, and how many characters of each one's name and value."""

_NUMBER = re.compile(r"-?[0-9]{1,7}(?:\.[0-9]{1,4})?", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?", re.ASCII)

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Extra:
    """One setting. A dot in ``name`` leads into a table of the vendor's: ``controls.no_text``.

    ``default`` is what the vendor takes when nothing is sent, None where no source says it. Numbers go from ``least``
    to ``most``, in a control by ``step``; a text has at most ``length`` characters, fits the ``pattern`` where there is
    one, and looks like its ``example``.
    ``alone``: it goes with a new picture, without references. One that is not ``shown`` is for programs. ``role`` is
    one of ROLES.
    """

    name: str
    kind: str
    label: str
    default: Value | None = None
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 0
    step: float = 1
    length: int = 0
    pattern: str = ""
    example: str = ""
    alone: bool = False
    shown: bool = True
    role: str = ""

    @property
    def field(self) -> str:
        """What a form calls it."""
        return PREFIX + self.name

    @property
    def is_numeric(self) -> bool:
        return self.kind in (INTEGER, NUMBER)

    def number(self, text: str) -> int | float | None:
        """The number that ``text`` is, within the bounds or not; None where it is none of this kind."""
        if not _NUMBER.fullmatch(text) or (self.kind == INTEGER and "." in text):
            return None
        return int(text) if self.kind == INTEGER else float(text)

    def value(self, text: str) -> Value | None:
        """What ``text`` says, as the vendor is sent it; None where this setting cannot say that."""
        if self.kind == CHOICE:
            return text if text in self.choices else None
        if self.kind == FLAG:
            return FLAGS.get(text)
        if self.kind == TEXT:
            fits = 0 < len(text) <= self.length and text.isprintable()
            return text if fits and re.fullmatch(self.pattern or ".*", text) else None
        number = self.number(text)
        return number if number is not None and self.least <= number <= self.most else None


def written(value: Value | None) -> str:
    """A value as a form says it: ``true``, ``4.5``, ``30``; empty for none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    return "" if value is None else str(value)


def as_form(values: Mapping[str, Value]) -> dict[str, str]:
    """Values by name as a form's fields."""
    return {PREFIX + name: written(value) for name, value in values.items()}


def apart(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """A form's settings in two: those that models share by field, and a model's own by name."""
    shared = {name: text for name, text in form.items() if not name.startswith(PREFIX)}
    own = {name.removeprefix(PREFIX): text for name, text in form.items() if name.startswith(PREFIX)}
    return shared, own


def kept(sent: Mapping[str, str]) -> dict[str, str]:
    """Of what was sent and no model has a setting for, as much as is shown: the first of them, cut, on one line."""
    first = list(sent.items())[:KEPT]
    return {_line(name, KEPT_NAME): _line(text, KEPT_TEXT) for name, text in first}


def _line(text: str, length: int) -> str:
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return "".join(each if each.isprintable() else " " for each in cut)


def on_the_wire(values: Mapping[str, Value]) -> dict[str, Any]:
    """The values as an adapter takes them: ``controls.no_text`` is ``no_text`` within ``controls``."""
    sent: dict[str, Any] = {}
    for name, value in values.items():
        outer, _, inner = name.partition(".")
        if inner:
            sent.setdefault(outer, {})[inner] = value
        else:
            sent[name] = value
    return sent


def read_from(table: Table) -> dict[str, Extra]:
    """The settings in a model's ``extra`` table; mistakes go to its problems. ``name = false`` leaves out what the
    model would have from one that it is like."""
    return {name: _extra(table.table(name), name) for name in table.names() if not table.is_false(name)}


def _extra(table: Table, name: str) -> Extra:
    kind, label = table.choice("kind", KINDS), table.text("label")
    bounds: dict[str, Any] = {}
    if kind == INTEGER:
        whole = table.number("least", least=-MOST, most=MOST)
        bounds = {"least": whole, "most": table.number("most", least=whole, most=MOST)}
        bounds["step"] = table.number("step", 1, least=1, most=MOST)
    elif kind == NUMBER:
        least = table.decimal("least", least=-MOST, most=MOST)
        bounds = {"least": least, "most": table.decimal("most", least=least, most=MOST)}
        bounds["step"] = table.decimal("step", 0.1, least=0.001, most=MOST)
    elif kind == CHOICE:
        bounds = {"choices": table.texts("choices")}
        if not bounds["choices"]:
            table.problem("must name at least one", "choices")
    elif kind == TEXT:
        bounds = {
            "length": table.number("length", least=1, most=MAX_LENGTH),
            "pattern": _pattern(table),
            "example": table.text("example"),
        }
    bounds |= {"alone": table.flag("alone"), "shown": table.flag("shown", True)}
    extra = Extra(name, kind, label, role=table.choice("role", ROLES, ""), **bounds)
    _check(table, extra)
    return _with_default(table, extra)


def _pattern(table: Table) -> str:
    """A regular expression for the whole text; empty where any text will do."""
    pattern = table.text("pattern", "")
    try:
        re.compile(pattern)
    except re.error:
        table.problem("is no regular expression", "pattern")
        return ""
    return pattern


def _check(table: Table, extra: Extra) -> None:
    if not _NAME.fullmatch(extra.name):
        table.problem("is no name of a vendor's parameter")
    if extra.name.partition(".")[0] in OURS:
        table.problem("is a setting that all models share")
    if extra.kind == TEXT and extra.value(extra.example) is None:
        table.problem("does not fit the length and the pattern", "example")
    if extra.role and not extra.is_numeric:
        table.problem("is for a number", "role")


def _with_default(table: Table, extra: Extra) -> Extra:
    """The setting with its default, which a text has not."""
    default: Value | None = None
    if table.has("default") and extra.kind != TEXT:
        if extra.kind == FLAG:
            default = table.flag("default")
        elif extra.kind == CHOICE:
            default = table.choice("default", extra.choices or ("",))
        elif extra.kind == INTEGER:
            default = table.number("default", least=int(extra.least), most=int(extra.most))
        else:
            default = table.decimal("default", least=extra.least, most=extra.most)
    table.done()
    given = {each.name: getattr(extra, each.name) for each in fields(extra)}
    return Extra(**given | {"default": default})


def disagreements(declared: Mapping[str, Mapping[str, Extra]]) -> list[str]:
    """A sentence for each name that is of one kind with one model and of another with the next.

    What is set for one model follows to another by its name; so a name must mean the same sort of thing everywhere.
    """
    first: dict[str, tuple[str, str]] = {}
    found = []
    for model, extras in declared.items():
        for name, extra in extras.items():
            kind, other = first.setdefault(name, (extra.kind, model))
            if kind != extra.kind:
                found.append(f"{model}: extra: {name} is of kind {extra.kind}, and {kind} with {other}.")
    return found
