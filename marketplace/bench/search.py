"""The search core against a loop over geopy, and its edge.

Material, radius and words; the 24 nearest with their total.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from geopy.distance import geodesic
from sqlalchemy import select

from marketplace.accounts.policy import ANONYMOUS
from marketplace.bench.bank import Bank
from marketplace.bench.generated import SOURCES
from marketplace.bench.table import Row, Times, at_least, at_most, timed
from marketplace.bench.towns import towns
from marketplace.catalogue.queries.map import search_map
from marketplace.catalogue.queries.search import browse, numbers
from marketplace.catalogue.rules.query import CatalogueQuery, Sort
from marketplace.kernel.geo import Point
from marketplace.market.models import Listing
from marketplace.materials.queries import get_taxonomy

QUESTIONS = 400
WORDS = (*SOURCES, "beton", "straat", "gesorteerd", "pallets", "oud", "schone partij")


def questions(bank: Bank) -> list[CatalogueQuery]:
    """A material in a radius around a place, half of them with a word, drawn as lots are drawn."""
    random = Random(7)
    with bank.database.read() as session:
        materials = [material.slug for material in get_taxonomy(session).materials if material.is_tradable]
    places = towns()
    drawn = random.choices(places, [town.weight for town in places], k=QUESTIONS)
    queries = []
    for number, town in enumerate(drawn):
        point = Point(town.point.lat + random.gauss(0, 0.02), town.point.lon + random.gauss(0, 0.03))
        queries.append(
            CatalogueQuery(
                q=random.choice(WORDS) if number % 2 else "",
                materials=(random.choices(materials, [1 / (20 + place) for place in range(len(materials))])[0],),
                point=point,
                radius_km=Decimal(random.choice((5, 10, 15, 25, 50))),
                sort=Sort.DISTANCE,
            )
        )
    return queries


def core(banks: list[Bank]) -> Iterator[Row]:
    """Time, the ratio to the loop, the edge, and whether both databases say the same."""
    for bank in banks:
        yield from _core(bank)
    if len(banks) == 2:
        results, others = ([_numbers(bank, query) for query in questions(bank)[:200]] for bank in banks)
        same = sum(first == second for first, second in zip(results, others, strict=True))
        yield Row("same rows in the same order on both databases", f"{same} of {len(results)}", "always", results == others)


def _core(bank: Bank) -> Iterator[Row]:
    is_large = bank.listings > 100_000
    queries = questions(bank)
    with bank.database.read() as session:
        times = timed(lambda query: numbers(session, ANONYMOUS, query), queries)
        yield at_most(f"search core, {bank.name}", times, 15 if is_large else 2)
        yield at_least(f"search core against a loop over geopy, {bank.name}", loop_ms(bank, queries) / times.at(0.5), 100)
    words = timed(lambda query: ask(bank, query), (CatalogueQuery(q=word) for word in WORDS), times=1)
    yield Row(f"a word that this process was never asked for, with its counts, {bank.name}", str(words), "", None)
    yield at_most(f"first question from a new place, with its counts, {bank.name}", first_asked(bank), 30 if is_large else 10)
    yield at_most(f"the same on the map, {bank.name}", first_asked(bank, on_map=True), 30 if is_large else 10)
    yield edge(bank, queries)


def _numbers(bank: Bank, query: CatalogueQuery) -> tuple[list[int], int]:
    with bank.database.read() as session:
        return numbers(session, ANONYMOUS, query)


def first_asked(bank: Bank, *, on_map: bool = False) -> Times:
    """Search the whole catalogue with its counts: a group in a radius.

    Each question comes once, from a place that nobody asked about before.
    """
    with bank.database.read() as session:
        groups = [group.slug for group in get_taxonomy(session).groups]
    random = Random(3)
    queries = [
        replace(query, materials=(), groups=(random.choice(groups),), radius_km=Decimal(random.choice((10, 25, 50))))
        for query in questions(bank)
    ]
    return timed(lambda query: ask(bank, query, on_map=on_map), queries, times=1)


def ask(bank: Bank, query: CatalogueQuery, *, on_map: bool = False) -> None:
    """One page of the catalogue, or of the map, in a reading session of its own."""
    with bank.database.read() as session:
        if on_map:
            search_map(session, ANONYMOUS, query, zoom=10)
        else:
            browse(session, ANONYMOUS, query)


def loop_ms(bank: Bank, queries: list[CatalogueQuery]) -> float:
    """What it costs to ask geopy about every listing: measured over a part, since it is slow."""
    with bank.database.read() as session:
        places = [(row[0], row[1]) for row in session.execute(select(Listing.public_lat, Listing.public_lon).limit(2_000))]
    point = queries[0].point
    assert point is not None
    began = time.perf_counter()
    sorted(geodesic((point.lat, point.lon), place).km for place in places)
    return (time.perf_counter() - began) * 1000 * bank.listings / len(places)


def edge(bank: Bank, queries: list[CatalogueQuery]) -> Row:
    """Count lots that the search misses or adds more than two metres from the radius's edge."""
    wrong = looked = 0
    with bank.database.read() as session:
        for query in queries[:40]:
            wide = replace(query, q="", page_size=100)
            assert query.point is not None
            assert query.radius_km is not None
            hits = set(numbers(session, ANONYMOUS, replace(wide, page_size=100))[0])
            material = get_taxonomy(session).material(query.materials[0]).id
            rows = session.execute(
                select(Listing.id, Listing.public_lat, Listing.public_lon).where(Listing.material_id == material)
            )
            metres = {row[0]: geodesic((query.point.lat, query.point.lon), (row[1], row[2])).m for row in rows}
            nearest = sorted(metres, key=lambda number: (metres[number], number))[:100]
            last = max((metres[number] for number in hits), default=0.0) if len(hits) == 100 else float(query.radius_km) * 1000
            looked += len(nearest)
            wrong += sum(number not in hits and metres[number] < last - 2 for number in nearest)
            wrong += sum(metres[number] > float(query.radius_km) * 1000 + 2 for number in hits)
    return Row(f"wrong at the radius's edge beyond 2 m, {bank.name}", f"{wrong} of {looked}", "0", wrong == 0)
