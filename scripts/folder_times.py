"""A pytest plugin: how long each folder of tests took, beside its budget. Loaded by scripts/test.py."""

from __future__ import annotations

from collections import defaultdict

import pytest

# Seconds of test time (two workers share them), so that a folder that grows slow is seen before the whole does.
BUDGETS = {
    "accounts": 15,
    "api": 150,
    "architecture": 15,
    "catalog": 20,
    "credits": 150,
    "faults": 120,
    "gallery": 100,
    "images": 60,
    "jobs": 120,
    "journeys": 300,
    "look": 40,
    "prompts": 10,
    "providers": 120,
    "run": 120,
    "web": 60,
    "worker": 60,
}
DEFAULT_BUDGET = 20


class FolderTimes:
    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.tests: defaultdict[str, int] = defaultdict(int)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if isinstance(report, pytest.SubtestReport):
            return  # its time is part of its test's
        parts = report.nodeid.split("::")[0].split("/")
        folder = parts[1] if len(parts) > 2 else "."
        self.seconds[folder] += report.duration
        self.tests[folder] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("time by folder")
        for folder, seconds in sorted(self.seconds.items()):
            budget = BUDGETS.get(folder, DEFAULT_BUDGET)
            mark = "  OVER ITS BUDGET" if seconds > budget else ""
            terminalreporter.write_line(
                f"{folder:14} {self.tests[folder]:5} tests {seconds:7.1f} s of {budget:4} s{mark}"
            )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(FolderTimes(), "folder-times")
