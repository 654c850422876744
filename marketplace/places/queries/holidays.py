"""The construction holiday of the region: three weeks in summer in which little is built. Advice, by year, from `data/bouwvak.csv`."""

import csv
from datetime import date, timedelta
from functools import cache

from marketplace.kernel.files import SHIPPED

REGION = "noord"


@cache
def _last_days() -> tuple[date, ...]:
    with (SHIPPED / "bouwvak.csv").open(encoding="utf-8", newline="") as file:
        return tuple(sorted(date.fromisoformat(row["laatste_dag"]) for row in csv.DictReader(file) if row["regio"] == REGION))


def day_after_holiday(today: date) -> date | None:
    """The Monday on which work begins again after the next construction holiday.

    None where the days of that summer are not known yet.
    """
    coming = next((day for day in _last_days() if day >= today), None)
    return None if coming is None or coming.year > today.year + 1 else coming + timedelta(days=7 - coming.weekday())
