"""Archives: folders of files that are whole or not there. Encrypted where a key is given.

A folder of archives holds one folder for each, named after its moment (`2027-11-28T00-15-30Z`). An archive is written under a name
that begins with a dot. Its manifest is written last, and only then does the folder get its name: what was cut short is never taken
for whole. The manifest names every file with its size and its SHA-256, and ends with a seal over all of that: a hash that tells
damage, or with a key a code that nobody without the key can make. Encryption is libsodium's `secretstream`: pieces that cannot be
changed, swapped, left out or cut off without being noticed; each is bound to its archive and its name.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Invalid, Missing
from marketplace.kernel.language import _

FORMAT = 1
MANIFEST = "manifest.json"
MOMENT = "%Y-%m-%dT%H-%M-%SZ"
FOLDER = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ")
UNFINISHED = ".unfinished"
NAME = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+)?(?:\.[a-z0-9]+)?")  # a file of an archive: nothing that walks out of it
PIECE_BYTES = 1 << 16
KEY_BYTES: int = sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES
HEADER_BYTES: int = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
MORE_BYTES: int = sodium.crypto_secretstream_xchacha20poly1305_ABYTES  # what encryption adds to a piece
LAST: int = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
NOT_LAST: int = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE


def read_key(path: Path) -> bytes:
    """Read a key file: 64 hexadecimal characters, which are 32 bytes drawn by chance."""
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Invalid(
            _(
                "%(file)s is not a key file, which holds 64 hexadecimal characters. Make one with: %(command)s",
                file=str(path),
                command='python3 -c "import secrets; print(secrets.token_hex(32))"',
            )
        )
    return key


class Writer:
    """An archive that is being written. `finish` makes it whole."""

    def __init__(self, path: Path, made_at: datetime, key: bytes | None) -> None:
        self.path, self.made_at, self.key = path, made_at, key
        self.id = secrets.token_hex(16)
        self.files: dict[str, dict[str, Any]] = {}
        path.mkdir(mode=0o700)

    def write(self, name: str, content: Iterable[bytes]) -> None:
        """Write one file, piece by piece, and note its size and its hash."""
        path, digest, size = self.path / checked_name(name), hashlib.sha256(), 0
        path.parent.mkdir(mode=0o700, exist_ok=True)
        pieces = _pieces(content)
        with _create(path) as file:
            for block in (
                _encrypted(pieces, self.key, _context(self.id, name)) if self.key else (piece for piece, _last in pieces)
            ):
                digest.update(block)
                size += file.write(block)
            file.flush()
            os.fsync(file.fileno())
        self.files[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def drop(self, name: str) -> None:
        """Take a file out again."""
        (self.path / name).unlink()
        del self.files[name]

    def finish(self, facts: dict[str, Any]) -> Path:
        """Write the manifest, and give the archive its name."""
        manifest = {
            "format": FORMAT,
            "id": self.id,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "key": _fingerprint(self.key),
            **facts,
            "files": self.files,
        }
        manifest["seal"] = _seal(manifest, self.key)
        with _create(self.path / MANIFEST) as file:
            file.write(json.dumps(manifest, indent=1, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        for folder in {self.path, *(path.parent for path in map(self.path.joinpath, self.files))}:
            _settle_folder(folder)
        whole = self.path.with_name(f"{self.made_at.astimezone(UTC):{MOMENT}}")
        self.path.rename(whole)
        _settle_folder(whole.parent)
        return whole


class Archive:
    """An archive that is there, with a manifest that its seal vouches for."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        self.path, self.key = path, key
        self.manifest = self._read_manifest()

    def _read_manifest(self) -> dict[str, Any]:
        try:
            manifest = json.loads((self.path / MANIFEST).read_bytes())
            seal, key, format_ = manifest.pop("seal"), manifest["key"], manifest["format"]
            files, _made_at, _id = dict(manifest["files"]), datetime.fromisoformat(manifest["made_at"]), str(manifest["id"])
        except FileNotFoundError:
            raise Missing(_("There is no backup in %(folder)s.", folder=str(self.path))) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise damaged(MANIFEST) from None
        if format_ != FORMAT:
            raise Conflict(_("This backup was made by a newer version of the program. Install that version first."))
        if key is None and self.key is not None:
            raise Conflict(_("This backup is not encrypted. Leave the key file out, if you expected that."))
        if key is not None and self.key is None:
            raise Conflict(_("This backup is encrypted. Name its key file with --key-file."))
        if key != _fingerprint(self.key):
            raise Conflict(_("This is not the key file that the backup was made with."))
        if not hmac.compare_digest(str(seal), _seal(manifest, self.key)) or not all(map(NAME.fullmatch, files)):
            raise damaged(MANIFEST)
        return dict(manifest)

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.manifest["made_at"])

    @property
    def age(self) -> timedelta:
        return clock.now() - self.made_at

    @property
    def names(self) -> list[str]:
        """The names of its files."""
        return list(self.manifest["files"])

    def verify(self) -> None:
        """Read every file; refuse the first whose bytes are not those that were written."""
        for name, expected in self.manifest["files"].items():
            digest, size = hashlib.sha256(), 0
            for block in self._blocks(name, PIECE_BYTES):
                digest.update(block)
                size += len(block)
            if {"bytes": size, "sha256": digest.hexdigest()} != expected:
                raise damaged(name)

    def read(self, name: str) -> Iterator[bytes]:
        """Read one file as it was before it was encrypted, piece by piece."""
        if self.key is None:
            yield from self._blocks(name, PIECE_BYTES)
            return
        blocks = self._blocks(name, PIECE_BYTES + MORE_BYTES, first=HEADER_BYTES)
        context, tag = _context(self.manifest["id"], name), NOT_LAST
        try:
            state = sodium.crypto_secretstream_xchacha20poly1305_state()
            sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, next(blocks, b""), self.key)
            for block in blocks:
                if tag == LAST:
                    raise damaged(name)
                piece, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, block, context)
                yield piece
        except (CryptoError, ValueError):
            raise damaged(name) from None
        if tag != LAST:
            raise damaged(name)

    def _blocks(self, name: str, size: int, first: int = 0) -> Iterator[bytes]:
        try:
            with (self.path / checked_name(name)).open("rb") as file:
                if first:
                    yield file.read(first)
                while block := file.read(size):
                    yield block
        except FileNotFoundError:
            raise damaged(name) from None


