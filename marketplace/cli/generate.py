"""`demo generate`: made-up listings and demands in bulk, for trying out a full bank. Never in production."""

import csv
import sys
import time

import click
from flask import current_app

from marketplace.cli.migrations import prepare_database
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.geo import Point
from marketplace.market.actions.photos import store_picture
from marketplace.market.generated import Town, generate, has_photos

PLACES = SHIPPED / "plaatsen.csv"
PICTURE = SHIPPED / "demo" / "A01.webp"  # for an empty bank
SMALL_TOWN = 800  # inhabitants of a place whose number is not in the file
TWENTE_SHARE = 0.8  # of the lots; the others lie at the larger towns of the Netherlands
ELSEWHERE = (
    ("Amsterdam", 52.3676, 4.9041, 920), ("Rotterdam", 51.9225, 4.4792, 655), ("Utrecht", 52.0907, 5.1214, 362), ("Eindhoven", 51.4416, 5.4697, 243),
    ("Groningen", 53.2194, 6.5665, 238), ("Tilburg", 51.5555, 5.0913, 226), ("Nijmegen", 51.8126, 5.8372, 182), ("Apeldoorn", 52.2112, 5.9699, 166),
    ("Arnhem", 51.9851, 5.8987, 165), ("Zwolle", 52.5168, 6.0830, 131), ("Amersfoort", 52.1561, 5.3878, 159), ("Deventer", 52.2661, 6.1552, 101),
    ("Leeuwarden", 53.2012, 5.7999, 124), ("Assen", 52.9928, 6.5642, 69), ("Emmen", 52.7858, 6.8975, 107), ("Doetinchem", 51.9647, 6.2937, 58),
    ("Winterswijk", 51.9713, 6.7208, 29), ("Zutphen", 52.1396, 6.1944, 48), ("Raalte", 52.3858, 6.2753, 38), ("Hardenberg", 52.5758, 6.6194, 61),
)  # fmt: skip


@click.command("generate")
@click.option("--listings", type=click.IntRange(0, 5_000_000), required=True, help="how many")
@click.option("--demands", type=click.IntRange(0, 5_000_000), default=None, help="how many; a tenth of the listings if left out")
@click.option("--seed", type=int, default=1, show_default=True, help="the same seed gives the same rows")
def generate_command(listings: int, demands: int | None, seed: int) -> None:
    """Add made-up listings and demands, spread over Dutch towns with most of them in Twente."""
    if current_app.extensions["settings"].production:
        sys.exit("This is production. Nothing was generated.")
    database, started = current_app.extensions["database"], time.perf_counter()
    prepare_database(current_app)
    with database.read() as session:
        has_picture = has_photos(session)
    picture = None if has_picture else store_picture(current_app.extensions["media"], PICTURE.read_bytes())
    wanted = listings // 10 if demands is None else demands
    with database.transaction() as session:
        generate(session, list(towns()), listings=listings, demands=wanted, seed=seed, picture=picture)
    click.echo(f"Generated {listings} listings and {wanted} demands in {time.perf_counter() - started:.0f} s.")


def towns() -> list[Town]:
    """The places of Twente, drawn by their inhabitants, and the larger towns elsewhere."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    inside = [
        Town(
            row["naam"],
            row["gemeente"].lower().replace(" ", "-"),
            Point(float(row["lat"]), float(row["lon"])),
            float(row["inwoners_geonames"] or SMALL_TOWN),
        )
        for row in rows
    ]
    share = (
        sum(town.weight for town in inside)
        * (1 - TWENTE_SHARE)
        / TWENTE_SHARE
        / sum(size for _name, _lat, _lon, size in ELSEWHERE)
    )
    return inside + [Town(name, "", Point(lat, lon), size * share) for name, lat, lon, size in ELSEWHERE]
