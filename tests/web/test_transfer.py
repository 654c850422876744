"""The page of a transfer: whose step it is in each state, the one act of each reader, and what happened with its figures."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions import decide, gate, hand_over, reserve
from marketplace.exchange.models import Appointment, Reservation
from marketplace.exchange.rules.gate import AppointmentDraft
from marketplace.exchange.rules.reservation import HandoverDraft, MeasuredBy, ReceiptDraft, ReservationDraft
from marketplace.exchange.rules.returns import ReturnDraft
from marketplace.kernel import clock
from marketplace.kernel.formats import near_date
from marketplace.kernel.language import reading_in
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from marketplace.web.reservations.parts import results
from tests.factories import location, make_actor, make_listing, seed_taxonomy
from tests.visitors import send, visit

PAGE = "/reserveringen/1"
TURN = re.compile(r'<p class="mp-turn mp-turn--(\w+)">.*?<span>(.*?)</span>', re.DOTALL)
STAGE = re.compile(
    r'<li(?: class="mp-stage__(\w+)")?[^>]*>(?:<span class="mp-sr">[^<]*</span>)?(Aanvraag|Akkoord|Overdracht|Bevestiging)</li>'
)
EVENT = re.compile(
    r'<li(?: class="mp-line__(\w+)")?>\s*<span>(.*?)<small>.*?<span class="mp-line__figure">(.*?)</span>', re.DOTALL
)


def m2(amount: int) -> Quantity:
    return Quantity(Decimal(amount), Unit.M2)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


class Deal:
    """800 of 1 200 m² that Borne asks of Hengelo, a step at a time, and a browser for each reader."""

    def __init__(self, app: Flask, session: Session) -> None:
        seed_taxonomy(session)
        self.app, self.session = app, session
        self.hengelo, self.borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        lot = make_listing(session, self.hengelo, available_until=None)
        draft = ReservationDraft(m2(800), replaces_purchase=True, purchase_price_cents=960_000)
        reserve.reserve(session, self.borne, listing_id=lot.id, draft=draft)

    def approve(self) -> None:
        decide.approve(self.session, self.hengelo, reservation_id=1)

    def give(self, amount: int = 790) -> None:
        self.approve()
        draft = HandoverDraft(m2(amount), clock.today(), measured_by=MeasuredBy.COUNTED)
        hand_over.hand_over(self.session, self.hengelo, reservation_id=1, draft=draft)

    def contest(self) -> None:
        self.give()
        receipt = ReceiptDraft(m2(700), measured_by=MeasuredBy.MEASURED)
        hand_over.confirm(self.session, self.borne, reservation_id=1, draft=receipt)

    def page(self, actor: Actor) -> str:
        self.session.commit()
        return plain(visit(self.app, self.session, actor).get(PAGE).text)

    def turn(self, actor: Actor) -> tuple[str, str]:
        """The tone and the words of the badge."""
        match = TURN.search(self.page(actor))
        assert match
        return match.group(1), match.group(2)


@pytest.fixture
def deal(app: Flask, session: Session) -> Deal:
    return Deal(app, session)


def reader(session: Session, who: str) -> Actor:
    return make_actor(session, "regio-twente", {"broker": "coordinator", "aoce": "reviewer"}[who])


def in_days(days: int) -> str:
    return plain(near_date(clock.today() + timedelta(days=days)))


def test_a_request_waits_for_the_owner_to_every_reader(deal: Deal, session: Session) -> None:
    day = in_days(10)
    assert deal.turn(deal.hengelo) == ("mine", f"U beslist: goedkeuren, uiterlijk {day}")
    for actor in (deal.borne, reader(session, "broker"), reader(session, "aoce")):
        assert deal.turn(actor) == ("other", f"Wacht op Hengelo: goedkeuren, uiterlijk {day}")


def test_an_approved_one_is_collected_and_then_entered(deal: Deal) -> None:
    deal.approve()
    day = in_days(30)
    assert deal.turn(deal.hengelo) == ("mine", f"U bent aan zet: overdracht invullen, uiterlijk {day}")
    assert deal.turn(deal.borne) == ("mine", f"U bent aan zet: tijd voorstellen en ophalen, uiterlijk {day}")


def test_a_proposed_time_waits_for_the_other_and_an_agreed_one_for_its_day(deal: Deal, session: Session) -> None:
    deal.approve()
    time = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    gate.propose_times(session, deal.hengelo, reservation_id=1, draft=AppointmentDraft((time,), notes="Hek links"))
    assert deal.turn(deal.hengelo) == ("other", "Wacht op Borne: een tijd kiezen")
    assert deal.turn(deal.borne) == ("mine", "U bent aan zet: een tijd kiezen")
    assert "Zet in agenda" not in deal.page(deal.borne)
    gate.agree_time(session, deal.borne, reservation_id=1, time=time)
    assert deal.turn(deal.hengelo) == ("mine", f"U bent aan zet: overdracht invullen na {in_days(3)}")
    assert deal.turn(deal.borne) == ("other", f"Wacht op Hengelo: overdracht invullen na {in_days(3)}")
    page = deal.page(deal.borne)
    assert f'href="{PAGE}/afspraak.ics"' in page and "Hek links" in page


def test_after_the_hand_over_the_appointment_is_past(deal: Deal, session: Session) -> None:
    deal.approve()
    time = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    gate.propose_times(session, deal.hengelo, reservation_id=1, draft=AppointmentDraft((time,), notes="Hek links"))
    hand_over.hand_over(session, deal.hengelo, reservation_id=1, draft=HandoverDraft(m2(800), clock.today()))
    for actor in (deal.hengelo, deal.borne):
        page = deal.page(actor)
        assert f"Opgehaald op {in_days(0)}" in page
        assert not [words for words in ("Hek links", "afspraak.ics", "De andere kant kiest", "Nog geen tijd") if words in page]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("hengelo", ("stop", "U bent aan zet: een getal kiezen")),
        ("borne", ("stop", "Wacht op Hengelo: een getal kiezen")),
        ("broker", ("stop", "U beslist: welke hoeveelheid telt?")),
        ("aoce", ("stop", "Wacht op Hengelo: een getal kiezen")),
    ],
)
def test_in_a_dispute_it_is_the_turn_of_whoever_did_not_speak_last(
    deal: Deal, session: Session, who: str, expected: tuple[str, str]
) -> None:
    deal.contest()
    actor = {"hengelo": deal.hengelo, "borne": deal.borne}.get(who) or reader(session, who)
    assert deal.turn(actor) == expected
    page = deal.page(actor)
    assert "<h1>Betwist: 790 of 700 m²</h1>" in page and "Verschil: 90 m² (16,7 ton)" in page


def test_another_figure_passes_the_turn_on(deal: Deal, session: Session) -> None:
    deal.contest()
    hand_over.resolve(session, deal.hengelo, reservation_id=1, quantity=m2(750), reason="Twee pallets over het hoofd gezien")
    assert deal.turn(deal.borne) == ("stop", "U bent aan zet: een getal kiezen")
    assert deal.turn(deal.hengelo)[1] == "Wacht op Borne: een getal kiezen"
    assert "Akkoord met 750 m² van Hengelo" in deal.page(deal.borne)


def test_the_whole_story_has_names_and_figures_and_strikes_out_what_does_not_count(deal: Deal, session: Session) -> None:
    deal.contest()
    hand_over.resolve(session, deal.hengelo, reservation_id=1, quantity=m2(700))
    story = [
        (mark, sentence, re.sub("<(/?)del>", r"[\1]", figure)) for mark, sentence, figure in EVENT.findall(deal.page(deal.borne))
    ]
    assert story == [
        ("", "U vroeg aan", "800 m²"),
        ("", "Hengelo keurde goed", "800 m²"),
        ("", "Hengelo vulde de overdracht in", "[]790 m²[/]"),
        ("stop", "U betwistte", "700 m²"),
        ("agreed", "Hengelo ging akkoord", "700 m²"),
        ("", "Geteld in de cijfers", "129,5 ton"),
    ]
    assert deal.turn(deal.borne) == ("done", f"Afgerond op {in_days(0)}: beide kanten eens over 700 m²")


def test_what_came_back_is_taken_off_what_the_transfer_headlines(deal: Deal, session: Session) -> None:
    deal.give(800)
    hand_over.confirm(session, deal.borne, reservation_id=1)
    draft = ReturnDraft(m2(200), Condition.FAIR, clock.today(), "Te veel")
    hand_over.return_part(session, deal.borne, reservation_id=1, draft=draft)
    page = deal.page(deal.hengelo)
    assert "<h1>600 m² Grijze betonstraatstenen</h1>" in page
    assert "<dt>ton opnieuw gebruikt</dt><dd>111</dd>" in page  # 600 × 185 kg
    assert "<dd>€ 7.200</dd>" in page  # 9 600 × 600 / 800
    assert deal.turn(deal.hengelo)[1] == "Afgerond, en 200 m² van de 800 m² kwam terug"
    assert ("", "Van de cijfers afgehaald", "−37 ton") in EVENT.findall(page)
    draft = ReturnDraft(m2(600), Condition.FAIR, clock.today(), "Toch alles")
    hand_over.return_part(session, deal.borne, reservation_id=1, draft=draft)
    assert deal.turn(deal.hengelo)[1] == "Afgerond, en alles kwam terug"


@pytest.mark.parametrize(
    ("step", "states", "words"),
    [
        (lambda deal: None, ["done", "now", "", ""], "U beslist"),
        (lambda deal: deal.approve(), ["done", "done", "now", ""], "U bent aan zet"),
        (lambda deal: deal.give(), ["done", "done", "done", "wait"], "Wacht op Borne: bevestigen"),
        (lambda deal: deal.contest(), ["done", "done", "done", "stop"], "U bent aan zet"),
        (
            lambda deal: decide.reject(deal.session, deal.hengelo, reservation_id=1, reason="Al weg"),
            ["done", "stop", "", ""],
            "Afgewezen door Hengelo",
        ),
        (
            lambda deal: (deal.approve(), decide.cancel(deal.session, deal.borne, reservation_id=1, reason="Toch niet")),
            ["done", "done", "stop", ""],
            "Geannuleerd op",
        ),
    ],
)
def test_four_nouns_say_how_far_it_is(deal: Deal, step: Callable[[Deal], object], states: list[str], words: str) -> None:
    step(deal)
    page = deal.page(deal.hengelo)
    assert [state for state, _noun in STAGE.findall(page)] == states
    assert deal.turn(deal.hengelo)[1].startswith(words)


def test_the_owner_approves_and_proposes_times_in_one_go(deal: Deal, app: Flask, session: Session) -> None:
    session.commit()
    owner: FlaskClient = visit(app, session, deal.hengelo)
    day = clock.today() + timedelta(days=4)
    refused = send(owner, PAGE, {"times": "onzin"}, to=f"{PAGE}/goedkeuren")
    assert refused.status_code == 422 and 'href="#approve-meeting-1"' in refused.text
    past = send(owner, PAGE, {"times": "12-1-2020 10:00"}, to=f"{PAGE}/goedkeuren")
    assert past.status_code == 422 and 'href="#approve-meeting-1"' in past.text
    assert session.scalars(select(Reservation.status)).one() == "requested"
    session.rollback()
    fields = {"times": f"{day:%d-%m-%Y} 10:00", "second_time": f"{day:%d-%m-%Y} 14:30"}
    assert send(owner, PAGE, fields, to=f"{PAGE}/goedkeuren").status_code == 303
    assert len(session.scalars(select(Appointment)).one().moments) == 2
    assert deal.turn(deal.borne)[1] == "U bent aan zet: een tijd kiezen"


@pytest.mark.parametrize(
    ("step", "who", "fields"),
    [
        (lambda deal: None, "hengelo", 2),
        (lambda deal: deal.approve(), "hengelo", 3),
        (lambda deal: deal.approve(), "borne", 1),
        (lambda deal: deal.give(), "borne", 1),
    ],
)
def test_the_one_act_asks_at_most_three_things(deal: Deal, step: Callable[[Deal], object], who: str, fields: int) -> None:
    step(deal)
    page = deal.page({"hengelo": deal.hengelo, "borne": deal.borne}[who])
    form = page[page.index('<h2 id="act">') :]
    seen = form[: form.index("Meer invullen")]
    assert len(re.findall(r'<div class="mp-field|<fieldset class="mp-field', seen)) == fields


def test_the_map_has_a_pin_for_whoever_may_know_and_a_circle_for_a_partner(app: Flask, session: Session) -> None:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    partner = make_actor(session, "vitens", kind="partner")
    lot = make_listing(
        session,
        owner,
        partners_from=clock.today(),
        window_reason="Het moet snel weg",
        location=location("hengelo", 52.2645, 6.7931),
    )
    reserve.reserve(session, partner, listing_id=lot.id, draft=ReservationDraft(m2(100), location=location("borne")))
    session.commit()
    before, own = (visit(app, session, actor).get(PAGE).text for actor in (partner, owner))
    assert "mp-near-map__pin" not in before and "een cirkel van 1 km bij Hengelo" in before
    assert "mp-near-map__pin" in own and "geo:" not in before
    decide.approve(session, owner, reservation_id=1)
    session.commit()
    after = visit(app, session, partner).get(PAGE).text
    assert "mp-near-map__pin" in after and 'href="geo:52.26450,6.79310?q=52.26450,6.79310"' in after


def test_a_net_below_nought_has_a_minus_as_wide_as_a_figure() -> None:
    reservation: Any = SimpleNamespace(
        purchase_price_cents=None, replaces_purchase=False, quantity=Decimal(241), taken_back=Decimal(0)
    )
    row: Any = SimpleNamespace(mass_kg=Decimal(337_400), net_kgco2e=Decimal(-2_350), tonne_km=Decimal(10_122))
    with reading_in("nl"):
        assert [result.figure for result in results(reservation, [row])] == ["337,4", "−2,35", "10.122"]


@pytest.mark.parametrize(("amount", "counts"), [(790, True), (500, False)])
def test_whoever_confirms_another_quantity_reads_what_was_agreed(deal: Deal, amount: int, counts: bool) -> None:
    deal.give(amount)
    page = deal.page(deal.borne)
    assert f"Is er {amount} m² aangekomen?" in page and "Afgesproken was 800 m². Controleer" in page
    assert ("als bevestigd" in page) is counts  # 10 of 800 is within the tolerance of 5 %, 300 is not
    assert "Afgesproken was" not in deal.page(deal.hengelo)


def test_whoever_confirms_what_was_agreed_reads_no_second_figure(deal: Deal) -> None:
    deal.give(800)
    assert "Afgesproken was" not in deal.page(deal.borne)
