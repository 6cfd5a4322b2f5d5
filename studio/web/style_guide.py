"""The parts that pages are built of, in every state, from the product's own templates. Asks no room for rows."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studio.jobs.routing.weather import Weather
from studio.jobs.vendors import SLOTS, Slot
from studio.web.causes import Cause
from studio.web.http import StudioRequest
from studio.web.model_cards import ICONS, Facts, ModelCard, facts_html, in_scripts, said, strip_of
from studio.web.rows import Action, JobRow, Row
from studio.web.run_words import Change, Mark
from studio.web.tiles import Tile
from studio.web.vendor_rows import Bar, bar
from studio.web.weather_words import words

TOKEN = re.compile(r"--(\w+): (?:light-dark\((#\w+), (#\w+)\)|(#\w+));")
TEXTS = frozenset({"t1", "t2", "t3", "ac", "ok", "warn", "bad"})
"""Tokens that words are set in, so that their contrast with a panel counts."""

PANEL = "bg1"
SAMPLES = ("ceramics", "sea", "arch", "city")
PICTURE = {"srcset": "", "width": "320", "height": "400", "color": "#8a8a8a"}


@dataclass(frozen=True, slots=True)
class Token:
    """A colour; ``value`` as the stylesheet writes it, ``contrast`` with a panel where words are set in it."""

    name: str
    value: str
    contrast: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A tile on its own; ``show`` names a state that only a pointer or a key would bring."""

    name: str
    tile: Tile
    job: JobRow
    show: str = ""


@dataclass(frozen=True, slots=True)
class Half:
    """One theme's sheet. Ids of a page are its own, so each half has other runs."""

    theme: str
    name: str
    tokens: list[Token]
    runs: list[Row]
    tiles: list[Sample]
    models: list[ModelCard]
    bars: tuple[Bar, ...]


@login_required
@require_safe
def style_guide(request: StudioRequest) -> HttpResponse:
    """Both themes beside each other."""
    halves = [half("dark", _("Dark")), half("light", _("Light"))]
    return render(request, "style/page.html", {"halves": halves, "said": said()})


def half(theme: str, name: str) -> Half:
    """The sheet of a theme with runs in every state."""
    return Half(theme, name, tokens()[theme], runs(), tiles(), models(), bars())


def tiles() -> list[Sample]:
    """A picture's place in every state, each of a job of its own."""
    kinds = (
        (_("Ready"), "image", ""),
        (_("Hover"), "image", "hover"),
        (_("Focus"), "image", "focus"),
        (_("Streaming"), "partial", ""),
        (_("Queued"), "waiting", ""),
        (_("Failed"), "failed", ""),
    )
    return [
        Sample(name, tile := _tile(kind, index), _job("running", [tile], None), show)
        for index, (name, kind, show) in enumerate(kinds)
    ]


def models() -> list[ModelCard]:
    """A model that can be used, one whose vendor is down, one that is paused, and one that could be set up."""
    facts = Facts(
        name="FLUX.1 Kontext pro",
        provider="Black Forest Labs",
        tile="BF",
        tier=2,
        tier_name=_("Standard"),
        price=_("%(credits)s cr") % {"credits": "5"},
        chips=(_("Edit"), _("Seed"), "16 refs"),
        sizing=_("Aspect ratio"),
        goes="",
        limits=(_("Prompt to %(limit)s characters") % {"limit": "4,000"}, _("Edits, without a mask")),
        scripts=in_scripts(["flux-kontext-pro"]),
    )
    states = (
        ("", "", Weather(500, 498, 9.1, 14.0)),
        ("down", _("Down since %(time)s") % {"time": "09:40"}, Weather(500, 412, None, None)),
        ("paused", _("Paused since %(time)s") % {"time": "09:40"}, Weather(500, 485, 31.0, 58.0)),
        ("off", _("Add %(variables)s to use") % {"variables": "PROVIDER_BFL_KEY"}, None),
    )
    return [
        ModelCard(
            id=f"style/{state}",
            name=facts.name,
            facts=facts_html(facts),
            weather=(told := words(weather)),
            icon=ICONS[told.mood],
            strip=strip_of([{**PICTURE, "src": static(f"img/sample-{name}.webp")} for name in SAMPLES[:3]]),
            count=3,
            made=_("Samples"),
            use="" if state else "#",
            reason=reason,
            state=state,
        )
        for state, reason, weather in states
    ]


def bars() -> tuple[Bar, ...]:
    """A vendor's half hours: none, all delivered, some failed, most failed."""
    now = timezone.now()
    shares = ((0, 0), (9, 9), (9, 6), (9, 1))
    return tuple(bar(place, Slot(now, *shares[place % 4])) for place in range(SLOTS))


