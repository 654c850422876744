"""The web door: pages. Each area is a folder with `views.py`, whose `blueprint` is registered here by name."""

from importlib import import_module

from flask import Blueprint

AREAS = (
    "home",
    "account",
    "tokens",
    "catalogue",
    "map",
    "searches",
    "favourites",
    "listings",
    "planned",
    "papers",
    "passports",
    "valuations",
    "prices",
    "demands",
    "joint",
    "memos",
    "reservations",
    "talk",
    "advice",
    "work",
    "bulk",
    "broker",
    "plans",
    "inbox",
    "signed",
    "figures",
    "outlook",
    "savings",
    "goals",
    "reports",
    "exchanges",
    "municipality",
    "imports",
    "materials",
    "depots",
    "recalls",
    "releases",
    "depot_files",
    "lots",
    "published",
    "admin",
    "tasks",
    "help",
    "media",
    "device",
    "site",
)


def blueprints() -> list[Blueprint]:
    """The blueprint of every area."""
    return [import_module(f"marketplace.web.{area}.views").blueprint for area in AREAS]
