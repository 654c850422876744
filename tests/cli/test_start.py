"""The first command on a bare machine: the environment is made once, again when the lock changes, and by one process at a time."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from config import PROJECT
from marketplace import __main__ as launcher

pytestmark = pytest.mark.slow

COMMAND = 'import os, sys\nprint("command", *sys.argv[1:], "in", os.getcwd(), "by", sys.prefix)\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is only the two commands, with empty locks and a command line that says what it got."""
    for name, text in {
        "requirements.txt": "",
        "tests/requirements.txt": "",
        "marketplace/__init__.py": "",
        "marketplace/cli/__init__.py": "",
        "marketplace/cli/command.py": COMMAND,
        "marketplace/cli/serve.py": COMMAND.replace("command", "serve"),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(PROJECT / "marketplace" / "__main__.py", tmp_path / "marketplace" / "__main__.py")
    return tmp_path


def start(project: Path, *arguments: str, code: str | None = None) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    how = ["-c", code] if code else ["-m", "marketplace"]
    return subprocess.Popen(
        [sys.executable, *how, *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_first_starts_at_once_make_one_environment_and_the_next_start_uses_it(project: Path) -> None:
    answers = [process.communicate(timeout=120) for process in [start(project, "db", "upgrade"), start(project, "--port", "0")]]
    errors = "".join(err for _out, err in answers)
    assert [out.split(" in ")[0] for out, _err in answers] == ["command db upgrade", "serve --port 0"], errors
    assert errors.count("Making the environment") == 1
    assert str(project / ".venv") in answers[0][0]
    assert start(project, "check").communicate(timeout=60)[1] == ""

    (project / "requirements.txt").write_text("# another lock\n", encoding="utf-8")
    errors = start(project, "check").communicate(timeout=60)[1]
    assert "Installing requirements.txt" in errors
    assert "Making the environment" not in errors


def test_a_python_without_venv_is_told_what_to_install(project: Path) -> None:
    hidden = "import sys, runpy; sys.modules['ensurepip'] = sys.modules['pip'] = None; sys.argv[0] = 'marketplace'"
    process = start(project, "check", code=f"{hidden}; runpy.run_module('marketplace', run_name='__main__')")
    _out, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.count("\n") == 1
    assert "apt install python3-venv" in errors


def test_a_python_that_is_too_old_is_told_so_in_one_line(project: Path) -> None:
    old = "import sys, runpy; sys.version_info = (3, 9, 2); sys.argv[0] = 'marketplace'; runpy.run_module('marketplace', run_name='__main__')"
    process = start(project, "check", code=old)
    assert "Python 3.11 or newer is needed" in process.communicate(timeout=60)[1]
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "distribution", "is_taken"),
    [
        ("'--enable-shared'", 'exec {python} "$@"', True),
        ("'--enable-shared' '--enable-optimizations'", 'exec {python} "$@"', False),
        ("'--enable-shared'", "exit 1", False),  # older than this one, or without venv
    ],
    ids=["compiled at home", "compiled with a profile", "of no use"],
)
def test_a_python_without_optimisation_gives_way_to_the_distributions(
    arguments: str, distribution: str, is_taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = "/opt/home/bin/python3"
    stands_in = tmp_path / "python3"
    stands_in.write_text(f"#!/bin/sh\n{distribution.format(python=sys.executable)}\n", encoding="utf-8")
    stands_in.chmod(0o755)
    monkeypatch.setattr(sys, "_base_executable", base, raising=False)
    monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": arguments}.get)
    monkeypatch.setattr(launcher, "DISTRIBUTION", str(stands_in))
    assert launcher.choose_python() == (str(stands_in) if is_taken else base)
