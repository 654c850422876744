"""An archive is whole or not there; what was changed in it is found, and without the key nothing of it can be read or made."""

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from marketplace.kernel import clock
from marketplace.kernel.archive import MANIFEST, PIECE_BYTES, Archive, find_archive, keep_newest, list_archives, read_key, writing
from marketplace.kernel.errors import Conflict, Invalid, Missing

KEY, OTHER = bytes(range(32)), bytes(32)
NOON = datetime.fromisoformat("2027-03-01T12:00:00+00:00")
SIZES = (0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES)
BOTH = pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])


def archive(folder: Path, key: bytes | None, at: datetime = NOON, **files: bytes) -> Path:
    with clock.frozen(at), writing(folder, key) as writer:
        for name, content in files.items():
            writer.write(name, [content[:7], content[7:]])
        return writer.finish({"rows": 40})


def content(path: Path, key: bytes | None, name: str) -> bytes:
    return b"".join(Archive(path, key).read(name))


@BOTH
@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read_back(tmp_path: Path, key: bytes | None, size: int) -> None:
    bytes_ = os.urandom(size)
    path = archive(tmp_path, key, photo=bytes_)
    Archive(path, key).verify()
    assert content(path, key, "photo") == bytes_
    assert Archive(path, key).manifest["rows"] == 40


def test_an_encrypted_archive_shows_nothing_of_its_files(tmp_path: Path) -> None:
    path = archive(tmp_path, KEY, letter=b"Beste Almelo, " * 10_000)
    assert b"Almelo" not in (path / "letter").read_bytes()


@BOTH
def test_a_flipped_bit_anywhere_is_found(tmp_path: Path, key: bytes | None) -> None:
    path = archive(tmp_path, key, letter=b"Beste Almelo", photo=b"\0" * (PIECE_BYTES + 9))
    places = [(name, place) for name in ("letter", "photo", MANIFEST) for place in (0, -1, (path / name).stat().st_size // 2)]
    for name, place in places:
        good = (path / name).read_bytes()
        bad = bytearray(good)
        bad[place] ^= 1
        (path / name).write_bytes(bad)
        with pytest.raises(Conflict):
            Archive(path, key).verify()
        (path / name).write_bytes(good)
    Archive(path, key).verify()


@BOTH
def test_a_file_that_is_missing_or_cut_off_is_found(tmp_path: Path, key: bytes | None) -> None:
    path = archive(tmp_path, key, letter=b"Beste Almelo", photo=b"\0" * 9)
    (path / "letter").write_bytes((path / "letter").read_bytes()[:-1])
    with pytest.raises(Conflict, match="letter"):
        Archive(path, key).verify()
    (path / "letter").unlink()
    with pytest.raises(Conflict, match="letter"):
        Archive(path, key).verify()


@pytest.mark.parametrize("cut", [0, 24, 24 + PIECE_BYTES + 17, -1])
def test_encrypted_bytes_that_end_early_are_refused_whatever_the_hash_says(tmp_path: Path, cut: int) -> None:
    path = archive(tmp_path, KEY, photo=b"\0" * (2 * PIECE_BYTES))
    (path / "photo").write_bytes((path / "photo").read_bytes()[:cut])
    with pytest.raises(Conflict, match="photo"):
        content(path, KEY, "photo")


def test_an_encrypted_file_of_another_archive_or_name_is_refused(tmp_path: Path) -> None:
    old = archive(tmp_path, KEY, letter=b"oud", photo=b"oud")
    new = archive(tmp_path, KEY, NOON + timedelta(days=1), letter=b"new", photo=b"new")
    for stranger in (old / "letter", new / "photo"):
        (new / "letter").write_bytes(stranger.read_bytes())
        with pytest.raises(Conflict, match="letter"):
            content(new, KEY, "letter")


def test_a_manifest_that_somebody_without_the_key_has_changed_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, KEY, photo=b"x")
    plain = archive(tmp_path, None, NOON + timedelta(days=1), photo=b"x")
    manifest = json.loads((path / MANIFEST).read_text()) | {"rows": 41}
    (path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(Conflict, match=MANIFEST):
        Archive(path, KEY)
    forged = json.loads((plain / MANIFEST).read_text()) | {"key": manifest["key"]}
    (path / MANIFEST).write_text(json.dumps(forged))
    with pytest.raises(Conflict, match=MANIFEST):
        Archive(path, KEY)


def test_the_key_must_be_the_one_that_was_used(tmp_path: Path) -> None:
    sealed, plain = archive(tmp_path, KEY, photo=b"x"), archive(tmp_path, None, NOON + timedelta(days=1), photo=b"x")
    with pytest.raises(Conflict, match="niet het sleutelbestand"):
        Archive(sealed, OTHER)
    with pytest.raises(Conflict, match="--key-file"):
        Archive(sealed, None)
    with pytest.raises(Conflict, match="niet versleuteld"):
        Archive(plain, KEY)


@pytest.mark.parametrize("text", ["", "00" * 31, "00" * 33, "geheim", "é"])
def test_a_file_that_is_no_key_is_refused_with_how_to_make_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match="secrets.token_hex"):
        read_key(file)
    with pytest.raises(Invalid, match="secrets.token_hex"):
        read_key(tmp_path / "nothing")
    file.write_text(KEY.hex() + "\n")
    assert read_key(file) == KEY


def test_what_was_cut_short_is_not_an_archive_and_goes_at_the_next(tmp_path: Path) -> None:
    def power_cut() -> Iterator[bytes]:
        yield b"x" * PIECE_BYTES * 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), writing(tmp_path, None) as writer:
        writer.write("photo", power_cut())
    assert list(tmp_path.iterdir()) == []
    left = tmp_path / ".2027-02-28T12-00-00Z.unfinished"
    left.mkdir()
    (left / "photo").write_bytes(b"x")
    assert list_archives(tmp_path) == []
    with pytest.raises(Missing):
        Archive(find_archive(tmp_path), None)
    whole = archive(tmp_path, None, photo=b"y")
    assert list(tmp_path.iterdir()) == [whole]


def test_the_newest_stay_and_nothing_else_of_the_folder_is_touched(tmp_path: Path) -> None:
    days = [archive(tmp_path, None, NOON + timedelta(days=day), photo=b"x") for day in range(4)]
    (tmp_path / "2020-01-01T00-00-00Z").mkdir()  # no manifest: not one of ours
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / MANIFEST).write_text("{}")
    assert find_archive(tmp_path) == days[3]
    assert keep_newest(tmp_path, 2) == [path.name for path in days[:2]]
    assert {path.name for path in tmp_path.iterdir()} == {"notes", "2020-01-01T00-00-00Z", *(path.name for path in days[2:])}


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")
def test_only_its_owner_reads_an_archive(tmp_path: Path) -> None:
    path = archive(tmp_path, None, photo=b"x")
    assert [file.stat().st_mode & 0o077 for file in (path, path / "photo", path / MANIFEST)] == [0, 0, 0]


def test_a_name_never_walks_out_of_an_archive(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    path = archive(tmp_path, None, photo=b"x")
    for name in ("../secret", "/etc/passwd", "a/../../secret", "."):
        with pytest.raises(Conflict):
            content(path, None, name)


def test_a_second_archive_of_the_same_second_is_refused(tmp_path: Path) -> None:
    archive(tmp_path, None, photo=b"x")
    with pytest.raises(Conflict, match="seconde"):
        archive(tmp_path, None, photo=b"x")
