"""Where the time of a run of the tests went: seconds per folder of setup, call and teardown, and the slowest tests.

With `-n` the workers send their reports to the process that prints, so the figures are those of all workers together.
"""

from collections import defaultdict
from typing import Any

import pytest

SLOWEST = 20
PHASES = ("setup", "call", "teardown")


class Durations:
    """The plugin behind `--spent`."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(PHASES, 0.0))
        self.tests: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of one test has ended."""
        folder = report.nodeid.split("::")[0].rpartition("/")[0]
        self.folders[folder][report.when or ""] += report.duration
        self.tests[report.nodeid] += report.duration

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The table, dearest folder first, and the slowest tests."""
        write = terminalreporter.write_line
        total = sum(self.tests.values())
        terminalreporter.section(f"where {total:.0f} seconds of the workers went")
        write(f"{'folder':<20}{'tests':>7}{'setup':>9}{'call':>9}{'teardown':>10}{'share':>8}")
        for folder, phases in sorted(self.folders.items(), key=lambda one: -sum(one[1].values())):
            count = sum(test.startswith(f"{folder}/") for test in self.tests)
            setup, call, teardown = (phases[phase] for phase in PHASES)
            write(f"{folder:<20}{count:>7}{setup:>9.1f}{call:>9.1f}{teardown:>10.1f}{sum(phases.values()) / total:>8.0%}")
        write("")
        for test, seconds in sorted(self.tests.items(), key=lambda one: -one[1])[:SLOWEST]:
            write(f"{seconds:8.1f}  {test}")
