"""How large the picture of a tool becomes, and what it is refused for before anybody is paid."""

from __future__ import annotations

import pytest

from studio.catalog import loader, results
from studio.catalog.parameters import validate

ENTRIES = loader.catalog().entries
MOST = 40_000_000


@pytest.mark.parametrize(
    ("model", "said", "source", "sides"),
    [
        ("fal/clarity-upscaler", {}, (1024, 768), (2048, 1536)),
        ("fal/clarity-upscaler", {"extra.upscale_factor": "4"}, (1024, 768), (4096, 3072)),
        ("fal/esrgan", {"extra.scale": "3"}, (100, 50), (300, 150)),
        ("a1111/extras-upscale", {"extra.upscaling_resize": "8"}, (512, 512), (4096, 4096)),
        ("bfl/flux-pro-1.0-expand", {"extra.left": "100", "extra.bottom": "30"}, (64, 64), (164, 94)),
        ("stability/outpaint", {"extra.up": "10", "extra.down": "20"}, (64, 64), (64, 94)),
        ("stability/fast", {}, (64, 64), None),
        ("bfl/flux-2-pro", {}, (64, 64), None),
    ],
)
def test_a_tools_picture_is_its_source_times_the_factor_and_with_the_margins(
    model: str, said: dict[str, str], source: tuple[int, int], sides: tuple[int, int] | None
) -> None:
    entry = ENTRIES[model]
    chosen = validate(entry, said, 1, has_mask=False, prompt="a stair")
    assert results.sides(entry, chosen, source) == sides
    assert results.refused(entry, chosen, source, MOST) == {}


@pytest.mark.parametrize(
    ("model", "said", "source", "field"),
    [
        ("fal/clarity-upscaler", {"extra.upscale_factor": "4"}, (2048, 2048), "references"),
        ("bfl/flux-pro-1.0-expand", {"extra.left": "2048"}, (6000, 6000), "references"),
        ("bfl/flux-pro-1.0-expand", {}, (64, 64), "extra.left"),
        ("bfl/flux-pro-1.0-expand", {}, None, "extra.left"),
        ("stability/outpaint", {"extra.up": "0"}, (64, 64), "extra.left"),
    ],
)
def test_more_than_can_be_kept_and_no_growth_at_all_are_refused_at_the_field(
    model: str, said: dict[str, str], source: tuple[int, int] | None, field: str
) -> None:
    entry = ENTRIES[model]
    chosen = validate(entry, said, 1, has_mask=False, prompt="")
    assert list(results.refused(entry, chosen, source, MOST)) == [field]
