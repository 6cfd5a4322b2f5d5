"""The Recraft adapter against the simulator: each call with its fields, and what each model refuses."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from providers import errors
from providers.adapters.recraft import Recraft
from providers.adapters.recraft.models import FAMILIES, RATIOS, TOOLS
from providers.base import Config, ImageRequest, InputImage
from providers.masks import white_where_clear
from tests.providers.calls import silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import json_reply, sha256
from tests.providers.simulators.pictures import png, png_facts
from tests.providers.simulators.recraft import RecraftSimulator
from tests.providers.simulators.recraft_rules import PRICES, SIZES, TOOL_PRICES

NAME = "recraft"
V4 = ImageRequest(model="recraftv4_1", prompt="an otter", deadline_seconds=20)
V3 = replace(V4, model="recraftv3")
V2 = replace(V4, model="recraftv2")
VECTOR = replace(V4, model="recraftv4_vector", output_format="svg")
PHOTO = InputImage(png(300, 260, (9, 9, 9)), "image/png", 300, 260, "source")
EDIT = replace(V3, kind="edit", references=(PHOTO,))
MASK = InputImage(png(300, 260, (0, 0, 0), transparent=True), "image/png", 300, 260, "mask")
INPAINT = replace(EDIT, kind="inpaint", mask=MASK)
STYLE = "123e4567-e89b-12d3-a456-426614174000"
CONTROLS = {
    "colors": [{"rgb": [255, 142, 60]}, {"rgb": [0, 0, 0]}],
    "background_color": {"rgb": [80, 180, 110]},
}
LAYOUT = [{"text": "SALE", "bbox": [[0.3, 0.45], [0.6, 0.45], [0.6, 0.55], [0.3, 0.55]]}]


def sent(adapter: Recraft, vendor: RecraftSimulator, request: ImageRequest) -> dict[str, Any]:
    """The fields that arrived for a request, without its model, its prompt and how it is answered."""
    adapter.submit(request, silent)
    found = dict(vendor.bills[-1].fields)
    assert (found.pop("model"), found.pop("prompt")) == (request.model, request.prompt)
    assert found.pop("response_format") == "b64_json"
    return found


def test_a_plain_request_sends_the_least_and_brings_a_picture_with_its_bill(
    adapter: Recraft, vendor: RecraftSimulator
) -> None:
    found = adapter.submit(V4, silent)
    fields = {"model": "recraftv4_1", "prompt": "an otter", "n": 1}
    assert dict(vendor.bills[0].fields) == {**fields, "response_format": "b64_json", "image_format": "png"}
    assert vendor.bills[0].path == "/v1/images/generations"
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    assert [png_facts(output.data) for output in found.outputs] == [(1024, 1024, False)]
    assert (found.billed_micros, len(found.vendor_ref)) == (40_000, 36)


GENERATIONS: list[tuple[ImageRequest, dict[str, Any]]] = [
    (replace(V4, n=6, output_format="webp"), {"n": 6, "image_format": "webp"}),
    (replace(V4, width=1536, height=768), {"size": "1536x768"}),
    (replace(V4, aspect_ratio="2:1", width=1536, height=768), {"size": "2:1"}),
    (replace(V4, model="recraftv4_pro", width=2688, height=1536), {"size": "2688x1536"}),
    (replace(V3, width=1365, height=1024), {"size": "1365x1024"}),
    (replace(V2, aspect_ratio="14:10"), {"size": "14:10"}),
    (replace(V3, negative_prompt="rain"), {"negative_prompt": "rain"}),
    (replace(V2, style="icon"), {"style": "icon"}),
    (
        replace(V3, style="digital_illustration", extra={"substyle": "pop_art"}),
        {"style": "digital_illustration", "substyle": "pop_art"},
    ),
    (replace(V3, extra={"style_id": STYLE}), {"style_id": STYLE}),
    (replace(V4, extra={"controls": CONTROLS}), {"controls": CONTROLS}),
    (
        replace(V3, extra={"controls": {**CONTROLS, "no_text": True, "artistic_level": 5}}),
        {"controls": {**CONTROLS, "no_text": True, "artistic_level": 5}},
    ),
    (replace(V3, extra={"text_layout": LAYOUT}), {"text_layout": LAYOUT}),
    (replace(V4, seed=7), {"random_seed": 7}),
    (replace(V4, seed=0), {"random_seed": 0}),
    (replace(V4, quality="auto", background="opaque", moderation="auto", aspect_ratio="auto"), {}),
]


@pytest.mark.parametrize(("request_", "fields"), GENERATIONS)
def test_every_parameter_of_a_new_picture_arrives(
    adapter: Recraft, vendor: RecraftSimulator, request_: ImageRequest, fields: dict[str, Any]
) -> None:
    assert sent(adapter, vendor, request_) == {"n": 1, "image_format": "png", **fields}


@pytest.mark.parametrize("name", ["recraftv4_vector", "recraftv4_pro_vector", "recraftv3_vector"])
def test_a_vector_model_answers_svg_and_is_asked_for_a_shape(
    adapter: Recraft, vendor: RecraftSimulator, name: str
) -> None:
    request = replace(VECTOR, model=name, n=2, aspect_ratio="16:9", width=1820, height=1024)
    assert sent(adapter, vendor, request) == {"n": 2, "size": "16:9"}
    for vendor.urls_only in (False, True):
        found = adapter.submit(request, silent)
        assert [output.mime for output in found.outputs] == ["image/svg+xml"] * 2
        assert all(output.data.startswith(b"<svg") for output in found.outputs)
        assert found.billed_micros == 2 * PRICES[name] * 1_000


def test_a_change_goes_as_a_form_with_its_picture_and_its_strength(
    adapter: Recraft, vendor: RecraftSimulator
) -> None:
    request = replace(
        EDIT, n=2, strength=0.25, negative_prompt="rain", style="icon", extra={"substyle": "3d"}
    )
    fields = {"n": 2, "image_format": "png", "strength": 0.25, "negative_prompt": "rain", "style": "icon"}
    assert sent(adapter, vendor, request) == {**fields, "substyle": "3d"}
    assert vendor.bills[0].path == "/v1/images/imageToImage"
    assert vendor.bills[0].images == (sha256(PHOTO.data),)
    assert b'filename="image.png"' in vendor.requests[0].body


def test_a_picture_that_goes_along_is_changed_whatever_part_it_was_to_play(
    adapter: Recraft, vendor: RecraftSimulator
) -> None:
    adapter.submit(replace(V3, references=(replace(PHOTO, role="style"),), width=1024, height=1024), silent)
    assert vendor.bills[0].path == "/v1/images/imageToImage"


def test_a_change_without_a_strength_says_half_since_the_vendor_demands_one(
    adapter: Recraft, vendor: RecraftSimulator
) -> None:
    assert sent(adapter, vendor, EDIT)["strength"] == 0.5
    assert sent(adapter, vendor, replace(EDIT, strength=0.0))["strength"] == 0.0


def test_a_strength_that_changes_nothing_stays_here(adapter: Recraft, vendor: RecraftSimulator) -> None:
    for request in (V3, INPAINT):
        assert "strength" not in sent(adapter, vendor, replace(request, strength=0.6))


def test_a_change_keeps_the_size_of_its_picture(adapter: Recraft, vendor: RecraftSimulator) -> None:
    for request in (EDIT, INPAINT):
        found = adapter.submit(replace(request, width=1024, height=1024), silent)
        assert png_facts(found.outputs[0].data) == (300, 260, False)
        assert "size" not in vendor.bills[-1].fields


def test_an_area_is_repainted_where_our_mask_is_clear_and_theirs_is_white(
    adapter: Recraft, vendor: RecraftSimulator
) -> None:
    mask = Image.new("RGBA", (300, 260), (9, 9, 9, 255))
    mask.paste((0, 0, 0, 0), (10, 10, 20, 20))
    packed = io.BytesIO()
    mask.save(packed, "png")
    drawn = InputImage(packed.getvalue(), "image/png", 300, 260, "mask")
    assert sent(adapter, vendor, replace(INPAINT, mask=drawn, n=3)) == {"n": 3, "image_format": "png"}
    assert vendor.bills[0].path == "/v1/images/inpaint"
    theirs = white_where_clear(packed.getvalue())
    assert vendor.bills[0].mask == sha256(theirs)
    read = Image.open(io.BytesIO(theirs))
    assert (read.mode, read.size, read.getcolors()) == ("L", (300, 260), [(77_900, 0), (100, 255)])


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_takes_a_picture_and_brings_one(adapter: Recraft, vendor: RecraftSimulator, name: str) -> None:
    tool = TOOLS[name]
    request = ImageRequest(
        model=name,
        prompt="read by nobody",
        kind=tool.kind,
        references=(PHOTO,),
        output_format=tool.formats[0],
    )
    found = adapter.submit(request, silent)
    assert vendor.bills[0].path == f"/v1/images/{name}"
    assert vendor.bills[0].images == (sha256(PHOTO.data),)
    assert not {"prompt", "model", "n", "size"} & set(vendor.bills[0].fields)
    assert found.billed_micros == TOOL_PRICES[name] * 1_000
    assert found.outputs[0].mime == ("image/svg+xml" if name == "vectorize" else "image/png")
    assert found.vendor_ref


@pytest.mark.parametrize(("request_", "limit"), [(V4, 10_000), (VECTOR, 10_000), (V3, 1_000), (V2, 1_000)])
def test_a_prompt_may_be_as_long_as_its_model_takes(
    adapter: Recraft, vendor: RecraftSimulator, request_: ImageRequest, limit: int
) -> None:
    adapter.submit(replace(request_, prompt="x" * limit), silent)
    with pytest.raises(errors.PromptTooLong):
        adapter.submit(replace(request_, prompt="x" * (limit + 1)), silent)
    assert len(vendor.bills) == 1


def test_every_model_is_known_with_the_vendors_sizes() -> None:
    assert set(FAMILIES) == set(PRICES)
    assert set(TOOLS) == set(TOOL_PRICES)
    for name, family in (("recraftv4_1", "v4"), ("recraftv4_pro", "pro"), ("recraftv3", "v3")):
        found = [f"{width}x{height}" for width, height in FAMILIES[name].sizes.values()]
        assert found == SIZES[family].split()
        assert list(FAMILIES[name].sizes) == list(RATIOS)


def test_an_address_is_fetched_without_the_key_and_within_its_day(
    adapter: Recraft, vendor: RecraftSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.urls_only = True
    assert adapter.submit(replace(V4, n=2), silent).outputs[1].mime == "image/png"
    assert [request.path.split("/")[1] for request in vendor.requests] == ["v1", "results", "results"]
    assert KEY not in str(vendor.requests[-1].headers)
    assert adapter.facts.result_seconds == 86_400
    now = iter([0.0, 86_400.0])
    monkeypatch.setattr(vendor, "clock", lambda: next(now))
    with pytest.raises(errors.ResultExpired):
        adapter.submit(V4, silent)


@pytest.mark.parametrize(
    "link", ["https://recraft.ai.evil.example/x", "http://img.recraft.ai/x", "http://169.254.169.254/", "x"]
)
def test_a_picture_is_fetched_from_the_vendors_hosts_alone(
    adapter: Recraft, vendor: RecraftSimulator, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    monkeypatch.setattr(RecraftSimulator, "_document", lambda *of: {"data": [{"url": link}]})
    with pytest.raises(errors.AnswerLost):
        adapter.submit(V4, silent)
    assert len(vendor.requests) == 1


def test_staff_see_how_many_units_are_left(adapter: Recraft, vendor: RecraftSimulator) -> None:
    assert adapter.check().message == "It answers. 12,345 API units are left."
    health = Recraft(Config(key="wrong", url=vendor.url)).check()
    assert (health.ok, health.message) == (False, "request unauthorized")
    assert vendor.bills == []


@pytest.mark.parametrize("document", [{}, [], {"credits": "many"}])
def test_an_account_that_tells_no_units_still_answers(
    adapter: Recraft, monkeypatch: pytest.MonkeyPatch, document: object
) -> None:
    monkeypatch.setattr(RecraftSimulator, "answer", lambda *of: json_reply(document))
    assert adapter.check().message == "It answers."
