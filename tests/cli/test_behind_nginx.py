"""The production set-up: gunicorn with three workers behind nginx, with the configuration of docs/nginx.conf.

Without nginx it is left out; where `CI` is set that is a failure.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from config import PROJECT, Config
from marketplace.kernel.db import Database
from tests.databases import SECRET
from tests.factories import make_actor, make_draft, make_token, seed_taxonomy

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
TIMES = 20
CLIENTS = 8
WANTING = "nginx is not installed: apt-get install nginx-light"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None and not os.environ.get("CI"), reason=WANTING)]


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def proxy_file(folder: Path, *, listens: int, port: int) -> Path:
    """The example with our ports and without a certificate; nothing else is changed."""
    text = (PROJECT / "docs/nginx.conf").read_text()
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{listens};").replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    text = re.sub(r" *ssl_certificate.*\n", "", text).replace("server_name materialenbank.example;", "server_name 127.0.0.1;")
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{name}_temp_path {folder}/{name};" for name in names)
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; user root; events {{}} http {{ access_log off; {paths}\n{text}}}"
    )
    return file


@pytest.fixture
def site(config: Config, database: Database, tmp_path: Path) -> Iterator[str]:
    """The address of nginx, once the bank answers behind it."""
    assert NGINX is not None, WANTING
    listens, port = free_port(), free_port()
    environment = os.environ | {
        "APP_ENV": "production", "SECRET_KEY": SECRET, "DATABASE_URL": config.database_url, "INSTANCE_PATH": str(config.instance_path),
        "BASE_URL": "https://127.0.0.1", "TRUSTED_HOSTS": "127.0.0.1", "PROXY_HOPS": "1", "SMTP_HOST": "127.0.0.1", "PYTHONPATH": str(PROJECT),
    }  # fmt: skip
    serving = [
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--workers",
        "3",
        "--threads",
        "8",
        "--no-control-socket",
    ]
    bank = subprocess.Popen([sys.executable, "-m", "gunicorn", "wsgi:app", *serving], cwd=PROJECT, env=environment)
    proxy = subprocess.Popen([NGINX, "-c", str(proxy_file(tmp_path, listens=listens, port=port)), "-p", str(tmp_path)])
    address, until = f"http://127.0.0.1:{listens}", time.monotonic() + 180
    try:
        while status_of(f"{address}/healthz") != 200:
            assert time.monotonic() < until, (tmp_path / "error.log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        for process in (proxy, bank):
            process.terminate()
            process.wait(90)


def status_of(url: str, body: bytes | None = None, **headers: str) -> int:
    request = urllib.request.Request(url, data=body, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.read()
        return error.code
    except (urllib.error.URLError, TimeoutError):
        return 0


def picture_form(size: int) -> tuple[bytes, str]:
    head = b'--edge\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return head + bytes(size) + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


def test_every_refused_body_gets_its_own_answer_behind_nginx(site: str, database: Database) -> None:
    """The server closed while the body still came, and of twenty such answers up to nine arrived as 502."""
    with database.transaction() as session:
        seed_taxonomy(session)
        owner = make_actor(session, "hengelo")
        listing_id = make_draft(session, owner).id
        own = f"Bearer {make_token(session, owner, name='own')}"
        other = f"Bearer {make_token(session, make_actor(session, 'borne'), name='other')}"
    photos = f"{site}/api/v1/listings/{listing_id}/photos"
    large, kind = picture_form(25_000_000)
    taken, _kind = picture_form(15_000_000)
    long = json.dumps({"title": "x" * 2_000_000}).encode()
    asks = {
        "a body of 2 MB": (f"{site}/api/v1/listings", long, {"Authorization": own, "Content_Type": "application/json"}),
        "a photo of 25 MB": (photos, large, {"Authorization": own, "Content_Type": kind}),
        "the photo of another's lot": (photos, taken, {"Authorization": other, "Content_Type": kind}),
        "a form without a session": (f"{site}/aanbod/nieuw/alles", taken, {"Content_Type": kind}),
    }
    with ThreadPoolExecutor(CLIENTS) as clients:  # of each kind twenty, all kinds at the same time
        turns = [
            (what, clients.submit(status_of, url, body, **headers))
            for _ in range(TIMES)
            for what, (url, body, headers) in asks.items()
        ]
        answers = {what: [sent.result() for kind, sent in turns if kind == what] for what in asks}
    assert answers == {
        "a body of 2 MB": [413] * TIMES,
        "a photo of 25 MB": [413] * TIMES,
        "the photo of another's lot": [404] * TIMES,
        "a form without a session": [401] * TIMES,
    }
