"""Every setting that a model of the catalogue has of its own, against its adapter and the vendor's rules.

A new vendor and a new declaration are tested by this file as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from providers import registry
from providers.base import Config, ImageRequest
from studio.catalog import loader
from studio.catalog.entries import Entry
from studio.catalog.extras import (
    CHOICE,
    FLAG,
    FLAGS,
    INTEGER,
    NUMBER,
    TEXT,
    Extra,
    Value,
    on_the_wire,
    written,
)
from studio.catalog.fields import defaults
from studio.catalog.parameters import validate
from studio.core.errors import Invalid
from tests.providers.calls import finished
from tests.providers.cases import KEY, REMOTE, case
from tests.providers.requests import as_sent, grown, least
from tests.providers.simulators.base import Bill, Simulator

DECLARED = [(entry, extra) for entry in loader.catalog().entries.values() for extra in entry.extra.values()]


def of(settings: list[tuple[Entry, Extra]]) -> pytest.MarkDecorator:
    """Once for each of these settings."""
    rows = [pytest.param(entry, extra, id=f"{entry.id}-{extra.name}") for entry, extra in settings]
    return pytest.mark.parametrize(("entry", "extra"), rows)


every_setting = of(DECLARED)
every_setting_of_no_size = of([(entry, extra) for entry, extra in DECLARED if not extra.role])

UNSAFE = ("url", "webhook", "secret", "callback", "sync", "lora", "safety_checker", "storage")
DEARER = (
    "num_images", "max_images", "images", "count", "batch", "n_iter", "outputs", "resize", "factor",
    "megapixels", "resolution", "width", "height", "turbo", "web_search", "fidelity", "go_fast",
)  # fmt: skip
"""Parts of names that say where a result goes, whose checks are off, how many pictures there are or how large."""

PLURAL = {("inpainting", "step"): "steps"}
"""Parameters that one address of a vendor calls otherwise than the rest."""


@pytest.fixture(scope="module")
def vendors() -> Iterator[dict[str, Simulator]]:
    """One simulator of each vendor for all its models."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(case(name).simulator()) for name in REMOTE}


def ends(extra: Extra) -> list[Value]:
    """The least and the most that can be said, the default, and each choice."""
    known: dict[str, list[Value]] = {
        CHOICE: list(extra.choices),
        FLAG: list(FLAGS.values()),
        INTEGER: [int(extra.least), int(extra.most)],
        NUMBER: [extra.least, extra.most],
        TEXT: [extra.example],
    }
    told = [] if extra.default is None else [extra.default]
    return list(dict.fromkeys([*known[extra.kind], *told]))


def beyond(extra: Extra) -> list[str]:
    """Texts just outside of what can be said."""
    if extra.kind == TEXT:
        return ["x" * (extra.length + 1), *(["?"] if extra.pattern else [])]
    if extra.kind == INTEGER:
        return [written(int(extra.least) - 1), written(int(extra.most) + 1), written(int(extra.least)) + ".5"]
    if extra.kind == NUMBER:
        return [written(round(extra.least - 0.1, 4)), written(round(extra.most + 0.1, 4)), "1e1", "nan"]
    return ["perhaps"]


def sent_with(entry: Entry, extra: Extra, value: Value) -> ImageRequest:
    """The smallest request of this model with this one setting; a picture that is expanded grows on two sides."""
    request = as_sent(entry, defaults(entry), least(entry))
    return replace(request, extra=on_the_wire(grown(entry) | {extra.name: value}))


def arrived(bill: Bill, extra: Extra) -> Any:
    """What the vendor was told, wherever this one keeps its parameters; a form has texts alone."""
    found: Any = bill.fields.get("input", bill.fields)
    name = PLURAL.get((bill.path.rpartition("/")[2], extra.name), extra.name)
    for part in name.split("."):
        found = found[part]
    return float(found) if extra.kind in (INTEGER, NUMBER) else found


@every_setting
def test_a_setting_is_taken_at_its_ends_and_arrives(
    entry: Entry, extra: Extra, vendors: dict[str, Simulator]
) -> None:
    vendor = vendors[entry.provider]
    provider = registry.load(entry.provider, Config(key=KEY, url=vendor.url, hosts=("127.0.0.1",)))
    before = len(vendor.bills)
    for value in ends(extra):
        finished(provider, sent_with(entry, extra, value))
        assert arrived(vendor.bills[-1], extra) == value
    assert len(vendor.bills) == before + len(ends(extra))


@every_setting
def test_what_is_beyond_a_setting_is_refused_at_its_field_before_anything_is_sent(
    entry: Entry, extra: Extra
) -> None:
    form, has_mask = defaults(entry).as_form(), entry.kinds == ("inpaint",)
    for text in beyond(extra):
        with pytest.raises(Invalid) as caught:
            validate(entry, form | {extra.field: text}, least(entry), has_mask, "a stair")
        assert list(caught.value.fields) == [extra.field]
        assert extra.label in caught.value.fields[extra.field]


@every_setting_of_no_size
def test_no_other_setting_moves_the_price_or_says_where_a_result_goes(
    entry: Entry, extra: Extra, vendors: dict[str, Simulator]
) -> None:
    assert not [part for part in (*UNSAFE, *DEARER) if part in extra.name.lower()]
    vendor = vendors[entry.provider]
    provider = registry.load(entry.provider, Config(key=KEY, url=vendor.url, hosts=("127.0.0.1",)))
    plain = replace(sent_with(entry, extra, ""), extra=grown(entry))
    billed = finished(provider, plain).billed_micros
    most = sent_with(entry, extra, ends(extra)[1 if len(ends(extra)) > 1 else 0])
    assert finished(provider, most).billed_micros == billed


@pytest.mark.parametrize("entry", loader.catalog().entries.values(), ids=lambda entry: entry.id)
def test_a_form_is_not_drowned(entry: Entry) -> None:
    assert len([extra for extra in entry.extra.values() if extra.shown]) <= 6
