"""Files stored beside the database: photos and papers, named by their digest.

The same bytes always have the same name, so storing twice costs nothing and a name never changes its meaning. A store is a local
folder (`MediaStore`) or an S3 bucket (`kernel/bucket.py`); `media_store` picks by the address. A disk or bucket that does not
answer is a refusal (`Unavailable`), never a crash: it stops the photo, not the listing.
"""

import hashlib
import os
import re
import uuid
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from marketplace.kernel.clock import now
from marketplace.kernel.errors import Missing, Unavailable
from marketplace.kernel.language import _

SHIPPED = Path(__file__).resolve().parent.parent / "data"  # reference data that comes with the program
GRACE = timedelta(hours=24)
NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")


class Media(Protocol):
    """What the rest of the program knows of a store."""

    def put(self, content: bytes, suffix: str) -> str:
        """Keep these bytes and return their name: the SHA-256 in hex and the suffix (`.webp`)."""

    def open(self, name: str) -> BinaryIO:
        """Open the file of that name, for the caller to close. Refuses a name that is not there (Missing)."""

    def delete(self, name: str) -> None:
        """Remove the file; a name that is not there is fine."""

    def names(self) -> Iterator[str]:
        """Every name in the store, in no order."""

    def sweep(self, in_use: Container[str], grace: timedelta = GRACE) -> list[str]:
        """Delete what nobody uses and nobody stored within the grace period.

        Returns the names that were deleted.

        `in_use` is read from the database before the call. A file is stored before its row exists: the grace period covers that.
        """


class MediaStore:
    """A local folder, two levels deep (`3f/3f…9a.webp`). A file is there whole or not at all, also after a power cut."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def put(self, content: bytes, suffix: str) -> str:
        name = digest_name(content, suffix)
        path = self._path(name)
        with unavailable_when_failing():
            if not _touched(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_whole(path, content)
        return name

    def open(self, name: str) -> BinaryIO:
        path = self._path(name)
        with unavailable_when_failing():
            try:
                return path.open("rb")
            except FileNotFoundError as error:
                raise not_there() from error

    def delete(self, name: str) -> None:
        with unavailable_when_failing():
            self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        with unavailable_when_failing():
            yield from (path.name for path in self.root.glob("??/*") if NAME.fullmatch(path.name))

    def sweep(self, in_use: Container[str], grace: timedelta = GRACE) -> list[str]:
        before = (now() - grace).timestamp()
        with unavailable_when_failing():
            for path in self.root.glob("??/.*"):  # left behind by a process that was killed
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
            orphans = [name for name in self.names() if name not in in_use]
            return [name for name in orphans if _removed_if_old(self._path(name), before)]

    def _path(self, name: str) -> Path:
        return self.root / checked_name(name)[:2] / name


def digest_name(content: bytes, suffix: str) -> str:
    """SHA-256 in hex and the suffix."""
    return checked_name(hashlib.sha256(content).hexdigest() + suffix)


def checked_name(name: str) -> str:
    """The name, if it can be one: nothing that walks out of the store."""
    if not NAME.fullmatch(name):
        raise not_there()
    return name


def not_there() -> Missing:
    """No such file in the store."""
    return Missing(_("This file is no longer there."))


def _touched(path: Path) -> bool:
    """Whether the file is there; if so it counts as stored now. So a sweep that runs meanwhile leaves it."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _write_whole(path: Path, content: bytes) -> None:
    """Temporary file, fsync, rename, fsync of the folder."""
    temporary = path.parent / f".{uuid.uuid4().hex}"
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _removed_if_old(path: Path, before: float) -> bool:
    """Remove a file that was last stored before that moment. It is set aside first and looked at again, because it may be stored
    anew between the look and the removal."""
    aside = path.parent / f".{uuid.uuid4().hex}"
    try:
        if path.stat().st_mtime >= before:
            return False
        path.rename(aside)
    except FileNotFoundError:  # another sweep was here
        return False
    if aside.stat().st_mtime >= before:
        aside.rename(path)
        return False
    aside.unlink()
    return True


@contextmanager
def unavailable_when_failing() -> Iterator[None]:
    """A disk that is full, read-only or gone becomes one sentence."""
    try:
        yield
    except OSError as error:
        sentence = _("Files cannot be stored or read at the moment. Try again later; the rest of what you typed is kept.")
        raise Unavailable(sentence) from error
