"""The Google adapter against the simulator: every parameter, and each trap of the vendor's wire by name.

The traps are numbered in the order in which the notes on the wire list them.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.google import Google
from providers.adapters.google.answer import decoded, usage_of
from providers.base import Config, Delivered, Event, ImageRequest, InputImage, Usage
from tests.providers.calls import silent
from tests.providers.cases import KEY
from tests.providers.simulators.base import Reply, Request, json_reply, sha256
from tests.providers.simulators.google import GoogleSimulator
from tests.providers.simulators.pictures import picture, png, png_facts

NAME = "google"
ASKED = ImageRequest(model="gemini-3.1-flash-image", prompt="an otter", resolution="512", deadline_seconds=20)
IMAGEN = ImageRequest(model="imagen-4.0-generate-001", prompt="an otter", deadline_seconds=20)


@pytest.fixture
def vendor(vendor: GoogleSimulator) -> GoogleSimulator:
    """The vendor before the day that ends Imagen."""
    vendor.imagen_lives = True
    return vendor


def image(size: int) -> InputImage:
    return InputImage(png(size, size, (size, 0, 0)), "image/png", size, size)


def body(vendor: GoogleSimulator, number: int = -1) -> Any:
    return json.loads(vendor.requests[number].body)


def test_a_plain_request_brings_a_picture_and_its_tokens(adapter: Google, vendor: GoogleSimulator) -> None:
    finished = adapter.submit(replace(ASKED, resolution="1K"), silent)
    bill = vendor.bills[0]
    assert bill.path == "/v1beta/models/gemini-3.1-flash-image:generateContent"
    assert bill.key_sha256 == sha256(KEY.encode())
    assert body(vendor) == {
        "contents": [{"role": "user", "parts": [{"text": "an otter"}]}],
        "generationConfig": {"responseModalities": ["IMAGE"], "imageConfig": {"imageSize": "1K"}},
    }
    assert png_facts(finished.outputs[0].data) == (1024, 1024, False)
    assert finished.usage == Usage(input_text=3, output_image=1120)
    assert (finished.vendor_ref, finished.billed_micros) == ("resp-1", None)


def test_the_key_goes_in_a_header_and_never_in_a_query(adapter: Google, vendor: GoogleSimulator) -> None:
    adapter.submit(ASKED, silent)
    adapter.submit(replace(ASKED, resolution="4K"), silent)
    assert adapter.check().ok
    assert [request.query for request in vendor.requests] == [{}, {"alt": ["sse"]}, {"pageSize": ["1000"]}]
    assert {request.headers["x-goog-api-key"] for request in vendor.requests} == {KEY}


@pytest.mark.parametrize(
    ("model", "asked", "sent", "made"),
    [
        ("gemini-3.1-flash-image", {"aspect_ratio": "16:9", "resolution": "512"}, None, (688, 384)),
        ("gemini-3.1-flash-image", {"aspect_ratio": "1:8", "resolution": "1K"}, None, (352, 2928)),
        ("gemini-3-pro-image", {"aspect_ratio": "21:9", "resolution": "2K"}, None, (3168, 1344)),
        ("gemini-nano-banana-2.1", {"aspect_ratio": "4:1", "resolution": "1K"}, None, (2064, 512)),
        ("gemini-2.5-flash-image", {"aspect_ratio": "2:3"}, {"aspectRatio": "2:3"}, (832, 1248)),
        ("gemini-3.1-flash-lite-image", {"aspect_ratio": "5:4"}, {"aspectRatio": "5:4"}, (1152, 928)),
    ],
)
def test_a_shape_and_a_resolution_are_asked_for(
    adapter: Google,
    vendor: GoogleSimulator,
    model: str,
    asked: dict[str, str],
    sent: dict[str, str] | None,
    made: tuple[int, int],
) -> None:
    pixels = {"width": made[0], "height": made[1]}
    shape: dict[str, Any] = {"model": model, "resolution": "", **pixels, **asked}
    request = replace(ASKED, **shape)
    finished = adapter.submit(request, silent)
    named = sent or {"aspectRatio": asked["aspect_ratio"], "imageSize": asked["resolution"]}
    assert body(vendor)["generationConfig"]["imageConfig"] == named
    assert png_facts(finished.outputs[0].data) == (*made, False)


@pytest.mark.parametrize(
    ("seed", "sent"), [(0, 0), (7, 7), (2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (2**32 - 1, -1)]
)
def test_a_seed_goes_along_with_all_its_bits(
    adapter: Google, vendor: GoogleSimulator, seed: int, sent: int
) -> None:
    adapter.submit(replace(ASKED, seed=seed), silent)
    assert body(vendor)["generationConfig"]["seed"] == sent


def test_references_go_inline_after_the_prompt_in_order(adapter: Google, vendor: GoogleSimulator) -> None:
    many = tuple(image(8 + number) for number in range(13))
    jpeg = InputImage(picture(16, 16, (9, 9, 9), "jpeg"), "image/jpeg", 16, 16)
    finished = adapter.submit(replace(ASKED, kind="edit", references=(*many, jpeg)), silent)
    assert vendor.bills[0].images == tuple(sha256(each.data) for each in (*many, jpeg))
    parts = body(vendor)["contents"][0]["parts"]
    assert [next(iter(part)) for part in parts] == ["text", *["inlineData"] * 14]
    assert parts[-1]["inlineData"]["mimeType"] == "image/jpeg"
    assert finished.usage is not None
    assert finished.usage.input_image == 14 * 560


def test_what_only_the_model_knows_is_passed_on(adapter: Google, vendor: GoogleSimulator) -> None:
    adapter.submit(replace(ASKED, extra={"temperature": 0.5}), silent)
    assert body(vendor)["generationConfig"]["temperature"] == 0.5
    adapter.submit(replace(IMAGEN, extra={"personGeneration": "dont_allow"}), silent)
    assert body(vendor)["parameters"]["personGeneration"] == "dont_allow"


def test_a_large_picture_comes_as_a_stream_with_its_tokens_last(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    vendor.thoughts = 1
    events: list[Event] = []
    finished = adapter.submit(replace(ASKED, resolution="4K", aspect_ratio="8:1"), events.append)
    assert vendor.requests[0].path.endswith(":streamGenerateContent")
    assert [(type(event), event.index) for event in events if isinstance(event, Delivered)] == [
        (Delivered, 0)
    ]
    assert len(events) == 1
    assert finished.usage == Usage(input_text=3, output_image=2520, output_text=75)


def test_a_picture_that_came_before_a_stream_broke_is_delivered(
    adapter: Google, vendor: GoogleSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: dict[str, Any] = {
        "candidates": [{"content": {"parts": [{"inlineData": {"data": "iVBORw0KGgo="}}]}}]
    }
    broken: dict[str, Any] = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}

    def told(request: Request) -> Reply:
        events = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in (first, broken)]
        return Reply(200, events, {"Content-Type": "text/event-stream"})

    monkeypatch.setattr(vendor, "answer", told)
    finished = adapter.submit(replace(ASKED, resolution="4K"), silent)
    assert (finished.outputs[0].mime, finished.usage) == ("image/png", None)
    first["usageMetadata"], first["responseId"] = {"candidatesTokenCount": 2520}, KEY
    finished = adapter.submit(replace(ASKED, resolution="4K"), silent)
    assert (finished.usage, finished.vendor_ref) == (Usage(output_image=2520), "[hidden]")


def test_thoughts_and_their_drafts_are_passed_over_and_their_tokens_are_text(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    plain = adapter.submit(ASKED, silent)
    vendor.thoughts = 2
    thought = adapter.submit(ASKED, silent)
    assert thought.outputs == plain.outputs
    assert thought.usage == Usage(input_text=3, output_image=747, output_text=150)


def test_more_pictures_than_asked_are_no_more_than_asked(
    adapter: Google, vendor: GoogleSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"inlineData": {"data": "iVBORw0KGgo="}}
    document = {"candidates": [{"content": {"parts": [part, part]}, "finishReason": "STOP"}]}
    monkeypatch.setattr(vendor, "answer", lambda request: json_reply(document))
    assert len(adapter.submit(ASKED, silent).outputs) == 1


@pytest.mark.parametrize("resolution", ["1k", "2k", "4k", "0.5K", "1024"])
def test_trap_1_a_resolution_without_its_capital_k_is_refused(
    adapter: Google, vendor: GoogleSimulator, resolution: str
) -> None:
    with pytest.raises(errors.InvalidRequest, match="resolution"):
        adapter.submit(replace(ASKED, resolution=resolution), silent)
    assert vendor.requests == []


def test_trap_1_the_simulator_refuses_a_small_k_as_the_vendor_does(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    with pytest.raises(errors.InvalidRequest, match="imageSize: 2k"):
        adapter.submit(replace(ASKED, resolution="", extra={"image_config": {"image_size": "2k"}}), silent)


def test_trap_2_a_200_without_a_picture_is_no_success(adapter: Google, vendor: GoogleSimulator) -> None:
    vendor.finish = "NO_IMAGE"
    for resolution in ("512", "4K"):
        with pytest.raises(errors.EmptyResult, match="ended with NO_IMAGE") as caught:
            adapter.submit(replace(ASKED, resolution=resolution), silent)
        assert caught.value.vendor_code == "NO_IMAGE"


def test_trap_3_a_question_is_painted_since_words_are_not_asked_for(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    assert adapter.submit(replace(ASKED, prompt="what does an otter look like?"), silent).outputs
    assert body(vendor)["generationConfig"]["responseModalities"] == ["IMAGE"]


@pytest.mark.parametrize("resolution", ["512", "4K"])
def test_trap_3_an_answer_in_words_alone_is_told(
    adapter: Google, vendor: GoogleSimulator, monkeypatch: pytest.MonkeyPatch, resolution: str
) -> None:
    monkeypatch.setattr(
        "providers.adapters.google.adapter.document_of",
        lambda request, model: {"contents": [{"parts": [{"text": "is it an otter?"}]}]},
    )
    with pytest.raises(errors.EmptyResult, match="answered in words: That depends"):
        adapter.submit(replace(ASKED, resolution=resolution), silent)


def test_trap_4_names_are_in_camel_case_and_the_vendor_takes_both(
    adapter: Google, vendor: GoogleSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter.submit(replace(ASKED, aspect_ratio="16:9", references=(image(8),)), silent)
    assert b"_" not in vendor.requests[0].body
    snake = {
        "contents": [{"role": "user", "parts": [{"text": "x"}, {"inline_data": {"data": "iVBORw=="}}]}],
        "generation_config": {"response_modalities": ["IMAGE"], "image_config": {"image_size": "2K"}},
    }
    monkeypatch.setattr("providers.adapters.google.adapter.document_of", lambda request, model: snake)
    finished = adapter.submit(ASKED, silent)
    assert png_facts(finished.outputs[0].data) == (2048, 2048, False)
    assert vendor.bills[1].images == (sha256(b"\x89PNG"),)


def test_trap_5_pictures_come_as_base64_and_an_address_is_never_fetched(
    adapter: Google, vendor: GoogleSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"fileData": {"mimeType": "image/png", "fileUri": f"{vendor.origin}/a.png"}}
    document = {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}
    seen: list[str] = []

    def told(request: Request) -> Reply:
        seen.append(request.path)
        return json_reply(document)

    monkeypatch.setattr(vendor, "answer", told)
    with pytest.raises(errors.EmptyResult):
        adapter.submit(ASKED, silent)
    assert len(seen) == 1


@pytest.mark.parametrize("data", [b"\xfb\xef\xbe\xff", b"\x89PNG\r\n", b"?>?>"])
def test_trap_5_base64_is_read_in_both_alphabets_padded_or_not(data: bytes) -> None:
    for text in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
        assert decoded(text) == decoded(text.rstrip("=")) == data


@pytest.mark.parametrize("text", ["%%%", "a", "a b=", "é", None, 7, ["iVBORw0KGgo="]])
def test_trap_5_what_is_no_base64_is_no_picture(text: object) -> None:
    assert decoded(text) == b""


def test_trap_6_the_media_type_is_what_came_and_not_what_was_asked(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    vendor.mime = "image/jpeg"
    for request in (ASKED, IMAGEN):
        assert [output.mime for output in adapter.submit(request, silent).outputs] == ["image/jpeg"]


def test_trap_6_the_bytes_are_believed_before_what_the_vendor_says_of_them(
    adapter: Google, vendor: GoogleSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ((b"\xff\xd8\xff", "image/png", "image/jpeg"), (b"RIFF", "", "image/webp"), (b"?", "x/y", "x/y"))
    for data, told, mime in rows:
        entry = {"mimeType": told, "bytesBase64Encoded": base64.b64encode(data).decode()}
        reply = json_reply({"predictions": [entry]})
        monkeypatch.setattr(vendor, "answer", lambda request, reply=reply: reply)
        assert adapter.submit(IMAGEN, silent).outputs[0].mime == mime


def test_imagen_is_asked_by_predict_and_always_told_how_many(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    finished = adapter.submit(IMAGEN, silent)
    assert vendor.bills[0].path == "/v1beta/models/imagen-4.0-generate-001:predict"
    assert body(vendor) == {
        "instances": [{"prompt": "an otter"}],
        "parameters": {"sampleCount": 1, "outputOptions": {"mimeType": "image/png"}},
    }
    assert (len(finished.outputs), finished.usage) == (1, None)
    request = replace(
        IMAGEN, n=4, aspect_ratio="16:9", resolution="2K", output_format="jpeg", output_compression=80
    )
    assert [output.mime for output in adapter.submit(request, silent).outputs] == ["image/jpeg"] * 4
    assert body(vendor)["parameters"] == {
        "sampleCount": 4,
        "aspectRatio": "16:9",
        "imageSize": "2K",
        "outputOptions": {"mimeType": "image/jpeg", "compressionQuality": 80},
    }


def test_imagens_seed_turns_the_watermark_off_since_both_are_refused(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    adapter.submit(replace(IMAGEN, seed=7), silent)
    assert (body(vendor)["parameters"]["seed"], body(vendor)["parameters"]["addWatermark"]) == (7, False)


def test_a_negative_prompt_is_for_imagen_3_alone(adapter: Google, vendor: GoogleSimulator) -> None:
    adapter.submit(replace(IMAGEN, model="imagen-3.0-generate-002", negative_prompt="rain"), silent)
    assert body(vendor)["parameters"]["negativePrompt"] == "rain"
    for request in (IMAGEN, ASKED):
        with pytest.raises(errors.InvalidRequest, match="negative"):
            adapter.submit(replace(request, negative_prompt="rain"), silent)


@pytest.mark.parametrize("says_why", [True, False])
def test_imagens_filtered_pictures_are_left_out_of_the_answer(
    adapter: Google, vendor: GoogleSimulator, says_why: bool
) -> None:
    vendor.filtered, vendor.says_why = 2, says_why
    assert len(adapter.submit(replace(IMAGEN, n=4), silent).outputs) == 2
    vendor.filtered = 4
    kind = errors.ModerationOutput if says_why else errors.EmptyResult
    with pytest.raises(kind, match="filtered" if says_why else "left out every picture"):
        adapter.submit(replace(IMAGEN, n=4), silent)


def test_a_retired_model_is_unavailable(adapter: Google, vendor: GoogleSimulator) -> None:
    vendor.imagen_lives = False
    with pytest.raises(errors.ModelUnavailable) as caught:
        adapter.submit(IMAGEN, silent)
    assert (caught.value.status, caught.value.vendor_code, vendor.bills) == (404, "NOT_FOUND", [])


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (None, None),
        ([], None),
        ({}, Usage()),
        ({"promptTokenCount": 9, "candidatesTokenCount": 1290}, Usage(input_text=9, output_image=1290)),
        (
            {
                "promptTokenCount": 270,
                "candidatesTokenCount": 1130,
                "thoughtsTokenCount": 150,
                "promptTokensDetails": [
                    {"modality": "TEXT", "tokenCount": 12},
                    {"modality": "IMAGE", "tokenCount": 258},
                ],
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
            },
            Usage(12, 258, 1120, 160),
        ),
        ({"promptTokenCount": -5, "candidatesTokenCount": True, "candidatesTokensDetails": 7}, Usage()),
    ],
)
def test_tokens_are_read_by_kind_and_thinking_is_text(told: object, usage: Usage | None) -> None:
    assert usage_of(told) == usage


REFUSED: list[dict[str, Any]] = [
    {"kind": "upscale"},
    {"kind": "inpaint", "references": (image(8),)},
    {"kind": "edit"},
    {"n": 0},
    {"n": 2},
    {"references": tuple(image(8) for _ in range(15))},
    {"model": "gemini-2.5-flash-image", "resolution": "", "references": tuple(image(8) for _ in range(4))},
    {"references": (InputImage(bytes(16 * 1024 * 1024), "image/png", 8, 8),)},
    {"references": (image(8),), "mask": image(8)},
    {"partials": 1},
    {"width": 1024, "height": 1024},
    {"width": 1024, "aspect_ratio": "1:1"},
    {"aspect_ratio": "7:5"},
    {"aspect_ratio": "1:8", "model": "gemini-3-pro-image", "resolution": "1K"},
    {"model": "gemini-3-pro-image"},
    {"model": "gemini-2.5-flash-image", "resolution": "1K"},
    {"model": "imagen-4.0-fast-generate-001", "resolution": "2K"},
    {"model": "imagen-4.0-generate-001", "resolution": "", "n": 5},
    {"model": "imagen-4.0-generate-001", "resolution": "", "references": (image(8),)},
    {"model": "imagen-4.0-generate-001", "resolution": "", "output_format": "webp"},
    {"model": "imagen-4.0-generate-001", "resolution": "", "output_compression": 50},
    {"preset": "square"},
    {"quality": "high"},
    {"output_format": "jpeg"},
    {"background": "transparent"},
    {"moderation": "low"},
    {"style": "vivid"},
    {"strength": 0.5},
    {"seed": -1},
    {"seed": 2**32},
    {"extra": {"seed": 7}},
    {"extra": {"responseModalities": ["TEXT"]}},
    {"model": "imagen-4.0-generate-001", "resolution": "", "extra": {"sampleCount": 4}},
]


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: ",".join(change))
def test_what_a_model_cannot_do_is_refused_before_anything_is_sent(
    adapter: Google, vendor: GoogleSimulator, change: dict[str, Any]
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(replace(ASKED, **change), silent)
    assert vendor.requests == []


def test_a_request_that_weighs_too_much_is_refused_by_the_vendor_too(
    adapter: Google, vendor: GoogleSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.providers.simulators.google.REQUEST_BYTES", 1000)
    with pytest.raises(errors.InvalidRequest, match="exceeds the limit"):
        adapter.submit(replace(ASKED, references=(image(200),)), silent)
    assert vendor.bills == []


def test_editing_with_imagen_is_vertex_alone_and_not_offered(
    adapter: Google, vendor: GoogleSimulator
) -> None:
    with pytest.raises(errors.ModelUnavailable):
        adapter.submit(replace(ASKED, model="imagen-3.0-capability-001"), silent)
    assert vendor.requests == []


def test_the_check_counts_the_models_or_says_what_is_wrong(vendor: GoogleSimulator) -> None:
    health = Google(Config(key=KEY, url=vendor.url)).check()
    assert (health.ok, health.message) == (True, "It answers and lists 10 models.")
    wrong = Google(Config(key="wrong-canary", url=vendor.url)).check()
    assert (wrong.ok, "API key not valid" in wrong.message) == (False, True)


def test_without_an_address_it_speaks_to_google_itself() -> None:
    assert "https://generativelanguage.googleapis.com/v1beta" in repr(vars(Google(Config(key=KEY))))
