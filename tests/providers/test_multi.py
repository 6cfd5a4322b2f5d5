"""The multi-provider adapter against the simulator: each field with its maker's rule, and each trap by number."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.multi import Multi
from providers.adapters.multi.answer import entries_of
from providers.adapters.multi.models import FAMILIES, RATIOS
from providers.adapters.multi.request import pixels_of
from providers.base import Config, Finished, ImageRequest, InputImage
from tests.providers.calls import silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import json_reply, sha256
from tests.providers.simulators.multi import MultiSimulator
from tests.providers.simulators.multi_rules import MAKERS
from tests.providers.simulators.pictures import jpeg, png, png_facts

NAME = "multi"
FLUX = ImageRequest(model="flux-2-pro", prompt="an otter", deadline_seconds=20)
GOOGLE = replace(FLUX, model="imagen-4")
FAL = replace(FLUX, model="ideogram-v3")
PHOTO = InputImage(png(16, 16, (9, 9, 9)), "image/png", 16, 16, "source")
KONTEXT = replace(FLUX, model="flux-kontext", kind="edit", references=(PHOTO,))
QWEN = replace(KONTEXT, model="qwen-image-edit")


def sent(adapter: Multi, vendor: MultiSimulator, request: ImageRequest) -> dict[str, Any]:
    """The fields that arrived for a request, without the picture, its model and its prompt."""
    adapter.submit(request, silent)
    found = dict(vendor.bills[-1].fields)
    assert (found.pop("model"), found.pop("prompt")) == (request.model, request.prompt)
    return found


FIELDS: list[tuple[ImageRequest, dict[str, Any]]] = [
    (FLUX, {}),
    (replace(FLUX, width=256, height=2048), {"width": 256, "height": 2048}),
    (replace(FLUX, seed=7), {"seed": 7}),
    (replace(FLUX, seed=0), {"seed": 0}),
    (FAL, {}),
    (replace(FAL, width=2048, height=256), {"width": 2048, "height": 256}),
    (replace(FAL, aspect_ratio="9:16"), {"aspect_ratio": "9:16"}),
    (replace(FAL, aspect_ratio="3:4", width=768, height=1024), {"aspect_ratio": "3:4"}),
    (GOOGLE, {"num_images": 1}),
    (replace(GOOGLE, n=4), {"num_images": 4}),
    (replace(GOOGLE, resolution="2K"), {"num_images": 1, "image_size": "2K"}),
    (
        replace(GOOGLE, aspect_ratio="16:9", resolution="1K", width=1408, height=768),
        {"num_images": 1, "aspect_ratio": "16:9", "image_size": "1K"},
    ),
    (KONTEXT, {}),
    (replace(KONTEXT, seed=7), {"seed": 7}),
    (QWEN, {}),
]


@pytest.mark.parametrize(("request_", "fields"), FIELDS)
def test_each_field_goes_to_the_makers_that_take_it(
    adapter: Multi, vendor: MultiSimulator, request_: ImageRequest, fields: dict[str, Any]
) -> None:
    assert sent(adapter, vendor, request_) == fields
    call = "edit" if request_.references else "generate"
    assert vendor.bills[0].path == f"/api/v1/image/{call}"


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("request_", [GOOGLE, FAL])
def test_all_five_shapes_go_to_google_and_fal(
    adapter: Multi, vendor: MultiSimulator, request_: ImageRequest, ratio: str
) -> None:
    assert sent(adapter, vendor, replace(request_, aspect_ratio=ratio))["aspect_ratio"] == ratio


def test_an_edit_sends_its_picture_as_a_data_uri(adapter: Multi, vendor: MultiSimulator) -> None:
    photo = InputImage(jpeg(16, 16, (1, 2, 3)), "image/jpeg", 16, 16, "source")
    adapter.submit(replace(QWEN, references=(photo,)), silent)
    assert vendor.bills[0].images == (sha256(photo.data),)
    uri = f"data:image/jpeg;base64,{base64.b64encode(photo.data).decode()}"
    assert f'"image_url":"{uri}"'.encode() in vendor.requests[0].body


def test_the_key_goes_to_the_api_and_not_to_where_a_picture_lies(
    adapter: Multi, vendor: MultiSimulator
) -> None:
    adapter.submit(FLUX, silent)
    call, fetch = vendor.requests
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    assert fetch.path.startswith("/results/")
    assert KEY not in str(fetch.headers)


def test_without_an_address_the_key_goes_nowhere() -> None:
    with pytest.raises(errors.AuthError) as caught:
        Multi(Config(key=KEY)).submit(FLUX, silent)
    assert caught.value.message == "No address is set for this vendor."


@pytest.mark.parametrize("shape", ["images", "data", "list", "single"])
@pytest.mark.parametrize(
    ("request_", "mime"), [(FLUX, "image/jpeg"), (GOOGLE, "image/png"), (QWEN, "image/webp")]
)
def test_a_picture_is_found_however_the_answer_is_wrapped(
    adapter: Multi, vendor: MultiSimulator, shape: str, request_: ImageRequest, mime: str
) -> None:
    vendor.shape = shape
    assert [output.mime for output in adapter.submit(request_, silent).outputs] == [mime]


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"image": {"url": "u"}}},
        {"image": {"url": "u"}},
        {"data": {"url": "u"}},
        {"images": [], "data": [{"url": "u"}]},
        {"result": {"images": [{"url": "u"}]}},
    ],
)
def test_other_wrappings_are_read_too(document: object) -> None:
    assert entries_of(document) == [{"url": "u"}]


@pytest.mark.parametrize(
    "document", [None, 7, {}, {"data": {"data": {"data": {"data": {}}}}}, {"images": "u"}]
)
def test_where_there_is_no_picture_none_is_found(document: object) -> None:
    assert entries_of(document) == []


def test_a_picture_that_can_be_read_is_delivered_beside_one_that_cannot(
    adapter: Multi, vendor: MultiSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"base64": base64.b64encode(PHOTO.data).decode(), "mimeType": "image/png", "seed": 5}
    entries: list[object] = [{"base64": "%%"}, "odd", good, {"url": "http://169.254.169.254/"}]
    monkeypatch.setattr(MultiSimulator, "_document", lambda *of: {"images": entries})
    found = adapter.submit(replace(GOOGLE, n=4), silent)
    assert [(output.data, output.mime, output.seed) for output in found.outputs] == [
        (PHOTO.data, "image/png", 5)
    ]


@pytest.mark.parametrize(
    "link",
    [
        "https://bfl.ai.evil.example/x.jpeg",
        "https://notfal.media/x.webp",
        "http://delivery-eu1.bfl.ai/x.jpeg",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "https://[",
    ],
)
def test_a_picture_is_fetched_from_the_makers_hosts_alone(
    adapter: Multi, vendor: MultiSimulator, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    monkeypatch.setattr(MultiSimulator, "_document", lambda *of: {"images": [{"url": link}]})
    with pytest.raises(errors.AnswerLost):
        adapter.submit(FLUX, silent)
    assert len(vendor.requests) == 1


def test_a_flux_address_is_fetched_before_its_ten_minutes_are_over(
    adapter: Multi, vendor: MultiSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert adapter.facts.result_seconds == 600
    for age, kept in ((599.0, True), (600.0, False)):
        now = iter([0.0, age])
        monkeypatch.setattr(vendor, "clock", lambda now=now: next(now))
        if kept:
            assert adapter.submit(FLUX, silent).outputs
        else:
            with pytest.raises(errors.ResultExpired):
                adapter.submit(FLUX, silent)


def test_trap_1_the_tables_hold_fourteen_models_whatever_the_intro_says(
    adapter: Multi, vendor: MultiSimulator
) -> None:
    assert len(FAMILIES) == 14
    assert {name: family.edits for name, family in FAMILIES.items()} == {
        name: edits for name, (_, edits) in MAKERS.items()
    }
    for name, family in FAMILIES.items():
        request = replace(QWEN if family.edits else FLUX, model=name)
        assert len(adapter.submit(request, silent).outputs) == 1


@pytest.mark.parametrize("model", ["imagen-4", "imagen-4-fast", "imagen-4-ultra"])
def test_trap_2_imagen_is_googles_and_comes_inside_the_answer(
    adapter: Multi, vendor: MultiSimulator, model: str
) -> None:
    found = adapter.submit(replace(GOOGLE, model=model, n=2, resolution="2K", aspect_ratio="4:3"), silent)
    assert [png_facts(output.data) for output in found.outputs] == [(2560, 1792, False)] * 2
    assert len(vendor.requests) == 1


@pytest.mark.parametrize("model", sorted(name for name in FAMILIES if not name.startswith("imagen")))
def test_trap_3_several_pictures_are_asked_of_google_alone(
    adapter: Multi, vendor: MultiSimulator, model: str
) -> None:
    request = replace(QWEN if FAMILIES[model].edits else FLUX, model=model)
    assert "num_images" not in sent(adapter, vendor, request)
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(request, n=2), silent)
    assert len(vendor.bills) == 1


@pytest.mark.parametrize("ratio", RATIOS)
def test_trap_4_a_shape_becomes_width_and_height_for_flux(
    adapter: Multi, vendor: MultiSimulator, ratio: str
) -> None:
    width, height = pixels_of(ratio)
    across, down = (int(side) for side in ratio.split(":"))
    assert abs(width / height / (across / down) - 1) < 0.02
    assert abs(width * height / 1024**2 - 1) < 0.02
    assert sent(adapter, vendor, replace(FLUX, aspect_ratio=ratio)) == {"width": width, "height": height}
    drawn = replace(FLUX, aspect_ratio=ratio, width=256, height=512)
    assert sent(adapter, vendor, drawn) == {"width": 256, "height": 512}


def test_trap_5_a_model_that_its_maker_has_ended_is_unavailable(
    adapter: Multi, vendor: MultiSimulator
) -> None:
    assert adapter.submit(GOOGLE, silent).outputs
    vendor.ended = {"imagen-4"}
    with pytest.raises(errors.ModelUnavailable) as caught:
        adapter.submit(GOOGLE, silent)
    assert (caught.value.status, caught.value.vendor_code) == (503, "MODEL_UNAVAILABLE")
    assert (caught.value.retryable, caught.value.unknown) == (False, False)
    assert len(vendor.bills) == 1


def test_trap_6_an_svg_is_called_one_whatever_its_address_is_called(
    adapter: Multi, vendor: MultiSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.draws = {"recraft-v4"}
    output = adapter.submit(replace(FAL, model="recraft-v4"), silent).outputs[0]
    assert (output.mime, output.data[:4]) == ("image/svg+xml", b"<svg")
    monkeypatch.setattr(MultiSimulator, "_painted", lambda *of: (output.data, "image/webp"))
    assert adapter.submit(replace(FAL, model="recraft-v4"), silent).outputs[0].mime == "image/svg+xml"


def test_trap_7_what_the_call_took_is_kept_where_it_is_told(adapter: Multi, vendor: MultiSimulator) -> None:
    assert adapter.submit(FLUX, silent).billed_micros is None
    vendor.tells_cost = True
    for vendor.shape in ("images", "data"):
        found: Finished = adapter.submit(FLUX, silent)
        assert (found.billed_micros, found.vendor_ref) == (35_000, "req_7")


def test_staff_see_that_the_key_works_without_a_bill(adapter: Multi, vendor: MultiSimulator) -> None:
    assert adapter.check().message == "It answers and lists 14 models."
    assert not Multi(Config(key="ck_wrong1", url=vendor.url)).check().ok
    assert (
        Multi(Config(key="ck_wrong1", url=vendor.url)).check().message
        == "The key [hidden] is invalid or expired."
    )
    assert vendor.bills == []


def test_a_list_of_models_that_is_none_is_no_sign_of_health(
    adapter: Multi, vendor: MultiSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for document, healthy in (
        ({"data": {"models": [{"id": "m"}]}}, True),
        ({"data": "odd"}, False),
        ([], False),
    ):
        monkeypatch.setattr(MultiSimulator, "answer", lambda *of, document=document: json_reply(document))
        assert adapter.check().ok == healthy
