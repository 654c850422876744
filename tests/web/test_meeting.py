"""The page of a transfer at the gate: the appointment, the calendar file, the photos, and the hand-over note with what is in it."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Component
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.decide import approve, cancel
from marketplace.exchange.actions.hand_over import confirm, hand_over
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.models import Appointment, GatePhoto
from marketplace.exchange.rules.reservation import HandoverDraft, MeasuredBy, ReceiptDraft, ReservationDraft
from marketplace.jobs.timetable import sweep_photos
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.files import MediaStore
from marketplace.kernel.formats import near_date
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.rules.listing import Condition
from marketplace.web.reservations.forms import parse_moment
from tests.factories import location, make_actor, make_listing, seed_taxonomy
from tests.visitors import hidden, picture, send, upload, visit


class Transfer:
    """Hengelo's lot of which Borne has 800 m², approved; and browsers of both, of the AO CE, the broker and of Losser."""

    def __init__(self, app: Flask, session: Session, **lot: Any) -> None:
        self.app, self.session = app, session
        seed_taxonomy(session)
        self.hengelo, self.borne = make_actor(session, "hengelo"), make_actor(session, "borne")
        listing = make_listing(session, self.hengelo, **lot)
        made = reserve(session, self.borne, listing_id=listing.id, draft=ReservationDraft(Quantity(Decimal(800), Unit.M2)))
        self.number = made.id
        self.page = f"/reserveringen/{made.id}"
        self.owner, self.asker = self.browser(self.hengelo), self.browser(self.borne)

    def browser(self, actor: Actor) -> FlaskClient:
        return visit(self.app, self.session, actor)

    def approve(self) -> "Transfer":
        approve(self.session, self.hengelo, reservation_id=self.number)
        self.session.commit()
        return self

    def complete(self) -> "Transfer":
        draft = HandoverDraft(Quantity(Decimal(790), Unit.M2), clock.today())
        hand_over(self.session, self.hengelo, reservation_id=self.number, draft=draft)
        confirm(self.session, self.borne, reservation_id=self.number)
        self.session.commit()
        return self


@pytest.fixture
def transfer(app: Flask, session: Session) -> Transfer:
    return Transfer(app, session).approve()


def typed(days: int, time: str = "10:00") -> str:
    day = clock.today() + timedelta(days=days)
    return f"{day.day}-{day.month}-{day.year} {time}"


def events(transfer: Transfer) -> list[Component]:
    """What the calendar file of the transfer holds."""
    calendar = Calendar.from_ical(transfer.asker.get(f"{transfer.page}/afspraak.ics").data)
    assert str(calendar["METHOD"]) == "PUBLISH"
    return calendar.walk("VEVENT")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def pages(content: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    "text", ["12-1-2027 10:00", "12 januari 2027 10:00", "12 jan 2027 om 10.00 uur", "2027-01-12 10:00", "12/1/2027,  10:00"]
)
def test_a_day_and_a_time_are_read_as_people_type_them(text: str) -> None:
    assert parse_moment(text, "nl").astimezone(UTC) == datetime(2027, 1, 12, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["12-1-2027", "10:00", "12-1-2027 25:00", "12-1-2027 10:60", "31-2-2027 10:00", "gauw 10:00"])
def test_what_is_no_day_and_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_moment(text, "nl")


@pytest.mark.parametrize("text", ["29-3-2026 2:30", "25 oktober 2026 om 02.30 uur"])
def test_a_time_that_the_clock_skips_or_shows_twice_is_refused_at_its_field(transfer: Transfer, text: str) -> None:
    refused = send(transfer.owner, transfer.page, {"times": text}, to=f"{transfer.page}/afspraak")
    assert refused.status_code == 422 and 'href="#meeting-1"' in refused.text and "In de nacht van" in refused.text


def test_one_side_proposes_and_the_other_chooses(transfer: Transfer, session: Session) -> None:
    fields = {"times": typed(2), "second_time": typed(3, "14:30"), "place": "Poort 3", "notes": "Hek links, bel 5 minuten vooraf"}
    assert send(transfer.owner, transfer.page, fields, to=f"{transfer.page}/afspraak").status_code == 303
    mine, theirs = transfer.owner.get(transfer.page).text, transfer.asker.get(transfer.page).text
    assert "Hengelo stelt een tijd voor" in theirs and "Hek links" in theirs and "Deze tijd afspreken" in theirs
    assert "Deze tijd afspreken" not in mine and "Poort 3" in mine
    choice = {"time": session.scalars(select(Appointment)).one().moments[1].isoformat()}
    session.rollback()
    assert send(transfer.asker, transfer.page, choice, to=f"{transfer.page}/afspraak/kiezen").status_code == 303
    after = plain(transfer.owner.get(transfer.page).text)
    assert f"{plain(near_date(clock.today() + timedelta(days=3)))}, 14:30" in after and "Zet in agenda" in after
    assert "De andere kant kiest" not in after and "U bent aan zet: overdracht invullen na" in after


