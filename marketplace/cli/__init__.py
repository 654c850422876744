"""The command line door. Each module has `register(app)`, which adds its commands to Flask's."""

from importlib import import_module

from flask import Flask

GROUPS = (
    "migrations",
    "bench",
    "people",
    "organisations",
    "tokens",
    "materials",
    "ledger",
    "report",
    "plan",
    "check",
    "backup",
    "jobs",
    "demo",
    "translations",
)


def register(app: Flask) -> None:
    """Add every group of commands."""
    for group in GROUPS:
        import_module(f"marketplace.cli.{group}").register(app)
