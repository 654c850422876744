"""Demands that ask of the fields: who is found, in which order, with which reasons and doubts. And that every way of looking says the same."""

import random
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.kernel.db import Json
from marketplace.kernel.geo import Point, distance_km
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.models import Demand, Listing
from marketplace.market.rules.listing import Condition, Location
from marketplace.matching.actions import publish
from marketplace.matching.queries.matches import list_demands_for_listing, list_listings_for_demand, lot_of, need_of
from marketplace.matching.queries.own import list_own_fits
from marketplace.matching.queries.own_lots import list_fitting_lots
from marketplace.matching.queries.proposals import propose_parts
from marketplace.matching.queries.survey import survey
from marketplace.matching.queries.wanted import search_wanted
from marketplace.matching.rules.misses import Kind
from marketplace.matching.rules.pair import objections, rank_key
from marketplace.matching.rules.wanted import Fit, WantedQuery
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.models import NoticeRow
from marketplace.places.rules import PlaceBasis
from tests.factories import make_actor, make_demand, make_draft, make_listing, seed_taxonomy

ASKED = {"thickness-cm": {"min": "8"}, "whole-percent": {"min": "90"}}
FITTING = {"thickness-cm": "8", "whole-percent": "95"}


@pytest.fixture
def hengelo(session: Session) -> Iterator[Actor]:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        seed_taxonomy(session)
        yield make_actor(session, "hengelo")


@pytest.fixture
def borne(session: Session, hengelo: Actor) -> Actor:
    return make_actor(session, "borne")


def at(lat: float) -> Location:
    return Location("Ergens", "hengelo", Point(lat, 6.7482), PlaceBasis.POINT)


