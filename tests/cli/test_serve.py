"""The embedded server as a process: side by side on one folder, and in one sentence where it cannot start."""

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import PROJECT, Config

pytestmark = pytest.mark.slow

READY_S = 60


@pytest.fixture
def folder(tmp_path: Path, config: Config) -> Path:
    """A new instance folder, with only the styles and letters that were built before."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "static").symlink_to((config.instance_path / "static").resolve())
    return tmp_path / "new"


def command(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "APP_ENV": "development", "DATABASE_URL": ""} | settings
    return subprocess.Popen(
        [sys.executable, "-m", "marketplace.cli.serve", *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    process = command(*arguments, **settings)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=READY_S)


def address(process: subprocess.Popen[str]) -> str:
    """Reads what the server prints up to its address."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if match := re.search(r"http://\S+", line):
            return match[0]
    raise AssertionError("it stopped:\n" + "".join(lines))


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def body(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def test_two_servers_that_start_at_once_on_one_new_folder_work_side_by_side(folder: Path) -> None:
    settings = {"INSTANCE_PATH": str(folder)}
    with running("--port", "0", "--no-demo", **settings) as first, running("--port", "0", "--no-demo", **settings) as second:
        addresses = [address(first), address(second)]
        assert addresses[0] != addresses[1]
        assert [status(f"{where}/healthz") for where in addresses] == [200, 200]
        assert f"Sitemap: {addresses[1]}/sitemap.xml" in body(f"{addresses[1]}/robots.txt")


def test_the_console_says_where_jobs_run_and_where_mail_lands(folder: Path) -> None:
    with running("--port", "0", "--no-demo", INSTANCE_PATH=str(folder)) as process:
        where = address(process)
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(3)]
        assert "workerSilentSince" not in body(f"{where}/readyz")
    assert lines == [
        "The jobs of the timetable run in this process, every minute.",
        f"There is no mail server (SMTP_HOST is empty): mail lands as .eml files in {folder / 'mail'}.",
        "Stop with Ctrl-C.",
    ]


def test_a_port_in_use_is_told_in_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = command("--port", str(port), INSTANCE_PATH=str(folder))
        output, _nothing = process.communicate(timeout=READY_S)
    assert process.returncode == 1
    assert (
        output
        == f"Port {port} is in use on 127.0.0.1. Choose another one, for example: python3 -m marketplace --port {port + 1}\n"
    )


def test_production_does_not_start_with_what_is_unsafe(folder: Path) -> None:
    process = command("--port", "0", INSTANCE_PATH=str(folder), APP_ENV="production", SECRET_KEY="")
    output, _nothing = process.communicate(timeout=READY_S)
    assert process.returncode == 1
    assert output.startswith("SECRET_KEY must be set in production")
    assert output.count("\n") == 1
