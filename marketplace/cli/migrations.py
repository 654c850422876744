"""`db`: the schema's migrations, by plain Alembic.

The numbered versions stand in `migrations/versions/`.

Migrations run as the owner of the tables (DATABASE_OWNER_URL; empty: DATABASE_URL). Two processes that start together wait for
each other: on SQLite by a lock file in the instance folder, on PostgreSQL by an advisory lock besides.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from config import PROJECT, Config
from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.queries.organisations import is_region_seeded
from marketplace.impact.actions.goals import seed_goals
from marketplace.impact.queries.goals import are_goals_seeded
from marketplace.kernel import health
from marketplace.kernel.db import Database

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

group = AppGroup("db", help="Migrations of the database's schema.")


def register(app: Flask) -> None:
    """Adds `db` to the command line."""
    app.cli.add_command(group)


def alembic_config(url: str) -> "AlembicConfig":
    """Alembic's own settings, without a file of its own."""
    from alembic.config import Config as AlembicConfig

    settings = AlembicConfig(attributes={"url": url})
    settings.set_main_option("script_location", str(PROJECT / "migrations").replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "%%(rev)s")
    return settings


def upgrade(config: Config) -> None:
    """Brings the database to the newest version, with the organisations of the region in it.

    Where it is there already, which every second start finds, Alembic stays out of it.
    """
    config.instance_path.mkdir(parents=True, exist_ok=True)
    if not is_newest(config.database_url):
        from alembic import command

        with one_at_a_time(config.instance_path):
            command.upgrade(alembic_config(config.database_owner_url), "head")
    seed_database(config)


def is_newest(url: str) -> bool:
    """Whether a database is at the newest migration."""
    database = Database(url)
    try:
        return health.version(database) == health.newest()
    finally:
        database.dispose()


def prepare_database(app: Flask) -> None:
    """Where nothing is yet: the schema and what every installation has. A database of an older version is left as it is."""
    from marketplace.cli import reference

    if health.version(app.extensions["database"]) is None:
        upgrade(app.extensions["settings"])
    reference.seed_reference(app.extensions["database"])


def seed_database(config: Config) -> None:
    """Add the organisations and goals of the region that are missing. They belong to every installation, an empty one too."""
    database = Database(config.database_url)
    try:
        with database.read() as session:
            if is_region_seeded(session) and are_goals_seeded(session):
                return
        with one_at_a_time(config.instance_path):
            database.run(seed_region)
            database.run(seed_goals)
    finally:
        database.dispose()


def current() -> "AlembicConfig":
    """Alembic's settings for the application that runs this command."""
    return alembic_config(current_app.extensions["settings"].database_owner_url)


@contextmanager
def one_at_a_time(instance_path: Path, name: str = "start.lock") -> Iterator[None]:
    """Hold a lock file of the instance folder. So what belongs to the folder as a whole is done by one process at a time."""
    instance_path.mkdir(parents=True, exist_ok=True)
    with (instance_path / name).open("a") as file:
        try:
            import fcntl
        except ImportError:  # Windows: its one SQLite file has locks of its own
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@group.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to the newest version."""
    from marketplace.cli import reference

    upgrade(current_app.extensions["settings"])
    reference.seed_reference(current_app.extensions["database"])
    click.echo("The database is at the newest version.")


@group.command("downgrade")
@click.argument("revision")
def downgrade_command(revision: str) -> None:
    """Take the database back to REVISION (`base`: empty)."""
    from alembic import command

    command.downgrade(current(), revision)


@group.command("check")
def check_command() -> None:
    """Compare the models with a migrated database; exit 1 when a migration is missing."""
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        command.check(current())
    except CommandError as error:
        raise click.ClickException(str(error)) from None


@group.command("current")
def current_command() -> None:
    """Print the version of the database."""
    from alembic import command

    command.current(current())


@group.command("revision")
@click.argument("name")
@click.option("--number", required=True, help="four digits, the next free number, for example 0011")
@click.option("--empty", is_flag=True, help="without comparing the models")
def revision_command(name: str, number: str, empty: bool) -> None:
    """Write a new numbered migration from what the models have and the database lacks."""
    from alembic import command

    revision = "_".join([number, *name.lower().split()])
    command.revision(current(), message=name, rev_id=revision, autogenerate=not empty)