@contextmanager
def writing(folder: Path, key: bytes | None) -> Iterator[Writer]:
    """Begin an archive in this folder. One that is not finished at the end of the block is removed.

    The caller sees to it that nobody else writes there: what an earlier process left unfinished is removed too.
    """
    for left in folder.glob(f".*{UNFINISHED}"):
        shutil.rmtree(left)
    made_at = clock.now().replace(microsecond=0)
    name = f"{made_at:{MOMENT}}"
    if (folder / name).exists():
        raise Conflict(_("There is a backup of this very second already. Try again."))
    path = folder / f".{name}{UNFINISHED}"
    try:
        yield Writer(path, made_at, key)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def list_archives(folder: Path) -> list[Path]:
    """The whole archives of a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}") if FOLDER.fullmatch(path.parent.name))


def find_archive(folder: Path) -> Path:
    """The archive that this folder is, or the newest one in it."""
    return folder if (folder / MANIFEST).exists() else ([folder, *list_archives(folder)])[-1]


def keep_newest(folder: Path, count: int) -> list[str]:
    """Remove all but the newest archives of a folder; the names of those that went."""
    dropped = list_archives(folder)[:-count]
    for path in dropped:
        shutil.rmtree(path.rename(path.with_name(f".{path.name}{UNFINISHED}")))
    return [path.name for path in dropped]


def checked_name(name: str) -> str:
    """The name, if a file of an archive can have it."""
    if not NAME.fullmatch(name):
        raise damaged(name)
    return name


def damaged(name: str) -> Conflict:
    """Refuse a file that is not as it was written."""
    return Conflict(
        _("%(file)s of this backup is missing or damaged: it is not what was written. Take another backup.", file=name)
    )


def _create(path: Path) -> Any:
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _settle_folder(folder: Path) -> None:
    """See to it that the names in a folder outlive a power cut."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _pieces(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of one size, each with whether it is the last. There always is one."""
    buffer = bytearray()
    for block in content:
        buffer += block
        while len(buffer) > PIECE_BYTES:
            yield bytes(buffer[:PIECE_BYTES]), False
            del buffer[:PIECE_BYTES]
    yield bytes(buffer), True


def _encrypted(pieces: Iterable[tuple[bytes, bool]], key: bytes, context: bytes) -> Iterator[bytes]:
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    yield sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    for piece, is_last in pieces:
        yield sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, context, LAST if is_last else NOT_LAST)


def _context(archive_id: str, name: str) -> bytes:
    return f"{archive_id}/{name}".encode()


def _fingerprint(key: bytes | None) -> str | None:
    """A few characters that tell one key from another, and nothing of the key."""
    return hashlib.blake2b(b"", key=key, digest_size=8, person=b"which key").hexdigest() if key else None


def _seal(manifest: dict[str, Any], key: bytes | None) -> str:
    body = json.dumps(manifest, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.blake2b(body, key=key or b"", digest_size=32, person=b"manifest").hexdigest()
