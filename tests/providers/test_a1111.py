"""The adapter of AUTOMATIC1111's web UI against the simulator: every parameter, and each trap of its wire by name."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from providers import errors
from providers.adapters.a1111 import A1111, beside
from providers.adapters.a1111.answer import found_in, was_stopped
from providers.base import Alive, Config, Event, ImageRequest, InputImage, Partial, Progress
from providers.masks import white_where_clear
from tests.providers.calls import silent
from tests.providers.simulators.a1111 import LOADING, OUT_OF_MEMORY, A1111Simulator
from tests.providers.simulators.base import STATUS, Fault, Simulator, json_reply, sha256
from tests.providers.simulators.pictures import png, png_facts

ASKED = ImageRequest(model="checkpoint", prompt="an otter", client_ref="c-1", deadline_seconds=20)
PICTURE = InputImage(png(16, 16, (1, 2, 3)), "image/png", 16, 16)
MASK = InputImage(png(16, 16, (0, 0, 0), transparent=True), "image/png", 16, 16, "mask")
UPSCALE = replace(ASKED, model="extras-upscale", kind="upscale", prompt="", references=(PICTURE,))
TASK = "task(gesso-c-1)"


@pytest.fixture
def server() -> Iterator[A1111Simulator]:
    with A1111Simulator() as simulator:
        yield simulator


@pytest.fixture
def adapter(server: A1111Simulator) -> A1111:
    return A1111(Config(url=server.url))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks as often as a test needs them."""
    monkeypatch.setattr(beside, "LOOK_SECONDS", 0.03)


def paths(server: A1111Simulator) -> list[str]:
    return [request.path for request in server.requests]


def test_a_plain_request_names_no_checkpoint_and_brings_a_picture(
    adapter: A1111, server: A1111Simulator
) -> None:
    finished = adapter.submit(replace(ASKED, width=768, height=512), silent)
    assert json.loads(server.requests[0].body) == {
        "prompt": "an otter",
        "negative_prompt": "",
        "seed": -1,
        "steps": 20,
        "n_iter": 1,
        "batch_size": 1,
        "width": 768,
        "height": 512,
        "force_task_id": TASK,
    }
    assert png_facts(finished.outputs[0].data) == (768, 512, False)
    assert finished.outputs[0].seed == 1_000_000


def test_every_parameter_arrives_as_it_was_asked(adapter: A1111, server: A1111Simulator) -> None:
    options = {"steps": 8, "cfg_scale": 4.5, "sampler_name": "Euler a", "scheduler": "Karras"}
    adapter.submit(replace(ASKED, negative_prompt="rain", n=3, extra=options), silent)
    fields = server.bills[0].fields
    assert options.items() <= fields.items()
    assert (fields["negative_prompt"], fields["n_iter"], fields["batch_size"]) == ("rain", 3, 1)


def test_an_edit_begins_from_its_picture(adapter: A1111, server: A1111Simulator) -> None:
    adapter.submit(replace(ASKED, kind="edit", references=(PICTURE,), strength=0.4), silent)
    bill = server.bills[0]
    assert (bill.path, bill.images) == ("/sdapi/v1/img2img", (sha256(PICTURE.data),))
    assert (bill.fields["denoising_strength"], bill.fields["resize_mode"], bill.mask) == (0.4, 1, "")


def test_a_mask_is_white_where_it_is_repainted(adapter: A1111, server: A1111Simulator) -> None:
    adapter.submit(replace(ASKED, kind="inpaint", references=(PICTURE,), mask=MASK), silent)
    bill = server.bills[0]
    assert bill.mask == sha256(white_where_clear(MASK.data)) != sha256(MASK.data)
    assert (bill.fields["inpainting_fill"], bill.fields["inpaint_full_res"]) == (1, False)


def test_a_picture_is_enlarged(adapter: A1111, server: A1111Simulator) -> None:
    finished = adapter.submit(UPSCALE, silent)
    assert png_facts(finished.outputs[0].data) == (32, 32, False)
    bill = server.bills[0]
    assert (bill.path, bill.images) == ("/sdapi/v1/extra-single-image", (sha256(PICTURE.data),))
    assert bill.fields == {"upscaling_resize": 2, "upscaler_1": "R-ESRGAN 4x+"}
    adapter.submit(replace(UPSCALE, extra={"upscaling_resize": 1.5, "upscaler_1": "Lanczos"}), silent)
    assert server.bills[1].fields == {"upscaling_resize": 1.5, "upscaler_1": "Lanczos"}


