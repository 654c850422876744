"""Every page of the site as people come upon it: by an address that needs nothing to be known, and by the links on the pages before it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from lxml.html import document_fromstring
from werkzeug.exceptions import HTTPException

from marketplace.cli.migrations import one_at_a_time
from marketplace.depots.rules.number import lot_number
from marketplace.kernel import clock
from tests.journeys.sentences import links_of
from tests.journeys.sites import Site, client_of, links_by_mail

ADDRESSES_PER_ROUTE = 3
ASKED_ABOUT = "/aanbod?q=voegmateriaal"  # a lot of the reader's own with many questions
PLANNED = "/aanbod?supply=planned&organisation=hengelo"  # what comes free later, of the reader's own
PLACED = "/aanbod/42/geplaatst"  # one that the reader has just placed
TOGETHER = [
    f"/werk/aanbod/samen?act={act}&lots={','.join(map(str, range(1, 90)))}" for act in ("verlengen", "verplaatsen", "sluiten")
]
FIRST = {  # a reader's own comes before that of others
    "project-leader": (ASKED_ABOUT, PLANNED, PLACED, "/werk/aanbod", "/gezocht?mine=1", *TOGETHER),
    "region": ("/depots/1",),  # of the region: lots that its coordinator keeps come before those that may only be read
}
EXPECTED = f"/depots/1/innemen/op-nummer?nummer={lot_number(42)}"  # a lot of Hengelo's that was announced to the region's depot
MORE = {
    "region": (EXPECTED,),
    "anonymous": ("/aanbod?q=zzzz", "/aanbod?place=Atlantis", "/aanbod?page=99", "/gezocht?q=zzzz", "/aanbod/99999"),
    "project-leader": ("/reserveringen?page=9",),
    "coordinator": (
        f"/beheer/materiaalgebruik/{clock.today().year - 1}/indienen",
        f"/beheer/materiaalgebruik/{clock.today().year}/indienen",
    ),
}
NO_PAGES = ("/api/", "/static/", "/media/", "/healthz", "/readyz", "/robots.txt", "/.well-known/")
VISITORS = {
    "anonymous": "",
    "project-leader": "projectleider.hengelo@materialenbank.example",
    "coordinator": "coordinator.hengelo@materialenbank.example",
    "region": "coordinator.regio-twente@materialenbank.example",
    "aoce": "aoce@materialenbank.example",
    "adviser": "adviseur@materialenbank.example",
    "administrator": "beheer@materialenbank.example",
}


@dataclass(frozen=True)
class Found:
    """A page as it was answered."""

    endpoint: str
    address: str
    html: str
    status: int
    kinds: list[str]


def addresses(app: Flask) -> list[str]:
    """The addresses of pages that need nothing more to be known."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set()) and not rule.arguments]
    return sorted({rule.rule for rule in rules if not rule.rule.startswith(NO_PAGES) and not is_file(rule.rule)})


def is_file(rule: str) -> bool:
    """Whether a route is that of a paper, a table or a picture, which is no page and takes long to make."""
    return "." in rule.rsplit("/", 1)[-1]


def walk(
    client: FlaskClient, app: Flask, prefix: str = "", *, first: Iterable[str] = (), more: Iterable[str] = ()
) -> Iterator[Found]:
    """Every page that can be reached by links, at most so many for each route; a reservation has more states than other things."""
    waiting = [prefix + address for address in (*first, *addresses(app), *more)]
    seen, visits = set(waiting), Counter[str]()
    router = app.url_map.bind("localhost")
    while waiting:
        address = waiting.pop(0)
        try:
            rule, _values = router.match(address.split("?")[0].removeprefix(prefix) or "/", method="GET", return_rule=True)
        except HTTPException:
            continue
        endpoint = rule.endpoint
        if is_file(rule.rule) or visits[endpoint] >= ADDRESSES_PER_ROUTE + endpoint.startswith("reservations."):
            continue
        visits[endpoint] += 1
        with client.get(address) as answer:
            if answer.mimetype != "text/html" or answer.status_code >= 500 or answer.location:
                continue
            html = answer.text
        yield Found(endpoint, address, html, answer.status_code, sorted(kinds_of(html)))
        for link in links_of(html):
            if link.startswith(prefix + "/") and link not in seen and not (not prefix and link.startswith("/en")):
                seen.add(link)
                waiting.append(link)


def kinds_of(html: str) -> set[str]:
    """Which kinds of elements stand in the main part of a page: tag, classes, role and type."""
    elements = document_fromstring(html).xpath("//main/descendant-or-self::*")
    return {" ".join([element.tag, *(element.get(name, "") for name in ("class", "role", "type"))]) for element in elements}


class Walks:
    """The pages that each visitor comes upon, in each language; walked by the first worker that asks, and kept for the others."""

    def __init__(self, folder: Path, sites: dict[str, Site], worker: str) -> None:
        self.folder = folder
        self.sites = sites
        self.is_second = worker[-1:] in set("13579")

    def make(self, visitors: dict[str, list[str]], prefix: str = "") -> None:
        """All of these; the second worker begins at the end, so that neither waits for the other."""
        wanted = [(bank, visitor) for bank, those in visitors.items() for visitor in those]
        for bank, visitor in reversed(wanted) if self.is_second else wanted:
            self.of(bank, visitor, prefix)

    def of(self, bank: str, visitor: str, prefix: str = "") -> list[Found]:
        name = f"{bank} {visitor} {prefix.strip('/')}".strip()
        file = self.folder / f"{name}.json"
        with one_at_a_time(self.folder, f"{name}.lock"):
            if not file.exists():
                app = self.sites[bank].app
                letters = links_by_mail(app) if (bank, visitor) == ("full", "anonymous") else []
                more = (*MORE.get(visitor, ()), *letters)
                pages = walk(client_of(app, VISITORS[visitor]), app, prefix, first=FIRST.get(visitor, ()), more=more)
                file.write_text(json.dumps([asdict(page) for page in pages]))
        return [Found(**page) for page in json.loads(file.read_text())]
