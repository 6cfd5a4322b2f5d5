"""What each of fal's models is sent, what it answers with, and what it is not asked for."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.fal import Fal
from providers.adapters.fal.models import FAMILIES
from providers.base import ImageRequest, InputImage
from providers.masks import white_where_clear
from tests.providers.calls import finished, silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import sha256
from tests.providers.simulators.fal import SVG, FalSimulator
from tests.providers.simulators.pictures import png, png_facts

NAME = "fal"
ASKED = ImageRequest(model="fal-ai/flux/schnell", prompt="an otter", width=64, height=64, deadline_seconds=20)
PLAIN = replace(ASKED, width=None, height=None)


def sent(adapter: Fal, vendor: FalSimulator, request: ImageRequest) -> dict[str, Any]:
    """The parameters, pictures aside, that arrived for a request."""
    finished(adapter, request)
    return dict(vendor.bills[-1].fields)


def image(size: int, *, clear: bool = False, role: str = "subject") -> InputImage:
    return InputImage(png(size, size, (size, 0, 0), transparent=clear), "image/png", size, size, role)


def test_a_plain_request_sends_the_least_and_brings_a_picture(adapter: Fal, vendor: FalSimulator) -> None:
    found = finished(adapter, PLAIN)
    assert dict(vendor.bills[0].fields) == {"prompt": "an otter", "num_images": 1, "output_format": "png"}
    assert vendor.bills[0].path == "/fal-ai/flux/schnell"
    assert vendor.bills[0].key_sha256 == hashlib.sha256(KEY.encode()).hexdigest()
    assert (found.outputs[0].mime, found.outputs[0].seed) == ("image/png", 42)
    assert (found.vendor_ref, found.billed_micros) == (next(iter(vendor.tasks)), None)


def named(model: str, **told: Any) -> ImageRequest:
    """A request whose model answers in one format alone, perhaps."""
    known = FAMILIES[model].formats
    plain = replace(PLAIN, model=model, output_format="png" if "png" in known else known[0])
    return replace(plain, **told)


PARAMETERS: list[tuple[ImageRequest, dict[str, Any]]] = [
    (
        named("fal-ai/recraft/v3/text-to-image", preset="square", style="digital_illustration"),
        {"image_size": "square", "style": "digital_illustration"},
    ),
    (
        named("fal-ai/recraft/v4/text-to-image", width=1280, height=720),
        {"image_size": {"width": 1280, "height": 720}},
    ),
    (
        named("fal-ai/ideogram/v3", quality="turbo", style="DESIGN", negative_prompt="rain", seed=3, n=8),
        {
            "rendering_speed": "TURBO",
            "style": "DESIGN",
            "negative_prompt": "rain",
            "seed": 3,
            "num_images": 8,
        },
    ),
    (
        named("fal-ai/qwen-image", preset="landscape_4_3", negative_prompt="rain", output_format="jpeg"),
        {"image_size": "landscape_4_3", "negative_prompt": "rain", "num_images": 1, "output_format": "jpeg"},
    ),
    (
        named("fal-ai/bytedance/seedream/v4/text-to-image", preset="auto_4K", seed=0, n=6),
        {"image_size": "auto_4K", "seed": 0, "num_images": 6},
    ),
    (
        named("fal-ai/flux-pro/v1.1-ultra", aspect_ratio="21:9", width=2752, height=1184),
        {"aspect_ratio": "21:9", "num_images": 1, "output_format": "png"},
    ),
    (
        named("fal-ai/flux-2-pro", width=2048, height=2048),
        {"image_size": {"width": 2048, "height": 2048}, "output_format": "png"},
    ),
    (
        named("fal-ai/nano-banana-2", aspect_ratio="8:1", resolution="0.5K", output_format="webp"),
        {"aspect_ratio": "8:1", "resolution": "0.5K", "num_images": 1, "output_format": "webp"},
    ),
    (
        named("fal-ai/gpt-image-1.5", width=1536, height=1024, quality="low", background="transparent"),
        {
            "image_size": "1536x1024",
            "quality": "low",
            "background": "transparent",
            "num_images": 1,
            "output_format": "png",
        },
    ),
    (
        named("xai/grok-imagine-image", aspect_ratio="19.5:9", resolution="2k"),
        {"aspect_ratio": "19.5:9", "resolution": "2k", "num_images": 1, "output_format": "png"},
    ),
]


@pytest.mark.parametrize(("request_", "fields"), PARAMETERS, ids=lambda value: getattr(value, "model", ""))
def test_every_parameter_arrives_as_the_model_names_it(
    adapter: Fal, vendor: FalSimulator, request_: ImageRequest, fields: dict[str, Any]
) -> None:
    assert sent(adapter, vendor, request_) == {"prompt": "an otter", **fields}


@pytest.mark.parametrize("model", FAMILIES)
def test_each_model_is_asked_in_words_that_it_takes(adapter: Fal, vendor: FalSimulator, model: str) -> None:
    family = FAMILIES[model]
    plain = named(
        model,
        kind=family.kind,
        n=family.max_n,
        prompt="" if family.prompt is None else "an otter",
        references=tuple(image(16 + number) for number in range(family.references)),
        mask=image(16, clear=True) if family.kind == "inpaint" else None,
        seed=7 if family.seed else None,
    )
    extras: dict[str, Any] = {"safety_tolerance": 2, "sync_mode": False}
    full = replace(plain, extra={name: extras.get(name, "x") for name in family.options})
    found = finished(adapter, full)
    assert len(found.outputs) == family.max_n
    assert found.outputs[0].mime == f"image/{full.output_format}".replace("svg", "svg+xml")
    assert len(vendor.bills[-1].images) == family.references


def test_a_mask_goes_white_where_ours_is_clear(adapter: Fal, vendor: FalSimulator) -> None:
    mask = image(16, clear=True)
    request = named("fal-ai/ideogram/v3/edit", kind="inpaint", references=(image(16),), mask=mask)
    finished(adapter, request)
    assert vendor.bills[0].mask == sha256(white_where_clear(mask.data))
    for refused in (
        replace(request, mask=None),
        replace(request, kind="edit"),
        replace(request, references=()),
    ):
        with pytest.raises(errors.InvalidRequest):
            adapter.submit(refused, silent)


def test_vectors_are_asked_for_by_their_format_and_arrive_as_they_are(
    adapter: Fal, vendor: FalSimulator
) -> None:
    drawn = replace(PLAIN, model="fal-ai/recraft/v3/text-to-image", output_format="svg")
    for request in (drawn, replace(drawn, model="fal-ai/recraft/v4/text-to-vector")):
        output = finished(adapter, request).outputs[0]
        assert (output.mime, output.data) == ("image/svg+xml", SVG)
    assert vendor.bills[0].fields["style"] == "vector_illustration"
    assert "style" not in vendor.bills[1].fields
    finished(adapter, replace(drawn, style="vector_illustration/line_art"))
    for style, name in (("vector_illustration", "webp"), ("realistic_image", "svg")):
        with pytest.raises(errors.InvalidRequest):
            adapter.submit(replace(drawn, style=style, output_format=name), silent)


def test_an_upscaler_answers_with_one_picture(adapter: Fal, vendor: FalSimulator) -> None:
    request = replace(
        PLAIN,
        model="fal-ai/seedvr/upscale/image",
        kind="upscale",
        prompt="",
        references=(image(16),),
        output_format="jpeg",
        extra={"upscale_factor": 4},
    )
    found = finished(adapter, request)
    assert (len(found.outputs), found.outputs[0].mime) == (1, "image/jpeg")
    assert vendor.bills[0].fields == {"output_format": "jpg", "upscale_factor": 4}
    assert sent(adapter, vendor, replace(request, prompt="sharper")) == vendor.bills[0].fields
    bria = replace(
        request,
        model="fal-ai/bria/background/remove",
        kind="cutout",
        output_format="png",
        extra={},
    )
    assert finished(adapter, bria).outputs[0].mime == "image/png"


def test_a_picture_in_the_answer_itself_is_read(adapter: Fal, vendor: FalSimulator) -> None:
    found = finished(adapter, replace(ASKED, n=2, extra={"sync_mode": True}))
    assert [png_facts(output.data) for output in found.outputs] == [(64, 64, False)] * 2
    assert not any(request.path.startswith("/files/") for request in vendor.requests)


CANNOT: list[dict[str, Any]] = [
    {"n": 5},
    {"negative_prompt": "rain"},
    {"quality": "high"},
    {"style": "vivid"},
    {"moderation": "low"},
    {"partials": 1},
    {"background": "transparent"},
    {"output_compression": 50},
    {"strength": 0.5},
    {"resolution": "1K"},
    {"preset": "auto_4K"},
    {"aspect_ratio": "1:1"},
    {"width": 20000, "height": 64},
    {"kind": "edit"},
    {"kind": "inpaint"},
    {"references": (image(16),)},
    {"prompt": " "},
    {"mask": image(16, clear=True)},
    {"extra": {"raw": True}},
    {"extra": {"prompt": "another"}},
    {"output_format": "webp"},
    {"model": "fal-ai/recraft/v4/text-to-image", "output_format": "webp", "seed": 7},
    {"model": "fal-ai/recraft/v3/text-to-image", "output_format": "webp", "prompt": "x" * 1001},
    {"model": "fal-ai/flux-2-pro", "width": 100, "height": 100},
    {"model": "fal-ai/flux-2-pro", "width": 4096, "height": 2048},
    {"model": "fal-ai/bytedance/seedream/v5/lite/text-to-image"},
    {"model": "fal-ai/gpt-image-1.5"},
    {"model": "fal-ai/nano-banana"},
    {"model": "fal-ai/flux-kontext/dev", "kind": "edit", "references": (image(16),)},
    {"model": "fal-ai/flux-pro/kontext", "kind": "edit"},
]


@pytest.mark.parametrize("change", CANNOT, ids=lambda change: " ".join(map(str, change)))
def test_what_a_model_cannot_do_is_refused_before_it_costs(
    adapter: Fal, vendor: FalSimulator, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.requests == []


def test_the_prompt_as_it_was_read_is_told_where_it_was_rewritten(adapter: Fal) -> None:
    plain = named("fal-ai/z-image/turbo")
    assert finished(adapter, plain).outputs[0].revised_prompt == ""
    found = finished(adapter, replace(plain, extra={"enable_prompt_expansion": True}))
    assert found.outputs[0].revised_prompt == "A detailed picture of: an otter"