def test_a_password_goes_along_where_the_server_wants_one(server: A1111Simulator) -> None:
    server.auth = "anna:pass:word"
    assert A1111(Config(key="anna:pass:word", url=server.url)).submit(ASKED, silent).outputs
    for key in ("", "anna:wrong"):
        refused = A1111(Config(key=key, url=server.url))
        with pytest.raises(errors.AuthError, match="Incorrect username or password"):
            refused.submit(ASKED, silent)
        assert not refused.check().ok


def test_neither_the_password_nor_its_header_comes_back() -> None:
    words = f"anna:hunter-twelve {base64.b64encode(b'anna:hunter-twelve').decode()} hunter-twelve"
    with Simulator() as server:
        server.dictated = json_reply({"error": words, "detail": words}, 500)
        with pytest.raises(errors.UpstreamError) as caught:
            A1111(Config(key="anna:hunter-twelve", url=server.url)).submit(ASKED, silent)
    told = caught.value.message + caught.value.vendor_code
    assert "hunter" not in told
    assert "YW5uYT" not in told


def test_the_check_names_the_checkpoint(adapter: A1111, server: A1111Simulator) -> None:
    health = adapter.check()
    assert (health.ok, health.message) == (True, "It answers, with sd-v1-5.")
    assert server.bills == []


def test_trap_a_checkpoint_that_the_server_has_not_would_be_another_in_silence(
    adapter: A1111, server: A1111Simulator
) -> None:
    for name in ("dream-xl", "dream-xl.safetensors [0123]"):
        adapter.submit(replace(ASKED, model=name), silent)
        assert server.bills[-1].fields["override_settings"] == {"sd_model_checkpoint": name}
    with pytest.raises(errors.ModelUnavailable):
        adapter.submit(replace(ASKED, model="dream-xxl"), silent)
    assert len(server.bills) == 2


def test_trap_a_switch_of_models_may_take_minutes_within_the_deadline() -> None:
    assert ImageRequest(model="m", prompt="p").deadline_seconds >= 180


@pytest.mark.usefixtures("quick")
def test_trap_progress_is_asked_for_by_task_and_nothing_is_shown_of_another(
    adapter: A1111, server: A1111Simulator
) -> None:
    server.looks = 6
    ours: list[Event] = []
    others: list[Event] = []
    waits = threading.Event()

    def of_the_other(event: Event) -> None:
        others.append(event)
        waits.set()

    other = replace(ASKED, prompt="somebody else's", client_ref="c-2", partials=3)
    behind = threading.Thread(target=adapter.submit, args=(other, of_the_other))

    def of_ours(event: Event) -> None:
        ours.append(event)
        if len(ours) == 1:
            behind.start()
            assert waits.wait(10)

    adapter.submit(replace(ASKED, partials=3), of_ours)
    behind.join()
    assert [type(event) for event in (ours[0], others[0])] == [Progress, Alive]
    for events in (ours, others):
        told = [event for event in events if not isinstance(event, Alive)]
        assert [event.step for event in told if isinstance(event, Partial)] == [1, 2, 3]
        shares = [event.fraction for event in told if isinstance(event, Progress)]
        assert shares == [pytest.approx(look / 7) for look in range(1, 7)]


@pytest.mark.usefixtures("quick")
def test_trap_previews_are_of_one_picture_or_there_are_none(adapter: A1111, server: A1111Simulator) -> None:
    server.looks = 5
    events: list[Event] = []
    adapter.submit(replace(ASKED, n=2, partials=3), events.append)
    assert {type(event) for event in events} == {Progress}
    shown: list[Event] = []
    adapter.submit(replace(ASKED, partials=2), shown.append)
    previews = [event for event in shown if isinstance(event, Partial)]
    assert [(event.index, event.mime, event.step, event.steps) for event in previews] == [
        (0, "image/jpeg", 1, 2),
        (0, "image/jpeg", 2, 2),
    ]


@pytest.mark.usefixtures("quick")
def test_a_server_without_pages_of_its_own_is_asked_three_times_and_left_alone(
    adapter: A1111, server: A1111Simulator
) -> None:
    server.seconds, server.bare = 20.0, True
    events: list[Event] = []

    def until_the_fifth(event: Event) -> None:
        events.append(event)
        if len(events) == 5:
            server.finish()

    assert adapter.submit(ASKED, until_the_fifth).outputs
    assert paths(server).count("/internal/progress") == 3
    assert {type(event) for event in events} == {Alive}


