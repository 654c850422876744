"""A database that commit c986f87 made, on both databases; `files/README.md` says how."""

import lzma
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.databases import Template

FILES = Path(__file__).parent / "files"


@pytest.fixture
def old_url(template: Template, tmp_path: Path) -> str:
    """The URL of a database with the schema and the rows of c986f87."""
    if not template.server:
        file = tmp_path / "old.sqlite3"
        file.write_bytes(lzma.decompress((FILES / "c986f87.sqlite3.xz").read_bytes()))
        return f"sqlite:///{file}"
    url = template.fresh()
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute(lzma.decompress((FILES / "c986f87.sql.xz").read_bytes()))
    return url
