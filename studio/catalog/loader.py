"""The files in ``vendors`` as typed entries. Every mistake is found at once and named with its model and key.

Money there is in micros (millionths of a US dollar), token rates are micros per million tokens, sizes are in pixels.
Prices and dates are the vendors' published ones, as known on 20 November 2026.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from providers import registry
from studio.catalog import extras, names
from studio.catalog.entries import (
    AUTO,
    KINDS,
    NEEDED,
    PROMPTS,
    STYLES,
    TIERS,
    Catalog,
    Entry,
    Limits,
    Preset,
    Sizing,
    Supports,
    Vendor,
)
from studio.catalog.errors import CatalogError
from studio.catalog.fields import QUALITY_RANKS
from studio.catalog.reading import Table
from studio.catalog.rules import read_from, sides
from studio.catalog.sizes import is_valid, ratio_of

FOLDER = Path(__file__).with_name("vendors")
ALIASES = Path(__file__).with_name("aliases.toml")

FORMATS = ("png", "jpeg", "webp", "avif", "svg")


@cache
def catalog() -> Catalog:
    """The studio's own catalogue, read once per process. Raises CatalogError."""
    return load(FOLDER, tuple(registry.ADAPTERS), ALIASES)


def load(folder: Path, vendors: Sequence[str], aliases: Path) -> Catalog:
    """The catalogue in ``folder``, a file for each of ``vendors`` in the order of the picker, and its aliases.

    Raises CatalogError with every problem found.
    """
    problems: list[str] = []
    data: dict[str, Any] = {"providers": {}, "models": {}, "aliases": _read(aliases, problems) or {}}
    for name in vendors:
        if (found := _read(folder / f"{name}.toml", problems)) is None:
            continue
        data["providers"][name] = found.pop("provider", {})
        data["models"] |= found.pop("models", {})
        problems += [f"{name}.toml: {key} is not a known key." for key in found]
    problems += [
        f"{path.name} has no adapter. Add it to providers/registry.py."
        for path in sorted(folder.glob("*.toml"))
        if path.stem not in vendors
    ]
    if problems:
        raise CatalogError(problems)
    return parse(data)


