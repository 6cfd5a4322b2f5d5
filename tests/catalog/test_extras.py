"""The settings that a model declares of its own: how they are read, what they can be told, and how they follow."""

from __future__ import annotations

from typing import Any

import pytest

from studio.catalog import loader
from studio.catalog.entries import Entry
from studio.catalog.errors import CatalogError
from studio.catalog.extra_values import chosen, words
from studio.catalog.extras import apart, as_form, on_the_wire, written
from studio.catalog.fields import Parameters, defaults
from studio.catalog.parameters import nearest, validate
from studio.core.errors import Invalid
from tests.catalog import samples

STEPS = {"kind": "integer", "label": "Steps", "least": 1, "most": 50, "default": 20}
GRAIN = {"kind": "number", "label": "Grain", "least": 0.5, "most": 2, "step": 0.1}
LOOK = {"kind": "choice", "label": "Look", "choices": ["flat", "deep_red"]}
RAW = {"kind": "flag", "label": "Raw", "default": False}
NAME = {"kind": "text", "label": "Name", "length": 5, "example": "Ada"}
CODE = {"kind": "text", "label": "Code", "length": 5, "pattern": "[0-9]+", "example": "12"}
ALL = {"code": CODE, "steps": STEPS, "grain": GRAIN, "look": LOOK, "raw": RAW, "name": NAME}


def easel(**extra: Any) -> Entry:
    return samples.model(extra=extra or ALL)


def problems(**extra: Any) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        easel(**extra)
    return caught.value.problems


def read(entry: Entry, texts: dict[str, str], references: int = 0) -> dict[str, Any]:
    form = {f"extra.{name}": text for name, text in texts.items()}
    return dict(validate(entry, form, references, False, "a stair").extra)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"a": {"label": "A"}}, "a: kind is missing; it must be one of choice, integer, number, flag, text"),
    ({"a": RAW | {"label": ""}}, "a: label must be a text, not ''"),
    ({"a": RAW | {"least": 1}}, "a: least is not a known key"),
    ({"a": RAW | {"default": "on"}}, "a: default must be true or false, not 'on'"),
    ({"a": STEPS | {"least": 60}}, "a: most must be a whole number from 60 to 1,000,000, not 50"),
    ({"a": STEPS | {"default": 51}}, "a: default must be a whole number from 1 to 50, not 51"),
    ({"a": STEPS | {"least": 1.5}}, "a: least must be a whole number from -1,000,000 to 1,000,000, not 1.5"),
    ({"a": GRAIN | {"default": True}}, "a: default must be a number from 0.5 to 2, not True"),
    ({"a": GRAIN | {"most": float("nan")}}, "a: most must be a number from 0.5 to 1e+06, not nan"),
    ({"a": GRAIN | {"step": 0}}, "a: step must be a number from 0.001 to 1e+06, not 0"),
    ({"a": LOOK | {"choices": []}}, "a: choices must name at least one"),
    ({"a": LOOK | {"default": "round"}}, "a: default must be one of flat, deep_red, not 'round'"),
    ({"a": NAME | {"length": 0}}, "a: length must be a whole number from 1 to 500, not 0"),
    ({"a": NAME | {"example": "Adelaide"}}, "a: example does not fit the length and the pattern"),
    ({"a": NAME | {"pattern": "[0-9]+"}}, "a: example does not fit the length and the pattern"),
    ({"a": NAME | {"pattern": "["}}, "a: pattern is no regular expression"),
    ({"style.raw": RAW}, "style.raw is a setting that all models share"),
    ({"a": NAME | {"default": "Ada"}}, "a: default is not a known key"),
    ({"a b": RAW}, "a b is no name of a vendor's parameter"),
    ({"seed": STEPS}, "seed is a setting that all models share"),
    ({"a": True}, "a must be a table"),
]


@pytest.mark.parametrize(("extra", "problem"), MISTAKES, ids=[problem for _, problem in MISTAKES])
def test_a_mistake_is_named_with_its_model_and_key(extra: dict[str, Any], problem: str) -> None:
    assert f"atelier/easel: extra: {problem}." in problems(**extra)


def test_every_mistake_is_named_at_once() -> None:
    assert len(problems(a=STEPS | {"default": 0, "moist": 1}, seed=RAW, b=LOOK | {"choices": []})) == 4


def test_a_likeness_takes_over_settings_changes_one_and_leaves_one_out() -> None:
    data = samples.data(extra=ALL)
    own = {"steps": {"most": 8, "default": 4}, "raw": False}
    data["models"]["atelier/loom"] = {"like": "atelier/easel", "upstream": "loom", "extra": own}
    loom = loader.parse(data).entries["atelier/loom"]
    assert list(loom.extra) == ["code", "steps", "grain", "look", "name"]
    assert (loom.extra["steps"].most, loom.extra["steps"].default) == (8, 4)
    assert loom.extra["grain"] == loader.parse(data).entries["atelier/easel"].extra["grain"]