@pytest.mark.usefixtures("quick")
def test_trap_a_cancel_leaves_the_server_alone_since_interrupt_stops_whichever_runs(
    adapter: A1111, server: A1111Simulator
) -> None:
    server.seconds = 20.0

    def stop(event: Event) -> None:
        raise LookupError("cancelled")

    with pytest.raises(LookupError, match="cancelled"):
        adapter.submit(ASKED, stop)
    assert not any("interrupt" in path for path in paths(server))
    assert not adapter.facts.cancellable


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("skip", [False, True])
def test_trap_a_picture_that_somebody_stopped_is_not_delivered_half_done(
    adapter: A1111, server: A1111Simulator, skip: bool
) -> None:
    server.seconds = 20.0

    def stopped_there(event: Event) -> None:
        server.stop(skip=skip)

    with pytest.raises(errors.TaskFailed, match="Somebody stopped"):
        adapter.submit(ASKED, stopped_there)
    server.seconds = 0.0
    assert adapter.submit(ASKED, silent).outputs


def test_what_became_of_another_task_says_nothing_of_ours() -> None:
    state = {"interrupted": True, "job_timestamp": "20261130000002"}
    assert was_stopped({"state": state}, "20261130000002")
    assert not was_stopped({"state": state}, "20261130000001")
    assert not was_stopped({"state": state}, "")
    assert not was_stopped({"state": None}, "20261130000002")
    assert not was_stopped(None, "20261130000002")


@pytest.mark.parametrize("told", [True, False], ids=["told", "guessed"])
def test_trap_a_grid_may_stand_before_the_pictures(
    adapter: A1111, server: A1111Simulator, told: bool
) -> None:
    server.grids, server.tells_where_it_begins = True, told
    finished = adapter.submit(replace(ASKED, n=3, seed=7, width=64, height=64), silent)
    assert [png_facts(output.data) for output in finished.outputs] == [(64, 64, False)] * 3
    assert [output.seed for output in finished.outputs] == [7, 8, 9]


def test_trap_the_seed_of_a_picture_stands_in_info_which_is_json_inside_json(
    adapter: A1111, server: A1111Simulator
) -> None:
    finished = adapter.submit(replace(ASKED, n=3, seed=41), silent)
    assert [output.seed for output in finished.outputs] == [41, 42, 43]
    server.terse = True
    assert [output.seed for output in adapter.submit(ASKED, silent).outputs] == [None]


@pytest.mark.parametrize(
    "info", ["", "no json", "[1]", None, 7, '{"all_seeds": 7, "index_of_first_image": "x"}']
)
def test_an_info_that_says_nothing_costs_no_picture(info: object) -> None:
    images = [base64.b64encode(png(8, 8, (n, 0, 0))).decode() for n in range(2)]
    found = found_in({"images": images, "info": info}, 2)
    assert ([output.seed for output in found.outputs], found.begun) == ([None, None], "")


@pytest.mark.parametrize(
    ("written", "mime"), [("png", "image/png"), ("jpeg", "image/jpeg"), ("webp", "image/webp")]
)
def test_trap_the_format_is_a_setting_of_the_servers(
    adapter: A1111, server: A1111Simulator, written: str, mime: str
) -> None:
    server.images_format = written
    assert adapter.submit(ASKED, silent).outputs[0].mime == mime


@pytest.mark.parametrize("size", [(500, 512), (512, 517), (56, 64), (2056, 512), (0, 0)])
def test_trap_a_side_that_is_no_multiple_of_8_would_be_rounded_in_silence(
    adapter: A1111, server: A1111Simulator, size: tuple[int, int]
) -> None:
    with pytest.raises(errors.InvalidRequest, match="multiples of 8"):
        adapter.submit(replace(ASKED, width=size[0], height=size[1]), silent)
    assert server.requests == []


def test_trap_too_little_memory_is_not_tried_again(adapter: A1111, server: A1111Simulator) -> None:
    server.fault = Fault(OUT_OF_MEMORY)
    with pytest.raises(errors.InvalidRequest, match="Choose a smaller size") as caught:
        adapter.submit(ASKED, silent)
    assert not caught.value.retryable
    assert (caught.value.status, caught.value.vendor_code) == (500, "OutOfMemoryError")


