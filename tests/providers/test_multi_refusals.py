"""What the multi-provider API's models cannot do: refused by the adapter before it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.multi import Multi
from providers.base import ImageRequest, InputImage
from tests.providers.calls import silent
from tests.providers.simulators.multi import MultiSimulator
from tests.providers.simulators.pictures import png

NAME = "multi"

FLUX = ImageRequest(model="flux-2-pro", prompt="an otter", deadline_seconds=20)
GOOGLE = replace(FLUX, model="imagen-4")
FAL = replace(FLUX, model="ideogram-v3")
PHOTO = InputImage(png(16, 16, (9, 9, 9)), "image/png", 16, 16, "source")
KONTEXT = replace(FLUX, model="flux-kontext", kind="edit", references=(PHOTO,))
QWEN = replace(KONTEXT, model="qwen-image-edit")


ANOTHERS: list[tuple[ImageRequest, dict[str, Any]]] = [
    (FLUX, {"n": 2}),
    (FLUX, {"resolution": "1K"}),
    (FAL, {"n": 2}),
    (FAL, {"resolution": "2K"}),
    (FAL, {"seed": 7}),
    (GOOGLE, {"seed": 7}),
    (GOOGLE, {"width": 1024, "height": 1024}),
    (KONTEXT, {"n": 2}),
    (KONTEXT, {"width": 1024, "height": 1024}),
    (KONTEXT, {"aspect_ratio": "1:1"}),
    (KONTEXT, {"resolution": "1K"}),
    (QWEN, {"seed": 7}),
]


@pytest.mark.parametrize(("request_", "change"), ANOTHERS)
def test_a_field_for_another_maker_is_refused_before_it_costs(
    adapter: Multi, vendor: MultiSimulator, request_: ImageRequest, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(request_, **change), silent)
    assert vendor.requests == []


BEYOND: list[tuple[ImageRequest, dict[str, Any]]] = [
    (FLUX, {"width": 255, "height": 1024}),
    (FLUX, {"width": 1024, "height": 2049}),
    (FAL, {"width": 0, "height": 1024}),
    (FAL, {"aspect_ratio": "2:3"}),
    (FLUX, {"aspect_ratio": "wide"}),
    (GOOGLE, {"aspect_ratio": "21:9"}),
    (GOOGLE, {"n": 5}),
    (GOOGLE, {"n": 0}),
    (GOOGLE, {"resolution": "4K"}),
    (QWEN, {"references": (PHOTO, PHOTO)}),
    (QWEN, {"references": ()}),
    (QWEN, {"kind": "generate"}),
    (QWEN, {"kind": "inpaint", "mask": PHOTO}),
    (FLUX, {"references": (PHOTO,)}),
    (FLUX, {"kind": "edit", "references": (PHOTO,)}),
    (FLUX, {"prompt": "  "}),
    (FLUX, {"preset": "square"}),
    (FLUX, {"negative_prompt": "rain"}),
    (FLUX, {"quality": "high"}),
    (FLUX, {"style": "vivid"}),
    (FLUX, {"strength": 0.5}),
    (FLUX, {"moderation": "low"}),
    (FLUX, {"background": "transparent"}),
    (FLUX, {"output_format": "jpeg"}),
    (FLUX, {"output_compression": 50}),
    (FLUX, {"partials": 1}),
    (FLUX, {"extra": {"steps": 5}}),
]


@pytest.mark.parametrize(("request_", "change"), BEYOND)
def test_what_no_model_can_do_is_refused_before_it_costs(
    adapter: Multi, vendor: MultiSimulator, request_: ImageRequest, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(request_, **change), silent)
    assert vendor.requests == []
