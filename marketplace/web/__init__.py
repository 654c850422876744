"""The web door: pages and the JSON API. Each area is a folder with `views.py`, whose `blueprint` is registered here by name."""

from importlib import import_module

from flask import Blueprint, Flask

AREAS = (
    "home",
    "account",
    "catalogue",
    "map",
    "searches",
    "listings",
    "steps",
    "demands",
    "reservations",
    "work",
    "broker",
    "inbox",
    "signed",
    "figures",
    "admin",
    "media",
    "site",
)


def blueprints() -> list[Blueprint]:
    """The blueprint of every area."""
    return [import_module(f"marketplace.web.{area}.views").blueprint for area in AREAS]


def register_api(app: Flask) -> None:
    """The JSON door at /api/v1."""
    import_module("marketplace.web.api").register(app)
