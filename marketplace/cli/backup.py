"""`backup` and `restore`: the whole bank as a folder, and back into an empty place.

A backup is made while people work: every row of one moment, the photos that those rows name, and a manifest with hashes and the head of
the ledger. Not in it: settings, secrets, and letters in the instance folder.
"""

import sys
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from config import Config
from marketplace.accounts.policy import OPERATOR
from marketplace.cli.check import count_breaches
from marketplace.cli.migrations import alembic_config, one_at_a_time
from marketplace.jobs.timetable import list_files_in_use
from marketplace.kernel import health, snapshot
from marketplace.kernel.archive import Archive, Writer, find_archive, keep_newest, read_key, writing
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict, Missing
from marketplace.kernel.files import Media
from marketplace.kernel.language import _
from marketplace.ledger.queries import find_breach, get_head
from marketplace.notices.actions import audit

PHOTOS = "photos/"
BLOCK_BYTES = 1 << 16
LOCK = ".backup.lock"
UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
key_option = click.option(
    "--key-file", type=click.Path(dir_okay=False, path_type=Path), help="the key that the backup is encrypted with"
)


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(backup_command)
    app.cli.add_command(restore_command)


@click.command("backup")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="remove all but the newest N backups of the folder")
@key_option
@with_appcontext
def backup_command(folder: Path | None, keep: int | None, key_file: Path | None) -> None:
    """Back up database and photos to a new folder in FOLDER, while the bank is used. FOLDER: `backups` in the instance folder."""
    config, key = settings(), read_key(key_file) if key_file else None
    folder = folder or config.instance_path / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with one_at_a_time(folder, LOCK):
        with writing(folder, key) as writer:
            facts = copy_bank(writer, config)
            whole = writer.finish(facts)
        removed = keep_newest(folder, keep) if keep else []
    size, ledger = sum(file["bytes"] for file in writer.files.values()), facts["ledger"]
    click.echo(f"Backed up to {whole}: {len(photos_of(writer.files))} photo files, {size / 1e6:.1f} MB in all.")
    click.echo(f"The ledger has {ledger['rows']} rows, head {ledger['head']}")
    for name in facts["missing"]:
        click.echo(f"The bank names this photo file, and its store does not have it: {name}")
    for name in removed:
        click.echo(f"Removed the backup {name}.")


def copy_bank(writer: Writer, config: Config) -> dict[str, Any]:
    """Copy database and photos; what the manifest says of them.

    Photos that are in use now are copied first, because the clock may remove one after the moment of the database. What is added
    meanwhile is younger than a day, and the clock leaves it alone.
    """
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        expected = list_files_in_use(session)
    copied = {name for name in sorted(expected) if copy_photo(writer, name)}
    with (
        tempfile.TemporaryDirectory(dir=config.instance_path, prefix=".backup-") as scratch,
        snapshot.copied(database, writer.write, Path(scratch)) as (session, tables),
    ):
        in_use = list_files_in_use(session)
        rows, head = get_head(session)
    for name in copied - in_use:
        writer.drop(PHOTOS + name)
    missing = [name for name in sorted(in_use - copied) if not copy_photo(writer, name)]
    return {"database": tables, "ledger": {"rows": rows, "head": head}, "missing": missing}


def copy_photo(writer: Writer, name: str) -> bool:
    """Copy one photo file; whether it was there."""
    try:
        photo = media().open(name)
    except Missing:
        return False
    with photo:
        writer.write(PHOTOS + name, iter(lambda: photo.read(BLOCK_BYTES), b""))
    return True


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--verify", is_flag=True, help="then walk the ledger and prove every invariant; exit status 1 on a breach")
@key_option
@with_appcontext
def restore_command(folder: Path, verify: bool, key_file: Path | None) -> None:
    """Restore the backup in FOLDER, or the newest one there. To the empty place that the settings name."""
    config, archive = settings(), Archive(find_archive(folder), read_key(key_file) if key_file else None)
    with one_at_a_time(config.instance_path):
        check_place(archive, config)
        archive.verify()
        for name in photos_of(archive.names):
            media().put(b"".join(archive.read(PHOTOS + name)), Path(name).suffix)
        (restore_file if "sqlite" in archive.manifest["database"]["kind"] else restore_tables)(archive, config.database_owner_url)
    click.echo(
        f"Restored the backup of {archive.made_at:%Y-%m-%d %H:%M} UTC, which is {age(archive.age)} old:"
        f" {len(photos_of(archive.names))} photo files, {archive.manifest['ledger']['rows']} rows in the ledger."
    )
    database = Database(config.database_owner_url)
    try:
        breaches = count_faults(database, archive) if verify else 0
        with database.transaction() as session:
            audit.record(
                session,
                OPERATOR,
                action="bank.restored",
                object_type="bank",
                made_at=archive.made_at.isoformat(),
                breaches=breaches,
            )
    finally:
        database.dispose()
    if not verify:
        click.echo("Not proved yet: python3 -m marketplace check, and ledger verify.")
    elif breaches:
        sys.exit(1)


