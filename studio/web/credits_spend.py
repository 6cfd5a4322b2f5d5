"""What was spent in a span: by day and by model, as the chart, the list and the table beside it show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.core.micros import CREDIT_MICROS, credits_text
from studio.jobs.spending import Spent
from studio.web.chart import Bar, draw
from studio.web.spans import Span

NAMED = 4
"""So many models have a colour of their own; the rest share the last one."""


NARROW_LETTERS = 4
"""Amounts beside the lines that are no longer fit the narrow margin."""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour: a model, or all that have none of their own, then told one by one in ``members``."""

    name: str
    tone: int
    micros: int
    members: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: a day or a week. ``amounts`` has one for each series."""

    first: date
    last: date
    amounts: list[int]

    @property
    def micros(self) -> int:
        return sum(self.amounts)


@dataclass(frozen=True, slots=True)
class Spend:
    """All of it: ``micros`` is the sum of the columns and the sum of the series."""

    micros: int
    pictures: int
    series: list[Series]
    columns: list[Column]


def gathered(rows: Iterable[Spent], span: Span) -> Spend:
    """The rows of a span, put in its columns and, by their sums, in at most five series."""
    rows = [row for row in rows if row.micros]
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.model] += row.micros
    series = _series(sums)
    place = {name: number for number, one in enumerate(series) for name, _micros in one.members}
    columns = [Column(first, last, [0] * len(series)) for first, last in span.steps()]
    of_day = {day: column for column in columns for day in _days(column)}
    for row in rows:
        of_day[row.day.toordinal()].amounts[place[row.model]] += row.micros
    return Spend(sum(sums.values()), sum(row.pictures for row in rows), series, columns)


def _days(column: Column) -> range:
    return range(column.first.toordinal(), column.last.toordinal() + 1)


def _series(sums: Counter[str]) -> list[Series]:
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    alone = ranked if len(ranked) == NAMED + 1 else ranked[:NAMED]
    series = [
        Series(_name(name), tone, micros, [(name, micros)]) for tone, (name, micros) in enumerate(alone, 1)
    ]
    if rest := ranked[len(alone) :]:
        name = ngettext("%(n)d other", "%(n)d others", len(rest)) % {"n": len(rest)}
        series.append(Series(name, NAMED + 1, sum(micros for _name, micros in rest), rest))
    return series


def _name(model: str) -> str:
    return model or _("No model")


@dataclass(frozen=True, slots=True)
class Share:
    """A line of the list by model. ``width`` compares it with the first line, in percent."""

    name: str
    tone: int
    share: str
    credits: str
    title: str
    width: str
    members: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """A column in words: for a label, for its tick, and each amount for the table."""

    name: str
    short: str
    said: str
    total: str
    amounts: list[str]


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column as it stands in the chart, and in words."""

    at: Bar
    told: Told


@dataclass(frozen=True, slots=True)
class Lettered:
    """A text of the chart: beside a line at ``y``, or below the bars at ``x``, which is its ``anchor``."""

    text: str
    x: str = ""
    y: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """The chart with all that is written in it; ``wide`` where the amounts beside the lines need more room."""

    bars: list[DrawnColumn]
    lines: list[Lettered]
    ticks: list[Lettered]
    peak: str
    by_week: bool
    wide: bool


def picture(spend: Spend, span: Span) -> Picture:
    drawn = draw([column.amounts for column in spend.columns], least=CREDIT_MICROS // 100)
    told = [_told(column, spend.series) for column in spend.columns]
    highest = max(range(len(told)), key=lambda number: spend.columns[number].micros)
    peak = _("peak %(credits)s cr, week of %(day)s") if span.by_week else _("peak %(credits)s cr, %(day)s")
    lines = [Lettered(credits_text(line.amount), y=line.y) for line in drawn.lines]
    return Picture(
        bars=[DrawnColumn(bar, one) for bar, one in zip(drawn.bars, told, strict=True)],
        lines=lines,
        ticks=[Lettered(told[tick.column].short, x=tick.x, anchor=tick.anchor) for tick in drawn.ticks],
        peak=peak % {"credits": told[highest].total, "day": told[highest].short},
        by_week=span.by_week,
        wide=any(len(line.text) > NARROW_LETTERS for line in lines),
    )


def shares(spend: Spend) -> list[Share]:
    parts = _percents([one.micros for one in spend.series])
    return [
        Share(
            name=one.name,
            tone=one.tone,
            share=f"{part}%" if part else "<1%",
            credits=credits_text(one.micros),
            title=f"{one.micros:,} micros",
            width=f"{100 * one.micros / spend.series[0].micros:.2f}%",
            members=_members(one),
        )
        for one, part in zip(spend.series, parts, strict=True)
    ]


def _members(one: Series) -> list[tuple[str, str]]:
    """Those that share a colour; none where it stands for a single model."""
    if len(one.members) == 1:
        return []
    return [(_name(name), credits_text(micros)) for name, micros in one.members]


def _percents(amounts: Sequence[int]) -> list[int]:
    """Whole percents that add up to a hundred: what rounding down left over goes to the largest remainders."""
    total = sum(amounts)
    parts = [100 * amount // total for amount in amounts]
    by_remainder = sorted(range(len(parts)), key=lambda number: -(100 * amounts[number] % total))
    for number in by_remainder[: 100 - sum(parts)]:
        parts[number] += 1
    return parts


def _told(column: Column, series: Sequence[Series]) -> Told:
    short = date_format(column.first, "j M")
    name = date_format(column.first, "D j M")
    if column.first != column.last:
        name = f"{short} – {date_format(column.last, 'j M')}"
    amounts = [credits_text(amount) for amount in column.amounts]
    total = credits_text(column.micros)
    parts = [f"{one.name} {text}" for one, text in zip(series, amounts, strict=True) if text != "0"]
    said = _("%(day)s: nothing spent") % {"day": name}
    if parts:
        said = _("%(day)s: %(total)s credits. %(parts)s") % {
            "day": name,
            "total": total,
            "parts": ", ".join(parts),
        }
    return Told(name, short, said, total, amounts)
