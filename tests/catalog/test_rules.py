from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from studio.catalog import rules
from studio.catalog.errors import BadPrice
from tests.catalog import samples


@given(samples.rules)
def test_a_rule_survives_its_snapshot(rule: rules.PriceRule) -> None:
    assert rules.read(json.loads(json.dumps(rules.as_json(rule)))) == rule


def test_a_rule_without_thinking_is_written_as_before() -> None:
    estimator = rules.Estimator("table", {"any": {"any": 9}})
    rule = rules.PerToken(rules.Rates(1, 1, 1), estimator)
    assert "text" not in rules.as_json(rule)["estimator"]
    thinking = replace(rule, estimator=replace(estimator, text=7))
    assert rules.as_json(thinking)["estimator"]["text"] == 7


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"unit": "image"},
        {"unit": "image", "amount": -1},
        {"unit": "image", "amount": float("nan")},
        {"unit": "image", "amount": 10**15},
        {"unit": "image", "amount": 5, "colour": "red"},
        {"unit": "quality", "amounts": {"low": {"any": -1}}},
        {"unit": "quality", "amounts": {"low": {"any": 1}}, "edits": {}},
        {"unit": "quality", "amounts": {"low": {"any": 1}}, "edits": {"low": {"any": -1}}},
        {"unit": "resolution", "amounts": {"1K": 1.5}},
        {"unit": "megapixel", "first": 1, "extra": -1},
        {"unit": "token", "rates": {"text_in": 1}, "estimator": {}},
        {"unit": "image", "amount": 5, "references": {"each": -1}},
    ],
)
def test_a_rule_that_cannot_be_charged_is_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(BadPrice, match=r"^The price"):
        rules.read(data)


@pytest.mark.parametrize(
    "size", ["", "1024", "1024x", "x1024", "0x10", "-1x10", "١٠x10", "1e3x10", "10x10x10"]
)
def test_what_is_no_size_is_none(size: str) -> None:
    assert rules.sides(size) is None


def test_a_size_has_two_sides() -> None:
    assert rules.sides("1536x1024") == (1536, 1024)
