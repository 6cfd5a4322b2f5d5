"""A model as programs read it: each setting that it takes, with its type, its values and its default.

Derived from the model's entry alone, so that what is told is what ``validate`` accepts. Names are those of our forms;
a dialect that calls a setting otherwise translates it (seed 4 says ``image_size`` for ``preset``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from studio.catalog import extras, sizes
from studio.catalog.entries import Entry
from studio.catalog.extras import Extra, Value
from studio.catalog.fields import (
    BACKGROUNDS,
    COMPRESSED,
    MAX_COMPRESSION,
    MAX_SEED,
    MODERATIONS,
    defaults,
)
from studio.catalog.rules import sides

STRING, INTEGER, NUMBER, BOOLEAN = "string", "integer", "number", "boolean"
TEXT, IMAGE = "text", "image"

_TYPES = {
    extras.CHOICE: STRING,
    extras.TEXT: STRING,
    extras.FLAG: BOOLEAN,
    extras.INTEGER: INTEGER,
    extras.NUMBER: NUMBER,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting. ``type`` is JSON's word; ``key`` is what a form calls it, which is ``name`` but for a model's own.

    It is one of ``allowed`` where there are any, or any size within the limits where it is ``open``. A number goes from
    ``least`` to ``most`` by ``step``, a text has at most ``length`` characters. ``default`` is what holds if it is not
    sent, None where the vendor decides. ``goes_with`` are values of other settings, without one of which it is refused.
    """

    name: str
    type: str
    key: str
    allowed: tuple[Value, ...] = ()
    open: bool = False
    least: float | None = None
    most: float | None = None
    step: float | None = None
    length: int | None = None
    pattern: str = ""
    default: Value | None = None
    goes_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Editing:
    """Whether the model changes a picture that is there, from at most how many, and whether a mask says where."""

    supported: bool
    max_images: int
    mask: bool


@dataclass(frozen=True, slots=True)
class Description:
    """A model's settings and bounds. ``sizing`` is the style by which it is told a size, as in ``Sizing``.

    ``partial_images`` is the most previews of a picture, 0 where it sends none.
    """

    parameters: tuple[Parameter, ...]
    sizing: str
    prompt_max_length: int
    max_n: int
    partial_images: int
    editing: Editing
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...] = (IMAGE,)


def of(entry: Entry) -> Description:
    """What a program may send to this model."""
    edits = bool({"edit", "inpaint"} & set(entry.kinds))
    return Description(
        parameters=(*_sizing(entry), *_shared(entry), *(_own(extra) for extra in entry.extra.values())),
        sizing=entry.sizing.style,
        prompt_max_length=entry.prompt_limit,
        max_n=entry.max_n,
        partial_images=entry.supports.partials,
        editing=Editing(edits, entry.max_references if edits else 0, entry.supports.mask),
        input_modalities=(TEXT, IMAGE) if entry.max_references else (TEXT,),
    )


def _choice(name: str, allowed: tuple[str, ...], default: str, *, is_open: bool = False) -> Parameter:
    return Parameter(name, STRING, name, allowed, open=is_open, default=default)


def _sizing(entry: Entry) -> Iterator[Parameter]:
    sizing = entry.sizing
    if name := sizes.FIELDS[sizing.style]:
        offered = tuple(choice.value for choice in sizes.choices(sizing))
        yield _choice(name, offered, sizing.default, is_open=sizing.limits is not None)
    if sizing.resolutions:
        yield _choice("resolution", tuple(sizing.resolutions), sizing.default_resolution)
    if sizing.limits:
        least, most = sizes.bounds(sizing.limits)
        usual = sides(sizing.default) or (None, None)
        for side, default in zip(("width", "height"), usual, strict=True):
            yield Parameter(
                side, INTEGER, side, least=least, most=most, step=sizing.limits.multiple, default=default
            )


def _shared(entry: Entry) -> Iterator[Parameter]:
    supports, usual = entry.supports, defaults(entry)
    yield Parameter("n", INTEGER, "n", least=1, most=entry.max_n, step=1, default=usual.n)
    if entry.qualities:
        yield _choice("quality", entry.qualities, usual.quality)
    yield _choice("output_format", entry.formats, usual.output_format)
    if supports.compression:
        packed = tuple(name for name in entry.formats if name in COMPRESSED)
        yield Parameter(
            "output_compression",
            INTEGER,
            "output_compression",
            least=0,
            most=MAX_COMPRESSION,
            step=1,
            goes_with={"output_format": packed},
        )
    if supports.transparency:
        yield _choice("background", BACKGROUNDS, usual.background)
    if entry.styles:
        yield _choice("style", entry.styles, usual.style)
    if supports.moderation:
        yield _choice("moderation", MODERATIONS, usual.moderation)
    if supports.seed:
        yield Parameter("seed", INTEGER, "seed", least=0, most=MAX_SEED, step=1)
    if supports.strength:
        yield Parameter("strength", NUMBER, "strength", least=0.0, most=1.0)
    if supports.negative:
        yield Parameter("negative_prompt", STRING, "negative_prompt", length=entry.prompt_limit)


def _own(extra: Extra) -> Parameter:
    numeric = extra.is_numeric
    return Parameter(
        name=extra.name,
        type=_TYPES[extra.kind],
        key=extra.field,
        allowed=tuple(extras.FLAGS.values()) if extra.kind == extras.FLAG else extra.choices,
        least=extra.least if numeric else None,
        most=extra.most if numeric else None,
        step=extra.step if extra.kind == extras.INTEGER else None,
        length=extra.length or None,
        pattern=extra.pattern,
        default=extra.default,
    )
