"""What the composer keeps, refuses and explains. Nothing that is refused costs anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.faults.processes import wait_for
from tests.images.samples import file_of, scene
from tests.journeys.conftest import Window
from tests.journeys.desk import Desk
from tests.journeys.living import LivingStudio
from tests.journeys.measuring import Measures
from tests.journeys.watching import Watch

PROMPT_LIMIT = 32_000


def small(desk: Desk) -> None:
    """The cheapest and quickest settings."""
    desk.choose_model("Gesso Sketch")
    desk.page.get_by_role("radio", name="512 × 512").check()


def posts(watch: Watch, path: str) -> int:
    return sum(request.method == "POST" and request.url.endswith(path) for request in watch.requests)


def test_a_draft_is_there_again_after_a_reload(page: Page) -> None:
    desk = Desk(page)
    small(desk)
    desk.write("A lighthouse before the storm", images=3)
    page.get_by_role("button", name="Negative prompt").click()
    page.get_by_role("textbox", name="Negative prompt").fill("people")
    page.reload()
    expect(desk.prompt).to_have_value("A lighthouse before the storm")
    expect(page.get_by_role("textbox", name="Negative prompt", include_hidden=True)).to_have_value("people")
    expect(page.locator("#model-name")).to_have_text("Gesso Sketch")
    expect(page.get_by_role("radio", name="512 × 512")).to_be_checked()
    expect(desk.images).to_have_value("3")
    desk.ready(images=3)
    assert desk.balance == 1000


def test_compression_is_asked_of_a_format_that_has_one_and_sent_with_no_other(page: Page) -> None:
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    compression, kind = page.get_by_label("Compression"), page.get_by_label("Format")
    expect(compression).to_be_hidden()
    kind.select_option("webp")
    compression.fill("40")
    page.reload()
    expect(compression).to_have_value("40")
    kind.select_option("png")
    expect(compression).to_be_hidden()
    desk.write("A lighthouse before the storm")
    desk.priced("3")
    expect(desk.generate).to_be_enabled()
    assert not page.evaluate("new FormData(document.querySelector('#composer')).has('output_compression')")


def test_a_draft_after_the_first_run_is_kept_with_its_project(page: Page) -> None:
    desk = Desk(page)
    small(desk)
    desk.write("A harbour in fog")
    desk.generate.click()
    desk.finished(1, pictures=1)
    desk.prompt.fill("A harbour at noon")
    page.reload()
    expect(desk.prompt).to_have_value("A harbour at noon")
    page.get_by_role("button", name="Untitled project").click()
    page.get_by_role("menuitem", name="New project").click()
    page.wait_for_url("**/projects/*/")
    expect(desk.prompt).to_have_value("")


def test_a_double_click_submits_once_and_back_finds_the_run_again(page: Page, watch: Watch) -> None:
    desk = Desk(page)
    small(desk)
    desk.write("A harbour in fog")
    desk.generate.dblclick()
    desk.finished(1, pictures=1)
    expect(desk.runs).to_have_count(1)
    assert posts(watch, "/runs") == 1
    expect(page.locator("#run-count")).to_have_text("1 run")
    page.get_by_role("link", name="Gallery").first.click()
    page.wait_for_url("**/gallery/")
    page.go_back()
    expect(desk.pictures(1)).to_have_count(1)
    expect(desk.prompt).to_have_value("A harbour in fog")
    assert posts(watch, "/runs") == 1


def test_the_place_of_a_run_is_there_with_the_press_and_stays_when_the_answer_comes(page: Page) -> None:
    desk = Desk(page)
    small(desk)
    held: list[Route] = []
    page.route("**/runs", lambda route: held.append(route))
    desk.write("A mill by the river", images=2)
    desk.generate.click()
    tiles = page.locator(".starting .tile")
    expect(tiles).to_have_count(2)
    before = [tile.bounding_box() for tile in tiles.all()]
    wait_for(lambda: page.title() and held, "the press at the server's door")
    held[0].continue_()
    expect(tiles).to_have_count(0)
    desk.finished(1, pictures=2)
    assert [tile.bounding_box() for tile in desk.run(1).locator(".tile").all()] == before


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "sketch.heic",
            b"\0\0\0\x18ftypheic",
            "sketch.heic is a HEIC photo. Save it as JPEG or PNG, then add that.",
        ),
        ("notes.png", b"just some words", "notes.png holds text and no picture."),
        ("huge.png", bytes(21 << 20), "huge.png is 21.0 MB. Use a file under 20 MB."),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_a_sentence_and_the_rest_is_kept(
    page: Page, watch: Watch, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    watch.expected.append("status of 4")
    desk = Desk(page)
    desk.prompt.fill("A lighthouse before the storm")
    (tmp_path / name).write_bytes(data)
    page.locator("#file").set_input_files(tmp_path / name)
    refusal = page.get_by_role("region", name="Notifications").get_by_role("alert")
    expect(refusal).to_contain_text("This reference could not be read")
    expect(refusal).to_contain_text(said)
    expect(desk.references).to_have_count(0)
    expect(desk.prompt).to_have_value("A lighthouse before the storm")
    expect(desk.generate).to_be_enabled()


def test_of_several_files_the_good_one_is_kept_and_each_bad_one_has_its_sentence(
    page: Page, watch: Watch, measures: Measures
) -> None:
    measures.calm = 0.05  # Six references need a second line until five of them are refused.
    watch.expected.append("status of 4")
    desk = Desk(page)
    bad: dict[str, bytes] = {
        "a.gif": b"GIF89a",
        "b.tif": b"II*\0",
        "c.pdf": b"%PDF-1.7",
        "d.svg": b"<svg/>",
        "e.png": b"",
    }
    files = [*bad.items(), ("good.png", file_of(scene(), "PNG"))]
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "image/png", "buffer": data} for name, data in files
    ]
    page.locator("#file").set_input_files(payloads)
    refusal = page.get_by_role("region", name="Notifications").get_by_role("alert")
    expect(refusal).to_have_count(1)
    for said in (
        "a.gif is a GIF.",
        "b.tif is a TIFF.",
        "c.pdf is a PDF",
        "d.svg is an SVG",
        "e.png is empty.",
    ):
        expect(refusal).to_contain_text(said)
    expect(refusal).to_contain_text("5 files could not be added")
    expect(desk.references).to_have_count(1)
    expect(desk.references.locator("img")).to_have_attribute("src", re.compile(r"^/media/"))


def test_a_prompt_over_the_limit_says_by_how_much(page: Page, watch: Watch) -> None:
    desk = Desk(page)
    desk.prompt.fill("a" * (PROMPT_LIMIT + 5))
    expect(page.locator("#prompt-count")).to_have_text("32,005 of 32,000")
    expect(desk.generate).to_be_disabled()
    expect(desk.generate).to_have_accessible_description("Shorten the prompt by 5 characters")
    desk.generate.click(force=True)
    expect(desk.prompt).to_be_focused()
    assert posts(watch, "/runs") == 0
    desk.prompt.fill("a")
    expect(desk.generate).to_be_enabled()


def test_missing_credits_are_named_and_the_smaller_run_goes(window: Window, living: LivingStudio) -> None:
    page = window(living.person("Alice", granted=5))
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    desk.prompt.fill("A lighthouse before the storm")
    desk.images.fill("4")
    expect(desk.cost).to_contain_text("7 short")
    expect(desk.generate).to_be_disabled()
    expect(desk.generate).to_have_accessible_description("Not enough credits")
    page.get_by_role("button", name="Run 1 image for 3").click()
    expect(desk.images).to_have_value("1")
    desk.ready(images=1)
    desk.generate.click()
    desk.finished(1, pictures=1)
    assert desk.balance == 2


def test_another_model_takes_the_nearest_size_and_says_so(page: Page) -> None:
    desk = Desk(page)
    desk.choose_model("Gesso Paint")
    page.get_by_role("radio", name="2:3", exact=True).check()
    desk.write("A lighthouse before the storm", images=8)
    desk.choose_model("Gesso Press")
    expect(page.get_by_role("radio", name=re.compile("^Poster"))).to_be_checked()
    expect(desk.images).to_have_value("4")
    expect(page.get_by_role("status").filter(has_text="closest")).to_be_visible()
    expect(desk.prompt).to_have_value("A lighthouse before the storm")
    desk.ready(images=4)
