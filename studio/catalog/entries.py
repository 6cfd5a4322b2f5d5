"""What is known of a model: facts, read from the vendors' files, that hold whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from studio.catalog.extras import Extra
from studio.catalog.rules import PriceRule

TIERS = ("budget", "standard", "premium")
KINDS = ("generate", "edit", "inpaint", "upscale", "cutout", "expand")
NEEDED, OPTIONAL, UNREAD = "needed", "optional", "unread"
PROMPTS = (NEEDED, OPTIONAL, UNREAD)
"""Whether a model works without words, and whether it reads those that come along."""

TOOLS = ("upscale", "cutout", "expand")
"""The kinds that nobody asks for by name: a model that does one does it to the picture that it is given."""
STYLES = ("pixels", "free", "ratio", "resolution", "preset", "none")
AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who answers: the name of its adapter, and how people see it.

    ``most_at_once`` is how many jobs it works on at once; 0 where it does not say. One that ``resells`` has models
    that others made.
    """

    name: str
    label: str
    tile: str
    most_at_once: int = 0
    resells: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Which sizes a model with free sizes takes, in pixels."""

    least: int
    most: int
    multiple: int = 1
    max_ratio: float = 100.0
    min_pixels: int = 0
    max_pixels: int = 10**9

    def allow(self, width: int, height: int) -> bool:
        """Whether a picture of this size can be asked for."""
        return (
            self.least <= min(width, height)
            and max(width, height) <= self.most
            and width % self.multiple == 0
            and height % self.multiple == 0
            and max(width, height) <= self.max_ratio * min(width, height)
            and self.min_pixels <= width * height <= self.max_pixels
        )


@dataclass(frozen=True, slots=True)
class Preset:
    """A size with a name."""

    value: str
    label: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sizing:
    """How a size is asked for.

    ``pixels``: one of ``sizes``. ``free``: any size within ``limits``, ``sizes`` are suggestions.
    ``ratio``: one of ``ratios``. ``resolution``: a ratio at a scale (``resolutions``: name to factor).
    ``preset``: one of ``presets``. ``none``: no size at all.
    ``auto`` among sizes or ratios lets the vendor choose, at the ``auto_qualities`` alone where there are some.
    A ratio's pixels come from ``pixels`` or else are as large as fits ``short_side`` and ``long_side``.
    ``times`` is how much longer a picture's sides are than its source's where no setting in the role of a factor says
    otherwise, 0 where that does not make its size.
    """

    style: str
    default: str
    sizes: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    resolutions: Mapping[str, int] = field(default_factory=dict)
    default_resolution: str = ""
    presets: tuple[Preset, ...] = ()
    limits: Limits | None = None
    pixels: Mapping[str, str] = field(default_factory=dict)
    short_side: int = 1024
    long_side: int = 1536
    multiple: int = 16
    auto_qualities: tuple[str, ...] = ()
    times: int = 0


@dataclass(frozen=True, slots=True)
class Supports:
    """What a model can be asked for beyond a prompt; ``partials`` is the most previews of a picture.

    ``moderation``: how strictly the vendor looks at a prompt can be chosen. ``compression``: how far a JPEG or WebP is
    made smaller.
    """

    seed: bool = False
    negative: bool = False
    mask: bool = False
    transparency: bool = False
    strength: bool = False
    moderation: bool = False
    compression: bool = False
    partials: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One model. ``id`` is ``provider/name``; ``upstream`` is the vendor's own id.

    ``price`` is None while no source states one: the model is not offered until staff set it.
    ``prompt`` is one of PROMPTS. ``qualities`` are its levels, the lowest first.
    ``styles`` are the vendor's names for ways to paint, its own choice first.
    ``retires`` is the first day on which the vendor refuses it. A ``stand_in`` only shows how things work, so it is
    chosen for somebody else's picture where nothing else can make it. ``deadline_seconds`` is how long one job may
    take; ``most_at_once`` how many of this model the vendor works on at once, 0 where that is no less than of all.
    ``extra`` are the settings that it has of its own, by the vendor's names.
    """

    id: str
    vendor: Vendor
    upstream: str
    label: str
    tier: str
    kinds: tuple[str, ...]
    sizing: Sizing
    supports: Supports
    prompt_limit: int
    prompt: str = NEEDED
    max_n: int = 1
    max_references: int = 0
    qualities: tuple[str, ...] = ()
    default_quality: str = ""
    styles: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("png",)
    price: PriceRule | None = None
    aliases: tuple[str, ...] = ()
    note: str = ""
    retires: date | None = None
    successor: str = ""
    stand_in: bool = False
    deadline_seconds: int = 600
    most_at_once: int = 0
    extra: Mapping[str, Extra] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        """The name of the adapter that runs it."""
        return self.vendor.name

    @property
    def bare(self) -> str:
        """The id without its vendor, as programs often name a model; models of several vendors may share it."""
        return self.id.partition("/")[2]

    def does(self, asked: str) -> str:
        """The kind of work that becomes of what is asked.

        A model that is only a tool does its work to this picture, and one that makes no new ones edits it, whatever
        part it was to play.
        """
        if set(self.kinds) <= set(TOOLS):
            return self.kinds[0]
        edits = "edit" in self.kinds and "generate" not in self.kinds
        return "edit" if edits and asked == "generate" else asked

    def retired(self, today: date) -> bool:
        """Whether the vendor has switched it off by ``today``."""
        return self.retires is not None and self.retires <= today


@dataclass(frozen=True, slots=True)
class Catalog:
    """All models in the order of the picker.

    ``names`` maps every other name of a model to the ids of those that have it, their makers' before those resold.
    ``aliases`` maps a name to the ids that stand in, best first, where nothing that has the name can be used.
    """

    entries: Mapping[str, Entry]
    names: Mapping[str, tuple[str, ...]]
    vendors: Mapping[str, Vendor]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
