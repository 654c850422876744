"""What people keep: saved searches, looked at once a day each, and lots. Every one in a transaction of its own."""

from functools import partial
from typing import cast

from flask import Flask

from config import Config
from marketplace.catalogue.actions.favourites import notify_favourite
from marketplace.catalogue.actions.saved_searches import notify_saved_search
from marketplace.catalogue.queries.saved import list_favourites_due, list_searches_due
from marketplace.kernel.db import Database
from marketplace.places.queries.gazetteer import PlaceFinder


def notify_saved_searches(app: Flask) -> int:
    """Notify the owners of saved searches of what is new; returns how many.

    Places come from the offline list where it knows them.
    """
    database, config = cast(Database, app.extensions["database"]), cast(Config, app.extensions["settings"])
    finder = PlaceFinder(config.pdok_url)
    with database.read() as reading:
        due = list_searches_due(reading)
    return sum(database.run(partial(notify_saved_search, search_id=number, find=finder.find)) for number in due)


def notify_favourites(app: Flask) -> int:
    """Tell people what changed of the lots that they keep; returns how many were told."""
    database = cast(Database, app.extensions["database"])
    with database.read() as reading:
        due = list_favourites_due(reading)
    return sum(database.run(partial(notify_favourite, key=key)) for key in due)
