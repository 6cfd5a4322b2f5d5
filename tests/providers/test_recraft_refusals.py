"""What Recraft's models and tools cannot do: refused by the adapter before it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.recraft import Recraft
from providers.base import ImageRequest, InputImage
from tests.providers.calls import silent
from tests.providers.simulators.pictures import png
from tests.providers.simulators.recraft import RecraftSimulator

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
CONTROLS = {"colors": [{"rgb": [255, 142, 60]}]}
LAYOUT = [{"text": "SALE", "bbox": [[0.3, 0.45], [0.6, 0.45], [0.6, 0.55], [0.3, 0.55]]}]


TOOL = ImageRequest(model="crispUpscale", prompt="", kind="upscale", references=(PHOTO,))
CANNOT: list[tuple[ImageRequest, dict[str, Any]]] = [
    (V4, {"n": 7}),
    (V4, {"n": 0}),
    (V4, {"prompt": " "}),
    (V4, {"negative_prompt": "rain"}),
    (V4, {"style": "icon"}),
    (V4, {"extra": {"style_id": STYLE}}),
    (V4, {"extra": {"substyle": "3d"}}),
    (V4, {"extra": {"text_layout": LAYOUT}}),
    (V4, {"extra": {"controls": {"no_text": True}}}),
    (V4, {"extra": {"controls": {"artistic_level": 3}}}),
    (V4, {"width": 1365, "height": 1024}),
    (V4, {"width": 2048, "height": 2048}),
    (V4, {"aspect_ratio": "21:9"}),
    (V4, {"aspect_ratio": "wide"}),
    (V4, {"resolution": "2K"}),
    (V4, {"preset": "square"}),
    (V4, {"quality": "high"}),
    (V4, {"moderation": "low"}),
    (V4, {"background": "transparent"}),
    (V4, {"output_compression": 50}),
    (V4, {"output_format": "svg"}),
    (V4, {"output_format": "jpeg"}),
    (V4, {"partials": 1}),
    (V4, {"strength": 0.5}),
    (V4, {"seed": 2**32}),
    (V4, {"seed": -1}),
    (V4, {"references": (PHOTO,)}),
    (V4, {"kind": "edit", "references": (PHOTO,)}),
    (V4, {"kind": "upscale", "references": (PHOTO,)}),
    (V2, {"kind": "edit", "references": (PHOTO,)}),
    (V2, {"extra": {"text_layout": LAYOUT}}),
    (V3, {"extra": {"prompt": "another"}}),
    (V3, {"style": "icon", "extra": {"style_id": STYLE}}),
    (V3, {"extra": {"substyle": "3d"}}),
    (V3, {"style": "icon", "extra": {"substyle": 3}}),
    (V3, {"extra": {"style_id": "mine"}}),
    (V3, {"extra": {"style_id": 7}}),
    (V3, {"references": (PHOTO,), "extra": {"controls": CONTROLS}}),
    (V3, {"mask": MASK}),
    (VECTOR, {"output_format": "png"}),
    (VECTOR, {"width": 1024, "height": 1024}),
    (EDIT, {"references": ()}),
    (EDIT, {"references": (PHOTO, PHOTO)}),
    (EDIT, {"mask": MASK}),
    (EDIT, {"strength": 1.5}),
    (EDIT, {"extra": {"controls": CONTROLS}}),
    (EDIT, {"extra": {"text_layout": LAYOUT}}),
    (EDIT, {"references": (replace(PHOTO, mime="image/avif"),)}),
    (EDIT, {"references": (replace(PHOTO, width=255),)}),
    (EDIT, {"references": (replace(PHOTO, height=4097),)}),
    (EDIT, {"references": (replace(PHOTO, width=4096, height=4096),)}),
    (EDIT, {"references": (replace(PHOTO, data=bytes(10_000_001)),)}),
    (INPAINT, {"mask": None}),
    (INPAINT, {"mask": replace(MASK, width=299)}),
    (INPAINT, {"mask": PHOTO}),
    (TOOL, {"negative_prompt": "rain"}),
    (TOOL, {"mask": MASK}),
    (TOOL, {"strength": 0.5}),
    (TOOL, {"extra": {"style_id": STYLE}}),
    (TOOL, {"kind": "edit"}),
    (TOOL, {"n": 2}),
    (TOOL, {"seed": 7}),
    (TOOL, {"references": ()}),
    (TOOL, {"output_format": "svg"}),
    (TOOL, {"width": 1024, "height": 1024}),
]


@pytest.mark.parametrize(("request_", "change"), CANNOT)
def test_what_a_model_cannot_do_is_refused_before_it_costs(
    adapter: Recraft, vendor: RecraftSimulator, request_: ImageRequest, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(request_, **change), silent)
    assert vendor.requests == []


ODD: list[dict[str, Any]] = [
    {"controls": []},
    {"controls": {"colors": {"rgb": [1, 2, 3]}}},
    {"controls": {"colors": [[1, 2, 3]]}},
    {"controls": {"colors": [{"rgb": [1, 2]}]}},
    {"controls": {"colors": [{"rgb": [1, 2, 256]}]}},
    {"controls": {"colors": [{"rgb": [1, 2, True]}]}},
    {"controls": {"background_color": "#ffffff"}},
    {"controls": {"no_text": "yes"}},
    {"controls": {"artistic_level": 6}},
    {"controls": {"mood": 1}},
    {"text_layout": {"text": "SALE"}},
    {"text_layout": ["SALE"]},
    {"text_layout": [{"text": "SALE"}]},
    {"text_layout": [{"text": 7, "bbox": LAYOUT[0]["bbox"]}]},
    {"text_layout": [{"text": "SALE", "bbox": [[0, 0], [1, 1]]}]},
    {"text_layout": [{"text": "SALE", "bbox": [[0, 0], [1, 0], [1, 1], [0, 1.5]]}]},
    {"text_layout": [{"text": "SALE", "bbox": [[0, 0], [1, 0], [1, 1], [0]]}]},
]


@pytest.mark.parametrize("extra", ODD, ids=str)
def test_controls_and_layouts_that_are_written_otherwise_are_refused(
    adapter: Recraft, vendor: RecraftSimulator, extra: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(V3, extra=extra), silent)
    assert vendor.requests == []
