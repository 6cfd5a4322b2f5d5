"""The offline models as the rest of the house sees them."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from typing import Any

import pytest

from providers.base import Config, Delivered, Event, Finished, ImageRequest, Partial
from providers.errors import InvalidRequest, ModelUnavailable, PromptTooLong, ProviderError, UpstreamTimeout
from providers.painter.pool import shared
from providers.registry import load
from tests.providers.painter.studio import hole, picture, pixels, source


def submit(prompt: str = "sea", **changes: Any) -> tuple[Finished, list[Event]]:
    given: dict[str, Any] = {"model": "paint", "width": 128, "height": 128, "seed": 5, **changes}
    events: list[Event] = []
    finished = load("gesso", Config()).submit(ImageRequest(prompt=prompt, **given), events.append)
    assert isinstance(finished, Finished)
    return finished, events


def test_it_needs_no_key_and_is_always_well() -> None:
    painter = load("gesso", Config())
    assert painter.facts.needs_key is False
    assert painter.check().ok


@pytest.mark.parametrize("model", ["sketch", "paint", "studio", "press"])
def test_every_model_paints_what_was_asked_at_the_size_asked(model: str) -> None:
    finished, _ = submit("crimson ridges", model=model, width=320, height=256)
    (output,) = finished.outputs
    assert pixels(output.data).shape == (256, 320, 3)
    assert output.revised_prompt == "read as: ridges, crimson"
    assert output.mime == "image/png"


def test_several_pictures_take_the_seeds_that_follow() -> None:
    finished, events = submit(n=3, seed=41)
    assert [output.seed for output in finished.outputs] == [41, 42, 43]
    assert len({output.data for output in finished.outputs}) == 3
    assert [event.index for event in events if isinstance(event, Delivered)] == [0, 1, 2]
    alone, _ = submit(seed=42)
    assert alone.outputs[0].data == finished.outputs[1].data


def test_without_a_seed_the_call_chooses_one_and_says_which() -> None:
    first, again, other = (submit(seed=None, client_ref=ref)[0].outputs[0] for ref in ("a", "a", "b"))
    assert first.seed == again.seed
    assert first.data == again.data
    assert other.seed != first.seed


def test_previews_come_in_order_in_the_callers_own_thread() -> None:
    threads: set[int] = set()
    events: list[Event] = []

    def emit(event: Event) -> None:
        threads.add(threading.get_ident())
        events.append(event)

    load("gesso", Config()).submit(
        ImageRequest(model="paint", prompt="sea", seed=1, n=2, partials=3, width=128, height=128), emit
    )
    steps = [(event.index, event.step) for event in events if isinstance(event, Partial)]
    assert steps == [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]
    assert threads == {threading.get_ident()}


def test_press_reports_the_same_tokens_for_the_same_order() -> None:
    usages = [
        submit("sea at noon", model="press", quality=quality)[0].usage for quality in ("low", "low", "high")
    ]
    low, again, high = usages
    assert low is not None
    assert high is not None
    assert low == again
    assert 0 < low.output_image < high.output_image
    assert low.input_text == 3
    assert submit("sea at noon")[0].usage is None


def test_the_tokens_of_a_size_and_quality_vary_within_a_range() -> None:
    counts = {
        usage.output_image
        for prompt in ("sea", "dune", "rose", "city")
        if (usage := submit(prompt, model="press", width=512, height=512, quality="low")[0].usage) is not None
    }
    assert len(counts) > 1
    assert 272 // 4 * 0.8 <= min(counts) <= max(counts) <= 272 // 4


@pytest.mark.parametrize(
    ("form", "mime"), [("png", "image/png"), ("jpeg", "image/jpeg"), ("webp", "image/webp")]
)
def test_press_writes_every_format_it_offers(form: str, mime: str) -> None:
    output = submit(model="press", output_format=form)[0].outputs[0]
    assert output.mime == mime
    assert pixels(output.data).shape == (128, 128, 3)


def test_press_takes_a_preset_for_a_size() -> None:
    finished, _ = submit(model="press", width=None, height=None, preset="320x256", quality="low")
    assert pixels(finished.outputs[0].data).shape == (256, 320, 3)


def test_studio_leaves_the_background_clear() -> None:
    finished, _ = submit("perfume bottle", model="studio", background="transparent")
    assert pixels(finished.outputs[0].data).shape == (128, 128, 4)


def test_an_edit_is_as_large_as_its_source_and_a_mask_keeps_the_rest() -> None:
    given = source()
    finished, _ = submit(
        "crimson",
        model="studio",
        kind="inpaint",
        width=None,
        height=None,
        references=(given,),
        mask=hole((128, 128), (20, 20, 60, 60)),
    )
    after, before = pixels(finished.outputs[0].data), pixels(given.data)
    assert (after[64:] == before[64:]).all()
    assert (after[30:50, 30:50] != before[30:50, 30:50]).any()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model": "sketch", "width": 128}, "256 to 2048"),
        ({"model": "sketch", "width": 4096, "height": 4096}, "256 to 2048"),
        (
            {"model": "sketch", "width": 512, "height": 512, "references": (picture((1, 2, 3)),)},
            "no references",
        ),
        ({"references": (picture((1, 2, 3)),) * 17}, "at most 16"),
        ({"mask": hole((9, 9), (1, 1, 2, 2)), "references": (picture((1, 2, 3)),)}, "cannot take a mask"),
        ({"background": "transparent"}, "transparent"),
        ({"model": "studio", "background": "transparent", "output_format": "jpeg"}, "JPEG"),
        ({"model": "studio", "kind": "inpaint", "references": (picture((1, 2, 3)),)}, "needs a mask"),
        ({"kind": "edit"}, "needs a picture"),
        ({"kind": "upscale"}, "cannot do"),
        ({"output_format": "tiff"}, "tiff"),
        ({"model": "press", "negative_prompt": "birds"}, "negative"),
        ({"n": 0}, "Between 1 and 16"),
        ({"height": None}, "both"),
        ({"model": "press", "width": None, "height": None, "preset": "enormous"}, "enormous"),
    ],
)
def test_what_a_model_cannot_do_is_refused_in_a_sentence(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        submit(**changes)


def test_a_prompt_beyond_the_limit_has_its_own_refusal() -> None:
    with pytest.raises(PromptTooLong):
        submit("a" * 40_000)


def test_an_unknown_model_is_said_to_be_unknown() -> None:
    with pytest.raises(ModelUnavailable):
        submit(model="easel")


def test_a_broken_reference_is_refused_and_the_painter_goes_on() -> None:
    broken = replace(picture((1, 2, 3)), data=b"nonsense")
    with pytest.raises(InvalidRequest, match="could not be read"):
        submit(references=(broken,))
    assert submit()[0].outputs


def test_a_killed_painting_process_is_replaced_and_the_picture_still_comes() -> None:
    before, _ = submit()
    killed: list[int] = []

    def kill(event: Event) -> None:
        if not killed:
            killed.extend(shared().pids())
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    request = ImageRequest(model="paint", prompt="sea", seed=5, width=128, height=128, partials=1)
    finished = load("gesso", Config()).submit(request, kill)
    assert isinstance(finished, Finished)
    assert killed
    assert finished.outputs[0].data == before.outputs[0].data
    assert not set(killed) & set(shared().pids())


def test_a_picture_that_takes_too_long_ends_in_a_timeout_and_the_next_one_works() -> None:
    with pytest.raises(UpstreamTimeout):
        submit(deadline_seconds=0.0)
    with pytest.raises(ProviderError):
        submit(width=2048, height=2048, deadline_seconds=0.05)
    assert submit()[0].outputs


def test_painting_from_many_threads_gives_each_its_own_picture() -> None:
    found: dict[int, bytes] = {}

    def one(seed: int) -> None:
        found[seed] = submit(seed=seed)[0].outputs[0].data

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found.values())) == 6
    assert len(shared().pids()) <= 2
