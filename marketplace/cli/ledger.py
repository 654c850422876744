"""Commands: ledger."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the commands."""
