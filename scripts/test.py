"""`make test`: the static checks, then every test against real servers; the time of each step; pytest's summaries.

(nothing)   everything
--fast      what Python alone can prove: no browser, no server, nothing slow
--check     the static checks alone
--soak      everything, with the long rounds
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import servers

BIN = Path(sys.prefix, "bin")
PYTHON = sys.executable
TEMPLATES = sorted(map(str, Path("templates").rglob("*.html")))
CHECKS = {
    "ruff": [str(BIN / "ruff"), "check", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
    "mypy": [PYTHON, "-m", "mypy", "."],
    "lint-imports": [str(BIN / "lint-imports")],
    "djade": [str(BIN / "djade"), "--check", "--target-version", "6.0", *TEMPLATES],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
}
# Named, because a variable that is set already would win over pyproject.toml.
OWN_SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
# Money, jobs, search and access must hold on both databases.
ON_BOTH_DATABASES = (
    "tests/credits",
    "tests/jobs",
    "tests/accounts",
    "tests/catalog/test_naming.py",
    "tests/gallery",
    "tests/images/test_search.py",
    "tests/images/test_shelves.py",
    "tests/live",
    "tests/api/test_limits.py",
    "tests/api/test_waiting.py",
    "tests/sample/test_money.py",
    "tests/faults/test_submit_race.py",
    "tests/faults/test_duplicates.py",
    "tests/faults/test_zombie.py",
)
# Every kill on the second database as well: only in the long rounds, or the short ones would be too long.
SOAKED_ON_BOTH_DATABASES = ("tests/faults/test_kill_points.py",)
ON_BOTH_BROKERS = ("tests/worker",)
# Tests that share something slow to start are a group, which stays in one process; the largest group goes first.
SPREAD = ("-n", "2", "--dist", "loadgroup")
SUMMARY = re.compile(r"=+ .*\bin \d+(\.\d+)?s\b.*=+")


@dataclass(slots=True)
class Report:
    """What each step took and how it ended; steps of two lanes may end in any order."""

    began: float = field(default_factory=time.monotonic)
    steps: list[tuple[str, float, bool]] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[list[bool]]:
        """Times a step; the caller puts whether it went well into the list."""
        began, outcome = time.monotonic(), [False]
        try:
            yield outcome
        finally:
            self.add(name, time.monotonic() - began, outcome[0])

    def add(self, name: str, seconds: float, ok: bool) -> None:
        self.steps.append((name, seconds, ok))
        say(f"{'ok    ' if ok else 'FAILED'} {name} ({seconds:.1f} s)")

    def finish(self) -> int:
        """The table of steps, then pytest's own lines last, where programs look for them."""
        say("\nstep                     time  result")
        for name, seconds, ok in self.steps:
            say(f"{name:20} {seconds:7.1f} s  {'ok' if ok else 'FAILED'}")
        say(f"{'together':20} {time.monotonic() - self.began:7.1f} s")
        for summary in self.summaries:
            say(summary)
        return 0 if all(ok for _, _, ok in self.steps) else 1


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def check(report: Report) -> None:
    """All static checks, two at a time; a failed one shows what it said."""
    with report.step("static checks") as outcome, ThreadPoolExecutor(2) as pool:
        results = dict(zip(CHECKS, pool.map(run_quietly, CHECKS.values()), strict=True))
        for name, result in results.items():
            if result.returncode:
                say(f"--- {name}\n{result.stdout}")
        outcome[0] = not any(result.returncode for result in results.values())


def run_quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


def pytest(
    report: Report,
    name: str,
    arguments: Sequence[str],
    environment: dict[str, str],
    *,
    show: Callable[[str], object] = sys.stdout.write,
) -> None:
    """One run of pytest, shown as it goes; its summary line is kept for the end. No test at all is a failure."""
    show(f"\n--- {name}: pytest {' '.join(arguments)}\n")
    command = [PYTHON, "-m", "pytest", "-q", "-p", "scripts.folder_times", *arguments]
    with report.step(name) as outcome:
        process = subprocess.Popen(  # noqa: S603
            command,
            env=os.environ | OWN_SETTINGS | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout
        for line in process.stdout:
            if SUMMARY.fullmatch(line.strip()) or re.match(r"\d+ (passed|failed).* in ", line):
                report.summaries.append(line.strip())
            else:
                show(line)
        outcome[0] = process.wait() == 0


def marked(marker: str, folders: Sequence[str]) -> list[str]:
    """Those of the folders and files that exist, and every other file in which a test carries the marker."""
    chosen = [folder for folder in folders if Path(folder).exists()]
    for path in sorted(Path("tests").rglob("test_*.py")):
        inside = any(path.is_relative_to(folder) for folder in chosen)
        if not inside and f"mark.{marker}" in path.read_text(encoding="utf-8"):
            chosen.append(str(path))
    return chosen


def everything(report: Report, *, soak: bool) -> None:
    servers.require(["redis-server", "postgres", "chromium"])
    with servers.redis() as redis_url, servers.postgres() as database_url:
        common = {"TEST_DATABASE_URL": database_url, "TEST_REDIS_URL": redis_url}
        if soak:
            common["SOAK"] = "1"
        with ThreadPoolExecutor(1) as beside:
            # What keeps one core busy at most, or only waits, runs beside what fills all of them.
            quiet = beside.submit(checks_and_redis, report, common)
            both = ON_BOTH_DATABASES + (SOAKED_ON_BOTH_DATABASES if soak else ())
            postgres = [*marked("postgres", both), *SPREAD, "-m", "not browser and not redis"]
            pytest(report, "PostgreSQL", postgres, common | {"DATABASE_URL": database_url})
            pytest(report, "SQLite", [*SPREAD, "-m", "not postgres and not redis"], common)
            quiet.result()


def checks_and_redis(report: Report, common: dict[str, str]) -> None:
    """The second lane; what its tests say is shown in one piece once they are over."""
    check(report)
    if brokered := marked("redis", ON_BOTH_BROKERS):
        # The cache is emptied between tests, and must not take the broker's messages with it: database 1.
        redis_url = common["TEST_REDIS_URL"]
        brokers = {"REDIS_URL": redis_url, "BROKER_URL": redis_url.removesuffix("0") + "1"}
        lines: list[str] = []
        arguments = [*brokered, "-m", "not browser and not postgres"]
        pytest(report, "Redis", arguments, common | brokers, show=lines.append)
        say("".join(lines))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--soak", action="store_true")
    options = parser.parse_args()
    report = Report()
    try:
        if options.check:
            check(report)
        elif options.fast:
            slow = "not browser and not postgres and not redis and not slow"
            pytest(report, "fast", [*SPREAD, "-m", slow], {})
        else:
            everything(report, soak=options.soak)
    except servers.Missing as error:
        say(str(error))
        return 1
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
