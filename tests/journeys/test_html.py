"""Every page is HTML as its standard wants it: the Nu checker finds nothing on any page, nor on a form that was refused.

The checker is the one of validator.w3.org, from the npm registry, and runs on Java. One thing is ours: a table says its roles, because
a style sheet that makes rows into blocks takes them from screen readers. So those roles are left out before it looks.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients import node
from tests.journeys.walk import VISITORS, Walks
from tests.visitors import send

TABLE_ROLES = re.compile(r' role="(?:table|rowgroup|row|cell|columnheader|rowheader)"')
REFUSED = {
    "anonymous": ("/inloggen", "/meedoen"),
    "project-leader": ("/aanbod/nieuw/alles", "/gezocht/nieuw", "/account/wachtwoord"),
}
JAR = node.PACKAGES / "vnu-jar" / "build" / "dist" / "vnu.jar"
JAVA = ("-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
PATIENCE_S = 240


def check(folder: Path) -> set[str]:
    """What the checker says of the files in a folder: what is wrong, and the first file where it is."""
    java = shutil.which("java")
    if java is None:
        sentence = "The Nu checker needs Java (Debian: default-jre-headless)."
        pytest.fail(sentence) if os.environ.get("CI") else pytest.skip(sentence)
    node.install()
    command = [java, *JAVA, "-jar", JAR, "--format", "json", "--exit-zero-always", folder]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    files: dict[str, str] = {}
    for message in json.loads(done.stderr)["messages"]:
        files.setdefault(f"{message['message']} {message.get('extract', '').strip()}", Path(message["url"]).name)
    return {f"{file}: {sentence}" for sentence, file in files.items()}


@pytest.mark.slow
def test_every_page_is_html_as_the_standard_wants_it(walks: Walks, tmp_path: Path) -> None:
    pages: dict[str, str] = {}
    for bank, visitors in (("full", list(VISITORS)), ("bare", ["anonymous", "project-leader"])):
        for visitor in visitors:
            for number, page in enumerate(walks.of(bank, visitor)):
                pages[f"{bank}-{visitor}-{number}-{page.endpoint}"] = page.html
    for visitor, paths in REFUSED.items():
        client = walks.sites["full"].client(VISITORS[visitor])
        for path in paths:
            refused = send(client, path)
            assert refused.status_code == 422
            pages[f"refused-{visitor}-{path.strip('/').replace('/', '-')}"] = refused.text
    for name, html in pages.items():
        (tmp_path / f"{name}.html").write_text(TABLE_ROLES.sub("", html))
    assert check(tmp_path) == set()


@pytest.mark.slow
def test_the_checker_looks(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text(
        '<!doctype html><html lang="nl"><title>Fout</title><details><template></template><summary>Meer</summary></details>'
    )
    assert any("summary" in fault for fault in check(tmp_path))