def _read(path: Path, problems: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(f"{path.name} cannot be read: {error}.")
        return None


def parse(data: Mapping[str, Any]) -> Catalog:
    """The catalogue in ``data``. Raises CatalogError with every problem found."""
    problems: list[str] = []
    top = Table(data, "The catalogue", problems)
    vendors = _vendors(top.table("providers"))
    entries = _entries(data.get("models", {}), vendors, top)
    known = names.of(entries, problems)
    aliases = names.aliases(top.table("aliases"), entries, known)
    problems += extras.disagreements({entry.id: entry.extra for entry in entries.values()})
    problems += [
        f"{entry.id}: successor {entry.successor} is not a model."
        for entry in entries.values()
        if entry.successor and entry.successor not in entries
    ]
    if problems:
        raise CatalogError(problems)
    return Catalog(entries, known, vendors, aliases)


def _vendors(table: Table) -> dict[str, Vendor]:
    vendors = {}
    for name in table.names():
        row = table.table(name)
        tile = row.text("tile")
        if len(tile) != 2:
            row.problem("must have two letters", "tile")
        most = row.number("most_at_once", 0, most=1000)
        vendors[name] = Vendor(name, row.text("label"), tile, most, row.flag("resells"))
        row.done()
    return vendors


def _entries(models: object, vendors: Mapping[str, Vendor], top: Table) -> dict[str, Entry]:
    if not isinstance(models, Mapping) or not models:
        top.problem("must name at least one model", "models")
        return {}
    return {
        str(key): _entry(str(key), _with_likeness(str(key), models, top.problems), vendors, top.problems)
        for key in models
    }


def _with_likeness(
    key: str, models: Mapping[str, Any], problems: list[str], before: tuple[str, ...] = ()
) -> Any:
    """``like = "other/model"`` takes over that block, table by table, except its aliases and lifecycle.

    That block may itself be like another; ``before`` are those on the way here, which would make a ring.
    """
    data = models[key]
    if not isinstance(data, Mapping) or "like" not in data:
        return data
    behind = (*before, key)
    if data["like"] in behind or not isinstance(models.get(data["like"]), Mapping):
        problems.append(f"{key}: like {data['like']!r} is not a model with facts of its own.")
        return data
    other = _with_likeness(data["like"], models, problems, behind)
    own = {name: value for name, value in data.items() if name != "like"}
    shared = {
        name: value
        for name, value in other.items()
        if name not in ("aliases", "retires", "successor", "note")
    }
    return _merged(shared, own)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
        result[key] = _merged(base[key], value) if both else value
    return result


def _entry(key: str, data: object, vendors: Mapping[str, Vendor], problems: list[str]) -> Entry:
    table = Table(data, key, problems)
    provider, _, name = key.partition("/")
    if not name or provider not in vendors:
        table.problem("must be called provider/name, with a provider of the providers table")
    qualities = table.texts("qualities", ())
    entry = Entry(
        id=key,
        vendor=vendors.get(provider, Vendor(provider, provider, "??")),
        upstream=table.text("upstream"),
        label=table.text("label"),
        tier=table.choice("tier", TIERS),
        kinds=_known(table, "kinds", KINDS),
        sizing=_sizing(table.table("sizing")),
        supports=_supports(table.table("supports")),
        prompt_limit=table.number("prompt_limit", least=1, most=1_000_000),
        prompt=table.choice("prompt", PROMPTS, NEEDED),
        max_n=table.number("max_n", 1, least=1, most=16),
        max_references=table.number("max_references", 0, most=64),
        qualities=qualities,
        default_quality=table.choice("default_quality", qualities, qualities[0]) if qualities else "",
        styles=table.texts("styles", ()),
        formats=_known(table, "formats", FORMATS, ("png",)),
        price=read_from(table.table("price")) if table.has("price") else None,
        aliases=table.texts("aliases", ()),
        note=table.text("note", ""),
        retires=table.day("retires"),
        successor=table.text("successor", ""),
        stand_in=table.flag("stand_in"),
        deadline_seconds=table.number("deadline_seconds", 600, least=30, most=3600),
        most_at_once=table.number("most_at_once", 0, most=1000),
        extra=extras.read_from(table.table("extra")),
    )
    _check(table, entry)
    table.done()
    return entry


def _known(
    table: Table, key: str, known: tuple[str, ...], default: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    values = table.texts(key, default)
    for value in values:
        if value not in known:
            table.problem(f"must be of {', '.join(known)}, not {value!r}", key)
    return values


def _check(table: Table, entry: Entry) -> None:
    ranks = [QUALITY_RANKS.get(name, 1) for name in entry.qualities]
    if ranks != sorted(ranks):
        table.problem("must stand from the lowest up", "qualities")
    if entry.supports.mask and not entry.max_references:
        table.problem("needs max_references: a mask belongs to a picture", "supports")
    if not set(entry.sizing.auto_qualities) <= set(entry.qualities):
        table.problem("names auto_qualities that are none of its qualities", "sizing")
    if entry.sizing.auto_qualities and entry.sizing.default == AUTO:
        table.problem("cannot open with auto, which goes with some qualities alone", "sizing")
    if "edit" in entry.kinds and not entry.max_references:
        table.problem("says edit, which needs max_references", "kinds")
    if entry.supports.transparency and not {"png", "webp"} & set(entry.formats):
        table.problem("says transparency, which needs png or webp", "formats")


def _supports(table: Table) -> Supports:
    supports = Supports(
        seed=table.flag("seed"),
        negative=table.flag("negative"),
        mask=table.flag("mask"),
        transparency=table.flag("transparency"),
        strength=table.flag("strength"),
        moderation=table.flag("moderation"),
        compression=table.flag("compression"),
        partials=table.number("partials", 0, most=10),
    )
    table.done()
    return supports


def _sizing(table: Table) -> Sizing:
    resolutions = table.table("resolutions")
    pixels = table.table("pixels")
    sizing = Sizing(
        style=table.choice("style", STYLES),
        default=table.text("default", ""),
        sizes=table.texts("sizes", ()),
        ratios=table.texts("ratios", ()),
        resolutions={key: resolutions.number(key, least=1, most=8) for key in resolutions.names()},
        default_resolution=table.text("default_resolution", ""),
        presets=_presets(table.table("presets")),
        limits=_limits(table.table("limits")) if table.has("limits") else None,
        pixels={key: pixels.text(key) for key in pixels.names()},
        short_side=table.number("short_side", 1024, least=64, most=8192),
        long_side=table.number("long_side", 1536, least=64, most=8192),
        multiple=table.number("multiple", 16, least=1, most=256),
        auto_qualities=table.texts("auto_qualities", ()),
        times=table.number("times", 0, most=8),
    )
    _check_sizing(table, sizing)
    table.done()
    return sizing


def _presets(table: Table) -> tuple[Preset, ...]:
    presets = []
    for value in table.names():
        row = table.table(value)
        width, height = (row.number(side, least=16, most=16384) for side in ("width", "height"))
        presets.append(Preset(value, row.text("label"), width, height))
        row.done()
    return tuple(presets)


def _limits(table: Table) -> Limits:
    limits = Limits(
        least=table.number("least", 1, least=1, most=16384),
        most=table.number("most", least=1, most=16384),
        multiple=table.number("multiple", 1, least=1, most=256),
        max_ratio=float(table.number("max_ratio", 100, least=1, most=100)),
        min_pixels=table.number("min_pixels", 0),
        max_pixels=table.number("max_pixels", 10**9),
    )
    table.done()
    return limits


def _check_sizing(table: Table, sizing: Sizing) -> None:
    for size in (*sizing.sizes, *sizing.pixels.values()):
        if size != AUTO and sides(size) is None:
            table.problem(f"{size!r} is not a size such as 1024x1024", "sizes")
    for ratio in (*sizing.ratios, *sizing.pixels):
        if ratio != AUTO and ratio_of(ratio) is None:
            table.problem(f"{ratio!r} is not a ratio such as 4:5", "ratios")
    if (sizing.style == "free") != (sizing.limits is not None):
        table.problem("go with style free, and with no other", "limits")
    if sizing.times and sizing.style != "none":
        table.problem("goes with style none, and with no other", "times")
    if sizing.style == "resolution" and sizing.default_resolution not in sizing.resolutions:
        table.problem("must be one of the resolutions", "default_resolution")
    if not is_valid(sizing, sizing.default):
        table.problem(f"{sizing.default!r} is not offered", "default")
    for size in sizing.sizes if sizing.limits else ():
        if sizing.limits and (pair := sides(size)) and not sizing.limits.allow(*pair):
            table.problem(f"{size!r} is outside the limits", "sizes")
