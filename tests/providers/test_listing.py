"""Vendors' own lists of models, in every shape that one is known to have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from providers import errors, registry
from providers.base import Config, Listed, Lists
from providers.listing import listed
from tests.providers.cases import KEY, REMOTE, case

LISTING = [
    name
    for name in REMOTE
    if isinstance(registry.load(name, Config(key=KEY, url="https://vendor.test")), Lists)
]


def test_those_with_a_list_have_one() -> None:
    assert {"openai", "openai_compatible", "deepshi", "fairstack", "google", "xai", "multi", "a1111"} <= set(
        LISTING
    )


@pytest.mark.parametrize("name", LISTING)
def test_a_list_names_the_model_that_is_asked_for_and_costs_nothing(name: str) -> None:
    tried = case(name)
    with tried.simulator() as vendor:
        provider = registry.load(name, Config(key=KEY, url=vendor.url))
        assert isinstance(provider, Lists)
        found = {each.id for each in provider.models()}
        assert vendor.bills == []
    # The simulated gateway answers to names that its list of local models does not have.
    assert tried.sample.model in found or name == "openai_compatible"
    assert all(name and not name.startswith("models/") for name in found)


@pytest.mark.parametrize(
    "document",
    [
        [{"id": "brush"}],
        {"data": [{"id": "brush"}]},
        {"models": [{"id": "brush"}]},
        {"data": {"models": [{"id": "brush"}]}},
        {"data": [{"id": "brush"}, {"id": 7}, "noise", {"id": ""}, {}]},
    ],
)
def test_the_shapes_of_a_list_are_one(document: Any) -> None:
    assert listed(document) == (Listed("brush"),)


@pytest.mark.parametrize(
    "document", [None, {}, [], [{}], "list", {"data": None}, {"error": {"message": "no"}}]
)
def test_what_is_no_list_is_said(document: Any) -> None:
    with pytest.raises(errors.AnswerLost):
        listed(document)


def test_what_else_a_list_tells_is_read_and_the_rest_is_left_open() -> None:
    entry = {
        "id": "brush",
        "prompt_max_length": 4000,
        "edit": {"supported": True, "max_images": 14},
        "price": {"micro": 9000, "unit": "image"},
        "shutdown_date": "2026-12-01",
        "output_modalities": ["image"],
    }
    assert listed([entry]) == (Listed("brush", 4000, 14, 9000, date(2026, 12, 1), True),)
    odd = {
        "id": "brush",
        "prompt_max_length": True,
        "edit": {"supported": False},
        "price": {"micro": 9000, "unit": "second"},
        "shutdown_date": "soon",
        "type": "llm",
    }
    assert listed([odd]) == (Listed("brush", None, 0, None, None, False),)
