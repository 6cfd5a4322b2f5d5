from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.redline import DELETED, INSERTED, SAME, Segment, kept, redline

texts = st.text(alphabet="ab cé,.{|}日本\n", max_size=40)


@given(texts, texts)
def test_the_redline_applied_to_the_parent_gives_the_child(before: str, after: str) -> None:
    segments = redline(before, after)
    assert "".join(segment.text for segment in segments if segment.kind != DELETED) == after
    assert "".join(segment.text for segment in segments if segment.kind != INSERTED) == before


def test_a_changed_word_is_marked_and_its_neighbours_are_not() -> None:
    assert redline("bottle on dry stone", "bottle on wet stone") == [
        Segment(SAME, "bottle on "),
        Segment(DELETED, "dry"),
        Segment(INSERTED, "wet"),
        Segment(SAME, " stone"),
    ]


def test_neighbouring_changes_read_as_one() -> None:
    assert redline("a dry, grey stone", "a wet, black stone") == [
        Segment(SAME, "a "),
        Segment(DELETED, "dry, grey"),
        Segment(INSERTED, "wet, black"),
        Segment(SAME, " stone"),
    ]


def test_how_much_was_kept_tells_a_change_from_a_new_prompt() -> None:
    assert kept(redline("a quiet lake", "a quiet lake at dawn")) > 0.5
    assert kept(redline("perfume on wet basalt", "city skyline at night")) < 0.2


def test_an_unchanged_prompt_has_no_marks() -> None:
    assert [segment.kind for segment in redline("same words", "same words")] == [SAME]
