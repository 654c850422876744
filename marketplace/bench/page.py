"""The catalogue page of a full bank and its 304, against a bare Flask answer.

24 cards and facets, one worker, four connections.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from marketplace.bench.bank import Bank
from marketplace.bench.served import CONNECTIONS, fetch_all, processor_seconds, worker
from marketplace.bench.table import Row, Times, at_least, at_most, at_most_each
from marketplace.bench.towns import towns
from marketplace.materials.queries import get_taxonomy

PLACES, PAGES, BARE = 12, 400, 2_000
ROUNDS = 4  # of pages; the processor time is of the quickest, for a busy machine makes the same work dearer


def catalogue(banks: list[Bank]) -> Iterator[Row]:
    """Ask pages for the first time, then pages that the reader has already.

    Their places recur, as on a real day.
    """
    with worker("", Path()) as port:
        bare_ms, _times, bare = _rounds(port, ["/"] * BARE)
    yield Row("a bare Flask answer", f"{bare:.0f} a second, {bare_ms:.2f} ms of processor", "", None)
    for bank in banks:
        addresses = _addresses(bank)
        with worker(bank.config.database_url, bank.config.instance_path) as port:
            fetch_all(port, addresses[: PLACES * 4])  # every place with every word: those recur
            each_ms, times, _rate = _rounds(port, addresses[PLACES * 4 :])
            _times, unchanged = fetch_all(port, addresses[-40:] * 20, etags=True)
        yield at_most(f"catalogue page, {CONNECTIONS} connections, {bank.name}", times, 50)
        yield at_most_each(f"processor time of a catalogue page, {bank.name}", each_ms, 5)
        yield Row(f"catalogue pages in a second of processor, {bank.name}", f"{1000 / each_ms:.0f}", "", None)
        yield at_least(f"304 against a bare Flask answer, {bank.name}", unchanged / bare, 0.3)


def _rounds(port: int, addresses: list[str]) -> tuple[float, Times, float]:
    """One answer's processor time in the quickest round, all times, and how many a second."""
    each_ms: list[float] = []
    taken: list[float] = []
    seconds = 0.0
    for number in range(ROUNDS):
        part = addresses[number::ROUNDS]
        before = processor_seconds(port)
        times, rate = fetch_all(port, part)
        each_ms.append((processor_seconds(port) - before) * 1000 / len(part))
        taken += times.ms
        seconds += len(part) / rate
    return min(each_ms), Times(sorted(taken)), len(addresses) / seconds


def _addresses(bank: Bank) -> list[str]:
    """Different pages: places and words recur, groups and pages differ."""
    with bank.database.read() as session:
        groups = [group.slug for group in get_taxonomy(session).groups]
    random = Random(5)
    places = [town for town in towns() if town.municipality]
    drawn = random.choices(places, [town.weight for town in places], k=PLACES)
    words = ("", "", "straat", "gesorteerd")
    addresses: dict[str, None] = {}
    number = 0
    while len(addresses) < PAGES:
        place, word = drawn[number % PLACES].name, words[number // PLACES % len(words)]
        query = {
            "place": place,
            "radiusKm": 25,
            "materialGroup": random.choice(groups),
            "q": word,
            "page": random.choice((1, 1, 2)),
        }
        addresses[f"/aanbod?{urlencode(query)}"] = None
        number += 1
    return list(addresses)
