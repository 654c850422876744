"""The Big List of Naughty Strings on its way out: by mail, in feeds, on the note, in a calendar and in a table."""

import csv
import io
import json
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from config import PROJECT
from marketplace.accounts.queries.people import Recipient
from marketplace.catalogue.queries.feed import Feed
from marketplace.jobs.letters import render
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.text import clean
from marketplace.materials.queries import get_taxonomy
from marketplace.notices.actions.deliveries import Letter
from marketplace.notices.rules.kinds import Notice
from marketplace.sheets.calendar_file import CalendarEntry, CalendarTime, EventStatus, calendar_file
from marketplace.sheets.handover_note import Figure, HandoverNote, Side, handover_note
from marketplace.sheets.writing import csv_file
from marketplace.web.ui.open_formats import atom
from marketplace.web.ui.search_address import Question
from tests.factories import make_actor, make_listing

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

NASTY: list[str] = json.loads((PROJECT / "tests/corpora/strings/blns.json").read_text(encoding="utf-8"))
BREAKS = [f"a{sign}b" for sign in ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\r\n", "\r")]
FORMULAS = ["=1+1", " =1+1", "＝1+1", "＋1", "－1", "＠A1", "|calc", "｜calc", "\t=1", "@A1", "-1", "+1"]
STORED_BEFORE = ["a\u2028b", "a\u2029b\u2028"]  # what stands in a database of last month


def storable() -> list[str]:
    """Every string as it would be stored, and what was stored before line breaks of all kinds were known."""
    result = []
    for text in (*NASTY, *BREAKS, *FORMULAS):
        try:
            result.append(clean(f"x{text}", longest=100))
            result.append(clean(text, longest=100))
        except Invalid:
            continue
    return [*filter(None, result), *STORED_BEFORE]


TEXTS = storable()


def test_no_title_and_no_name_stops_a_letter(app: Flask) -> None:
    for text in TEXTS:
        facts = {
            "listing_id": 1,
            "listing_title": text,
            "organisation": text,
            "quantity": {"amount": "1", "unit": "m2"},
            "reservation_id": 1,
        }
        letter = Letter(7, Notice.RESERVATION_REQUESTED, facts, 1, None, None, "nl", clock.now())
        content = render(app, letter, Recipient("jan@borne.nl", text, "nl", 1)).as_bytes()
        read = message_from_bytes(content, policy=policy.default)
        assert "".join(str(read["Subject"]).split()) == "".join(f"{text}vraagtom“{text}”".split()), text
        assert read["To"] == "jan@borne.nl" and set(read.keys()) >= {"From", "Date", "Message-ID"}


def test_no_title_breaks_a_feed(app: Flask, session: Session) -> None:
    listing = make_listing(session, make_actor(session, "hengelo"))
    taxonomy = get_taxonomy(session)
    with app.test_request_context():
        for text in TEXTS:
            listing.title = listing.place_name = text
            page = Feed((listing,), (), clock.now(), page=1, pages=1)
            feed = ET.fromstring(atom(page, taxonomy, Question("/aanbod.atom", MultiDict({"q": text})), site="http://localhost"))
            assert feed.findtext(".//{*}entry/{*}title") == text
    session.rollback()


def test_no_title_breaks_a_line_of_a_calendar() -> None:
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    for text in TEXTS:
        content = calendar_file(
            CalendarEntry(
                uid="r-1@localhost",
                times=(CalendarTime(now, EventStatus.CONFIRMED),),
                revision=0,
                changed_at=now,
                summary=text,
                place=text,
                description=f"{text}\n{text}",
                address="http://localhost/",
                organizer=("Bank", "bank@localhost"),
                locale="nl",
            )
        )
        assert len(content.decode().splitlines()) == content.count(b"\r\n"), text
        [event] = Calendar.from_ical(content).walk("VEVENT")
        assert str(event["SUMMARY"]) == str(event["LOCATION"]) == " ".join(text.splitlines()), text
        assert str(event["DESCRIPTION"]).splitlines() == f"{text}\n{text}".splitlines(), text


def test_no_text_is_a_formula_in_a_table() -> None:
    for locale, between in (("nl", ";"), ("en", ",")):
        content = csv_file(["a", "b"], [[text, "einde"] for text in (*TEXTS, *FORMULAS)], locale).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=between))[1:]
        assert [row[1] for row in rows] == ["einde"] * len(rows)
        assert [row[0].removeprefix("'") for row in rows] == [text.removeprefix("'") for text in (*TEXTS, *FORMULAS)]
        for row in rows:
            assert row[0].strip()[:1] not in tuple("=+-@|＝＋－＠｜"), row[0]


def test_no_text_stops_a_hand_over_note() -> None:
    for begin in range(0, len(TEXTS), 60):
        some = TEXTS[begin : begin + 60]
        note = HandoverNote(
            number=1, address="http://localhost/reserveringen/1", state="", lot=some[0], lot_number=1, material=some[-1],
            owner=Side(some[0], some[-1]), receiver=Side(some[-1]), ordered=Figure(some[0]), by_owner=Figure(), by_receiver=Figure(),
            counted=Figure(), mass="", written_off="", write_off_reason="", dispute_reason="\n".join(some), settled_reason=" ".join(some),
            returned="", price="", handed_over_on="", place=some[0],
            term="", is_finished=False, condition="", destination=some[0], changes=tuple(some), late_reason=" ".join(some), reuse="",
            appointment=None, appointment_notes="\n".join(some),
            papers=tuple(some), made_on="", made=date(2027, 6, 1),
        )  # fmt: skip
        assert handover_note(note).startswith(b"%PDF-"), some
