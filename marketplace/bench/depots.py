"""The page of a depot with a hundred thousand lots, and a tree of ten thousand recalled."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from marketplace.accounts.actions.people import add_person
from marketplace.accounts.actions.sessions import start_session
from marketplace.accounts.models import Person
from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.rules.accounts import Role
from marketplace.app import create_app
from marketplace.bench.bank import Bank
from marketplace.bench.statements import counted
from marketplace.bench.table import Row, Times, at_most, timed
from marketplace.depots.actions.movements import By, take_in
from marketplace.depots.models import Depot, DepotCapacity, Lot, Movement
from marketplace.depots.rules.lots import LotDraft, Whereabouts
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.errors import Refusal
from marketplace.kernel.geo import Point
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.soil import SoilClass
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.rules import RecallDraft

IN_DEPOT, IN_TREE, TREES, OFFERED = 100_000, 10_000, 3, 30
TRIED = 5  # listings for each that is reserved: rules stop some
BRANCHES = 10  # of each lot, until the tree is full
STAY_DAYS, BATCH = 400, 2_000
PAGE_MS, RECALL_MS = 100, 2_000
PAGES = {"": "", "page 2000": "?page=2000", "too long": "?toon=te-lang", "not on offer": "?toon=niet-aangeboden"}
BY_NAME = "?q=keien+900"  # no index has the words of a lot
STREET = Whereabouts(place_name="Hengelo", point=Point(52.2658, 6.7931))


def stored(banks: list[Bank]) -> Iterator[Row]:
    """Ask the page of a full depot as its keeper does, in each view, and recall whole trees."""
    for bank in banks:
        keeper = _keeper(bank)
        with bank.database.transaction() as session:
            depot_id = _fill_depot(session, keeper)
        _settle(bank)
        app = create_app(bank.config)
        client = _signed_in(bank, app.test_client(), keeper)
        for view, query in PAGES.items():
            times = timed(partial(_read, client), [f"/depots/{depot_id}{query}"] * 5)
            yield at_most(" ".join(filter(None, (f"page of a depot with {IN_DEPOT} lots", view, bank.name))), times, PAGE_MS)
        by_name = timed(partial(_read, client), [f"/depots/{depot_id}{BY_NAME}"] * 5)
        yield Row(f"the same by name {bank.name}", str(by_name), "", None)
        app.extensions["database"].dispose()
        taken, sent = [], 0
        for number in range(TREES):
            root = _grow(bank, keeper, number)
            with counted(bank.database) as statements:
                began = time.perf_counter()
                _recall(bank, root)
                taken.append((time.perf_counter() - began) * 1000)
            sent = len(statements)
        what = f"recall of {IN_TREE} lots, {OFFERED} of them on offer and reserved, {bank.name}"
        yield at_most(what, Times(sorted(taken)), RECALL_MS)
        yield Row(f"statements of it, {bank.name}", str(sent), "", None)


def _keeper(bank: Bank) -> Actor:
    """A coordinator of Hengelo, with a row of their own."""
    with bank.database.transaction() as session:
        hengelo = next(organisation for organisation in list_organisations(session) if organisation.slug == "hengelo")
        details: dict[str, Any] = {"name": "Bench", "organisation_id": hengelo.id, "role": Role.COORDINATOR, "password_hash": "!"}
        person = add_person(session, email="bench@hengelo.example", **details)
        session.flush()
        return Actor(person.id, person.name, hengelo.id, hengelo.slug, hengelo.name, hengelo.kind, Role.COORDINATOR)


def _fill_depot(session: Session, keeper: Actor) -> int:
    """A depot with its capacity and all of its lots, each with the movement by which it came in."""
    depot = Depot(
        organisation_id=keeper.organisation_id,
        name="Bench",
        place_name="Hengelo",
        municipality="hengelo",
        place_basis="point",
        lat=52.26,
        lon=6.79,
        longest_stay_days=STAY_DAYS // 2,
    )
    session.add(depot)
    session.flush()
    session.add_all(DepotCapacity(depot_id=depot.id, kind=kind, amount=Decimal(90_000)) for kind in ("m2", "tonne"))
    for first in range(0, IN_DEPOT, BATCH):
        days = [clock.today() - timedelta(days=number % STAY_DAYS) for number in range(first, first + BATCH)]
        _write(session, keeper, [(f"Keien {first + index}", day, depot.id, None, None) for index, day in enumerate(days)])
    return depot.id


def _write(session: Session, owner: Actor, rows: Sequence[tuple[str, date, int | None, int | None, int | None]]) -> list[int]:
    """Lots of 12 m² with their first movements: title, day, depot, parent, origin. Their numbers."""
    material = get_taxonomy(session).material("betonstraatsteen-kei-8cm")
    mine: dict[str, Any] = {"owner_id": owner.organisation_id, "holder_id": owner.organisation_id}
    lot = {"material_id": material.id, "unit": "m2", "quantity": Decimal(12), "kg_per_unit": Decimal(185), "kg_basis": "taxonomy"}
    lots = [
        {
            **lot, **mine, "condition": "good", "created_at": clock.now(), "title": title,
            "depot_id": depot_id, "in_depot_since": None if depot_id is None else day, "parent_id": parent, "origin_id": origin,
        }
        for title, day, depot_id, parent, origin in rows
    ]  # fmt: skip
    ids = list(session.scalars(insert(Lot).returning(Lot.id, sort_by_parameter_order=True), lots))
    movements = [
        {
            **mine, "lot_id": lot_id, "kind": "in" if parent is None else "split", "quantity": Decimal(12), "kg_per_unit": Decimal(185),
            "happened_on": day,
            "at": clock.now(), "depot_id": depot_id, "other_lot_id": parent,
        }
        for lot_id, (_title, day, depot_id, parent, _origin) in zip(ids, rows, strict=True)
    ]  # fmt: skip
    session.execute(insert(Movement), movements)
    return ids


def _grow(bank: Bank, owner: Actor, number: int) -> int:
    """A tree of lots, ten branches to each. Some of its leaves are lots on offer that somebody has reserved a part of."""
    with bank.database.transaction() as session:
        material, mine = get_taxonomy(session).material("betonstraatsteen-kei-8cm"), int(owner.organisation_id or 0)
        kind = (material.id, "Boom", Unit.M2, Decimal(12), Decimal(185), "taxonomy", "good")
        root = take_in(session, By(owner, clock.today()), LotDraft(*kind, mine, mine, STREET)).id
        parents, left = [root], IN_TREE - 1 - OFFERED
        while left:
            count = min(left, len(parents) * BRANCHES)
            rows = [(f"Tak {index}", clock.today(), None, parents[index // BRANCHES], root) for index in range(count)]
            parents, left = _write(session, owner, rows), left - count
    offered = _reserved(bank, bank.listings - number * OFFERED * TRIED)
    with bank.database.transaction() as session:
        session.execute(update(Lot).where(Lot.id.in_(offered)).values(parent_id=root, origin_id=root))
    _settle(bank)
    return root


def _reserved(bank: Bank, last: int) -> list[int]:
    """Reserve one unit of each of so many listings, from this one down. Their lots.

    As many as a tree has on offer; what a rule stops is passed over.
    """
    asker, lots = bank.actor("borne"), list[int]()
    for listing_id in range(last, last - OFFERED * TRIED, -1):
        try:
            with bank.database.transaction() as session:
                listing = session.get_one(Listing, listing_id)
                amount = Quantity(Decimal(1), Unit(listing.unit))
                draft = ReservationDraft(amount, receiving_soil=SoilClass.INDUSTRY, function_class=SoilClass.INDUSTRY)
                lot_id = listing.lot_id
                reserve(session, asker, listing_id=listing_id, draft=draft)
        except Refusal:
            continue
        lots.append(lot_id or 0)
        if len(lots) == OFFERED:
            break
    return lots


def _settle(bank: Bank) -> None:
    """Let PostgreSQL know what came, as it would by itself within a minute."""
    if not bank.database.is_sqlite:
        with bank.database.engine.connect() as connection:
            for table in ("lot", "movement"):
                connection.execute(text(f"VACUUM ANALYZE {table}"))


def _signed_in(bank: Bank, client: FlaskClient, keeper: Actor) -> FlaskClient:
    with bank.database.transaction() as session:
        secret = start_session(session, keeper, person=session.get_one(Person, keeper.person_id), agent="bench")
    client.set_cookie("session", secret)
    return client


def _read(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code


def _recall(bank: Bank, root: int) -> None:
    reviewer = replace(bank.actor("regio-twente"), role=Role.REVIEWER)
    with bank.database.transaction() as session:
        block_lot(session, reviewer, lot_id=root, draft=RecallDraft("PFAS gevonden door het laboratorium"))
