"""What a measurement says: the goal, ours, the floor of the same run, and how they compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

MARK = "result: "


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. ``floor`` and ``ratio`` (ours to floor) stay None where nothing stands beside."""

    row: str
    what: str
    goal: str
    ours: str
    floor: str = ""
    ratio: float | None = None


def tell(result: Result) -> None:
    """Hand a result to the table; rows run in processes of their own."""
    print(MARK + json.dumps(asdict(result)), flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
