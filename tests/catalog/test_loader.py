from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.catalog import checks, loader
from studio.catalog.errors import CatalogError
from tests.catalog import samples


def problems(**over: Any) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        samples.model(**over)
    return caught.value.problems


def sizing(**over: Any) -> dict[str, Any]:
    return {"style": "pixels", "default": "1024x1024", "sizes": ["1024x1024"]} | over


FREE: dict[str, Any] = {"style": "free", "default": "64x64", "sizes": ["64x64"], "limits": {"most": 64}}
TOKENS: dict[str, Any] = {
    "unit": "token",
    "rates": {"text_in": 1, "image_in": 1, "image_out": 1},
    "estimator": {"kind": "area", "tokens": {"low": {"any": 1}}, "sizes": ["64x64"]},
}

MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"label": ""}, "atelier/easel: label must be a text, not ''."),
    ({"label": 7}, "atelier/easel: label must be a text, not 7."),
    ({"tier": "lavish"}, "atelier/easel: tier must be one of budget, standard, premium, not 'lavish'."),
    (
        {"kinds": ["dream"]},
        "atelier/easel: kinds must be of generate, edit, inpaint, upscale, cutout, expand, not 'dream'.",
    ),
    ({"kinds": "generate"}, "atelier/easel: kinds must be a list of texts, not 'generate'."),
    ({"kinds": ["generate", "generate"]}, "atelier/easel: kinds names something twice."),
    ({"kinds": ["edit"]}, "atelier/easel: kinds says edit, which needs max_references."),
    (
        {"prompt_limit": True},
        "atelier/easel: prompt_limit must be a whole number from 1 to 1,000,000, not True.",
    ),
    ({"qualities": ["high", "low"]}, "atelier/easel: qualities must stand from the lowest up."),
    ({"max_n": 0}, "atelier/easel: max_n must be a whole number from 1 to 16, not 0."),
    ({"max_nn": 4}, "atelier/easel: max_nn is not a known key."),
    ({"supports": {"seeds": True}}, "atelier/easel: supports: seeds is not a known key."),
    ({"supports": {"seed": 1}}, "atelier/easel: supports: seed must be true or false, not 1."),
    (
        {"supports": {"mask": True}},
        "atelier/easel: supports needs max_references: a mask belongs to a picture.",
    ),
    (
        {"supports": {"transparency": True}, "formats": ["jpeg"]},
        "atelier/easel: formats says transparency, which needs png or webp.",
    ),
    ({"formats": ["bmp"]}, "atelier/easel: formats must be of png, jpeg, webp, avif, svg, not 'bmp'."),
    ({"retires": "soon"}, "atelier/easel: retires must be a date, not 'soon'."),
    ({"successor": "atelier/loom"}, "atelier/easel: successor atelier/loom is not a model."),
    ({"aliases": ["a", "atelier/easel"]}, "atelier/easel: aliases names 'atelier/easel', which is taken."),
    ({"like": "atelier/loom"}, "atelier/easel: like 'atelier/loom' is not a model with facts of its own."),
    ({"sizing": 4}, "atelier/easel: sizing must be a table."),
    (
        {"sizing": sizing(auto_qualities=["best"])},
        "atelier/easel: sizing names auto_qualities that are none of its qualities.",
    ),
    (
        {
            "qualities": ["best"],
            "sizing": {"style": "ratio", "default": "auto", "ratios": ["auto"], "auto_qualities": ["best"]},
        },
        "atelier/easel: sizing cannot open with auto, which goes with some qualities alone.",
    ),
    ({"sizing": sizing(default="9x9")}, "atelier/easel: sizing: default '9x9' is not offered."),
    (
        {"sizing": sizing(sizes=["wide"])},
        "atelier/easel: sizing: sizes 'wide' is not a size such as 1024x1024.",
    ),
    (
        {"sizing": sizing(times=2)},
        "atelier/easel: sizing: times goes with style none, and with no other.",
    ),
    (
        {"sizing": sizing(limits={"most": 64})},
        "atelier/easel: sizing: limits go with style free, and with no other.",
    ),
    (
        {"sizing": {"style": "ratio", "default": "1:1", "ratios": ["1:1", "1:0"]}},
        "atelier/easel: sizing: ratios '1:0' is not a ratio such as 4:5.",
    ),
    (
        {"sizing": {"style": "resolution", "default": "1:1", "ratios": ["1:1"], "default_resolution": "2K"}},
        "atelier/easel: sizing: default_resolution must be one of the resolutions.",
    ),
    (
        {"sizing": FREE | {"sizes": ["64x64", "99x64"]}},
        "atelier/easel: sizing: sizes '99x64' is outside the limits.",
    ),
    (
        {"price": {"unit": "hour"}},
        "atelier/easel: price: unit must be one of image, quality, resolution, megapixel, token, estimate, not 'hour'.",
    ),
    (
        {"price": {"unit": "image"}},
        "atelier/easel: price: amount is missing; it must be a whole number from 0 to 10,000,000,000.",
    ),
    ({"price": {"unit": "quality", "amounts": {}}}, "atelier/easel: price: amounts is empty."),
    ({"price": {"unit": "quality", "amounts": {"low": {}}}}, "atelier/easel: price: amounts: low is empty."),
    (
        {"price": TOKENS | {"estimator": TOKENS["estimator"] | {"sizes": []}}},
        "atelier/easel: price: estimator: sizes must name at least one size such as 1024x1024.",
    ),
    (
        {"price": TOKENS | {"estimator": TOKENS["estimator"] | {"tokens": {"low": {"64x64": 1}}}}},
        "atelier/easel: price: estimator: tokens must give 'any' for each quality.",
    ),
    (
        {"price": TOKENS | {"estimator": TOKENS["estimator"] | {"reference_low": 5}}},
        "atelier/easel: price: estimator: reference_low is above reference_high.",
    ),
]


