"""What becomes of a wish with a picture, by the kinds of work that a model does."""

from __future__ import annotations

import pytest

from tests.catalog import samples


@pytest.mark.parametrize(
    ("kinds", "asked", "does"),
    [
        (["generate", "edit"], "generate", "generate"),
        (["generate", "edit"], "edit", "edit"),
        (["generate"], "edit", "edit"),
        (["edit"], "generate", "edit"),
        (["edit"], "edit", "edit"),
        (["edit", "inpaint"], "generate", "edit"),
        (["edit", "inpaint"], "inpaint", "inpaint"),
        (["inpaint"], "generate", "generate"),
        (["upscale"], "generate", "upscale"),
        (["upscale"], "edit", "upscale"),
        (["cutout"], "inpaint", "cutout"),
    ],
)
def test_a_model_does_with_a_picture_what_it_can(kinds: list[str], asked: str, does: str) -> None:
    assert samples.model(kinds=kinds, max_references=1).does(asked) == does