def check_place(archive: Archive, config: Config) -> None:
    """Refuse a place that is not empty, and a backup that cannot be restored there."""
    facts, database = archive.manifest["database"], Database(config.database_owner_url)
    try:
        if facts["kind"] != snapshot.kind_of(database):
            raise Conflict(_("This backup is of %(kind)s, and DATABASE_URL names another kind of database.", kind=facts["kind"]))
        if facts["version"] not in health.versions():
            raise Conflict(_("This backup was made by a newer version of the program. Install that version first."))
        if not snapshot.is_empty(database):
            raise Conflict(_("The database is not empty. Restore into a new one: set DATABASE_URL."))
    finally:
        database.dispose()
    if any(name not in photos_of(archive.names) for name in media().names()):
        raise Conflict(_("The store of photos is not empty. Restore into a new one: set INSTANCE_PATH or MEDIA_URL."))


def restore_file(archive: Archive, url: str) -> None:
    """Write the file of SQLite, bring it to the newest version, and put it in its place last."""
    from alembic import command

    file = snapshot.file_of(url)
    partial = file.with_name(f".{file.name}.restoring")
    remove_file(partial)
    try:
        with partial.open("xb") as content:
            content.writelines(archive.read(snapshot.FILE))
        partial_url = snapshot.url_of_file(partial)
        command.upgrade(alembic_config(partial_url), "head")
        check_schema(partial_url)
        remove_file(file)
        partial.rename(file)
    finally:
        remove_file(partial)


def remove_file(file: Path) -> None:
    """Remove a file of SQLite with the two beside it."""
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def restore_tables(archive: Archive, url: str) -> None:
    """Make the tables of the backup's version, fill them, and bring them to the newest version. Leaves nothing when that fails."""
    from alembic import command

    facts, migrations, database = archive.manifest["database"], alembic_config(url), Database(url)
    try:
        command.upgrade(migrations, facts["version"])
        snapshot.load(database, facts["tables"], archive.read)
        command.upgrade(migrations, "head")
        check_schema(url)
    except BaseException:
        command.downgrade(migrations, "base")
        raise
    finally:
        database.dispose()


def check_schema(url: str) -> None:
    """Refuse a restored database that this program cannot read."""
    database = Database(url)
    try:
        snapshot.check_schema(database)
    finally:
        database.dispose()


def count_faults(database: Database, archive: Archive) -> int:
    """Prove the restored bank and print what was found; the number of faults."""
    faults = []
    if corruption := snapshot.find_corruption(database):
        faults.append(f"the file of the database is damaged: {corruption}")
    with database.read(one_moment=True) as session:
        if breach := find_breach(session):
            faults.append(f"ledger, seq {breach.seq}: {breach.reason}")
        rows, head = get_head(session)
        if {"rows": rows, "head": head} != archive.manifest["ledger"]:
            faults.append("the ledger ends with another row than when the backup was made")
        there = set(media().names())
        faults += [f"this photo file is missing: {name}" for name in sorted(list_files_in_use(session) - there)]
        broken = count_breaches(session)
    for fault in faults:
        click.echo(f"BREACH  {fault}")
    if not faults:
        click.echo(f"The ledger holds: {rows} rows, head {head}. Every photo is there.")
    return len(faults) + broken


def settings() -> Config:
    """The settings of this installation."""
    return cast(Config, current_app.extensions["settings"])


def media() -> Media:
    """The store of photos."""
    return cast(Media, current_app.extensions["media"])


def photos_of(names: Iterable[str]) -> set[str]:
    """The names in the store, of the photo files among these files of a backup."""
    return {name.removeprefix(PHOTOS) for name in names if name.startswith(PHOTOS)}


def age(span: timedelta) -> str:
    """How old, in its two largest units: `3 days and 4 hours`."""
    parts = []
    for name, unit in UNITS:
        number, span = divmod(span, unit)
        if number:
            parts.append(f"{number} {name}{'s' if number > 1 else ''}")
    return " and ".join(parts[:2]) or "less than a minute"
