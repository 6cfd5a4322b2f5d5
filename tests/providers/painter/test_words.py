"""What the painter understands of a prompt."""

from __future__ import annotations

import pytest

from providers.painter.scenes import SCENES
from providers.painter.words import read


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("crimson ridges at dusk", "ridges"),
        ("Perfume bottle on wet basalt", "still"),
        ("a red fox reading a newspaper", "portrait"),
        ("日本の城", "ridges"),
        ("🌊", "sea"),
        ("🦊", "portrait"),
        ("Tokyo at night", "city"),
        ("saturn", "planet"),
        ("sunflowers", "bloom"),
        ("birch forest", "forest"),
        ("northern lights over a cabin", "aurora"),
        ("black marble with gold veins", "abstract"),
        ("sunlit courtyard with an arch", "arch"),
        ("papercut leaves", "pattern"),
        ("sahara dunes", "dunes"),
        ("lavender field", "meadow"),
        ("iridescent blob", "glass"),
    ],
)
def test_the_subject_of_a_prompt_chooses_its_scene(prompt: str, scene: str) -> None:
    assert read(prompt).scene == scene


@pytest.mark.parametrize("prompt", ["", " ", "🫠", "\u0000\ud800", "word " * 6000, "xyzzy", "?!…", "１２３"])
def test_any_text_at_all_reads_as_some_scene(prompt: str) -> None:
    assert read(prompt).scene in SCENES


def test_the_summary_tells_a_person_what_was_understood() -> None:
    assert read("crimson ridges at dusk").summary() == "read as: ridges, dusk, crimson"


def test_the_summary_of_a_very_long_prompt_stays_short() -> None:
    assert len(read("mountain sea forest crimson teal gold night snow castle boat " * 300).summary()) < 200


def test_a_word_after_no_is_not_asked_for() -> None:
    assert "birds" not in read("sea with no birds").elements
    assert "birds" in read("sea with birds").elements


def test_forbidding_a_lake_does_not_forbid_the_ridges_around_it() -> None:
    reading = read("ridges, no lake")
    assert reading.scene == "ridges"
    assert "lake" in reading.banned


def test_a_negative_prompt_takes_colours_light_and_elements_away() -> None:
    reading = read("crimson sea with birds at night", "crimson, birds, night")
    assert (reading.colours, reading.light) == ((), "")
    assert "birds" not in reading.elements
    assert "birds" in reading.banned


def test_a_negative_prompt_can_forbid_the_scene_itself() -> None:
    assert read("mountains by the sea", "mountains").scene == "sea"


def test_a_colour_right_before_a_thing_belongs_to_that_thing() -> None:
    reading = read("a red vase on a teal cloth")
    assert (reading.object_colour, reading.colours) == ("red", ("teal",))


def test_a_lemon_is_yellow_unless_the_words_say_otherwise() -> None:
    assert read("a lemon").object_colour == "yellow"
    assert read("a blue lemon").object_colour == "blue"


def test_unknown_words_leave_a_trace_and_known_words_do_not() -> None:
    assert read("sea xyzzy").spice != read("sea plugh").spice
    assert read("crimson sea").spice == read("teal sea").spice == 0


def test_plurals_and_capitals_mean_the_same_as_the_plain_word() -> None:
    assert read("MOUNTAINS").scene == read("mountain").scene == "ridges"
    assert read("Cherries on a plate").object_colour == "crimson"
