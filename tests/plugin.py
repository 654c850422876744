"""What the tests add to pytest: which of them run on PostgreSQL too, an order drawn by chance, and where the time went.

`--spent` counts seconds per folder of setup, call and teardown. With `-n` the workers send their reports to the process that prints, so
the figures are those of all workers together.
"""

import gc
import random
from collections import defaultdict
from typing import Any

import pytest

ON_BOTH = {"rooms", "jobs", "api", "migrations"}  # the folders whose tests are about what a database does
SLOWEST = 20
PHASES = ("setup", "call", "teardown")
SWEPT_AT = (50_000, 20, 50)  # new objects before garbage is looked for


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("marketplace")
    group.addoption("--spent", action="store_true", help="print where the time went: per folder, and the slowest tests")
    group.addoption("--screens", action="store_true", help="keep a picture of every page of a journey in test-results/screens/")
    group.addoption("--shuffle", type=int, metavar="SEED", help="run the tests in an order that this number draws")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()
    if config.getoption("--spent") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Durations())


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What the journeys cost the people in them, where their pictures are kept."""
    if config.getoption("--screens"):
        for report in terminalreporter.getreports(""):
            for name, value in report.user_properties:
                if name == "journey" and report.when == "teardown":
                    terminalreporter.write_line(value)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of these folders run on PostgreSQL too. Slow ones come first, so that no worker waits for one at the end.

    `--shuffle` draws the same order in every worker.
    """
    for item in items:
        if item.path.parent.name in ON_BOTH:
            item.add_marker("postgresql")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if (seed := config.getoption("--shuffle")) is not None:
        random.Random(seed).shuffle(items)


def pytest_collection_finish() -> None:
    """What has been collected stays until the end, so nobody looks for garbage in it: a sixth less work for every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SWEPT_AT)
    gc.enable()


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
        for folder, phases in sorted(self.folders.items(), key=lambda entry: -sum(entry[1].values())):
            count = sum(test.startswith(f"{folder}/") for test in self.tests)
            setup, call, teardown = (phases[phase] for phase in PHASES)
            write(f"{folder:<20}{count:>7}{setup:>9.1f}{call:>9.1f}{teardown:>10.1f}{sum(phases.values()) / total:>8.0%}")
        write("")
        for test, seconds in sorted(self.tests.items(), key=lambda entry: -entry[1])[:SLOWEST]:
            write(f"{seconds:8.1f}  {test}")