def test_what_cannot_be_read_stays_as_it_was_typed(transfer: Transfer) -> None:
    refused = send(transfer.owner, transfer.page, {"times": "morgen", "notes": "Hek links"}, to=f"{transfer.page}/afspraak")
    assert refused.status_code == 422
    assert 'href="#meeting-1"' in refused.text and 'value="morgen"' in refused.text and "Hek links" in refused.text


def test_a_time_that_is_past_is_refused_at_its_field(transfer: Transfer) -> None:
    refused = send(transfer.owner, transfer.page, {"times": "12-1-2020 10:00"}, to=f"{transfer.page}/afspraak")
    assert refused.status_code == 422
    assert 'href="#meeting-1"' in refused.text and "12 januari 2020 om 10:00 is voorbij" in plain(refused.text)


@pytest.mark.parametrize(("proposed", "chosen"), [({}, 1), ({"second_time": typed(9)}, 0)], ids=["one", "two"])
def test_the_only_time_stands_chosen_and_of_two_neither(transfer: Transfer, proposed: dict[str, str], chosen: int) -> None:
    send(transfer.owner, transfer.page, {"times": typed(8), **proposed}, to=f"{transfer.page}/afspraak")
    page = transfer.asker.get(transfer.page).text
    assert page.count('name="time"') == 1 + len(proposed)
    assert sum("checked" in field for field in page.split("<input") if 'name="time"' in field.split(">")[0]) == chosen
    assert "Voorgesteld, nog niet afgesproken:" in page


def test_a_choice_of_nothing_is_refused(transfer: Transfer) -> None:
    send(transfer.owner, transfer.page, {"times": typed(2)}, to=f"{transfer.page}/afspraak")
    refused = send(transfer.asker, transfer.page, {}, to=f"{transfer.page}/afspraak/kiezen")
    assert refused.status_code == 422 and 'href="#meeting-time-0"' in refused.text


def test_the_appointment_is_there_for_the_two_sides_only(transfer: Transfer, session: Session) -> None:
    send(transfer.owner, transfer.page, {"times": typed(2), "notes": "Hek links"}, to=f"{transfer.page}/afspraak")
    for role in ("reviewer", "coordinator"):
        other = transfer.browser(make_actor(session, "regio-twente", role))
        page = other.get(transfer.page)
        assert page.status_code == 200 and "Hek links" not in page.text and "afspraak" not in page.text.lower()
        assert other.get(f"{transfer.page}/afspraak.ics").status_code in (403, 404)
    stranger = transfer.browser(make_actor(session, "losser"))
    assert stranger.get(f"{transfer.page}/afspraak.ics").status_code == 404
    assert stranger.post(f"{transfer.page}/afspraak").status_code in (400, 404)


