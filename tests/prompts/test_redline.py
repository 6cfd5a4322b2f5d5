from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.redline import DELETED, INSERTED, SAME, Segment, redline

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


def test_an_unchanged_prompt_has_no_marks() -> None:
    assert [segment.kind for segment in redline("same words", "same words")] == [SAME]
