"""Vendors as staff see them: set up or not, how the day went, what is stopped, and what failed last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.catalog import health, loader, providers
from studio.catalog import selectors as catalog
from studio.catalog.entries import Vendor
from studio.catalog.health import EVERYTHING, Trouble
from studio.catalog.models import Breaker, Pause
from studio.jobs import vendors
from studio.jobs.routing.weather import Weather
from studio.jobs.vendors import Day, Failure, Slot
from studio.web.weather_words import FINE, percent, seconds

SLOW_PACE = 1.5
"""From so many times the usual on, a vendor is slow."""

FULL, LEAST = 20, 4
"""Heights of a bar, in pixels: all delivered, and nothing did."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Half an hour. Its height tells what its tone does: the share that was delivered."""

    x: int
    y: int
    height: int
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Variable:
    """What has to be in the environment, and whether it is."""

    name: str
    there: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """A breaker that is open: of one model, or of all that the vendor has."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class VendorRow:
    """One vendor. ``tone`` is good, slow, failed or empty; ``status`` is the word for it. ``success`` and ``times`` are
    empty where nothing ran."""

    name: str
    label: str
    tile: str
    offered: str
    variables: tuple[Variable, ...]
    address: str
    status: str
    tone: str
    bars: tuple[Bar, ...]
    bars_text: str
    success: str
    times: str
    paused: str
    stopped: tuple[Stopped, ...]
    failures: tuple[tuple[str, Failure], ...]

    @property
    def ready(self) -> bool:
        """All that it needs is there."""
        return all(variable.there for variable in self.variables)


def rows() -> list[VendorRow]:
    """Every registered vendor, those that are set up first. Six queries at most, however many there are."""
    counted: dict[str, int] = {}
    for offer in catalog.offers():
        counted[offer.entry.provider] = counted.get(offer.entry.provider, 0) + offer.available
    paused = {pause.provider: pause for pause in health.pauses()}
    breakers = health.open_breakers()
    days, failed = vendors.of_vendors(), vendors.failures()
    found = [
        _row(
            vendor,
            counted.get(vendor.name, 0),
            days.get(vendor.name),
            paused.get(vendor.name),
            [breaker for breaker in breakers if breaker.provider == vendor.name],
            failed.get(vendor.name, ()),
        )
        for vendor in loader.catalog().vendors.values()
    ]
    return sorted(found, key=lambda row: not row.ready)


def _row(
    vendor: Vendor,
    offered: int,
    day: Day | None,
    pause: Pause | None,
    breakers: Sequence[Breaker],
    failures: Iterable[Failure],
) -> VendorRow:
    lacking = providers.missing(vendor.name)
    weather = day.weather if day else Weather()
    status, tone = _status(bool(lacking), pause, breakers, day)
    slots = day.slots if day else vendors.empty_slots(timezone.now())
    return VendorRow(
        name=vendor.name,
        label=vendor.label,
        tile=vendor.tile,
        offered=ngettext("%(n)d model offered", "%(n)d models offered", offered) % {"n": offered},
        variables=tuple(Variable(each, each not in lacking) for each in providers.variables(vendor.name)),
        address=providers.address(vendor.name),
        status=status,
        tone=tone,
        bars=tuple(bar(place, slot) for place, slot in enumerate(slots)),
        bars_text=_bars_text(slots),
        success="" if weather.success is None else percent(weather.success),
        times=""
        if weather.success is None
        else f"{seconds(weather.seconds)} / {seconds(weather.slow_seconds)}",
        paused=_paused(pause) if pause else "",
        stopped=tuple(_stopped(breaker) for breaker in breakers),
        failures=tuple((_time(failure), failure) for failure in failures),
    )


def _status(
    lacking: bool, pause: Pause | None, breakers: Iterable[Breaker], day: Day | None
) -> tuple[str, str]:
    """The word for a vendor, and its tone; what staff can do something about before what was measured."""
    if lacking:
        return _("Not set up"), ""
    if pause:
        return _("Paused"), "slow"
    if any(breaker.upstream == EVERYTHING for breaker in breakers):
        return _("Down"), "failed"
    if day is None or day.weather.success is None:
        return _("No runs yet"), ""
    if not day.weather.delivered:
        return _("Down"), "failed"
    if day.weather.success < FINE or (day.pace or 0.0) >= SLOW_PACE:
        return _("Slow"), "slow"
    return _("Healthy"), "good"


def bar(place: int, slot: Slot) -> Bar:
    """The half hour at this place of the row, from 0."""
    facts = {
        "time": date_format(timezone.localtime(slot.since), "H:i"),
        "n": slot.delivered,
        "all": slot.runs,
    }
    if not slot.runs:
        return Bar(place * 5, FULL - 2, 2, "none", _("%(time)s, no runs") % facts)
    share = slot.delivered / slot.runs
    height = round(LEAST + (FULL - LEAST) * share)
    tone = "good" if share >= FINE else "slow" if share >= 0.5 else "failed"
    return Bar(place * 5, FULL - height, height, tone, _("%(time)s, %(n)d of %(all)d runs delivered") % facts)


def _bars_text(slots: Sequence[Slot]) -> str:
    facts = {
        "ran": sum(bool(slot.runs) for slot in slots),
        "bad": sum(slot.delivered < slot.runs for slot in slots),
    }
    return _("The last 15 hours by half hours: runs in %(ran)d, failures in %(bad)d") % facts


def _paused(pause: Pause) -> str:
    facts = {"time": Trouble(pause.since).time, "name": pause.by or _("somebody")}
    text = _("Paused since %(time)s by %(name)s.") % facts
    return f"{text} {pause.reason}".strip()


def _stopped(breaker: Breaker) -> Stopped:
    models = loader.catalog().entries.values()
    named = [
        entry.label
        for entry in models
        if (entry.provider, entry.upstream) == (breaker.provider, breaker.upstream)
    ]
    facts = {
        "what": get_text_list(named, _("and")) or breaker.upstream or _("Everything"),
        "time": Trouble(breaker.opened_at).time if breaker.opened_at else "",
        "code": breaker.error_code,
    }
    text = _("%(what)s: down since %(time)s (%(code)s).") % facts
    return Stopped(breaker.pk, f"{text} {breaker.error_detail}".strip())


def _time(failure: Failure) -> str:
    return Trouble(failure.at).time
