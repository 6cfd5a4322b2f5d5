from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import Usage
from studio.catalog import pricing
from studio.catalog.pricing import Ask, Quote, Span, actual, learn, margin_of, quote
from studio.catalog.rules import (
    MAX_PRICE,
    Estimator,
    PerImage,
    PerMegapixel,
    PerQuality,
    PerResolution,
    PerToken,
    PriceRule,
    Rates,
    References,
)
from studio.core.micros import MAX_MICROS
from tests.catalog import samples

usages = st.builds(
    Usage,
    input_text=st.integers(-5, 40_000),
    input_image=st.integers(-5, 40_000),
    output_image=st.integers(-5, 40_000),
    output_text=st.integers(-5, 40_000),
)


@given(samples.rules, samples.margins, samples.asks())
def test_the_lines_of_a_quote_add_up_to_what_is_held(rule: PriceRule, margin: int, ask: Ask) -> None:
    found = quote(rule, margin, ask)
    assert sum(line.micros for line in found.lines) == found.high
    assert all(line.micros >= 0 for line in found.lines)


@given(samples.rules, samples.margins, samples.asks())
def test_a_quote_is_whole_micros_and_its_range_is_not_upside_down(
    rule: PriceRule, margin: int, ask: Ask
) -> None:
    found = quote(rule, margin, ask)
    assert type(found.low) is int
    assert type(found.high) is int
    assert 0 <= found.low <= found.high <= MAX_MICROS
    assert found.is_range == (found.low < found.high)


@given(samples.rules, samples.margins, samples.asks())
def test_more_pictures_never_cost_less(rule: PriceRule, margin: int, ask: Ask) -> None:
    fewer, more = quote(rule, margin, ask), quote(rule, margin, replace(ask, n=ask.n + 1))
    assert more.high >= fewer.high
    assert more.low >= fewer.low


@given(samples.rules, samples.margins, samples.asks())
def test_more_references_and_a_longer_prompt_never_cost_less(rule: PriceRule, margin: int, ask: Ask) -> None:
    more = replace(ask, references=ask.references + 1, prompt_length=ask.prompt_length + 100)
    assert quote(rule, margin, more).high >= quote(rule, margin, ask).high


@given(samples.rules, samples.asks())
def test_without_a_margin_the_price_is_the_rule_alone(rule: PriceRule, ask: Ask) -> None:
    found = quote(rule, 0, ask)
    assert all(line.label != pricing.MARGIN for line in found.lines)
    assert found.high <= quote(rule, 1, ask).high


@given(samples.rules, st.integers(1, 20_000), samples.asks())
def test_the_margin_is_rounded_up_on_each_line(rule: PriceRule, margin: int, ask: Ask) -> None:
    bare, dear = quote(rule, 0, ask), quote(rule, margin, ask)
    on_top = sum(margin_of(line.micros, margin) for line in bare.lines)
    assert dear.lines[-1].label == pricing.MARGIN
    assert dear.lines[-1].micros == on_top == dear.high - bare.high
    assert on_top * 10_000 >= bare.high * margin


@given(samples.rules, samples.margins, samples.asks())
def test_a_quote_survives_its_snapshot(rule: PriceRule, margin: int, ask: Ask) -> None:
    found = quote(rule, margin, ask)
    assert Quote.from_json(json.loads(json.dumps(found.as_json()))) == found


@given(samples.rules, samples.margins, samples.asks(), st.integers(-1, 12), st.one_of(st.none(), usages))
def test_what_is_charged_is_never_above_the_hold(
    rule: PriceRule, margin: int, ask: Ask, delivered: int, usage: Usage | None
) -> None:
    held = quote(rule, margin, ask).high
    charged = actual(rule, margin, ask, delivered, usage, held)
    assert type(charged) is int
    assert 0 <= charged <= held


@given(samples.rules, samples.margins, samples.asks(), st.one_of(st.none(), usages), st.integers(0, 10**9))
def test_nothing_delivered_costs_nothing(
    rule: PriceRule, margin: int, ask: Ask, usage: Usage | None, held: int
) -> None:
    assert actual(rule, margin, ask, 0, usage, held) == 0


@given(samples.rules, samples.margins, samples.asks(), st.integers(1, 10), st.one_of(st.none(), usages))
def test_part_of_a_job_is_never_dearer_than_more_of_it(
    rule: PriceRule, margin: int, ask: Ask, delivered: int, usage: Usage | None
) -> None:
    held = quote(rule, margin, ask).high
    part = actual(rule, margin, ask, delivered, usage, held)
    assert part <= actual(rule, margin, ask, delivered + 1, usage, held)


@given(samples.picture_rules, samples.margins, samples.asks())
def test_a_whole_job_priced_by_picture_costs_what_was_held(rule: PriceRule, margin: int, ask: Ask) -> None:
    held = quote(rule, margin, ask).high
    assert actual(rule, margin, ask, ask.n, None, held) == held