def test_the_calendar_has_each_proposed_time_and_then_the_agreed_one(transfer: Transfer, session: Session) -> None:
    assert transfer.owner.get(f"{transfer.page}/afspraak.ics").status_code == 404
    fields = {"times": typed(2), "second_time": typed(3), "place": "Poort 3; links, achter"}
    send(transfer.owner, transfer.page, fields, to=f"{transfer.page}/afspraak")
    answer = transfer.asker.get(f"{transfer.page}/afspraak.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    proposed = Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(event["STATUS"]) for event in proposed] == ["TENTATIVE", "TENTATIVE"]
    assert len({str(event["UID"]) for event in proposed}) == 2
    second = session.scalars(select(Appointment)).one().moments[1]
    session.rollback()
    send(transfer.asker, transfer.page, {"time": second.isoformat()}, to=f"{transfer.page}/afspraak/kiezen")
    off, agreed = Calendar.from_ical(transfer.owner.get(f"{transfer.page}/afspraak.ics").data).walk("VEVENT")
    assert (str(agreed["STATUS"]), agreed.decoded("DTSTART"), agreed.decoded("DTEND")) == (
        "CONFIRMED",
        second,
        second + timedelta(minutes=60),
    )
    assert (str(off["UID"]), str(agreed["UID"])) == tuple(str(event["UID"]) for event in proposed)
    assert str(off["UID"]) == f"reservation-{transfer.number}@localhost"
    assert int(agreed["SEQUENCE"]) > int(proposed[0]["SEQUENCE"])
    assert str(agreed["LOCATION"]) == "Poort 3; links, achter" and str(agreed["SUMMARY"]).startswith("Materiaal ophalen:")
    english = Calendar.from_ical(transfer.owner.get(f"/en{transfer.page}/afspraak.ics").data).walk("VEVENT")[0]
    assert str(english["SUMMARY"]).startswith("Collect material:")


def test_times_that_were_not_chosen_leave_the_calendar(transfer: Transfer, session: Session) -> None:
    fields = {"times": typed(2), "second_time": typed(3), "third_time": typed(4)}
    send(transfer.owner, transfer.page, fields, to=f"{transfer.page}/afspraak")
    before = events(transfer)
    second = session.scalars(select(Appointment)).one().moments[1]
    session.rollback()
    send(transfer.asker, transfer.page, {"time": second.isoformat()}, to=f"{transfer.page}/afspraak/kiezen")
    after = events(transfer)
    assert [str(event["STATUS"]) for event in after] == ["CANCELLED", "CONFIRMED", "CANCELLED"]
    for was, event in zip(before, after, strict=True):
        assert (event["UID"], event.decoded("DTSTART")) == (was["UID"], was.decoded("DTSTART"))
        assert int(event["SEQUENCE"]) > int(was["SEQUENCE"])


def test_a_new_proposal_takes_the_agreed_time_out_of_the_calendar(transfer: Transfer, session: Session) -> None:
    send(transfer.owner, transfer.page, {"times": typed(2), "second_time": typed(3)}, to=f"{transfer.page}/afspraak")
    second = session.scalars(select(Appointment)).one().moments[1]
    session.rollback()
    send(transfer.asker, transfer.page, {"time": second.isoformat()}, to=f"{transfer.page}/afspraak/kiezen")
    agreed = events(transfer)[1]
    send(transfer.asker, transfer.page, {"times": typed(6)}, to=f"{transfer.page}/afspraak")
    new, off = events(transfer)
    assert (str(new["STATUS"]), str(off["STATUS"])) == ("TENTATIVE", "CANCELLED")
    assert (off["UID"], off.decoded("DTSTART")) == (agreed["UID"], second)
    assert int(off["SEQUENCE"]) > int(agreed["SEQUENCE"])


def test_a_cancelled_reservation_takes_its_appointment_out_of_the_calendar(transfer: Transfer, session: Session) -> None:
    send(transfer.owner, transfer.page, {"times": typed(2)}, to=f"{transfer.page}/afspraak")
    cancel(session, transfer.hengelo, reservation_id=transfer.number, reason="Toch niet")
    session.commit()
    calendar = Calendar.from_ical(transfer.asker.get(f"{transfer.page}/afspraak.ics").data)
    (event,) = calendar.walk("VEVENT")
    assert (str(calendar["METHOD"]), str(event["STATUS"]), int(event["SEQUENCE"])) == ("CANCEL", "CANCELLED", 2)
    assert str(event["ORGANIZER"]).startswith("mailto:")  # without it nothing can be cancelled


def test_what_has_ended_tells_no_address_any_more(app: Flask, session: Session) -> None:
    place = replace(location("hengelo"), address="Geheimeweg 12")
    transfer = Transfer(app, session, location=place).approve()
    send(transfer.owner, transfer.page, {"times": typed(2)}, to=f"{transfer.page}/afspraak")
    assert b"Geheimeweg 12" in transfer.asker.get(f"{transfer.page}/afspraak.ics").data
    cancel(session, transfer.hengelo, reservation_id=transfer.number, reason="Toch niet")
    session.commit()
    assert b"Geheimeweg 12" not in transfer.asker.get(f"{transfer.page}/afspraak.ics").data
    assert "Geheimeweg 12" not in transfer.asker.get(transfer.page).text


def test_a_photo_of_the_gate_is_shown_to_who_may_follow_the_transfer(transfer: Transfer, session: Session) -> None:
    sent = {"photo": upload(picture("brown")), "alt": "Twee kapotte pallets"}
    assert send(transfer.asker, transfer.page, sent, to=f"{transfer.page}/foto").status_code == 303
    name = session.scalars(select(GatePhoto)).one().files["webp-480"]["name"]
    session.rollback()
    page = transfer.owner.get(transfer.page).text
    assert "Twee kapotte pallets" in page and f"/media/{name}" in page and "Borne, bij de overdracht" in page
    with transfer.owner.get(f"/media/{name}") as photo:
        assert (photo.status_code, photo.mimetype) == (200, "image/webp") and "private" in photo.headers["Cache-Control"]
    followers = [transfer.browser(make_actor(session, "regio-twente", role)) for role in ("reviewer", "coordinator")]
    strangers = [transfer.browser(make_actor(session, "losser")), transfer.app.test_client()]
    for status, browsers in ((200, followers), (404, strangers)):
        for browser in browsers:
            with browser.get(f"/media/{name}") as answer:
                assert answer.status_code == status


def test_another_photo_from_the_same_form_is_kept_too(transfer: Transfer, session: Session) -> None:
    """Back in the browser, and another picture: the hidden key is the same, and what was sent is not."""
    fields = hidden(transfer.asker.get(transfer.page).text)
    for colour in ("brown", "brown", "white"):
        edge, body = encode_multipart({**fields, "photo": FileStorage(*upload(picture(colour) + bytes(600_000)))})
        sent = {"data": body, "content_type": f"multipart/form-data; boundary={edge}"}
        assert transfer.asker.post(f"{transfer.page}/foto", **sent).status_code == 303
    assert len({photo.files["webp-480"]["name"] for photo in session.scalars(select(GatePhoto))}) == 2
    assert session.scalar(select(func.count(GatePhoto.id))) == 2
    session.rollback()


def test_the_sweep_of_orphans_leaves_a_photo_of_the_gate(transfer: Transfer, session: Session) -> None:
    send(transfer.asker, transfer.page, {"photo": upload(picture("brown"))}, to=f"{transfer.page}/foto")
    name = session.scalars(select(GatePhoto)).one().files["webp-480"]["name"]
    session.rollback()
    store: MediaStore = transfer.app.extensions["media"]
    orphan = store.put(b"left behind", ".webp")
    for file in store.root.glob("??/*"):
        os.utime(file, (0, 0))
    assert sweep_photos(transfer.app) == 1
    assert name in set(store.names()) and orphan not in set(store.names())


def test_what_is_no_photo_is_refused_at_its_field(transfer: Transfer) -> None:
    for sent in ({"photo": upload(b"geen foto")}, {}):
        refused = send(transfer.asker, transfer.page, {**sent, "alt": "Pallets"}, to=f"{transfer.page}/foto")
        assert refused.status_code == 422 and 'href="#one-photo"' in refused.text and 'value="Pallets"' in refused.text


def test_there_is_no_note_before_approval_and_none_of_what_came_to_nothing(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session)
    early = transfer.owner.get(f"{transfer.page}/overdrachtsbon.pdf")
    assert early.status_code == 409 and "zodra de eigenaar" in early.text
    assert "overdrachtsbon.pdf" not in transfer.owner.get(transfer.page).text
    cancel(session, transfer.borne, reservation_id=transfer.number, reason="Toch niet")
    session.commit()
    late = transfer.owner.get(f"{transfer.page}/overdrachtsbon.pdf")
    assert late.status_code == 409 and "Geannuleerd" in late.text


def test_a_stranger_gets_no_note(transfer: Transfer, session: Session) -> None:
    assert transfer.browser(make_actor(session, "losser")).get(f"{transfer.page}/overdrachtsbon.pdf").status_code == 404


def test_the_note_says_what_is_agreed_and_what_is_not_filled_in_yet(transfer: Transfer) -> None:
    answer = transfer.owner.get(f"{transfer.page}/overdrachtsbon.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="overdrachtsbon-{transfer.number}.pdf"'
    note = pages(answer.data)
    for part in (
        f"Overdrachtsbon {transfer.number}",
        "800 m²",
        "Hengelo",
        "Borne",
        "gratis",
        "De afvalstatus is niet beoordeeld",
        "nog niet ingevuld",
        "nog niet getekend",
    ):
        assert part in note
    assert "148.000 kg" in note  # 800 × 185 kg
    assert "geen juridische tekst" in note and "52.26583" in note


def test_the_note_of_a_completed_transfer_has_both_signatures_and_every_figure(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session, price_cents_per_unit=250).approve().complete()
    note = pages(transfer.asker.get(f"{transfer.page}/overdrachtsbon.pdf").data)
    assert transfer.hengelo.name in note and transfer.borne.name in note and "nog niet getekend" not in note
    assert "Besteld 800 m²" in note and "Wat beide kanten afspraken en wat telt 790 m²" in note
    assert "€ 1.975,00" in note and "gratis" not in note and "nog niet ingevuld" not in note  # 790 × € 2,50
    hidden = pages(
        transfer.browser(make_actor(session, "regio-twente", "coordinator")).get(f"{transfer.page}/overdrachtsbon.pdf").data
    )
    assert transfer.hengelo.name not in hidden and "Hengelo" in hidden and "52.26583" not in hidden


def test_the_note_has_what_each_side_measured_and_why_it_is_less(transfer: Transfer, session: Session) -> None:
    owner = HandoverDraft(
        Quantity(Decimal(790), Unit.M2),
        clock.today(),
        measured_by=MeasuredBy.COUNTED,
        condition=Condition.GOOD,
        write_off_reason="10 m² was gebroken",
    )
    hand_over(session, transfer.hengelo, reservation_id=transfer.number, draft=owner)
    receiver = ReceiptDraft(Quantity(Decimal(785), Unit.M2), measured_by=MeasuredBy.WEIGHED, condition=Condition.FAIR)
    confirm(session, transfer.borne, reservation_id=transfer.number, draft=receiver)
    session.commit()
    note = pages(transfer.owner.get(f"{transfer.page}/overdrachtsbon.pdf").data)
    assert "Besteld 800 m² – –" in note
    assert "Opgave van de eigenaar 790 m² Geteld, Goed project_leader" in note
    assert "Opgave van de ontvanger 785 m² Gewogen, Redelijk project_leader" in note
    assert "Wat beide kanten afspraken en wat telt 785 m²" in note and "145.225 kg" in note  # 785 × 185
    assert "Afgeboekt: 10 m². Reden: 10 m² was gebroken" in note


@pytest.mark.slow
def test_the_note_has_the_appointment_for_the_two_sides_and_counts_the_photos(transfer: Transfer, session: Session) -> None:
    send(transfer.owner, transfer.page, {"times": typed(2), "notes": "Hek links"}, to=f"{transfer.page}/afspraak")
    choice = {"time": session.scalars(select(Appointment)).one().moments[0].isoformat()}
    session.rollback()
    send(transfer.asker, transfer.page, choice, to=f"{transfer.page}/afspraak/kiezen")
    send(transfer.asker, transfer.page, {"photo": upload(picture())}, to=f"{transfer.page}/foto")
    note = pages(transfer.asker.get(f"{transfer.page}/overdrachtsbon.pdf").data)
    assert "om 10:00" in note and "Hek links" in note and "1 foto van Borne, bij de overdracht" in note
    reviewer = transfer.browser(make_actor(session, "regio-twente", "reviewer"))
    assert "Hek links" not in pages(reviewer.get(f"{transfer.page}/overdrachtsbon.pdf").data)


def test_the_note_is_english_for_an_english_reader(transfer: Transfer) -> None:
    reader = PdfReader(BytesIO(transfer.owner.get(f"/en{transfer.page}/overdrachtsbon.pdf").data))
    assert str(reader.trailer["/Root"]["/Lang"]).startswith("en")
    assert "The two sides" in reader.pages[0].extract_text()


def test_the_note_is_an_accessible_pdf(transfer: Transfer) -> None:
    reader = PdfReader(BytesIO(transfer.owner.get(f"{transfer.page}/overdrachtsbon.pdf").data))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or str(root["/MarkInfo"]["/Marked"]) == "True"
    assert str(root["/Lang"]) == "nl-NL" and bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert reader.metadata is not None and reader.metadata.title == f"Overdrachtsbon {transfer.number}"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    tags = list(walked(root["/StructTreeRoot"]))
    kinds = [str(tag["/S"]) for tag in tags]
    assert kinds.count("/TH") == 3 + 4 + 2 and "/H1" in kinds
    figures = [str(tag["/Alt"]) for tag in tags if tag["/S"] == "/Figure"]
    assert len(figures) == 1 and f"http://localhost{transfer.page}" in figures[0]


def walked(node: Any) -> Any:
    """Every element of the structure tree."""
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        element = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(element, dict) and "/S" in element:
            yield element
            yield from walked(element)


def test_letters_that_the_font_does_not_have_do_not_stop_the_note(app: Flask, session: Session) -> None:
    transfer = Transfer(app, session, title="Keien 😀 8 ㎡ مرحبا #link *vet* $x$").approve()
    assert "Keien ? 8 m2 ????? #link *vet* $x$" in pages(transfer.owner.get(f"{transfer.page}/overdrachtsbon.pdf").data)
