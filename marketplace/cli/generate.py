"""`demo generate`: made-up listings and demands in bulk, for trying out a full bank. Never in production."""

import sys
import time

import click
from flask import current_app

from marketplace.bench.generated import generate, has_photos
from marketplace.bench.towns import towns
from marketplace.cli.migrations import prepare_database
from marketplace.kernel.files import SHIPPED
from marketplace.market.actions.photos import store_picture

PICTURE = SHIPPED / "demo" / "A01.webp"  # for an empty bank


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
