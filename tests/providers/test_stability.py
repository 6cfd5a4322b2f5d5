"""The Stability adapter against the simulator: every field, and each trap of the vendor's wire by name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.stability import Stability
from providers.adapters.stability.models import MODELS
from providers.adapters.stability.request import RATIOS
from providers.base import Config, ImageRequest, InputImage
from providers.masks import white_where_clear
from tests.providers.calls import finished, silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import form_parts, sha256
from tests.providers.simulators.pictures import jpeg, png, png_facts
from tests.providers.simulators.stability import StabilitySimulator
from tests.providers.simulators.stability_rules import DEFERRED, NEEDED, SERVICES, STYLES

NAME = "stability"
PICTURE = InputImage(png(48, 32, (9, 99, 9)), "image/png", 48, 32, "source")
MASK = InputImage(png(48, 32, (0, 0, 0), transparent=True), "image/png", 48, 32, "mask")
ASKED = ImageRequest(model="core", prompt="an otter", deadline_seconds=20)
EDIT = replace(ASKED, model="sd3.5-large", kind="edit", references=(PICTURE,))
INPAINT = replace(ASKED, model="inpaint", kind="inpaint", references=(PICTURE,), mask=MASK)


def sent(adapter: Stability, vendor: StabilitySimulator, request: ImageRequest) -> dict[str, Any]:
    """The texts of the form that arrived for a request."""
    finished(adapter, request)
    return dict(vendor.bills[-1].fields)


def test_a_plain_request_sends_the_least_and_brings_a_picture(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    found = finished(adapter, ASKED)
    assert dict(vendor.bills[0].fields) == {"prompt": "an otter", "output_format": "png"}
    assert vendor.bills[0].path == "/v2beta/stable-image/generate/core"
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    assert [(output.mime, output.seed) for output in found.outputs] == [("image/png", 42)]
    assert (found.billed_micros, len(vendor.requests)) == (None, 1)


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (
            replace(
                ASKED,
                negative_prompt="rain",
                aspect_ratio="21:9",
                seed=7,
                style="anime",
                output_format="webp",
            ),
            {"negative_prompt": "rain", "aspect_ratio": "21:9", "seed": "7", "style_preset": "anime"},
        ),
        (
            replace(ASKED, model="ultra", aspect_ratio="4:5", width=1024, height=1280, seed=4_294_967_294),
            {"aspect_ratio": "4:5", "seed": "4294967294"},
        ),
        (
            replace(ASKED, model="sd3.5-medium", style="comic-book", extra={"cfg_scale": 4.5}),
            {
                "model": "sd3.5-medium",
                "mode": "text-to-image",
                "style_preset": "comic-book",
                "cfg_scale": "4.5",
            },
        ),
        (
            replace(EDIT, model="sd3.5-large-turbo", strength=0.25, output_format="jpeg"),
            {"model": "sd3.5-large-turbo", "mode": "image-to-image", "strength": "0.25"},
        ),
        (
            replace(EDIT, model="ultra", strength=0.0, negative_prompt="rain"),
            {"strength": "0.0", "negative_prompt": "rain"},
        ),
        (replace(INPAINT, seed=3, extra={"grow_mask": 12}), {"seed": "3", "grow_mask": "12"}),
    ],
    ids=lambda value: getattr(value, "model", ""),
)
def test_every_field_of_a_model_arrives_as_it_was_asked(
    adapter: Stability, vendor: StabilitySimulator, request_: ImageRequest, fields: dict[str, str]
) -> None:
    everywhere = {"prompt": "an otter", "output_format": request_.output_format}
    assert sent(adapter, vendor, request_) == {**everywhere, **fields}


def test_trap_the_form_is_multipart_with_no_file_in_it_too(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    finished(adapter, ASKED)
    finished(adapter, EDIT)
    for request in vendor.requests:
        assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert request.headers["accept"] == "application/json"
        assert ("image" in dict(form_parts(request) or [])) == (b"filename" in request.body)


def test_a_picture_goes_along_byte_for_byte_whatever_its_kind(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    photo = InputImage(jpeg(16, 16, (1, 2, 3)), "image/jpeg", 16, 16)
    finished(adapter, replace(EDIT, references=(photo,)))
    assert vendor.bills[0].images == (sha256(photo.data),)
    assert b'filename="image.jpeg"\r\nContent-Type: image/jpeg' in vendor.requests[0].body


def test_a_picture_that_is_sent_without_a_strength_gets_the_composers(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    for model in ("ultra", "sd3.5-medium"):
        assert sent(adapter, vendor, replace(EDIT, model=model))["strength"] == "0.6"


def test_a_strength_is_about_a_picture_and_stays_here_without_one(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    assert "strength" not in sent(adapter, vendor, replace(ASKED, model="ultra", strength=0.9))


def test_an_area_is_repainted_where_our_mask_is_clear_and_theirs_is_white(
    adapter: Stability, vendor: StabilitySimulator
) -> None:
    for request in (INPAINT, replace(INPAINT, model="erase", prompt="")):
        finished(adapter, request)
        assert vendor.bills[-1].mask == sha256(white_where_clear(MASK.data))
    assert "prompt" not in vendor.bills[-1].fields


@pytest.mark.parametrize(
    ("model", "change"),
    [
        ("outpaint", {"kind": "expand", "prompt": "", "extra": {"left": 0, "down": 512, "creativity": 0.4}}),
        ("search-and-replace", {"extra": {"search_prompt": "the boat"}}),
        ("search-and-recolor", {"extra": {"select_prompt": "the boat", "grow_mask": 3}}),
        ("remove-background", {"kind": "cutout", "output_format": "webp"}),
        ("fast", {"kind": "upscale", "output_format": "jpeg"}),
        ("conservative", {"kind": "upscale", "negative_prompt": "rain", "seed": 5}),
        ("conservative", {"kind": "upscale", "extra": {"creativity": 0.35}}),
        ("creative", {"kind": "upscale", "style": "enhance"}),
    ],
)
def test_every_edit_and_upscale_is_asked_for_in_its_own_words(
    adapter: Stability, vendor: StabilitySimulator, model: str, change: dict[str, Any]
) -> None:
    request = replace(EDIT, model=model, **change)
    fields = sent(adapter, vendor, request)
    assert vendor.bills[-1].path == f"/v2beta/stable-image/{MODELS[model].path}"
    assert vendor.bills[-1].images == (sha256(PICTURE.data),)
    assert {name: fields[name] for name in request.extra} == {k: str(v) for k, v in request.extra.items()}
    assert fields.get("prompt", "") == ("" if model in ("remove-background", "fast") else request.prompt)


CANNOT: list[tuple[ImageRequest, dict[str, Any]]] = [
    *(
        (ASKED, change)
        for change in (
            {"n": 2},
            {"n": 0},
            {"quality": "high"},
            {"moderation": "low"},
            {"partials": 1},
            {"background": "transparent"},
            {"output_compression": 50},
            {"output_format": "avif"},
            {"resolution": "1K"},
            {"preset": "square"},
            {"aspect_ratio": "4:3"},
            {"aspect_ratio": "wide"},
            {"width": 64, "height": 64},
            {"width": 64},
            {"kind": "edit"},
            {"kind": "inpaint"},
            {"kind": "upscale"},
            {"prompt": " "},
            {"mask": MASK},
            {"references": (PICTURE,)},
            {"negative_prompt": "x" * 10_001},
            {"extra": {"cfg_scale": 4}},
            {"extra": {"prompt": "another"}},
            {"style": "anime", "extra": {"style_preset": "comic-book"}},
            {"model": "sd3.5-large", "output_format": "webp"},
            {"model": "sd3.5-large-turbo", "negative_prompt": "rain"},
            {"model": "ultra", "style": "anime"},
        )
    ),
    (EDIT, {"references": (PICTURE, PICTURE)}),
    (EDIT, {"references": ()}),
    (EDIT, {"strength": 1.5}),
    (EDIT, {"mask": MASK}),
    (EDIT, {"extra": {"cfg_scale": [4]}}),
    (EDIT, {"model": "remove-background"}),
    (EDIT, {"model": "remove-background", "kind": "cutout", "seed": 4}),
    (EDIT, {"model": "remove-background", "kind": "cutout", "output_format": "jpeg"}),
    (EDIT, {"model": "search-and-replace"}),
    (EDIT, {"model": "conservative", "kind": "upscale", "strength": 0.4}),
    (EDIT, {"model": "conservative", "kind": "upscale", "prompt": ""}),
    (EDIT, {"model": "conservative"}),
    (EDIT, {"model": "fast", "kind": "upscale", "references": ()}),
    (INPAINT, {"mask": None}),
    (INPAINT, {"model": "erase"}),
    (INPAINT, {"mask": PICTURE}),
]


@pytest.mark.parametrize(("request_", "change"), CANNOT)
def test_what_a_model_cannot_do_is_refused_before_it_costs(
    adapter: Stability, vendor: StabilitySimulator, request_: ImageRequest, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        adapter.submit(replace(request_, **change), silent)
    assert caught.value.message
    assert vendor.requests == []


def test_trap_a_prompt_has_10_000_characters_at_most(adapter: Stability, vendor: StabilitySimulator) -> None:
    finished(adapter, replace(ASKED, prompt="ö" * 10_000))
    with pytest.raises(errors.PromptTooLong):
        adapter.submit(replace(ASKED, prompt="ö" * 10_001), silent)
    assert len(vendor.requests) == 1


@pytest.mark.parametrize("seed", [0, 4_294_967_295, -1])
def test_trap_a_seed_of_0_would_be_a_drawn_one_and_is_refused(
    adapter: Stability, vendor: StabilitySimulator, seed: int
) -> None:
    with pytest.raises(errors.InvalidRequest, match="1 to 4,294,967,294"):
        adapter.submit(replace(ASKED, seed=seed), silent)
    assert vendor.requests == []
    assert finished(adapter, replace(ASKED, seed=1)).outputs[0].seed == 1
    assert finished(adapter, ASKED).outputs[0].seed == 42


@pytest.mark.parametrize(
    ("ratio", "size", "taken"),
    [
        ("3:2", (48, 32), True),
        ("3:2", (1500, 1001), True),
        ("3:2", (1500, 1030), False),
        ("1:1", (48, 32), False),
        ("2:3", (48, 32), False),
        ("auto", (48, 32), True),
        ("", (47, 31), True),
    ],
)
def test_trap_a_ratio_is_for_text_alone_and_a_picture_keeps_its_shape(
    adapter: Stability, vendor: StabilitySimulator, ratio: str, size: tuple[int, int], taken: bool
) -> None:
    picture = InputImage(PICTURE.data, "image/png", *size)
    request = replace(EDIT, references=(picture,), aspect_ratio=ratio)
    if taken:
        assert "aspect_ratio" not in sent(adapter, vendor, request)
    else:
        with pytest.raises(errors.InvalidRequest, match="keeps its shape"):
            adapter.submit(request, silent)
        assert vendor.requests == []


def test_a_name_that_is_no_model_becomes_no_address(adapter: Stability, vendor: StabilitySimulator) -> None:
    for name in ("", "generate/core", "../../user/account", "core?x="):
        with pytest.raises(errors.ModelUnavailable):
            adapter.submit(replace(ASKED, model=name), silent)
    assert vendor.requests == []


@pytest.mark.parametrize(
    "request_", [ASKED, replace(EDIT, model="creative", kind="upscale")], ids=["at once", "deferred"]
)
def test_trap_a_picture_may_come_as_bytes_with_its_facts_in_headers(
    adapter: Stability, vendor: StabilitySimulator, request_: ImageRequest
) -> None:
    plain = finished(adapter, request_)
    vendor.bytes_only = True
    assert finished(adapter, request_).outputs == plain.outputs
    assert plain.outputs[0].seed == 42


@pytest.mark.parametrize("fmt", ["png", "jpeg", "webp"])
def test_a_picture_is_what_was_asked_for(adapter: Stability, fmt: str) -> None:
    output = finished(adapter, replace(ASKED, aspect_ratio="16:9", output_format=fmt)).outputs[0]
    start = {"png": b"\x89PNG", "jpeg": b"\xff\xd8\xff", "webp": b"RIFF"}[fmt]
    assert (output.mime, output.data[: len(start)]) == (f"image/{fmt}", start)
    assert fmt != "png" or png_facts(output.data) == (113, 64, False)


def test_staff_see_how_many_credits_are_left(adapter: Stability, vendor: StabilitySimulator) -> None:
    assert adapter.check().message == "It answers. 12.5 credits are left."
    assert not Stability(Config(key="wrong", url=vendor.url)).check().ok


def test_every_ratio_and_style_of_the_adapter_is_one_of_the_vendors(adapter: Stability) -> None:
    for ratio in RATIOS:
        finished(adapter, replace(ASKED, aspect_ratio=ratio))
    for style in STYLES:
        finished(adapter, replace(ASKED, style=style))
    with pytest.raises(errors.InvalidRequest, match="style_preset"):
        finished(adapter, replace(ASKED, style="vivid"))


@pytest.mark.parametrize(("name", "model"), MODELS.items(), ids=list(MODELS))
def test_what_a_model_takes_and_needs_is_what_the_vendor_says(name: str, model: Any) -> None:
    left_out = {"negative_prompt"} if name == "sd3.5-large-turbo" else set()
    assert set(model.takes) == SERVICES[model.path] - left_out
    assert set(model.needs) == set(NEEDED[model.path]) - {"model", "mode"}
    assert model.deferred == (model.path in DEFERRED)
