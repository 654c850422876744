"""Matching both ways, with as many demands as listings.

Of a demand the best listings, of a listing the demands that it serves.
"""

from collections.abc import Iterator
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.policy import Actor
from marketplace.accounts.rules.accounts import Role
from marketplace.bench.bank import Bank
from marketplace.bench.table import Row, at_most, timed
from marketplace.market.models import Demand, Listing
from marketplace.matching.queries.matches import list_demands_for_listing, list_listings_for_demand

REVIEWER = Actor(1, "AO CE", 0, "regio-twente", "Regio Twente", "region", Role.REVIEWER)
BAR_MS = 4
QUESTIONS = 300


def both_ways(banks: list[Bank]) -> Iterator[Row]:
    """A page of ten, each with its figures and reasons, as the pages and the API ask it."""
    for bank in banks:
        yield from _both_ways(bank)


def _both_ways(bank: Bank) -> Iterator[Row]:
    random = Random(11)
    ids = random.sample(range(1, bank.listings), QUESTIONS)
    with bank.database.read() as session:
        demands = list(session.scalars(select(Demand).where(Demand.id.in_(ids)).options(joinedload(Demand.organisation))))
        listings = list(session.scalars(select(Listing).where(Listing.id.in_(ids))))
        serving = timed(lambda demand: list_listings_for_demand(session, REVIEWER, demand, page_size=10), demands)
        yield at_most(f"demand → best listings, {bank.name}", serving, BAR_MS)
        served = timed(lambda listing: list_demands_for_listing(session, REVIEWER, listing, page_size=10), listings)
        yield at_most(f"listing → demands served, {bank.name}", served, BAR_MS)
