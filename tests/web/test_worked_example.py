"""Two years, fourteen municipalities, four hundred transfers with returns: every figure against a script that shares no code."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions import decide, hand_over, reserve
from marketplace.exchange.rules.reservation import HandoverDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.impact.actions.reports import report_material_use
from marketplace.impact.actions.review import adopt, submit
from marketplace.impact.rules.material_use import UseRow
from marketplace.impact.rules.reports import Decision
from marketplace.kernel import clock
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from tests.factories import location, make_actor, make_listing, make_token, seed_taxonomy
from tests.worked_example import (
    LORRY,
    MUNICIPALITIES,
    YEARS,
    Booked,
    Event,
    Report,
    added,
    booked,
    events,
    fraction,
    inhabitants_percent,
    reports,
)

pytestmark = pytest.mark.slow


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def play(session: Session, cast: dict[str, Actor], event: Event) -> None:
    """Through every step that people take."""
    giver, taker, quantity = cast[event.giver], cast[event.receiver], Quantity(event.quantity, Unit(event.unit))
    with clock.frozen(at(event.handed_over_on - timedelta(days=2))):
        listing = make_listing(
            session, giver, material=event.material, quantity=quantity, price_cents_per_unit=event.cents_per_unit or None,
            available_from=clock.today(), available_until=None, location=location(),
        )  # fmt: skip
        draft = ReservationDraft(quantity, location=location(), replaces_purchase=event.replaces)
        reservation = reserve.reserve(session, taker, listing_id=listing.id, draft=draft)
        if event.giver != event.receiver:
            decide.approve(session, giver, reservation_id=reservation.id)
    with clock.frozen(at(event.handed_over_on)):
        given = HandoverDraft(quantity, clock.today(), LORRY, event.driven_km)
        hand_over.hand_over(session, giver, reservation_id=reservation.id, draft=given)
        hand_over.confirm(session, taker, reservation_id=reservation.id)
    if event.back_on is not None:
        with clock.frozen(at(event.back_on)):
            returned = Quantity(event.returned, Unit(event.unit))
            back = ReturnDraft(returned, Condition.FAIR, event.back_on, "Te veel", driven_km=event.back_km, vehicle_class=LORRY)
            hand_over.return_part(session, taker, reservation_id=reservation.id, draft=back)


@pytest.fixture
def figures(session: Session, client: FlaskClient) -> "Figures":
    seed_taxonomy(session)
    cast = {slug: make_actor(session, slug) for slug in MUNICIPALITIES}
    every = list(events())
    for event in every:
        play(session, cast, event)
    token = make_token(session, make_actor(session, "regio-twente", "reviewer"))
    session.commit()
    return Figures(client, token, list(booked(every)))


class Figures:
    """What the API says beside what the script says."""

    def __init__(self, client: FlaskClient, token: str, rows: list[Booked]) -> None:
        self.client, self.token, self.rows = client, token, rows

    def said(self, **query: object) -> dict:
        return self.get("statistics", **query)

    def get(self, path: str, **query: object) -> dict:
        answer = self.client.get(f"/api/v1/{path}", query_string=query, headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer.get_json(force=True)


def same(figures: dict, rows: list[Booked]) -> None:
    """Every figure of one row of an answer."""
    sums = added(rows)

    def known(*names: str) -> Decimal:
        return sum((sums.get(name, Decimal(0)) for name in names), Decimal(0))

    avoided = known("avoided_yes", "avoided_no", "avoided_not_said")
    expected = {
        "exchanges": known("exchanges"),
        "massKg": known("mass"),
        "tonneKm": known("tonne_km"),
        "transportKgCo2e": known("transport"),
        "unknownFactorMassKg": known("unknown_mass"),
        "unknownProcessingMassKg": known("unknown_processing_mass"),
        "avoidedKgCo2e": avoided,
        "netKgCo2e": avoided - known("transport") - known("processing"),
    }
    assert {name: Decimal(str(figures[name])) for name in expected} == expected
    if figures["avoidedByReplacesPurchase"]["yes"] is not None:
        parts = {name: Decimal(str(figures["avoidedByReplacesPurchase"][name])) for name in ("yes", "no", "notSaid")}
        assert parts == {"yes": known("avoided_yes"), "no": known("avoided_no"), "notSaid": known("avoided_not_said")}


def statistics_agree(figures: Figures) -> None:
    whole = figures.said()
    same(whole["totals"], figures.rows)
    assert sum(row["massKg"] for row in whole["byMonth"]) == pytest.approx(whole["totals"]["massKg"])
    for year in YEARS:
        statistics = figures.said(**{"from": f"{year}-01", "until": f"{year}-12"})
        rows = [row for row in figures.rows if row.month[:4] == str(year)]
        same(statistics["totals"], rows)
        for part, of in (
            ("byMunicipality", lambda row: row.receiver),
            ("byMaterialGroup", lambda row: row.group),
            ("byMonth", lambda row: row.month),
        ):
            keys = {of(row) for row in rows}
            assert keys <= {entry["key"] for entry in statistics[part]}
            for entry in statistics[part]:
                same(entry, [row for row in rows if of(row) == entry["key"]])
        for municipality in statistics["byMunicipality"]:
            gave = [row for row in rows if row.giver == municipality["key"]]
            assert Decimal(str(municipality["givenMassKg"])) == added(gave).get("mass", Decimal(0))
        for pair in statistics["byPair"]:
            sides = (pair["fromOrganisation"]["slug"], pair["toOrganisation"]["slug"])
            same(pair, [row for row in rows if (row.giver, row.receiver) == sides])


def adopt_report(session: Session, report: Report) -> None:
    """Reported, submitted and adopted in the spring after."""
    coordinator = make_actor(session, report.municipality, "coordinator")
    reviewer = make_actor(session, "regio-twente", "reviewer")
    rows = [UseRow("bestrating", origin, getattr(report, origin)) for origin in ("primary", "biobased", "reused", "recycled")]
    where = {"organisation_slug": report.municipality, "year": report.year}
    with clock.frozen(at(date(report.year + 1, 12, 31))):
        report_material_use(
            session, coordinator, rows=rows, includes_bank_kg=report.includes, includes_bank_as_of=clock.today(), explanation="Zo geleverd", **where
        )  # fmt: skip
        submit(session, coordinator, **where)
        decision = Decision("college", clock.today(), "Z-2026-118")
        adopt(session, reviewer, decision=decision, **where)


def test_every_figure_and_every_goal_is_that_of_the_script(session: Session, figures: "Figures") -> None:
    statistics_agree(figures)
    goals_agree(session, figures)


def percent(above: Decimal, below: Decimal) -> Decimal:
    return (above * 100 / below).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def goals_agree(session: Session, figures: "Figures") -> None:
    every = list(reports(figures.rows))
    for report in every:
        adopt_report(session, report)
    session.commit()
    for year in YEARS:
        goals = figures.get("goals", year=year)
        of_year = [report for report in every if report.year == year]
        region = goals["region"]["goals"][1]
        assert Decimal(str(region["reportedInhabitantsPercent"])) == inhabitants_percent(of_year)
        above, below = fraction(of_year, figures.rows)
        if year == YEARS[0]:
            assert (Decimal(str(region["renewableMassKg"])), Decimal(str(region["totalMassKg"]))) == (above, below)
            assert region["sharePercent"] == percent(above, below)
        else:  # the four smallest hold less than half the inhabitants
            assert region["sharePercent"] is None
        for place in goals["municipalities"]:
            own = [report for report in of_year if report.municipality == place["organisation"]["slug"]]
            above, below = fraction(own, figures.rows)
            expected = percent(above, below) if own else None
            assert place["goals"][1]["sharePercent"] == expected