def test_three_lots_rank_by_what_was_asked_and_one_that_says_nothing_is_listed_as_doubt(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    """Kei, 8 cm, at least 90 % whole, asked in Borne at 52.30."""
    silent = make_listing(session, hengelo, title="Zegt niets", location=at(52.299))
    far = make_listing(session, hengelo, title="Ver", location=at(52.25), fields={"thickness-cm": "8", "whole-percent": "90"})
    near = make_listing(
        session, hengelo, title="Dichtbij", location=at(52.29), fields={"thickness-cm": "10", "whole-percent": "92.5"}
    )
    fair = make_listing(
        session,
        hengelo,
        title="Even ver, minder",
        location=at(52.25),
        condition=Condition.FAIR,
        fields={**FITTING, "colour": "red"},
    )
    make_listing(session, hengelo, title="Te dun", location=at(52.298), fields={"thickness-cm": "7.9", "whole-percent": "95"})
    make_listing(
        session, hengelo, title="Te veel breuk", location=at(52.297), fields={"thickness-cm": "8", "whole-percent": "89.9"}
    )
    demand = make_demand(session, borne, location=at(52.30), fields=ASKED)
    matches = list_listings_for_demand(session, borne, demand)
    assert [match.listing.id for match in matches.items] == [near.id, far.id, fair.id, silent.id]
    assert matches.total == 4
    with reading_in("nl"):
        reasons = [[str(reason) for reason in match.reasons] for match in matches.items]
        doubts = [[str(doubt) for doubt in match.doubts] for match in matches.items]
    assert [reasons[place][0][:14] for place in range(4)] == [f"Nummer {place} van 4" for place in (1, 2, 3, 4)]
    assert "Dikte: 10\u00a0cm; minstens 8\u00a0cm gevraagd." in reasons[0]
    assert "Aandeel heel: 92,5\u00a0%; minstens 90\u00a0% gevraagd." in reasons[0]
    assert "Aandeel heel: 90\u00a0%; minstens 90\u00a0% gevraagd." in reasons[1]
    assert doubts == [[], [], [], ["Twijfel: dikte niet opgegeven.", "Twijfel: aandeel heel niet opgegeven."]]
    pages = [list_listings_for_demand(session, borne, demand, page=page, page_size=3) for page in (1, 2)]
    assert [(len(page.items), page.total) for page in pages] == [(3, 4), (1, 4)]
    assert pages[1].items[0].listing.id == silent.id


def test_a_substitute_is_compared_by_the_fields_that_it_has_too(session: Session, hengelo: Actor, borne: Actor) -> None:
    """Crushed concrete may serve a demand for mixed granulate; of a lot that was asked something else all is in doubt."""
    tonnes = {"quantity": Quantity(Decimal(20), Unit.TONNE)}
    grading = {"grading": {"oneOf": ["0-31-5", "0-45"]}}
    fits = make_listing(session, hengelo, material="betongranulaat-0-31-5", **tonnes, fields={"grading": "0-31-5"})
    make_listing(session, hengelo, material="betongranulaat-0-31-5", **tonnes, fields={"grading": "0-4"})
    other = make_listing(session, hengelo, material="betongranulaat-0-31-5", **tonnes)
    session.execute(update(Listing).where(Listing.id == other.id).values(fields={"stone": "granite"}))
    session.expire_all()
    demand = make_demand(session, borne, material="menggranulaat-0-31-5", **tonnes, fields=grading)
    matches = list_listings_for_demand(session, borne, demand).items
    assert [(match.listing.id, len(match.doubts)) for match in matches] == [(fits.id, 0), (other.id, 1)]


def test_the_only_answer_in_the_way_is_a_near_miss_for_the_broker_the_owner_and_the_asker(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    make_listing(session, hengelo, title="Te dun", fields={"thickness-cm": "6", "whole-percent": "95"})
    demand = make_demand(session, borne, fields=ASKED)
    assert list_listings_for_demand(session, borne, demand).total == 0
    surveyed = survey(session, make_actor(session, "regio-twente", "coordinator"))
    [miss] = surveyed.near_misses()
    [mine] = list_fitting_lots(session, hengelo, demand)
    [row] = search_wanted(session, hengelo, WantedQuery()).rows
    with reading_in("nl"):
        assert (miss.kind, str(miss.brief)) == (Kind.FIELD, "Dikte: 2\u00a0cm te weinig")
        assert str(mine.sentence) == "Dikte: 6\u00a0cm, dat is 2\u00a0cm minder dan gevraagd: minstens 8\u00a0cm."
    assert mine.fit is Fit.NEARLY and row.own is not None and row.own.fit is Fit.NEARLY
    assert [fit.miss is not None for fit in list_own_fits(session, hengelo).misses] == [True]


def test_of_ones_own_lots_the_certain_one_is_offered_before_one_in_doubt(session: Session, hengelo: Actor, borne: Actor) -> None:
    certain = make_listing(session, hengelo, title="Zeker", fields=FITTING, quantity=Quantity(Decimal(10), Unit.M2))
    make_listing(session, hengelo, title="Zegt niets", quantity=Quantity(Decimal(5000), Unit.M2))
    make_draft(session, hengelo, title="Zeker, concept", fields=FITTING)
    demand = make_demand(session, borne, fields=ASKED)
    assert [(fit.own.title, len(fit.doubts)) for fit in list_fitting_lots(session, hengelo, demand)] == [
        ("Zeker", 0),
        ("Zeker, concept", 0),
        ("Zegt niets", 2),
    ]
    [row] = search_wanted(session, hengelo, WantedQuery()).rows
    assert row.own is not None and row.own.own.title == "Zeker" and row.own.doubts == ()
    assert [fit.listing.id for fit in list_own_fits(session, hengelo).fits] == [certain.id]


def test_a_proposal_takes_what_is_certain_first(session: Session, hengelo: Actor, borne: Actor) -> None:
    silent = make_listing(session, hengelo, location=at(52.299), quantity=Quantity(Decimal(900), Unit.M2))
    near, far = (
        make_listing(session, hengelo, location=at(lat), quantity=Quantity(Decimal(400), Unit.M2), fields=FITTING)
        for lat in (52.28, 52.27)
    )
    demand = make_demand(session, borne, location=at(52.30), fields=ASKED)
    enough = propose_parts(session, borne, demand)
    assert [(part.listing.id, part.doubts) for part in enough.parts] == [(near.id, ()), (far.id, ())]
    session.execute(update(Listing).where(Listing.id == far.id).values(status="withdrawn"))
    session.expire_all()
    short = propose_parts(session, borne, demand)
    assert [(part.listing.id, len(part.doubts)) for part in short.parts] == [(silent.id, 2)]


def test_the_notice_of_a_match_in_doubt_says_so(session: Session, hengelo: Actor, borne: Actor) -> None:
    make_demand(session, borne, fields=ASKED)
    publish.publish(session, hengelo, listing_id=make_draft(session, hengelo, fields={"thickness-cm": "8"}).id)
    publish.publish(session, hengelo, listing_id=make_draft(session, hengelo, fields=FITTING).id)
    publish.publish(session, hengelo, listing_id=make_draft(session, hengelo, fields={"thickness-cm": "6"}).id)
    notices = session.scalars(
        select(NoticeRow)
        .where(NoticeRow.kind == "new_match", NoticeRow.organisation_id == borne.organisation_id)
        .order_by(NoticeRow.id)
    ).all()
    assert [row.facts.get("doubts") for row in notices] == [1, None]


@pytest.mark.parametrize("length", [239, 240, 241])
@pytest.mark.parametrize(("least", "total"), [("8", 1), ("9", 0)])
def test_what_a_demand_asks_counts_however_long_it_is(
    session: Session, hengelo: Actor, borne: Actor, length: int, least: str, total: int
) -> None:
    """The index holds 240 characters of it; what is longer stands in the row alone."""
    lot = make_listing(session, hengelo, fields={"thickness-cm": "8", "colour": "red"})
    demand = make_demand(session, borne, fields=ASKED)
    wishes = {"colour": {"oneOf": ["red", ""]}, "thickness-cm": {"min": least}}
    wishes["colour"]["oneOf"][1] = "x" * (length - len(Json().process_bind_param(wishes, session.get_bind().dialect) or ""))
    session.execute(update(Demand).where(Demand.id == demand.id).values(fields=wishes))
    session.expire_all()
    stored = session.execute(select(func.length(Demand.fields), func.length(Demand.asks))).one()
    assert tuple(stored) == (length, length if length <= 240 else 0)
    assert (
        list_demands_for_listing(session, hengelo, lot).total == list_listings_for_demand(session, borne, demand).total == total
    )


THICKNESSES = (None, "unknown", "6", "7", "8", "8.5", "10", "12")
COLOURS = (None, "unknown", "red", "grey", "black")
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"thickness-cm": {"min": "8"}},
    {"thickness-cm": {"max": "8"}},
    {"thickness-cm": {"min": "7", "max": "8.5"}},
    {"colour": {"oneOf": ["grey", "red"]}},
    {"colour": {"oneOf": ["black"]}, "thickness-cm": {"min": "8"}},
)


