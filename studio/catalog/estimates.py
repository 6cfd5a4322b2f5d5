"""How many tokens a picture will take, before the vendor reports them."""

from __future__ import annotations

from collections.abc import Mapping

from studio.catalog.rules import ANY, Estimator, sides

AREA = 1024 * 1024
MEAN_CELL = 2_000_000


def picture_tokens(
    estimator: Estimator, quality: str, width: int | None, height: int | None, resolution: str = ""
) -> tuple[int, int]:
    """The least and the most tokens of one picture; where quality or size is open, over all of them."""
    tables = estimator.tokens
    chosen = [tables[quality]] if quality in tables else list(tables.values())
    counts = [count for table in chosen for count in _counts(estimator, table, width, height, resolution)]
    low = min(counts) * estimator.low // 100
    return low, -(-max(counts) * estimator.high // 100) + estimator.previews


def _counts(
    estimator: Estimator, table: Mapping[str, int], width: int | None, height: int | None, resolution: str
) -> list[int]:
    if estimator.kind == "table":
        return _from_table(table, f"{width}x{height}", resolution)
    known = (
        [(width, height)] if width and height else [pair for size in estimator.sizes if (pair := sides(size))]
    )
    count = _grid if estimator.kind == "grid" else _area
    return [count(table[ANY], *pair) for pair in known]


def _from_table(table: Mapping[str, int], size: str, resolution: str) -> list[int]:
    known = [table[key] for key in (size, resolution, ANY) if key in table]
    return known[:1] or list(table.values())


def _area(per_megapixel: int, width: int, height: int) -> int:
    return max(-(-per_megapixel * width * height // AREA), 1)


def _grid(cells: int, width: int, height: int) -> int:
    """Square cells, ``cells`` of them along the longer side, each dearer in a larger picture."""
    long, short = max(width, height), min(width, height)
    across = max((2 * cells * short + long) // (2 * long), 1)
    return -(-cells * across * (MEAN_CELL + width * height) // (2 * MEAN_CELL))
