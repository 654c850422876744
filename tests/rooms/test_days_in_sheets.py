"""Days of assets that come from a sheet: planned lots move along, with a reason, and back with the sheet. And who may see a passport."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Reservation
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.imports.actions.undo import undo_import
from marketplace.jobs import tasks
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Certainty, Condition
from marketplace.matching.actions.publish import move_dates, publish
from marketplace.passports.actions.releasing import release_items
from marketplace.passports.rules.releasing import Piece, ReleaseDraft
from marketplace.planned.models import DateChange
from marketplace.planned.rules import DatesDraft, Plan
from tests.factories import make_actor, seed_taxonomy
from tests.imported import reading
from tests.rooms.test_passports_in_sheets import HEAD, KEI, apply, assets, holds, load, parts, said

pytestmark = pytest.mark.postgresql


@pytest.fixture
def borne(database: Database) -> Actor:
    with database.transaction() as session:
        seed_taxonomy(session)
        return make_actor(session, "borne", "coordinator")


DATED = (
    *("Objectnummer", "Systeem", "Naam", "Soort", "Plaats", "Materiaal", "Hoeveelheid", "Eenheid"),
    *("Komt vrij vanaf", "Komt vrij tot en met", "Zekerheid"),
)


def dated(first: str, last: str) -> list[tuple[object, ...]]:
    return [("W-1", "GBI", "Dorpsstraat", "Weg", "Borne", KEI, "1.200", "m²", first, last, "begroot")]


def test_days_of_a_sheet_move_planned_lots_with_a_reason_and_ask_their_holders_again(
    app: Flask, database: Database, borne: Actor
) -> None:
    """Losser reserved 100 of the 800 m² that were planned for March to June; the sheet says July to December, and is taken back."""
    year = clock.today().year + 1
    apply(app, database, borne, load(database, borne, dated(f"1-3-{year}", f"30-6-{year}"), DATED))
    [asset] = assets(database)
    with database.transaction() as session:
        pieces = (Piece(asset.id, 1, Decimal(800)),)
        made = release_items(session, borne, draft=ReleaseDraft(pieces, "Keien Dorpsstraat", Condition.GOOD))
        publish(session, borne, listing_id=made.id)
        losser = make_actor(session, "losser")
        reservation_id = reserve(session, losser, listing_id=made.id, draft=ReservationDraft(Quantity(Decimal(100), Unit.M2))).id
    run = apply(app, database, borne, load(database, borne, dated(f"1-7-{year}", f"31-12-{year}"), DATED), overwrite=True)
    with reading(database) as session:
        lot = session.get_one(Listing, made.id)
        assert (lot.earliest, lot.latest, lot.certainty) == (date(year, 7, 1), date(year, 12, 31), "budgeted")
        [change] = session.scalars(select(DateChange))
        assert (change.old_latest, change.new_latest) == (date(year, 6, 30), date(year, 12, 31))
        assert str(run.id) in change.reason
        assert session.get_one(Reservation, reservation_id).confirm_until is not None
    with database.transaction() as session:
        undo_import(session, borne, import_id=run.id)
    with reading(database) as session:
        lot = session.get_one(Listing, made.id)
        assert (lot.earliest, lot.latest) == (date(year, 3, 1), date(year, 6, 30))
        assert session.get_one(Reservation, reservation_id).confirm_until is None  # moved back to what was agreed
        assert len(session.scalars(select(DateChange)).all()) == 2
    holds(database)


@pytest.mark.parametrize("is_published", [True, False])
def test_days_that_a_planned_lot_cannot_take_are_refused_in_the_preview_at_their_row(
    app: Flask, database: Database, borne: Actor, is_published: bool
) -> None:
    """A first day that is past, and a period of four years: the asset would take them, the lot of 800 m² that follows it does not."""
    today, year = clock.today(), clock.today().year + 1
    apply(app, database, borne, load(database, borne, dated(f"1-3-{year}", f"30-6-{year}"), DATED))
    past, long = dated(f"{today - timedelta(days=40):%d-%m-%Y}", f"30-6-{year}"), dated(f"1-3-{year}", f"1-3-{year + 4}")
    for rows in (past, long):
        assert said(database, borne, load(database, borne, rows, DATED)) == {}  # nothing is planned of it
    [asset] = assets(database)
    with database.transaction() as session:
        pieces = (Piece(asset.id, 1, Decimal(800)),)
        made = release_items(session, borne, draft=ReleaseDraft(pieces, "Keien Dorpsstraat", Condition.GOOD))
        if is_published:
            publish(session, borne, listing_id=made.id)
    for rows, field, sentence in ((past, "earliest", "Deze dag is voorbij"), (long, "latest", "meer dan drie jaar")):
        wrong = load(database, borne, rows, DATED)
        [(row, faults)] = said(database, borne, wrong).items()
        assert (row, set(faults), sentence in faults[field]) == (2, {field}, True), faults
        assert (wrong.counts, "Dorpsstraat" in str(faults)) == ({"error": 1}, False)
    with database.transaction() as session:  # a lot with days of its own does not follow, so nothing stands in the way
        plan = Plan(date(year, 4, 1), date(year, 6, 30), Certainty.BUDGETED)
        listing = session.get_one(Listing, made.id)
        if is_published:
            move_dates(session, borne, listing_id=made.id, version=listing.version, draft=DatesDraft(plan, "Later gestort"))
        else:
            listing.earliest = listing.available_from = plan.earliest
    assert said(database, borne, load(database, borne, long, DATED)) == {}


def test_a_sheet_that_became_wrong_since_its_preview_is_refused_with_its_row(
    app: Flask, database: Database, borne: Actor
) -> None:
    year = clock.today().year + 1
    apply(app, database, borne, load(database, borne, dated(f"1-3-{year}", f"30-6-{year}"), DATED))
    run = load(database, borne, dated(f"1-3-{year}", f"1-3-{year + 4}"), DATED)
    [asset] = assets(database)
    with database.transaction() as session:
        pieces = (Piece(asset.id, 1, Decimal(800)),)
        made = release_items(session, borne, draft=ReleaseDraft(pieces, "Keien Dorpsstraat", Condition.GOOD))
        publish(session, borne, listing_id=made.id)
        task = tasks.start_import(session, borne, import_id=run.id, only_good=False, overwrite=True)
    tasks.take(app, task.id)
    with reading(database) as session:
        task = tasks.get_task(session, borne, task.id)
        assert task.state == "failed" and "egel 2" in task.error, task.error
        assert session.get_one(Listing, made.id).latest == date(year, 6, 30)


def test_whether_a_passport_is_public_comes_from_the_sheet(app: Flask, database: Database, borne: Actor) -> None:
    head = (*HEAD, "Openbaar")
    rows = [
        ("L-1", "", "Een", "Lichtmast", "Borne", "", "", "", "", "", "", "ja"),
        ("L-2", "", "Twee", "Lichtmast", "Borne", "", "", "", "", "", "", ""),
    ]
    apply(app, database, borne, load(database, borne, rows, head))
    assert [asset.is_public for asset in assets(database)] == [True, False]
    wrong = load(database, borne, [(*rows[0][:-1], "misschien")], head)
    assert set(said(database, borne, wrong)[2]) == {"is_public"}


def test_a_sheet_says_what_a_part_holds(app: Flask, database: Database, borne: Actor) -> None:
    """Hardwood may hold creosote and nothing else: what is said of another substance is refused in its row."""
    head = ("Objectnummer", "Systeem", "Naam", "Soort", "Plaats", "Materiaal", "Hoeveelheid", "Eenheid", "Gevaarlijke stoffen")
    beam = ("GBI", "Brug", "Brug", "Borne", "hardhouten-balk", "12", "m")
    rows = [
        ("B-1", *beam, "creosoot: nee"),
        ("B-2", *beam, "Creosoot: onbekend;"),
        ("B-3", *beam, "asbest: nee"),
        ("B-4", *beam, ""),
    ]
    loaded = load(database, borne, rows, head)
    [(row, faults)] = said(database, borne, loaded).items()
    assert row == 4 and "“asbest: nee” kan niet gelezen worden." in faults["hazards"]
    apply(app, database, borne, loaded, only_good=True)
    held = {asset.id: asset.external_id for asset in assets(database)}
    hazards = {held[part.asset_id]: part.hazards for part in parts(database)}
    assert hazards == {"B-1": {"creosoot": "no"}, "B-2": {"creosoot": "unknown"}, "B-4": {}}
