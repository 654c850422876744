"""The two commands: `python3 -m marketplace` serves, `... test` checks.

Anything else goes to Flask's command line.

Standard library only: this file makes the environment `.venv` beside the package from the hashed locks, and hands over. A lock is
installed again only when its text or the Python underneath has changed; two starts at once wait for each other. An environment that
stands there keeps its Python; `choose_python` says of which a new one is made.
"""

from __future__ import annotations  # so that an older Python gets as far as the sentence about its age

import hashlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
OLDEST = (3, 11)
DISTRIBUTION = "/usr/bin/python3"
RUN, TEST = PROJECT / "requirements.txt", PROJECT / "tests" / "requirements.txt"


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]} ({sys.executable}).")
    command, *rest = sys.argv[1:] or ["serve"]
    if command.startswith("-"):
        command, rest = "serve", sys.argv[1:]
    locks = [RUN, TEST] if command in {"test", "bench"} else [RUN]
    if not all(is_installed(lock) for lock in locks):
        with one_at_a_time():
            for lock in locks:
                if not is_installed(lock):
                    install(lock)
    modules = {"serve": "marketplace.cli.serve", "test": "marketplace.cli.quality"}
    if command in modules:
        hand_over([str(PYTHON), "-m", modules[command], *rest])
    hand_over([str(PYTHON), "-m", "marketplace.cli.command", command, *rest])


def stamp(lock: Path) -> Path:
    return VENV / f"installed-{'run' if lock == RUN else 'test'}"


def fingerprint(lock: Path) -> str:
    """Fingerprint the lock's text and the interpreter of the environment.

    The interpreter is the one that the environment's python resolves to.
    """
    return hashlib.sha256(lock.read_bytes()).hexdigest() + " " + os.path.realpath(PYTHON)


def is_installed(lock: Path) -> bool:
    return PYTHON.exists() and stamp(lock).exists() and stamp(lock).read_text(encoding="utf-8") == fingerprint(lock)


def install(lock: Path) -> None:
    """Install one lock. The environment is made anew when its Python is missing or another, or when there is no pip for it."""
    is_another = stamp(RUN).exists() and stamp(RUN).read_text(encoding="utf-8").split()[-1] != os.path.realpath(PYTHON)
    if not PYTHON.exists() or is_another or not (has_pip() or any(PYTHON.parent.glob("pip*"))):
        make_environment()
    print(f"Installing {lock.relative_to(PROJECT)} into .venv (once, and again when it changes) ...", file=sys.stderr, flush=True)
    quietly = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
    ]  # what is imported compiles itself, which is a part of it
    if subprocess.call([*pip(), "install", *quietly, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]):
        sys.exit(f"Installing {lock.relative_to(PROJECT)} failed: pip's own message stands above. Run the same command again.")
    stamp(lock).write_text(fingerprint(lock), encoding="utf-8")


def has_pip() -> bool:
    """Whether this Python has a pip. It then serves the environment, which needs none of its own."""
    return importlib.util.find_spec("pip") is not None


def pip() -> list[str]:
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)] if has_pip() else [str(PYTHON), "-m", "pip"]


def make_environment() -> None:
    if importlib.util.find_spec("venv") is None or not (has_pip() or importlib.util.find_spec("ensurepip")):
        sys.exit("Python's venv is missing. On Debian and Ubuntu: apt install python3-venv. Then run the same command again.")
    python = choose_python()
    print(f"Making the environment .venv with {python} ...", file=sys.stderr, flush=True)
    without = ["--without-pip"] if has_pip() else []
    if subprocess.call([python, "-m", "venv", "--clear", *without, str(VENV)], stdout=sys.stderr):
        sys.exit(
            f"The environment could not be made in {VENV}: Python's own message stands above."
            " On Debian and Ubuntu: apt install python3-venv."
        )


def choose_python() -> str:
    """Choose the Python of a new environment: this one, unless compiled without optimisation.

    Without it most things take a fifth to a third more time (decision 295), so the distribution's is taken then, where it is no older
    and gets on with this one's pip. Whoever wants another makes `.venv` with it first.
    """
    base: str = getattr(sys, "_base_executable", sys.executable)
    arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
    is_slow = sys.platform == "linux" and not base.startswith("/usr/bin/") and "--enable-optimizations" not in arguments
    if not is_slow or not has_pip() or not os.access(DISTRIBUTION, os.X_OK):
        return base
    questions = (
        [DISTRIBUTION, "-c", f"import sys, venv; sys.exit(sys.version_info[:2] < {tuple(sys.version_info[:2])})"],
        [sys.executable, "-m", "pip", "--python", DISTRIBUTION, "--version"],
    )
    refused = any(subprocess.run(question, capture_output=True, check=False).returncode for question in questions)
    return base if refused else DISTRIBUTION


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lets one process at a time change the environment; the others wait and find it ready."""
    try:
        file = (PROJECT / ".venv.lock").open("a")
    except OSError as error:
        sys.exit(f"The folder {PROJECT} cannot be written, and the environment .venv belongs in it: {error.strerror}.")
    with file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def hand_over(command: list[str]) -> None:
    """Becomes the given program, which finds the project whatever the current folder is."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # kept bytecode makes the second start quick
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])])
    if sys.platform == "win32":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
