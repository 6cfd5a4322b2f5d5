from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from studio.jobs.spending import Spent
from studio.web.chart import GAP, HEIGHT, TOP, draw, nice
from studio.web.credits_spend import gathered, picture, shares
from studio.web.spans import Span

UTC = ZoneInfo("UTC")
WEEK = Span("7", date(2026, 11, 14), date(2026, 11, 20), UTC)
YEAR = Span("year", date(2026, 1, 1), date(2026, 11, 20), UTC)


def spent(*amounts: int, day: date = WEEK.last) -> list[Spent]:
    """What each of so many models cost on one day."""
    return [Spent(day, f"Model {number}", amount, 1) for number, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("peak", "step"), [(0, 100), (399, 100), (401, 200), (2_800_000, 800_000), (9_880_000, 2_500_000)]
)
def test_lines_stand_at_round_amounts(peak: int, step: int) -> None:
    assert [line.amount for line in draw([[peak]], least=100).lines] == [step * n for n in (4, 3, 2, 1, 0)]


def test_a_round_step_is_a_whole_multiple_of_the_least() -> None:
    assert nice(101, 100) == 200
    assert nice(1_001, 100) == 1_500


def test_a_bar_is_as_high_as_its_amount_with_gaps_between_its_parts() -> None:
    parts = draw([[200, 0, 100, 100]]).bars[0].parts
    assert [part.tone for part in parts] == [1, 3, 4]
    lowest, *_others, highest = parts
    assert float(lowest.y) + float(lowest.height) == TOP + HEIGHT
    assert float(highest.y) == TOP
    for below, above in pairwise(parts):
        assert float(above.y) + float(above.height) == pytest.approx(float(below.y) - GAP)


def test_what_is_too_small_to_see_is_a_pixel_high() -> None:
    parts = draw([[100_000, 1]]).bars[0].parts
    assert parts[1].height == "1.00"


def test_many_bars_share_five_labels_and_few_have_each_their_own() -> None:
    assert [tick.column for tick in draw([[1]] * 30).ticks] == [0, 7, 14, 21, 29]
    assert [tick.column for tick in draw([[1]] * 7).ticks] == list(range(7))


def test_the_four_dearest_models_have_a_colour_and_the_rest_share_one() -> None:
    series = gathered(spent(1, 50, 40, 30, 20, 10), WEEK).series
    assert [(one.name, one.tone, one.micros) for one in series] == [
        ("Model 1", 1, 50),
        ("Model 2", 2, 40),
        ("Model 3", 3, 30),
        ("Model 4", 4, 20),
        ("2 others", 5, 11),
    ]


def test_a_fifth_model_alone_keeps_its_name() -> None:
    assert [one.name for one in gathered(spent(5, 4, 3, 2, 1), WEEK).series][-1] == "Model 4"


def test_shares_are_whole_percents_of_a_hundred() -> None:
    listed = shares(gathered(spent(*[10_000] * 3), WEEK))
    assert [one.share for one in listed] == ["34%", "33%", "33%"]
    assert shares(gathered(spent(1_000_000, 1), WEEK))[1].share == "<1%"


def test_weeks_begin_on_mondays_and_with_the_year() -> None:
    steps = YEAR.steps()
    assert steps[0] == (date(2026, 1, 1), date(2026, 1, 4))
    assert steps[1] == (date(2026, 1, 5), date(2026, 1, 11))
    assert steps[-1] == (date(2026, 11, 16), date(2026, 11, 20))
    assert sum((last - first).days + 1 for first, last in steps) == (YEAR.last - YEAR.first).days + 1


def test_the_peak_is_named() -> None:
    assert picture(gathered(spent(2_800_000), WEEK), WEEK).peak == "peak 280 cr, 20 Nov"
    assert picture(gathered(spent(10_000), YEAR), YEAR).peak == "peak 1 cr, week of 16 Nov"


def test_a_day_that_clocks_begin_late_begins_when_they_do() -> None:
    cairo = Span("7", date(2026, 4, 24), date(2026, 4, 30), ZoneInfo("Africa/Cairo"))
    assert cairo.since.astimezone(UTC).isoformat() == "2026-04-23T22:00:00+00:00"
    assert cairo.until - cairo.since > timedelta(days=7) - timedelta(hours=2)
