"""The formats of figures, dates and places as filters of Jinja."""

from collections.abc import Callable

from flask import Flask

from marketplace.kernel.formats import (
    carbon,
    iso,
    km,
    long_date,
    mass,
    moment,
    money,
    month,
    number,
    percent,
    quantity,
    short_date,
    tonne_km,
)

FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "quantity": quantity,
    "mass": mass,
    "carbon": carbon,
    "tonne_km": tonne_km,
    "money": money,
    "date": long_date,
    "short_date": short_date,
    "month": month,
    "datetime": moment,
    "iso": iso,
    "km": km,
    "percent": percent,
}


def register(app: Flask) -> None:
    """Give every template these filters."""
    app.jinja_env.filters.update(FILTERS)
