"""`make bench`: goal, ours, floor, ratio. Wall-clock figures swing with the machine: compare ratios within one run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

from scripts.studio import ROOT, clean_environment
from tests.bench.result import MARK, Result

ROWS = {
    "1a": "gateway",
    "1b": "gateway",
    "1c": "crowd",
    "1d": "crowd",
    "2a": "waiting",
    "2b": "jobs",
    "2c": "starts",
    "2d": "overhead",
    "3a": "intake",
    "3b": "intake_memory",
    "4a": "gallery",
    "4b": "gallery",
    "4c": "gallery",
    "4d": "gallery",
    "4e": "gallery",
    "5c": "money",
    "6a": "cards",
    "6b": "partials",
    "6c": "streams",
    "7a": "first_load",
    "7b": "coming_up",
    "7c": "first_picture",
}
LONGEST_SECONDS = 120
LONGER = {"gateway": 600, "crowd": 900, "gallery": 1800, "waiting": 400, "overhead": 240}
"""Seconds of a module that has to make a million rows, on two databases, before it asks its first question, and of
those that start several workers."""


def measure(module: str, row: str) -> list[Result]:
    """The module's results, from a process and a data directory of its own; one line that says so if it fails."""
    with tempfile.TemporaryDirectory(prefix="gesso-bench-", ignore_cleanup_errors=True) as data:
        environment = clean_environment(
            DATA_DIR=data, DJANGO_SETTINGS_MODULE="studio.settings", LOG_LEVEL="ERROR"
        )
        try:
            done = subprocess.run(
                [sys.executable, "-m", f"tests.bench.{module}"],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                timeout=LONGER.get(module, LONGEST_SECONDS),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return [Result(row, "took too long", "", "-")]
    lines = [line.removeprefix(MARK) for line in done.stdout.splitlines() if line.startswith(MARK)]
    if done.returncode or not lines:
        return [Result(row, "could not be measured; see above", "", "-")]
    return [Result(**json.loads(line)) for line in lines]


def show(result: Result) -> None:
    ratio = f"{result.ratio:.2f}" if result.ratio is not None else ""
    print(
        f"{result.row:3} {result.what:44} {result.goal:30} {result.ours:24} {result.floor:24} {ratio:>6}",
        flush=True,
    )


def main(chosen: list[str]) -> int:
    if unknown := set(chosen) - set(ROWS):
        print(f"No such row: {', '.join(sorted(unknown))}. There are {', '.join(ROWS)}.")
        return 1
    print(f"{'row':3} {'what':44} {'goal':30} {'ours':24} {'floor':24} {'ratio':>6}", flush=True)
    wanted = {row: ROWS[row] for row in chosen or ROWS}
    # Rows of one module are measured together, once.
    first = {module: row for row, module in reversed(wanted.items())}
    for module, row in reversed(first.items()):
        for result in measure(module, row):
            if result.row in wanted:
                show(result)
    return 0


if __name__ == "__main__":
    sys.exit(main([row for row in sys.argv[1:] if row]))