@pytest.mark.slow
def test_both_directions_and_the_columns_say_of_random_answers_what_the_rule_says(
    session: Session, hengelo: Actor, borne: Actor
) -> None:
    draw = random.Random(5)
    lots = []
    for _number in range(40):
        answers = {"thickness-cm": draw.choice(THICKNESSES), "colour": draw.choice(COLOURS)}
        lots.append(
            make_listing(
                session,
                hengelo,
                location=at(52.20 + draw.randrange(10) / 50),
                condition=draw.choice([Condition.POOR, Condition.FAIR, Condition.GOOD]),
                quantity=Quantity(Decimal(draw.choice([10, 800, 1200])), Unit.M2),
                minimum_part=draw.choice([None, None, Decimal(10)]),
                fields={slug: value for slug, value in answers.items() if value is not None},
            )
        )
    demands = [
        make_demand(
            session,
            borne,
            location=at(52.30),
            fields=wish,
            quantity=draw.choice([Quantity(Decimal(800), Unit.M2), Quantity(Decimal(500), Unit.PIECE)]),
            max_distance_km=draw.choice([Decimal(6), Decimal(15), None]),
        )
        for wish in WISHES * 3
    ]
    session.expire_all()
    terms, reviewer = get_taxonomy(session), make_actor(session, "regio-twente", "reviewer")
    today = clock.today()

    def pair(listing: Listing, demand: Demand) -> Any:
        lot, need = lot_of(listing, terms, exact=True), need_of(demand, "municipality", terms, "borne", exact=True)
        return lot, need, distance_km(lot.point, need.point)

    served: set[tuple[int, int]] = set()
    for demand in demands:
        fitting = []
        for listing in lots:
            lot, need, km = pair(listing, demand)
            if not objections(lot, need, distance_km=km, today=today):
                key = rank_key(lot, need, km, listing.id)
                fitting.append((key[:3], listing.id))
                served.add((listing.id, demand.id))
        matches = list_listings_for_demand(session, reviewer, demand, page_size=100)
        assert {match.listing.id for match in matches.items} == {number for _key, number in fitting}
        keys = {number: key for key, number in fitting}
        order = [keys[match.listing.id] for match in matches.items]
        assert order == sorted(order) and matches.total == len(fitting)
        assert [bool(match.doubts) for match in matches.items] == [key[0] for key in order]
        small = [list_listings_for_demand(session, reviewer, demand, page=page, page_size=7) for page in range(1, 8)]
        assert [match.doubts != () for page in small for match in page.items] == [key[0] for key in order]
    assert 100 < len(served) < 600
    for listing in lots:
        back = list_demands_for_listing(session, reviewer, listing, page_size=100).items
        assert {match.demand.id for match in back} == {demand for lot, demand in served if lot == listing.id}
        unsure = [bool(match.doubts) for match in back]
        assert unsure == sorted(unsure)
    wanted = search_wanted(session, hengelo, WantedQuery(page_size=100))
    assert {row.demand.id for row in wanted.rows if row.own and row.own.fit is Fit.FITS} == {demand for _lot, demand in served}
