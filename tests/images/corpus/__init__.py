"""Hostile and odd pictures, generated; each says what must become of it. No file of them lies anywhere."""

from __future__ import annotations

from tests.images.corpus import boxed, foreign, jpegs, pngs
from tests.images.corpus.case import Case


def corpus() -> list[Case]:
    """Every case, in the order of its family."""
    return [*foreign.cases(), *pngs.cases(), *jpegs.cases(), *boxed.cases()]