# Tokens ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def tokens() -> dict[str, list[Token]]:
    """The opaque colours of the stylesheet itself, by theme; read once."""
    sheet = (settings.BASE_DIR / "static/css/tokens.css").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for name, light, dark, both in TOKEN.findall(sheet):
        found["light"][name], found["dark"][name] = light or both, dark or both
    return {
        theme: [
            Token(name, value, f"{contrast(value, values[PANEL]):.1f}" if name in TEXTS else "")
            for name, value in values.items()
            if len(value) == len("#rrggbb")
        ]
        for theme, values in found.items()
    }


def contrast(one: str, other: str) -> float:
    """How far two colours are apart in lightness, from 1 to 21, as WCAG 2.2 reckons it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(value: str) -> float:
    parts = (int(value[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# Runs -----------------------------------------------------------------------------------------------------


def runs() -> list[Row]:
    """A run in each state that a row can be in, newest first."""
    refused = Cause(
        _("Google declined this prompt."),
        _("Their safety filter flagged “bare”."),
        _("Nothing was charged."),
        "declined",
    )
    late = Cause(_("GPT Image 1 timed out after 60 s."), "", _("28 credits returned to your balance."))
    short = Cause(
        _("2 of 4 images delivered."),
        _("The other two failed at the provider."),
        _("10 credits returned, 10 charged."),
    )
    ended = Cause(_("Cancelled."), "", _("12 credits returned."))
    waiting = [_tile("waiting", index) for index in range(4)]
    running = [_tile("image", 0), _tile("partial", 1), *waiting[2:]]
    done = [_tile("image", index) for index in range(4)]
    return [
        _run(16, "queued", _("Queued, 2 ahead"), waiting),
        _run(15, "running", _("1 of 4"), running, started=True),
        _run(14, "succeeded", "", done, marked=True),
        _run(13, "partial", _("2 of 4"), [*done[:2], _tile("failed", 2), _tile("failed", 3)], short),
        _run(12, "failed", _("Failed"), [], late),
        _run(11, "failed", _("Failed"), [], refused),
        _run(10, "cancelled", _("Cancelled"), [], ended),
    ]


def _run(
    number: int, state: str, label: str, shown: list[Tile], error: Cause | None = None, **more: bool
) -> Row:
    now = timezone.now()
    over = state not in ("queued", "running")
    prompt = _("Perfume bottle on wet basalt, still black water")
    return Row(
        id=str(uuid.uuid4()),
        number=number,
        count_label="",
        url="",
        project_url="",
        model_label="Gesso Paint",
        settings_line="4:5 · 1024 × 1280 · Standard",
        state=state,
        state_label=label,
        prompt=prompt,
        marks=_marks() if more.get("marked") else [Mark("same", "", prompt, "")],
        changes=[Change(_("quality"), _("Draft"), _("Standard"))] if more.get("marked") else [],
        unused="",
        created_iso=now.isoformat(),
        started_iso=(now - timedelta(seconds=11)).isoformat() if more.get("started") else "",
        usual_label="" if over else _("usually %(time)s") % {"time": "0:18"},
        age_label=_("%(count)d min ago") % {"count": 6},
        cost_label=_("%(credits)s cr") % {"credits": "20"} if over else "",
        cost_title="$0.20, 200,000 micros",
        jobs=[_job(state, shown, error)],
        collapsed=over and not shown,
        can_cancel=not over,
        can_edit=True,
        is_open=not over,
        thumb="",
        settings_json="{}",
    )


def _marks() -> list[Mark]:
    return [
        Mark("same", "", _("Perfume bottle on wet basalt,"), " "),
        Mark("del", "", _("soft daylight"), " "),
        Mark("ins", "", _("still black water, low amber backlight"), ""),
        Mark("same", "", _(", 85mm"), ""),
    ]


def _job(state: str, shown: list[Tile], error: Cause | None) -> JobRow:
    actions = [Action("elsewhere", _("Try elsewhere")), Action("retry", _("Retry"))] if error else []
    return JobRow(
        id=str(uuid.uuid4()),
        model="gesso/paint",
        model_name="Gesso Paint",
        state=state,
        queue_ahead=2 if state == "queued" else 0,
        tiles=shown,
        error=error,
        can_cancel=False,
        can_retry=bool(error),
        actions=actions,
    )


def _tile(kind: str, index: int) -> Tile:
    picture = static(f"img/sample-{SAMPLES[index % len(SAMPLES)]}.webp")
    tile = Tile(kind=kind, index=index, width=416, height=520, ratio="0.8000")
    changes: dict[str, Any] = {
        "image": {
            "image_id": str(uuid.uuid4()),
            "src320": picture,
            "src640": picture,
            "srcset": f"{picture} 416w",
            "alt": _("A sample picture"),
            "favourite": index == 0,
        },
        "partial": {"partial_src": picture, "partial_label": _("Forming"), "partial_percent": 24},
        "waiting": {"partial_label": _("Waiting for a slot")},
        "failed": {},
    }
    return replace(tile, **changes[kind])
