"""The store of photos: named by what is in it, whole or not at all, and swept with care."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from marketplace.kernel import clock
from marketplace.kernel.bucket import BucketStore, media_store
from marketplace.kernel.errors import Missing, Refusal, Unavailable
from marketplace.kernel.files import Media, MediaStore

NONE = timedelta(0)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Media:
    return MediaStore(tmp_path / "media") if request.param == "folder" else BucketStore(MemoryStore())


def test_the_same_bytes_have_one_name(store: Media) -> None:
    name = store.put(b"photo", ".webp")
    assert name == hashlib.sha256(b"photo").hexdigest() + ".webp"
    assert store.put(b"photo", ".webp") == name
    assert list(store.names()) == [name]
    with store.open(name) as file:
        assert file.read() == b"photo"


def test_deleting_twice_is_fine_and_reading_after_is_missing(store: Media) -> None:
    name = store.put(b"photo", ".webp")
    store.delete(name)
    store.delete(name)
    with pytest.raises(Missing):
        store.open(name)


@pytest.mark.parametrize("name", ["", "../secret", "/etc/passwd", "a" * 64, "a" * 64 + ".webp/..", "A" * 64 + ".webp", "\0"])
def test_a_name_cannot_walk_out_of_the_store(store: Media, name: str) -> None:
    for use in (store.open, store.delete):
        with pytest.raises(Missing):
            use(name)


def test_a_sweep_takes_orphans_and_spares_what_is_used(store: Media) -> None:
    used, orphan = store.put(b"used", ".webp"), store.put(b"orphan", ".webp")
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        assert store.sweep({used}, grace=NONE) == [orphan]
    assert list(store.names()) == [used]


def test_a_sweep_spares_what_was_stored_within_the_grace_period(store: Media) -> None:
    name = store.put(b"just uploaded, its row is not written yet", ".webp")
    assert store.sweep(set()) == []
    assert list(store.names()) == [name]


def test_storing_anew_starts_the_grace_period_anew(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    name = store.put(b"photo", ".webp")
    long_ago = time.time() - 90_000
    os.utime(tmp_path / name[:2] / name, (long_ago, long_ago))
    store.put(b"photo", ".webp")
    assert store.sweep(set()) == []


def test_a_file_left_by_a_killed_process_is_no_name_and_is_swept(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    name = store.put(b"photo", ".webp")
    left = tmp_path / name[:2] / ".0123"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    assert list(store.names()) == [name]
    store.sweep({name})
    assert not left.exists()


def test_no_trace_stays_when_the_disk_fails_halfway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        MediaStore(tmp_path).put(b"photo", ".webp")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = MediaStore(tmp_path / "file" / "media")
    name = "0" * 64 + ".webp"
    uses: list[Callable[[], object]] = [lambda: store.put(b"photo", ".webp"), lambda: store.open(name)]
    for use in uses:
        with pytest.raises(Unavailable):
            use()


def test_a_bucket_that_does_not_answer_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{variable}", value)
    monkeypatch.setenv("AWS_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    with pytest.raises(Refusal):
        media_store("s3://bucket/media").put(b"photo", ".webp")


def test_a_store_is_chosen_by_its_address(tmp_path: Path) -> None:
    for address in (tmp_path / "a b", str(tmp_path / "a b"), (tmp_path / "a b").as_uri()):
        assert isinstance(store := media_store(address), MediaStore)
        assert store.root == tmp_path / "a b"
