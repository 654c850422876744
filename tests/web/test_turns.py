"""Turns on the pages: what the forms take, what the page of a lot tells, and what an organisation agrees."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor
from marketplace.kernel import clock
from marketplace.market.models import Listing
from marketplace.market.queries.windows import get_window_defaults
from marketplace.market.rules.windows import WindowDefaults
from tests.factories import KEI, make_actor, make_draft, make_listing, seed_taxonomy
from tests.visitors import hidden, picture, send, upload, visit

WHY = "De stenen moeten deze week weg"


@pytest.fixture
def owner(session: Session) -> Actor:
    seed_taxonomy(session)
    for slug in ("almelo", "borne", "losser"):
        make_actor(session, slug)
    return make_actor(session, "hengelo")


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "material": KEI,
        "title": "Grijze keien",
        "quantity": "1.200",
        "unit": "m2",
        "quantity_basis": "measured",
        "condition": "good",
        "place": "7551 AB",
        "available_from": "12 jan 2027",
        "asbestos_suspected": "no",
        "step": "draft",
        **changes,
    }


def in_days(days: int) -> str:
    day = clock.today() + timedelta(days=days)
    return f"{day.day}-{day.month}-{day.year}"


def only(session: Session) -> Listing:
    """The one lot that there is; the database is free again for the next request."""
    session.expunge_all()
    lot = session.scalars(select(Listing)).one()
    session.expunge_all()
    session.rollback()
    return lot


def field(html: str, name: str) -> str:
    """The sentence that stands at a field."""
    match = re.search(rf'id="{name}-error">.*?</span>(.*?)</span>', html, re.DOTALL)
    return match.group(1) if match else ""


def test_the_expert_form_takes_a_circle_days_a_reason_and_a_smallest_part(app: Flask, session: Session, owner: Actor) -> None:
    hengelo = visit(app, session, owner)
    page = hengelo.get("/aanbod/nieuw/alles").text
    assert 'value="losser"' in page
    assert 'name="circle" value="hengelo"' not in page  # the own organisation goes first anyway
    fields = typed(
        circle_by="chosen", circle=["borne", "losser"], region_from=in_days(5), partners_from=in_days(9), minimum_part="100,5",
        photos=upload(picture()), step="publish",
    )  # fmt: skip
    answer = send(hengelo, "/aanbod/nieuw/alles", fields)
    assert answer.status_code == 303
    lot = only(session)
    assert (lot.circle, str(lot.minimum_part), lot.status) == ("|borne|losser|", "100.500", "published")
    assert (lot.partners_from - lot.circle_from).days == 9
    lot_page = hengelo.get(answer.location).text
    assert "Deelpartijen vanaf 100,5\u00a0m²" in lot_page
    edit = hengelo.get(f"/aanbod/{lot.id}/bewerken").text
    assert re.search(r'value="borne" checked', edit)
    assert not re.search(r'value="almelo" checked', edit)
    assert re.search(r'<option selected value="chosen">', edit)


@pytest.mark.parametrize(
    ("changes", "name", "sentence"),
    [
        ({"partners_from": 0}, "window_reason", "Partners wachten zo niet meer op de regio."),
        (
            {"circle_by": "chosen", "circle": ["borne"], "region_from": 0},
            "window_reason",
            "De kring gaat zo niet meer vóór de regio.",
        ),
        ({"region_from": 6, "partners_from": 5}, "partners_from", "Partners komen na de regio."),
        ({"circle_by": "chosen"}, "circle", "Kies minstens één gemeente"),
        ({"circle_by": "none", "circle_from": 2}, "circle", "Kies de gemeenten van de kring"),
        ({"minimum_part": "1.200,001"}, "minimum_part", "De kleinste deelpartij is meer dan er is."),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_what_was_typed_stays(
    app: Flask, session: Session, owner: Actor, changes: dict[str, Any], name: str, sentence: str
) -> None:
    hengelo = visit(app, session, owner)
    fields = {key: in_days(value) if key.endswith("_from") else value for key, value in changes.items()}
    answer = send(hengelo, "/aanbod/nieuw/alles", typed(**fields))
    assert answer.status_code == 422
    assert sentence in field(answer.text, name)
    assert all(value in answer.text for value in fields.values() if isinstance(value, str))
    assert session.scalars(select(Listing)).all() == []


def test_a_window_of_a_lot_on_offer_can_be_changed_and_what_is_left_alone_stays(
    app: Flask, session: Session, owner: Actor
) -> None:
    lot = make_listing(session, owner)
    number, before = lot.id, lot.partners_from
    hengelo = visit(app, session, owner)
    page = hengelo.get(f"/aanbod/{number}/bewerken").text
    fields = {**hidden(page), **stored_fields(page)}
    same = hengelo.post(f"/aanbod/{number}/bewerken", data={**fields, "title": "Andere naam"})
    assert same.status_code == 303
    assert (only(session).title, only(session).partners_from) == ("Andere naam", before)
    page = hengelo.get(f"/aanbod/{number}/bewerken").text
    later = {**hidden(page), **stored_fields(page), "partners_from": in_days(30)}
    assert hengelo.post(f"/aanbod/{number}/bewerken", data=later).status_code == 303
    assert only(session).partners_from == clock.today() + timedelta(days=30)


def stored_fields(html: str) -> dict[str, Any]:
    """What stands in the fields of the form of a lot, as a browser would send it."""
    form = html[html.index('id="listing"') :]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if name and value and kind and (kind[1] == "text" or "checked" in tag):
            fields[name[1]] = value[1]
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option(?=[^>]*selected)[^>]*value="([^"]*)"', body)
        fields[name] = chosen[1] if chosen else ""
    return {**fields, "step": "save"}


@pytest.mark.slow
def test_the_page_of_a_lot_tells_whose_turn_it_is_and_who_comes_next(app: Flask, session: Session, owner: Actor) -> None:
    lot = make_listing(
        session,
        owner,
        circle=("almelo", "borne"),
        region_from=clock.today() + timedelta(days=3),
        partners_from=clock.today() + timedelta(days=4),
    )
    path = f"/aanbod/{lot.id}"
    losser, borne = (visit(app, session, make_actor(session, slug)) for slug in ("losser", "borne"))
    page = losser.get(path).text
    box = page[page.index('id="turns"') :]
    assert "Kring: Almelo, Borne" in box
    assert re.search(r'mp-turns__now" aria-current="step">\s*<span>Kring', box)
    assert "over 3 dagen, vanaf" in box
    assert (
        box.index("Gemeenten van de regio")
        < box.index("(uw organisatie)")
        < box.index("hierna aan de beurt")
        < box.index("Partners")
    )
    assert "Uw organisatie is nog niet aan de beurt." in page
    assert f"{path}/reserveren" not in page
    assert f"{path}/reserveren" in borne.get(path).text
    assert app.test_client().get(path).status_code == 404  # the public waits for the region's day
    own = visit(app, session, owner)
    assert "Hierna: Gemeenten van de regio, over 3 dagen" in own.get("/werk/aanbod").text
    with clock.frozen(clock.now() + timedelta(days=3)):
        late = visit(app, session, make_actor(session, "losser"))
        page = late.get(path).text
        assert "morgen, vanaf" in page
        assert f"{path}/reserveren" in page
        assert "Wie is wanneer aan de beurt" in app.test_client().get(path).text


def test_the_reason_why_a_ring_does_not_wait_stands_with_the_lot(app: Flask, session: Session, owner: Actor) -> None:
    lot = make_listing(session, owner, partners_from=clock.today(), window_reason=WHY)
    session.commit()
    page = app.test_client().get(f"/aanbod/{lot.id}").text
    assert WHY in page
    assert page.count("mp-turns__now") == 1


def test_a_coordinator_agrees_on_the_order_and_the_forms_say_it(app: Flask, session: Session, owner: Actor) -> None:
    coordinator = visit(app, session, make_actor(session, "hengelo", "coordinator"))
    fields = {"circle": ["borne"], "circle_days": "0", "region_days": "5", "partners_days": "10", "reason": ""}
    assert send(coordinator, "/beheer/vensters", fields).status_code == 303
    assert get_window_defaults(session, owner.organisation_id) == WindowDefaults(("borne",), 0, 5, 10)
    session.rollback()
    leader = visit(app, session, owner)
    page = leader.get("/aanbod/nieuw/alles").text
    assert "Kring: Borne" in page
    assert "5 dagen later" in page
    assert "/beheer/vensters" in coordinator.get("/beheer").text
    assert leader.get("/beheer/vensters").status_code == 403


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"partners_days": "0"}, "reason"),
        ({"partners_days": "veel"}, "partners_days"),
        ({"region_days": ""}, "region_days"),
        ({"region_days": "400"}, "region_days"),
        ({"circle": ["borne"]}, "reason"),
        ({"circle_days": "2"}, "circle"),
    ],
)
def test_what_cannot_be_agreed_is_told_at_its_field(
    app: Flask, session: Session, owner: Actor, changes: dict[str, Any], name: str
) -> None:
    coordinator = visit(app, session, make_actor(session, "hengelo", "coordinator"))
    fields = {"circle_days": "0", "region_days": "0", "partners_days": "14", "reason": "", **changes}
    answer = send(coordinator, "/beheer/vensters", fields)
    assert (answer.status_code, bool(field(answer.text, name))) == (422, True)
    assert get_window_defaults(session, owner.organisation_id) == WindowDefaults()


def test_the_four_steps_keep_the_circle_and_the_last_one_tells_the_days(app: Flask, session: Session, owner: Actor) -> None:
    with clock.frozen(datetime(2026, 12, 15, 12, tzinfo=clock.AMSTERDAM)):
        draft = make_draft(session, owner, circle=("losser",), available_until=None, minimum_part=Decimal(50))
        number = draft.id
        hengelo = visit(app, session, owner)
        step = hengelo.post(f"/aanbod/{number}/opnieuw", data=hidden(hengelo.get("/werk/aanbod").text)).location
        assert step
        second, third, fourth = (step.replace("stap/1", f"stap/{place}") for place in (2, 3, 4))
        page = hengelo.get(second).text
        changes = {"quantity": "100", "unit": "m2", "do": "next"}
        assert hengelo.post(second, data={**hidden(page), **stored_fields(page), **changes}).location == third
        page = hengelo.get(third).text
        assert re.search(r'value="losser" checked', page)
        fields = {**hidden(page), **stored_fields(page), "since": "day", "available_from": "20-12-2026", "do": "next"}
        fields |= {"circle": ["losser", "borne"], "minimum_part": "25"}
        answer = hengelo.post(third, data=fields)
        assert answer.location == fourth, field(answer.text, "minimum_part")
        made = session.scalars(select(Listing).where(Listing.id != number)).one()
        assert (made.circle, made.minimum_part) == ("|borne|losser|", 25)
        session.rollback()
        page = hengelo.get(fourth).text
        assert "Kring: Borne, Losser" in page
        assert "over 14 dagen, vanaf 29\u00a0december\u00a02026" in page
        assert "25\u00a0m²" in page
