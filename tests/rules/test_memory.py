"""What pictures cost in memory: little for the process that serves pages, and one at a time on the machine."""

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from config import PROJECT
from marketplace.kernel import apart
from marketplace.kernel.errors import Invalid, Unavailable
from marketplace.kernel.images import develop

pytestmark = pytest.mark.slow

WORKER_MB_MAX = 400
WORKER = """
import re, sys, threading
import wsgi
from marketplace.kernel.images import develop
upload = open(sys.argv[1], "rb").read()
made = []
threads = [threading.Thread(target=lambda: made.append(develop(upload).width_px)) for _ in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert made == [1600] * 3, made
status = open("/proc/self/status").read()  # its own peak; what getrusage tells begins with its parent's
print(int(re.search(r"VmHWM:\\s+([0-9]+) kB", status).group(1)) // 1024)
"""


def encoded(side: int, kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (side, side), (200, 30, 30, 128)).save(out, kind)
    return out.getvalue()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of one process")
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_wide_transparent_pictures_at_once_leave_a_worker_small(kind: str, tmp_path: Path) -> None:
    """Six of 7 050 pixels took one worker to 1.2 GB, and it kept most of that; three of 5 000 at once would pass the limit as well."""
    file = tmp_path / "wide"
    file.write_bytes(encoded(5000, kind))
    environment = os.environ | {"APP_ENV": "test", "INSTANCE_PATH": str(tmp_path), "PYTHONPATH": str(PROJECT), "DATABASE_URL": ""}
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, str(file)], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert worker.returncode == 0, worker.stderr[-2000:]
    assert int(worker.stdout.split()[-1]) <= WORKER_MB_MAX


def test_one_wide_picture_at_a_time_on_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(apart, "lock_file", lambda: tmp_path / "lane")
    monkeypatch.setattr(apart, "WAIT_S", 0.2)
    upload, made = encoded(2100, "PNG"), []
    with apart.lane(), pytest.raises(Unavailable):
        develop(upload)
    monkeypatch.setattr(apart, "WAIT_S", 60)
    with apart.lane():
        waits = threading.Thread(target=lambda: made.append(develop(upload)))
        waits.start()
        waits.join(0.5)
        assert waits.is_alive()
    waits.join(60)
    assert [photo.width_px for photo in made] == [1600]
    assert [variant.name for variant in made[0].variants] == ["webp-1600", "webp-960", "webp-480", "jpeg-1200"]


def test_a_wide_picture_that_is_damaged_is_refused_as_any_other() -> None:
    with pytest.raises(Invalid, match=r"beschadigd|damaged"):
        develop(encoded(2100, "PNG")[:-400])
