"""What a model can do, in the words of the picker, of the page of models and of the documents alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from studio.catalog.entries import UNREAD, Entry


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that models are picked by. ``short`` is its word where a row has little room."""

    key: str
    label: Promise
    short: Promise
    held: Callable[[Entry], bool]


TRAITS = (
    Trait("edit", gettext_lazy("Edit"), gettext_lazy("Edit"), lambda entry: "edit" in entry.kinds),
    Trait("mask", gettext_lazy("Mask"), gettext_lazy("Mask"), lambda entry: entry.supports.mask),
    Trait("seed", gettext_lazy("Seed"), gettext_lazy("Seed"), lambda entry: entry.supports.seed),
    Trait(
        "transparency",
        gettext_lazy("Transparent"),
        gettext_lazy("Transp."),
        lambda entry: entry.supports.transparency,
    ),
    Trait(
        "partials",
        gettext_lazy("Streaming"),
        gettext_lazy("Stream"),
        lambda entry: entry.supports.partials > 0,
    ),
    Trait(
        "upscale", gettext_lazy("Upscale"), gettext_lazy("Upscale"), lambda entry: "upscale" in entry.kinds
    ),
)


def held(entry: Entry) -> frozenset[str]:
    """The keys of what the model can do."""
    return frozenset(trait.key for trait in TRAITS if trait.held(entry))


def words(entry: Entry, *, short: bool = False) -> Iterator[str]:
    """Its abilities as chips, with how many references it takes."""
    for trait in TRAITS:
        if trait.held(entry):
            yield str(trait.short if short else trait.label)
    if entry.max_references:
        count = entry.max_references
        yield ngettext("%(count)s ref", "%(count)s refs", count) % {"count": count}


def sizing(entry: Entry) -> str:
    """How it is told a size: ``Aspect ratio``, ``Pixel size``, ``1K, 2K, 4K``."""
    style = entry.sizing.style
    if style == "resolution":
        return ", ".join(entry.sizing.resolutions)
    if style == "none":
        return _("Model decides") if "generate" in entry.kinds else _("From image")
    return {
        "pixels": _("Pixel size"),
        "free": _("Any size"),
        "ratio": _("Aspect ratio"),
        "preset": _("Preset"),
    }[style]


def editing(entry: Entry) -> str:
    """Whether and how it changes a picture that is there."""
    if entry.supports.mask:
        return _("Edits, with a mask")
    if "edit" in entry.kinds or "inpaint" in entry.kinds:
        return _("Edits, without a mask")
    if "cutout" in entry.kinds:
        return _("Cuts out")
    if "expand" in entry.kinds:
        return _("Expands the canvas")
    return _("Upscales") if "upscale" in entry.kinds else _("No editing")


def prompt(entry: Entry) -> str:
    """The longest prompt it takes, or that it reads none."""
    if entry.prompt == UNREAD:
        return _("Reads no prompt")
    limit = entry.prompt_limit
    text = ngettext("Prompt to %(limit)s character", "Prompt to %(limit)s characters", limit)
    return text % {"limit": f"{limit:,}"}
