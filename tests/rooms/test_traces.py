"""Everybody who owned, had or kept a lot stands in its trace and in its recall, with the days."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import Actor
from marketplace.depots.actions.movements import By, move, split_off
from marketplace.depots.models import Depot, Lot
from marketplace.depots.rules.lots import Whereabouts
from marketplace.kernel.formats import NO_BREAK_SPACE
from marketplace.recalls.actions.block import block_lot
from marketplace.recalls.queries.recalls import list_parties
from marketplace.recalls.queries.traces import find_days_had, trace
from marketplace.recalls.rules import RecallDraft
from marketplace.sheets.recall_list import days_of
from tests.factories import make_actor
from tests.rooms.test_movements import STREET, make_lot
from tests.yards import make_yard


def on(day: int) -> date:
    """A day of May 2026."""
    return date(2026, 5, day)


def spoken(words: object) -> str:
    """As it reads, with ordinary spaces."""
    return str(words).replace(NO_BREAK_SPACE, " ")


@pytest.fixture
def cast(session: Session) -> dict[str, Actor]:
    return {slug: make_actor(session, slug) for slug in ("almelo", "borne", "hengelo", "losser", "wierden")}


@pytest.fixture
def yard(session: Session, cast: dict[str, Actor]) -> Depot:
    return make_yard(session, cast["wierden"])


@pytest.fixture
def part(session: Session, cast: dict[str, Actor], yard: Depot) -> Lot:
    """300 of Almelo from the 4th. 100 go to Borne on the 8th, into the depot of Wierden on the 10th, and all to Losser on the 20th.

    The other 200 go to Hengelo on the 15th, when the part has left.
    """
    number = {slug: actor.organisation_id or 0 for slug, actor in cast.items()}
    whole = make_lot(session, cast["almelo"], quantity="300", day=on(4))
    to = {"owner_id": number["borne"], "holder_id": number["borne"]}
    part = split_off(session, By(cast["almelo"], on(8)), whole, Decimal(100), **to)
    assert part is not None
    move(session, By(cast["borne"], on(10)), part, Whereabouts(yard.id))
    move(session, By(cast["almelo"], on(15)), whole, STREET, owner_id=number["hengelo"], holder_id=number["hengelo"])
    move(session, By(cast["borne"], on(20)), part, STREET, owner_id=number["losser"], holder_id=number["losser"])
    return part


def test_a_trace_names_every_owner_and_holder_with_their_days(session: Session, cast: dict[str, Actor], part: Lot) -> None:
    had = trace(session, cast["almelo"], part.id).had
    rows = [(row.owner.slug, row.holder.slug, row.depot, int(row.quantity), row.since, row.until) for row in had]
    assert rows == [
        ("almelo", "almelo", None, 300, on(4), on(15)),
        ("borne", "borne", None, 100, on(8), on(10)),
        ("borne", "borne", "Gemeentewerf", 100, on(10), on(20)),
        ("hengelo", "hengelo", None, 200, on(15), None),
        ("losser", "losser", None, 100, on(20), None),
    ]


def test_a_recall_says_of_everybody_who_was_told_when_they_had_it(session: Session, cast: dict[str, Actor], part: Lot) -> None:
    """Almelo had what it came from until the part left on the 8th; what Hengelo has was never in it."""
    adviser = make_actor(session, "odt", kind="adviser")
    recall = block_lot(session, cast["losser"], lot_id=part.id, draft=RecallDraft("PFAS boven de norm"))
    days = find_days_had(session, recall)
    slugs = {row.id: row.slug for row in session.scalars(select(Organisation))}
    assert {slugs[number]: span for number, span in days.items()} == {
        "almelo": (on(4), on(8)),
        "borne": (on(8), on(20)),
        "wierden": (on(10), on(20)),
        "losser": (on(20), None),
    }
    periods = {
        party.organisation.slug: spoken(days_of(days.get(party.organisation_id))) for party in list_parties(session, recall.id)
    }
    assert adviser.organisation_slug in periods and periods == {
        "almelo": "4 mei 2026 tot en met 8 mei 2026",
        "borne": "8 mei 2026 tot en met 20 mei 2026",
        "hengelo": "–",  # told, as it has the rest of what it came from
        "losser": "sinds 20 mei 2026",
        "odt": "–",
        "wierden": "10 mei 2026 tot en met 20 mei 2026",
    }
