"""Demonstration data: into an empty database only, never in production. `serve` calls `load`, `is_loaded` and prints `ACCOUNTS`."""

from flask import Flask

ACCOUNTS: tuple[tuple[str, str], ...] = ()  # (e-mail address, what the person may do in a few words) of the people worth trying


def register(app: Flask) -> None:
    """Add the commands."""


def load(app: Flask) -> bool:
    """Fills an empty database in one transaction; False when it is not empty. The caller lets one process in at a time."""
    return False


def is_loaded(app: Flask) -> bool:
    """Whether the demonstration people are in the database."""
    return False