def test_a_name_is_of_one_kind_with_all_models() -> None:
    data = samples.data(extra={"steps": STEPS})
    data["models"]["atelier/loom"] = samples.MODEL | {"extra": {"steps": RAW}}
    with pytest.raises(CatalogError) as caught:
        loader.parse(data)
    assert caught.value.problems == [
        "atelier/loom: extra: steps is of kind flag, and integer with atelier/easel."
    ]


def test_texts_become_what_the_vendor_is_sent_in_the_order_of_the_file() -> None:
    found = read(easel(), {"name": "Ada", "raw": "true", "look": "deep_red", "grain": "2", "steps": "7"})
    assert list(found.items()) == [
        ("steps", 7), ("grain", 2.0), ("look", "deep_red"), ("raw", True), ("name", "Ada"),
    ]  # fmt: skip
    assert isinstance(found["grain"], float)


def test_what_says_nothing_new_is_left_out() -> None:
    assert read(easel(), {"steps": "20", "raw": "false", "grain": "", "look": " "}) == {}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("steps", "0", "Steps: use a whole number from 1 to 50."),
        ("steps", "1e1", "Steps: use a whole number from 1 to 50."),
        ("steps", "٣", "Steps: use a whole number from 1 to 50."),
        ("grain", "2.1", "Grain: use a number from 0.5 to 2."),
        ("look", "Flat", "Look: choose one of Flat, Deep red."),
        ("raw", "1", "Raw: choose on or off."),
        ("name", "Adelai", "Name: use a text of at most 5 characters, such as Ada."),
        ("name", "A\x07a", "Name: use a text of at most 5 characters, such as Ada."),
        ("code", "Ada", "Code: use a text of at most 5 characters, such as 12."),
        ("moist", "1", "Easel has no setting called moist. Leave it out."),
    ],
)
def test_what_cannot_be_said_has_a_sentence_at_its_field(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(easel(), {name: text})
    assert caught.value.fields == {f"extra.{name}": sentence}


def test_one_that_goes_alone_is_refused_with_a_reference_and_its_usual_value_is_not() -> None:
    entry = samples.model(max_references=1, kinds=["generate", "edit"], extra={"raw": RAW | {"alone": True}})
    assert read(entry, {"raw": "true"}) == {"raw": True}
    assert read(entry, {"raw": "false"}, 1) == {}
    with pytest.raises(Invalid) as caught:
        read(entry, {"raw": "true"}, 1)
    assert caught.value.fields == {
        "extra.raw": "Raw: it goes with no reference. Set it back, or remove the references."
    }


def test_settings_follow_to_another_model_by_name_within_its_bounds() -> None:
    there = easel(steps=STEPS | {"most": 8, "default": 4}, look=LOOK | {"choices": ["deep_red"]}, raw=RAW)
    form = as_form({"steps": 30, "grain": 1.5, "look": "flat", "raw": True})
    found, notes = nearest(there, form)
    assert found.extra == {"steps": 8, "raw": True}
    assert notes == [
        "Steps changed to 8, the closest this model offers",
        "Look left out, this model cannot have it so",
        "grain left out, this model has no such setting",
    ]
    assert validate(there, found.as_form(), 0, False, "a stair") == found


def test_what_a_form_opened_with_was_chosen_by_nobody() -> None:
    form = {"n": "2", "extra.steps": "20", "extra.raw": "true", "extra.grain": ""}
    assert chosen(easel(), form) == {"n": "2", "extra.raw": "true"}


def test_settings_survive_the_way_into_a_snapshot_and_back() -> None:
    entry = easel()
    kept = Parameters(**{**vars_of(entry), "extra": {"steps": 7, "grain": 1.25, "raw": True}})
    assert Parameters.from_json(kept.as_json()) == kept
    shared, own = apart(kept.as_form())
    assert own == {"steps": "7", "grain": "1.25", "raw": "true"}
    assert "extra" not in shared
    assert validate(entry, kept.as_form(), 0, False, "a stair").extra == kept.extra


def vars_of(entry: Entry) -> dict[str, Any]:
    return defaults(entry).as_json()


def test_a_dot_leads_into_a_table_of_the_vendors() -> None:
    values = {"controls.no_text": True, "controls.level": 2, "steps": 3}
    assert on_the_wire(values) == {"controls": {"no_text": True, "level": 2}, "steps": 3}


def test_a_value_is_written_as_a_form_says_it() -> None:
    assert [written(value) for value in (True, False, 30, 4.5, 3.0, "flat", None)] == [
        "true", "false", "30", "4.5", "3", "flat", "",
    ]  # fmt: skip


def test_a_setting_has_words_also_when_the_catalogue_no_longer_knows_it() -> None:
    entry = easel()
    assert words(entry, "raw", True) == ("Raw", "on")
    assert words(entry, "look", "deep_red") == ("Look", "Deep red")
    assert words(entry, "steps", None) == ("Steps", "20")
    assert words(entry, "grain", None) == ("Grain", "")
    assert words(None, "moist", 3) == ("moist", "3")