def test_trap_while_it_loads_it_may_be_asked_again_and_otherwise_not(
    adapter: A1111, server: A1111Simulator
) -> None:
    server.fault = Fault(LOADING)
    with pytest.raises(errors.NotReady) as loading:
        adapter.submit(ASKED, silent)
    assert (loading.value.safe_to_resend, loading.value.retry_after) == (True, 10.0)
    server.fault = Fault(STATUS, 500)
    with pytest.raises(errors.UpstreamError) as broken:
        adapter.submit(ASKED, silent)
    assert not broken.value.safe_to_resend


def test_trap_a_prompt_cannot_set_options_of_stable_diffusion_cpp_which_speaks_this_wire_too(
    adapter: A1111, server: A1111Simulator
) -> None:
    trick = '<sd_cpp_<sd_cpp_extra_args>extra_args>{"steps":150}</SD_CPP_EXTRA_ARGS>'
    adapter.submit(replace(ASKED, prompt=f"an otter {trick}", negative_prompt=trick), silent)
    assert b"extra_args" not in server.requests[0].body.lower()


LOC = [{"loc": ["body", "width"], "msg": "not an integer", "type": "type_error"}]


@pytest.mark.parametrize(
    ("status", "document", "kind", "words"),
    [
        (
            400,
            {"error": "HTTPException", "detail": "Sampler not found"},
            errors.InvalidRequest,
            "Sampler not found",
        ),
        (404, {"detail": "Not Found"}, errors.ModelUnavailable, "started with --api"),
        (
            404,
            {"error": "HTTPException", "detail": "Init image not found"},
            errors.ModelUnavailable,
            "Init image",
        ),
        (422, {"detail": LOC}, errors.InvalidRequest, "width: not an integer"),
        (422, {"detail": [{}]}, errors.InvalidRequest, "None"),
        (422, {"detail": []}, errors.InvalidRequest, "status 422"),
        (500, {"error": "ValueError", "detail": "", "errors": "it broke"}, errors.UpstreamError, "it broke"),
        (500, None, errors.UpstreamError, "status 500"),
        (200, {"images": "odd"}, errors.EmptyResult, "without a picture"),
        (200, [], errors.EmptyResult, "without a picture"),
        (200, {"images": [7, None]}, errors.AnswerLost, "cannot be read"),
    ],
)
def test_every_shape_of_an_error_is_read(
    status: int, document: object, kind: type[errors.ProviderError], words: str
) -> None:
    with Simulator() as server:
        server.dictated = json_reply(document, status)
        with pytest.raises(errors.ProviderError) as caught:
            A1111(Config(url=server.url)).submit(ASKED, silent)
    assert type(caught.value) is kind
    assert words in caught.value.message


REFUSED: list[dict[str, Any]] = [
    {"kind": "upscale"},
    {"kind": "edit"},
    {"kind": "inpaint", "references": (PICTURE,)},
    {"mask": MASK},
    {"references": (PICTURE, PICTURE)},
    {"n": 0},
    {"n": 9},
    {"width": 512},
    {"aspect_ratio": "1:1"},
    {"resolution": "2K"},
    {"preset": "square"},
    {"quality": "high"},
    {"style": "vivid"},
    {"moderation": "low"},
    {"background": "transparent"},
    {"output_format": "webp"},
    {"output_compression": 50},
    {"extra": {"script_name": "custom code"}},
    {"extra": {"override_settings": {"samples_save": True}}},
]
OF_ENLARGING: list[dict[str, Any]] = [
    {"kind": "edit"},
    {"references": ()},
    {"mask": MASK},
    {"n": 2},
    {"seed": 7},
    {"negative_prompt": "rain"},
    {"strength": 0.5},
    {"width": 512, "height": 512},
    {"output_format": "webp"},
    {"extra": {"upscaling_resize": 9}},
    {"extra": {"upscaling_resize": "2"}},
    {"extra": {"codeformer_visibility": 1}},
]


@pytest.mark.parametrize(
    "asked",
    [replace(ASKED, **change) for change in REFUSED]
    + [replace(UPSCALE, **change) for change in OF_ENLARGING],
)
def test_what_the_server_cannot_do_is_refused_before_anything_is_sent(
    adapter: A1111, server: A1111Simulator, asked: ImageRequest
) -> None:
    with pytest.raises(errors.InvalidRequest):
        adapter.submit(asked, silent)
    assert server.requests == []