@pytest.mark.parametrize(
    ("over", "sentence"), MISTAKES, ids=[sentence[15:60] for _over, sentence in MISTAKES]
)
def test_a_mistake_is_named_with_its_model_and_key(over: dict[str, Any], sentence: str) -> None:
    assert sentence in problems(**over)


@pytest.mark.parametrize("amount", [-1, 10**10 + 1, float("nan"), float("inf"), 1.5, True, "3"])
def test_a_price_that_is_negative_huge_or_no_whole_number_is_refused(amount: object) -> None:
    assert problems(price={"unit": "image", "amount": amount}) == [
        f"atelier/easel: price: amount must be a whole number from 0 to 10,000,000,000, not {amount!r}."
    ]


def test_all_mistakes_are_told_at_once() -> None:
    found = problems(tier="lavish", max_n=0, price={"unit": "image", "amount": -1})
    assert len(found) == 3


def test_a_model_of_an_unknown_provider_is_refused() -> None:
    data = samples.data()
    data["models"] = {"nobody/easel": samples.MODEL, "plain": samples.MODEL}
    with pytest.raises(CatalogError) as caught:
        loader.parse(data)
    sentence = "must be called provider/name, with a provider of the providers table."
    assert caught.value.problems == [f"nobody/easel {sentence}", f"plain {sentence}"]


def test_a_provider_needs_a_tile_of_two_letters() -> None:
    data = samples.data()
    data["providers"]["atelier"]["tile"] = "Ate"
    with pytest.raises(CatalogError, match="providers: atelier: tile must have two letters"):
        loader.parse(data)


def test_an_empty_catalogue_is_refused() -> None:
    with pytest.raises(CatalogError, match="models must name at least one model"):
        loader.parse({"providers": {}})


def test_an_alias_belongs_to_one_model() -> None:
    data = samples.data(aliases=["easel"])
    data["models"]["atelier/loom"] = samples.MODEL | {"aliases": ["easel"]}
    with pytest.raises(CatalogError, match="atelier/loom: aliases names 'easel', which is taken"):
        loader.parse(data)


def test_like_takes_over_all_but_names_and_lifecycle() -> None:
    data = samples.data(aliases=["stand"], note="First", supports={"seed": True, "negative": True})
    data["models"]["atelier/loom"] = {"like": "atelier/easel", "label": "Loom", "supports": {"seed": False}}
    loom = loader.parse(data).entries["atelier/loom"]
    assert (loom.label, loom.upstream, loom.aliases, loom.note) == ("Loom", "easel", (), "")
    assert (loom.supports.seed, loom.supports.negative) == (False, True)


def test_a_model_without_a_price_can_be_read_and_has_none() -> None:
    data = samples.data()
    del data["models"]["atelier/easel"]["price"]
    assert loader.parse(data).entries["atelier/easel"].price is None


def test_a_vendors_file_that_is_missing_broken_or_odd_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("models = [", encoding="utf-8")
    (tmp_path / "odd.toml").write_text("colour = 1", encoding="utf-8")
    (tmp_path / "stray.toml").write_text("", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        loader.load(tmp_path, ["broken", "odd", "gone"], tmp_path / "stray.toml")
    broken, odd, gone, stray = caught.value.problems
    assert broken.startswith("broken.toml cannot be read")
    assert odd == "odd.toml: colour is not a known key."
    assert gone.startswith("gone.toml cannot be read")
    assert stray == "stray.toml has no adapter. Add it to providers/registry.py."


def test_the_start_is_stopped_by_each_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    data = samples.data(tier="lavish", max_n=0)
    monkeypatch.setattr(loader, "catalog", lambda: loader.parse(data))
    assert [error.id for error in checks.check_catalog()] == ["catalog.E001", "catalog.E001"]


def test_the_catalogue_that_ships_has_no_mistake() -> None:
    assert checks.check_catalog() == []
