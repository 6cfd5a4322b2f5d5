"""How a model did lately, in words: its median time, and how often it delivered."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from django.utils.translation import gettext as _

from studio.jobs.routing.weather import Weather

FINE, SHAKY = 0.98, 0.9
"""Shares of what delivered from which a model does well, and below which it does badly."""

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class WeatherWords:
    """``seconds`` and ``success`` are finished texts; ``mood`` is good, slow, failed, or empty before a run."""

    seconds: str
    success: str
    mood: str


def words(weather: Weather | None) -> WeatherWords:
    """What is shown of a model, and of one that never ran."""
    share = weather.success if weather else None
    if weather is None or share is None:
        return WeatherWords(NOTHING, NOTHING, "")
    mood = "good" if share >= FINE else "slow" if share >= SHAKY else "failed"
    return WeatherWords(seconds(weather.seconds), percent(share), mood)


def seconds(value: float | None) -> str:
    """``9.4 s``, ``31 s``, ``2:05 min``."""
    if value is None:
        return NOTHING
    if value < 9.95:
        return _("%(n)s s") % {"n": f"{value:.1f}"}
    whole = round(value)
    if whole < 120:
        return _("%(n)s s") % {"n": whole}
    return _("%(n)s min") % {"n": f"{whole // 60}:{whole % 60:02}"}


def percent(share: float) -> str:
    """``99.6%``; never rounded up, so that one failure in thousands is still told."""
    tenths = floor(share * 1000 + 1e-9)
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10:.1f}%"
