"""The media store by its address, and its form in an S3 bucket, for several machines.

The bucket offers the same as `kernel/files.py`.
"""

import io
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import ObjectStore, S3Store

from marketplace.kernel.clock import now
from marketplace.kernel.files import (
    GRACE,
    NAME,
    Media,
    MediaStore,
    checked_name,
    digest_name,
    not_there,
    unavailable_when_failing,
)


def media_store(address: str | Path) -> Media:
    """Open a store by its address.

    A folder, `file:///srv/media`, or `s3://bucket/prefix` (keys, region and endpoint from AWS_* variables).
    """
    parts = urlsplit(str(address))
    if parts.scheme == "s3":
        # only then: the library starts threads of its own

        return BucketStore.at(str(address))
    return MediaStore(Path(unquote(parts.path)) if parts.scheme == "file" else Path(address))


class BucketStore:
    """An S3 bucket, or another store that obstore supports. The media type is stored in the database, not here."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    @classmethod
    def at(cls, url: str) -> "BucketStore":
        """`s3://bucket/prefix`; keys, region and endpoint come from the AWS_* variables. Gives up after 3 s to connect, 10 s in all."""
        return cls(
            S3Store.from_url(
                url,
                client_options={"connect_timeout": timedelta(seconds=3), "timeout": timedelta(seconds=10)},
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
            )
        )

    def put(self, content: bytes, suffix: str) -> str:
        name = digest_name(content, suffix)
        with _bucket_failures():
            self.store.put(name, content)
        return name

    def open(self, name: str) -> BinaryIO:
        with _bucket_failures():
            try:
                return io.BytesIO(self.store.get(checked_name(name)).bytes().to_bytes())
            except FileNotFoundError as error:
                raise not_there() from error

    def delete(self, name: str) -> None:
        with _bucket_failures():
            try:
                self.store.delete(checked_name(name))
            except FileNotFoundError:
                return

    def names(self) -> Iterator[str]:
        yield from (name for name, _stored_at in self._listed())

    def sweep(self, in_use: Container[str], grace: timedelta = GRACE) -> list[str]:
        before = now() - grace
        orphans = [name for name, stored_at in self._listed() if stored_at < before and name not in in_use]
        for name in orphans:
            self.delete(name)
        return orphans

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        with _bucket_failures():
            for batch in self.store.list():
                yield from ((meta["path"], meta["last_modified"]) for meta in batch if NAME.fullmatch(meta["path"]))


@contextmanager
def _bucket_failures() -> Iterator[None]:
    with unavailable_when_failing():
        try:
            yield
        except BaseError as error:
            raise OSError(str(error)) from error