@given(samples.rules, samples.margins, samples.asks(), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_smaller_hold_caps_the_charge(rule: PriceRule, margin: int, ask: Ask, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert actual(rule, margin, ask, 1, None, small) <= min(actual(rule, margin, ask, 1, None, large), small)


@given(samples.token_rules, samples.margins, samples.asks(), usages)
def test_reported_tokens_are_charged_at_our_rates(
    rule: PerToken, margin: int, ask: Ask, usage: Usage
) -> None:
    usage = replace(usage, output_image=max(usage.output_image, 1))
    plain = replace(rule, references=References())
    cost = pricing.token_cost(plain, usage)
    charged = actual(plain, margin, ask, ask.n, usage, MAX_MICROS)
    assert charged == cost + margin_of(cost, margin)
    exact = (
        max(usage.input_text, 0) * rule.rates.text_in
        + max(usage.input_image, 0) * rule.rates.image_in
        + usage.output_image * rule.rates.image_out
        + max(usage.output_text, 0) * rule.rates.text_out
    )
    assert cost - 1 < exact / 1_000_000 <= cost


def test_one_picture_of_four_is_charged_at_most_a_quarter_of_the_hold() -> None:
    usage = Usage(input_text=10, output_image=4 * 4160)
    ask = Ask(n=4, width=1024, height=1024, quality="high", prompt_length=60)
    held = quote(_token_rule(), 0, ask).high
    assert actual(_token_rule(), 0, ask, 4, usage, held) == 4 * 4160 * 30 + 50
    assert actual(_token_rule(), 0, ask, 1, usage, held) == -(-held // 4)


def test_a_vendors_negative_count_takes_nothing_off() -> None:
    assert pricing.token_cost(_token_rule(), Usage(input_text=-1_000, output_image=100)) == 3_000


def test_a_vendor_priced_by_token_that_reports_none_is_charged_at_the_high_end() -> None:
    rule = _token_rule()
    ask = Ask(n=2, width=1024, height=1024, quality="low", prompt_length=60)
    held = quote(rule, 0, ask).high
    assert actual(rule, 0, ask, 2, None, held) == held
    assert actual(rule, 0, ask, 2, Usage(), held) == held


def test_a_fixed_price_is_multiplied_and_its_lines_can_be_checked_by_hand() -> None:
    found = quote(PerImage(30_000, References(free=1, each=5_000)), 2_500, Ask(n=4, references=3))
    rows = [(line.label, line.detail, line.micros) for line in found.lines]
    assert rows == [
        ("Images", "4 × $0.03", 120_000),
        ("References", "4 × $0.01", 40_000),
        ("Margin", "25 %", 40_000),
    ]
    assert (found.low, found.high) == (200_000, 200_000)


def test_a_margin_on_one_micro_is_one_micro() -> None:
    assert quote(PerImage(1), 1, Ask()).high == 2


@pytest.mark.parametrize(
    ("quality", "resolution", "width", "expected"),
    [
        ("low", "1K", 1024, (60, 60)),
        ("high", "2K", 2048, (120, 120)),
        ("low", "", 1536, (70, 70)),
        ("low", "8K", 512, (60, 80)),
        ("auto", "2K", 2048, (80, 120)),
    ],
    ids=["exact", "other", "by pixels", "size unknown", "quality open"],
)
def test_quality_and_size_choose_the_price_and_what_is_open_is_a_range(
    quality: str, resolution: str, width: int, expected: tuple[int, int]
) -> None:
    rule = PerQuality({"low": {"1K": 60, "2K": 80, "1536x1024": 70}, "high": {"1K": 100, "2K": 120}})
    ask = Ask(width=width, height=1024, quality=quality, resolution=resolution)
    found = quote(rule, 0, ask)
    assert (found.low, found.high) == expected


def test_a_resolution_that_the_vendor_chooses_is_held_at_the_dearest() -> None:
    found = quote(PerResolution({"1K": 67_200, "4K": 151_200}), 0, Ask(resolution="auto"))
    assert (found.low, found.high) == (67_200, 151_200)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(1000, 1000, 30_000), (1001, 1000, 45_000), (2000, 2000, 75_000), (64, 64, 30_000)],
)
def test_begun_megapixels_are_paid(width: int, height: int, expected: int) -> None:
    rule = PerMegapixel(first=30_000, extra=15_000, reference=15_000)
    assert quote(rule, 0, Ask(width=width, height=height)).high == expected
    assert quote(rule, 0, Ask(width=width, height=height, references=2)).high == expected + 30_000


def test_megapixels_that_the_vendor_chooses_are_held_at_the_dearest() -> None:
    found = quote(PerMegapixel(first=30_000, extra=15_000, dearest=4), 0, Ask())
    assert (found.low, found.high) == (30_000, 75_000)


@pytest.mark.parametrize(
    ("quality", "size", "tokens"),
    [
        (16, (1024, 1024), 196),
        (48, (1024, 1024), 1756),
        (96, (1024, 1024), 7024),
        (48, (1536, 1024), 1372),
        (96, (2560, 1440), 7370),
        (96, (3840, 2160), 13342),
    ],
)
def test_the_grid_estimate_agrees_with_published_prices_per_picture(
    quality: int, size: tuple[int, int], tokens: int
) -> None:
    estimator = Estimator(kind="grid", tokens={"q": {"any": quality}}, sizes=("1024x1024",))
    rule = PerToken(Rates(text_in=0, image_in=0, image_out=30_000_000), estimator)
    assert quote(rule, 0, Ask(width=size[0], height=size[1], quality="q")).high == tokens * 30


def test_an_open_size_or_quality_is_estimated_over_all_of_them() -> None:
    rule = _token_rule()
    found = quote(rule, 0, Ask(quality="auto"))
    low = quote(rule, 0, Ask(width=1024, height=1024, quality="low"))
    high = quote(rule, 0, Ask(width=1536, height=1024, quality="high"))
    assert (found.low, found.high) == (low.low, high.high)


@pytest.mark.parametrize(
    ("width", "resolution", "expected"),
    [
        (1024, "1K", (1120, 1120)),
        (1024, "4K", (2520, 2520)),
        (4096, "4K", (9000, 9000)),
        (1024, "8K", (1120, 9000)),
        (1024, "", (1120, 9000)),
        (None, "1K", (1120, 1120)),
    ],
)
def test_a_table_of_tokens_is_read_by_size_then_by_resolution_and_what_it_does_not_name_may_be_any(
    width: int | None, resolution: str, expected: tuple[int, int]
) -> None:
    estimator = Estimator("table", {"any": {"1K": 1120, "4K": 2520, "4096x4096": 9000}})
    rule = PerToken(Rates(text_in=0, image_in=0, image_out=1_000_000), estimator)
    found = quote(rule, 0, Ask(width=width, height=width, resolution=resolution))
    assert (found.low, found.high) == expected


@given(samples.token_rules, samples.margins, samples.asks())
def test_what_a_model_may_think_beside_each_picture_is_held_at_the_price_of_text(
    rule: PerToken, margin: int, ask: Ask
) -> None:
    silent = replace(rule, estimator=replace(rule.estimator, text=0))
    found, bare = quote(rule, 0, ask), quote(silent, 0, ask)
    assert found.low == bare.low
    # Each picture's two kinds of tokens are one sum, rounded up once.
    text = -(-rule.estimator.text * rule.rates.text_out // 1_000_000)
    assert ask.n * max(text - 1, 0) <= found.high - bare.high <= ask.n * text
    assert quote(rule, margin, ask).high >= quote(silent, margin, ask).high


def test_what_late_jobs_cost_replaces_the_estimate() -> None:
    found = quote(_token_rule(), 1_000, Ask(n=3, prompt_length=500, references=2), Span(100, 250))
    assert (found.low, found.high) == (330, 825)


def test_learning_needs_forty_jobs_and_looks_at_the_latest_forty() -> None:
    assert learn(range(100, 139)) is None
    assert learn([*range(100, 140), 1, 10_000]) == Span(100, 139)


@pytest.mark.parametrize(
    ("margin", "ask"),
    [
        (-1, Ask()),
        (pricing.MAX_MARGIN + 1, Ask()),
        (0, Ask(n=0)),
        (0, Ask(references=-1)),
        (0, Ask(prompt_length=-1)),
    ],
)
def test_counts_and_margins_out_of_bounds_are_refused(margin: int, ask: Ask) -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        quote(PerImage(1), margin, ask)


def test_the_dearest_rule_there_can_be_stays_within_the_ledger() -> None:
    rule = PerImage(MAX_PRICE, References(each=MAX_PRICE))
    assert quote(rule, pricing.MAX_MARGIN, Ask(n=16, references=64)).high <= MAX_MICROS


def test_details_are_exact_to_the_micro() -> None:
    assert quote(PerImage(24_150), 0, Ask()).lines[0].detail == "1 × $0.02415"
    assert quote(PerImage(1_250_000), 0, Ask()).lines[0].detail == "1 × $1.25"


def _token_rule() -> PerToken:
    estimator = Estimator(
        kind="area",
        tokens={"low": {"any": 272}, "high": {"any": 4160}},
        sizes=("1024x1024", "1536x1024"),
        low=80,
    )
    return PerToken(Rates(text_in=5_000_000, image_in=8_000_000, image_out=30_000_000), estimator)
