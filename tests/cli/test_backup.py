"""A bank is backed up while people work, and comes back whole: with its ledger, its photos and every invariant."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command as alembic
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.app import create_app
from marketplace.cli import backup
from marketplace.cli.migrations import alembic_config
from marketplace.kernel import clock, health, snapshot
from marketplace.kernel.archive import MANIFEST, Writer, list_archives
from marketplace.kernel.db import Base, Database
from marketplace.kernel.errors import Conflict, Missing
from marketplace.ledger.queries import get_head
from marketplace.market.actions.photos import add_photo, delete_photo, forget_removed_photos, store_picture
from marketplace.market.models import Listing, Photo
from marketplace.notices.models import AuditRow
from tests.databases import Template, settings
from tests.factories import make_actor, make_listing, seed_taxonomy
from tests.rooms.workload import Worker
from tests.visitors import picture

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]
SLUGS = ("hengelo", "borne", "almelo")
TRANSFERS = 3
MADE_UP = "0" * 40  # the photos of the factories' lots are names without files


@dataclass
class Bank:
    """A bank in which lots have changed hands, and the people who go on."""

    app: Flask
    actors: list[Actor]
    people: Worker
    lot: int

    @property
    def database(self) -> Database:
        return self.app.extensions["database"]


@pytest.fixture(autouse=True)
def only_real_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    list_files = backup.list_files_in_use
    real = lambda session: {name for name in list_files(session) if not name.startswith(MADE_UP)}
    monkeypatch.setattr(backup, "list_files_in_use", real)


@pytest.fixture
def bank(app: Flask, session: Session, database_url: str) -> Iterator[Bank]:
    seed_taxonomy(session)
    actors = [make_actor(session, slug) for slug in SLUGS]
    for actor in actors:
        make_listing(session, actor)
    session.commit()
    broker = make_actor(session, "regio-twente", "coordinator")
    session.commit()
    people = Worker(database_url, actors, broker, seed=1)
    while head_of(people.database)[0] < TRANSFERS:
        assert people.run(10)[1] == []
    stored = store_picture(app.extensions["media"], picture())
    lot = make_listing(session, actors[0])
    add_photo(session, actors[0], listing_id=lot.id, picture=stored)
    session.commit()
    yield Bank(app, actors, people, lot.id)
    people.database.dispose()


@pytest.fixture
def place(template: Template, tmp_path: Path, built: Path) -> Iterator[Flask]:
    """An application whose settings name an empty place."""
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "static").symlink_to(built)
    url = f"sqlite:///{folder / 'bank.sqlite3'}"
    if template.server:
        template.run(f"DROP DATABASE IF EXISTS restored_{template.worker} WITH (FORCE)")
        template.run(f"CREATE DATABASE restored_{template.worker} TEMPLATE template0 ENCODING 'UTF8'")
        url = template.url("restored")
    app = create_app(settings(url, folder))
    yield app
    app.extensions["database"].dispose()


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments], catch_exceptions=False)


def output(app: Flask, *arguments: object) -> str:
    ended = run(app, *arguments)
    assert ended.exit_code == 0, ended.output
    return str(ended.output)


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def head_of(database: Database) -> tuple[int, str]:
    with database.read() as session:
        return get_head(session)


def names(app: Flask) -> set[str]:
    return set(app.extensions["media"].names())


def newest(folder: Path) -> Path:
    return list_archives(folder)[-1]


def key_file(tmp_path: Path, letters: str = "5c") -> Path:
    file = tmp_path / f"{letters}.key"
    file.write_text(letters * 32)
    return file


@pytest.mark.parametrize("is_encrypted", [False, True], ids=["plain", "encrypted"])
def test_every_row_and_photo_comes_back_and_the_bank_is_proved(
    bank: Bank, place: Flask, tmp_path: Path, is_encrypted: bool
) -> None:
    key = ("--key-file", key_file(tmp_path)) if is_encrypted else ()
    before = rows(bank.database)
    backup_output = output(bank.app, "backup", tmp_path / "kept", *key)
    head = head_of(bank.database)
    assert f"The ledger has {head[0]} rows, head {head[1]}" in backup_output
    with clock.frozen(clock.now() + timedelta(days=3, hours=4, minutes=5)):
        restore_output = output(place, "restore", tmp_path / "kept", "--verify", *key)
    assert "which is 3 days and 4 hours old" in restore_output
    assert f"The ledger holds: {head[0]} rows, head {head[1]}. Every photo is there." in restore_output
    assert "invariants hold" in restore_output
    after = rows(place.extensions["database"])
    with place.extensions["database"].read() as session:
        restored = session.scalars(select(AuditRow.id).where(AuditRow.action == "bank.restored")).one()
    assert [row for row in after["audit"] if row[0] != restored] == before["audit"]
    assert {name: after[name] for name in after if name != "audit"} == {name: before[name] for name in before if name != "audit"}
    assert names(place) == names(bank.app) != set()
    assert output(place, "ledger", "verify") and output(place, "check")
    assert (
        any(b"Hengelo" in path.read_bytes() for path in newest(tmp_path / "kept").rglob("*") if path.is_file())
        is not is_encrypted
    )


def test_people_go_on_in_the_restored_bank(bank: Bank, place: Flask, tmp_path: Path) -> None:
    output(bank.app, "backup", tmp_path / "kept")
    output(place, "restore", tmp_path / "kept")
    before = rows(place.extensions["database"])["listing_change"]
    people = Worker(place.extensions["settings"].database_url, bank.actors, bank.people.broker, seed=2)
    try:
        assert people.run(60)[1] == []
    finally:
        people.database.dispose()
    assert people.done["publish"] or people.done["reserve"]
    assert rows(place.extensions["database"])["listing_change"] != before  # what triggers write is written again
    assert "invariants hold" in output(place, "check")


def test_a_number_that_was_given_out_is_never_given_again(bank: Bank, place: Flask, tmp_path: Path) -> None:
    if bank.database.is_sqlite:
        pytest.skip("SQLite keeps no numbers beside its rows")
    with bank.database.transaction() as session:
        gone = make_listing(session, bank.actors[0]).id
    with bank.database.transaction() as session:
        session.execute(delete(Listing.__table__).where(Listing.id == gone))
    output(bank.app, "backup", tmp_path / "kept")
    output(place, "restore", tmp_path / "kept")
    with place.extensions["database"].transaction() as session:
        assert make_listing(session, bank.actors[0]).id == gone + 1


def test_a_backup_while_people_work_is_of_one_moment(
    bank: Bank, place: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, faults = Writer.write, []

    def write_and_work(self: Writer, name: str, content: Iterable[bytes]) -> None:
        write(self, name, content)
        faults.extend(bank.people.run(3)[1])

    monkeypatch.setattr(Writer, "write", write_and_work)
    before = bank.people.done.copy()
    output(bank.app, "backup", tmp_path / "kept")
    assert faults == []
    assert (bank.people.done - before).keys() & {"publish", "reserve", "approve", "hand_over"}
    assert "invariants hold" in output(place, "restore", tmp_path / "kept", "--verify")
    assert rows(place.extensions["database"]) != rows(bank.database)


def test_a_writer_who_is_not_done_neither_stops_a_backup_nor_stands_in_it(bank: Bank, place: Flask, tmp_path: Path) -> None:
    with bank.database.transaction() as session:
        lot = make_listing(session, bank.actors[0], title="Nog niet geplaatst")
        session.flush()
        output(bank.app, "backup", tmp_path / "kept")
    output(place, "restore", tmp_path / "kept")
    with place.extensions["database"].read() as reading:
        assert reading.get(Listing, lot.id) is None


def test_a_photo_that_is_removed_or_added_during_the_backup_leaves_the_copy_whole(
    bank: Bank, place: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_photo = backup.copy_photo

    def copy_and_change(writer: Writer, name: str) -> bool:
        copied = copy_photo(writer, name)
        if len(writer.files) == 1:
            stored = store_picture(bank.app.extensions["media"], picture("red"))
            with bank.database.transaction() as session:
                old = session.scalar(select(func.max(Photo.id)).where(Photo.listing_id == bank.lot))
                with clock.frozen(clock.now() - timedelta(days=2)):
                    delete_photo(session, bank.actors[0], listing_id=bank.lot, photo_id=old)
                assert forget_removed_photos(session) == 1
                add_photo(session, bank.actors[0], listing_id=bank.lot, picture=stored)
        return copied

    monkeypatch.setattr(backup, "copy_photo", copy_and_change)
    output(bank.app, "backup", tmp_path / "kept")
    assert "Every photo is there" in output(place, "restore", tmp_path / "kept", "--verify")
    with bank.database.read() as session:
        assert names(place) == backup.list_files_in_use(session) < names(bank.app)


def test_a_photo_that_the_store_has_lost_is_named_and_stops_no_backup(bank: Bank, place: Flask, tmp_path: Path) -> None:
    lost = min(names(bank.app))
    bank.app.extensions["media"].delete(lost)
    assert f"its store does not have it: {lost}" in output(bank.app, "backup", tmp_path / "kept")
    ended = run(place, "restore", tmp_path / "kept", "--verify")
    assert (ended.exit_code, f"BREACH  this photo file is missing: {lost}" in ended.output) == (1, True)


def test_a_place_that_is_not_empty_is_left_as_it_is(bank: Bank, place: Flask, tmp_path: Path) -> None:
    output(bank.app, "backup", tmp_path / "kept")
    before = rows(bank.database)
    with pytest.raises(Conflict, match="niet leeg"):
        run(bank.app, "restore", tmp_path / "kept")
    assert rows(bank.database) == before
    place.extensions["media"].put(b"een foto van een andere bank", ".webp")
    with pytest.raises(Conflict, match="foto’s is niet leeg"):
        run(place, "restore", tmp_path / "kept")
    assert health.version(place.extensions["database"]) is None


def damage(path: Path) -> None:
    """Flip one bit in the middle of the largest file."""
    file = max((entry for entry in path.rglob("*") if entry.is_file()), key=lambda entry: entry.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def of_a_newer_program(path: Path) -> None:
    reseal(path, version="9999_tomorrow")


def reseal(path: Path, **changes: object) -> None:
    from marketplace.kernel import archive

    manifest = json.loads((path / MANIFEST).read_text())
    manifest["database"] |= changes
    del manifest["seal"]
    manifest["seal"] = archive._seal(manifest, None)
    (path / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize("spoil", [damage, of_a_newer_program])
def test_a_backup_that_cannot_be_restored_leaves_the_place_empty(
    bank: Bank, place: Flask, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    output(bank.app, "backup", tmp_path / "kept")
    good = shutil.copytree(newest(tmp_path / "kept"), tmp_path / "good")
    spoil(newest(tmp_path / "kept"))
    with pytest.raises(Conflict, match="reservekopie"):
        run(place, "restore", tmp_path / "kept")
    assert "invariants hold" in output(place, "restore", good, "--verify")


def test_a_backup_with_other_tables_is_refused_and_leaves_the_place_empty(bank: Bank, place: Flask, tmp_path: Path) -> None:
    with bank.database.transaction() as session:
        session.execute(text("ALTER TABLE task DROP COLUMN result"))
    output(bank.app, "backup", tmp_path / "kept")
    with pytest.raises(Conflict, match="niet die van dit programma"):
        run(place, "restore", tmp_path / "kept")
    assert snapshot.is_empty(place.extensions["database"])


def test_a_backup_of_an_older_version_is_brought_to_the_newest(bank: Bank, place: Flask, tmp_path: Path) -> None:
    older = str(health.before(health.newest()))
    alembic.downgrade(alembic_config(bank.database.url), older)
    output(bank.app, "backup", tmp_path / "kept")
    assert json.loads((newest(tmp_path / "kept") / MANIFEST).read_text())["database"]["version"] == older
    assert "invariants hold" in output(place, "restore", tmp_path / "kept", "--verify")
    assert health.version(place.extensions["database"]) == health.newest()


def test_the_wrong_key_and_no_key_are_refused(bank: Bank, place: Flask, tmp_path: Path) -> None:
    output(bank.app, "backup", tmp_path / "kept", "--key-file", key_file(tmp_path))
    with pytest.raises(Conflict, match="versleuteld"):
        run(place, "restore", tmp_path / "kept")
    with pytest.raises(Conflict, match="niet het sleutelbestand"):
        run(place, "restore", tmp_path / "kept", "--key-file", key_file(tmp_path, "00"))


def test_a_backup_of_the_other_database_is_refused(bank: Bank, tmp_path: Path) -> None:
    output(bank.app, "backup", tmp_path / "kept")
    reseal(newest(tmp_path / "kept"), kind="another")
    with pytest.raises(Conflict, match="ander soort database"):
        run(bank.app, "restore", tmp_path / "kept")


def test_a_tampered_ledger_is_found_after_the_restore(bank: Bank, place: Flask, tmp_path: Path) -> None:
    output(bank.app, "backup", tmp_path / "kept")
    path = newest(tmp_path / "kept")
    manifest = json.loads((path / MANIFEST).read_text())
    manifest["ledger"]["head"] = "0" * 64
    (path / MANIFEST).write_text(json.dumps(manifest))
    reseal(path)
    ended = run(place, "restore", path, "--verify")
    assert (ended.exit_code, "the ledger ends with another row" in ended.output) == (1, True)


def test_without_a_folder_backups_lie_in_the_instance_folder_and_the_newest_stay(app: Flask, instance: Path) -> None:
    for day in range(3):
        with clock.frozen(clock.now() + timedelta(days=day)):
            message = output(app, "backup", "--keep", 2)
    archives = list_archives(instance / "backups")
    assert len(archives) == 2
    assert "Removed the backup " in message
    assert [entry.name for entry in instance.iterdir() if entry.name.startswith(".backup-")] == []


def test_a_backup_that_fails_leaves_nothing_behind(app: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("No space left on device")

    output(app, "backup")
    monkeypatch.setattr(backup, "get_head", fail)
    with clock.frozen(clock.now() + timedelta(days=1)), pytest.raises(OSError, match="No space"):
        run(app, "backup", "--keep", 1)
    assert [entry.name for entry in (instance / "backups").iterdir() if entry.is_dir()] == [newest(instance / "backups").name]


def test_an_empty_folder_holds_no_backup(place: Flask, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="geen reservekopie"):
        run(place, "restore", tmp_path)
